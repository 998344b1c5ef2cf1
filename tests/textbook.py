"""Gradient descent as a textbook has it: one image at a time, one formula a line."""

import numpy as np


class TextbookAdam:
    """Kingma and Ba's algorithm 1, for one array: it takes a gradient and returns the step."""

    def __init__(self, learning_rate, beta1, beta2, eps):
        self.learning_rate, self.beta1, self.beta2, self.eps = learning_rate, beta1, beta2, eps
        self.m, self.v, self.t = 0.0, 0.0, 0

    def __call__(self, g):
        self.t = self.t + 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v / (1 - self.beta2**self.t)
        return self.learning_rate * m_hat / (np.sqrt(v_hat) + self.eps)


def textbook(
    network,
    digits,
    *,
    epochs,
    batch_size,
    learning_rate,
    weight_decay,
    cost,
    seed,
    adam=None,
    decoupled=True,
):
    """Nielsen's ``network2``: per-sample backpropagation, sums over a batch, then one update.

    With ``adam``, its (beta1, beta2, eps), that update is Adam's, and the decay decoupled or in its gradient.
    """
    weights = [w.copy() for w in network.weights]
    biases = [b.copy() for b in network.biases]
    rng = np.random.default_rng(seed)
    n = len(digits)
    if adam:
        adams_w = [TextbookAdam(learning_rate, *adam) for _ in weights]
        adams_b = [TextbookAdam(learning_rate, *adam) for _ in biases]
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
            if adam:
                means_w = [g / len(batch) for g in sum_w]
                means_b = [g / len(batch) for g in sum_b]
                if decoupled:
                    weights = [decay * w for w in weights]
                else:
                    means_w = [g + weight_decay / n * w for g, w in zip(means_w, weights, strict=True)]
                weights = [w - one(g) for w, g, one in zip(weights, means_w, adams_w, strict=True)]
                biases = [b - one(g) for b, g, one in zip(biases, means_b, adams_b, strict=True)]
                continue
            weights = [decay * w - rate * g for w, g in zip(weights, sum_w, strict=True)]
            biases = [b - rate * g for b, g in zip(biases, sum_b, strict=True)]
    return weights, biases
