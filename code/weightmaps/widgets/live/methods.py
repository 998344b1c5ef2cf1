"""Methods: one image as four methods colour it, for a trained network, its start and another seed."""

import numpy as np
import traitlets

from weightmaps import attribution
from weightmaps.widgets import bundle
from weightmaps.widgets.checks import there_is
from weightmaps.widgets.live.base import Live, travelled_network, travelling_images, travelling_network

EVERY = 20  # images; so many are enough, and take no time to colour
STEPS = 20


class Methods(Live):
    """The picture that a method makes of an image for its label, beside that of another network.

    Every twentieth image can be chosen, and is measured.

    Parameters
    ----------
    network, start, other : Network
        After training, before it, and after training from another seed: 784 inputs, one hidden layer.
    images : array, shape (n, 784)
    labels : array of int, shape (n,)
    method : {"integrated", "product", "gradient", "occlusion"}
        Integrated gradients of 20 steps, input × gradient, gradient, or occlusion by patches of 4 × 4.
    beside : {"start", "other"}
        The network whose picture is shown beside.
    measure : {"signs", "strengths", "focus"}
        Rank correlation with the picture beside: of the values over lit pixels, or of the strengths over all;
        the control is the correlation with the picture not shown. Or the share of the strength that the
        strongest tenth of the pixels holds; the control is that of the picture beside.
    image : int
        The one that is shown, counted among those that are measured.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> first, other = (training.initialise((784, 4, 10), scale="fan_in", seed=seed) for seed in (0, 1))
    >>> Methods(first, first, other, *load_sample()[::50]).measured()[0]
    1.0
    """

    _esm = bundle.module("live_methods.js")
    _title = "Methods and controls"

    method = traitlets.Enum(["integrated", "product", "gradient", "occlusion"], "integrated").tag(sync=True)
    beside = traitlets.Enum(["start", "other"], "start").tag(sync=True)
    measure = traitlets.Enum(["signs", "strengths", "focus"], "signs").tag(sync=True)
    image = traitlets.Int(0, min=0).tag(sync=True)
    _network = traitlets.Dict().tag(sync=True)
    _start = traitlets.Dict().tag(sync=True)
    _other = traitlets.Dict().tag(sync=True)
    _images = traitlets.Dict().tag(sync=True)
    _rule = traitlets.Dict().tag(sync=True)

    def __init__(self, network, start, other, images, labels, **state):
        places, weights = np.polynomial.legendre.leggauss(STEPS)
        self._measured = np.asarray(images, float)[::EVERY], np.asarray(labels)[::EVERY]
        super().__init__(
            _network=travelling_network(network),
            _start=travelling_network(start),
            _other=travelling_network(other),
            _images=travelling_images(images, labels, network.sizes[-1]),
            _rule={"places": ((places + 1) / 2).tolist(), "weights": (weights / 2).tolist()},
            **state,
        )

    @traitlets.validate("image")
    def _an_image(self, proposal):
        return there_is(proposal, len(self._measured[1]), "images")

    def pictures(self, which):
        """What the method makes of each measured image, shape (n, 784), for a network, start or other."""
        network = travelled_network(getattr(self, f"_{which}"))
        X, y = self._measured
        if self.method == "integrated":
            return attribution.integrated_gradients(network, X, output=y, n_steps=STEPS)
        if self.method == "occlusion":
            return attribution.occlusion(network, X, output=y, strides=(2, 2))
        return attribution.gradient(network, X, output=y) * (X if self.method == "product" else 1)

    def measured(self):
        """Effect and control, means over the measured images: see the parameter `measure`."""
        if self.measure == "focus":
            strengths = [np.sort(np.abs(self.pictures(one)))[:, ::-1] for one in ("network", self.beside)]
            return tuple(float((one[:, :78].sum(axis=1) / one.sum(axis=1)).mean()) for one in strengths)
        own, (X, _) = self.pictures("network"), self._measured
        found = []
        for which in sorted(["start", "other"], key=lambda one: one != self.beside):
            trios = zip(own, self.pictures(which), X > 0, strict=True)
            if self.measure == "signs":
                pairs = [(a[lit], b[lit]) for a, b, lit in trios]
            else:
                pairs = [(np.abs(a), np.abs(b)) for a, b, _ in trios]
            found.append(float(np.mean([attribution.rank_correlation(a, b) for a, b in pairs])))
        return tuple(found)
