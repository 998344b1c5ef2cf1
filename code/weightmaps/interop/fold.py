"""A stack of layers as a library has them; what only scales and shifts is folded into a neighbour."""

from __future__ import annotations

import numpy as np

from .build import from_arrays
from .notes import say


class Stack:
    """Layers in the order of a model, from the inputs up; :meth:`network` gives what they come to.

    Examples
    --------
    >>> from weightmaps.interop import heard
    >>> stack = Stack()
    >>> with heard() as notes:
    ...     stack.scale(2, -1, "Rescaling")  # 2 x - 1
    ...     stack.dense([[1.0, 3.0]], [0.5])
    ...     network = stack.network()
    >>> network.weights[0].tolist(), network.biases[0].tolist(), notes
    ([[2.0, 6.0]], [-3.5], ['Rescaling was folded into layer 1, which it comes before'])
    """

    def __init__(self):
        self.weights, self.biases, self.names = [], [], []
        self.before = None  # a scale, a shift and what it is, for the next dense layer

    def dense(self, weights, biases=None):
        """A layer of neurons, a row a neuron."""
        weights = np.asarray(weights)
        biases = np.zeros(len(weights), weights.dtype) if biases is None else np.asarray(biases)
        if self.before:
            scale, shift, what = self.before
            shift = np.broadcast_to(shift, weights.shape[1:])
            weights, biases = weights * scale, biases + weights @ shift
            say(f"{what} was folded into layer {len(self.weights) + 1}, which it comes before")
            self.before = None
        self.weights.append(weights)
        self.biases.append(biases)
        self.names.append(None)

    def scale(self, scale, shift, what):
        """Each number times its scale, plus its shift; `what` it is called in the notes."""
        if self.names and self.names[-1] is None:
            scale = np.broadcast_to(scale, self.biases[-1].shape)
            self.weights[-1] = self.weights[-1] * scale[:, None]
            self.biases[-1] = self.biases[-1] * scale + shift
            say(f"{what} was folded into layer {len(self.weights)}, which it comes after")
        elif self.before:
            first, moved, other = self.before
            self.before = scale * first, scale * moved + shift, f"{other} and {what}"
        else:
            self.before = scale, shift, what

    def activation(self, name, what):
        """An activation function, by one of this package's names."""
        if not self.names or self.names[-1] is not None or self.before:
            raise ValueError(f"{what} does not follow a dense layer; each has one activation, right after it")
        self.names[-1] = name

    def network(self, activations=None):
        """The network; `activations` in place of those of the stack."""
        if self.before:
            raise ValueError(f"{self.before[2]} comes after the last activation, so no layer can take it up")
        named = [name or "identity" for name in self.names]
        return from_arrays(self.weights, self.biases, named if activations is None else activations)
