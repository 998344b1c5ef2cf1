"""What each hidden neuron contributes to an output, for one image: the ledger and its rankings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .checks import index, one_image

RANKINGS = ("weight", "activation", "contribution")


@dataclass(frozen=True)
class Ledger:
    """Every neuron's contribution to one output for one image, the largest first.

    Attributes
    ----------
    neurons : array of int, shape (n_hidden,)
    contributions : array, shape (n_hidden,)
        ``w·a`` of each of these neurons: its outgoing weight times its activation.
    bias : float
        The output's own.
    total : float
        The output's weighted input z; ``contributions.sum() + bias`` up to rounding.
    """

    neurons: np.ndarray
    contributions: np.ndarray
    bias: float
    total: float


def ledger(network, x, output):
    """Account for one output: what every neuron of the last hidden layer adds to its z for one image.

    Parameters
    ----------
    network : Network
        With one hidden layer or more.
    x : array, shape (n_in,)
    output : int

    Returns
    -------
    Ledger
    """
    outgoing = _outgoing(network, output)
    trace = network.forward(one_image(network, x))
    contributions = outgoing * trace.a[-2]
    order = _descending(contributions)
    bias, total = float(network.biases[-1][output]), float(trace.z[-1][output])
    return Ledger(order, contributions[order], bias, total)


def top_neurons(network, output, k, *, by="weight", x=None):
    """The k neurons of the last hidden layer that come first for an output.

    Parameters
    ----------
    network : Network
        With one hidden layer or more.
    output : int
    k : int
    by : {"weight", "activation", "contribution"}
        Rank by outgoing weight to the output (signed, as in ``W2[3].argsort()``), by activation for the
        image ``x``, or by their product.
    x : array, shape (n_in,), optional
        The image; ``activation`` and ``contribution`` need it.

    Returns
    -------
    array of int, shape (k,)
        The largest first. Of equal activations the larger z comes first, since a sigmoid in floating point is
        1 for many neurons at once; of equals in all else, the lower number.
    """
    if by not in RANKINGS:
        raise ValueError(f"unknown ranking by={by!r}; there are: {', '.join(RANKINGS)}")
    if by != "weight" and x is None:
        raise ValueError(f"ranking by {by!r} depends on the image; give x=")
    n_hidden = network.sizes[-2]
    if not 1 <= k <= n_hidden:
        raise ValueError(f"k is {k}; there are {n_hidden} neurons, so it must be from 1 to {n_hidden}")
    outgoing = _outgoing(network, output)
    if by == "weight":
        return _descending(outgoing)[:k]
    trace = network.forward(one_image(network, x))
    if by == "contribution":
        return _descending(outgoing * trace.a[-2])[:k]
    return np.lexsort((-trace.z[-2], -trace.a[-2]))[:k]


def _outgoing(network, output):
    if len(network.weights) < 2:
        raise ValueError(f"{network!r} has no hidden layer, so no neuron stands between input and output")
    return network.weights[-1][index(output, network.sizes[-1], "output")]


def _descending(score):
    return np.argsort(-score, kind="stable")
