"""The playground: a network of two inputs that is seen whole, and trained live; a widget, a page, a file."""

from weightmaps.playground.plane import (
    DATA,
    descend,
    from_rows,
    over_the_plane,
    points,
    share_right,
    slice_through,
    start,
    trials,
)
from weightmaps.playground.widget import TwoInputs

__all__ = [
    "DATA",
    "TwoInputs",
    "descend",
    "from_rows",
    "over_the_plane",
    "points",
    "share_right",
    "slice_through",
    "start",
    "trials",
]
