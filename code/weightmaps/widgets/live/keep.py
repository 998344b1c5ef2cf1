"""KeepNeurons: keep the first neurons of a ranking, beside random orders that can be drawn again."""

import numpy as np
import traitlets

from weightmaps import attribution, random
from weightmaps.widgets import bundle
from weightmaps.widgets.encode import encode_arrays
from weightmaps.widgets.live.base import LiveNetwork

DRAWS = 30  # random orders
ENOUGH = 0.95  # the share of the whole accuracy that the needed neurons keep
RANKINGS = {
    "greedy": attribution.greedy_order,
    "weight": lambda network, X, y: _falling(np.linalg.norm(network.weights[1], axis=0)),
    "contribution": lambda *given: _falling(attribution.relative_contribution(*given).max(axis=0)),
    "alone": lambda *given: _falling(attribution.removal_costs(*given)),
    "lead": lambda *given: _falling(attribution.margin_drop(*given).mean(axis=0)),
    "frozen": lambda *given: _falling(attribution.margin_drop(*given, part="change").mean(axis=0)),
}


class KeepNeurons(LiveNetwork):
    """How often a network is right with the first neurons of a ranking and all others off.

    The control keeps as many in random orders.

    Parameters
    ----------
    network : Network
        With 784 inputs and one hidden layer.
    images : array, shape (n, 784)
        Held-out images, on which the answers are counted.
    labels : array of int, shape (n,)
    choose : Digits
        Other images, by which the neurons are ranked.
    kept : int
        How many neurons are kept, by default 10 or all.
    ranking : {"greedy", "weight", "contribution", "alone", "lead", "frozen"}
        Who comes first: the choice of :func:`weightmaps.attribution.greedy_order`; the largest weights to the
        outputs; the largest contribution to a digit; the most answers lost without it; the most lead lost on
        average without it, or with it held at its mean.
    measure : {"accuracy", "needed"}
        What is measured: the share of the whole network's accuracy that is kept, where the control is the
        mean of 30 random orders; or from how many neurons on 95% of it are kept, where it is their median.
    draw : int
        Which random orders.

    Examples
    --------
    >>> from weightmaps import load_network, load_sample
    >>> sample = load_sample()
    >>> KeepNeurons(load_network("logistic"), *sample[::10], choose=sample[1::50])
    Traceback (most recent call last):
        ...
    ValueError: network has sizes (784, 2); one hidden layer is wanted, after 784 inputs
    """

    _esm = bundle.module("live_keep.js")
    _title = "How many neurons?"

    kept = traitlets.Int(min=0).tag(sync=True)
    ranking = traitlets.Enum(list(RANKINGS), "greedy").tag(sync=True)
    measure = traitlets.Enum(["accuracy", "needed"], "accuracy").tag(sync=True)
    draw = traitlets.Int(0, min=0, max=2**31 - 1).tag(sync=True)
    _orders = traitlets.Dict().tag(sync=True)

    def __init__(self, network, images, labels, *, choose, **state):
        if len(network.sizes) != 3 or network.sizes[0] != 784:
            raise ValueError(
                f"network has sizes {network.sizes}; one hidden layer is wanted, after 784 inputs"
            )
        self._ranked = {name: rank(network, *choose) for name, rank in RANKINGS.items()}
        state = {"kept": min(10, network.sizes[1]), **state}
        super().__init__(network, images, labels, _orders=encode_arrays(self._ranked), **state)

    @traitlets.validate("kept")
    def _neurons(self, proposal):
        count = len(self._shown.biases[0])
        if proposal.value > count:
            raise traitlets.TraitError(f"kept is {proposal.value}; there are {count} neurons")
        return proposal.value

    def measured(self):
        """Effect and control, by NumPy: see the parameter `measure`."""
        count = self._shown.sizes[1]
        luck = [random.permutation(self.draw, k, count) for k in range(DRAWS)]
        orders = [self._ranked[self.ranking], *luck]
        shares = attribution.kept_accuracy(self._shown, *self._digits, orders)
        if self.measure == "needed":
            kept = shares >= ENOUGH * shares[:, -1:]
            first, *luck = count + 1 - kept[:, ::-1].cumprod(axis=1).sum(axis=1)
            return float(first), float(np.median(luck))
        first, *luck = shares[:, self.kept] / shares[0, -1]
        return first, np.mean(luck)


def _falling(score):
    return np.argsort(-score, kind="stable")
