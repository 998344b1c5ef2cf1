"""The networks that ship with the book, each with the recipe that made it."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from .arrays import read_npz
from .files import atomic_write
from .mnist import CHECKSUMS
from .network import Network, NotANetwork
from .training import SGD, Adam, initialise, train

DATA = Path(__file__).parent / "data"
SHUFFLE_SEED = 0
ADVICE = "reinstall weightmaps (pip install --force-reinstall)"
CARD = ("name", "recipe", "seed", "seeds_tried", "accuracy", "images", "learning_curve")


@dataclass(frozen=True)
class Recipe:
    """How a network of the zoo is made; all that training depends on, but for the seed."""

    title: str
    sizes: tuple
    labels: tuple
    scale: str
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    cost: str
    seeds: tuple
    """Every seed that is tried; each gives the start and the order of the images."""
    passing: float
    """The first seed whose accuracy on the validation images reaches this is the one that ships."""
    checkpoints: tuple = ()
    shuffled: bool = False
    """Whether the training labels are dealt out anew at random, so that there is nothing to learn."""
    activations: tuple = ("sigmoid", "sigmoid")
    gain: float = 1.0
    """What the start of the hidden layer is multiplied by."""
    optimizer: SGD | Adam = SGD()

    def start(self, seed):
        """The network before training."""
        how = {"activations": self.activations, "gain": self.gain}
        return initialise(self.sizes, scale=self.scale, seed=seed, **how)

    def written(self):
        """The recipe as its network's card has it."""
        return {**asdict(self), "optimizer": repr(self.optimizer)}


def _two_by_two(name, sizes, labels):
    """Start N(0, 1) or N(0, 1/n), λ = 0 or 5, three seeds, all else equal: each ships, good or bad."""
    return {
        f"{name}{scale.replace('_', '-')}-decay{decay}-seed{seed}": Recipe(
            title=f"{'-'.join(map(str, sizes))}, start {scale!r}, λ = {decay}, seed {seed}",
            sizes=sizes,
            labels=labels,
            scale=scale,
            epochs=30,
            batch_size=10,
            learning_rate=0.5,
            weight_decay=float(decay),
            cost="cross_entropy",
            seeds=(seed,),
            passing=0.0,
        )
        for scale in ("unit", "fan_in")
        for decay in (0, 5)
        for seed in range(3)
    }


def _today(title, **changes):
    """ReLU and softmax, batches of 64, PyTorch's start."""
    recipe = {
        "scale": "pytorch",
        "epochs": 5,
        "batch_size": 64,
        "learning_rate": 0.001,
        "weight_decay": 0.0,
        "cost": "cross_entropy",
        "activations": ("relu", "softmax"),
        "optimizer": Adam(),
        **changes,
    }
    return replace(QUESTION, title=f"ReLU and softmax, {title}", seeds=(0,), passing=0.0, **recipe)


QUESTION = Recipe(
    title="The question's own network: 784-100-10",
    sizes=(784, 100, 10),
    labels=tuple(range(10)),
    scale="unit",
    epochs=30,
    batch_size=10,
    learning_rate=3.0,
    weight_decay=0.0,
    cost="quadratic",
    seeds=tuple(range(10)),
    passing=0.95,
)
RECIPES = {
    "nielsen": QUESTION,
    "zero-one": replace(
        QUESTION,
        title="One hidden neuron for 0 against 1: 784-1-2",
        sizes=(784, 1, 2),
        labels=(0, 1),
        passing=0.99,
        checkpoints=(
            *(0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700),
            *(1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_010),
        ),
    ),
    **_two_by_two("", (784, 100, 10), tuple(range(10))),
    **_two_by_two("zero-one-", (784, 1, 2), (0, 1)),
    "relu-sgd": _today("by SGD", learning_rate=0.1, optimizer=SGD()),
    "relu-adam": _today("by Adam"),
    "relu-adam-l2": _today("by Adam with L2", weight_decay=1e-4 * 55_000),
    "logistic": replace(
        QUESTION,
        title="Logistic regression of 0 against 1: 784-2, no hidden layer",
        sizes=(784, 2),
        labels=(0, 1),
        activations=("sigmoid",),
        scale="fan_in",
        learning_rate=0.5,
        cost="cross_entropy",
        seeds=(0,),
        passing=0.0,
    ),
    "shuffled": replace(
        QUESTION,
        title="A control: 784-100-10, trained on labels dealt out at random",
        scale="fan_in",
        learning_rate=0.5,
        cost="cross_entropy",
        seeds=(0,),
        passing=0.0,
        shuffled=True,
    ),
    "nielsen-stuck": replace(
        QUESTION,
        title="The question's recipe, a seed that gets stuck",
        seeds=(1,),
        passing=0.0,
    ),
}


def names():
    """The names of the networks that ship."""
    return tuple(RECIPES)


def load(name):
    """A trained network of the zoo, by name.

    Examples
    --------
    >>> load("nielsen")
    <Network 784-100-10, sigmoid/sigmoid>

    Raises
    ------
    NotANetwork
        If its file is damaged, or holds another network than the recipe's.
    """
    recipe, path = _recipe(name), DATA / f"{name}.npz"
    network = Network.load(path)
    if network.sizes != tuple(recipe.sizes):
        raise NotANetwork(f"{path}: its sizes are {network.sizes}, not {tuple(recipe.sizes)}; {ADVICE}")
    return network


