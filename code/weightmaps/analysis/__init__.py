"""What a network's maps look like, what a layer makes of all images, what the outputs answer to them."""

from .evaluation import Overview, few_of, overview
from .maps import blurred, on_own_scale, smoothness, with_maps
from .representation import (
    correlations,
    explained,
    linear_readout,
    match_neurons,
    neighbours,
    of_pairs,
    principal_components,
    reorder,
)

__all__ = [
    "Overview",
    "blurred",
    "correlations",
    "explained",
    "few_of",
    "linear_readout",
    "match_neurons",
    "neighbours",
    "of_pairs",
    "on_own_scale",
    "overview",
    "principal_components",
    "reorder",
    "smoothness",
    "with_maps",
]
