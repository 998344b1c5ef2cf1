"""What an epoch of training costs, beside its own matrix products, a textbook, scikit-learn and PyTorch.

    pip install scikit-learn torch
    PYTHONPATH=tests WEIGHTMAPS_MNIST=… python benchmarks/training.py

784-100-10 over the 55,000 training images, on one thread, in turn, in several rounds: sigmoids and gradient
descent, as the question has them, and ReLU, softmax and Adam, as most have them today. The tables show the
median time and, since machines differ and are shared, the median over rounds of the ratio to the floor in the
same round: the five matrix products of each step alone, with room for each result. (Training has BLAS add the
gradient of a large layer to its weights as it is made, and so may come below.) Then the memory that training
takes beside its data, and how time grows with the hidden layer, as training.svg.
"""

import argparse
import json
import statistics
import time
import tracemalloc
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from textbook import textbook
from weightmaps.digits import load_mnist
from weightmaps.network import Network
from weightmaps.training import SGD, Adam, initialise, train

BATCHES = (10, 64, 128)
ROUNDS = 7
HIDDEN = (10, 30, 100, 300, 1000, 3000, 10000)
GROWTH_ROUNDS = 3
PLOT = Path(__file__).with_name("training.svg")

FLOOR, OURS = "matrix products alone (the floor)", "weightmaps.training.train"
TEXTBOOK = "a textbook's loop, one image at a time"
SKLEARN, EAGER = "scikit-learn MLPClassifier", "PyTorch, eager"
COMPILED, FUSED = "PyTorch, torch.compile", "PyTorch, fused Adam"


def floor(network, digits, batch):
    """The products of one epoch, and nothing else: two forward, one back, two for the gradients."""
    images, (W1, W2) = digits.images, network.weights
    gradient1, gradient2 = np.empty_like(W1), np.empty_like(W2)
    for start in range(0, len(images), batch):
        x = images[start : start + batch]
        if start == 0 or len(x) < batch:
            a1, a2 = (np.empty((len(W), len(x)), np.float32) for W in (W1, W2))
            delta1, delta2 = np.empty_like(a1), np.ones_like(a2)
        np.matmul(W1, x.T, out=a1)
        np.matmul(W2, a1, out=a2)
        np.matmul(W2.T, delta2, out=delta1)
        np.matmul(delta1, x, out=gradient1)
        np.matmul(delta2, a1.T, out=gradient2)


