"""The claims of the chapter *Two inputs*."""

from functools import cache
from operator import ge, gt, lt

import numpy as np

from weightmaps import plane
from weightmaps.network import Network

from .claim import claim
from .recipes import mnist, network, start

STARTS = 10
NEW = 1000  # dots to test on
LEARNED = 0.95  # the share of these from which on a network has learned
CORNERS = 1.4 * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])


def dots(data, seed, n, *, held_out):
    """Points and classes; besides those of the playground four small clouds, at the corners of XOR."""
    if data != "clouds":
        return plane.points(data, seed=seed, n=n, held_out=held_out)
    noise = np.random.default_rng([seed, held_out]).normal(size=(n, 2))
    return np.tile(CORNERS, (n // 4, 1)) + 0.3 * noise, np.tile([1, 0, 1, 0], n // 4)


@cache
def trained(data, hidden, seed, *, scale=1.0, l2=0.0, steps=plane.STEPS):
    """What ten networks get right, each with its own dots and start: of those dots, and of 1,000 new ones."""
    seeds = range(STARTS * seed, STARTS * (seed + 1))
    old = [dots(data, one, plane.DOTS, held_out=False) for one in seeds]
    new = [dots(data, one, NEW, held_out=True) for one in seeds]
    starts = [plane.start(hidden, scale=scale, seed=one) for one in seeds]
    single = [
        Network(*([part.astype(np.float32) for part in parts] for parts in (one.weights, one.biases)))
        for one in starts
    ]
    ends = plane.train_many(single, *zip(*old, strict=True), steps=steps, l2=l2)
    return np.array(
        [[plane.accuracy(net, *some) for net, some in zip(ends, sets, strict=True)] for sets in (old, new)]
    )


def best(data, hidden, seed):
    """What the one of ten that does best on the dots it learns gets right of new ones."""
    old, new = trained(data, hidden, seed)
    return new[old.argmax()]


def learned(*args, share=LEARNED, **how):
    """Of ten networks, the share that gets so many of the new dots right."""
    return (trained(*args, **how)[1] >= share).mean()


@claim(
    holds=lambda effect, control: effect >= 0.95,
    choices={"data": ("xor",)},
    form=".1%",
    tried_on="2 and 3 hidden neurons, the best of ten on the dots they learn; 1,000 new dots",
)
def two_are_enough_for_xor(seed, *, data="clouds"):
    return best(data, 2, seed), best(data, 3, seed)


@claim(
    holds=ge,
    choices={"puzzle": ("ring 3 and 8", "spiral 4 and 8", "clouds 2 and 4"), "share": (0.9, 0.98)},
    form=".0%",
    tried_on="share of ten starts that learn, with just enough hidden neurons and with more",
)
def spare_neurons_are_idle(seed, *, puzzle="xor 3 and 8", share=0.95):
    data, few, _, many = puzzle.split()
    return learned(data, int(few), seed, share=share), learned(data, int(many), seed, share=share)


@claim(
    holds=gt,
    choices={"scales": ("0.01 to 1",), "data": ("xor", "ring"), "steps": (4000,)},
    form=".0%",
    tried_on="share of ten starts that learn, with six hidden neurons",
)
def larger_starts_learn_more(seed, *, scales="1 to 10", data="spiral", steps=plane.STEPS):
    small, large = map(float, scales.split(" to "))
    return tuple(learned(data, 6, seed, scale=scale, steps=steps) for scale in (large, small))


@claim(
    holds=lambda effect, control: effect <= control,
    choices={"data": ("xor",), "scale": (10.0,)},
    form=".0%",
    tried_on="share of ten starts, with six hidden neurons, that learn between steps 1,000 and 4,000; "
    "control: that unlearn",
)
def what_fails_is_stuck(seed, *, data="spiral", scale=0.01):
    early, late = (
        trained(data, 6, seed, scale=scale, steps=steps)[1] >= LEARNED
        for steps in (plane.STEPS, 4 * plane.STEPS)
    )
    return (late & ~early).mean(), (early & ~late).mean()


@claim(
    holds=gt,
    choices={"data": ("ring", "spiral"), "l2": (0.5,), "steps": (4000,)},
    form=".1%",
    tried_on="1,000 new dots, mean of ten starts, with eight hidden neurons",
)
def smaller_weights_are_better(seed, *, data="xor", l2=0.1, steps=plane.STEPS):
    return tuple(trained(data, 8, seed, l2=one, steps=steps)[1].mean() for one in (l2, 0.0))


def distances(net, unit):
    """How far the typical image is from the typical wall."""
    images, W = mnist().test.images, net.weights[0]
    z = images @ W.T + net.biases[0]
    along = z.std(axis=0) if unit == "spread" else np.linalg.norm(W, axis=1)
    return np.median(np.abs(z) / along)


@claim(
    holds=lt,
    recipes=("question", "large", "small-decay"),
    choices={"unit": ("spread",), "recipe": ("large", "small-decay")},
    tried_on="median over 100 neurons and the 10,000 test images, trained and before training",
)
def walls_come_closer(seed, *, unit="ink", recipe="question"):
    return distances(network(recipe, seed), unit), distances(start(recipe, seed), unit)


def undecided(net):
    z = mnist().test.images @ net.weights[0].T + net.biases[0]
    return (np.abs(z) < 2).mean()


@claim(
    holds=lt,
    recipes=("question", "large", "small-decay"),
    choices={"recipe": ("large", "small-decay")},
    form=".0%",
    tried_on="share of answers between 0.12 and 0.88, of 100 neurons to the 10,000 test images",
)
def edges_harden(seed, *, recipe="question"):
    return undecided(network(recipe, seed)), undecided(start(recipe, seed))
