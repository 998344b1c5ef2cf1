"""Evaluation over very many images, in batches; and a choice of the few that can stand for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from .. import checks

TOP = 8  # images kept for each neuron
BINS = 20
FIRST_LOOK = 500  # images that tell where the activations of a layer without bounds lie
BOUNDS = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0)}
BATCH = 1000  # images at once, fewer where a layer is wide: memory


@dataclass(frozen=True, eq=False)
class Overview:
    """What a network answers to many images.

    Attributes
    ----------
    count : int
        Images.
    confusion : array of int, shape (n_out, n_out), or None
        How often each label (row) was answered with each output (column); None without labels.
    top : list of arrays of int, shape (8 or fewer, n_neurons)
        For each hidden layer, the images with the largest z of each neuron, the largest first.
    histograms : list of arrays of int, shape (n_neurons, 20)
        For each hidden layer, for how many images a neuron's activation lies in each of 20 equal bins.
    ranges : list of tuple (float, float)
        For each hidden layer, where its bins begin and end; the outer ones hold what lies beyond, too.
    low, high : float
        Between what their numbers lie.
    """

    count: int
    confusion: np.ndarray | None
    top: list
    histograms: list
    ranges: list
    low: float
    high: float

    @property
    def right(self):
        """How many images were answered rightly."""
        return int(np.trace(self.confusion))


def overview(network, images, labels=None, *, progress=True):
    """Run a network over many images, a batch at a time.

    Parameters
    ----------
    network : Network
    images : array, shape (n, n_in), or Images
        Of :class:`weightmaps.interop.Images` rows are made as they are needed.
    labels : array of int, shape (n,), optional
        Label k says that output k is right.
    progress : bool
        Show a bar where it takes longer and somebody watches.

    Returns
    -------
    Overview
    """
    count, n_out = len(images), network.sizes[-1]
    rows = getattr(images, "numbers", None) or np.asarray(images).__getitem__
    if labels is not None:
        labels = checks.labels(labels, count, n_out, "labels")
    confusion = None if labels is None else np.zeros((n_out, n_out), int)
    best = [(np.empty((0, n)), np.empty((0, n), int)) for n in network.sizes[1:-1]]
    histograms, low, high = [np.zeros((n, BINS), int) for n in network.sizes[1:-1]], np.inf, -np.inf
    size = min(BATCH, 16 + BATCH * 1000 // max(network.sizes))
    first = rows(np.unique(np.linspace(0, count - 1, min(size, FIRST_LOOK)).astype(int)))
    ranges = [
        BOUNDS.get(name) or (float(a.min()), float(a.max()))
        for name, a in zip(network.activations, network.forward(first).a[1:-1], strict=False)
    ]
    bar = tqdm(total=count, unit=" images", disable=None if progress and count > size else True, leave=False)
    for start in range(0, count, size):
        x = rows(slice(start, start + size))
        low, high = min(low, float(x.min())), max(high, float(x.max()))
        trace = network.forward(x)
        answers = trace.a[-1].argmax(axis=1)
        if labels is not None:
            np.add.at(confusion, (labels[start : start + size], answers), 1)
        numbers = np.arange(start, start + len(answers))
        best = [_better(*old, z, numbers) for old, z in zip(best, trace.z[1:-1], strict=True)]
        for counts, a, ends in zip(histograms, trace.a[1:-1], ranges, strict=True):
            counts += _counted(a, *ends)
        bar.update(len(answers))
    bar.close()
    return Overview(count, confusion, [numbers for _, numbers in best], histograms, ranges, low, high)


def _counted(a, low, high):
    """How many of each column's values lie in each bin."""
    n = a.shape[1]
    bins = np.clip(BINS * ((a - low) / (high - low or 1)), 0, BINS - 1).astype(int)
    return np.bincount((BINS * np.arange(n) + bins).ravel(), minlength=BINS * n).reshape(n, BINS)


def _better(best_z, best, z, numbers):
    """The largest z of each neuron, and whose they are: of those so far and those of one more batch."""
    z = np.concatenate([best_z, z])
    numbers = np.concatenate([best, np.broadcast_to(numbers[:, None], (len(numbers), z.shape[1]))])
    if len(z) > TOP:
        few = np.argpartition(-z, TOP - 1, axis=0)[:TOP]
        z, numbers = np.take_along_axis(z, few, 0), np.take_along_axis(numbers, few, 0)
    order = np.lexsort((numbers, -z), axis=0)
    return np.take_along_axis(z, order, 0), np.take_along_axis(numbers, order, 0)


def subsample(seen, labels, most):
    """A few images that stand for all: half spread evenly, half those that drive neurons most.

    Parameters
    ----------
    seen : Overview
    labels : array of int, shape (n,), or None
        The spread keeps each label's share.
    most : int
        How many to choose.

    Returns
    -------
    tuple (array of int, str)
        Which images, in their order, and in words how they were chosen; the words are empty where all are.

    Examples
    --------
    Four images; of a layer of two neurons both answer most to image 2, and then to image 0:

    >>> seen = Overview(4, None, [np.array([[2, 2], [0, 0], [1, 3]])], [], [], 0.0, 1.0)
    >>> which, words = subsample(seen, None, 2)
    >>> which, words
    (array([0, 2]), '1 spread evenly over all; and for each hidden neuron, the image that drives it most')
    """
    if seen.count <= most:
        return np.arange(seen.count), ""
    drivers, ranks = [], 0
    for rank in range(min(map(len, seen.top))):
        found, times = np.unique(np.concatenate([top[rank] for top in seen.top]), return_counts=True)
        new = [one for one in found[np.argsort(-times, kind="stable")].tolist() if one not in set(drivers)]
        room = most // 2 - len(drivers)
        drivers += new[:room]
        ranks += len(new) <= room
        if len(new) >= room:
            break
    order = np.arange(seen.count) if labels is None else np.argsort(labels, kind="stable")
    free = order[~np.isin(order, drivers)]
    spread = free[np.linspace(0, len(free) - 1, most - len(drivers)).round().astype(int)]
    if ranks:
        images = f"{ranks} images that drive" if ranks > 1 else "image that drives"
        driven = f"for each hidden neuron, the {images} it most"
    else:
        driven = f"{len(drivers)} that drive many hidden neurons most"
    evenly = "all" if labels is None else "all, each label by its share"
    return np.sort(np.concatenate([spread, drivers]).astype(int)), (
        f"{len(spread)} spread evenly over {evenly}; and {driven}"
    )
