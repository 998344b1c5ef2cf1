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
        From −1 to 1; near 0 for independent noise. Noise that was blurred is smooth too: a high value says
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


def start_remaining(*, learning_rate, epochs, weight_decay=0.0, batch_size=10):
    """What decay leaves of each starting weight, as a part of it: exp(−ηλ · epochs / batch size).

    Each step multiplies the weights by ``1 − ηλ / n``, and ``epochs · n / batch_size`` steps are made, so the
    number of images n cancels. What the steps add on the way is what was learned.

    Parameters
    ----------
    learning_rate, weight_decay : float
        η and λ as in `training.train`: λ is Nielsen's, divided by the number of images in each step.
    epochs, batch_size : int

    Returns
    -------
    float
        From 0 to 1; 1 without decay.

    Examples
    --------
    >>> round(start_remaining(learning_rate=0.5, weight_decay=5, epochs=30, batch_size=10), 5)
    0.00055
    """
    if min(learning_rate, weight_decay, epochs) < 0 or batch_size < 1:
        raise ValueError(
            f"learning_rate {learning_rate}, weight_decay {weight_decay}, epochs {epochs} and batch_size "
            f"{batch_size}: none may be negative, and a batch has an image or more"
        )
    return float(np.exp(-learning_rate * weight_decay * epochs / batch_size))


def share_learned(learned, left, *, where=None):
    """How much of the maps' variance was learned: var(learned) / (var(learned) + var(left)).

    The smoothness of the maps is about this share times the smoothness of what was learned, if what is left
    of the start is noise that has nothing to do with what was learned.

    Parameters
    ----------
    learned, left : arrays, shape (n, side * side)
        The maps in two parts: what is left of the start, which is `start_remaining` times the start; and the
        end minus that.
    where : array of bool, shape (side * side,), optional
        The pixels whose weights are counted; by default all.

    Returns
    -------
    float
        From 0, all noise, to 1.

    Examples
    --------
    >>> share_learned(np.array([[3.0, -3.0, 3.0, -3.0]]), np.array([[1.0, 1.0, -1.0, -1.0]]))
    0.9
    """
    learned, left = np.asarray(learned), np.asarray(left)
    if learned.shape != left.shape:
        raise ValueError(
            f"learned has shape {learned.shape} and left {left.shape}; they are parts of one map"
        )
    chosen = slice(None) if where is None else where
    learned, left = learned[:, chosen].var(dtype=float), left[:, chosen].var(dtype=float)
    if not learned + left > 0:
        raise ValueError("neither learned nor left varies; there is nothing to share")
    return float(learned / (learned + left))


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
        From −1 to 1; a map of zeros stays one.
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
