"""What one epoch of 784-100-10 costs, beside its own matrix products, scikit-learn and PyTorch.

    pip install scikit-learn torch
    WEIGHTMAPS_MNIST=… python benchmarks/training.py

All run on one thread, in turn, in several rounds. The table shows the median time and, since machines differ
and are shared, the median over rounds of the ratio to the floor in the same round: the five matrix products
of each step alone, which no dense training can avoid.
"""

import statistics
import time
import warnings

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from weightmaps.digits import load_mnist
from weightmaps.training import initialise, train

SIZES = (784, 100, 10)
BATCH = 10
ROUNDS = 7


def floor(images):
    """The products of one epoch, and nothing else: two forward, one back, two for the gradients."""
    network = initialise(SIZES, scale="unit", seed=0)
    W1, W2 = network.weights
    a1, a2 = np.empty((100, BATCH), np.float32), np.empty((10, BATCH), np.float32)
    delta1, delta2 = np.empty_like(a1), np.ones_like(a2)
    gradient1, gradient2 = np.empty_like(W1), np.empty_like(W2)
    for start in range(0, len(images), BATCH):
        x = images[start : start + BATCH]
        np.matmul(W1, x.T, out=a1)
        np.matmul(W2, a1, out=a2)
        np.matmul(W2.T, delta2, out=delta1)
        np.matmul(delta1, x, out=gradient1)
        np.matmul(delta2, a1.T, out=gradient2)


def ours(digits, validation):
    network = initialise(SIZES, scale="unit", seed=0)
    train(
        network, digits, epochs=1, learning_rate=3.0, batch_size=BATCH, validation=validation, progress=False
    )


def scikit_learn(digits):
    model = MLPClassifier(
        (100,), activation="logistic", solver="sgd", alpha=0, batch_size=BATCH, momentum=0, max_iter=1
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one epoch is what we ask for
        model.fit(digits.images, digits.labels)


def pytorch(images, targets):
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 100), torch.nn.Sigmoid(), torch.nn.Linear(100, 10), torch.nn.Sigmoid()
    )
    descent = torch.optim.SGD(model.parameters(), lr=3.0)
    order = torch.randperm(len(images))
    for start in range(0, len(images), BATCH):
        batch = order[start : start + BATCH]
        descent.zero_grad()
        (0.5 * ((model(images[batch]) - targets[batch]) ** 2).sum(dim=1).mean()).backward()
        descent.step()


def main():
    mnist = load_mnist()
    images, validation = mnist.train.images, mnist.validation[::50]
    tensors = torch.tensor(images), torch.nn.functional.one_hot(torch.tensor(mnist.train.labels)).float()
    torch.set_num_threads(1)
    runs = {
        "matrix products alone (floor)": lambda: floor(images),
        "weightmaps.training.train": lambda: ours(mnist.train, validation),
        "scikit-learn MLPClassifier": lambda: scikit_learn(mnist.train),
        "PyTorch SGD, eager": lambda: pytorch(*tensors),
    }
    seconds = {name: [] for name in runs}
    with threadpool_limits(1):
        for _ in range(ROUNDS):
            for name, run in runs.items():
                began = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - began)
    least = seconds["matrix products alone (floor)"]
    print(f"one epoch of {'-'.join(map(str, SIZES))}, {len(images):,} images, batch {BATCH}, one thread")
    for name, times in seconds.items():
        ratio = statistics.median(time / floor for time, floor in zip(times, least, strict=True))
        print(f"{name:32}{statistics.median(times):7.2f} s   {ratio:5.2f} × floor")


if __name__ == "__main__":
    main()
