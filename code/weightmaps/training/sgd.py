"""One step of gradient descent with backpropagation, written for speed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..network import Network


# A step at batch 10 takes a tenth of a millisecond: an argument by position instead of `out=` is felt.
def _sigmoid(z):
    np.negative(z, z)
    np.exp(z, z)  # may overflow to infinity, whose reciprocal is the 0 that is wanted
    np.add(z, 1.0, z)
    np.reciprocal(z, z)


def _sigmoid_slope(a):
    square = a * a
    return np.subtract(a, square, square)


def _softmax(z):
    z -= z.max(axis=0)
    np.exp(z, out=z)
    z /= z.sum(axis=0)


# As training uses them: z becomes f(z) in place, and f'(z) is written in terms of a = f(z).
_APPLY = {
    "sigmoid": _sigmoid,
    "relu": lambda z: np.maximum(z, 0.0, out=z),
    "tanh": lambda z: np.tanh(z, out=z),
    "softmax": _softmax,
    "identity": lambda z: z,
}
_SLOPE = {
    "sigmoid": _sigmoid_slope,
    "relu": lambda a: a > 0.0,
    "tanh": lambda a: 1.0 - a * a,
    "identity": lambda a: 1.0,
}


MANY = 10_000  # weights of a layer from which on a second walk through them costs more than a call of SciPy's


def _product_adder(dtype):
    """BLAS's α A B + C into C, or nothing where SciPy, which offers it, or the precision is missing.

    NumPy writes A B first and then walks C: the same bits, and a sixth more time for a step of 784-100-10.
    """
    try:
        from scipy.linalg import blas
    except ImportError:
        return None
    return {"float32": blas.sgemm, "float64": blas.dgemm}.get(dtype.name)


class Layer(NamedTuple):
    """A layer at work on a batch; its bias is a last column of ``weights``, met by a constant 1 below."""

    weights: np.ndarray  # (n_out, n_in + 1)
    back: np.ndarray  # (n_in, n_out): the weights without the biases, as what flows back meets them
    a: np.ndarray  # (n_out, batch): activations, an image a column
    with_one: np.ndarray  # (n_out + 1, batch): the same, and the constant 1
    for_gradient: np.ndarray  # (batch, n_out + 1): that, an image a row
    apply: Callable
    slope: Callable | None


def split(arrays, activations):
    """A network of its own, from weights that have the bias as a last column."""
    return Network([w[:, :-1] for w in arrays], [w[:, -1] for w in arrays], activations)


class Descent:
    """The state of one training run."""

    def __init__(self, network, batch_size, learning_rate, keep_weights, cost):
        self.weights = [np.column_stack(pair) for pair in zip(network.weights, network.biases, strict=True)]
        self.add_product = _product_adder(self.weights[0].dtype)
        self.names = network.activations
        self.learning_rate = learning_rate
        self.keep_weights = keep_weights
        self.quadratic = cost == "quadratic"
        # Images are fetched from all over memory some batches at a time: a tenth less time than one by one.
        self.block_size = batch_size * max(1, 100 // batch_size)
        self.block = np.ones((self.block_size, self.weights[0].shape[1]), self.weights[0].dtype)
        self.layers = {}

    def network(self):
        if not all(np.isfinite(w).all() for w in self.weights):
            raise FloatingPointError("the weights overflow; the learning rate may be too high")
        return split(self.weights, self.names)

    def gather(self, images, targets, chosen):
        """The chosen images, each with its constant 1, and their targets."""
        block = self.block[: len(chosen)]
        block[:, :-1] = images.take(chosen, axis=0)
        return block, targets.take(chosen, axis=0)

    def layers_for(self, m):
        """The layers, with room for ``m`` images, and each with the one below it, from the last on."""
        if m not in self.layers:
            layers = []
            for w, name in zip(self.weights, self.names, strict=True):
                room = np.ones((len(w) + 1, m), w.dtype)
                layers.append(Layer(w, w[:, :-1].T, room[:-1], room, room.T, _APPLY[name], _SLOPE.get(name)))
            self.layers[m] = layers, list(pairwise(layers[::-1]))
        return self.layers[m]

    def step(self, x, y):
        """One step down the gradient (equations BP1 to BP4 of Nielsen, ch. 2).

        At this size each call counts, even of a transpose, and ``np.dot`` costs less than ``@``.
        """
        layers, pairs = self.layers_for(len(x))
        below = x.T
        for layer in layers:
            np.dot(layer.weights, below, layer.a)
            layer.apply(layer.a)
            below = layer.with_one
        delta = layer.a - y.T
        if self.quadratic:
            delta *= layer.slope(layer.a)
        delta *= self.learning_rate / len(x)
        for layer, below in pairs:
            delta_below = np.dot(layer.back, delta)
            delta_below *= below.slope(below.a)
            self.update(layer.weights, delta, below.for_gradient)
            delta = delta_below
        self.update(self.weights[0], delta, x)

    def update(self, weights, delta, x):
        """Decay the weights, and subtract the gradient ``delta @ x``."""
        if self.keep_weights != 1.0:
            weights[:, :-1] *= self.keep_weights
        if self.add_product and weights.size >= MANY:
            # BLAS goes by columns and so sees our arrays transposed; the last 1 says: in place.
            self.add_product(-1.0, x.T, delta.T, 1.0, weights.T, 0, 0, 1)
        else:
            weights -= np.dot(delta, x)
