"""The claims of the chapter *Raw weight maps*."""

from functools import cache
from operator import gt, lt

import numpy as np

from weightmaps import analysis, attribution

from .claim import claim
from .recipes import mnist, network, start

RECIPES_TRIED = ("question", "large", "small", "small-decay")
BANDS = {"top": (0, 0.33), "middle": (0.33, 0.6), "bottom": (0.67, 1)}  # of the height of the ink


# Is it there?


@cache
def templates():
    """What a map for each digit is hoped to show: its mean minus the mean of all other digits."""
    X, y = mnist().validation
    return np.array([X[y == d].mean(axis=0) - X[y != d].mean(axis=0) for d in range(10)])


def likeness(maps, template):
    return analysis.correlations(np.transpose(maps), template[:, None])[:, 0]


def maps_for_3(recipe, seed, *, minus_start, count=5):
    """All maps, with or without their start, and which have the largest weights to output 3."""
    net = network(recipe, seed)
    maps = net.weights[0] - minus_start * start(recipe, seed).weights[0]
    return maps, attribution.top_neurons(net, 3, k=count)


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=RECIPES_TRIED,
    choices={"minus_start": (False,), "recipe": RECIPES_TRIED[1:], "count": (10,)},
    tried_on="mean likeness to the mean 3 minus the rest, of the maps, minus their start, of the five "
    "neurons with the largest weights to output 3; the question's recipe; control: of the other neurons",
)
def neurons_for_3_show_the_arches(seed, *, minus_start=True, recipe="question", count=5):
    maps, top = maps_for_3(recipe, seed, minus_start=minus_start, count=count)
    alike = likeness(maps, templates()[3])
    return alike[top].mean(), np.delete(alike, top).mean()


@claim(
    holds=gt,
    recipes=RECIPES_TRIED,
    choices={"minus_start": (False,), "recipe": RECIPES_TRIED[1:], "count": (10,)},
    tried_on="mean likeness to the mean 3 minus the rest, of the maps, minus their start, of the five "
    "neurons with the largest weights to output 3; the question's recipe; control: of the other neurons",
)
def neurons_for_3_lean_to_the_arches(seed, *, minus_start=True, recipe="question", count=5):
    maps, top = maps_for_3(recipe, seed, minus_start=minus_start, count=count)
    alike = likeness(maps, templates()[3])
    return alike[top].mean(), np.delete(alike, top).mean()


@claim(
    holds=gt,
    recipes=("question",),
    tried_on="likeness of a perfect arch, as strong as what was learned, on top of each of the 100 starts, "
    "in the middle; the question's recipe; control: the largest likeness of a start alone",
)
def a_perfect_arch_would_show_under_the_start(seed):
    begun = start("question", seed).weights[0]
    learned = network("question", seed).weights[0] - begun
    arch = templates()[3] / templates()[3].std() * learned.std()
    return np.median(likeness(begun + arch, templates()[3])), np.abs(likeness(begun, templates()[3])).max()


@claim(
    holds=gt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    tried_on="over the 100 neurons, the correlation of the weight to output 3 with the map's likeness to "
    "the mean 3 minus the rest; the question's recipe; control: before training",
)
def maps_follow_their_weight_to_3(seed, *, recipe="question"):
    nets = network(recipe, seed), start(recipe, seed)
    return [np.corrcoef(net.weights[1][3], likeness(net.weights[0], templates()[3]))[0, 1] for net in nets]


# Is "the neuron for 3" a thing?


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".0%",
    tried_on="share of the 100 neurons whose largest outgoing weight goes to the digit that drives them "
    "most, on average over the official test images; the question's recipe; control: before training",
)
def outgoing_weight_names_the_digit(seed, *, recipe="question"):
    groups = [mnist().test.only(digit).images for digit in range(10)]

    def named(net):
        driven = np.array([net.forward(X).a[1].mean(axis=0) for X in groups])
        return (driven.argmax(axis=0) == net.weights[1].argmax(axis=0)).mean()

    return named(network(recipe, seed)), named(start(recipe, seed))


