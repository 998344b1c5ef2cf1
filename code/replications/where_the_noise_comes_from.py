"""The claims of the chapter *Where the noise comes from*."""

from functools import cache
from itertools import product
from operator import gt

import numpy as np

from weightmaps import analysis
from weightmaps.network import Network
from weightmaps.training import initialise, train

from .claim import claim
from .recipes import ALL_DIGITS, RECIPES, mnist, network, start

ONE, ONE_RECIPES = "zero-one-large", ("zero-one-question", "zero-one-small", "zero-one-large-decay")
KERNELS = {  # how much a pixel and those one and two away count, across and down
    "3 × 3, round": (1, 2, 1),
    "3 × 3, flat": (1, 1, 1),
    "5 × 5, round": (1, 4, 6, 4, 1),
}


@cache
def inked(share, labels=ALL_DIGITS):
    """The pixels with ink in at least this share of the validation images."""
    return (mnist().validation.only(*labels).images > 0).mean(axis=0) >= share


def smoothness(net, ink=0.1):
    return analysis.smoothness(net.weights[0], where=inked(ink))


def remaining(recipe):
    """What training leaves of each starting weight."""
    how = RECIPES[recipe].training
    names = ("learning_rate", "weight_decay", "epochs", "batch_size")
    return analysis.start_remaining(**{name: how[name] for name in names if name in how})


def parts(recipe, seed):
    """The maps at the end, and their two parts: what is left of the start; what was learned."""
    end = network(recipe, seed).weights[0]
    left = remaining(recipe) * start(recipe, seed).weights[0]
    return end, left, end - left


def correlation(one, other):
    return np.corrcoef(np.ravel(one), np.ravel(other))[0, 1]


def random(seed):
    """Random numbers that no start of any seed holds: a start is drawn from the bare seed."""
    return np.random.default_rng((seed, 1))


def like_start(recipe, seed):
    """Random maps as large as a start, which the network has never met."""
    maps = start(recipe, seed).weights[0]
    return maps.std() * random(seed).standard_normal(maps.shape)


# Two starts, with and without decay


@claim(
    holds=gt,
    recipes=("large", "large-decay"),
    choices={"ink": (0.02, 0.3)},
    tried_on="smoothness of all 100 maps of 784-100-10, from a large start, over inked pixels",
)
def decay_makes_maps_smooth(seed, *, ink=0.1):
    return smoothness(network("large-decay", seed), ink), smoothness(network("large", seed), ink)


@claim(
    holds=gt,
    recipes=("large", "small"),
    choices={"ink": (0.02, 0.3)},
    tried_on="smoothness of all 100 maps of 784-100-10, without decay, over inked pixels",
)
def small_start_makes_maps_smooth(seed, *, ink=0.1):
    return smoothness(network("small", seed), ink), smoothness(network("large", seed), ink)


@claim(
    holds=gt,
    recipes=("small-decay", "small", "large"),
    choices={"rougher": ("large",)},
    form=".1%",
    tried_on="official test images; a small start with decay against one without, whose maps are rougher",
)
def smoother_maps_are_more_accurate(seed, *, rougher="small"):
    test = mnist().test
    return network("small-decay", seed).accuracy(*test), network(rougher, seed).accuracy(*test)


# What became of the start


@claim(
    holds=gt,
    recipes=("large", "large-decay", "question"),
    choices={"recipe": ("question", "large-decay"), "ink": (0.02, 0.3)},
    tried_on="smoothness of end minus start and of the end; large starts without decay",
)
def change_is_smoother_than_the_end(seed, *, recipe="large", ink=0.1):
    end, began = network(recipe, seed).weights[0], start(recipe, seed).weights[0]
    where = inked(ink)
    return analysis.smoothness(end - began, where=where), analysis.smoothness(end, where=where)


