"""Hidden neurons switched off, and what each costs."""

from __future__ import annotations

import numpy as np

from .checks import hidden_layer, index


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
    layer = hidden_layer(network, layer)
    if not np.isfinite(factor):
        raise ValueError(f"factor is {factor}; it is a number, and 0 switches off")
    neurons = [index(j, network.sizes[layer], "neuron") for j in neurons]
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
    layer, X, y = hidden_layer(network, layer), np.asarray(X), np.asarray(y)
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
