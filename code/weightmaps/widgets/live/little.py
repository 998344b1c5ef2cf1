"""HowLittle: one pixel, or a random map, in the place of a trained neuron."""

import numpy as np
import traitlets

from weightmaps import random
from weightmaps.digits import Digits
from weightmaps.widgets import bundle
from weightmaps.widgets.live.base import Live, travelled_network, travelling_images, travelling_network

MAPS = 1000


class HowLittle(Live):
    """Tell two digits apart by one number: the ink of one pixel, or the sum of an image times a random map.

    The number is cut halfway between its means of the two digits over every second image; the other images
    are answered. The control is the network, on the same images.

    Parameters
    ----------
    network : Network
        One that tells digit 0 from digit 1; it has not learned from the images.
    images : array, shape (n, 784)
    labels : array of int, shape (n,)
        0 and 1.
    by : {"pixel", "shares", "map"}
        The pixel on the picture "1 minus 0", or on the picture of how far each gets; or a random map.
    pixel : int
        From 0 to 783, row by row.
    rank : int
        Of 1,000 random maps the one that is so far down in the order of the images that set the cuts.

    Examples
    --------
    >>> from weightmaps import load_network, load_sample
    >>> figure = HowLittle(load_network("zero-one"), *load_sample().only(0, 1)[::10], pixel=0)
    >>> figure.measured()
    (0.5, 1.0)
    """

    _esm = bundle.module("live_little.js")
    _title = "How little it takes"

    by = traitlets.Enum(["pixel", "shares", "map"], "pixel").tag(sync=True)
    pixel = traitlets.Int(0, min=0, max=783).tag(sync=True)
    rank = traitlets.Int(1, min=1, max=MAPS).tag(sync=True)
    _network = traitlets.Dict().tag(sync=True)
    _images = traitlets.Dict().tag(sync=True)

    def __init__(self, network, images, labels, **state):
        super().__init__(
            _network=travelling_network(network), _images=travelling_images(images, labels, 2), **state
        )
        self._shown = travelled_network(self._network)
        self._digits = Digits(images, labels)

    def shares(self, scores):
        """How many of the images that set the cuts, and of the others, each score gets right.

        Parameters
        ----------
        scores : array, shape (n, m)

        Returns
        -------
        set, others : arrays, shape (m,)
        """
        labels, chooses = self._digits.labels, np.arange(len(scores)) % 2 == 0
        zero, one = (scores[chooses & (labels == digit)].mean(axis=0) for digit in (0, 1))
        right = ((scores > (zero + one) / 2) == (one > zero)) == (labels == 1)[:, None]
        return right[chooses].mean(axis=0), right[~chooses].mean(axis=0)

    def measured(self):
        """The share right by this one number, and by the network, over the images that set no cut."""
        images, control = self._digits.images, self._shown.accuracy(*self._digits[1::2])
        if self.by != "map":
            ink = np.round(255 * images[:, [self.pixel]].astype(float))
            return float(self.shares(ink)[1][0]), control
        maps = random.normal(0, 1, MAPS * 784).reshape(MAPS, 784).astype(np.float32)
        chosen, right = self.shares(images.astype(float) @ maps.T.astype(float))
        return float(right[np.argsort(-chosen, kind="stable")[self.rank - 1]]), control
