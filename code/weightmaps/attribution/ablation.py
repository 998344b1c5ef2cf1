"""Ablation of hidden neurons, to zero, to their mean or by a factor; and what each one's removal costs."""

from __future__ import annotations

import numpy as np

from ..checks import distinct, hidden_layer, labels


def ablate(network, neurons, *, layer=1, by=0.0, X=None):
    """The network with the activation of some hidden neurons at zero, at its mean, or scaled.

    A neuron at zero takes two things with it: what it tells about the image, and the constant push that the
    next layer was trained to expect. A neuron at its mean goes on pushing and tells nothing.

    Parameters
    ----------
    network : Network
    neurons : sequence of int
        In hidden layer `layer`, each once.
    layer : int
        The first hidden layer is 1.
    by : float or "mean"
        What replaces their activations: the same times this factor, so that 0 switches them off; or their
        mean over `X`.
    X : array, shape (n, n_in), optional
        The images over which the mean is taken; for ``by="mean"`` alone.

    Returns
    -------
    Network
        Its weights out of these neurons are changed, and for the mean the biases of the next layer: the
        neurons themselves answer as before, and what the next layer hears of them is replaced.

    Raises
    ------
    ValueError
        If there is no such layer or neuron, `by` is neither, or `X` is missing or not needed.

    Examples
    --------
    >>> from weightmaps.network import Network
    >>> network = Network([np.eye(2), [[3.0, 4.0]]], [np.zeros(2), [0.5]], ["identity", "identity"])
    >>> X = np.array([[1.0, 1.0], [3.0, 1.0]])
    >>> ablate(network, [0]).forward(X).a[-1].tolist()
    [[4.5], [4.5]]
    >>> ablate(network, [0], by="mean", X=X).forward(X).a[-1].tolist()
    [[10.5], [10.5]]
    """
    layer = hidden_layer(network, layer)
    neurons = distinct(neurons, network.sizes[layer], "neuron")
    if (X is None) == (by == "mean"):
        raise ValueError(
            f"by is {by!r} and X is {'missing' if X is None else 'given'}; the mean alone is over X"
        )
    weights, biases = list(network.weights), list(network.biases)
    weights[layer] = weights[layer].copy()
    if by == "mean":
        W = weights[layer].astype(np.float64)
        mean = network.forward(np.asarray(X, dtype=np.float64)).a[layer][:, neurons].mean(axis=0)
        biases[layer] = biases[layer] + W[:, neurons] @ mean
        weights[layer][:, neurons] = 0
    elif isinstance(by, str) or not np.isfinite(by):
        raise ValueError(f"by is {by!r}; give a finite factor, where 0 switches off, or 'mean'")
    else:
        weights[layer][:, neurons] *= by
    return type(network)(weights, biases, network.activations)


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
    layer, X = hidden_layer(network, layer), np.atleast_2d(X)
    y = labels(y, len(X), network.sizes[-1])
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
