"""The interactive explorer of a network's hidden layers: a notebook widget, a page, a single file."""

from weightmaps.explorer.state import PANELS
from weightmaps.explorer.widget import NetworkExplorer

__all__ = ["PANELS", "NetworkExplorer"]
