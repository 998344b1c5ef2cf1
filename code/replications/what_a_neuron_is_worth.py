"""The claims of the chapter *What a neuron is worth*.

The 5,000 validation images choose neurons and teams, official test images score them.
"""

from operator import gt, le, lt

import numpy as np

from weightmaps import attribution

from .claim import claim
from .recipes import mnist, network, start

ALL = ("question", "large", "small-decay")
OTHERS = {"recipe": ALL[1:]}
DRAWS = 30


def contribution(net):
    return attribution.relative_contribution(net, *mnist().validation)


def prices(net, part="all"):
    return attribution.margin_drop(net, *mnist().test[::2], part=part)


def place_of_largest_weight(net, digit, part):
    """From 1: the place by price, among the 100, of the neuron with the largest weight to a digit."""
    images = mnist().test.only(digit)
    lost = attribution.margin(net, *images) - attribution.margin_without(net, *images, part=part)
    price = lost.mean(axis=1)
    return 1 + (price > price[net.weights[1][digit].argmax()]).sum()


@claim(
    holds=lambda place, before: place == 1,
    recipes=ALL,
    choices={"digit": (0, 1, 2, 4, 5, 6, 7, 8, 9), "part": ("change",), **OTHERS},
    form=".0f",
    tried_on="place by price of the neuron with the largest weight to 3; the question's recipe, test "
    "images of 3",
)
def largest_weight_marks_three(seed, *, digit=3, part="all", recipe="question"):
    nets = network(recipe, seed), start(recipe, seed)
    return tuple(place_of_largest_weight(net, digit, part) for net in nets)


def rank(score, price):
    return np.median(attribution.rank_correlation(score, price))


@claim(
    holds=gt,
    recipes=ALL,
    choices=OTHERS,
    tried_on="rank correlation with the price of freezing, the median of ten digits, 5,000 test images; "
    "the question's recipe",
)
def weight_ranks_what_neurons_tell(seed, *, recipe="question"):
    net = network(recipe, seed)
    frozen = prices(net, "change")
    return rank(net.weights[1], frozen), rank(contribution(net), frozen)


@claim(
    holds=lambda after, before: before > after / 2,
    recipes=ALL,
    choices=OTHERS,
    tried_on="rank correlation of weight and price off, the median of ten digits, 5,000 test images; the "
    "question's recipe",
)
def weight_and_price_agree_untrained(seed, *, recipe="question"):
    nets = network(recipe, seed), start(recipe, seed)
    return tuple(rank(net.weights[1], prices(net)) for net in nets)


def first(score):
    return score.argmax(axis=1)


@claim(
    holds=lambda digits, before: digits > 5,
    recipes=ALL,
    choices=OTHERS,
    form=".0f",
    tried_on="digits of ten with the same neuron first by contribution and by price frozen; the question's "
    "recipe",
)
def largest_contribution_is_dearest(seed, *, recipe="question"):
    nets = network(recipe, seed), start(recipe, seed)
    return tuple((first(contribution(net)) == first(prices(net, "change"))).sum() for net in nets)


def own_neurons(net):
    firsts = [
        first(score) for score in (net.weights[1], contribution(net), prices(net), prices(net, "change"))
    ]
    return (np.array(firsts) == firsts[0]).all(axis=0).sum()


@claim(
    holds=gt,
    recipes=ALL,
    choices=OTHERS,
    form=".0f",
    tried_on="digits of ten with one neuron first by weight, contribution, off and frozen; the question's "
    "recipe",
)
def training_gives_digits_a_neuron(seed, *, recipe="question"):
    return own_neurons(network(recipe, seed)), own_neurons(start(recipe, seed))


def free(net, rest=None):
    """The neurons without any one of which no answer in the validation images is lost on balance."""
    alone = np.arange(len(net.weights[0]))[:, None]
    return np.flatnonzero(lost_together(net, alone, rest, mnist().validation) <= 0)


