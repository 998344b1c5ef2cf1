"""The claims of the chapter *The hidden space*."""

from functools import cache
from operator import gt, lt

import numpy as np

from weightmaps import analysis, attribution
from weightmaps.network import sigmoid
from weightmaps.training import initialise

from .claim import claim
from .recipes import RECIPES, images, mnist, network, partner, start

BOTH = ("small-decay", "large")


def net(kind, seed):
    """The network of a recipe; of ``"start of ..."``, before it was trained."""
    name = kind.removeprefix("start of ")
    return network(name, seed) if name == kind else start(name, seed)


@cache
def some():
    """Every fourth test image, for what compares each image with each other one."""
    return mnist().test[::4]


def layer(kind, seed, X, part="a"):
    """Where a network's hidden layer puts images; where they are, for ``"pixels"``.

    The part is the activations a, or the sums z, or ``"soft"``: sigmoids of a tenth of z.
    """
    if kind == "pixels":
        return X.astype(float)
    trace = net(kind, seed).forward(X)
    return sigmoid(trace.z[1] / 10) if part == "soft" else getattr(trace, part)[1]


@cache
def components(kind, seed):
    return analysis.principal_components(layer(kind, seed, some().images), k=100)


def mixed(kind, seed, directions, k):
    """The share of neighbours with another digit."""
    points, _ = components(kind, seed)
    return 1 - np.diag(analysis.neighbours(points[:, :directions], some().labels, k=k)).mean()


@claim(
    holds=lambda effect, control: control < effect / 2,
    recipes=(*BOTH, "shuffled"),
    choices={"recipe": ("large", "shuffled", "pixels"), "k": (3, 30)},
    form=".0%",
    tried_on="of the ten nearest of 2,500 test images, those with another digit: along the first two "
    "principal components and along the first hundred",
)
def flattening_makes_the_overlap(seed, *, recipe="small-decay", k=10):
    return tuple(mixed(recipe, seed, directions, k) for directions in (2, 100))


@claim(
    holds=lt,
    recipes=BOTH,
    choices={"recipe": ("large",), "share": (0.5, 0.95)},
    form=".0f",
    tried_on="directions that hold 90% of the variance of 2,500 test images in the hidden layer: of a "
    "network, and of its own start",
)
def training_compresses(seed, *, recipe="small-decay", share=0.9):
    return tuple(
        np.searchsorted(components(kind, seed)[1].cumsum(), share) + 1
        for kind in (recipe, f"start of {recipe}")
    )


def overlap(kind, seed, directions):
    points, _ = components(kind, seed)
    return list(analysis.pair_sums(analysis.neighbours(points[:, :directions], some().labels) / 2).values())


def mistakes(kind, seed):
    """How many of the 10,000 test images are taken for the wrong one of two digits, by pair."""
    test, table = mnist().test, np.zeros((10, 10), int)
    np.add.at(table, (test.labels, net(kind, seed).predict(test.images)), 1)
    return list(analysis.pair_sums(table).values())


@claim(
    holds=gt,
    recipes=BOTH,
    choices={"recipe": ("large",), "directions": (3, 10, 100), "by": ("ranks",)},
    tried_on="correlation, over 45 pairs of digits, of overlap on a map of 2,500 test images with mistakes "
    "on 10,000: of the map of the hidden layer, and of the map of the pixels",
)
def hidden_map_shows_confusion(seed, *, recipe="small-decay", directions=2, by="shares"):
    counts = mistakes(recipe, seed)
    shares = (overlap(kind, seed, directions) for kind in (recipe, "pixels"))
    if by == "ranks":
        return tuple(attribution.rank_correlation(one, counts) for one in shares)
    return tuple(np.corrcoef(one, counts)[0, 1] for one in shares)


@cache
def readable(kind, seed, part="a"):
    """What a linear readout, fitted on 5,000 images, gets right of the 10,000 test images."""
    fit, test = mnist().validation, mnist().test
    readout = analysis.linear_probe(layer(kind, seed, fit.images, part), fit.labels)
    return readout.accuracy(layer(kind, seed, test.images, part), test.labels)


def pixels():
    return readable("pixels", None)


READOUT = "right by a linear readout, fitted on 5,000 images, of the 10,000 test images: "


SCALES = {"small": "fan_in", "large": "unit"}


