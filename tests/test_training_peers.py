"""Training and readouts against implementations of others: PyTorch, scikit-learn, and a textbook's loops."""

import numpy as np
import pytest

from test_training import start, toy_digits
from textbook import textbook
from weightmaps import analysis
from weightmaps.analysis.evaluation import overview
from weightmaps.digits import Digits
from weightmaps.interop.images import Images
from weightmaps.network import Network
from weightmaps.training import SGD, Adam, AdamW, initialise, train

# 23 images in batches of 5 are 4 whole steps and one of 3 images an epoch: 500 steps in 100 epochs.
RECIPE = {"epochs": 100, "batch_size": 5, "learning_rate": 0.8, "seed": 5}
every_recipe = [
    pytest.mark.parametrize("sizes", [(784, 20, 3), (784, 5, 4, 3)], ids=["one hidden", "two hidden"]),
    pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"]),
    pytest.mark.parametrize("weight_decay", [0.0, 0.7]),
]


def with_every_recipe(test):
    for mark in every_recipe:
        test = mark(test)
    return test


def faint_digits():
    """Little ink, as digits have: with a lot, steps of this size overshoot and rounding grows without end."""
    digits = toy_digits()
    ink = digits.images * (np.arange(784) % 28 == 9)
    return Digits(ink, digits.labels)


def trained(network, digits, **recipe):
    """The parameters after 500 steps, and whether they are far from where they began."""
    result, history = train(network, *digits, progress=False, checkpoints=[500], **(RECIPE | recipe))
    assert list(history.checkpoints) == [500]
    assert np.abs(result.weights[0] - network.weights[0]).max() > 0.01
    return result.weights + result.biases


def agree(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == np.float64
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-9)


@with_every_recipe
def test_500_steps_equal_the_textbook(sizes, cost, weight_decay):
    network, digits, recipe = start(sizes), faint_digits(), {"cost": cost, "weight_decay": weight_decay}
    weights, biases = textbook(network, digits, **RECIPE, **recipe)
    agree(trained(network, digits, **recipe), weights + biases)


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [(SGD(), 0.1), (SGD(momentum=0.9), 0.01), (Adam(), 0.01), (AdamW(beta1=0.8, beta2=0.99, eps=1e-4), 0.01)],
    ids=["SGD", "momentum", "Adam", "AdamW"],
)
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize(
    ("output", "cost"),
    [("sigmoid", "quadratic"), ("sigmoid", "cross_entropy"), ("softmax", "cross_entropy")],
)
@pytest.mark.parametrize("weight_decay", [0.0, 0.7])
def test_500_steps_equal_pytorch(weight_decay, output, cost, hidden, optimizer, rate):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    network, digits = start((784, 20, 12, 3), activations=[hidden, hidden, output]), faint_digits()
    weights = [torch.tensor(w, requires_grad=True) for w in network.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in network.biases]
    # PyTorch's weight_decay is λ / n of ours.
    parameters = [
        {"params": weights, "weight_decay": weight_decay / len(digits)},
        {"params": biases, "weight_decay": 0.0},
    ]
    if isinstance(optimizer, SGD):
        descent = torch.optim.SGD(parameters, lr=rate, momentum=optimizer.momentum)
    else:
        theirs = torch.optim.AdamW if isinstance(optimizer, AdamW) else torch.optim.Adam
        betas = optimizer.beta1, optimizer.beta2
        descent = theirs(parameters, lr=rate, betas=betas, eps=optimizer.eps)
    activate = getattr(torch, hidden)
    X = torch.tensor(digits.images.astype(np.float64))
    Y = torch.nn.functional.one_hot(torch.tensor(digits.labels), 3).double()
    rng = np.random.default_rng(RECIPE["seed"])
    steps = 0
    for _ in range(RECIPE["epochs"]):
        for batch in torch.tensor(rng.permutation(len(digits))).split(RECIPE["batch_size"]):
            a = X[batch]
            for w, b in zip(weights, biases, strict=True):
                z = a @ w.T + b
                a = activate(z)
            if cost == "quadratic":
                loss = 0.5 * ((torch.sigmoid(z) - Y[batch]) ** 2).sum() / len(batch)
            elif output == "sigmoid":
                each = torch.nn.functional.binary_cross_entropy_with_logits(z, Y[batch], reduction="sum")
                loss = each / len(batch)
            else:
                loss = torch.nn.functional.cross_entropy(z, Y[batch])
            descent.zero_grad()
            loss.backward()
            descent.step()
            steps += 1
    assert steps == 500
    recipe = {"cost": cost, "weight_decay": weight_decay, "optimizer": optimizer, "learning_rate": rate}
    agree(trained(network, digits, **recipe), [p.detach().numpy() for p in weights + biases])


