"""The claims of the chapter *Where the noise comes from*."""

from operator import gt

from weightmaps import analysis

from .claim import claim
from .recipes import mnist, network


def inked(share):
    """The pixels with ink in at least this share of the official test images."""
    return (mnist().test.images > 0).mean(axis=0) >= share


def smoothness(net, ink):
    return analysis.smoothness(net.weights[0], where=inked(ink))


@claim(
    holds=gt,
    recipes=("large", "large-decay"),
    choices={"ink": (0.02, 0.3)},
    tried_on="smoothness of all 100 maps of 784-100-10, from a large start, over inked pixels",
)
def decay_makes_maps_smooth(seed, *, ink=0.1):
    return smoothness(network("large-decay", seed), ink), smoothness(network("large", seed), ink)
