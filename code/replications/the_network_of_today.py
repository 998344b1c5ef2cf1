"""The claims of the chapter *The network of today*."""

from functools import cache
from operator import gt

import numpy as np

from weightmaps import analysis
from weightmaps.network import Network
from weightmaps.training import SGD, Adam, initialise, train

from .claim import claim
from .recipes import RECIPES, mnist, network, start

MAPS = "784-100-10, ReLU and softmax, batches of 64, 5 epochs"


@cache
def ink():
    """In what share of the validation images each pixel has ink."""
    return (mnist().validation.images > 0).mean(axis=0)


def inked(share=0.1):
    return ink() >= share


def rim(rare=0.01):
    """The pixels that have ink in some images, and hardly ever."""
    return (ink() > 0) & (ink() < rare)


def learned(recipe, seed):
    """The maps minus what is left of their start."""
    return network(recipe, seed).weights[0] - remaining(recipe) * start(recipe, seed).weights[0]


def remaining(recipe):
    """What training leaves of each starting weight, by the law, if the optimiser follows it."""
    how = RECIPES[recipe].training
    rate = how["learning_rate"] / (1 - getattr(how["optimizer"], "momentum", 0.0))
    return np.exp(-rate * how.get("weight_decay", 0.0) * how["epochs"] / how["batch_size"])


def loudness(maps, rare=0.01, share=0.1):
    return analysis.loudness(maps, rim(rare), beside=inked(share))


def smoothness(maps, share=0.1):
    return analysis.smoothness(maps, where=inked(share))


# Two optimisers


@claim(
    holds=lambda effect, control: effect > 2 * control,
    recipes=(
        *("today-adam", "today-sgd", "today-adam-keras", "today-sgd-keras", "today-tanh-adam"),
        *("today-tanh-sgd", "today-sigmoid-adam", "today-sigmoid-sgd", "today-deep-adam", "today-deep-sgd"),
    ),
    choices={
        "network_of": ("today-{}-keras", "today-tanh-{}", "today-sigmoid-{}", "today-deep-{}"),
        "rare": (0.001, 0.05),
        "share": (0.02, 0.3),
    },
    tried_on=f"loudness of what was learned on the rim; {MAPS}, from PyTorch's start",
)
def adam_learns_the_rim(seed, *, network_of="today-{}", rare=0.01, share=0.1):
    return [loudness(learned(network_of.format(how), seed), rare, share) for how in ("adam", "sgd")]


@claim(
    holds=lambda effect, control: effect > 2 * control,
    recipes=("today-adam-small", "today-sgd-small"),
    choices={"rare": (0.001, 0.05), "share": (0.02, 0.3)},
    tried_on=f"loudness of the rim; {MAPS}, from a start a hundred times smaller than PyTorch's",
)
def rim_survives_a_small_start(seed, *, rare=0.01, share=0.1):
    return [
        loudness(network(name, seed).weights[0], rare, share)
        for name in ("today-adam-small", "today-sgd-small")
    ]


@claim(
    holds=lambda effect, control: effect > 0.1 + control,
    recipes=("today-sgd-small", "today-sgd", "today-sgd-keras", "today-adam-small", "today-adam-keras"),
    choices={"usual": ("today-sgd", "today-adam-keras"), "share": (0.02, 0.3)},
    tried_on=f"smoothness of the maps; {MAPS}, from a hundredth of PyTorch's start, and from Keras's",
)
def usual_start_is_not_small(seed, *, usual="today-sgd-keras", share=0.1):
    small = "today-adam-small" if "adam" in usual else "today-sgd-small"
    return [smoothness(network(name, seed).weights[0], share) for name in (small, usual)]


@claim(
    holds=gt,
    recipes=("today-adam-long", "today-adam"),
    choices={"rare": (0.001, 0.05)},
    tried_on="loudness of what was learned on the rim; 784-100-10, ReLU, softmax and Adam; 20 epochs, and 5",
)
def rim_grows_with_training(seed, *, rare=0.01):
    return [loudness(learned(name, seed), rare) for name in ("today-adam-long", "today-adam")]


@claim(
    holds=gt,
    recipes=("today-adam", "today-adam-long"),
    choices={"share": (0.02, 0.3)},
    tried_on="smoothness of what was learned; 784-100-10, ReLU, softmax and Adam; 5 epochs, and 20",
)
def adam_roughens_in_the_long_run(seed, *, share=0.1):
    return [smoothness(learned(name, seed), share) for name in ("today-adam", "today-adam-long")]