@pytest.mark.parametrize("framework", ["pytorch", "keras"])
def test_starts_have_the_spread_of_the_frameworks_own_layers(framework, monkeypatch):
    (ours,) = initialise((784, 300), scale=framework, seed=0).weights
    if framework == "pytorch":
        theirs = pytest.importorskip("torch").nn.Linear(784, 300).weight.detach().numpy()
    else:
        pytest.importorskip("torch")
        monkeypatch.setenv("KERAS_BACKEND", "torch")
        layer = pytest.importorskip("keras").layers.Dense(300)
        layer.build((None, 784))
        theirs = np.asarray(layer.kernel.value.detach()).T
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=1e-3)
    assert ours.std() == pytest.approx(theirs.std(), rel=1e-2)


# scikit-learn


def clouds():
    """90 points of three kinds that overlap, from 0 to 1."""
    labels = np.arange(90) % 3
    X = np.random.default_rng(2).normal(size=(90, 5)) + 2 * np.eye(3, 5)[labels]
    X -= X.min(axis=0)
    return X / X.max(), labels


def test_training_without_a_hidden_layer_ends_at_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    X, labels = clouds()
    digits = Digits(np.hstack([X, np.zeros((len(X), 779))]), labels)  # an image has 784 pixels
    network = Network([np.full((3, 784), 0.5)], [np.zeros(3)], ["softmax"])
    recipe = {"epochs": 600, "batch_size": len(X), "learning_rate": 2.0, "weight_decay": 3.0}
    ours, _ = train(network, *digits, cost="cross_entropy", progress=False, **recipe)
    seen = digits.images.astype(np.float64)
    # Its C multiplies the sum of the costs, and the weights' half square has the factor 1: C = 1 / λ.
    theirs = LogisticRegression(C=1 / 3.0, tol=1e-12, max_iter=10_000).fit(seen, labels)
    np.testing.assert_allclose(ours.weights[0], theirs.coef_, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.forward(seen).a[1], theirs.predict_proba(seen), rtol=0, atol=1e-6)
    assert 0.6 < ours.accuracy(seen, labels) < 1


@pytest.mark.parametrize("part", [1e-3, 0.3, 10.0])
def test_the_linear_probe_is_scikit_learns_ridge(part):
    from sklearn.linear_model import Ridge

    X, labels = clouds()
    ours = analysis.linear_probe(X, labels, penalties=[part])
    alpha = part * np.mean(np.linalg.svd(X - X.mean(axis=0))[1] ** 2)
    theirs = Ridge(alpha=alpha, solver="svd").fit(X, np.eye(3)[labels])
    np.testing.assert_allclose(ours.weights[0], theirs.coef_, rtol=0, atol=1e-9)
    np.testing.assert_allclose(ours.biases[0], theirs.intercept_, rtol=0, atol=1e-9)


def test_principal_components_are_scikit_learns():
    from sklearn.decomposition import PCA

    X, _ = clouds()
    points, shares = analysis.principal_components(X, k=3)
    theirs = PCA(svd_solver="full").fit(X)
    np.testing.assert_allclose(shares, theirs.explained_variance_ratio_, rtol=0, atol=1e-12)
    expected = theirs.transform(X)[:, :3]
    signs = np.sign((points * expected).sum(axis=0))  # the sign of a direction is free
    np.testing.assert_allclose(points, expected * signs, rtol=0, atol=1e-12)


def test_the_table_of_answers_is_scikit_learns():
    from sklearn.metrics import accuracy_score, confusion_matrix

    X, labels = clouds()
    readout = analysis.linear_probe(X, labels)
    ours = overview(readout, Images(X), labels, progress=False)
    theirs = confusion_matrix(labels, readout.predict(X))
    assert (theirs != theirs.T).any()
    assert ours.confusion.tolist() == theirs.tolist()
    assert readout.accuracy(X, labels) == accuracy_score(labels, readout.predict(X)) < 1
