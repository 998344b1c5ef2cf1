"""Networks of two inputs: data sets in the plane, random starts, and training from many seeds at once."""

from __future__ import annotations

import numpy as np

from .checks import labels
from .network import Network, sigmoid
from .random import normal, uniform

DATA = ("blobs", "xor", "ring", "spiral")
REACH = 3.0  # the picture of the plane goes from -REACH to +REACH in both directions
DOTS = 100  # of a data set, half of them of each class
RATE = 3.0  # the learning rate
STEPS = 1000  # after which the playground stops by itself

# Which random numbers serve what: the dots to learn, those to test on, and the start.
_LEARN, _TEST, _START = 0, 3, 6


def points(data, *, noise=0.1, seed=0, n=DOTS, held_out=False):
    """Draw one of the four data sets.

    Parameters
    ----------
    data : {"blobs", "xor", "ring", "spiral"}
    noise : float
        Standard deviation of what is added to each coordinate.
    seed : int
    n : int
        How many points; every second one is of class 1.
    held_out : bool
        Draw other points of the same kind, to test on.

    Returns
    -------
    X : array, shape (n, 2)
        Most of it within ±3.
    y : array of int, shape (n,)
        The classes, 0 or 1.

    Examples
    --------
    >>> X, y = points("ring", noise=0, seed=1)
    >>> bool(((X**2).sum(axis=1) < 1.5**2)[y == 1].all())
    True
    """
    if data not in DATA:
        raise ValueError(f"unknown data {data!r}; there are: {', '.join(DATA)}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise is {noise!r}; it must be a finite number, 0 or more")
    if n < 1:
        raise ValueError(f"n is {n!r}; it must be 1 or more")
    stream = _TEST if held_out else _LEARN
    u, v = uniform(seed, stream, 2 * n).reshape(n, 2).T
    other = normal(seed, stream + 1, 2 * n).reshape(n, 2)
    y = np.arange(n) % 2
    side = 2.0 * y - 1.0
    if data == "blobs":
        X = 1.2 * side[:, None] + 0.45 * normal(seed, stream + 2, 2 * n).reshape(n, 2)
    elif data == "xor":
        half = np.where(np.arange(n) // 2 % 2, 1.0, -1.0)  # two of a class's quarters in turn
        X = np.column_stack([half * (0.25 + 2.25 * u), side * half * (0.25 + 2.25 * v)])
    else:
        if data == "ring":
            radius, angle = np.where(y == 1, 1.2 * np.sqrt(u), 1.8 + 0.8 * u), 2.0 * np.pi * v
        else:
            radius, angle = 0.3 + 2.3 * u, 2.0 * np.pi * u + np.pi * y
        X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return X + noise * other, y


def start(hidden, *, scale=1.0, seed=0):
    """A random network of two inputs, some hidden sigmoid neurons and one output, before any training.

    A neuron has the same start however many there are.

    Parameters
    ----------
    hidden : int
        How many hidden neurons.
    scale : float
        Standard deviation of all weights and biases.
    seed : int

    Returns
    -------
    Network

    Examples
    --------
    >>> start(3, seed=1)
    <Network 2-3-1, sigmoid/sigmoid>
    """
    if hidden < 1:
        raise ValueError(f"hidden is {hidden!r}; a network needs 1 hidden neuron or more")
    if not 0 <= scale < np.inf:
        raise ValueError(f"scale is {scale!r}; it must be a finite number, 0 or more")
    bias, *rows = scale * normal(seed, _START, 4 * hidden + 1)
    return from_rows(np.reshape(rows, (hidden, 4)), bias)


def from_rows(rows, bias):
    """The network whose hidden neurons are `rows`, each (weight, weight, bias, outgoing weight)."""
    rows = np.asarray(rows, dtype=float)
    return Network([rows[:, :2], rows[:, 3][None]], [rows[:, 2], np.array([float(bias)])])


def to_rows(network):
    """What :func:`from_rows` takes: the rows, shape (hidden, 4), and the output's bias."""
    (w1, w2), (b1, b2) = network.weights, network.biases
    return np.column_stack([w1, b1, w2[0]]), float(b2[0])


def over_the_plane(network, side=60):
    """What a network of two inputs makes of the plane from −3 to +3, row by row from the top.

    Parameters
    ----------
    network : Network
    side : int
        Samples in each direction.

    Returns
    -------
    activations : array, shape (hidden, side, side)
    z : array, shape (side, side)
        The output's weighted sum.
    """
    at = ((2 * np.arange(side) + 1) / side - 1) * REACH
    x1, x2 = np.meshgrid(at, -at)
    trace = network.forward(np.column_stack([x1.ravel(), x2.ravel()]))
    return trace.a[1].T.reshape(-1, side, side), trace.z[2].reshape(side, side)


def accuracy(network, X, y):
    """The share of points on the right side of the output's line, from 0 to 1."""
    return float(((network.forward(X).z[-1][:, 0] > 0) == (labels(y, len(X), 2) == 1)).mean())


def best_line(X, y):
    """The share of points that the best of all straight lines has on their right sides.

    Such a line can be moved until it touches two points, which may then lie on either side. So all lines
    through two points are tried, and the two count as right.

    Parameters
    ----------
    X : array, shape (n, 2)
        Points, at least two, no three on one line.
    y : array of int, shape (n,)
        Their classes, 0 or 1.

    Returns
    -------
    float
        From 0.5 to 1.

    Examples
    --------
    >>> best_line([[0, 0], [1, 1], [0, 1], [1, 0]], [0, 0, 1, 1])
    0.75
    """
    X, side = np.asarray(X, dtype=float), 2 * labels(y, len(X), 2) - 1
    most = 0
    for point in X:
        u, v = X.T - point[:, None]
        which = np.sign(np.outer(u, v) - np.outer(v, u)) * side  # a line a row
        most = max(most, (which > 0).sum(axis=1).max(), (which < 0).sum(axis=1).max())
    return float((most + 2) / len(X))


def train_many(networks, X, y, *, steps=STEPS, learning_rate=RATE, l2=0.0):
    """Train several networks of one size at once, by gradient descent on the cross-entropy.

    Each step takes all points. It is that of :func:`weightmaps.training.train` with a batch of all of them.

    Parameters
    ----------
    networks : sequence of Network
        As :func:`start` makes them; they are not changed. The precision is that of their weights.
    X : array, shape (len(networks), n, 2)
        The points that each of them learns.
    y : array, shape (len(networks), n)
        Their classes.
    steps : int
    learning_rate : float
    l2 : float
        Nielsen's λ: each step first multiplies the weights, not the biases, by ``1 − ηλ/n``.

    Returns
    -------
    list of Network
    """
    W = np.array([np.column_stack([net.weights[0], net.biases[0]]) for net in networks])  # bias last
    V = np.array([np.append(net.weights[1], net.biases[1])[None] for net in networks])
    X, y = np.asarray(X, dtype=W.dtype), np.asarray(y, dtype=W.dtype)[:, None]
    n = X.shape[1]
    keep, share = 1.0 - learning_rate * l2 / n, learning_rate / n
    ones = np.concatenate([X, np.ones((*X.shape[:2], 1), W.dtype)], axis=2)
    inputs = np.ascontiguousarray(ones.transpose(0, 2, 1))
    a = np.ones((len(W), W.shape[1] + 1, n), W.dtype)
    for _ in range(steps):
        hidden = W @ inputs
        hidden *= 0.5
        np.tanh(hidden, out=hidden)
        hidden += 1.0
        hidden *= 0.5
        a[:, :-1] = hidden
        delta = share * (sigmoid(V @ a) - y)
        hidden *= 1.0 - hidden
        hidden *= delta
        hidden *= V[:, 0, :-1, None]
        W[:, :, :2] *= keep
        V[:, :, :-1] *= keep
        V -= delta @ a.transpose(0, 2, 1)
        W -= hidden @ ones
    return [
        Network([w[:, :2], v[:, :-1]], [w[:, 2], v[:, -1]]) for w, v in zip(W.copy(), V.copy(), strict=True)
    ]


def success_rates(data, hidden, *, scale=1.0, l2=0.0, noise=0.1, seeds=20, steps=STEPS):
    """Train a network from each of several seeds, as the playground would, and test it on new points.

    Parameters
    ----------
    data : {"blobs", "xor", "ring", "spiral"}
    hidden : int
        How many hidden neurons.
    scale, l2, noise, steps
        As for :func:`start`, :func:`train_many` and :func:`points`.
    seeds : int
        How many: each draws its own points and its own start.

    Returns
    -------
    array, shape (seeds,)
        The share of 1,000 new points that each network puts on the right side. (In single precision, which
        takes a third of the time.)
    """
    draws = [points(data, noise=noise, seed=seed) for seed in range(seeds)]
    tests = [points(data, noise=noise, seed=seed, n=1000, held_out=True) for seed in range(seeds)]
    starts = [start(hidden, scale=scale, seed=seed) for seed in range(seeds)]
    single = [
        Network(*([part.astype(np.float32) for part in parts] for parts in (one.weights, one.biases)))
        for one in starts
    ]
    X, y = zip(*draws, strict=True)
    trained = train_many(single, X, y, steps=steps, l2=l2)
    return np.array([accuracy(one, *test) for one, test in zip(trained, tests, strict=True)])


def slice_through(network, images, output):
    """Cut a network of many inputs by the plane through three images: a network of two inputs, exactly.

    Parameters
    ----------
    network : Network
        With one hidden layer.
    images : array, shape (3, n_in)
        Not on one line.
    output : int
        The one to keep.

    Returns
    -------
    Network
        What `network` computes for ``centre + (x1 * right + x2 * up) * size / 2``, where right and up are
        perpendicular and of length 1.
    points : array, shape (3, 2)
        Where the images lie in it; the furthest is 2 from the centre.
    size : float
        The distance from the centre to the furthest image.
    """
    images = np.asarray(images, dtype=float)
    if images.shape != (3, network.sizes[0]):
        raise ValueError(f"images has shape {images.shape}; this network wants (3, {network.sizes[0]})")
    centre = images.mean(axis=0)
    basis, spread = np.linalg.qr((images - centre)[:2].T)
    if not np.abs(np.diag(spread)).min() > 1e-9:
        raise ValueError("images lie on one line; three images that do not are needed for a plane")
    places = (images - centre) @ basis
    size = np.hypot(*places.T).max()
    (w1, w2), (b1, b2) = network.weights, network.biases
    cut = Network(
        [w1 @ basis * size / 2, w2[[output]]], [w1 @ centre + b1, b2[[output]]], network.activations
    )
    return cut, places * 2 / size, size
