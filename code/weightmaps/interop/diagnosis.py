"""What fits a network and is still odd: images or labels prepared in another way, with accuracies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..network import Network
from .build import HIDDEN, two_outputs

MOST_IMAGES = 4000  # half to choose by, half to judge by
WORK = 4e9  # multiplications in one forward pass
MARGIN = 0.1  # of accuracy; and three standard errors of the difference
MENDED = 0.5  # of the way from chance to 1: what a change of images or labels must reach to be named
BLAMED = 0.6  # the same for a change of the network
BYTES = (64, 256)  # between which the largest value lies of images that hold bytes
MNIST = (0.1307, 0.3081)  # mean and standard deviation of its training images, as tutorials have them


@dataclass(frozen=True)
class Finding:
    """Something odd.

    Attributes
    ----------
    problem : str
        What it looks like, and what would mend it.
    evidence : str
        The numbers that say so.
    changes : dict
        What :func:`mend` would have to be given to mend it; empty where it cannot.
    activations : str
        The names that would mend it; empty where others would not.
    """

    problem: str
    evidence: str
    changes: dict = field(default_factory=dict)
    activations: str = ""

    def __str__(self):
        return f"{self.problem} ({self.evidence})"

    @property
    def option(self):
        """What mends it on the command line, such as ``--scale 1/255``; empty where nothing does."""
        options = [f"--activations {self.activations}"] if self.activations else []
        return " ".join(options + [_option(name, value) for name, value in self.changes.items()])


def mend(
    images,
    labels=None,
    *,
    undo=None,
    scale=1,
    invert=False,
    transpose=False,
    standardise=None,
    shift_labels=0,
):
    """Images and labels changed as a :class:`Finding` says, or as you know that training had them.

    The changes are made in the order of the parameters; what is not named is left as it is.

    Parameters
    ----------
    images : array, shape (n, n_in), or (n, rows, columns)
    labels : array, shape (n,), optional
    undo : (float, float), or "image"
        Undo a standardisation: multiply by the second and add the first. ``"image"`` for images that were
        standardised each by itself, whose own numbers are lost: they are stretched from 0 to 1.
    scale : float
        What to multiply by, such as 1 / 255.
    invert : bool
        Swap ink and paper: 1 − images, or 255 − images where they are bytes.
    transpose : bool
        Exchange rows and columns; rows of numbers are taken for square images.
    standardise : (float, float), "image" or "pixel"
        Subtract the first and divide by the second; or each image's own mean and standard deviation; or each
        pixel's, over all these images.
    shift_labels : int
        What to add to each label.

    Returns
    -------
    images : array of float32, of the same shape
    labels : array or None

    Raises
    ------
    ValueError
        If images cannot be transposed, or a value is none of these.

    Examples
    --------
    >>> mend(np.array([[0, 51, 255]]), np.array([3]), scale=1 / 255, invert=True, shift_labels=-1)
    (array([[1. , 0.8, 0. ]], dtype=float32), array([2]))
    """
    images = np.asarray(images).astype(np.float32)
    if undo is not None:
        images = _stretched(images) if undo == "image" else images * _pair(undo)[1] + _pair(undo)[0]
    if scale != 1:
        images = (images * np.float64(scale)).astype(np.float32)
    if invert:
        images = (255 if images.max() > BYTES[0] else 1) - images
    if transpose:
        images = _transposed(images)
    if standardise is not None:
        images = _standardised(images, standardise)
    if labels is not None and shift_labels:
        labels = np.asarray(labels) + shift_labels
    return images, labels


def _pair(value):
    if isinstance(value, str) or len(value) != 2:
        raise ValueError(f"{value!r} is no mean and standard deviation; give two numbers, such as {MNIST}")
    mean, deviation = map(np.float32, value)
    if not (np.isfinite(mean) and np.isfinite(deviation) and deviation > 0):
        raise ValueError(f"{value!r}: the standard deviation must be more than 0, and both finite")
    return mean, deviation


def _stretched(images):
    flat = images.reshape(len(images), -1)
    low, high = flat.min(axis=1, keepdims=True), flat.max(axis=1, keepdims=True)
    return ((flat - low) / np.maximum(high - low, np.float32(1e-9))).reshape(images.shape)


def _transposed(images):
    side = round(images[0].size ** 0.5)
    if images.ndim == 2 and side * side == images.shape[1]:
        return images.reshape(-1, side, side).swapaxes(1, 2).reshape(images.shape)
    if images.ndim != 3 or images.shape[1] != images.shape[2]:
        raise ValueError(f"images has shape {images.shape}; only square ones without colours are transposed")
    return images.swapaxes(1, 2)


def _standardised(images, how):
    flat = images.reshape(len(images), -1)
    if how == "image":
        mean, deviation = flat.mean(axis=1, keepdims=True), flat.std(axis=1, keepdims=True)
    elif how == "pixel":
        mean, deviation = flat.mean(axis=0), flat.std(axis=0)
    else:
        mean, deviation = _pair(how)
    deviation = np.where(deviation > 0, deviation, np.float32(1))  # as scikit-learn's StandardScaler
    return ((flat - mean) / deviation).reshape(images.shape)


def _option(name, value):
    """A change as on the command line."""
    match name:
        case "scale":
            return f"--scale 1/{1 / value:g}" if value < 1 else f"--scale {value:g}"
        case "undo" | "standardise":
            text = value if isinstance(value, str) else ",".join(f"{one:g}" for one in value)
            return f"--standardise {'undo:' if name == 'undo' else ''}{text}"
        case "shift_labels":
            return f"--shift-labels={value}"
        case "transpose":
            return "--transpose-images"
    return f"--{name}"


class Change(NamedTuple):
    """One thing that may be otherwise than in training."""

    problem: str
    remedy: str
    how: tuple = ()  # the change's name and value, as `mend` takes them
    activations: str = ""


SMALLER = Change("images look like 0 to 255, training like 0 to 1", "images / 255", ("scale", 1 / 255))
LARGER = Change("images look like 0 to 1, training like 0 to 255", "images * 255", ("scale", 255))
INVERTED = {white: Change("ink looks inverted", f"{white} - images", ("invert", True)) for white in (1, 255)}
TRANSPOSED = Change("images look transposed", "each image's rows and columns exchanged", ("transpose", True))
CHANNELS_LAST = Change("channels look first, and training had them last", "images channels last")
CHANNELS_FIRST = Change("channels look last, and training had them first", "images channels first")
UNDONE = [
    *(
        Change("images look standardised", f"images * {deviation} + {mean}", ("undo", (mean, deviation)))
        for mean, deviation in ((0.5, 0.5), MNIST)
    ),
    Change("images look standardised, each by itself", "each stretched from 0 to 1", ("undo", "image")),
]
STANDARDISED = [
    *(
        Change(
            "training looks standardised",
            f"(images - {mean}) / {deviation}",
            ("standardise", (mean, deviation)),
        )
        for mean, deviation in ((0.5, 0.5), MNIST)
    ),
    Change(
        "training looks standardised, each image by itself",
        "each image's own mean and deviation",
        ("standardise", "image"),
    ),
    Change(
        "training looks standardised, each pixel by itself",
        "each pixel's own mean and deviation",
        ("standardise", "pixel"),
    ),
]
SHIFTS = [
    Change("labels look one too high", "labels - 1", ("shift_labels", -1)),
    Change("labels look one too low", "labels + 1", ("shift_labels", 1)),
]


def diagnose(network, images, labels=None):
    """Look for what costs an hour: images, labels or weights in another convention than in training.

    Each guess is tried: images / 255, images × 255, 1 − images, images transposed, channels moved;
    standardised by (0.5, 0.5), by MNIST's mean and deviation, each image or each pixel by itself, and back;
    labels one lower and one higher; square weights transposed; other hidden activations. One half of the
    images chooses a guess, the other judges it: it is reported if it is right more often by 10 percentage
    points and by three standard errors, and on more than half of what chance gets wrong; a change of the
    network on three fifths. That values of 0 to 255 be divided, is reported if it is as good, since a network
    that saturates reads them nearly as well. At most 4,000 images, evenly spaced, are used, and nothing is
    changed.

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
    >>> network, sample = zoo.load("nielsen"), digits.load_sample()
    >>> diagnose(network, sample.images, sample.labels)
    []
    >>> odd = 1 - sample.images
    >>> (finding,) = diagnose(network, odd, sample.labels)
    >>> print(finding)
    ink looks inverted: try 1 - images (accuracy on 2,000 images is 3.7% as given, 96.9% with 1 - images)
    >>> images, labels = mend(odd, sample.labels, **finding.changes)
    >>> diagnose(network, images, labels)
    []
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
    most = max(200, min(MOST_IMAGES, int(WORK / sum(w.size for w in network.weights))))
    chosen = np.unique(np.linspace(0, len(images) - 1, min(most, len(images))).astype(int))
    images = images[chosen].astype(network.weights[0].dtype)
    if not np.isfinite(images).all():
        raise ValueError("images holds NaN or infinity")
    if labels is None or network.sizes[-1] == 1:
        return _without_labels(images)
    outputs, findings = network.sizes[-1], []
    if labels.min() < 0 or labels.max() >= outputs:
        findings.append(
            Finding(
                f"labels lie outside the network's outputs, 0 to {outputs - 1}",
                f"labels run from {labels.min()} to {labels.max()}",
            )
        )
    return findings + _by_accuracy(network, images, labels[chosen])


