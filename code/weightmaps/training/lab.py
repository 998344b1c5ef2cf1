"""The laboratory's experiments: the same computation as in the page, from the same random numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ..digits import load_sample
from ..network import Network
from ..random import normal, permutation
from .optimizers import SGD, Adam, AdamW
from .sgd import Descent

EACH, HELD_OUT = 500, 100  # images of a digit that ship, and the last of them that test
OPTIMIZERS = {"sgd": SGD(), "momentum": SGD(momentum=0.9), "adam": Adam(), "adamw": AdamW()}


def _whole(low, high):
    return lambda v: isinstance(v, int) and low <= v <= high, f"a whole number from {low} to {high}"


def _real(low, high):
    return lambda v: isinstance(v, int | float) and low <= v <= high, f"a number from {low} to {high}"


def _one_of(*values):
    return lambda v: v in values, f"one of {', '.join(map(repr, values))}"


_RULES = {
    "seed": _whole(0, 99),
    "digits": (
        lambda v: len(v) > 1 and len(set(v)) == len(v) and set(v) <= set(range(10)),
        "two or more digits, each once",
    ),
    "images_per_digit": _whole(1, EACH - HELD_OUT),
    "shuffled": _one_of(False, True),
    "hidden": _whole(1, 300),
    "hidden_scale": _real(0, 10),
    "output_scale": _real(0, 10),
    "activation": _one_of("sigmoid", "tanh", "relu"),
    "outputs": _one_of("sigmoid", "softmax"),
    "cost": _one_of("quadratic", "cross_entropy"),
    "optimizer": _one_of(*OPTIMIZERS),
    "learning_rate": (lambda v: isinstance(v, int | float) and 0 < v <= 1000, "a number above 0, up to 1000"),
    "batch_size": _whole(1, 1000),
    "weight_decay": _real(0, 1000),
}
# Which random numbers serve what; the orders of the epochs follow from the last on.
_WEIGHTS, _BIASES, _LABELS, _ORDER = (20, 22), (21, 23), 24, 1000


@dataclass(frozen=True)
class Setup:
    """All that determines a run of the laboratory. The start is drawn once, from N(0, 1), and then scaled."""

    seed: int = 0
    """Of the start, the order of the images and the dealing of labels."""
    digits: tuple = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    """What is to be told apart: an output each."""
    images_per_digit: int = 400
    """How many of the 5,000 images that ship are learned, the first of each digit; at most 400."""
    shuffled: bool = False
    """Whether the labels are dealt out anew at random."""
    hidden: int = 100
    """Hidden neurons. A neuron has the same start however many there are."""
    hidden_scale: float = 1.0
    """Standard deviation of the weights into the hidden layer; biases are from N(0, 1)."""
    output_scale: float = 1.0
    """The same of the weights into the outputs."""
    activation: str = "sigmoid"
    """Of the hidden layer: ``sigmoid``, ``tanh`` or ``relu``."""
    outputs: str = "sigmoid"
    """Activation of the outputs: ``sigmoid`` or ``softmax``."""
    cost: str = "quadratic"
    """``quadratic`` or ``cross_entropy``."""
    optimizer: str = "sgd"
    """``sgd``, ``momentum`` (0.9), ``adam`` or ``adamw``, as PyTorch defines them."""
    learning_rate: float = 3.0
    batch_size: int = 10
    weight_decay: float = 0.0
    """Nielsen's λ: λ / n is PyTorch's ``weight_decay``."""

    def __post_init__(self):
        object.__setattr__(self, "digits", tuple(self.digits))
        for name, (good, wanted) in _RULES.items():
            value = getattr(self, name)
            if not good(value):
                raise ValueError(f"{name} is {value!r}; it must be {wanted}")
        if self.outputs == "softmax" and self.cost == "quadratic":
            raise ValueError("the quadratic cost does not go with softmax outputs; use cost='cross_entropy'")
        n = len(self.digits) * self.images_per_digit
        if self.optimizer != "adam" and self.learning_rate * self.weight_decay >= n:
            raise ValueError(
                f"weight_decay is {self.weight_decay!r}; it must be below n / learning_rate = "
                f"{n / self.learning_rate:g}, where it would wipe the weights out in one step"
            )


def lab_images(setup):
    """The images that a set-up learns, with true labels, and those that it is tested on.

    Returns
    -------
    learned, held_out : tuple (X, y)
        Rows of 784 pixels, the digits in turn; label ``k`` is the ``k``-th of ``setup.digits``.
    """
    images = load_sample().images.reshape(10, EACH, -1)[list(setup.digits)]
    places = np.arange(len(setup.digits))

    def part(some):
        X = images[:, some].swapaxes(0, 1).reshape(-1, images.shape[-1])
        return X, np.tile(places, len(X) // len(places))

    return part(slice(setup.images_per_digit)), part(slice(EACH - HELD_OUT, EACH))


def lab_start(setup):
    """The network of a set-up before training.

    Returns
    -------
    Network
        With ``float64`` weights.
    """
    sizes = (784, setup.hidden, len(setup.digits))
    weights, biases = [], []
    for k, scale in enumerate((setup.hidden_scale, setup.output_scale)):
        shape = sizes[k + 1], sizes[k]
        weights.append(scale * normal(setup.seed, _WEIGHTS[k], shape[0] * shape[1]).reshape(shape))
        biases.append(normal(setup.seed, _BIASES[k], shape[0]))
    return Network(weights, biases, (setup.activation, setup.outputs))


def lab(setup, *, epochs=None, steps=None):
    """Train a network of the laboratory, as the page does: the same weights, but for the last digits.

    Parameters
    ----------
    setup : Setup
    epochs, steps : int
        How long: one of the two.

    Returns
    -------
    Network
        With ``float64`` weights.

    Raises
    ------
    FloatingPointError
        If the weights overflow.

    Examples
    --------
    >>> lab(Setup(digits=(0, 1), hidden=1, images_per_digit=50), epochs=1)
    <Network 784-1-2, sigmoid/sigmoid>
    """
    (X, y), _ = lab_images(setup)
    n, X = len(y), X.astype(np.float64)
    if setup.shuffled:
        y = y[permutation(setup.seed, _LABELS, n)]
    descent = Descent(
        lab_start(setup),
        batch_size=setup.batch_size,
        learning_rate=setup.learning_rate,
        optimizer=OPTIMIZERS[setup.optimizer],
        decay=setup.weight_decay / n,
        cost=setup.cost,
    )
    targets = np.eye(len(setup.digits))[y]
    epoch = -(-n // setup.batch_size)
    with threadpool_limits(1, user_api="blas"), np.errstate(under="ignore", over="ignore", invalid="raise"):
        for step in range(epochs * epoch if steps is None else steps):
            at = step % epoch
            if at == 0:
                order = permutation(setup.seed, _ORDER + step // epoch, n)
            descent.step(
                *descent.gather(X, targets, order[at * setup.batch_size : (at + 1) * setup.batch_size])
            )
    return descent.network()
