"""One step down the gradient, found by backpropagation, written for speed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..network import Network
from .optimizers import SGD, Adam, AdamW


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
TRAINABLE = tuple(_APPLY)
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


class Dropped:
    """An activation and inverted dropout after it: each neuron is silent in a share of the images."""

    def __init__(self, name, share, rng):
        self.activate, self.slope_of, self.share, self.rng = _APPLY[name], _SLOPE[name], share, rng

    def apply(self, z):
        self.activate(z)
        kept = (self.rng.random(z.shape, np.float32) >= self.share) * z.dtype.type(1 / (1 - self.share))
        self.found = self.slope_of(z) * kept
        z *= kept

    def slope(self, a):
        return self.found


class Layer(NamedTuple):
    """A layer at work on a batch; its bias is a last column of ``weights``, met by a constant 1 below."""

    weights: np.ndarray  # (n_out, n_in + 1)
    memory: list  # what the optimiser keeps from step to step: arrays like the weights
    room: np.ndarray  # one more, for what it writes in between
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
    """The state of one training run; ``decay`` is what PyTorch calls ``weight_decay``."""

    def __init__(
        self, network, *, batch_size, learning_rate, cost, decay=0.0, optimizer=SGD(), dropout=0.0, rng=None
    ):
        self.weights = [np.column_stack(pair) for pair in zip(network.weights, network.biases, strict=True)]
        self.add_product = _product_adder(self.weights[0].dtype)
        self.names = network.activations
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.quadratic = cost == "quadratic"
        self.dropout = dropout
        self.rng = rng
        if isinstance(optimizer, Adam):
            self.update, arrays = self.adam, 2
        else:
            self.update, arrays = (self.momentum, 1) if optimizer.momentum else (self.sgd, 0)
        self.memories = [[np.zeros_like(w) for _ in range(arrays)] for w in self.weights]
        self.rooms = [np.empty_like(w) if arrays else None for w in self.weights]
        # Adam takes the gradient of the mean cost; the others are linear in it, and take it times η.
        self.scale = 1.0 if isinstance(optimizer, Adam) else learning_rate
        decoupled = not arrays or isinstance(optimizer, AdamW)
        self.keep_weights = 1.0 - learning_rate * decay if decoupled else 1.0
        self.gradient_decay = 0.0 if decoupled else self.scale * decay
        self.steps = 0
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
            for k, (w, name) in enumerate(zip(self.weights, self.names, strict=True)):
                a = np.ones((len(w) + 1, m), w.dtype)
                apply, slope = _APPLY[name], _SLOPE.get(name)
                if self.dropout and k < len(self.names) - 1:
                    dropped = Dropped(name, self.dropout, self.rng)
                    apply, slope = dropped.apply, dropped.slope
                kept = self.memories[k], self.rooms[k]
                layers.append(Layer(w, *kept, w[:, :-1].T, a[:-1], a, a.T, apply, slope))
            self.layers[m] = layers, list(pairwise(layers[::-1]))
        return self.layers[m]

    def step(self, x, y):
        """One step down the gradient (equations BP1 to BP4 of Nielsen, ch. 2).

        At this size each call counts, even of a transpose, and ``np.dot`` costs less than ``@``.
        """
        layers, pairs = self.layers_for(len(x))
        self.steps += 1
        below = x.T
        for layer in layers:
            np.dot(layer.weights, below, layer.a)
            layer.apply(layer.a)
            below = layer.with_one
        delta = layer.a - y.T
        if self.quadratic:
            delta *= layer.slope(layer.a)
        delta *= self.scale / len(x)
        for layer, below in pairs:
            delta_below = np.dot(layer.back, delta)
            delta_below *= below.slope(below.a)
            self.update(layer, delta, below.for_gradient)
            delta = delta_below
        self.update(layers[0], delta, x)

    def add(self, array, sign, delta, x):
        """Add the gradient ``delta @ x``, or with the sign -1.0 subtract it."""
        if self.add_product and array.size >= MANY:
            # BLAS goes by columns and so sees our arrays transposed; the last 1 says: in place.
            self.add_product(sign, x.T, delta.T, 1.0, array.T, 0, 0, 1)
        elif sign < 0:
            array -= np.dot(delta, x)
        else:
            array += np.dot(delta, x)

    def sgd(self, layer, delta, x):
        """Decay the weights, and subtract the gradient."""
        if self.keep_weights != 1.0:
            self.shrink(layer.weights)
        self.add(layer.weights, -1.0, delta, x)

    def shrink(self, weights):
        """Decay the weights, not the biases: one walk through all is faster than to skip a column."""
        biases = weights[:, -1].copy()
        weights *= self.keep_weights
        weights[:, -1] = biases

    def momentum(self, layer, delta, x):
        """Add the gradient, with the decay's part, to what is kept of older ones, and subtract the sum."""
        (velocity,) = layer.memory
        velocity *= self.optimizer.momentum
        if self.gradient_decay:
            velocity += self.decay(layer)
        self.add(velocity, 1.0, delta, x)
        np.subtract(layer.weights, velocity, layer.weights)

    def decay(self, layer):
        """What the weights, and not the biases, add to the gradient; in the layer's room."""
        np.multiply(layer.weights, self.gradient_decay, layer.room)
        layer.room[:, -1] = 0.0
        return layer.room

    def adam(self, layer, delta, x):
        """Algorithm 1 of Kingma and Ba; the two sums are their m / (1 - β₁) and v / (1 - β₂)."""
        beta1, beta2 = self.optimizer.beta1, self.optimizer.beta2
        root = ((1.0 - beta2) / (1.0 - beta2**self.steps)) ** 0.5
        rate = self.learning_rate * (1.0 - beta1) / (1.0 - beta1**self.steps) / root
        weights, room = layer.weights, layer.room
        if self.gradient_decay:
            self.add(self.decay(layer), 1.0, delta, x)
        else:
            np.dot(delta, x, room)
        if self.keep_weights != 1.0:
            self.shrink(weights)
        first, second = layer.memory
        first *= beta1
        first += room
        np.multiply(room, room, room)
        second *= beta2
        second += room
        np.sqrt(second, room)
        room += self.optimizer.eps / root
        np.divide(first, room, room)
        room *= rate
        np.subtract(weights, room, weights)
