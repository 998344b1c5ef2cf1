"""The claims of the chapter *Training record*."""

from operator import gt, le

import numpy as np

from weightmaps.network import Network
from weightmaps.training import train

from .claim import claim
from .recipes import QUADRATIC, mnist, network, start

FIVE_EPOCHS = 27_500


def accuracy(net):
    return net.accuracy(*mnist().test)


def dead(net):
    """The outputs whose z is below 0 for every test image of their own digit."""
    X, y = mnist().test
    z = net.forward(X).z[-1]
    return [digit for digit in range(10) if z[y == digit, digit].max() < 0]


@claim(
    holds=lambda right, other_cost: right >= 0.95,
    recipes=("question", "large"),
    form=".1%",
    tried_on="share right of the 10,000 test images; the same start and order of images with both costs",
)
def recipe_gives_96_percent(seed):
    return accuracy(network("question", seed)), accuracy(network("large", seed))


@claim(
    holds=lambda rest, whole: rest >= 0.95,
    recipes=("question",),
    form=".1%",
    tried_on="share right of the test images of digits whose outputs are not dead, and of all; the "
    "question's recipe",
)
def stuck_networks_read_the_other_digits(seed):
    net, test = network("question", seed), mnist().test
    alive = np.setdiff1d(range(10), dead(net))
    return net.accuracy(*test.only(*alive)), accuracy(net)


@claim(
    holds=gt,
    recipes=("question",),
    form=".0f",
    tried_on="outputs, of ten, below 0 for every test image of their own digit; the question's recipe",
)
def outputs_die_in_the_first_hundred_steps(seed):
    return len(dead(network("question", seed, 100))), len(dead(start("question", seed)))


def last_with_dead_outputs(seed):
    stages = (network("question", seed, step) for step in (None, FIVE_EPOCHS, 100))
    return next((net, dead(net)) for net in stages if dead(net))


def reset(net, outputs):
    weights, biases = net.weights[1].copy(), net.biases[1].copy()
    weights[outputs], biases[outputs] = 0, 0
    return Network([net.weights[0], weights], [net.biases[0], biases])


def trained_on(net, seed):
    how = {**QUADRATIC, "epochs": 3}
    return train(net, *mnist().validation, seed=seed, progress=False, **how)[0]


@claim(
    holds=le,
    recipes=("question",),
    choices={"control": ("live",)},
    form=".1%",
    tried_on="share right of the 10,000 test images after three more epochs of the validation images; from "
    "the end, or for seeds that end with no dead output from epoch 5, or step 100",
)
def hidden_layer_is_to_blame(seed, *, control="nothing"):
    net, gone = last_with_dead_outputs(seed)
    live = np.setdiff1d(range(10), gone)[: len(gone)]
    others = {"nothing": [], "live": live}[control]
    return tuple(accuracy(trained_on(reset(net, outputs), seed)) for outputs in (gone, others))


def after_five_epochs(name, seed):
    return network(name, seed, FIVE_EPOCHS if name == "question" else None)


@claim(
    holds=gt,
    recipes=("brief-cross-entropy", "question", "brief-fast", "brief-slow"),
    choices={"control": ("brief-fast", "brief-slow")},
    form=".1%",
    tried_on="share right of the 10,000 test images after five epochs; from the same start in the same order",
)
def slope_holds_dead_outputs_down(seed, *, control="question"):
    return tuple(accuracy(after_five_epochs(name, seed)) for name in ("brief-cross-entropy", control))


def dead_after_five_epochs(name, seed):
    return len(dead(after_five_epochs(name, seed)))


@claim(
    holds=lambda left, by_the_recipe: left == 0,
    recipes=("brief-small-outputs", "question"),
    form=".0f",
    tried_on="dead outputs, of ten, after five epochs; the same random numbers and order",
)
def small_start_of_the_outputs_mends_it(seed):
    return dead_after_five_epochs("brief-small-outputs", seed), dead_after_five_epochs("question", seed)


@claim(
    holds=lambda left, by_the_recipe: left == 0,
    recipes=("brief-small-hidden", "brief-slow", "brief-fast", "question"),
    choices={"change": ("brief-slow", "brief-fast")},
    form=".0f",
    tried_on="dead outputs, of ten, after five epochs; the same random numbers and order",
)
def another_change_mends_it(seed, *, change="brief-small-hidden"):
    return dead_after_five_epochs(change, seed), dead_after_five_epochs("question", seed)