# What makes the rim


@claim(
    holds=lambda effect, control: effect > 2 * control,
    recipes=("today-momentum", "today-sgd"),
    choices={"rare": (0.001, 0.05)},
    tried_on=f"loudness of what was learned on the rim; {MAPS}, SGD with momentum, and without",
)
def momentum_learns_the_rim(seed, *, rare=0.01):
    return [loudness(learned(name, seed), rare) for name in ("today-momentum", "today-sgd")]


@claim(
    holds=lambda effect, control: effect < control / 2,
    recipes=("today-adam-eps-2", "today-adam-eps-3", "today-adam"),
    choices={"eps": (2,), "rare": (0.001, 0.05)},
    tried_on=f"loudness of what was learned on the rim; {MAPS}, Adam with ε = 0.001 and with 1e-8",
)
def large_epsilon_quiets_the_rim(seed, *, eps=3, rare=0.01):
    return [loudness(learned(name, seed), rare) for name in (f"today-adam-eps-{eps}", "today-adam")]


@cache
def stepped(seed, power, images=20_000, epochs=2):
    """What SGD learns with a step for each pixel, divided by a power of the pixel's root mean square.

    It is plain SGD on pixels times √c, with weights over √c: the weights then move c times as far.
    """
    X, y = mnist().train[:images]
    size = np.sqrt((X**2).mean(axis=0))
    scales = np.where(size > 0, size, np.inf) ** -power
    touched = np.flatnonzero(scales)
    scales[touched] /= np.average(scales[touched], weights=size[touched] ** 2)
    root = np.float32(np.sqrt(np.where(scales > 0, scales, 1)))
    begun = initialise((784, 100, 10), scale="pytorch", seed=seed, activations=("relu", "softmax"))
    scaled = analysis.with_maps(begun, begun.weights[0] / root)
    how = {"batch_size": 64, "learning_rate": 0.1, "cost": "cross_entropy", "seed": seed}
    end, _ = train(scaled, X * root, y, epochs=epochs, validation=(X[:9], y[:9]), progress=False, **how)
    return end.weights[0] * root - begun.weights[0]


@claim(
    holds=lambda effect, control: effect > 2 * control,
    choices={"power": (0.5,), "rare": (0.001, 0.05)},
    tried_on="loudness of what SGD learned on the rim, with a step for each pixel, larger where ink is rare, "
    "and with one step for all; 784-100-10, ReLU and softmax, 2 epochs on 20,000 images",
)
def a_step_per_pixel_makes_the_rim(seed, *, power=1, rare=0.01):
    return [loudness(stepped(seed, exponent), rare) for exponent in (power, 0)]


@claim(
    holds=lambda effect, control: effect < min(0.005, control),
    recipes=("today-adam",),
    choices={"rare": (0.001, 0.05)},
    form=".1%",
    tried_on=f"accuracy lost on the official test images when all weights of the rim are 0; {MAPS}, Adam; "
    "control: as many weights of each neuron, as large, among the inked pixels",
)
def rim_is_of_little_use(seed, *, rare=0.01):
    net = network("today-adam", seed)
    maps, edge = net.weights[0], rim(rare)
    among = np.flatnonzero(inked())
    rng = np.random.default_rng((seed, 1))
    cut = maps.copy()
    for row in cut:
        # Of each weight on the rim, the one among the inked pixels that is nearest in size and not yet taken.
        left = list(among[np.argsort(np.abs(row[among]))])
        sizes = np.abs(row[left])
        for size in np.abs(row[edge])[rng.permutation(edge.sum())][: len(among)]:
            k = min(np.searchsorted(sizes, size), len(left) - 1)
            row[left.pop(k)] = 0
            sizes = np.delete(sizes, k)
    tested = [
        analysis.with_maps(net, other).accuracy(*mnist().test) for other in (np.where(edge, 0, maps), cut)
    ]
    return [net.accuracy(*mnist().test) - right for right in tested]


# What makes it go


@claim(
    holds=lambda effect, control: effect < control / 2,
    recipes=("today-adam-l2", "today-adamw", "today-adamw-strong", "today-adam"),
    choices={"other": ("today-adamw-strong", "today-adam"), "rare": (0.001, 0.05)},
    tried_on=f"loudness of the rim; {MAPS}; Adam with L2, 0.0001 times the weights in its gradient, and "
    "AdamW with 0.01",
)
def l2_in_adam_quiets_the_rim(seed, *, other="today-adamw", rare=0.01):
    return [loudness(network(name, seed).weights[0], rare) for name in ("today-adam-l2", other)]


