"""Operate: change the maps of a network, and of one beside it, and count the answers that this costs."""

import numpy as np
import traitlets

from weightmaps import analysis, random
from weightmaps.widgets import bundle
from weightmaps.widgets.encode import decode_arrays, encode_arrays
from weightmaps.widgets.live.base import LiveNetwork, travelled_network, travelling_maps, travelling_network

SHARE = 0.95  # of the images' variance, that the directions called inside hold
OPPOSITES = {
    "blur": "grain_only",
    "learned": "start",
    "outside": "inside",
    "grain": "rest",
    "blank": "inked",
    "paint_grain": "paint_coarse",
}
OPPOSITES |= {second: first for first, second in OPPOSITES.items()}


class Operate(LiveNetwork):
    """The answers that a network loses when its maps are operated on; all else stays as trained.

    Parameters
    ----------
    network, start : Network
        After training and before: 784 inputs and one hidden layer.
    other, other_start : Network
        A network that does not need the operation, and its start.
    images : array, shape (n, 784)
        Held-out images, on which the answers are counted.
    labels : array of int, shape (n,)
    choose : Digits
        Other images, which say in which directions images differ, and which pixels are blank.
    operation : str
        ``blur`` the maps, or keep the ``grain_only``, which a blur takes out; keep what was ``learned``, or
        the ``start``; exchange the start for other random numbers ``outside`` or ``inside`` the directions
        that hold 95% of the images' variance and their mean, or its ``grain`` or the ``rest``, by that blur;
        erase the ``blank`` pixels, or as many ``inked`` ones; ``paint_grain`` or ``paint_coarse`` noise.
    strength : float
        Of painted noise, in standard deviations of the maps.
    beside : {"other", "opposite"}
        The control: the same operation on the other network, or the opposite one on this.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> start = training.initialise((784, 4, 10), scale="unit", seed=0)
    >>> sample = load_sample()
    >>> figure = Operate(start, start, start, start, *sample[::500], choose=sample[::50], operation="start")
    >>> figure.measured()
    (0.0, 0.0)
    """

    _esm = bundle.module("live_operate.js")
    _title = "Operate on the maps"

    operation = traitlets.Enum(list(OPPOSITES), "outside").tag(sync=True)
    strength = traitlets.Float(2.0, min=0.0, max=4.0).tag(sync=True)
    beside = traitlets.Enum(["other", "opposite"], "opposite").tag(sync=True)
    _start = traitlets.Dict().tag(sync=True)
    _other_network = traitlets.Dict().tag(sync=True)
    _other_start = traitlets.Dict().tag(sync=True)
    _directions = traitlets.Dict().tag(sync=True)

    def __init__(self, network, start, other, other_start, images, labels, *, choose, **state):
        for name, one in (("start", start), ("other", other), ("other_start", other_start)):
            if one.sizes != network.sizes or network.sizes[0] != 784:
                raise ValueError(
                    f"network is {network.sizes} and {name} {one.sizes}; all want the same sizes, 784 first"
                )
        blank = ~(choose.images > 0).any(axis=0)
        directions = {"inside": _directions(choose.images), "blank": blank.astype(np.uint8)}
        super().__init__(
            network,
            images,
            labels,
            _start=travelling_maps(start),
            _other_network=travelling_network(other),
            _other_start=travelling_maps(other_start),
            _directions=encode_arrays(directions, coarse=["inside"]),
            **state,
        )
        starts = (decode_arrays(one)["W1"] for one in (self._start, self._other_start))
        networks = (self._shown, travelled_network(self._other_network))
        self._patients = list(zip(networks, starts, strict=True))
        self._known = decode_arrays(self._directions)

    def operated(self, network, start, operation):
        """The maps of a network after an operation, shape (hidden, 784)."""
        maps = network.weights[0].astype(float)
        start = start.astype(float)
        noise = random.normal(0, 1, maps.size).reshape(maps.shape)
        swap = start.std() * noise - start
        inside, blank = self._known["inside"].astype(float), self._known["blank"] > 0
        if operation in ("outside", "inside"):
            part = swap @ inside.T @ inside
            return maps + (part if operation == "inside" else swap - part)
        if operation in ("grain", "rest"):
            part = analysis.blur(swap)
            return maps + (part if operation == "rest" else swap - part)
        if operation in ("paint_grain", "paint_coarse"):
            coarse = analysis.blur(noise)
            paint = coarse if operation == "paint_coarse" else noise - coarse
            return maps + self.strength * maps.std() * paint / paint.std()
        if operation == "inked":
            order = random.permutation(0, 2, 784)
            erased = order[~blank[order]][: blank.sum()]
            return np.where(np.isin(np.arange(784), erased), 0, maps)
        return {
            "blur": lambda: analysis.blur(maps),
            "grain_only": lambda: maps - analysis.blur(maps),
            "learned": lambda: maps - start,
            "start": lambda: start,
            "blank": lambda: np.where(blank, 0, maps),
        }[operation]()

    def measured(self):
        """Effect and control, by NumPy: the share of the images whose right answers are lost."""
        this, other = self._patients
        pairs = [(this, self.operation), (other, self.operation)]
        if self.beside == "opposite":
            pairs[1] = this, OPPOSITES[self.operation]
        lost = []
        for (network, start), operation in pairs:
            changed = analysis.with_maps(network, self.operated(network, start, operation))
            lost.append(network.accuracy(*self._digits) - changed.accuracy(*self._digits))
        return tuple(lost)


def _directions(images):
    """The mean and the fewest principal components that hold `SHARE` of the variance, shape (k, 784)."""
    mean = images.mean(axis=0, dtype=float)
    squares, components = np.linalg.eigh((images - mean).T @ (images - mean))
    count = np.searchsorted(np.cumsum(squares[::-1]) / squares.sum(), SHARE) + 1
    return np.linalg.qr(np.column_stack([mean, components[:, ::-1][:, :count]]))[0].T
