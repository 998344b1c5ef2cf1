"""OneDigit: how many neurons are on for exactly one digit, above a threshold that moves."""

import numpy as np
import traitlets

from weightmaps.widgets import bundle
from weightmaps.widgets.encode import decode_arrays, encode_arrays
from weightmaps.widgets.live.base import Live


class OneDigit(Live):
    """For which digits each hidden neuron is on, above a threshold, after training and before.

    A neuron is on for a digit if its mean activation over the images of that digit is above the threshold.

    Parameters
    ----------
    network, start : Network
        After training and before, the same sizes; each has a hidden layer.
    images : array, shape (n, n_in)
        Held-out images, with every digit from 0 to 9.
    labels : array of int, shape (n,)
    choose : Digits
        Other such images, by which each neuron's own range is found.
    threshold : float
        From 0 to 1.
    rule : {"same", "own"}
        What the threshold is: one activation for all neurons; or how far it lies from the mean of the digit
        that drives a neuron least to that of the digit that drives it most.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> sample = load_sample()[::50]
    >>> start = training.initialise((784, 4, 10), scale="unit", seed=0)
    >>> OneDigit(start, start, *sample[::2], choose=sample[1::2], threshold=1).measured()
    (0.0, 0.0)
    """

    _esm = bundle.module("live_one_digit.js")
    _title = "A digit of one’s own"

    threshold = traitlets.Float(0.5, min=0.0, max=1.0).tag(sync=True)
    rule = traitlets.Enum(["same", "own"], "same").tag(sync=True)
    _means = traitlets.Dict().tag(sync=True)

    def __init__(self, network, start, images, labels, *, choose, **state):
        if start.sizes != network.sizes:
            raise ValueError(f"network is {network.sizes} and start {start.sizes}; both want the same sizes")
        arrays = {}
        for name, one in (("after", network), ("before", start)):
            chosen = _by_digit(one, *choose)
            arrays[name] = _by_digit(one, images, labels)
            arrays[f"{name}_ends"] = np.array([chosen.min(axis=0), chosen.max(axis=0)])
        super().__init__(_means=encode_arrays(arrays), **state)

    def measured(self):
        """The share of the neurons that are on for exactly one digit after training, and before, by NumPy."""
        found = {name: array.astype(float) for name, array in decode_arrays(self._means).items()}
        return tuple(self._share(found[name], found[f"{name}_ends"]) for name in ("after", "before"))

    def _share(self, means, ends):
        low, high = ends if self.rule == "own" else (0.0, 1.0)
        on = means > low + self.threshold * (high - low)
        return float((on.sum(axis=0) == 1).mean())


def _by_digit(network, images, labels):
    """Each neuron's mean activation over the images of each digit, shape (10, n_hidden)."""
    a = network.forward(images).a[1]
    return np.array([a[labels == digit].mean(axis=0) for digit in range(10)])
