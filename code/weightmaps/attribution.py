"""What each pixel contributes to a neuron, and each neuron to an output. Nothing is drawn here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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


def weight_map(network, neuron):
    """The incoming weights of a neuron in the first hidden layer, one a pixel.

    Parameters
    ----------
    network : Network
    neuron : int

    Returns
    -------
    array, shape (n_in,)
        Row ``neuron`` of the first weight matrix; ``.reshape(28, 28)`` makes it a picture.
    """
    return network.weights[0][_index(neuron, network.sizes[1], "neuron")]


def weight_times_input(network, x, neuron):
    """What each pixel of one image contributes to a neuron's weighted input.

    Parameters
    ----------
    network : Network
    x : array, shape (n_in,)
    neuron : int
        In the first hidden layer.

    Returns
    -------
    array, shape (n_in,)
        ``w * x``. Its sum plus the neuron's bias is exactly the neuron's z.

    Examples
    --------
    >>> from weightmaps.network import Network
    >>> network = Network([[[2.0, -1.0, 4.0]]], [[0.5]])
    >>> product = weight_times_input(network, np.array([1.0, 1.0, 0.0]), 0)
    >>> product.tolist(), product.sum() + 0.5 == network.forward(np.array([1.0, 1.0, 0.0])).z[1][0]
    ([2.0, -1.0, 0.0], np.True_)
    """
    return weight_map(network, neuron) * _one_image(network, x)


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
    trace = network.forward(_one_image(network, x))
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
    trace = network.forward(_one_image(network, x))
    if by == "contribution":
        return _descending(outgoing * trace.a[-2])[:k]
    return np.lexsort((-trace.z[-2], -trace.a[-2]))[:k]


def ablate(network, neurons, *, layer=1, factor=0.0):
    """The network with some hidden neurons switched off, or scaled.

    What a neuron sends on is its activation times its outgoing weights, so the weights are scaled: the neuron
    itself still answers, and the layers after it no longer hear it.

    Parameters
    ----------
    network : Network
    neurons : sequence of int
        In hidden layer `layer`.
    layer : int
        The first hidden layer is 1.
    factor : float
        What their activations are multiplied by; 0 switches them off.

    Returns
    -------
    Network

    Examples
    --------
    >>> from weightmaps.network import Network
    >>> network = Network([np.eye(2), [[3.0, 4.0]]], [np.zeros(2), [0.5]], ["identity", "identity"])
    >>> ablate(network, [0]).forward(np.array([1.0, 1.0])).a[-1].tolist()
    [4.5]
    """
    layer = _hidden_layer(network, layer)
    if not np.isfinite(factor):
        raise ValueError(f"factor is {factor}; it is a number, and 0 switches off")
    neurons = [_index(j, network.sizes[layer], "neuron") for j in neurons]
    weights = [W.copy() for W in network.weights]
    weights[layer][:, neurons] *= factor
    return type(network)(weights, network.biases, network.activations)


def removal_costs(network, X, y, *, layer=1):
    """How many more images are answered wrongly when one neuron alone is switched off.

    Parameters
    ----------
    network : Network
    X : array, shape (n, n_in)
    y : array of int, shape (n,)
        The right outputs.
    layer : int
        The hidden layer whose neurons are switched off in turn; the first is 1.

    Returns
    -------
    array of int, shape (sizes[layer],)
        Negative where the network does better without that neuron.
    """
    layer, X, y = _hidden_layer(network, layer), np.asarray(X), np.asarray(y)
    if X.ndim != 2 or y.shape != (len(X),):
        raise ValueError(f"X has shape {X.shape} and y {y.shape}; give X (n, {network.sizes[0]}) and y (n,)")
    right = int((network.predict(X) == y).sum())
    a = network.forward(X).a[layer]
    # The layers below are the same for every neuron: run them once, then the rest as a network of its own.
    rest = type(network)(network.weights[layer:], network.biases[layer:], network.activations[layer:])
    costs = []
    for j in range(network.sizes[layer]):
        without = a.copy()
        without[:, j] = 0
        costs.append(right - int((rest.predict(without) == y).sum()))
    return np.array(costs)


def _outgoing(network, output):
    if len(network.weights) < 2:
        raise ValueError(f"{network!r} has no hidden layer, so no neuron stands between input and output")
    return network.weights[-1][_index(output, network.sizes[-1], "output")]


def _hidden_layer(network, layer):
    if layer != int(layer) or not 1 <= layer <= len(network.sizes) - 2:
        raise ValueError(f"layer is {layer!r}; this network has hidden layers 1 to {len(network.sizes) - 2}")
    return int(layer)


def _descending(score):
    return np.argsort(-score, kind="stable")


def _index(value, n, name):
    if value != int(value) or not 0 <= value < n:
        raise ValueError(f"{name} is {value!r}; there are {n}, numbered 0 to {n - 1}")
    return int(value)


def _one_image(network, x):
    x = np.asarray(x)
    if x.shape != (network.sizes[0],):
        raise ValueError(f"x has shape {x.shape}; one image for this network has shape ({network.sizes[0]},)")
    return x
