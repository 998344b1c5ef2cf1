"""Smoothness, blur and scale of weight maps; and a network with other maps in their place."""

from __future__ import annotations

import numpy as np

from ..network import Network


def smoothness(maps, *, where=None):
    """The correlation of a weight with the weight of the pixel to its right or below it, over all maps.

    Parameters
    ----------
    maps : array, shape (n, side * side)
        A map a row.
    where : array of bool, shape (side * side,), optional
        Only pairs of pixels that both lie here are counted; by default all.

    Returns
    -------
    float
        From -1 to 1; near 0 for independent noise. Noise that was blurred is smooth too: a high value says
        that neighbours agree, not why.

    Examples
    --------
    >>> ramp = np.arange(9.0)[None]
    >>> round(smoothness(ramp), 2), round(smoothness(ramp * [1, -1, 1, -1, 1, -1, 1, -1, 1]), 2)
    (0.9, -0.95)
    """
    pictures = _pictures(maps)
    where = np.ones(pictures.shape[1:], bool) if where is None else _pictures([where])[0].astype(bool)
    beside = where[:, 1:] & where[:, :-1]
    below = where[1:] & where[:-1]
    if not (beside.any() or below.any()):
        raise ValueError("where holds no two pixels side by side; smoothness compares neighbours")
    first = np.concatenate([pictures[:, :, :-1][:, beside], pictures[:, :-1][:, below]], axis=1)
    second = np.concatenate([pictures[:, :, 1:][:, beside], pictures[:, 1:][:, below]], axis=1)
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def loudness(maps, where, *, beside):
    """The root mean square of some pixels' weights over that of others.

    Parameters
    ----------
    maps : array, shape (n, n_in)
        A map a row.
    where, beside : array of bool, shape (n_in,)
        The pixels in question, and those to compare them with.

    Returns
    -------
    float
        0 where all their weights are 0, and 1 where they are as large as the others.

    Examples
    --------
    >>> loudness(np.array([[3.0, -3.0, 6.0]]), [True, True, False], beside=[False, False, True])
    0.5
    """
    maps = np.asarray(maps, float)
    parts = []
    for name, chosen in (("where", where), ("beside", beside)):
        chosen = np.asarray(chosen, bool)
        if maps.ndim != 2 or chosen.shape != maps.shape[1:] or not chosen.any():
            raise ValueError(
                f"{name} has shape {chosen.shape} and chooses {chosen.sum()} pixels; it must choose one or "
                f"more of a map's, and maps has shape {maps.shape}"
            )
        parts.append(np.sqrt((maps[:, chosen] ** 2).mean()))
    return float(parts[0] / parts[1])


def blur(maps):
    """Each map with every weight averaged with its eight neighbours, the nearer ones counting more.

    The kernel is (1, 2, 1) / 4 in both directions, and the outermost pixels are repeated outwards. That is
    symmetric: ``blur([w])[0] @ x`` equals ``w @ blur([x])[0]``.

    Parameters
    ----------
    maps : array, shape (n, side * side)

    Returns
    -------
    array, shape (n, side * side)

    Examples
    --------
    >>> blur(np.array([[0, 0, 0, 0, 16, 0, 0, 0, 0]])).tolist()
    [[1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0]]
    """
    padded = np.pad(_pictures(maps), ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = (padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]) / 4
    both = (across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]) / 4
    return both.reshape(len(both), -1)


def with_maps(network, maps):
    """The network with other weights into its first hidden layer; all else is kept.

    Parameters
    ----------
    network : Network
    maps : array, shape (sizes[1], sizes[0])

    Returns
    -------
    Network
    """
    maps = np.asarray(maps)
    if maps.shape != network.weights[0].shape:
        raise ValueError(f"maps has shape {maps.shape}; {network!r} has maps of {network.weights[0].shape}")
    return Network([maps, *network.weights[1:]], network.biases, network.activations)


def maxabs_scale(maps):
    """Each map divided by its own largest magnitude, to draw maps of very different sizes side by side.

    Parameters
    ----------
    maps : array, shape (n, n_in)

    Returns
    -------
    array, shape (n, n_in)
        From -1 to 1; a map of zeros stays one.
    """
    maps = np.asarray(maps)
    largest = np.abs(maps).max(axis=1, keepdims=True)
    return maps / np.where(largest > 0, largest, 1)


def _pictures(maps):
    maps = np.asarray(maps)
    side = round(maps.shape[-1] ** 0.5) if maps.ndim == 2 else 0
    if maps.ndim != 2 or side * side != maps.shape[1]:
        raise ValueError(f"maps has shape {maps.shape}; give one square map a row, such as (100, 784)")
    return maps.reshape(-1, side, side)
