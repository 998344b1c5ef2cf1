"""The interactive explorer of a network with one hidden layer: a notebook widget, a page, a single file."""

from weightmaps.explorer.widget import PANELS, NetworkExplorer

__all__ = ["PANELS", "NetworkExplorer"]
