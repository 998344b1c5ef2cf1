"""Random numbers that the widgets draw too, number for number: mulberry32, and what is made of it."""

from __future__ import annotations

import numpy as np


def uniform(seed, stream, n):
    """Random numbers in [0, 1).

    The generator is mulberry32, of which number ``i`` follows from ``i`` alone.

    Parameters
    ----------
    seed, stream : int
        Which random numbers, and for what.
    n : int

    Returns
    -------
    array, shape (n,)
    """
    first = (seed * 0x9E3779B9 + stream * 0x85EBCA6B) % 2**32
    a = np.uint32(first) + np.arange(1, n + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
    t = (a ^ a >> np.uint32(15)) * (a | np.uint32(1))
    t ^= t + (t ^ t >> np.uint32(7)) * (t | np.uint32(61))
    return (t ^ t >> np.uint32(14)) / 2**32


def normal(seed, stream, n):
    """Random numbers from N(0, 1), by Box and Muller's method; see :func:`uniform`."""
    u, v = uniform(seed, stream, 2 * n).reshape(n, 2).T
    return np.sqrt(-2.0 * np.log(1.0 - u)) * np.cos(2.0 * np.pi * v)


def permutation(seed, stream, n):
    """The numbers 0 to n - 1 in a random order, by Fisher and Yates' method; see :func:`uniform`.

    >>> permutation(0, 0, 5).tolist()
    [1, 4, 3, 0, 2]
    """
    order = np.arange(n)
    for i, u in zip(range(n - 1, 0, -1), uniform(seed, stream, n)[:0:-1], strict=True):
        j = int(u * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order
