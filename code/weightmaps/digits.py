"""Images in: the 5,000 digits that ship with the package, or full MNIST split in three."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
from dataclasses import dataclass
from operator import index
from pathlib import Path

import numpy as np
from PIL import Image

from weightmaps import checks
from weightmaps.mnist import PIXELS, SIDE, DataError, from_cache, from_folder

BOX, CENTRE = 20, 14  # MNIST's preparation, see `centre`
FAINT = 0.1
HELD_OUT = 500  # of each digit: the first in the training file's order are the sample, and validate
SAMPLE = Path(__file__).parent / "data" / "mnist-5k.png"


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of digits and what they show.

    Parameters
    ----------
    images : array, shape (n, 784)
        One image a row, 28 × 28 row by row, ink 1 and blank paper 0. Kept as read-only ``float32``.
    labels : array, shape (n,)
        The digit in each image, an integer from 0 to 9. Kept as read-only ``int64``.

    Raises
    ------
    ValueError
        If shapes, types or values are anything else; nothing is reshaped or rescaled.

    Examples
    --------
    >>> digits = load_sample()
    >>> len(digits), len(digits.only(0, 1)), len(digits[:3])
    (5000, 1000, 3)
    """

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self):
        images = _checked_images(self.images).astype(np.float32, copy=False)
        labels = checks.labels(_array(self.labels, "labels"), len(images), 10, "labels")
        object.__setattr__(self, "images", checks.read_only(images))
        object.__setattr__(self, "labels", checks.read_only(labels.astype(np.int64, copy=False)))

    def __len__(self):
        return len(self.labels)

    def __iter__(self):
        """The images, then the labels: ``images, labels = digits``, ``network.accuracy(*digits)``."""
        return iter((self.images, self.labels))

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "digits are images and labels; unpack them, f(network, *digits), or name digits.images"
        )

    def __getitem__(self, which):
        """The digits that a slice, a mask or an array of indices picks, as `Digits`."""
        if np.ndim(which) == 0 and not isinstance(which, slice):
            raise TypeError(
                f"digits[{which!r}]: pick with a slice, a mask or an array; one image is digits.images[i]"
            )
        images, labels = self.images[which], self.labels[which]
        images.flags.writeable = labels.flags.writeable = False  # so that they are not copied again
        return Digits(images, labels)

    def only(self, *wanted):
        """Only the images of these digits, in the order they have here: ``digits.only(0, 1)``."""
        if not wanted or not set(wanted) <= set(range(10)):
            raise ValueError(f"only{wanted}: name one or more digits from 0 to 9, as in only(0, 1)")
        return self[np.isin(self.labels, wanted)]


@dataclass(frozen=True, eq=False)
class Mnist:
    """Full MNIST, split so that ``validation`` is exactly the sample that ships.

    Attributes
    ----------
    train, validation, test : Digits
        55,000 images to train on, in MNIST's order; the 5,000 of `load_sample`, in its order, sorted by
        digit; the official 10,000 test images.
    """

    train: Digits
    validation: Digits
    test: Digits