@claim(
    holds=lambda effect, control: effect < control / 2,
    recipes=("today-adamw", "today-adamw-strong", "today-adam"),
    choices={"recipe": ("today-adamw-strong",), "rare": (0.001, 0.05)},
    tried_on=f"loudness of the rim; {MAPS}; AdamW with a weight decay of 0.01 (or 0.1), and Adam without",
)
def adamw_quiets_the_rim(seed, *, recipe="today-adamw", rare=0.01):
    return [loudness(network(name, seed).weights[0], rare) for name in (recipe, "today-adam")]


@claim(
    holds=lambda effect, control: effect < control / 2,
    recipes=("today-adam-dropout", "today-adam"),
    choices={"rare": (0.001, 0.05)},
    tried_on=f"loudness of what was learned on the rim; {MAPS}, Adam with a dropout of 0.5, and without",
)
def dropout_quiets_the_rim(seed, *, rare=0.01):
    return [loudness(learned(name, seed), rare) for name in ("today-adam-dropout", "today-adam")]


@claim(
    holds=lambda effect, control: effect > control - 0.002,
    recipes=("today-adam-l2", "today-adam"),
    form=".1%",
    tried_on=f"accuracy on the official test images; {MAPS}; Adam with L2 of 0.0001, and without",
)
def l2_in_adam_costs_nothing(seed):
    return [network(name, seed).accuracy(*mnist().test) for name in ("today-adam-l2", "today-adam")]


# The price of a small start


@claim(
    holds=gt,
    recipes=("today-adam", "today-adam-small", "today-sgd", "today-sgd-small"),
    choices={"how": ("sgd",)},
    form=".1%",
    tried_on=f"accuracy on the official test images; {MAPS}, Adam; from PyTorch's start, and from one a "
    "hundred times smaller",
)
def small_start_costs_accuracy(seed, *, how="adam"):
    return [network(f"today-{how}{size}", seed).accuracy(*mnist().test) for size in ("", "-small")]


def dead(net):
    """The share of hidden neurons that are silent for each of every fifth of the training images."""
    return float((net.forward(mnist().train.images[::5]).a[1].max(axis=0) <= 0).mean())


@claim(
    holds=gt,
    recipes=("today-adam-small", "today-adam", "today-sgd-small", "today-sgd"),
    choices={"how": ("sgd",)},
    form=".0%",
    tried_on=f"share of ReLU neurons that are silent for each of 11,000 training images; {MAPS}, Adam; from "
    "a start a hundred times smaller than PyTorch's, and from PyTorch's",
)
def small_start_kills_neurons(seed, *, how="adam"):
    return [dead(network(f"today-{how}{size}", seed)) for size in ("-small", "")]


@claim(
    holds=lambda effect, control: effect > 0.25 > control,
    recipes=("today-adam-small",),
    form=".0%",
    tried_on="share of ReLU neurons that are silent for each of 11,000 training images before training, and "
    "so can never learn; PyTorch's start, the weights a hundred times smaller, and weights and biases so",
)
def small_weights_alone_leave_neurons_dead(seed):
    small = start("today-adam-small", seed)
    large_biases = [100 * small.biases[0], small.biases[1]]
    return dead(Network(small.weights, large_biases, small.activations)), dead(small)


# Does the law hold?


def blank_left(recipe, seed):
    """What is left of the start at pixels that are blank in every training image, in the middle."""
    blank = ~(mnist().train.images > 0).any(axis=0)
    return np.median(network(recipe, seed).weights[0][:, blank] / start(recipe, seed).weights[0][:, blank])


@claim(
    holds=lambda effect, control: abs(effect - control) < 0.005,
    recipes=("today-adamw-strong", "today-adamw", "today-sgd-decay", "today-momentum-decay"),
    choices={"recipe": ("today-adamw", "today-sgd-decay", "today-momentum-decay")},
    form=".3f",
    tried_on=f"weights of pixels that are blank in every training image, end over start; {MAPS}; AdamW with "
    "a weight decay of 0.1; control: the formula",
)
def start_fades_as_computed_today(seed, *, recipe="today-adamw-strong"):
    return blank_left(recipe, seed), remaining(recipe)


