"""The claims of the chapter *Testing a picture*."""

from functools import cache
from operator import ge, gt, lt

import numpy as np

from weightmaps import attribution

from .claim import claim
from .recipes import mnist, network, partner, start

EACH = 20  # test images of each digit
SAME = 0.9  # a correlation above which two pictures are called the same
BOTH = ("small-decay", "large")
DELETED = np.r_[0:30, 30:100:5, 100:301:10]


@cache
def images():
    test = mnist().test
    which = np.concatenate([np.flatnonzero(test.labels == k)[:EACH] for k in range(10)])
    return test.images[which].astype(float), test.labels[which]


def net(kind, seed):
    """The network of a recipe; of ``"start of ..."``, before it was trained."""
    name = kind.removeprefix("start of ")
    return network(name, seed) if name == kind else start(name, seed)


@cache
def evidence(kind, seed, method="integrated gradients"):
    """The picture that a method makes of each image, of the output for its label."""
    X, y = images()
    one = net(kind, seed)
    if method == "input × gradient":
        return X * attribution.gradient(one, X, output=y)
    if method == "occlusion":
        return attribution.occlusion(one, X, output=y, strides=(2, 2))
    return attribution.integrated_gradients(one, X, output=y, n_steps=20)


def masks(pixels):
    X, _ = images()
    return X > 0 if pixels == "lit" else np.ones(X.shape, bool)


def top_share(pictures, pixels):
    """The share of the strength that the strongest tenth of the pixels holds."""
    shares = []
    for picture, mask in zip(np.abs(pictures), masks(pixels), strict=True):
        strengths = np.sort(picture[mask])[::-1]
        shares.append(strengths[: round(len(strengths) / 10)].sum() / strengths.sum())
    return np.mean(shares)


def likeness(A, B, view):
    """The rank correlation of pictures, mean over images: of their strengths or signed, over which pixels."""
    if view.startswith("strengths"):
        A, B = np.abs(A), np.abs(B)
    trios = zip(A, B, masks(view.split()[-1]), strict=True)
    return np.mean([attribution.rank_correlation(a[m], b[m]) for a, b, m in trios])


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=BOTH,
    choices={"pixels": ("lit",), "recipe": ("large",), "method": ("input × gradient", "occlusion")},
    form=".1%",
    tried_on="share of the strongest tenth, 200 test images, of a network and of its own start",
)
def top_tenth_holds_most(seed, *, pixels="all", recipe="small-decay", method="integrated gradients"):
    kinds = recipe, f"start of {recipe}"
    return tuple(top_share(evidence(kind, seed, method), pixels) for kind in kinds)


@claim(
    holds=lambda effect, control: effect > control + 0.02,  # more than two starts differ
    recipes=BOTH,
    choices={
        "picture": ("integrated gradients over all", "occlusion over lit", "occlusion over all"),
        "recipe": ("large",),
    },
    form=".1%",
    tried_on="share of the strongest tenth of the lit pixels, 200 test images: of a network, of its start",
)
def training_focuses(seed, *, picture="integrated gradients over lit", recipe="small-decay"):
    method, _, pixels = picture.partition(" over ")
    return top_tenth_holds_most(seed, pixels=pixels, recipe=recipe, method=method)


AGREE = {
    "recipes": BOTH,
    "choices": {"view": ("strengths over all",), "other": ("occlusion",), "recipe": ("large",)},
    "tried_on": "rank correlation with integrated gradients, 200 test images: of a network, of its own start",
}


@claim(holds=lambda effect, control: effect > SAME, **AGREE)
def methods_agree(seed, *, view="signed over lit", other="input × gradient", recipe="small-decay"):
    kinds = recipe, f"start of {recipe}"
    return tuple(likeness(evidence(kind, seed), evidence(kind, seed, other), view) for kind in kinds)


@claim(holds=gt, **AGREE)
def training_makes_methods_agree(
    seed, *, view="signed over lit", other="input × gradient", recipe="small-decay"
):
    return methods_agree(seed, view=view, other=other, recipe=recipe)


def ink_order(scores):
    X, _ = images()
    return np.argsort(-np.where(X > 0, scores, -np.inf), axis=1, kind="stable")


def half(curve):
    """After how many deleted pixels half of the answers are gone; the most that were deleted, if never."""
    return DELETED[np.argmax(curve < 0.5)] if curve.min() < 0.5 else DELETED[-1]


def at_random(seed):
    return np.random.default_rng(seed).random(images()[0].shape)


@cache
def deletion(kind, seed, guide="own"):
    """The share of answers kept, by the number of pixels deleted in the order of a guide's picture."""
    X, _ = images()
    one = net(kind, seed)
    answers = one.predict(X)
    if guide == "random":
        scores = at_random(seed)
    else:
        guides = {
            "own": (kind, seed),
            "start": (f"start of {kind}", seed),
            "another seed": (kind, partner(seed)),
        }
        scores = attribution.integrated_gradients(net(*guides[guide]), X, output=answers, n_steps=20)
    return attribution.deletion_curve(one, X, answers, ink_order(scores), ks=DELETED)[1]


