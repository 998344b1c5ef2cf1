"""Forward and backward passes to one unit's z, the target of an attribution, from the first layer up."""

from __future__ import annotations

import numpy as np

from weightmaps.network import activate, back

from ..checks import hidden_layer


class Target:
    """One unit's z as a function of z1, the first layer's weighted inputs, which are linear in the image.

    Every method starts from z1: to change some pixels, or to walk along a straight line of images, costs one
    product with the first weights, however many steps follow.

    Parameters
    ----------
    network : Network
    n : int
        Images to come.
    output, neuron : int or array of int, shape (n,)
        One of the two; an array names one for each image.
    layer : int
        The hidden layer that `neuron` is counted in.
    """

    def __init__(self, network, n, output, neuron, layer):
        if (output is None) == (neuron is None):
            raise ValueError(
                f"output is {output!r} and neuron is {neuron!r}; give one of them: what is to be explained"
            )
        if neuron is not None:
            self.layer = hidden_layer(network, layer)
            self.unit = _units(neuron, "neuron", network.sizes[self.layer], n)
        elif layer != 1:
            raise ValueError(
                f"layer is {layer!r}; it goes with neuron=, and an output has no choice of layer"
            )
        else:
            self.layer = len(network.weights)
            self.unit = _units(output, "output", network.sizes[-1], n)
        self.network, self.rows = network, np.arange(n)

    def z1(self, X):
        return X @ self.network.weights[0].T + self.network.biases[0]

    def z(self, z1):
        """The target's z, shape (n,), where the first layer's are `z1`, (n, n_1)."""
        return self._run(z1)[0][self.rows, self.unit]

    def slope(self, z1):
        """The derivative of the target's z by each of `z1`; of the same shape."""
        z, below = self._run(z1)
        d = np.zeros_like(z)
        d[self.rows, self.unit] = 1.0
        for layer in range(self.layer - 1, 0, -1):
            name = self.network.activations[layer - 1]
            d = back(name, *below[layer - 1], d @ self.network.weights[layer])
        return d

    def _run(self, z1):
        """The last layer's z, and each layer's z and a below it."""
        z, below = z1, []
        for layer in range(1, self.layer):
            a = activate(self.network.activations[layer - 1], z)
            below.append((z, a))
            z = a @ self.network.weights[layer].T + self.network.biases[layer]
        return z, below


def _units(value, name, count, n):
    units = np.asarray(value)
    if units.dtype.kind not in "iu" or units.shape not in ((), (n,)):
        raise ValueError(
            f"{name} is {units.dtype} of shape {units.shape}; give one integer, or one for each image: ({n},)"
        )
    wrong = units[(units < 0) | (units >= count)]
    if wrong.size:
        raise ValueError(f"{name} is {wrong[0]}; there are {count}, numbered 0 to {count - 1}")
    return units