def lost_together(net, teams, rest=None, images=None):
    """Right answers to images that go without each of some teams: switched off, or held at `rest`."""
    images = mnist().test if images is None else images
    without = attribution.margin_without_teams(net, *images, [[], *teams], rest=rest)
    whole, *right = (without > 0).sum(axis=1)
    return whole - np.array(right)


def means(net):
    return net.forward(mnist().validation.images).a[1].mean(axis=0)


@claim(
    holds=le,
    recipes=ALL,
    choices={"frozen": (True,), **OTHERS},
    form=".0f",
    tried_on="right answers lost, of 10,000, without all neurons that cost nothing when taken out alone in "
    "the same way; the question's recipe",
)
def free_neurons_are_free_together(seed, *, frozen=False, recipe="question"):
    net = network(recipe, seed)
    rest = means(net) if frozen else None
    team = free(net, rest)
    return *lost_together(net, [team], rest), lost_together(net, team[:, None], rest).sum()


@claim(
    holds=lt,
    recipes=ALL,
    choices=OTHERS,
    form=".0f",
    tried_on="right answers lost, of 10,000, without them and without as many at random (the median of "
    f"{DRAWS} draws); the question's recipe",
)
def free_neurons_beat_random_ones(seed, *, recipe="question"):
    net, rng = network(recipe, seed), np.random.default_rng(seed)
    team = free(net)
    luck = [rng.choice(100, len(team), replace=False) for _ in range(DRAWS)]
    return *lost_together(net, [team]), np.median(lost_together(net, luck))


@claim(
    holds=gt,
    recipes=ALL,
    choices=OTHERS,
    form=".0f",
    tried_on="right answers lost, of 10,000, with all free neurons off and with all frozen; the question's "
    "recipe",
)
def off_costs_more_than_frozen(seed, *, recipe="question"):
    net = network(recipe, seed)
    team = [free(net)]
    return *lost_together(net, team), *lost_together(net, team, means(net))


def improved(team, steps, bias, y):
    """A team after swaps: each member in turn gives way to the neuron with which most answers are right."""
    team, before = list(team), None
    while team != before:
        before = list(team)
        for k in range(len(team)):
            others = team[:k] + team[k + 1 :]
            z = bias + steps[others].sum(axis=0)
            free = [team[k], *np.setdiff1d(range(len(steps)), team)]
            team[k] = free[np.argmax([((z + steps[j]).argmax(axis=1) == y).sum() for j in free])]
    return team


def best_team(net, size, seed):
    """The best team that a greedy choice or swaps find, from the greedy team and three random ones."""
    X, y = mnist().validation[::4]
    a, W = net.forward(X).a[1], net.weights[1]
    steps, bias = np.ascontiguousarray(a.T[:, :, None] * W.T[:, None]), net.biases[1]
    rng = np.random.default_rng(seed)
    starts = [attribution.greedy_order(net, X, y)[:size], *(rng.permutation(100)[:size] for _ in range(3))]
    teams = [improved(team, steps, bias, y) for team in starts]
    return max(teams, key=lambda team: ((bias + steps[team].sum(axis=0)).argmax(axis=1) == y).sum())


@claim(
    holds=lambda team, luck: team >= 0.95,
    recipes=ALL,
    choices={"size": (5, 20), **OTHERS},
    form=".0%",
    tried_on="share of the whole accuracy on the test images that ten neurons keep: the best team that "
    f"greedy choice and swaps find on 1,250 validation images, and the mean of {DRAWS} random teams; the "
    "question's recipe",
)
def handful_does_the_work(seed, *, size=10, recipe="question"):
    net, rng = network(recipe, seed), np.random.default_rng(seed)
    teams = [best_team(net, size, seed), *(rng.permutation(100)[:size] for _ in range(DRAWS))]
    shares = attribution.kept_accuracy(net, *mnist().test[::2], teams)[:, -1]
    shares /= net.accuracy(*mnist().test[::2])
    return shares[0], shares[1:].mean()


