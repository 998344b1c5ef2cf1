"""What a network is given, a picture in ink or in three channels or a row of a table: checked and coded."""

import math
import zlib
from dataclasses import dataclass

import numpy as np

MOST_IMAGES = 2000


@dataclass(frozen=True)
class Kind:
    """How the numbers that a network is given are to be shown.

    Attributes
    ----------
    shape : tuple of int, or None
        (rows, columns) of a picture; a table has none.
    channels : str or None
        Where a picture has red, green and blue: ``first``, a whole picture of each, or ``last``, the three of
        each pixel together.
    features : tuple of str, or None
        The names of a table's columns.
    """

    shape: tuple | None = None
    channels: str | None = None
    features: tuple | None = None

    @property
    def thing(self):
        """What one row of the images is, in words."""
        return "sample" if self.features else "image"

    @property
    def plain(self):
        """Whether it is a picture in ink, which can be drawn."""
        return not (self.channels or self.features)

    @property
    def planes(self):
        """Which of the numbers are each channel's, in the order of its pixels."""
        if self.channels == "last":
            return [slice(c, None, 3) for c in range(3)]
        n = math.prod(self.shape)
        return [slice(c * n, (c + 1) * n) for c in range(3 if self.channels else 1)]


def kind_of(shape, features, n_in):
    """What ``n_in`` numbers are: a square picture in ink, unless `shape` or `features` say otherwise.

    Parameters
    ----------
    shape : tuple of int, or None
        (rows, columns), (rows, columns, 3) or (3, rows, columns).
    features : sequence of str, or None

    Raises
    ------
    ValueError
        If they do not make up ``n_in`` numbers, or both are given.
    """
    if features is not None:
        if shape is not None:
            raise ValueError(
                f"features and shape={shape!r} are given; a table has features, a picture a shape"
            )
        if isinstance(features, str) or len(features) != n_in:
            raise ValueError(
                f"features is {features!r:.80}; it must name each of the network's {n_in} inputs"
            )
        return Kind(features=tuple(str(name) for name in features))
    if shape is None:
        side = math.isqrt(n_in)
        if side * side != n_in:
            raise ValueError(
                f"images of {n_in} pixels are not square; pass shape=(rows, columns), with 3 channels "
                "shape=(rows, columns, 3) or (3, rows, columns), for a table features=[names]"
            )
        return Kind((side, side))
    shape = tuple(int(side) for side in shape)
    ends = {"first": shape[:1], "last": shape[-1:]} if len(shape) == 3 else {}
    channels = [name for name, count in ends.items() if count == (3,)]
    if min(shape, default=0) < 1 or math.prod(shape) != n_in or len(channels) != len(shape) - 2:
        both = ", where the other end is not 3" if len(channels) == 2 else ""
        raise ValueError(
            f"shape is {shape}; it must be (rows, columns) of the network's {n_in} inputs, or with channels "
            f"(rows, columns, 3) or (3, rows, columns){both}"
        )
    if not channels:
        return Kind(shape)
    return Kind(shape[1:] if channels == ["first"] else shape[:2], channels[0])


def image_payload(digits, kind, n_out):
    """The images, deflated: a byte a pixel where that is exact, else little-endian float32.

    Parameters
    ----------
    digits : Digits
        ``images`` of shape (n, n_in), in [0, 1] or, of a table, any numbers; label k says that output k is
        right. ``labels`` may be None, and are where one output answers by its size.
    kind : Kind
    n_out : int
        Outputs of the network.
    """
    images, labels = np.asarray(digits.images), digits.labels
    n_in = len(kind.features or ()) or math.prod(kind.shape) * len(kind.planes)
    if images.ndim != 2 or images.shape[1] != n_in:
        raise ValueError(f"digits holds images of shape {images.shape}; the network wants (n, {n_in})")
    if not 1 <= len(images) <= MOST_IMAGES:
        raise ValueError(
            f"digits holds {len(images):,} images; give 1 to {MOST_IMAGES:,}, for example digits[::10]"
        )
    low, high = images.min(), images.max()
    if kind.features and not max(-low, high) <= np.finfo(np.float32).max:
        raise ValueError(f"digits holds values {low} to {high}; they must be finite, in float32 too")
    if not (kind.features or (low >= 0 and high <= 1)):
        raise ValueError(f"digits holds pixels {low} to {high}; they must lie in [0, 1]")
    if labels is not None:
        labels = _checked_labels(np.asarray(labels), len(images), n_out)
    pixels = np.round(np.clip(images, 0, 1) * 255).astype(np.uint8)
    exact = bool(np.abs(pixels / 255 - images).max() < 1e-6)
    return {
        "shape": kind.shape and list(kind.shape),
        "channels": kind.channels,
        "features": kind.features and list(kind.features),
        "dtype": "uint8" if exact else "float32",
        "labels": labels,
        "data": zlib.compress((pixels if exact else images.astype("<f4")).tobytes(), 9),
    }


def _checked_labels(labels, count, n_out):
    if n_out == 1:
        raise ValueError(
            "digits holds labels, but the network has one output, which answers by its size; give labels=None"
        )
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"digits holds {labels.dtype} labels of shape {labels.shape}; give one integer an image"
        )
    if labels.min() < 0 or labels.max() >= n_out:
        raise ValueError(
            f"digits holds labels {labels.min()} to {labels.max()}, but the network has {n_out} outputs; "
            f"labels are 0 to {n_out - 1}, for example digits.only(0, 1)"
        )
    return labels.tolist()