def checkpoints(name):
    """The network during training: a dict from step to Network, the start (step 0) first.

    Raises
    ------
    ValueError
        If the network ships without checkpoints.
    NotANetwork
        If the file of its checkpoints is damaged.
    """
    recipe = _recipe(name)
    if not recipe.checkpoints:
        kept = ", ".join(other for other in names() if RECIPES[other].checkpoints)
        raise ValueError(f"zoo network {name!r} ships without checkpoints; these have them: {kept}")
    network, path, found = load(name), DATA / f"{name}-checkpoints.npz", {}
    layers = range(len(network.weights))
    try:
        entries = read_npz(path)
        for k, step in enumerate(entries["steps"].tolist()):
            parts = ([entries[f"{kind}{i}"][k] for i in layers] for kind in ("weights", "biases"))
            found[step] = Network(*parts, network.activations)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise NotANetwork(f"{path}: the checkpoints cannot be read ({error}); {ADVICE}") from None
    if list(found) != list(recipe.checkpoints) or any(one.sizes != network.sizes for one in found.values()):
        raise NotANetwork(f"{path}: these are not the checkpoints of the recipe; {ADVICE}")
    return found


def card(name):
    """What is known of a network of the zoo: recipe, seeds tried, accuracies, learning curve, command.

    Returns
    -------
    dict
        Accuracies are shares from 0 to 1, measured on images that training never saw.

    Raises
    ------
    ValueError
        If its file is damaged.
    """
    _recipe(name)
    path = DATA / f"{name}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or found.get("name") != name or not found.keys() >= set(CARD):
            raise ValueError(f"it must have {', '.join(CARD)}, and the name {name!r}")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: the card cannot be read ({error}); {ADVICE}") from None
    return found


def make(name, mnist, folder, *, every_seed=False, progress=True):
    """Train a network of the zoo from full MNIST and write it, its checkpoints and its card to a folder.

    A run that was cut off goes on from its last epoch, kept in a file ``….partial.npz`` until all is written.
    An old card goes first and the new one comes last, so a card is always that of the network beside it.

    Parameters
    ----------
    name : str
    mnist : Mnist
        From :func:`weightmaps.digits.load_mnist`.
    folder : path
    every_seed : bool
        Try every seed of the recipe, and ship the first that passes; otherwise train only the one that ships.
    progress : bool
        Show progress bars.

    Returns
    -------
    dict
        The card.
    """
    recipe = _recipe(name)
    train_, validation, test = (
        part.only(*recipe.labels) for part in (mnist.train, mnist.validation, mnist.test)
    )
    if recipe.shuffled:
        labels = np.random.default_rng(SHUFFLE_SEED).permutation(train_.labels)
        train_ = replace(train_, labels=labels)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shipped, tried = None, []
    for seed in recipe.seeds if every_seed else (card(name)["seed"],):
        network, history = train(
            recipe.start(seed),
            *train_,
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            learning_rate=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            cost=recipe.cost,
            optimizer=recipe.optimizer,
            seed=seed,
            checkpoints=recipe.checkpoints,
            validation=validation,
            progress=progress,
            resume=folder / f"{name}.seed{seed}.partial.npz",
        )
        accuracy = {"validation": history.accuracy[-1], "test": network.accuracy(*test)}
        tried.append({"seed": seed, **accuracy})
        if shipped is None and accuracy["validation"] >= recipe.passing:
            shipped = seed, network, history, accuracy
    if shipped is None:
        _tidy(folder, name)
        raise ValueError(f"no seed of recipe {name!r} reached {recipe.passing:.1%} on validation: {tried}")

    seed, network, history, accuracy = shipped
    made = {
        "name": name,
        "recipe": recipe.written(),
        "seed": seed,
        "seeds_tried": tried,
        "accuracy": accuracy,
        "images": {"train": len(train_), "validation": len(validation), "test": len(test)},
        "learning_curve": {"cost": history.cost, "accuracy": history.accuracy},
        "data_sha256": CHECKSUMS,
        "command": f"python -m weightmaps train --recipe {name}",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }
    (folder / f"{name}.json").unlink(missing_ok=True)
    network.save(folder / f"{name}.npz")
    if history.checkpoints:
        _save_checkpoints(folder / f"{name}-checkpoints.npz", history.checkpoints)
    with atomic_write(folder / f"{name}.json", "w", encoding="utf-8") as file:
        json.dump(made, file, indent=1)
        file.write("\n")
    _tidy(folder, name)
    return made


def _tidy(folder, name):
    for path in folder.glob(f"{name}.seed*.partial.npz*"):
        path.unlink(missing_ok=True)


def _save_checkpoints(path, networks):
    layers = range(len(next(iter(networks.values())).weights))
    arrays = {f"weights{i}": np.stack([n.weights[i] for n in networks.values()]) for i in layers}
    arrays |= {f"biases{i}": np.stack([n.biases[i] for n in networks.values()]) for i in layers}
    with atomic_write(path) as file:
        np.savez(file, steps=np.array(list(networks)), **arrays)


def _recipe(name):
    if name not in RECIPES:
        raise ValueError(f"unknown zoo network {name!r}; there are: {', '.join(RECIPES)}")
    return RECIPES[name]
