"""TakeStart: take the random start out of a network's maps, by a slider."""

import numpy as np
import traitlets

from weightmaps import analysis, random
from weightmaps.widgets import bundle
from weightmaps.widgets.encode import decode_arrays
from weightmaps.widgets.live.base import LiveNeuron, inked, travelling_maps


class TakeStart(LiveNeuron):
    """A network's maps as its random start is taken out of them, and how often it is right without.

    The control takes out as much of other random numbers, which the network has never met.

    Parameters
    ----------
    network, start : Network
        After training and before, the same sizes: 784 inputs, one hidden layer.
    images : array, shape (n, 784)
        Held-out images, on which the answers are counted.
    labels : array of int, shape (n,)
    left : float
        How much of the start is left, from 0 to 1.
    measure : {"accuracy", "smoothness"}
        What is measured: the share of right answers; or ``weightmaps.analysis.smoothness`` of the maps
        over the pixels with ink in a tenth of the images.
    neuron : int
        The map that is shown large.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> start = training.initialise((784, 4, 10), scale="unit", seed=0)
    >>> TakeStart(start, start, *load_sample()[::500], left=0).measured()[0]
    0.1
    """

    _esm = bundle.module("live_start.js")
    _title = "Take away the start"

    left = traitlets.Float(1.0, min=0.0, max=1.0).tag(sync=True)
    measure = traitlets.Enum(["accuracy", "smoothness"], "accuracy").tag(sync=True)
    _start = traitlets.Dict().tag(sync=True)

    def __init__(self, network, start, images, labels, **state):
        if start.sizes != network.sizes or network.sizes[0] != 784:
            raise ValueError(
                f"network is {network.sizes} and start {start.sizes}; both want the same sizes, 784 first"
            )
        maps = travelling_maps(start)
        self._began = decode_arrays(maps)["W1"]
        super().__init__(network, images, labels, _start=maps, **state)

    def maps(self):
        """The maps with what is left of their start, shape (hidden, 784)."""
        return self._shown.weights[0] - (1 - self.left) * self._began

    def measured(self):
        """Effect and control, by NumPy: see the parameter `measure`."""
        end, maps = self._shown.weights[0], self.maps()
        other = self._began.std() * random.normal(0, 0, end.size).reshape(end.shape)
        changed = (maps, end - (1 - self.left) * np.float32(other))
        if self.measure == "smoothness":
            where = inked(self._digits.images)
            return tuple(analysis.smoothness(some, where=where) for some in changed)
        return tuple(analysis.with_maps(self._shown, some).accuracy(*self._digits) for some in changed)