@functools.cache
def load_sample():
    """The 5,000 images that ship: the first 500 MNIST training images of each digit, sorted by digit.

    They are read once; every call returns the same ones, which nobody can change.

    Returns
    -------
    Digits

    Raises
    ------
    DataError
        If a shipped file is missing or is not what its card says.

    Examples
    --------
    >>> load_sample().labels[[0, 499, 500, 4999]].tolist()
    [0, 0, 1, 9]
    """
    card_path = SAMPLE.with_suffix(".json")
    advice = "reinstall weightmaps (pip install --force-reinstall)"
    try:
        card = json.loads(card_path.read_text(encoding="utf-8"))
        wanted, layout = card["sha256"], card["layout"]
        rows, columns = index(layout["rows"]), index(layout["columns"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{card_path}: the sample's card cannot be read ({error!r}); {advice}") from error
    try:
        data = io.BytesIO(SAMPLE.read_bytes())  # no chunk is longer than what is there, whatever it claims
        with Image.open(data, formats=["PNG"]) as picture:
            kind = (picture.mode, picture.width, picture.height)
            if kind != ("L", columns * SIDE, rows * SIDE):  # before anything is unpacked
                raise ValueError(f"it is a picture of kind {kind}")
            sheet = np.asarray(picture)
    except Exception as error:  # Pillow has many ways to refuse a PNG
        raise DataError(f"{SAMPLE}: the sample cannot be read ({error!r}); {advice}") from error
    tiles = sheet.reshape(rows, SIDE, columns, SIDE).transpose(0, 2, 1, 3).reshape(-1, PIXELS)
    if hashlib.sha256(tiles.tobytes()).hexdigest() != wanted:
        raise DataError(f"{SAMPLE}: its pixels do not have the SHA-256 in {card_path.name}; {advice}")
    return Digits(_as_ink(tiles), np.repeat(np.arange(10), HELD_OUT))


def load_mnist(folder=None, *, progress=True):
    """Full MNIST: from a folder, else from the cache, else downloaded into the cache.

    Parameters
    ----------
    folder : path, optional
        Where the four IDX files are, plain or ``.gz``. Without it, the environment variable
        ``WEIGHTMAPS_MNIST`` names the folder. A folder so named is only read: what it lacks is an
        error, never a download. With neither, files come from the cache of this user
        (``WEIGHTMAPS_CACHE`` moves it), and from `MIRRORS` what the cache does not hold.
    progress : bool
        Show a bar while downloading.

    Returns
    -------
    Mnist

    Raises
    ------
    DataError
        If a file is missing, damaged or has the wrong checksum, or no mirror gives it.

    Examples
    --------
    >>> len(load_mnist().train)  # doctest: +SKIP
    55000
    """
    folder = folder or os.environ.get("WEIGHTMAPS_MNIST")
    files = from_folder(Path(folder).expanduser()) if folder else from_cache(progress=progress)
    images, labels = files["train-images-idx3-ubyte"], files["train-labels-idx1-ubyte"]
    held_out = np.concatenate([np.flatnonzero(labels == digit)[:HELD_OUT] for digit in range(10)])
    rest = np.ones(len(labels), bool)
    rest[held_out] = False
    return Mnist(
        train=Digits(_as_ink(images[rest]), labels[rest]),
        validation=Digits(_as_ink(images[held_out]), labels[held_out]),
        test=Digits(_as_ink(files["t10k-images-idx3-ubyte"]), files["t10k-labels-idx1-ubyte"]),
    )


def centre(ink):
    """Prepare a drawing or a scan as MNIST prepared its digits: scaled to fit 20 × 20, then centred.

    The box around the ink is scaled, its proportions kept, until its longer side is 20 pixels; a pixel is
    the mean ink of its area. The result is moved by whole pixels until its centre of mass, counted from 0,
    is at pixel (14, 14), to half a pixel. That is what the 60,000 training images show: their centres lie
    between 13.5 and 14.5, but for 2, and their longer sides are 20, but for 13 that lost a row at the edge.

    Parameters
    ----------
    ink : array, shape (rows, columns)
        Ink 1, blank paper 0, any size. Where paper is white and white is 1, pass ``1 - scan``.

    Returns
    -------
    array, shape (784,)
        ``float32``, whole multiples of 1/255. All zeros if there is no ink.

    Raises
    ------
    ValueError
        If `ink` is not two-dimensional, is empty, or holds anything but numbers from 0 to 1.

    Notes
    -----
    The box is around what is darker than 0.1 of the darkest ink, so that a faint smear does not count; what
    lies outside is cut off. In MNIST that changes the longer side of 3 images. The box never leaves the
    28 × 28, even where the centre of mass then lies elsewhere.

    Examples
    --------
    A bar of 30 × 6 becomes one of 20 × 4:

    >>> scan = np.zeros((100, 80))
    >>> scan[10:40, 70:76] = 1
    >>> image = centre(scan).reshape(28, 28)
    >>> np.flatnonzero(image.any(axis=1))[[0, -1]], np.flatnonzero(image.any(axis=0))
    (array([ 4, 23]), array([12, 13, 14, 15]))
    """
    ink = _checked_ink(ink)
    image = np.zeros((SIDE, SIDE), np.float32)
    ys, xs = np.nonzero(ink > FAINT * ink.max())
    if not len(ys):
        return image.ravel()
    top, left = ys.min(), xs.min()
    height, width = ys.max() + 1 - top, xs.max() + 1 - left
    longer = max(height, width)
    mean = areas(height, longer) @ ink[top : top + height, left : left + width] @ areas(width, longer).T
    levels = np.floor(255 * mean + 0.500001)  # a tie goes up, in whatever order it was added
    mass, places = levels.sum() or 1.0, np.arange(BOX)
    y = _start(levels.sum(axis=1) @ places / mass, height, longer)
    x = _start(levels.sum(axis=0) @ places / mass, width, longer)
    rows, columns = min(BOX, SIDE - y), min(BOX, SIDE - x)  # beyond these it is blank
    image[y : y + rows, x : x + columns] = _as_ink(levels[:rows, :columns])
    return image.ravel()


def areas(count, longer, box=BOX):
    """How much of each pixel of a box lies on each of `count` units of ink, `longer` of which fill it."""
    edges, pixel = np.arange(count + 1) * box / longer, np.arange(box)[:, None]
    return np.clip(np.minimum(pixel + 1, edges[1:]) - np.maximum(pixel, edges[:-1]), 0, None)


def _start(middle, side, longer):
    """Where a box begins, so that its `middle` comes to `CENTRE` and all of it stays inside."""
    return int(np.clip(np.ceil(CENTRE - 0.5 - middle), 0, SIDE + -side * BOX // longer))


def _checked_ink(value):
    ink = _array(value, "ink")
    if ink.dtype.kind not in "fiub" or ink.ndim != 2 or not ink.size:
        raise ValueError(f"ink is {ink.dtype} of shape {ink.shape}; it must be real, and (rows, columns)")
    ink = ink.astype(float)
    if not (ink.min() >= 0 and ink.max() <= 1):
        hint = "; divide by 255" if ink.min() >= 0 and 1 < ink.max() <= 255 else ""
        raise ValueError(f"ink runs from {ink.min():g} to {ink.max():g}; ink must run from 0 to 1{hint}")
    return ink


def _as_ink(pixels):
    """Bytes 0 to 255 as ink 0 to 1, `float32`."""
    ink = pixels.astype(np.float32)
    ink /= np.float32(255)
    ink.flags.writeable = False  # so that `Digits` needs no copy
    return ink


def _array(value, name):
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} is not an array: {error}") from error


def _checked_images(value):
    images = _array(value, "images")
    if images.dtype.kind not in "fiu" or images.ndim != 2 or images.shape[1] != PIXELS:
        raise ValueError(
            f"images is {images.dtype} of shape {images.shape}; it must be real numbers of shape (n, 784), "
            "each row one image of 28 × 28 pixels"
        )
    if images.size:
        low, high = images.min(), images.max()
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError("images holds NaN or infinity; every pixel must be a number from 0 to 1")
        if low < 0 or high > 1:
            hint = "; divide by 255" if low >= 0 and 1 < high <= 255 else ""
            raise ValueError(f"images runs from {low:g} to {high:g}; ink must run from 0 to 1{hint}")
    return images
