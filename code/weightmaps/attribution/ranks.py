"""Spearman's rank correlation of two pictures."""

from __future__ import annotations

import numpy as np

from ..checks import numbers


def rank_correlation(a, b):
    """Spearman's rank correlation: Pearson's correlation of the ranks, equals sharing their average rank.

    Parameters
    ----------
    a, b : array, shape (n_in,) or (n, n_in)
        Two pictures, or n pairs of them, a row each. Signs count: take ``np.abs`` of both to compare
        strengths. To compare over lit pixels alone, choose them first: ``rank_correlation(a[x > 0], b[x >
        0])``.

    Returns
    -------
    float, or array of float64, shape (n,)
        From −1 (opposite order) to 1 (same order).

    Raises
    ------
    ValueError
        If a picture is flat: it puts the pixels in no order.

    Examples
    --------
    >>> rank_correlation([[1, 2, 3], [1, 2, 2]], [[1, 4, 40], [0, -1, -1]]).tolist()
    [1.0, -1.0]
    """
    a, b = numbers(a, "a"), numbers(b, "b")
    if a.shape != b.shape or a.ndim not in (1, 2) or 0 in a.shape:
        raise ValueError(f"a has shape {a.shape} and b {b.shape}; give both (n_in,) or both (n, n_in)")
    deviations = []
    for name, values in (("a", a), ("b", b)):
        ranks = np.array([_ranks(row) for row in np.atleast_2d(values)])
        ranks -= (ranks.shape[1] - 1) / 2
        if not ranks.any(axis=1).all():
            raise ValueError(f"{name} holds a picture whose pixels are all equal; it puts them in no order")
        deviations.append(ranks)
    p, q = deviations
    result = (p * q).sum(axis=1) / np.sqrt((p * p).sum(axis=1) * (q * q).sum(axis=1))
    return result.reshape(a.shape[:-1])[()]


def _ranks(row):
    """From 0; equals share the mean of the ranks they take."""
    _, which, times = np.unique(row, return_inverse=True, return_counts=True)
    return (times.cumsum() - (times + 1) / 2)[which]