@claim(
    holds=lambda effect, control: abs(effect / control - 1) < 0.01,
    recipes=("large-decay", "small-decay"),
    choices={"recipe": ("small-decay",)},
    form=".5f",
    tried_on="weights of pixels that are blank in every training image: end over start, in the middle",
)
def start_fades_as_computed(seed, *, recipe="large-decay"):
    blank = ~(mnist().train.images > 0).any(axis=0)
    end, began = network(recipe, seed).weights[0], start(recipe, seed).weights[0]
    return np.median(end[:, blank] / began[:, blank]), remaining(recipe)


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=("question", "large", "small"),
    choices={"recipe": ("large",), "ink": (0.02, 0.3)},
    form=".0%",
    tried_on="share of the variance of the 100 maps of the question's recipe over inked pixels",
)
def most_of_the_map_is_the_start(seed, *, recipe="question", ink=0.1):
    def share(name):
        _, left, learned = parts(name, seed)
        return 1 - analysis.share_learned(learned, left, where=inked(ink))

    return share(recipe), share("small")


# A ratio that tells how noisy


def brief_training(begun, images, seed, *, learning_rate=0.5, **how):
    trained, _ = train(
        begun,
        *images,
        cost="cross_entropy",
        learning_rate=learning_rate,
        seed=seed,
        validation=images[:100],
        progress=False,
        **how,
    )
    return trained


DOSES = tuple(product((1 / 28, 0.1, 0.25, 1.0), (0.0, 1.0)))  # deviation of the start; ηλ · epochs / batch


@cache
def doses(activation, seed, epochs=3):
    """Maps from starts of many sizes, with and without decay: what was learned, and what is left."""
    images = mnist().train[:3000]
    rate = 0.5 if activation == "sigmoid" else 0.05
    base = initialise((784, 100, 10), scale="fan_in", seed=seed)
    output = "sigmoid" if activation == "sigmoid" else "softmax"
    found = []
    for deviation, fading in DOSES:
        maps = np.float32(28 * deviation) * base.weights[0]
        begun = Network([maps, base.weights[1]], base.biases, [activation, output])
        decay = fading * 10 / rate / epochs
        how = {"learning_rate": rate, "weight_decay": decay, "epochs": epochs, "batch_size": 10}
        end = brief_training(begun, images, seed, **how).weights[0]
        left = analysis.start_remaining(**how) * maps
        found.append((left, end - left))
    return found


def misses(pairs, where):
    """How far the smoothness of maps is, at most, from what their two parts predict; and from one guess."""
    seen = np.array([analysis.smoothness(left + learned, where=where) for left, learned in pairs])
    predicted = [
        analysis.share_learned(learned, left, where=where) * analysis.smoothness(learned, where=where)
        for left, learned in pairs
    ]
    middle = (seen.max() + seen.min()) / 2  # of all single guesses the one that misses least
    return np.abs(seen - predicted).max(), np.abs(seen - middle).max()


@claim(
    holds=lambda effect, control: effect < 0.1 < control,
    recipes=("question", "large", "large-decay", "small", "small-decay"),
    choices={"ink": (0.02, 0.3)},
    form=".3f",
    tried_on="the largest miss over the five recipes of 784-100-10, all 100 maps of each",
)
def share_of_the_start_predicts_smoothness(seed, *, ink=0.1):
    names = ("question", "large", "large-decay", "small", "small-decay")
    return misses([parts(name, seed)[1:] for name in names], inked(ink))


@claim(
    holds=lambda effect, control: effect < 0.1 < control,
    choices={"activation": ("relu", "tanh"), "ink": (0.02, 0.3)},
    form=".3f",
    tried_on="the largest miss over eight doses: four sizes of start, with and without decay; 784-100-10, 3 "
    "epochs on 3,000 training images; sigmoid, and ReLU and tanh with softmax",
)
def share_of_the_start_predicts_smoothness_at_any_dose(seed, *, activation="sigmoid", ink=0.1):
    return misses(doses(activation, seed), inked(ink))


# The start of which layer?


@claim(
    holds=gt,
    recipes=("brief-small-hidden", "brief-small-outputs"),
    choices={"ink": (0.02, 0.3)},
    tried_on="smoothness of all 100 maps, the question's recipe for 5 epochs with one of two layers small",
)
def noise_comes_from_the_hidden_start(seed, *, ink=0.1):
    return (
        smoothness(network("brief-small-hidden", seed), ink),
        smoothness(network("brief-small-outputs", seed), ink),
    )


