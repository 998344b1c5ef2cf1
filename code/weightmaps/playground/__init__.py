"""The playground: a network of two inputs that is seen whole, and trained live; a widget, a page, a file."""

from weightmaps.playground.plane import DATA, descend, points, share_right, start, trials
from weightmaps.playground.widget import TwoInputs

__all__ = ["DATA", "TwoInputs", "descend", "points", "share_right", "start", "trials"]
