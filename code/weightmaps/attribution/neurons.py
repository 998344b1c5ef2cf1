"""The ledger of an output, neuron by neuron, and rankings of neurons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..checks import hidden_layer, images, index, one_image

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


def ledger(network, x, output, *, layer=1):
    """Account for one output: what every neuron of the hidden layer before it adds to its z for one image.

    Parameters
    ----------
    network : Network
        With one hidden layer or more.
    x : array, shape (n_in,)
    output : int
        Of the layer after `layer`: an output of the network where `layer` is the last hidden one.
    layer : int
        The first hidden layer is 1.

    Returns
    -------
    Ledger
    """
    outgoing = _outgoing(network, output, layer)
    trace = network.forward(one_image(network, x))
    contributions = outgoing * trace.a[layer]
    order = _descending(contributions)
    bias, total = float(network.biases[layer][output]), float(trace.z[layer + 1][output])
    return Ledger(order, contributions[order], bias, total)


def top_neurons(network, output, *, k=10, by="weight", X=None, layer=1):
    """The k neurons of a hidden layer that come first for an output.

    Parameters
    ----------
    network : Network
        With one hidden layer or more.
    output : int
        Of the layer after `layer`: an output of the network where `layer` is the last hidden one.
    k : int
    by : {"weight", "activation", "contribution"}
        Rank by outgoing weight to the output (signed, as in ``W2[3].argsort()``), by mean activation
        over the images, or by their product.
    X : array, shape (n, n_in) or (n_in,), optional
        Images, or one image; ``activation`` and ``contribution`` need them.
    layer : int
        The first hidden layer is 1.

    Returns
    -------
    array of int, shape (k,)
        The largest first. Of equal activations the larger z comes first, since a sigmoid in floating point is
        1 for many neurons at once; of equals in all else, the lower number.
    """
    if by not in RANKINGS:
        raise ValueError(f"unknown ranking by={by!r}; there are: {', '.join(RANKINGS)}")
    if by != "weight" and X is None:
        raise ValueError(f"ranking by {by!r} depends on the images; give X=")
    outgoing = _outgoing(network, output, layer)
    n_hidden = len(outgoing)
    if not 1 <= k <= n_hidden:
        raise ValueError(f"k is {k}; there are {n_hidden} neurons, so it must be from 1 to {n_hidden}")
    if by == "weight":
        return _descending(outgoing)[:k]
    trace = network.forward(images(network, X))
    z, a = trace.z[layer].mean(axis=0), trace.a[layer].mean(axis=0)
    if by == "contribution":
        return _descending(outgoing * a)[:k]
    return np.lexsort((-z, -a))[:k]


def _outgoing(network, output, layer):
    layer = hidden_layer(network, layer)
    return network.weights[layer][index(output, network.sizes[layer + 1], "output")]


def _descending(score):
    return np.argsort(-score, kind="stable")