# Longer training?


@claim(
    holds=lambda effect, control: effect >= control,
    choices={"weight_decay": (5.0,), "epochs": (60,)},
    tried_on="smoothness of all 100 maps of 784-100-10 after 20 epochs on 1,000 training images",
)
def long_training_makes_maps_smooth(seed, *, epochs=20, weight_decay=0.0):
    images = mnist().train[:1000]

    def after(scale, epochs, weight_decay):
        begun = initialise((784, 100, 10), scale=scale, seed=seed)
        return smoothness(brief_training(begun, images, seed, epochs=epochs, weight_decay=weight_decay))

    return after("unit", epochs, weight_decay), after("fan_in", 20, 0.0)


@claim(
    holds=gt,
    recipes=("question",),
    choices={"ink": (0.02, 0.3)},
    tried_on="smoothness of the maps of the question's recipe after 30 epochs, and after 5",
)
def training_on_makes_maps_smoother(seed, *, ink=0.1):
    return smoothness(network("question", seed), ink), smoothness(network("question", seed, 27_500), ink)


# Does the speckle do anything?


@cache
def components(share):
    """The fewest directions that hold this share of the validation images' variance, and the mean image."""
    images = mnist().validation.images.astype(float)
    mean = images.mean(axis=0)
    squares, directions = np.linalg.eigh((images - mean).T @ (images - mean))
    held = np.cumsum(squares[::-1]) / squares.sum()
    leading = directions[:, ::-1][:, : np.searchsorted(held, share) + 1]
    return np.linalg.qr(np.column_stack([mean, leading]))[0]


def lost(recipe, seed, change):
    """The share of test images that other maps cost a network."""
    net, test = network(recipe, seed), mnist().test
    changed = analysis.with_maps(net, net.weights[0] + np.float32(change))
    return net.accuracy(*test) - changed.accuracy(*test)


def exchanged(recipe, seed, share, other):
    """The start out, other random numbers in: inside the images' leading components, and outside."""
    swap = other * like_start(recipe, seed) - start(recipe, seed).weights[0]
    basis = components(share)
    inside = swap @ basis @ basis.T
    return inside, swap - inside


@claim(
    holds=lambda effect, control: effect < 0.01,
    recipes=("large", "question"),
    choices={"share": (0.9, 0.99), "other": (False,), "recipe": ("question",)},
    form=".1%",
    tried_on="accuracy lost on the official test images when the start is exchanged (or taken away) outside "
    "the components that hold 95% of the images' variance; control: inside",
)
def start_outside_the_images_does_nothing(seed, *, share=0.95, other=True, recipe="large"):
    inside, outside = exchanged(recipe, seed, share, other)
    return lost(recipe, seed, outside), lost(recipe, seed, inside)


@claim(
    holds=lambda effect, control: effect < 0.01,
    recipes=("question", "large", "small"),
    choices={"recipe": ("large",), "other": (True,)},
    form=".1%",
    tried_on="accuracy lost on the official test images when the start is subtracted (or exchanged for "
    "another); the question's recipe; control: a small start",
)
def start_can_be_taken_away(seed, *, recipe="question", other=False):
    def whole(name):
        return lost(name, seed, other * like_start(name, seed) - start(name, seed).weights[0])

    return whole(recipe), whole("small")


