"""The weights of a first-layer neuron as a picture: alone, and times an image."""

from __future__ import annotations

import numpy as np

from .checks import index, one_image


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
    return network.weights[0][index(neuron, network.sizes[1], "neuron")]


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
