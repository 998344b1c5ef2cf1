"""Gradient descent as a textbook has it: one image at a time, one formula a line."""

import numpy as np


def textbook(network, digits, *, epochs, batch_size, learning_rate, weight_decay, cost, seed):
    """Nielsen's ``network2``: per-sample backpropagation, sums over a batch, then one update."""
    weights = [w.copy() for w in network.weights]
    biases = [b.copy() for b in network.biases]
    rng = np.random.default_rng(seed)
    n = len(digits)
    for _ in range(epochs):
        order = rng.permutation(n)
        for batch in (order[k : k + batch_size] for k in range(0, n, batch_size)):
            sum_w = [np.zeros_like(w) for w in weights]
            sum_b = [np.zeros_like(b) for b in biases]
            for i in batch:
                a = [digits.images[i].astype(np.float64)]
                for w, b in zip(weights, biases, strict=True):
                    a.append(1 / (1 + np.exp(-(w @ a[-1] + b))))
                delta = a[-1] - np.eye(len(biases[-1]))[digits.labels[i]]
                if cost == "quadratic":
                    delta = delta * a[-1] * (1 - a[-1])
                for layer in reversed(range(len(weights))):
                    sum_w[layer] += np.outer(delta, a[layer])
                    sum_b[layer] += delta
                    delta = (weights[layer].T @ delta) * a[layer] * (1 - a[layer])
            rate = learning_rate / len(batch)
            decay = 1 - learning_rate * weight_decay / n
            weights = [decay * w - rate * g for w, g in zip(weights, sum_w, strict=True)]
            biases = [b - rate * g for b, g in zip(biases, sum_b, strict=True)]
    return weights, biases