def needed(curves, share=0.95):
    """From how many neurons on each curve stays above this share of its end."""
    below = curves < share * curves[:, -1:]
    return curves.shape[1] - below[:, ::-1].argmax(axis=1)


@claim(
    holds=lt,
    recipes=ALL,
    choices=OTHERS,
    form=".0f",
    tried_on="neurons, in greedy order (chosen on 1,250 validation images) and in random order (the median "
    "of 10), from which on 95% of the accuracy on 5,000 test images is there; the question's recipe",
)
def greedy_needs_fewer(seed, *, recipe="question"):
    net, rng = network(recipe, seed), np.random.default_rng(seed)
    orders = [
        attribution.greedy_order(net, *mnist().validation[::4]),
        *(rng.permutation(100) for _ in range(10)),
    ]
    greedy, *luck = needed(attribution.kept_accuracy(net, *mnist().test[::2], orders))
    return greedy, np.median(luck)


def refitted(net, team):
    """Test accuracy of a team with outputs fitted by least squares to the validation images."""
    (A, y), (B, truth) = ((net.forward(X).a[1][:, team], y) for X, y in (mnist().validation, mnist().test))
    A, B = (np.c_[part, np.ones(len(part))] for part in (A, B))
    outgoing = np.linalg.lstsq(A, np.eye(10)[y])[0]
    return ((B @ outgoing).argmax(axis=1) == truth).mean()


@claim(
    holds=lambda team, everybody: team >= 0.95 * everybody,
    recipes=ALL,
    choices={"size": (5, 20), **OTHERS},
    form=".0%",
    tried_on="share right of the 10,000 test images with new outputs, fitted to the validation images: the "
    "first ten neurons in greedy order, and all 100; the question's recipe",
)
def handful_with_new_outputs_does_the_work(seed, *, size=10, recipe="question"):
    net = network(recipe, seed)
    order = attribution.greedy_order(net, *mnist().validation[::4])
    return refitted(net, order[:size]), refitted(net, order)


@claim(
    holds=gt,
    recipes=ALL,
    choices={"size": (10, 50), **OTHERS},
    form=".0%",
    tried_on="share right of the 10,000 test images with new outputs for twenty random neurons, and for "
    "the same of the start; the mean of five draws; the question's recipe",
)
def new_outputs_find_what_was_learned(seed, *, size=20, recipe="question"):
    nets, rng = (network(recipe, seed), start(recipe, seed)), np.random.default_rng(seed)
    teams = [rng.permutation(100)[:size] for _ in range(5)]
    return tuple(np.mean([refitted(net, team) for team in teams]) for net in nets)


@claim(
    holds=gt,
    recipes=ALL,
    choices=OTHERS,
    form=".0%",
    tried_on="share that one neuron switched off tips over: of the mistakes on test images, and of the "
    "right answers that were as close; the question's recipe",
)
def mistakes_tip_more_easily(seed, *, recipe="question"):
    net = network(recipe, seed)
    lead = attribution.margin(net, *mnist().test)
    without = attribution.margin_without(net, *mnist().test)
    wrong, fine = np.flatnonzero(lead < 0), np.flatnonzero(lead > 0)
    near = [fine[np.abs(lead[fine] + lead[i]).argmin()] for i in wrong]
    return (without[:, wrong] > 0).any(axis=0).mean(), (without[:, near] < 0).any(axis=0).mean()


@claim(
    holds=lambda gain, typical: gain > 0,
    recipes=ALL,
    choices=OTHERS,
    form=".0f",
    tried_on="right answers gained, of 10,000, without the neuron most blamed for the mistakes on "
    "validation images, and without a neuron on average; the question's recipe",
)
def most_blamed_neuron_is_better_off(seed, *, recipe="question"):
    net = network(recipe, seed)
    gains = -lost_together(net, np.arange(100)[:, None])
    return gains[attribution.error_attribution(net, *mnist().validation).argmax()], gains.mean()