# The closed loop


def line(first, last):
    """A stroke two pixels wide between two pixels, as an image."""
    steps = np.linspace(first, last, 4 * int(np.abs(np.subtract(first, last)).max()) + 2)
    picture = np.zeros((28, 28), np.float32)
    rows, columns = np.rint(steps).astype(int).T
    for shift in (0, 1):
        picture[rows, np.minimum(columns + shift, 27)] = 1
    return picture.ravel()


def left_ends(image):
    """The leftmost ink at the top of a digit, in its middle and at its bottom: (row, column) each."""
    ink = image.reshape(28, 28) > 0.5
    top, *_, bottom = np.flatnonzero(ink.any(axis=1))
    found = {}
    for band, (above, below) in BANDS.items():
        first = round(top + above * (bottom - top))
        rows, columns = np.nonzero(ink[first : round(top + below * (bottom - top)) + 1])
        found[band] = first + rows[columns.argmin()], columns.min()
    return found


def closing_stroke(image, loop="top"):
    """The stroke that closes a 3 on its left: from its middle to the end of its top, or of its bottom."""
    ends = left_ends(image)
    return line(ends[loop], ends["middle"])


def moved(image, stroke, rng):
    """The same stroke somewhere else, where it adds about as much ink; the best of fifty places."""
    wanted, best, found = (stroke * (1 - image)).sum(), np.inf, stroke
    for down, right in rng.integers(-9, 10, (50, 2)):
        other = np.roll(stroke.reshape(28, 28), (down, right), axis=(0, 1))
        if abs(down) + abs(right) >= 6 and other[3:-3, 3:-3].sum() == stroke.sum():
            miss = abs((other.ravel() * (1 - image)).sum() - wanted)
            if miss < best:
                best, found = miss, other.ravel()
    return found


@cache
def threes(loop="top"):
    """Official test 3s: as they are, with a loop closed, and with that stroke moved elsewhere."""
    X, rng = mnist().test.only(3).images, np.random.default_rng(1)
    strokes = np.array([closing_stroke(image, loop) for image in X])
    elsewhere = np.array([moved(*pair, rng) for pair in zip(X, strokes, strict=True)])
    return X, np.maximum(X, strokes), np.maximum(X, elsewhere)


def moves(net, before, after, output):
    """How far z of an output moves, on average over the images, through each hidden neuron."""
    change = net.forward(after).a[1].mean(axis=0) - net.forward(before).a[1].mean(axis=0)
    return net.weights[1][output] * change


def moved_by_stroke(recipe, seed, output, loop="top"):
    X, closed, elsewhere = threes(loop)
    net = network(recipe, seed)
    return moves(net, X, closed, output).sum(), moves(net, X, elsewhere, output).sum()


@claim(
    holds=lt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".1f",
    tried_on="change of z of output 3, mean over the official test 3s; the stroke closes the top loop; the "
    "question's recipe; control: the same stroke elsewhere, as much ink",
)
def closing_the_top_loop_lowers_3(seed, *, recipe="question"):
    return moved_by_stroke(recipe, seed, 3)


@claim(
    holds=gt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".1f",
    tried_on="change of z of output 9, mean over the official test 3s; the stroke closes the top loop; the "
    "question's recipe; control: the same stroke elsewhere, as much ink",
)
def closing_the_top_loop_raises_9(seed, *, recipe="question"):
    return moved_by_stroke(recipe, seed, 9)


@claim(
    holds=gt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".1f",
    tried_on="change of z of output 9, mean over the official test 3s; the stroke closes the top loop; the "
    "question's recipe; control: change of z of output 8",
)
def closing_the_top_loop_raises_9_more_than_8(seed, *, recipe="question"):
    return moved_by_stroke(recipe, seed, 9)[0], moved_by_stroke(recipe, seed, 8)[0]


