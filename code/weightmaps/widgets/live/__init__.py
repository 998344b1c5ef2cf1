"""Small figures that move, one for each claim that a reader can try: see `weightmaps.widgets.live.base`."""

from weightmaps.widgets.live.come_back import ComeBack
from weightmaps.widgets.live.keep import KeepNeurons
from weightmaps.widgets.live.little import HowLittle
from weightmaps.widgets.live.methods import Methods
from weightmaps.widgets.live.one_digit import OneDigit
from weightmaps.widgets.live.operate import Operate
from weightmaps.widgets.live.planes import HalfPlanes
from weightmaps.widgets.live.scale_decay import ScaleDecay
from weightmaps.widgets.live.start import TakeStart
from weightmaps.widgets.live.which import Which

__all__ = [
    "ComeBack",
    "HalfPlanes",
    "HowLittle",
    "KeepNeurons",
    "Methods",
    "OneDigit",
    "Operate",
    "ScaleDecay",
    "TakeStart",
    "Which",
]
