"""The recipes that are tried on fresh seeds, and the networks that came of them, kept on disk."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from weightmaps.digits import Digits, load_mnist
from weightmaps.network import Network
from weightmaps.training import SGD, Adam, AdamW, initialise, train

SEEDS = tuple(range(100, 120))  # none that the book was written with: those are 0 to 19
NETWORKS = Path(os.environ.get("WEIGHTMAPS_REPLICATIONS", "_build/replications"))
ALL_DIGITS = tuple(range(10))


@dataclass(frozen=True)
class Recipe:
    """All that a network depends on, but for the seed of its start, its order of images and its labels."""

    start: tuple
    """The scale of each layer's random weights, as `training.initialise` names them."""
    training: dict
    """Arguments of `training.train`."""
    sizes: tuple = (784, 100, 10)
    labels: tuple = ALL_DIGITS
    """The digits that are learned, in order; output k is for the k-th of them."""
    shuffled: bool = False
    """Whether the labels are dealt out anew at random."""
    initialise: dict = field(default_factory=dict)
    """Further arguments of `training.initialise`."""

    def untrained(self, seed):
        """The network before training. All scales draw the same random numbers."""
        layers = [initialise(self.sizes, scale=scale, seed=seed, **self.initialise) for scale in self.start]
        return Network(
            [one.weights[k] for k, one in enumerate(layers)],
            [one.biases[k] for k, one in enumerate(layers)],
            layers[0].activations,
        )

    @property
    def digest(self):
        fields = {**asdict(self), "training": self.training}  # an optimiser by its name, too
        return hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest()[:8]


CROSS_ENTROPY = {"epochs": 30, "batch_size": 10, "learning_rate": 0.5, "cost": "cross_entropy"}
QUADRATIC = {"epochs": 30, "batch_size": 10, "learning_rate": 3.0, "cost": "quadratic"}
BRIEF = {**QUADRATIC, "epochs": 5, "checkpoints": (100,)}  # enough to see outputs die, and most come back

QUESTION = Recipe(("unit", "unit"), {**QUADRATIC, "checkpoints": (100, 27_500)})
LARGE = Recipe(("unit", "unit"), CROSS_ENTROPY)
SMALL = Recipe(("fan_in", "fan_in"), CROSS_ENTROPY)
DECAY = {"training": {**CROSS_ENTROPY, "weight_decay": 5.0}}
ZERO_ONE = {"sizes": (784, 1, 2), "labels": (0, 1)}

# The network of today: ReLU, softmax, batches of 64; all start as PyTorch does where nothing else is said.
TODAY_SGD = Recipe(
    ("pytorch", "pytorch"),
    {"epochs": 5, "batch_size": 64, "learning_rate": 0.1, "cost": "cross_entropy", "optimizer": SGD()},
    initialise={"activations": ("relu", "softmax")},
)
TODAY_ADAM = replace(TODAY_SGD, training={**TODAY_SGD.training, "learning_rate": 0.001, "optimizer": Adam()})
SMALLER = {"initialise": {**TODAY_SGD.initialise, "gain": 0.01}}
PER_WEIGHT = 55_000  # λ that PyTorch calls a weight_decay of 1


def _with(recipe, **changes):
    """A recipe with other arguments of `training.train`."""
    return replace(recipe, training={**recipe.training, **changes})


def _activated(recipe, *names):
    layers = len(names)
    return replace(
        recipe,
        sizes=(784, *(100,) * (layers - 1), 10),
        start=("pytorch",) * layers,
        initialise={"activations": names},
    )


