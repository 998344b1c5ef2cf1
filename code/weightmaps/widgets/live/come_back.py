"""ComeBack: neurons that other seeds find again, and what a network loses without them."""

import numpy as np
import traitlets

from weightmaps import analysis, attribution, random
from weightmaps.widgets import bundle
from weightmaps.widgets.encode import decode_arrays, encode_arrays
from weightmaps.widgets.live.base import LiveNeuron

DRAWS = 50  # of as many other neurons


class ComeBack(LiveNeuron):
    """A neuron and its partners in two other networks, and what is lost without those that come back.

    A neuron has a double in another network if its activations correlate with those of its partner there by
    more than a limit.

    Parameters
    ----------
    network : Network
        With 784 inputs and one hidden layer.
    others : sequence of two Networks
        Of the same sizes, from other seeds.
    images : array, shape (n, 784)
        Held-out images, on which the lead of the right output is measured.
    labels : array of int, shape (n,)
    choose : Digits
        Other images: every second one finds a neuron's partners, the rest say how alike they are; all give
        the means at which neurons are frozen.
    neuron : int
        The neuron whose partners are shown.
    alike : float
        Above which correlation a partner is a double.
    beside : {"random", "largest", "again"}
        What is measured: the lead lost, on average, with all neurons frozen that have a double in one of the
        others; the control freezes as many of the rest, at random (the median of 50 draws), or those that
        move the outputs most. Or the number of neurons with a double in both others, where the control is
        that of neurons with one in either.
    draw : int
        Which random draws.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> networks = [training.initialise((784, 4, 10), scale="unit", seed=seed) for seed in range(3)]
    >>> sample = load_sample()[::50]
    >>> figure = ComeBack(networks[0], networks[1:], *sample[::2], choose=sample[1::2], beside="again")
    >>> figure.measured()
    (0.0, 0.0)
    """

    _esm = bundle.module("live_come_back.js")
    _title = "Do they come back?"

    alike = traitlets.Float(0.9, min=0.8, max=0.99).tag(sync=True)
    beside = traitlets.Enum(["random", "largest", "again"], "random").tag(sync=True)
    draw = traitlets.Int(0, min=0, max=2**31 - 1).tag(sync=True)
    _others = traitlets.Dict().tag(sync=True)

    def __init__(self, network, others, images, labels, *, choose, **state):
        sizes = {one.sizes for one in (network, *others)}
        if len(others) != 2 or len(sizes) > 1 or network.sizes[0] != 784:
            raise ValueError(
                f"network is {network.sizes} and others {[one.sizes for one in others]}; "
                "give two others of the same sizes, 784 first"
            )
        matched, scored = ([_hidden(one, half) for one in (network, *others)] for half in _halves(choose))
        a, outgoing = _hidden(network, choose), network.weights[1]
        partners = [analysis.match_neurons(matched[0], one) for one in matched[1:]]
        alike = [
            analysis.correlations(scored[0], one)[np.arange(len(partner)), partner]
            for one, partner in zip(scored[1:], partners, strict=True)
        ]
        maps = [one.weights[0][partner] for one, partner in zip(others, partners, strict=True)]
        found = {
            "maps": np.concatenate(maps),
            "partners": np.array(partners),
            "alike": np.array(alike),
            "rest": a.mean(axis=0),
            "swing": a.std(axis=0) * np.linalg.norm(outgoing - outgoing.mean(axis=0), axis=0),
        }
        others = encode_arrays(found, coarse=["maps"])
        self._found = decode_arrays(others)
        super().__init__(network, images, labels, _others=others, **state)

    def measured(self):
        """Effect and control, by NumPy: see the parameter `beside`."""
        has = self._found["alike"].astype(float) > self.alike
        if self.beside == "again":
            return float(has.all(axis=0).sum()), float(has.any(axis=0).sum())
        back, rest = np.flatnonzero(has.any(axis=0)), np.flatnonzero(~has.any(axis=0))
        if self.beside == "largest":
            teams = [rest[np.argsort(-self._found["swing"][rest], kind="stable")]]
        else:
            teams = [rest[random.permutation(self.draw, k, len(rest))] for k in range(DRAWS)]
        teams = [[], back, *(team[: len(back)] for team in teams)]
        leads = attribution.margin_without_teams(self._shown, *self._digits, teams, rest=self._found["rest"])
        whole, own, *others = leads.mean(axis=1)
        return whole - own, whole - np.median(others)


def _halves(images):
    return images[::2], images[1::2]


def _hidden(network, images):
    return network.forward(images.images).a[1]
