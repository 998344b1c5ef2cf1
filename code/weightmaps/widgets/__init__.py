"""Interactive widgets that also work on a page with no kernel."""

from weightmaps.widgets.dropzone import NetworkDrop
from weightmaps.widgets.explorer import NetworkExplorer
from weightmaps.widgets.game import MapGame
from weightmaps.widgets.lab import Lab
from weightmaps.widgets.playground import TwoInputs
from weightmaps.widgets.scatter import ImageScatter
from weightmaps.widgets.state import PANELS

__all__ = ["PANELS", "ImageScatter", "Lab", "MapGame", "NetworkDrop", "NetworkExplorer", "TwoInputs"]
