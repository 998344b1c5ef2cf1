"""Mini-batch gradient descent for small networks: their start, their costs, their history."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ..checks import labels
from ..network import Network
from . import resume as resuming
from .optimizers import SGD, Adam
from .sgd import TRAINABLE, Descent

AT_ONCE = 5000  # images that the history is measured on at a time


def _glorot(n_in, n_out):
    return (6.0 / (n_in + n_out)) ** 0.5


# A start's distribution, and its spread for a layer's weights and for its biases: the standard deviation of a
# normal distribution, the largest magnitude of a uniform one.
STARTS = {
    "unit": ("normal", lambda n_in, n_out: 1.0, lambda n_in: 1.0),
    "fan_in": ("normal", lambda n_in, n_out: n_in**-0.5, lambda n_in: 1.0),
    "he": ("normal", lambda n_in, n_out: (2.0 / n_in) ** 0.5, lambda n_in: 0.0),
    "pytorch": ("uniform", lambda n_in, n_out: n_in**-0.5, lambda n_in: n_in**-0.5),
    "keras": ("uniform", _glorot, lambda n_in: 0.0),
}
_DRAW = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-1.0, 1.0, shape),
}


def initialise(sizes, *, scale, seed, activations=None, gain=1.0):
    """A network with random weights, before any training.

    The normal starts all draw the same random numbers, and so do the uniform ones, so a seed can be compared
    with itself.

    Parameters
    ----------
    sizes : sequence of int
        Neurons in each layer, the input first: ``(784, 100, 10)``.
    scale : {"unit", "fan_in", "he", "pytorch", "keras"}
        Where weights and biases are drawn from:

        - ``"unit"``: N(0, 1), and N(0, 1), the large initialiser of Nielsen, *Neural Networks and Deep
          Learning*, ch. 3;
        - ``"fan_in"``: N(0, 1 / n_in), and N(0, 1), his default one;
        - ``"he"``: N(0, 2 / n_in), and 0 (He et al. 2015, for ReLU);
        - ``"pytorch"``: U(-l, l) with l = 1 / sqrt(n_in), and the same, as ``torch.nn.Linear``;
        - ``"keras"``: U(-l, l) with l = sqrt(6 / (n_in + n_out)), and 0, as ``keras.layers.Dense`` (Glorot
          and Bengio 2010).
    seed : int
    activations : sequence of str, optional
        One name a layer, as :class:`~weightmaps.network.Network` takes them; by default ``sigmoid``.
    gain : float
        What the weights and biases into the first hidden layer are multiplied by.

    Returns
    -------
    Network
        With ``float32`` weights.

    Examples
    --------
    >>> initialise((784, 100, 10), scale="unit", seed=0)
    <Network 784-100-10, sigmoid/sigmoid>
    >>> initialise((784, 100, 10), scale="keras", seed=0, activations=["relu", "softmax"])
    <Network 784-100-10, relu/softmax>
    """
    if scale not in STARTS:
        raise ValueError(f"scale is {scale!r}; it must be one of {', '.join(map(repr, STARTS))}")
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes is {sizes!r}; it needs two layers or more, each of one neuron or more")
    rng = np.random.default_rng(seed)
    distribution, weights_spread, biases_spread = STARTS[scale]
    draw = _DRAW[distribution]
    weights, biases = [], []
    for n_in, n_out in pairwise(sizes):
        weights.append((weights_spread(n_in, n_out) * draw(rng, (n_out, n_in))).astype(np.float32))
        biases.append((biases_spread(n_in) * draw(rng, n_out)).astype(np.float32))
    weights[0] *= np.float32(gain)
    biases[0] *= np.float32(gain)
    return Network(weights, biases, activations)


def _quadratic(network, trace, targets):
    return 0.5 * float(((trace.a[-1] - targets) ** 2).sum(axis=1).mean())


def _cross_entropy(network, trace, targets):
    z = trace.z[-1].astype(np.float64)
    if network.activations[-1] == "softmax":
        z = z - z.max(axis=1, keepdims=True)
        return float((np.log(np.exp(z).sum(axis=1)) - (targets * z).sum(axis=1)).mean())
    return float((np.logaddexp(0.0, z) - targets * z).sum(axis=1).mean())


# Each takes the network, what a forward pass of it computed, and the outputs that were wanted.
COSTS = {"quadratic": _quadratic, "cross_entropy": _cross_entropy}


@dataclass
class History:
    """What training went through.

    Attributes
    ----------
    cost, accuracy : list of float
        One value an epoch, measured after it on the ``validation`` images, or on the training images
        where none were given. The cost leaves the weight decay term out.
    checkpoints : dict of int to Network
        The network after so many steps (mini-batches); 0 is before the first.
    """

    cost: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    checkpoints: dict = field(default_factory=dict)


def train(
    network,
    X,
    y,
    *,
    epochs,
    learning_rate,
    batch_size=10,
    weight_decay=0.0,
    cost="quadratic",
    optimizer=SGD(),
    dropout=0.0,
    seed=0,
    checkpoints=(),
    validation=None,
    progress=True,
    resume=None,
):
    """Train a copy of a network by mini-batch gradient descent with backpropagation.

    The same arguments give the same network, bit for bit, on the same machine: linear algebra runs on one
    thread, because its rounding depends on their number. The precision is that of the network's weights.

    Parameters
    ----------
    network : Network
        Where to start; it is not changed.
    X : array, shape (n, n_in)
        Images to learn.
    y : array of int, shape (n,)
        Their labels; label ``k`` asks for output ``k``.
    epochs : int
        Passes over all images, each in a new random order.
    learning_rate : float
        η: a step subtracts η times the batch's mean gradient, or what the optimiser makes of it.
    batch_size : int
        Images in a step; the last step of an epoch takes what is left.
    weight_decay : float
        Nielsen's λ, for the weights and not the biases; λ / n is what PyTorch calls ``weight_decay``. A step
        of SGD or AdamW first multiplies the weights by ``1 − η λ / n``; momentum and Adam add λ / n times the
        weights to their gradient.
    cost : {"quadratic", "cross_entropy"}
        ``½ ‖a − y‖²``, or the cross-entropy of sigmoid or softmax outputs, averaged over images.
    optimizer : SGD, Adam or AdamW
        Plain gradient descent by default.
    dropout : float
        The chance of a hidden neuron to be silent for an image of a step; the others then count for
        ``1 / (1 − dropout)`` times as much (Srivastava et al. 2014, scaled while training).
    seed : int
        Of the order of the images, and of what is dropped.
    checkpoints : iterable of int
        Steps after which to keep a copy in the history.
    validation : tuple (X, y), optional
        Images and labels on which the history is measured.
    progress : bool
        Show a progress bar.
    resume : path, optional
        A file, rewritten after every epoch, from which the same call goes on after it was cut off: it then
        ends with the bits of a run that was not. It stays when training is done, so that what came of it is
        safe until the caller has put it somewhere else and deletes the file.

    Returns
    -------
    Network, History

    Raises
    ------
    ValueError
        If images or labels do not fit the network, a number is out of range, or the cost does not go with the
        network's outputs; if the file `resume` is damaged or of another run.
    FloatingPointError
        If the weights overflow, as they do when the learning rate is far too high.

    Examples
    --------
    The network of most tutorials, on a hundred images:

    >>> from weightmaps.digits import load_sample
    >>> X, y = load_sample()[::50]
    >>> start = initialise((784, 100, 10), scale="keras", seed=0, activations=["relu", "softmax"])
    >>> recipe = {"epochs": 5, "batch_size": 64, "learning_rate": 0.001, "cost": "cross_entropy"}
    >>> network, history = train(start, X, y, optimizer=Adam(), progress=False, **recipe)
    >>> network
    <Network 784-100-10, relu/softmax>
    """
    X, y = _checked(network, X, y, "X", "y")
    n, dtype = len(X), X.dtype
    _check(network, n, epochs, batch_size, learning_rate, weight_decay, cost, optimizer, dropout)
    checkpoints = set(checkpoints)
    measured = (X, y)
    if validation is not None:
        measured = _checked(network, *validation, "validation[0]", "validation[1]")
    targets = np.eye(network.sizes[-1], dtype=dtype)[y]
    rng = np.random.default_rng(seed)
    descent = Descent(
        network,
        batch_size=batch_size,
        learning_rate=learning_rate,
        optimizer=optimizer,
        decay=weight_decay / n,
        cost=cost,
        dropout=dropout,
        rng=rng,
    )
    history = History()
    if 0 in checkpoints:
        history.checkpoints[0] = descent.network()

    epoch_steps = -(-n // batch_size)
    if resume is not None:
        if not Path(resume).parent.is_dir():
            raise ValueError(f"resume is {str(resume)!r}; there is no folder {str(Path(resume).parent)!r}")
        determines = {"epochs": epochs, "learning_rate": learning_rate, "batch_size": batch_size}
        determines |= {"weight_decay": weight_decay, "cost": cost, "seed": seed, "steps": sorted(checkpoints)}
        determines |= {"optimizer": repr(optimizer), "dropout": dropout}
        run = resuming.digest(network, (X, y, *measured), determines)
        resuming.restore(
            resume,
            run,
            descent,
            rng,
            history,
            epochs=epochs,
            epoch_steps=epoch_steps,
            checkpoints=checkpoints,
        )
    done = len(history.cost)
    step = done * epoch_steps
    if done and progress:
        print(f"{resume}: going on after epoch {done} of {epochs}", file=sys.stderr)

    with (
        threadpool_limits(1, user_api="blas"),
        np.errstate(under="ignore", over="ignore", invalid="raise"),
        tqdm(total=epochs * epoch_steps, initial=step, unit="step", disable=not progress, leave=True) as bar,
    ):
        for _ in range(done, epochs):
            order = rng.permutation(n)
            for block in range(0, n, descent.block_size):
                x, wanted = descent.gather(X, targets, order[block : block + descent.block_size])
                for start in range(0, len(x), batch_size):
                    descent.step(x[start : start + batch_size], wanted[start : start + batch_size])
                    step += 1
                    if step in checkpoints:
                        history.checkpoints[step] = descent.network()
                bar.update(step - bar.n)
            trained = descent.network()
            mean_cost, accuracy = _measure(trained, *measured, COSTS[cost])
            history.cost.append(mean_cost)
            history.accuracy.append(accuracy)
            bar.set_postfix_str(f"accuracy {history.accuracy[-1]:.2%}")
            if resume is not None:
                resuming.save(resume, run, descent, rng, history)
        return descent.network(), history


def _measure(network, X, y, cost):
    """Mean cost and accuracy, some images at a time: all their activations would take half their memory."""
    total, right = 0.0, 0
    for start in range(0, len(X), AT_ONCE):
        some = y[start : start + AT_ONCE]
        trace = network.forward(X[start : start + AT_ONCE])
        targets = np.eye(network.sizes[-1], dtype=np.float32)[some]
        total += cost(network, trace, targets) * (len(some) / len(X))
        right += int((trace.a[-1].argmax(axis=1) == some).sum())
    return total, right / len(X)


def _check(network, n, epochs, batch_size, learning_rate, weight_decay, cost, optimizer, dropout):
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value != int(value) or value < 1:
            raise ValueError(f"{name} is {value!r}; it must be a whole number, 1 or more")
    if not (np.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate is {learning_rate!r}; it must be a finite number above 0")
    if not 0 <= weight_decay < n / learning_rate:
        raise ValueError(
            f"weight_decay is {weight_decay!r}; it must be 0 or more, and below n / learning_rate = "
            f"{n / learning_rate:g}, where it would wipe the weights out in one step"
        )
    if not isinstance(optimizer, SGD | Adam):
        raise ValueError(f"optimizer is {optimizer!r}; it must be training.SGD(), Adam() or AdamW()")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is {dropout!r}; it must be from 0 to below 1")
    if cost not in COSTS:
        raise ValueError(f"unknown cost {cost!r}; there are: {', '.join(COSTS)}")
    last = network.activations[-1]
    if cost == "quadratic" and last == "softmax":
        raise ValueError("the quadratic cost does not go with softmax outputs here; use cost='cross_entropy'")
    if cost == "cross_entropy" and last not in ("sigmoid", "softmax"):
        raise ValueError(f"cross_entropy needs sigmoid or softmax outputs; this network's are {last}")
    unknown = [name for name in network.activations if name not in TRAINABLE]
    if unknown:
        raise ValueError(f"{unknown[0]} cannot be trained here; there are: {', '.join(TRAINABLE)}")
    if "softmax" in network.activations[:-1]:
        raise ValueError("softmax in a hidden layer cannot be trained here; use it for the outputs only")
    if len({array.dtype for array in (*network.weights, *network.biases)}) > 1:
        raise ValueError("the network mixes precisions; give all its weights and biases one dtype")


def _checked(network, X, y, images_name, labels_name):
    """Images in the network's precision, and their labels."""
    X = np.asarray(X)
    if X.ndim != 2 or X.shape[1] != network.sizes[0] or X.dtype.kind not in "fiu" or not len(X):
        raise ValueError(
            f"{images_name} is {X.dtype} of shape {X.shape}; this network learns from (n, {network.sizes[0]})"
        )
    X = X.astype(network.weights[0].dtype, copy=False)
    if not (np.isfinite(X.min()) and np.isfinite(X.max())):
        raise ValueError(f"{images_name} holds NaN or infinity; every pixel must be a finite number")
    return X, labels(y, len(X), network.sizes[-1], labels_name)
