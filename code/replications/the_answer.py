"""The claims of the chapter *The answer*.

The 5,000 validation images choose thresholds, doubles and means, the official test images score them.
"""

from operator import gt

import numpy as np

from weightmaps import analysis, attribution

from .claim import claim
from .recipes import make, mnist, network, start

ALL = ("small-decay", "large", "question")
OTHERS = {"recipe": ALL[1:]}
DRAWS = 300


def hidden(net, images):
    return net.forward(images.images).a[1]


def by_digit(values, labels):
    return np.array([values[labels == digit].mean(axis=0) for digit in range(10)])


def thresholds(net, which):
    """Above what mean activation over the images of a digit a neuron counts as on for it."""
    a, y = hidden(net, mnist().validation), mnist().validation.labels
    if which == "halfway":
        means = by_digit(a, y)
        return (means.max(axis=0) + means.min(axis=0)) / 2
    return {"one half": 0.5, "mean": a.mean(axis=0), "median": np.median(a, axis=0)}[which]


def on_for_one(net, threshold):
    """The share of neurons that are on for exactly one digit."""
    means = by_digit(hidden(net, mnist().test), mnist().test.labels)
    return ((means > thresholds(net, threshold)).sum(axis=0) == 1).mean()


def on_for_one_after_and_before(seed, threshold, recipe):
    return on_for_one(network(recipe, seed), threshold), on_for_one(start(recipe, seed), threshold)


THRESHOLDS = {"threshold": ("halfway", "mean", "median")}


@claim(
    holds=lambda share, before: share > 0.5,
    recipes=ALL,
    choices={**THRESHOLDS, **OTHERS},
    form=".0%",
    tried_on="share of the 100 neurons that are on for exactly one digit; small start with decay, test "
    "images",
)
def neuron_detects_one_digit(seed, *, threshold="one half", recipe="small-decay"):
    return on_for_one_after_and_before(seed, threshold, recipe)


@claim(
    holds=gt,
    recipes=ALL,
    choices={**THRESHOLDS, **OTHERS},
    form=".0%",
    tried_on="share of the 100 neurons that are on for exactly one digit; small start with decay, test "
    "images",
)
def training_makes_detectors(seed, *, threshold="one half", recipe="small-decay"):
    return on_for_one_after_and_before(seed, threshold, recipe)


def within_digits(values, labels):
    """The share of each column's variance that lies within digits, which the label does not tell."""
    residuals = values - by_digit(values, labels)[labels]
    return residuals.var(axis=0) / values.var(axis=0)


@claim(
    holds=lambda share, before: share > 0.5,
    recipes=ALL,
    choices=OTHERS,
    form=".0%",
    tried_on="share of a neuron's variance within digits, the median of 100; small start with decay, test "
    "images",
)
def neuron_tells_how_a_digit_is_written(seed, *, recipe="small-decay"):
    y = mnist().test.labels
    nets = network(recipe, seed), start(recipe, seed)
    return tuple(np.median(within_digits(hidden(net, mnist().test), y)) for net in nets)


@claim(
    holds=lambda outputs, neurons: outputs > 0.5,
    recipes=ALL,
    choices=OTHERS,
    form=".0%",
    tried_on="share of the variance within digits: of z, the median of ten outputs, and of the activation, "
    "the median of 100 neurons; small start with decay, test images",
)
def outputs_hear_how_a_digit_is_written(seed, *, recipe="small-decay"):
    net, (X, y) = network(recipe, seed), mnist().test
    trace = net.forward(X)
    return tuple(np.median(within_digits(values, y)) for values in (trace.z[2], trace.a[1]))


def exchanged(values, labels, rng):
    """Each column dealt out anew among the images of the same digit."""
    values = values.copy()
    for digit in range(10):
        rows = np.flatnonzero(labels == digit)
        values[rows] = rng.permuted(values[rows], axis=0)
    return values


@claim(
    holds=lambda other, own: other < own,
    recipes=ALL,
    choices=OTHERS,
    form=".1%",
    tried_on="share right of the 10,000 test images, when what each neuron tells is of another image of "
    "the same digit, and as it is; small start with decay",
)
def network_needs_how_a_digit_is_written(seed, *, recipe="small-decay"):
    net, y = network(recipe, seed), mnist().test.labels
    a = hidden(net, mnist().test)
    others = exchanged(a, y, np.random.default_rng(seed))
    return tuple(
        ((each @ net.weights[1].T + net.biases[1]).argmax(axis=1) == y).mean() for each in (others, a)
    )


