"""Weight maps, weight times input, and the input that maximises a first-layer neuron."""

from __future__ import annotations

import numpy as np

from ..checks import index, one_image


def weight_map(network, neuron, *, layer=1):
    """The incoming weights of a neuron.

    Parameters
    ----------
    network : Network
    neuron : int
    layer : int
        The first hidden layer is 1; its weights are one a pixel: ``.reshape(28, 28)`` makes them a picture.

    Returns
    -------
    array, shape (sizes[layer - 1],)
        Row ``neuron`` of the layer's weight matrix.
    """
    if layer not in range(1, len(network.sizes)):
        raise ValueError(f"layer is {layer!r}; this network has layers 1 to {len(network.sizes) - 1}")
    return network.weights[layer - 1][index(neuron, network.sizes[layer], "neuron")]


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
    return weight_map(network, neuron) * one_image(network, x)


def optimal_input(network, neuron, *, layer=1, ink=None):
    """The image that drives a first-layer neuron most: 1 where its weight is positive, 0 elsewhere.

    The neuron's z is Σ wᵢ xᵢ + b, a sum in which each pixel stands alone, so for pixels from 0 to 1 each term
    is made largest by itself: by xᵢ = 1 if wᵢ > 0, by 0 if not. Its activation never falls as z grows, so
    nothing of the weights is left in the picture but their signs.

    With `ink`, Σ xᵢ may be no more than that. Then the largest positive weights are filled first, each up to
    1, the last in part: ink moved to a pixel of larger weight only ever raises z.

    Parameters
    ----------
    network : Network
    neuron : int
    layer : int
        Must be 1. z of a deeper neuron is no sum of pixels and has no such formula.
    ink : float, optional
        The most that the pixels may sum to, 0 or more.

    Returns
    -------
    array of float64, shape (n_in,)
        From 0 to 1.

    Examples
    --------
    >>> from weightmaps.network import Network
    >>> network = Network([[[2.0, -1.0, 4.0, 3.0]]], [[0.0]])
    >>> optimal_input(network, 0).tolist(), optimal_input(network, 0, ink=1.5).tolist()
    ([1.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.5])
    """
    if layer != 1:
        raise ValueError(
            f"layer is {layer!r}; only for layer 1 is the best image known from the weights: "
            "a deeper neuron sees no pixels, and its z is no sum over them"
        )
    weights = weight_map(network, neuron)
    if ink is None:
        return (weights > 0).astype(np.float64)
    if not ink >= 0:
        raise ValueError(f"ink is {ink!r}; the pixels' sum is a number, 0 or more")
    order = np.argsort(-weights, kind="stable")
    image = np.zeros(len(weights))
    image[order] = np.clip(ink - np.arange(len(weights)), 0, 1)
    image[weights <= 0] = 0
    return image
