"""The input of a network: a picture in ink, a picture in three channels, or a row of a table."""

import math
import operator
from dataclasses import dataclass


@dataclass(frozen=True)
class InputSpec:
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
    def noun(self):
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

    @classmethod
    def of(cls, n_in, shape=None, features=None):
        """What ``n_in`` numbers are: a square picture in ink, unless `shape` or `features` say otherwise.

        Parameters
        ----------
        n_in : int
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
            return cls(features=tuple(str(name) for name in features))
        if shape is None:
            side = math.isqrt(n_in)
            if side * side != n_in:
                raise ValueError(
                    f"images of {n_in} pixels are not square; pass shape=(rows, columns), with 3 channels "
                    "shape=(rows, columns, 3) or (3, rows, columns), for a table features=[names]"
                )
            return cls((side, side))
        try:
            shape = tuple(operator.index(side) for side in shape)
        except TypeError:
            raise ValueError(f"shape is {shape!r}; it must be whole numbers, such as (28, 28)") from None
        ends = {"first": shape[:1], "last": shape[-1:]} if len(shape) == 3 else {}
        channels = [name for name, count in ends.items() if count == (3,)]
        if min(shape, default=0) < 1 or math.prod(shape) != n_in or len(channels) != len(shape) - 2:
            both = ", where the other end is not 3" if len(channels) == 2 else ""
            raise ValueError(
                f"shape is {shape}; it must be (rows, columns) of the network's {n_in} inputs, or with "
                f"channels (rows, columns, 3) or (3, rows, columns){both}"
            )
        if not channels:
            return cls(shape)
        return cls(shape[1:] if channels == ["first"] else shape[:2], channels[0])