def likeness(net, other):
    """How each neuron correlates with its partner on half the validation images; the others matched them."""
    halves = mnist().validation[::2], mnist().validation[1::2]
    matched, scored = ([hidden(each, half) for each in (net, other)] for half in halves)
    partner = analysis.match_neurons(*matched)
    return analysis.correlations(*scored)[np.arange(len(partner)), partner]


def doubles(seed, recipe, alike):
    """Whether each neuron has a double in the next two seeds (a row each), of 20 in a circle."""
    first = seed - seed % 20
    others = [first + (seed - first + further) % 20 for further in (1, 2)]
    for other in others:
        make(recipe, other)
    return np.array([likeness(network(recipe, seed), network(recipe, other)) > alike for other in others])


def lost_when_frozen(net, teams, measure):
    """What 2,000 test images lose of their mean lead, or of the share right, with each team at its means."""
    rest = hidden(net, mnist().validation).mean(axis=0)
    leads = attribution.margin_without_teams(net, *mnist().test[::5], [[], *teams], rest=rest)
    whole, *without = leads.mean(axis=1) if measure == "lead" else (leads > 0).mean(axis=1)
    return whole - np.array(without)


def swing(net):
    """How far each neuron moves the outputs: its standard deviation times the size of its weights to them."""
    outgoing = net.weights[1] - net.weights[1].mean(axis=0)
    return hidden(net, mnist().validation).std(axis=0) * np.linalg.norm(outgoing, axis=0)


def with_most_like_swings(net, chosen, rest):
    """For each chosen neuron another one of the rest with nearly the same swing, the largest first."""
    size, left, partners = swing(net), list(rest), []
    for neuron in chosen[np.argsort(-size[chosen])]:
        partners.append(min(left, key=lambda other: abs(size[other] - size[neuron])))
        left.remove(partners[-1])
    return partners


def cost_of_doubles(seed, against, *, measure="lead", alike=0.9, recipe="small-decay"):
    """What freezing all neurons with a double costs, and the median of what freezing as many others costs."""
    net, rng = network(recipe, seed), np.random.default_rng(seed)
    has = doubles(seed, recipe, alike).any(axis=0)
    back, rest = np.flatnonzero(has), np.flatnonzero(~has)
    teams = {
        "random": [rng.choice(rest, len(back), replace=False) for _ in range(DRAWS)],
        "as large": [with_most_like_swings(net, back, rest)],
        "largest": [rest[np.argsort(-swing(net)[rest])][: len(back)]],
    }[against]
    own, *others = lost_when_frozen(net, [back, *teams], measure)
    return own, np.median(others)


@claim(
    holds=gt,
    recipes=("small-decay", "small"),
    choices={
        "against": ("as large",),
        "measure": ("accuracy",),
        "alike": (0.85, 0.95),
        "recipe": ("small",),
    },
    tried_on="lead lost, on average over 2,000 test images, with all neurons frozen that have a double in "
    f"one of two other seeds, and with as many others (the median of {DRAWS} draws); small start with "
    "decay",
)
def doubles_cost_more(seed, *, against="random", **how):
    return cost_of_doubles(seed, against, **how)


@claim(
    holds=gt,
    recipes=("small-decay", "small"),
    choices={"measure": ("accuracy",), "alike": (0.85, 0.95), "recipe": ("small",)},
    tried_on="lead lost, on average over 2,000 test images, with all neurons frozen that have a double in "
    "one of two other seeds, and with as many others that move the outputs most; small start with decay",
)
def doubles_cost_most(seed, **how):
    return cost_of_doubles(seed, "largest", **how)


@claim(
    holds=lambda both, one: both > one / 2,
    recipes=("small-decay",),
    choices={"alike": (0.85, 0.95)},
    form=".0f",
    tried_on="neurons of 100 with a double in both of two other seeds, and in one or both; small start "
    "with decay",
)
def what_comes_back_comes_back_again(seed, *, alike=0.9):
    has = doubles(seed, "small-decay", alike)
    return has.all(axis=0).sum(), has.any(axis=0).sum()
