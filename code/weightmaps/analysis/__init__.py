"""Analysis of a network's maps, of a layer as a space, and of the answers to many images."""

from .evaluation import Overview, overview, subsample
from .maps import (
    blur,
    loudness,
    maxabs_scale,
    share_learned,
    smoothness,
    start_remaining,
    with_maps,
)
from .representation import (
    correlations,
    explained_variance,
    linear_probe,
    match_neurons,
    neighbours,
    pair_sums,
    permute_neurons,
    principal_components,
)

__all__ = [
    "Overview",
    "blur",
    "correlations",
    "explained_variance",
    "linear_probe",
    "loudness",
    "match_neurons",
    "maxabs_scale",
    "neighbours",
    "overview",
    "pair_sums",
    "permute_neurons",
    "principal_components",
    "share_learned",
    "smoothness",
    "start_remaining",
    "subsample",
    "with_maps",
]