def ours(network, digits, batch):
    few = digits[: len(digits) : 1 + len(digits) // 100]
    today = network.activations[-1] == "softmax"
    train(
        network,
        *digits,
        epochs=1,
        learning_rate=0.001 if today else 0.1,
        batch_size=batch,
        cost="cross_entropy" if today else "quadratic",
        optimizer=Adam() if today else SGD(),
        validation=few,
        progress=False,
    )


def by_the_textbook(network, digits, batch):
    exact = Network(*([array.astype(float) for array in each] for each in (network.weights, network.biases)))
    recipe = {"learning_rate": 0.1, "weight_decay": 0.0, "cost": "quadratic", "seed": 0}
    textbook(exact, digits, epochs=1, batch_size=batch, **recipe)


def scikit_learn(network, digits, batch):
    today = network.activations[-1] == "softmax"
    model = MLPClassifier(
        network.sizes[1:-1],
        activation="relu" if today else "logistic",
        solver="adam" if today else "sgd",
        alpha=0,
        batch_size=batch,
        momentum=0,
        max_iter=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one epoch is what we ask for
        model.fit(digits.images, digits.labels)


def pytorch(network, digits, batch, compiled=False, fused=False):
    """An epoch as a function still to be called: what is compiled is so before, on the first images."""
    today = network.activations[-1] == "softmax"
    modules = [torch.nn.Linear(784, network.sizes[1]), torch.nn.ReLU() if today else torch.nn.Sigmoid()]
    modules += [torch.nn.Linear(network.sizes[1], 10)]
    images, targets = torch.tensor(digits.images), torch.tensor(digits.labels, dtype=torch.int64)
    if today:
        model, cost_of = torch.nn.Sequential(*modules), torch.nn.functional.cross_entropy
        descent = torch.optim.Adam(model.parameters(), lr=0.001, fused=fused)
    else:
        model = torch.nn.Sequential(*modules, torch.nn.Sigmoid())
        descent = torch.optim.SGD(model.parameters(), lr=0.1)
        targets = torch.nn.functional.one_hot(targets, 10).float()

        def cost_of(a, y):
            return 0.5 * ((a - y) ** 2).sum(dim=1).mean()

    def cost(x, y):
        return cost_of(model(x), y)

    if compiled:
        cost = torch.compile(cost)

    def epoch(n=None):
        order = torch.randperm(n or len(images))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            descent.zero_grad()
            cost(images[chosen], targets[chosen]).backward()
            descent.step()

    if compiled:
        epoch(2 * batch)
        epoch(2 * batch + len(images) % batch)
    return epoch


def seconds(run):
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def rounds(runs, how_many, once=()):
    """The seconds of each run, a list with one for each round; `once` are the slow ones."""
    found = {name: [] for name in runs}
    for number in range(how_many):
        for name, run in runs.items():
            if number == 0 or name not in once:
                found[name].append(seconds(run))
    return found


def measured_epochs(digits):
    """Sigmoids and SGD, by batch size and implementation: median seconds, ratio to the floor, rounds."""
    network, found = initialise((784, 100, 10), scale="fan_in", seed=0), {}
    for batch in BATCHES:
        runs = {
            FLOOR: lambda batch=batch: floor(network, digits, batch),
            OURS: lambda batch=batch: ours(network, digits, batch),
            SKLEARN: lambda batch=batch: scikit_learn(network, digits, batch),
            EAGER: pytorch(network, digits, batch),
            TEXTBOOK: lambda batch=batch: by_the_textbook(network, digits, batch),
        }
        why_not = None
        try:
            runs[COMPILED] = pytorch(network, digits, batch, compiled=True)
        except Exception as error:  # no compiler, no such Python: the table says which
            why_not = f"{type(error).__name__}: {str(error).splitlines()[0][:100]}"
        found[str(batch)] = measured(runs, f"sigmoids and SGD, batch {batch}", once=[TEXTBOOK])
        if why_not:
            found[str(batch)][COMPILED] = {"why not": why_not}
            print(f"{COMPILED:40}does not run here: {why_not}")
    return found


def measured_today(digits):
    """The same for ReLU, softmax and Adam."""
    network = initialise((784, 100, 10), scale="pytorch", seed=0, activations=["relu", "softmax"])
    return {
        str(batch): measured(
            {
                FLOOR: lambda batch=batch: floor(network, digits, batch),
                OURS: lambda batch=batch: ours(network, digits, batch),
                SKLEARN: lambda batch=batch: scikit_learn(network, digits, batch),
                EAGER: pytorch(network, digits, batch),
                FUSED: pytorch(network, digits, batch, fused=True),
            },
            f"ReLU, softmax and Adam, batch {batch}",
        )
        for batch in BATCHES
    }


def measured(runs, what, once=()):
    times, found = rounds(runs, ROUNDS, once), {}
    print(f"\none epoch of 784-100-10, {what}, one thread")
    for name, each in times.items():
        ratio = statistics.median(time / least for time, least in zip(each, times[FLOOR], strict=False))
        found[name] = {"seconds": statistics.median(each), "ratio": ratio, "rounds": len(each)}
        print(f"{name:40}{statistics.median(each):7.2f} s   {ratio:6.2f} × floor", flush=True)
    return found


def measured_memory(digits):
    """Bytes of images and labels, and the most that an epoch of training held beside them."""
    network = initialise((784, 100, 10), scale="fan_in", seed=0)
    tracemalloc.start()
    train(network, *digits, epochs=1, learning_rate=0.1, progress=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    data = digits.images.nbytes + digits.labels.nbytes
    print(
        f"\nmemory: {data / 1e6:.1f} MB of data, and {peak / 1e6:.1f} MB beside it: × {1 + peak / data:.2f}"
    )
    return {"data": data, "beside": peak}


def measured_growth(digits):
    """Median seconds per image at batch 10, by implementation, for hidden layers of each size."""
    found = {}
    for hidden in HIDDEN:
        some = digits[: int(np.clip(3_000_000 // hidden, 1000, 20_000)) // 10 * 10]
        network = initialise((784, hidden, 10), scale="fan_in", seed=0)
        runs = {
            FLOOR: lambda network=network, some=some: floor(network, some, 10),
            OURS: lambda network=network, some=some: ours(network, some, 10),
            SKLEARN: lambda network=network, some=some: scikit_learn(network, some, 10),
            EAGER: pytorch(network, some, 10),
        }
        for name, times in rounds(runs, GROWTH_ROUNDS).items():
            found.setdefault(name, []).append(statistics.median(times) / len(some))
        print(
            f"{hidden:6} hidden",
            *(f"{name.split()[0]} {found[name][-1] * 1e6:.0f} µs" for name in runs),
            flush=True,
        )
    return {"hidden": HIDDEN, "seconds per image": found}


def plot(growth, path):
    """Draw how the time for an image grows; the same figures give the same file."""
    plt.rcParams.update({"svg.hashsalt": "weightmaps", "svg.fonttype": "none"})
    figure, ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    styles = {FLOOR: "k--", OURS: "o-", SKLEARN: "s-", EAGER: "^-"}
    for name, each in growth["seconds per image"].items():
        ax.loglog(growth["hidden"], [1e6 * one for one in each], styles[name], label=name)
    ax.set(xlabel="hidden neurons", ylabel="µs per image, batch 10, one thread")
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to write the figures, too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    digits = load_mnist().train
    with threadpool_limits(1):
        figures = {
            "epochs": measured_epochs(digits),
            "today": measured_today(digits),
            "memory": measured_memory(digits),
            "growth": measured_growth(digits),
        }
    plot(figures["growth"], PLOT)
    if options.json:
        options.json.write_text(json.dumps(figures), "utf-8")


if __name__ == "__main__":
    main()
