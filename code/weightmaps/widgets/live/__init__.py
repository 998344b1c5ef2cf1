"""Small figures that move, one for each claim that a reader can try: see `weightmaps.widgets.live.base`."""

from weightmaps.widgets.live.little import HowLittle
from weightmaps.widgets.live.planes import HalfPlanes
from weightmaps.widgets.live.start import TakeStart

__all__ = ["HalfPlanes", "HowLittle", "TakeStart"]