@claim(
    holds=lambda effect, control: abs(effect - control) < 0.005,
    recipes=("today-adam-l2",),
    form=".3f",
    tried_on=f"weights of pixels that are blank in every training image, end over start; {MAPS}; Adam with "
    "L2 of 0.0001; control: the formula",
)
def start_fades_as_computed_under_adams_l2(seed):
    return blank_left("today-adam-l2", seed), remaining("today-adam-l2")


MIXED = (
    *("today-sgd", "today-sgd-keras", "today-sgd-small", "today-sgd-decay", "today-momentum", "today-adam"),
    *("today-adam-keras", "today-adam-he", "today-adam-small", "today-adamw-strong", "today-tanh-sgd"),
    *("today-tanh-adam", "today-sigmoid-sgd", "today-sigmoid-adam", "today-deep-sgd", "today-deep-adam"),
)


@claim(
    holds=lambda effect, control: effect < 0.1 < control,
    recipes=MIXED,
    choices={"share": (0.02, 0.3)},
    form=".2f",
    tried_on=f"the largest miss of the predicted smoothness over {len(MIXED)} recipes: SGD, momentum, Adam "
    "and AdamW, three activations, four starts, one and two hidden layers; control: the best single guess",
)
def share_of_the_start_predicts_smoothness_today(seed, *, share=0.1):
    seen, predicted, where = [], [], inked(share)
    for name in MIXED:
        end, added = network(name, seed).weights[0], learned(name, seed)
        part = added[:, where].var() / (added[:, where].var() + (end - added)[:, where].var())
        seen.append(smoothness(end, share))
        predicted.append(part * smoothness(added, share))
    seen = np.array(seen)
    middle = (seen.max() + seen.min()) / 2  # of all single guesses the one that misses least
    return np.abs(seen - predicted).max(), np.abs(seen - middle).max()


# Another data set


@cache
def small_digits(seed):
    """scikit-learn's 1,797 digits of 8 × 8 pixels: 1,200 to learn, drawn anew for each seed, and the rest."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng((seed, 2)).permutation(len(X))
    X, y = np.float32(X / 16)[order], y[order]
    return (X[:1200], y[:1200]), (X[1200:], y[1200:])


@cache
def on_small_digits(seed, optimizer, learning_rate, weight_decay=0.0):
    (X, y), _ = small_digits(seed)
    begun = initialise((64, 32, 10), scale="pytorch", seed=seed, activations=("relu", "softmax"))
    end, _ = train(
        begun,
        X,
        y,
        epochs=60,
        batch_size=64,
        learning_rate=learning_rate,
        optimizer=optimizer,
        weight_decay=weight_decay * len(X),
        cost="cross_entropy",
        seed=seed,
        progress=False,
    )
    return begun, end


def small_loudness(seed, maps, rare):
    share = (small_digits(seed)[0][0] > 0).mean(axis=0)
    return analysis.loudness(maps, (share > 0) & (share < rare), beside=share >= 0.1)


@claim(
    holds=lambda effect, control: effect > 2 * control,
    choices={"rare": (0.03, 0.1)},
    tried_on="loudness of what was learned on the rim, pixels with ink in under 5% of the images; 8 × 8 "
    "digits of scikit-learn, 64-32-10, ReLU and softmax, 60 epochs on 1,200 images; Adam, and SGD",
)
def adam_learns_the_rim_of_small_digits(seed, *, rare=0.05):
    found = []
    for how in ((Adam(), 0.003), (SGD(), 0.1)):
        begun, end = on_small_digits(seed, *how)
        found.append(small_loudness(seed, end.weights[0] - begun.weights[0], rare))
    return found


@claim(
    holds=lambda effect, control: effect < control / 2,
    choices={"rare": (0.03, 0.1), "weight_decay": (1e-4,)},
    tried_on="loudness of the rim, pixels with ink in under 5% of the images; 8 × 8 digits of scikit-learn, "
    "64-32-10; Adam with L2 of 0.001, and without",
)
def l2_in_adam_quiets_the_rim_of_small_digits(seed, *, rare=0.05, weight_decay=1e-3):
    quiet, loud = on_small_digits(seed, Adam(), 0.003, weight_decay), on_small_digits(seed, Adam(), 0.003)
    return [small_loudness(seed, end.weights[0], rare) for _, end in (quiet, loud)]