def patience(kind, seed, measure):
    """How long a network bears that what its own picture points at is deleted; small if the curve is good."""
    own, chance = (deletion(kind, seed, guide) for guide in ("own", "random"))
    area, by_chance = (np.trapezoid(curve, DELETED) / DELETED[-1] for curve in (own, chance))
    return {
        "pixels": half(own),
        "of random": half(own) / half(chance),
        "area": area,
        "area less random": area - by_chance,
    }[measure]


@claim(
    holds=lt,
    recipes=(*BOTH, "shuffled"),
    choices={
        "measure": ("of random", "area", "area less random"),
        "recipe": ("large",),
        "ignorant": ("shuffled",),
    },
    form=".2g",
    tried_on="pixels after which half of the answers to 200 test images are gone, in the order of the "
    "network's own picture",
)
def good_curves_show_sense(seed, *, measure="pixels", recipe="small-decay", ignorant="start of large"):
    return patience(recipe, seed, measure), patience(ignorant, seed, measure)


@claim(
    holds=lambda effect, control: effect > control / 2,
    recipes=BOTH,
    choices={"guide": ("another seed",), "recipe": ("large",)},
    form=".0f",
    tried_on="pixels after which half of the answers to 200 test images are gone, in the order of another "
    "network's picture and at random",
)
def foreign_pictures_point_elsewhere(seed, *, guide="start", recipe="small-decay"):
    return half(deletion(recipe, seed, guide)), half(deletion(recipe, seed, "random"))


def placed(kind, seed, count, chosen):
    """The share of answers that a network keeps when so many blank pixels are made black."""
    X, _ = images()
    one = net(kind, seed)
    answers = one.predict(X)
    scores = attribution.gradient(one, X, output=answers) if chosen == "gradient" else at_random(seed)
    dots = np.argsort(np.where(X > 0, np.inf, scores), axis=1)
    return attribution.deletion_curve(one, X, answers, dots, baseline=1.0, ks=[count])[1][0]


@claim(
    holds=ge,
    recipes=BOTH,
    choices={"recipe": ("large",), "dots": (5, 20)},
    form=".0%",
    tried_on="answers kept, of 200 test images, with ten blank pixels made black: by the gradient, at random",
)
def blank_pixels_cannot_matter(seed, *, recipe="small-decay", dots=10):
    return tuple(placed(recipe, seed, dots, chosen) for chosen in ("gradient", "random"))


@claim(
    holds=lt,
    recipes=BOTH,
    choices={"test": ("random dots", "deletion", "random deletion"), "recipe": ("small-decay",)},
    form=".0%",
    tried_on="answers kept, of 200 test images, by a start and by the network that came of it: with ten dots "
    "placed by the gradient or at random, or with the first ten pixels of an order deleted",
)
def untrained_answers_hang_by_a_thread(seed, *, test="dots", recipe="large"):
    kinds = "start of large", recipe
    if "dots" in test:
        return tuple(placed(kind, seed, 10, "random" if "random" in test else "gradient") for kind in kinds)
    guide = "random" if "random" in test else "own"
    return tuple(deletion(kind, seed, guide)[DELETED == 10][0] for kind in kinds)


def kept_by_a_tenth(kind, seed, answers):
    X, _ = images()
    one = net(kind, seed)
    place = ink_order(attribution.integrated_gradients(one, X, output=answers, n_steps=20)).argsort(axis=1)
    few = place < np.round((X > 0).sum(axis=1, keepdims=True) / 10)
    return (one.predict(X * few) == answers).mean()


@claim(
    holds=lambda effect, control: control < 0.5 < effect,
    recipes=(*BOTH, "shuffled"),
    choices={"kind": ("large", "start of large", "shuffled")},
    form=".0%",
    tried_on="200 test images, of each the tenth of its lit pixels that speaks most for an answer: how often "
    "the network gives that answer, for the label and for the next digit",
)
def a_tenth_gives_the_right_answer_alone(seed, *, kind="small-decay"):
    _, y = images()
    return kept_by_a_tenth(kind, seed, y), kept_by_a_tenth(kind, seed, (y + 1) % 10)


@claim(
    holds=lambda effect, control: effect < 0.5,
    recipes=(*BOTH, "shuffled"),
    choices={
        "view": ("signed over all", "strengths over lit", "strengths over all"),
        "recipe": ("large",),
        "other": ("shuffled",),
    },
    tried_on="rank correlation of integrated gradients, 200 test images: with those of a network that has "
    "learned nothing, and with those of another seed",
)
def pictures_change_with_learning(seed, *, view="signed over lit", recipe="small-decay", other="start"):
    other = f"start of {recipe}" if other == "start" else other
    own = evidence(recipe, seed)
    return likeness(own, evidence(other, seed), view), likeness(own, evidence(recipe, partner(seed)), view)