RECIPES = {
    "question": QUESTION,
    "large": LARGE,
    "large-decay": replace(LARGE, **DECAY),
    "small": SMALL,
    "small-decay": replace(SMALL, **DECAY),
    "shuffled": replace(SMALL, shuffled=True),
    "zero-one-question": replace(QUESTION, **ZERO_ONE),
    "zero-one-large": replace(LARGE, **ZERO_ONE),
    "zero-one-large-decay": replace(LARGE, **ZERO_ONE, **DECAY),
    "zero-one-small": replace(SMALL, **ZERO_ONE),
    "zero-one-small-decay": replace(SMALL, **ZERO_ONE, **DECAY),
    # Two other pairs of digits.
    "four-nine-large": replace(LARGE, sizes=(784, 1, 2), labels=(4, 9)),
    "three-six-large": replace(LARGE, sizes=(784, 1, 2), labels=(3, 6)),
    # Logistic regression: the same images and steps, and no hidden layer.
    "zero-one-logistic": replace(SMALL, sizes=(784, 2), labels=(0, 1), start=("fan_in",)),
    "zero-one-logistic-decay": replace(SMALL, sizes=(784, 2), labels=(0, 1), start=("fan_in",), **DECAY),
    # The question's recipe with one thing changed, five epochs long; the control is its own checkpoint.
    "brief-cross-entropy": replace(QUESTION, training={**CROSS_ENTROPY, "epochs": 5, "checkpoints": (100,)}),
    "brief-small-outputs": replace(QUESTION, start=("unit", "fan_in"), training=BRIEF),
    "brief-small-hidden": replace(QUESTION, start=("fan_in", "unit"), training=BRIEF),
    "brief-slow": replace(QUESTION, training={**BRIEF, "learning_rate": 0.5}),
    "brief-fast": replace(QUESTION, training={**BRIEF, "learning_rate": 10.0}),
    "today-sgd": TODAY_SGD,
    "today-sgd-small": replace(TODAY_SGD, **SMALLER),
    "today-sgd-keras": replace(TODAY_SGD, start=("keras", "keras")),
    "today-momentum": _with(TODAY_SGD, learning_rate=0.01, optimizer=SGD(momentum=0.9)),
    "today-sgd-decay": _with(TODAY_SGD, weight_decay=1e-3 * PER_WEIGHT),
    "today-momentum-decay": _with(
        TODAY_SGD, learning_rate=0.01, optimizer=SGD(momentum=0.9), weight_decay=1e-3 * PER_WEIGHT
    ),
    "today-adam": TODAY_ADAM,
    "today-adam-small": replace(TODAY_ADAM, **SMALLER),
    "today-adam-keras": replace(TODAY_ADAM, start=("keras", "keras")),
    "today-adam-he": replace(TODAY_ADAM, start=("he", "he")),
    "today-adam-long": _with(TODAY_ADAM, epochs=20),
    "today-adam-dropout": _with(TODAY_ADAM, dropout=0.5),
    "today-adam-eps-2": _with(TODAY_ADAM, optimizer=Adam(eps=1e-2)),
    "today-adam-eps-3": _with(TODAY_ADAM, optimizer=Adam(eps=1e-3)),
    "today-adam-l2": _with(TODAY_ADAM, weight_decay=1e-4 * PER_WEIGHT),
    "today-adamw": _with(TODAY_ADAM, optimizer=AdamW(), weight_decay=0.01 * PER_WEIGHT),
    "today-adamw-strong": _with(TODAY_ADAM, optimizer=AdamW(), weight_decay=0.1 * PER_WEIGHT),
    "today-tanh-sgd": _activated(TODAY_SGD, "tanh", "softmax"),
    "today-tanh-adam": _activated(TODAY_ADAM, "tanh", "softmax"),
    "today-sigmoid-sgd": _activated(TODAY_SGD, "sigmoid", "softmax"),
    "today-sigmoid-adam": _activated(TODAY_ADAM, "sigmoid", "softmax"),
    "today-deep-sgd": _activated(TODAY_SGD, "relu", "relu", "softmax"),
    "today-deep-adam": _activated(TODAY_ADAM, "relu", "relu", "softmax"),
}


@cache
def mnist():
    """Full MNIST, split in three; from the folder in ``WEIGHTMAPS_MNIST``, or downloaded."""
    return load_mnist(os.environ.get("WEIGHTMAPS_MNIST"))


def images(recipe, seed):
    """The images that a network of this recipe learns."""
    chosen = mnist().train.only(*recipe.labels)
    outputs = np.searchsorted(recipe.labels, chosen.labels)
    if recipe.shuffled:
        outputs = np.random.default_rng(seed).permutation(outputs)
    return Digits(chosen.images, outputs)


def path(name, seed, step=None):
    """Where a network is kept; at a step, where the recipe has a checkpoint there."""
    at = "" if step is None else f"-step{step}"
    return NETWORKS / f"{name}-{RECIPES[name].digest}-{seed}{at}.npz"


def make(name, seed):
    """Train a network, unless it is there from an earlier run, and keep it and its checkpoints."""
    if path(name, seed).exists():
        return
    NETWORKS.mkdir(parents=True, exist_ok=True)
    recipe = RECIPES[name]
    learned = images(recipe, seed)
    trained, history = train(
        recipe.untrained(seed),
        *learned,
        seed=seed,
        validation=learned[:100],
        progress=False,
        **recipe.training,
    )
    for step, passed in history.checkpoints.items():
        passed.save(path(name, seed, step))
    trained.save(path(name, seed))


@cache
def network(name, seed, step=None):
    """The trained network of a recipe and a seed; at a step, what it was then."""
    return Network.load(path(name, seed, step))


@cache
def start(name, seed):
    """The same network before training."""
    return RECIPES[name].untrained(seed)


def partner(seed):
    """The seed that a network is compared with: the next one, and after the last of 20 the first.

    >>> [partner(seed) for seed in (100, 118, 119)]
    [101, 119, 100]
    """
    return seed // 20 * 20 + (seed + 1) % 20