@claim(
    holds=gt,
    choices={"untrained": ("50 small", "200 small", "500 small", "100 large", "500 large")},
    form=".1%",
    tried_on=READOUT + "from a hidden layer that was never trained, of 100 neurons, and from the pixels",
)
def any_layer_helps(seed, *, untrained="100 small"):
    width, size = untrained.split()
    one = initialise((784, int(width), 10), scale=SCALES[size], seed=seed)
    fit, test = mnist().validation, mnist().test
    a, a_test = (one.forward(part.images).a[1] for part in (fit, test))
    return analysis.linear_probe(a, fit.labels).accuracy(a_test, test.labels), pixels()


@claim(
    holds=gt,
    recipes=(*BOTH, "shuffled"),
    choices={"recipe": ("large", "shuffled")},
    form=".1%",
    tried_on=READOUT + "from a trained hidden layer, and from the pixels",
)
def trained_layers_help(seed, *, recipe="small-decay"):
    return readable(recipe, seed), pixels()


@claim(
    holds=lambda effect, control: effect > control + 0.02,
    recipes=(*BOTH, "shuffled"),
    choices={"recipe": ("large", "shuffled")},
    form=".1%",
    tried_on=READOUT + "from a trained hidden layer before its sigmoids, and from the pixels",
)
def learned_weights_help_without_the_bend(seed, *, recipe="small-decay"):
    return readable(recipe, seed, "z"), pixels()


@claim(
    holds=lambda effect, control: effect < control - 0.02,
    recipes=("shuffled",),
    choices={"part": ("z", "soft")},
    form=".1%",
    tried_on=READOUT + "from a layer trained on shuffled labels, and from its own start",
)
def shuffled_labels_lose_the_digits(seed, *, part="a"):
    return readable("shuffled", seed, part), readable("start of shuffled", seed, part)


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=("shuffled",),
    form=".1%",
    tried_on="right on the 55,000 images that it learned, by the labels it was given, and by the true ones",
)
def shuffled_labels_are_learned_by_heart(seed):
    learned, train = images(RECIPES["shuffled"], seed), mnist().train
    answers = network("shuffled", seed).predict(train.images)
    return (answers == learned.labels).mean(), (answers == train.labels).mean()


@cache
def alike(kind, seed, mirror=False):
    """How alike each neuron and its partner in another seed are; partners are chosen on other images."""
    sides = []
    for which in (seed, partner(seed)):
        parts = [layer(kind, which, part.images) for part in (mnist().validation, mnist().test)]
        sides.append([np.hstack([a, -a]) if mirror else a for a in parts])
    (one, one_new), (other, other_new) = sides
    match = analysis.match_neurons(one, other)
    return analysis.correlations(one_new, other_new)[np.arange(100), match[:100]]


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=BOTH,
    choices={"recipe": ("large",), "same": (0.8, 0.7, 0.95), "mirror": (True,)},
    form=".0%",
    tried_on="share of neurons that correlate above 0.9 with their partner in another seed, over the 10,000 "
    "test images; and the same before training",
)
def two_seeds_find_the_same_neurons(seed, *, recipe="small-decay", same=0.9, mirror=False):
    return tuple((alike(kind, seed, mirror) > same).mean() for kind in (recipe, f"start of {recipe}"))


@claim(
    holds=gt,
    recipes=(*BOTH, "shuffled", "small", "large-decay"),
    choices={"recipe": ("large", "small", "large-decay", "shuffled")},
    tried_on="correlation of the median neuron with its partner in another seed, over the 10,000 test "
    "images; and the same before training",
)
def training_draws_neurons_together(seed, *, recipe="small-decay"):
    return tuple(np.median(alike(kind, seed)) for kind in (recipe, f"start of {recipe}"))


@claim(
    holds=gt,
    recipes=BOTH,
    choices={"recipe": ("large",)},
    tried_on="share of the median neuron's variance over the 10,000 test images that a weighted sum of "
    "another layer's neurons explains: another seed's, and an untrained one's",
)
def two_seeds_share_a_space(seed, *, recipe="small-decay"):
    fit, test = mnist().validation.images, mnist().test.images
    own = [layer(recipe, seed, X) for X in (fit, test)]
    found = []
    for kind in (recipe, f"start of {recipe}"):
        other = [layer(kind, partner(seed), X) for X in (fit, test)]
        found.append(np.median(analysis.explained_variance(own[0], other[0], own[1], other[1])))
    return tuple(found)