@claim(
    holds=gt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".1f",
    tried_on="change of z of output 8, mean over the official test 3s; the stroke closes the bottom loop; "
    "the question's recipe; control: the same stroke elsewhere, as much ink",
)
def closing_the_bottom_loop_raises_8(seed, *, recipe="question"):
    return moved_by_stroke(recipe, seed, 8, "bottom")


@claim(
    holds=gt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".1f",
    tried_on="change of z of output 9 when the stroke that closes the top loop of a test 3 is painted on "
    "it; the question's recipe; control: the same stroke on a 0, 1, 2, 4, 5, 6, 7 or 8",
)
def the_stroke_raises_9_on_3s_alone(seed, *, recipe="question"):
    X, closed, _ = threes()
    others = mnist().test.only(*range(3), *range(4, 9)).images[: len(X)]
    strokes = np.where(closed > X, closed, 0)
    net = network(recipe, seed)
    return moves(net, X, closed, 9).sum(), moves(net, others, np.maximum(others, strokes), 9).sum()


@claim(
    holds=lt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:], "count": (1, 10)},
    form=".1f",
    tried_on="change of z of output 3 through the five neurons with the largest weights to it, mean over "
    "the official test 3s; the question's recipe; control: the same stroke elsewhere",
)
def neurons_for_3_answer_to_a_closed_loop(seed, *, recipe="question", count=5):
    X, closed, elsewhere = threes()
    net = network(recipe, seed)
    top = attribution.top_neurons(net, 3, k=count)
    return moves(net, X, closed, 3)[top].sum(), moves(net, X, elsewhere, 3)[top].sum()


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:], "count": (10,)},
    form=".0%",
    tried_on="the part of the fall of z of output 3, when the top loop is closed, that goes through the "
    "five neurons with the largest weights to it; the question's recipe; control: the five through which "
    "most of it goes",
)
def the_fall_goes_through_the_neurons_for_3(seed, *, recipe="question", count=5):
    X, closed, _ = threes()
    net = network(recipe, seed)
    through = moves(net, X, closed, 3)
    top = attribution.top_neurons(net, 3, k=count)
    return through[top].sum() / through.sum(), np.sort(through)[:count].sum() / through.sum()


@cache
def without_arch(arch):
    """Official test 3s without the ink above, or below, their middle; and without as much, anywhere."""
    X, rng = mnist().test.only(3).images, np.random.default_rng(1)
    rows, bare, thinned = np.repeat(np.arange(28), 28), X.copy(), X.copy()
    for k, image in enumerate(X):
        middle, _ = left_ends(image)["middle"]
        gone = rows < middle - 1 if arch == "top" else rows > middle + 1
        bare[k, gone] = 0
        order = rng.permutation(np.flatnonzero(image))
        thinned[k, order[: np.searchsorted(image[order].cumsum(), image[gone].sum()) + 1]] = 0
    return X, bare, thinned


def moved_by_erasing(recipe, seed, arch):
    X, bare, thinned = without_arch(arch)
    net = network(recipe, seed)
    return moves(net, X, bare, 3).sum(), moves(net, X, thinned, 3).sum()


@claim(
    holds=lt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".1f",
    tried_on="change of z of output 3 on the official test 3s when the top arch is erased; the question's "
    "recipe; control: as much ink, at random",
)
def top_arch_speaks_for_3(seed, *, recipe="question"):
    return moved_by_erasing(recipe, seed, "top")


@claim(
    holds=lt,
    recipes=RECIPES_TRIED,
    choices={"recipe": RECIPES_TRIED[1:]},
    form=".1f",
    tried_on="change of z of output 3 on the official test 3s when the bottom arch is erased; the "
    "question's recipe; control: as much ink, at random",
)
def bottom_arch_speaks_for_3(seed, *, recipe="question"):
    return moved_by_erasing(recipe, seed, "bottom")