def _by_accuracy(network, images, labels):
    """Findings from the accuracy of each guess."""
    half = max(1, len(labels) // 2)
    counts = np.unique(labels, return_counts=True)[1]
    chance = counts.max() / len(labels)
    tried = {}  # for each set of changes, the accuracy on the half that chooses, and on that which judges

    def attempt(pictures, changes=(), net=network):
        answers = net.predict(pictures.reshape(len(pictures), -1))
        for shift in ((), *((one,) for one in SHIFTS)):
            right = answers == labels + (shift[0].how[1] if shift else 0)
            tried[(*changes, *shift)] = right[::2].mean(), right[len(right) > 1 :: 2].mean()

    def better(one, other):
        return one - other > max(MARGIN, 3 * (0.5 / half) ** 0.5)  # the largest that an error can be

    attempt(images)
    given = tried[()][0]
    bytes_ = images.min() > -1 and BYTES[0] < images.max() < BYTES[1]
    if better(1.0, given):
        for changes, pictures in _other_images(images, bytes_):
            attempt(pictures, changes)
        for change, other in _other_networks(network):
            attempt(images, (change,), other)
    elif bytes_:
        attempt(images / 255, (SMALLER,))
    best = max(chose for chose, _ in tried.values())
    likely = [changes for changes in tried if not better(best, tried[changes][0])]
    # Bytes will be divided anyway: that counts as no change.
    size = {changes: len(changes) - (bytes_ and SMALLER in changes) for changes in likely}
    chosen = () if () in likely else min(likely, key=lambda changes: (size[changes], -tried[changes][0]))
    # A network that saturates reads images of 0 to 255 nearly as well: for these, as well is enough.
    scaled = (SMALLER, *(INVERTED[1] if one == INVERTED[255] else one for one in chosen))
    as_well = tried.get(scaled, (-1, -1)) >= tried[chosen] and better(tried[scaled][0], chance)
    if bytes_ and SMALLER not in chosen and as_well:
        chosen = scaled
    as_given, mended = tried[()][1], tried[chosen][1]
    needed = chance + (1 - chance) * (BLAMED if any(not one.how for one in chosen) else MENDED)
    on = f"accuracy on {len(labels) - half if len(labels) > 1 else 1:,} images is {as_given:.1%}"
    if chosen and mended >= needed and (mended > as_given + MARGIN or chosen == scaled):
        together = " and ".join(one.remedy for one in chosen)
        evidence = f"{on} as given, {mended:.1%} with {together}"
        return [
            Finding(
                f"{one.problem}: try {one.remedy}",
                evidence,
                dict([one.how] if one.how else []),
                one.activations,
            )
            for one in chosen
        ]
    if len(labels) >= 50 and len(counts) > 1 and not as_given > chance + MARGIN:
        return [
            Finding(
                "hardly better than chance, and nothing that was tried mends it",
                f"{on}, and always the commonest label would be right on {chance:.1%}",
            )
        ]
    return []


def _other_images(images, bytes_):
    """Scales, inks, orders and standardisations, alone and together, as (changes, images)."""
    bases = [((), images), _with((), images, SMALLER if bytes_ else LARGER)]
    if images.min() < -0.01:
        bases += [_with((), images, one) for one in UNDONE]
    for base, based in bases:
        inverted = INVERTED[255 if based.max() > BYTES[0] else 1]
        for changes, inked in ((base, based), _with(base, based, inverted)):
            if changes:
                yield changes, inked
            for order, ordered in _orders(inked):
                yield (*changes, order), ordered
        for one in STANDARDISED:
            yield _with(base, based, one)


def _with(changes, images, change):
    return (*changes, change), mend(images, **dict([change.how]))[0].astype(images.dtype)


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
        if shape[0] == shape[1]:
            yield TRANSPOSED, images.reshape(n, *shape).swapaxes(1, 2)
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
        change = Change(f"{names}, square, look transposed", " and ".join(f"{name}.T" for name in which))
        yield change, Network(square, network.biases, network.activations)
    *hidden, last = network.activations
    for name in HIDDEN if hidden else ():
        if set(hidden) != {name}:
            words = f"hidden activations look like {name}, not {'/'.join(hidden)}"
            names = ",".join([*[name] * len(hidden), last])
            yield (
                Change(words, f"activations {names}", activations=names),
                Network(network.weights, network.biases, [*[name] * len(hidden), last]),
            )


def _without_labels(images):
    if images.min() > -1 and BYTES[0] < images.max() < BYTES[1] and (images == np.round(images)).all():
        evidence = (
            f"whole numbers from {images.min():g} to {images.max():g}; without labels no accuracy can tell"
        )
        words = "images look like 0 to 255: if training had 0 to 1, try images / 255"
        return [Finding(words, evidence, dict([SMALLER.how]))]
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