def blurred(maps, kernel):
    """`analysis.blur` with another kernel: the outermost pixels are repeated outwards."""
    kernel = np.array(KERNELS[kernel]) / sum(KERNELS[kernel])
    reach, pictures = len(kernel) // 2, maps.reshape(-1, 28, 28)
    padded = np.pad(pictures, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    down = sum(part * padded[:, k : k + 28] for k, part in enumerate(kernel))
    return sum(part * down[:, :, k : k + 28] for k, part in enumerate(kernel)).reshape(maps.shape)


@claim(
    holds=lambda effect, control: effect < 0.01,
    recipes=("large",),
    choices={"kernel": ("3 × 3, flat", "5 × 5, round")},
    form=".1%",
    tried_on="accuracy lost on the official test images when the grain of the start, the part that a blur "
    "removes, is exchanged; control: what the blur keeps",
)
def grain_of_the_start_does_nothing(seed, *, kernel="3 × 3, round"):
    swap = like_start("large", seed) - start("large", seed).weights[0]
    coarse = blurred(swap, kernel)
    return lost("large", seed, swap - coarse), lost("large", seed, coarse)


@claim(
    holds=gt,
    recipes=("question", "large"),
    choices={"part": (0.25, 0.5, 0.75), "recipe": ("large",)},
    form=".1%",
    tried_on="accuracy lost on the official test images when the start is subtracted; the question's "
    "recipe; control: random numbers as large",
)
def own_start_is_dearer_than_any_as_large(seed, *, part=1.0, recipe="question"):
    own = start(recipe, seed).weights[0]
    return lost(recipe, seed, -part * own), lost(recipe, seed, -part * like_start(recipe, seed))


@claim(
    holds=gt,
    recipes=("large", "question"),
    choices={"recipe": ("question",)},
    form=".1%",
    tried_on="accuracy on the official test images with new outgoing weights, least squares on the "
    "validation images; maps minus their start; control: the start alone",
)
def what_was_learned_is_of_use_alone(seed, *, recipe="large"):
    net = network(recipe, seed)
    _, left, learned = parts(recipe, seed)

    def refitted(maps):
        below = Network([np.float32(maps)], net.biases[:1], net.activations[:1])
        learn, test = mnist().validation, mnist().test
        hidden, new = (
            np.column_stack([below.forward(X).a[1], np.ones(len(X))]) for X in (learn.images, test.images)
        )
        outgoing = np.linalg.lstsq(hidden, np.eye(10)[learn.labels])[0]
        return ((new @ outgoing).argmax(axis=1) == test.labels).mean()

    return refitted(learned), refitted(left)


@claim(
    holds=gt,
    recipes=("small-decay",),
    choices={"strength": (1.0, 4.0)},
    form=".1%",
    tried_on="accuracy on the official test images, noise painted on small-start maps with decay, twice as "
    "strong as they are: a coarse pattern, which leaves them smooth; control: grain, which does not",
)
def smooth_maps_work_better_than_rough_ones(seed, *, strength=2.0):
    net = network("small-decay", seed)
    maps = net.weights[0]
    noise = random(seed).standard_normal(maps.shape)
    coarse = analysis.blur(noise)
    found = []
    for paint in (coarse, noise - coarse):
        painted = maps + np.float32(strength * maps.std() * paint / paint.std())
        found.append(analysis.with_maps(net, painted).accuracy(*mnist().test))
    return found


# One neuron, zero against one


def turned(recipe, seed):
    """The map of the one neuron, what is left of its start, what was learned; a red pixel speaks for a 1."""
    outgoing = network(recipe, seed).weights[1]
    return tuple(np.sign(outgoing[1, 0] - outgoing[0, 0]) * part[0] for part in parts(recipe, seed))


def logistic_map(recipe, seed):
    """The map of logistic regression on the same images, with decay where the neuron has it."""
    name = "zero-one-logistic-decay" if recipe.endswith("-decay") else "zero-one-logistic"
    weights = network(name, seed).weights[0]
    return weights[1] - weights[0]


@cache
def mean_difference():
    """The mean 1 minus the mean 0, of the validation images."""
    zero, one = (mnist().validation.only(digit).images.mean(axis=0) for digit in (0, 1))
    return one - zero


def other_start(recipe, seed):
    """What would be left of another seed's start."""
    return remaining(recipe) * start(recipe, seed + 1000).weights[0][0]


@claim(
    holds=gt,
    recipes=(ONE, "zero-one-question", "zero-one-logistic"),
    choices={"recipe": ("zero-one-question",), "ink": (0.02, 0.3)},
    tried_on="likeness to logistic regression of a neuron's map minus its start; large starts without "
    "decay; control: another seed's start taken away",
)
def minus_its_start_the_neuron_is_logistic_regression(seed, *, recipe=ONE, ink=0.1):
    where = inked(ink, (0, 1))
    end, _, learned = turned(recipe, seed)
    likely = logistic_map(recipe, seed)[where]
    return correlation(learned[where], likely), correlation((end - other_start(recipe, seed))[where], likely)


@claim(
    holds=gt,
    recipes=(ONE, "zero-one-question", "zero-one-logistic"),
    choices={"recipe": ("zero-one-question",), "ink": (0.02, 0.3)},
    tried_on="correlation of a neuron's map with the best mixture of logistic regression and its start; "
    "large starts without decay; control: the better of two mixtures with one part wrong, another seed's "
    "start or a random map in place of logistic regression",
)
def neuron_is_logistic_regression_plus_its_start(seed, *, recipe=ONE, ink=0.1):
    where = inked(ink, (0, 1))
    end, left, _ = turned(recipe, seed)
    learned, other = logistic_map(recipe, seed), other_start(recipe, seed)

    def mixture(*maps):
        columns = np.column_stack([*(one[where] for one in maps), np.ones(where.sum())])
        return correlation(columns @ np.linalg.lstsq(columns, end[where])[0], end[where])

    return mixture(learned, left), max(mixture(learned, other), mixture(other, left))


@claim(
    holds=gt,
    recipes=(ONE, "zero-one-question", "zero-one-logistic"),
    choices={"recipe": ("zero-one-question",)},
    tried_on="correlation of z with that of logistic regression on the official test images, among the 0s "
    "and among the 1s, averaged; large starts without decay; control: another seed's start in place of the "
    "neuron's own",
)
def start_shows_in_the_map_and_not_in_z(seed, *, recipe=ONE):
    end, _, learned = turned(recipe, seed)

    def alike(one):
        groups = (mnist().test.only(digit).images for digit in (0, 1))
        return np.mean([correlation(X @ one, X @ logistic_map(recipe, seed)) for X in groups])

    return alike(end), alike(learned + other_start(recipe, seed))


@claim(
    holds=gt,
    recipes=(
        *("zero-one-small", "zero-one-small-decay", "zero-one-large-decay", ONE),
        *("zero-one-logistic", "zero-one-logistic-decay"),
    ),
    choices={"recipe": ("zero-one-small-decay", "zero-one-large-decay", ONE), "ink": (0.02, 0.3)},
    tried_on="likeness of a neuron's map, as it is, to logistic regression; control: to the mean 1 minus "
    "the mean 0",
)
def neuron_is_closer_to_logistic_regression_than_to_the_means(seed, *, recipe="zero-one-small", ink=0.1):
    where, (end, _, _) = inked(ink, (0, 1)), turned(recipe, seed)
    learned = logistic_map(recipe, seed)
    return correlation(end[where], learned[where]), correlation(end[where], mean_difference()[where])


@cache
def regions(cut):
    """Where 1s have more ink than 0s by so much; and where 0s have, left and right, above and below."""
    more = mean_difference()
    across, down = np.abs(np.tile(np.arange(28), 28) - 13.5), np.repeat(np.arange(28), 28) - 13.5
    ring = more <= -cut
    sides = ring & (across > np.abs(down))
    return {
        "middle": more >= cut,
        "sides": sides,
        "above": ring & ~sides & (down < 0),
        "below": ring & ~sides & (down > 0),
    }


def share_of_sign(recipe, seed, cut, region, sign):
    where = regions(cut)[region]
    end = turned(recipe, seed)[0]
    outgoing = network(recipe, seed).weights[1]
    began = np.sign(outgoing[1, 0] - outgoing[0, 0]) * start(recipe, seed).weights[0][0]
    return (sign * end[where] > 0).mean(), (sign * began[where] > 0).mean()


@claim(
    holds=gt,
    recipes=(ONE, *ONE_RECIPES),
    choices={"recipe": ONE_RECIPES, "cut": (0.15, 0.35)},
    form=".0%",
    tried_on="share of the pixels that are red, where the mean 1 is darker than the mean 0 by a quarter",
)
def middle_is_red(seed, *, recipe=ONE, cut=0.25):
    return share_of_sign(recipe, seed, cut, "middle", 1)


@claim(
    holds=gt,
    recipes=(ONE, *ONE_RECIPES),
    choices={"recipe": ONE_RECIPES, "cut": (0.15, 0.35)},
    form=".0%",
    tried_on="share of the pixels that are blue, where the mean 0 is darker by a quarter, left and right",
)
def sides_are_blue(seed, *, recipe=ONE, cut=0.25):
    return share_of_sign(recipe, seed, cut, "sides", -1)


@claim(
    holds=gt,
    recipes=(ONE, *ONE_RECIPES),
    choices={"recipe": ONE_RECIPES, "cut": (0.15, 0.35), "region": ("below",)},
    form=".0%",
    tried_on="share of the pixels that are blue, where the mean 0 is darker by a quarter, above the middle",
)
def top_and_bottom_are_blue(seed, *, recipe=ONE, cut=0.25, region="above"):
    return share_of_sign(recipe, seed, cut, region, -1)


def clearly_more(effect, control):
    return effect > control + 0.05  # of the images


def turned_by_paint(recipe, seed, digit, region, *, cut=0.25, ink=1):
    """The share of a digit's test images, answered right, whose answer turns when a region gets ink.

    The control paints as many other pixels, chosen at random among those that often have ink.
    """
    net, where = network(recipe, seed), regions(cut)[region]
    X = mnist().test.only(digit).images
    X = X[net.predict(X) == digit]
    elsewhere = np.zeros(784, bool)
    free = np.flatnonzero(inked(0.1, (0, 1)) & ~where)
    elsewhere[random(seed).choice(free, where.sum(), replace=False)] = True
    return tuple((net.predict(np.where(part, ink, X)) != digit).mean() for part in (where, elsewhere))


@claim(
    holds=clearly_more,
    recipes=(ONE, *ONE_RECIPES),
    choices={"recipe": ONE_RECIPES, "cut": (0.15, 0.35)},
    form=".0%",
    tried_on="official test 0s: the share that become a 1 when the middle is painted; control: as many "
    "other inked pixels",
)
def ink_in_the_middle_makes_a_1(seed, *, recipe=ONE, cut=0.25):
    return turned_by_paint(recipe, seed, 0, "middle", cut=cut)


@claim(
    holds=clearly_more,
    recipes=(ONE, *ONE_RECIPES),
    choices={"recipe": ONE_RECIPES, "cut": (0.15, 0.35)},
    form=".0%",
    tried_on="official test 1s: the share that become a 0 when both sides are painted; control: as many "
    "other inked pixels",
)
def ink_at_the_sides_makes_a_0(seed, *, recipe=ONE, cut=0.25):
    return turned_by_paint(recipe, seed, 1, "sides", cut=cut)


@claim(
    holds=clearly_more,
    recipes=(ONE, *ONE_RECIPES),
    choices={"recipe": ONE_RECIPES, "region": ("below",)},
    form=".0%",
    tried_on="official test 1s: the share that become a 0 when the ring is painted above the middle; "
    "control: as many other inked pixels",
)
def ink_at_top_and_bottom_makes_a_0(seed, *, recipe=ONE, region="above"):
    return turned_by_paint(recipe, seed, 1, region)


# How little it takes


def cut_halfway(scores, learn, new):
    """Score images by one number and cut halfway between the mean scores of 0s and of 1s: the share right."""
    zero, one = (scores(learn.only(digit).images).mean(axis=0) for digit in (0, 1))
    says_one = (scores(new.images) > (zero + one) / 2) == (one > zero)
    return (says_one == (new.labels == 1)[:, None]).mean(axis=0)


@claim(
    holds=lambda effect, control: control - effect < 0.02,
    recipes=(ONE,),
    choices={"images": (500, 11_000)},
    form=".1%",
    tried_on="official test images of 0 and 1; the best pixel of 2,000 training images; control: the neuron",
)
def one_pixel_nearly_does_it(seed, *, images=2000):
    learn, test = mnist().train.only(0, 1), mnist().test.only(0, 1)
    learn = learn[random(seed).permutation(len(learn))[:images]]
    best = cut_halfway(lambda X: X, learn, learn).argmax()
    right = cut_halfway(lambda X: X[:, [best]], learn, test)
    return right[0], network(ONE, seed).accuracy(*test)


@cache
def random_maps(seed):
    """How well a thousand random maps do on test images, the luckiest on validation images last."""
    maps = random(seed).standard_normal((784, 1000))
    learn, test = mnist().validation.only(0, 1), mnist().test.only(0, 1)
    ranked = cut_halfway(lambda X: X @ maps, learn, learn).argsort()
    return cut_halfway(lambda X: X @ maps[:, ranked], learn, test)


@claim(
    holds=lambda effect, control: effect > 0.95,
    recipes=(ONE,),
    form=".1%",
    tried_on="official test images of 0 and 1; 1,000 random maps a seed, the median; control: the trained "
    "neuron",
)
def any_map_will_do(seed):
    return np.median(random_maps(seed)), network(ONE, seed).accuracy(*mnist().test.only(0, 1))


@claim(
    holds=lambda effect, control: control - effect < 0.05,
    recipes=(ONE,),
    form=".1%",
    tried_on="official test images of 0 and 1; of 1,000 random maps a seed the best on validation images; "
    "control: the trained neuron",
)
def one_random_map_in_a_thousand_will_do(seed):
    return random_maps(seed)[-1], network(ONE, seed).accuracy(*mnist().test.only(0, 1))


# What lies on pixels that are always blank


def region_of(words, labels=(0, 1)):
    """The pixels that are blank in every validation image, or in all but one in a hundred."""
    share = (mnist().validation.only(*labels).images > 0).mean(axis=0)
    return share < 0.01 if words == "nearly blank" else share == 0


@claim(
    holds=lambda effect, control: effect > 0.001,
    recipes=(ONE, *ONE_RECIPES, "large"),
    choices={"region": ("nearly blank",), "recipe": (*ONE_RECIPES, "large")},
    form=".2%",
    tried_on="share of answers on the official test images that change when the weights of pixels blank in "
    "all validation images are set to zero; control: as many weights of other pixels",
)
def weights_of_blank_pixels_matter(seed, *, region="blank", recipe=ONE):
    net, labels = network(recipe, seed), RECIPES[recipe].labels
    X, blank = mnist().test.only(*labels).images, region_of(region, labels)
    others = np.zeros(784, bool)
    count = min(blank.sum(), (~blank).sum())
    others[random(seed).choice(np.flatnonzero(~blank), count, replace=False)] = True
    answers = net.predict(X)

    def changed(where):
        return (analysis.with_maps(net, np.where(where, 0, net.weights[0])).predict(X) != answers).mean()

    return changed(blank), changed(others)


@claim(
    holds=lambda effect, control: effect > 0.25,
    recipes=(ONE, "zero-one-question", "zero-one-small-decay"),
    choices={"images": ("validation",), "recipe": ("zero-one-question",)},
    form=".0%",
    tried_on="share of the sum of a map's magnitudes on pixels blank in all 14,780 0s and 1s of MNIST; "
    "control: a small start with decay",
)
def much_of_the_map_is_drawn_where_no_image_has_ink(seed, *, images="all", recipe=ONE):
    parts = (
        (mnist().validation,) if images == "validation" else (mnist().train, mnist().validation, mnist().test)
    )
    blank = np.all([(part.only(0, 1).images == 0).all(axis=0) for part in parts], axis=0)

    def share(name):
        magnitudes = np.abs(network(name, seed).weights[0][0])
        return magnitudes[blank].sum() / magnitudes.sum()

    return share(recipe), share("zero-one-small-decay")
