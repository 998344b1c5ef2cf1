"""Deletion curves: how soon a network fails when pixels are deleted in an order that a method proposes."""

from __future__ import annotations

from math import ceil

import numpy as np

from ..checks import baseline_image, images, labels


def deletion_curve(network, X, y, order, *, baseline=0.0, ks=None):
    """The share of images still answered as `y` says, after the first k pixels of each were deleted.

    An order is good if the curve falls sooner than for random orders (Petsiuk, Das, Saenko 2018,
    arXiv:1806.07421). A share is on the same scale for every network, which a mean z would not be. With ``y =
    network.predict(X)`` it is the share of answers *kept*: it starts at 1 for an untrained network, too.

    Parameters
    ----------
    network : Network
    X : array, shape (n, n_in)
    y : array of int, shape (n,)
        The outputs that count as right: labels, or the network's own answers.
    order : array of int, shape (n, n_in)
        Each image's pixels, the first to be deleted first: ``np.argsort(-attributions, axis=1)``.
    baseline : float or array, shape (n_in,)
        What a deleted pixel becomes: that ink (0, the default, leaves blank pixels as they are), or its value
        in an image.
    ks : sequence of int, optional
        Numbers of pixels from 0 to n_in, growing. Otherwise 0 to n_in in at most 56 equal steps.

    Returns
    -------
    ks : array of int, shape (m,)
    shares : array of float64, shape (m,)
        From 0 to 1.

    Examples
    --------
    >>> from weightmaps.network import Network
    >>> network = Network([[[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]], [[-0.5, 0.0]])
    >>> X = np.ones((2, 3))
    >>> ks, shares = deletion_curve(network, X, [0, 0], [[0, 1, 2], [0, 2, 1]])
    >>> ks.tolist(), shares.tolist()
    ([0, 1, 2, 3], [1.0, 1.0, 0.5, 0.0])
    """
    rows, order, n_in = images(network, X), np.asarray(order), network.sizes[0]
    y = labels(y, len(rows), network.sizes[-1])
    each_once = order.shape == rows.shape and (np.sort(order, axis=1) == np.arange(n_in)).all()
    if order.dtype.kind not in "iu" or not each_once:
        raise ValueError(
            f"order is {order.dtype} of shape {order.shape}; give an array of integers {rows.shape}: "
            f"for each image every pixel, 0 to {n_in - 1}, once"
        )
    if ks is None:
        ks = [*range(0, n_in, ceil(n_in / 56)), n_in]
    ks = np.asarray(ks)
    if ks.dtype.kind not in "iu" or ks.ndim != 1 or ks.min(initial=0) < 0 or ks.max(initial=0) > n_in:
        raise ValueError(f"ks is {ks!r}; give integers from 0 to {n_in}")
    if (np.diff(ks) <= 0).any():
        raise ValueError(f"ks is {ks!r}; it must grow")
    baseline = baseline_image(network, baseline)
    shares, done = [], 0
    for k in ks:
        pixels = order[:, done:k]
        np.put_along_axis(rows, pixels, baseline[pixels], axis=1)
        shares.append(np.mean(network.predict(rows) == y))
        done = k
    return ks, np.array(shares)
