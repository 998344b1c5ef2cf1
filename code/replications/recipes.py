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
from weightmaps.training import initialise, train

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
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:8]


CROSS_ENTROPY = {"epochs": 30, "batch_size": 10, "learning_rate": 0.5, "cost": "cross_entropy"}
QUADRATIC = {"epochs": 30, "batch_size": 10, "learning_rate": 3.0, "cost": "quadratic"}
BRIEF = {**QUADRATIC, "epochs": 5, "checkpoints": (100,)}  # enough to see outputs die, and most come back

QUESTION = Recipe(("unit", "unit"), {**QUADRATIC, "checkpoints": (100, 27_500)})
LARGE = Recipe(("unit", "unit"), CROSS_ENTROPY)
SMALL = Recipe(("fan_in", "fan_in"), CROSS_ENTROPY)
DECAY = {"training": {**CROSS_ENTROPY, "weight_decay": 5.0}}
ZERO_ONE = {"sizes": (784, 1, 2), "labels": (0, 1)}

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
    # Logistic regression: the same images and steps, and no hidden layer.
    "zero-one-logistic": replace(SMALL, sizes=(784, 2), labels=(0, 1), start=("fan_in",)),
    "zero-one-logistic-decay": replace(SMALL, sizes=(784, 2), labels=(0, 1), start=("fan_in",), **DECAY),
    # The question's recipe with one thing changed, five epochs long; the control is its own checkpoint.
    "brief-cross-entropy": replace(QUESTION, training={**CROSS_ENTROPY, "epochs": 5, "checkpoints": (100,)}),
    "brief-small-outputs": replace(QUESTION, start=("unit", "fan_in"), training=BRIEF),
    "brief-small-hidden": replace(QUESTION, start=("fan_in", "unit"), training=BRIEF),
    "brief-slow": replace(QUESTION, training={**BRIEF, "learning_rate": 0.5}),
    "brief-fast": replace(QUESTION, training={**BRIEF, "learning_rate": 10.0}),
}


@cache
def mnist():
    """Full MNIST, split in three; from the folder in ``WEIGHTMAPS_MNIST``, or downloaded."""
    return load_mnist(os.environ.get("WEIGHTMAPS_MNIST"))


def images(recipe, seed):
    """The images that a network of this recipe learns."""
    chosen = mnist().train.only(*recipe.labels)
    if recipe.shuffled:
        return Digits(chosen.images, np.random.default_rng(seed).permutation(chosen.labels))
    return chosen


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
