"""Representations: principal components, linear probes, matching neurons of two layers."""

from __future__ import annotations

import numpy as np

from ..checks import labels
from ..network import Network

PENALTIES = tuple(10.0**k for k in range(-4, 3))


def principal_components(X, k=2):
    """The k directions along which the rows of X vary most, by singular value decomposition.

    Parameters
    ----------
    X : array, shape (n, d)
        A row an image: its pixels, or a layer's activations.
    k : int
        At most n and d.

    Returns
    -------
    points : array, shape (n, k)
        Each row's coordinates along these directions, from the mean of all. The sign of a direction is free;
        here its largest entry is positive.
    shares : array, shape (min(n, d),)
        The part of the whole variance that lies along each direction, the largest first; not only the k.

    Examples
    --------
    >>> points, shares = principal_components(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), k=1)
    >>> points.round(6).ravel().tolist(), shares.round(6).tolist()
    ([-5.0, 0.0, 5.0], [1.0, 0.0])
    """
    X = _table(X, "X")
    if not 1 <= k <= min(X.shape):
        raise ValueError(f"k is {k}; X has shape {X.shape}, so it must be from 1 to {min(X.shape)}")
    centred = X - X.mean(axis=0)
    _, s, directions = np.linalg.svd(centred, full_matrices=False)
    if not s[0] > 0:
        raise ValueError("X has equal rows; there is no direction along which they vary")
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    return centred @ (directions * signs[:, None])[:k].T, s**2 / (s**2).sum()


def linear_probe(X, y, *, penalties=PENALTIES):
    """The best linear guess of the digit from the rows of X: ridge regression on the ten right answers.

    The penalty is the one of `penalties` with which most rows are guessed right by a probe that was fitted
    to all *other* rows (leave-one-out, from one decomposition; Golub, Heath and Wahba 1979).

    Parameters
    ----------
    X : array, shape (n, d)
    y : array of int, shape (n,)
        The right answers, 0, 1, 2, …
    penalties : sequence of float
        In units of the mean squared singular value of the centred X, of those above rounding.

    Returns
    -------
    Network
        With no hidden layer: d inputs, an identity output for each answer. Its ``accuracy`` says how well
        other rows are guessed.

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [0.2, 5.0], [1.0, 2.0], [0.9, 4.0]])
    >>> linear_probe(X, np.array([0, 0, 1, 1])).predict(np.array([[0.1, 3.0], [1.1, 3.0]])).tolist()
    [0, 1]
    """
    X = _table(X, "X")
    y = labels(y, len(X))
    if y.max() < 1:
        raise ValueError("y holds 0 alone; a probe tells two labels apart, or more")
    mean, Y = X.mean(axis=0), np.eye(y.max() + 1)[y]
    answers = Y - Y.mean(axis=0)
    squares, V = np.linalg.eigh((X - mean).T @ (X - mean))
    kept = squares > 1e-10 * max(squares[-1], 1e-10)
    if not kept.any():
        raise ValueError("X has equal rows; nothing can be read from them")
    s, V = np.sqrt(squares[kept]), V[:, kept]
    U = (X - mean) @ V / s
    best = -1
    for penalty in np.mean(s**2) * np.asarray(penalties, dtype=float):
        shrink = s**2 / (s**2 + penalty)
        guesses = U @ (shrink[:, None] * (U.T @ answers))
        leverage = (U**2 @ shrink + 1 / len(X))[:, None]
        without = Y - (answers - guesses) / (1 - leverage)
        right = (without.argmax(axis=1) == y).sum()
        if right > best:
            best, chosen = right, penalty
    W = ((U.T @ answers) * (s / (s**2 + chosen))[:, None]).T @ V.T
    return Network([W], [Y.mean(axis=0) - W @ mean], ["identity"])


def correlations(A, B):
    """The correlation of every column of A with every column of B.

    Parameters
    ----------
    A, B : arrays, shapes (n, p) and (n, q)
        Activations of two layers for the same images.

    Returns
    -------
    array, shape (p, q)
        A column that never varies correlates 0 with all.
    """
    A, B = _table(A, "A"), _table(B, "B")
    if len(A) != len(B):
        raise ValueError(f"A has {len(A)} rows and B {len(B)}; row k of both must be the same image")
    return _standard(A).T @ _standard(B)


def match_neurons(A, B):
    """Give each column of A a column of B of its own: the most alike pair first, then of those left.

    Parameters
    ----------
    A, B : arrays, shape (n, p)
        Activations of two layers of the same size for the same images.

    Returns
    -------
    array of int, shape (p,)
        ``match[i]`` is the column of B for column i of A.

    Examples
    --------
    >>> A = np.array([[0.0, 1.0, 5.0], [1.0, 1.0, 3.0], [2.0, 4.0, 4.0]])
    >>> match_neurons(A, A[:, [2, 0, 1]]).tolist()
    [1, 2, 0]
    """
    alike = correlations(A, B)
    if alike.shape[0] != alike.shape[1]:
        raise ValueError(f"A has {alike.shape[0]} columns and B {alike.shape[1]}; one to one wants as many")
    match = np.empty(len(alike), dtype=int)
    for _ in match:
        i, j = np.unravel_index(alike.argmax(), alike.shape)
        match[i] = j
        alike[i, :], alike[:, j] = -np.inf, -np.inf
    return match