@claim(
    holds=lambda effect, control: effect > 0.5,
    recipes=BOTH,
    choices={"recipe": ("large",), "method": ("input × gradient", "occlusion")},
    tried_on="rank correlation of signed pictures over lit pixels, 200 test images: with those of another "
    "seed, and with those of the own start",
)
def two_seeds_point_at_the_same_ink(seed, *, recipe="small-decay", method="integrated gradients"):
    own, other, untrained = (
        evidence(*which, method)
        for which in ((recipe, seed), (recipe, partner(seed)), (f"start of {recipe}", seed))
    )
    return likeness(own, other, "signed over lit"), likeness(own, untrained, "signed over lit")


def within(X, y):
    """Images without what their labels tell: each minus the mean of its digit."""
    means = np.array([X[y == k].mean(axis=0) for k in range(10) if (y == k).any()])
    return X - means[np.unique(y, return_inverse=True)[1]]


@cache
def of_two(first, second, covariance):
    """Test images of two digits, from which patterns come, and the difference of the means elsewhere."""
    test, other = (part.only(first, second) for part in (mnist().test, mnist().validation))
    X = test.images.astype(float)
    means = [other.only(k).images.mean(axis=0) for k in (first, second)]
    return within(X, test.labels) if covariance == "within" else X, means[1] - means[0]


PAIRS = {"0 and 1": "zero-one", "4 and 9": "four-nine", "3 and 6": "three-six"}


@claim(
    holds=lambda effect, control: control < 0.5 and control < effect,
    recipes=("zero-one-large", "four-nine-large", "three-six-large"),
    choices={"digits": tuple(PAIRS)[1:], "covariance": ("within",)},
    tried_on="correlation of a pattern with the difference of the two mean digits: of the neuron of a "
    "784-1-2, and the median of 200 random maps",
)
def patterns_show_learning(seed, *, digits="0 and 1", covariance="total"):
    X, difference = of_two(*map(int, digits.split(" and ")), covariance)
    trained = network(f"{PAIRS[digits]}-large", seed).weights[0]
    rows = np.vstack([trained, np.random.default_rng((seed, 1)).normal(size=(200, 784))])
    alike = np.abs([np.corrcoef(one, difference)[0, 1] for one in attribution.pattern(X, rows)])
    return alike[0], np.median(alike[1:])


@cache
def of_all(covariance):
    """Test images, from which patterns come, and the mean digits elsewhere, minus the mean of all."""
    test, other = mnist().test, mnist().validation
    X = test.images[::4].astype(float)
    means = np.array([other.only(k).images.mean(axis=0) for k in range(10)])
    return within(X, test.labels[::4]) if covariance == "within" else X, means - means.mean(axis=0)


@claim(
    holds=gt,
    recipes=BOTH,
    choices={"form": ("layer",), "covariance": ("within",), "recipe": ("large",)},
    tried_on="correlation of the median neuron's pattern with the mean digit that it is most like, over "
    "2,500 test images: of a network, and of its own start",
)
def training_makes_patterns_look_like_digits(
    seed, *, form="neuron", covariance="total", recipe="small-decay"
):
    X, digits = of_all(covariance)
    found = []
    for kind in (recipe, f"start of {recipe}"):
        W = net(kind, seed).weights[0].astype(float)
        patterns = {"neuron": attribution.pattern, "layer": attribution.joint_pattern}[form](X, W)
        alike = np.corrcoef(patterns, digits)[: len(W), len(W) :]
        found.append(np.median(np.abs(alike).max(axis=1)))
    return tuple(found)


@cache
def digit_means():
    return np.array([mnist().validation.only(k).images.mean(axis=0) for k in range(10)])


@claim(
    holds=gt,
    recipes=(*BOTH, "shuffled"),
    choices={"recipe": ("large", "shuffled"), "by": ("z",)},
    form=".0%",
    tried_on="share of pairs of digits of which a reader of the map says rightly which drives a neuron more "
    "over the 10,000 test images: of a network, and of its own start",
)
def predictable_neurons_show_learning(seed, *, recipe="small-decay", by="a"):
    first, second = np.triu_indices(10, k=1)
    test, found = mnist().test, []
    for kind in (recipe, f"start of {recipe}"):
        one = net(kind, seed)
        said = digit_means() @ one.weights[0].T
        true = getattr(one.forward(test.images), by)[1]
        true = np.array([true[test.labels == k].mean(axis=0) for k in range(10)])
        found.append(((said[first] > said[second]) == (true[first] > true[second])).mean())
    return tuple(found)
