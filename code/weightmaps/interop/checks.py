"""What fits a network and is still odd: images or labels prepared in another way, with accuracies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..network import Network
from .build import HIDDEN, two_outputs

MOST_IMAGES = 2000
WORK = 2e9  # multiplications in one forward pass
MARGIN = 0.1  # of accuracy; and three standard errors of the difference


@dataclass(frozen=True)
class Finding:
    """Something odd.

    Attributes
    ----------
    problem : str
        What it looks like, and what would mend it.
    evidence : str
        The numbers that say so.
    """

    problem: str
    evidence: str

    def __str__(self):
        return f"{self.problem} ({self.evidence})"


def check(network, images, labels=None):
    """Look for what costs an hour: images, labels or weights in another convention than in training.

    Each guess is tried: the accuracy on the images as they are is compared with that on images / 255,
    images × 255, 1 − images, images transposed, channels moved; with labels one lower and one higher; with
    square weights transposed and with other hidden activations. A guess is reported if it is better by 10
    percentage points and by three standard errors; that values of 0 to 255 be divided, if it is as good,
    since a network that saturates reads them nearly as well. At most 2,000 images, evenly spaced, are used.
    Nothing is changed.

    Parameters
    ----------
    network : Network
    images : array, shape (n, n_in), or (n, rows, columns), or with channels first or last
    labels : array of int, shape (n,), optional
        The right output of each image. Without labels little can be told: only values from 0 to 255.

    Returns
    -------
    list of Finding
        Empty where nothing is odd.

    Raises
    ------
    ValueError
        If the images do not have as many numbers as the network has inputs, or hold NaN or infinity, or if
        there is not one label an image.

    Examples
    --------
    >>> from weightmaps import digits, zoo
    >>> sample = digits.load_sample()
    >>> check(zoo.load("nielsen"), sample.images, sample.labels)
    []
    >>> for finding in check(zoo.load("nielsen"), 1 - sample.images, sample.labels):
    ...     print(finding)
    ink looks inverted: try 1 - images (accuracy on 2,000 images is 3.6% as given, 97.0% with 1 - images)
    """
    images = np.asarray(images)
    if images.ndim < 2 or images.dtype.kind not in "fiub" or not len(images):
        raise ValueError(f"images is {images.dtype} of shape {images.shape}; it must be numbers, (n, n_in)")
    inputs = network.sizes[0]
    if images[0].size != inputs:
        raise ValueError(
            f"images has shape {images.shape}, {images[0].size} numbers an image; {network} takes {inputs}"
        )
    if labels is not None:
        labels = _whole(labels, len(images))
    if network.sizes[-1] == 1 and network.activations[-1] == "sigmoid":
        network = two_outputs(network)
    most = max(100, min(MOST_IMAGES, int(WORK / sum(w.size for w in network.weights))))
    chosen = np.unique(np.linspace(0, len(images) - 1, min(most, len(images))).astype(int))
    images = images[chosen].astype(network.weights[0].dtype)
    if not np.isfinite(images).all():
        raise ValueError("images holds NaN or infinity")
    if labels is None or network.sizes[-1] == 1:
        return _without_labels(images)
    return _by_accuracy(network, images, labels, labels[chosen])


def _by_accuracy(network, images, all_labels, labels):
    """Findings from the accuracy of each guess."""
    findings = []
    outputs = network.sizes[-1]
    if all_labels.min() < 0 or all_labels.max() >= outputs:
        findings.append(
            Finding(
                f"labels lie outside the network's outputs, 0 to {outputs - 1}",
                f"labels run from {all_labels.min()} to {all_labels.max()}",
            )
        )
    tried = {}  # accuracies, by changes of scale, ink, order, labels and network

    def attempt(pictures, net=network, how=(None, None, None), change=None):
        predicted = net.predict(pictures.reshape(len(pictures), -1))
        for shift in (None, *SHIFTS):
            by = SHIFTS[shift] if shift else 0
            tried[(*how, shift, change)] = float((predicted == labels + by).mean())

    def better(one, other):
        return one - other > max(MARGIN, 3 * (0.5 / len(labels)) ** 0.5)  # the largest that an error can be

    attempt(images)
    given = tried[AS_GIVEN]
    bytes_ = images.min() > -1 and BYTES[0] < images.max() < BYTES[1]
    if better(1.0, given):
        for how, pictures in _other_images(images, bytes_):
            attempt(pictures, how=how)
        for change, other in _other_networks(network):
            attempt(images, net=other, change=change)
    elif bytes_:
        attempt(images / 255, how=(SMALLER, None, None))
    best = max(tried.values())
    likely = [how for how in tried if not better(best, tried[how])]
    chosen = (
        min(likely, key=lambda how: (sum(map(bool, how)), -tried[how]))
        if AS_GIVEN not in likely
        else AS_GIVEN
    )
    # A network that saturates reads images of 0 to 255 nearly as well: for these, as well is enough.
    scaled = (SMALLER, chosen[1] and INVERTED[1], *chosen[2:])
    if bytes_ and tried.get(scaled, -1) >= tried[chosen] and better(tried[scaled], 1 / outputs):
        chosen = scaled
    changes = [change for change in chosen if change]
    together = " and ".join(remedy for _, remedy in changes)
    evidence = (
        f"accuracy on {len(labels):,} images is {given:.1%} as given, {tried[chosen]:.1%} with {together}"
    )
    return findings + [Finding(f"{problem}: try {remedy}", evidence) for problem, remedy in changes]


AS_GIVEN = (None,) * 5
BYTES = (64, 256)  # between which the largest value lies of images that hold bytes
SMALLER = "images look like 0 to 255, training like 0 to 1", "images / 255"
LARGER = "images look like 0 to 1, training like 0 to 255", "images * 255"
INVERTED = {white: ("ink looks inverted", f"{white} - images") for white in (1, 255)}
CHANNELS_LAST = "channels look first, and training had them last", "images channels last"
CHANNELS_FIRST = "channels look last, and training had them first", "images channels first"
SHIFTS = {
    ("labels look one too high", "labels - 1"): -1,
    ("labels look one too low", "labels + 1"): 1,
}


def _other_images(images, bytes_):
    """Every combination of a scale, an ink and an order, but for none; as (changes, images)."""
    scales = [(None, images, 255 if bytes_ else 1)]
    scales.append((SMALLER, images / 255, 1) if bytes_ else (LARGER, images * 255, 255))
    for scale, scaled, white in scales:
        for ink, inked in ((None, scaled), (INVERTED[white], white - scaled)):
            for order, ordered in ((None, inked), *_orders(inked)):
                if scale or ink or order:
                    yield (scale, ink, order), ordered


def _orders(images):
    """The pixels in other orders, as far as shapes tell: transposed, channels first or last."""
    n, *shape = images.shape
    size = images[0].size
    if len(shape) == 1:
        side, deep = round(size**0.5), round((size / 3) ** 0.5)
        if side > 1 and side * side == size:
            shape = [side, side]
        elif deep > 1 and 3 * deep * deep == size:
            first, last = images.reshape(n, 3, deep, deep), images.reshape(n, deep, deep, 3)
            yield CHANNELS_LAST, first.transpose(0, 2, 3, 1)
            yield CHANNELS_FIRST, last.transpose(0, 3, 1, 2)
            return
    if len(shape) == 2:
        transposed = images.reshape(n, *shape).swapaxes(1, 2)
        yield ("images look transposed", "each image's rows and columns exchanged"), transposed
    elif len(shape) == 3 and shape[2] == 3:
        yield CHANNELS_FIRST, images.transpose(0, 3, 1, 2)
    elif len(shape) == 3 and shape[0] == 3:
        yield CHANNELS_LAST, images.transpose(0, 2, 3, 1)


def _other_networks(network):
    """The network with its square weights transposed, and with each other hidden activation."""
    square = [w.T if w.shape[0] == w.shape[1] else w for w in network.weights]
    which = [f"weights[{i}]" for i, w in enumerate(network.weights) if w.shape[0] == w.shape[1]]
    if which:
        names = " and ".join(which)
        change = f"{names}, square, look transposed", " and ".join(f"{name}.T" for name in which)
        yield change, Network(square, network.biases, network.activations)
    *hidden, last = network.activations
    for name in HIDDEN if hidden else ():
        if set(hidden) != {name}:
            change = f"hidden activations look like {name}, not {'/'.join(hidden)}", f"{name}, hidden"
            yield change, Network(network.weights, network.biases, [*[name] * len(hidden), last])


def _without_labels(images):
    if images.min() > -1 and BYTES[0] < images.max() < BYTES[1] and (images == np.round(images)).all():
        evidence = (
            f"whole numbers from {images.min():g} to {images.max():g}; without labels no accuracy can tell"
        )
        return [Finding("images look like 0 to 255: if training had 0 to 1, try images / 255", evidence)]
    return []


def _whole(labels, n):
    labels = np.asarray(labels)
    if labels.shape != (n,):
        hint = (
            "; of one-hot rows, give labels.argmax(axis=1)" if labels.ndim == 2 and len(labels) == n else ""
        )
        raise ValueError(f"labels has shape {labels.shape} for {n} images; give one label an image{hint}")
    if labels.dtype.kind not in "iufb" or (labels != np.round(labels)).any():
        raise ValueError(
            f"labels is {labels.dtype}; it must be whole numbers, the right output of each image"
        )
    return labels.astype(np.int64)