def explained_variance(A, B, A_new, B_new):
    """How much of each column of A a weighted sum of all columns of B explains, on other images.

    Parameters
    ----------
    A, B : arrays, shapes (n, p) and (n, q)
        Activations of two layers for the images to which the weighted sums, with a constant, are fitted.
    A_new, B_new : arrays, shapes (m, p) and (m, q)
        The same layers' activations for the images on which they are judged.

    Returns
    -------
    array, shape (p,)
        The share of the variance of each column of A_new: 1 where it is predicted exactly, 0 or less where
        the mean would have done as well. A column that does not vary gets 0.
    """
    A, B, A_new, B_new = _table(A, "A"), _table(B, "B"), _table(A_new, "A_new"), _table(B_new, "B_new")
    if (len(A), len(A_new), A.shape[1], B.shape[1]) != (len(B), len(B_new), A_new.shape[1], B_new.shape[1]):
        raise ValueError(
            f"A, B, A_new, B_new have shapes {A.shape}, {B.shape}, {A_new.shape}, {B_new.shape}; "
            "give (n, p), (n, q), (m, p), (m, q)"
        )
    mean, mean_B = A.mean(axis=0), B.mean(axis=0)
    W = np.linalg.lstsq(B - mean_B, A - mean, rcond=1e-6)[0]
    missed = A_new - mean - (B_new - mean_B) @ W
    spread = A_new.var(axis=0)
    alive = spread > 1e-18
    return np.where(alive, 1 - (missed**2).mean(axis=0) / np.where(alive, spread, 1), 0.0)


def pair_sums(table):
    """The two entries of each pair of different labels, (a, b) and (b, a), added up.

    Parameters
    ----------
    table : array, shape (m, m)

    Returns
    -------
    dict of {tuple of int: float}
        From (a, b) with a < b to ``table[a, b] + table[b, a]``.

    Examples
    --------
    >>> pair_sums(np.array([[9, 1, 2], [3, 9, 4], [5, 6, 9]]))
    {(0, 1): 4, (0, 2): 7, (1, 2): 10}
    """
    table = np.asarray(table)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"table has shape {table.shape}; a row and a column a label make it square")
    sums = (table + table.T).tolist()
    return {(a, b): sums[a][b] for a in range(len(sums)) for b in range(a + 1, len(sums))}


def permute_neurons(network, order):
    """The same network with its hidden neurons in another order: every answer stays what it was.

    Parameters
    ----------
    network : Network
        With one hidden layer.
    order : array of int, shape (n_hidden,)
        Each neuron once; ``order[k]`` is the neuron that is called k from now on.

    Returns
    -------
    Network
    """
    order = np.asarray(order)
    if len(network.sizes) != 3 or sorted(order.tolist()) != list(range(network.sizes[1])):
        raise ValueError(f"order must name each neuron of one hidden layer once; {network!r} got {order}")
    (W1, W2), (b1, b2) = network.weights, network.biases
    return Network([W1[order], W2[:, order]], [b1[order], b2], network.activations)


def neighbours(X, y, *, k=10):
    """Who lies next to whom: of the k dots nearest to each dot, the share that bears each label.

    Parameters
    ----------
    X : array, shape (n, d)
    y : array of int, shape (n,)
        0, 1, 2, …; each at least once.
    k : int
        Below n; a dot is not its own neighbour.

    Returns
    -------
    array, shape (m, m)
        Row a, column b: of the neighbours of all dots labelled a, the share labelled b. Rows sum to 1.
    """
    X = _table(X, "X")
    y = labels(y, len(X))
    if not 1 <= k < len(X):
        raise ValueError(f"k is {k}; X has {len(X)} rows, so it must be from 1 to {len(X) - 1}")
    squares = (X**2).sum(axis=1)
    distances = -2 * X @ X.T
    distances += squares  # a dot's own square would not change who is nearest to it
    np.fill_diagonal(distances, np.inf)
    nearest = y[np.argpartition(distances, k - 1, axis=1)[:, :k]]
    kinds = range(y.max() + 1)
    return np.array([[(nearest[y == a] == b).mean() for b in kinds] for a in kinds])


def _table(values, name):
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(f"{name} has shape {values.shape}; give two or more rows of finite numbers")
    return values


def _standard(A):
    """Columns of mean 0 and length 1, or of zeros where nothing varies."""
    A = A - A.mean(axis=0)
    length = np.sqrt((A**2).sum(axis=0))
    return A / np.where(length > 1e-9, length, np.inf)
