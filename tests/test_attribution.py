"""Attributions on networks small enough to solve by hand, and on the one that ships."""

import numpy as np
import pytest

from weightmaps import attribution, digits, zoo
from weightmaps.network import Network


@pytest.fixture
def toy():
    """2 inputs, 3 hidden neurons, 2 outputs, no squashing: a = (1, 2, 4) for x = (1, 2)."""
    return Network(
        [[[1, 0], [0, 1], [2, 1]], [[5, -1, 1], [0, 3, 1]]], [[0, 0, 0], [10, 20]], ["identity", "identity"]
    )


X = np.array([1.0, 2.0])


def test_ledger_by_hand(toy):
    page = attribution.ledger(toy, X, 0)
    assert page.neurons.tolist() == [0, 2, 1]
    assert page.contributions.tolist() == [5.0, 4.0, -2.0]
    assert (page.bias, page.total) == (10.0, 17.0)


def test_rankings_differ_as_they_should(toy):
    def top(output, **how):
        return attribution.top_neurons(toy, output, k=3, **how).tolist()

    assert top(0) == [0, 2, 1]
    assert top(0, by="activation", X=X) == [2, 1, 0]
    assert top(1, by="contribution", X=X) == [1, 2, 0]
    assert attribution.top_neurons(toy, 0, k=1).tolist() == [0]
    images = np.array([X, [9.0, 0.0]])
    means = toy.forward(images).a[1].mean(axis=0)
    assert top(0, by="activation", X=images) == np.argsort(-means).tolist() != top(0, by="activation", X=X)


def test_neurons_whose_activations_round_to_the_same_are_told_apart_by_z():
    network = Network(
        [np.array([[40], [50], [45], [-1]], np.float32), np.ones((1, 4), np.float32)], [[0] * 4, [0]]
    )
    x = np.ones(1, np.float32)
    assert network.forward(x).a[1][:3].tolist() == [1.0, 1.0, 1.0]
    assert attribution.top_neurons(network, 0, k=4, by="activation", X=x).tolist() == [1, 2, 0, 3]


def test_on_the_network_that_ships_everything_adds_up():
    network, sample = zoo.load("nielsen"), digits.load_sample()
    network = Network([w.astype(float) for w in network.weights], [b.astype(float) for b in network.biases])
    for i in range(0, 5000, 619):
        x = sample.images[i].astype(float)
        trace = network.forward(x)
        for neuron in (0, 42, 99):
            product = attribution.weight_times_input(network, x, neuron)
            assert product.sum() + network.biases[0][neuron] == pytest.approx(trace.z[1][neuron], abs=1e-9)
            np.testing.assert_array_equal(product[x == 0], 0)
        for output in range(10):
            page = attribution.ledger(network, x, output)
            assert page.contributions.sum() + page.bias == pytest.approx(page.total, abs=1e-9)
            assert page.total == trace.z[2][output]
            assert sorted(page.neurons) == list(range(100))
            assert (np.diff(page.contributions) <= 0).all()


def test_the_top_neuron_by_weight_is_the_one_the_question_takes():
    network = zoo.load("nielsen")
    for output in range(10):
        assert attribution.top_neurons(network, output, k=1)[0] == network.weights[1][output].argsort()[-1]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda n: attribution.weight_map(n, 3), "neuron is 3; there are 3, numbered 0 to 2"),
        (lambda n: attribution.weight_map(n, -1), "neuron is -1"),
        (lambda n: attribution.weight_times_input(n, np.ones(3), 0), r"x has shape \(3,\)"),
        (lambda n: attribution.ledger(n, X, 2), "output is 2; there are 2"),
        (lambda n: attribution.top_neurons(n, 0, k=0), "k is 0"),
        (lambda n: attribution.top_neurons(n, 0, k=4), "from 1 to 3"),
        (
            lambda n: attribution.top_neurons(n, 0, k=1, by="fame"),
            "unknown ranking by='fame'; there are: weight",
        ),
        (lambda n: attribution.top_neurons(n, 0, k=1, by="activation"), "give X="),
        (lambda n: attribution.ledger(Network([np.ones((1, 2))], [[0]]), X, 0), "no hidden layer"),
    ],
)
def test_what_does_not_exist_is_refused(toy, call, says):
    with pytest.raises(ValueError, match=says):
        call(toy)


# Neurons switched off


def test_ablation_by_hand(toy):
    def z(**how):
        return attribution.ablate(toy, **how).forward(X).z[2].tolist()

    assert z(neurons=[]) == [17.0, 30.0]
    assert z(neurons=[0]) == [12.0, 30.0]
    assert z(neurons=[0, 2]) == [8.0, 26.0]
    assert z(neurons=[1], by=2) == [15.0, 36.0]
    assert z(neurons=range(3), by=0.5) == [13.5, 25.0]
    assert toy.forward(X).z[2].tolist() == [17.0, 30.0]  # the network given is left as it was
    off = attribution.ablate(toy, [0, 2])
    assert off.forward(X).a[1].tolist() == [1.0, 2.0, 4.0]  # it still answers; nobody hears it


@pytest.fixture
def deep():
    """1 input and layers of 2, 2 and 2 with relu: for x = 1, a = (1, 2), (3, 4), (7, 4)."""
    return Network(
        [[[1], [2]], [[1, 1], [0, 2]], [[1, 1], [0, 1]]],
        [[0, 0], [0, 0], [0, 0]],
        ["relu", "relu", "identity"],
    )


def test_a_deeper_layer_is_ablated_by_hand(deep):
    x = np.ones(1)
    for layer, neurons, factor, answers in [
        (1, [1], 0, [1.0, 0.0]),
        (1, [0], 2, [8.0, 4.0]),
        (2, [0], 0, [4.0, 4.0]),
        (2, [1], 0.5, [5.0, 2.0]),
    ]:
        shown = attribution.ablate(deep, neurons, layer=layer, by=factor).forward(x)
        assert shown.a[3].tolist() == answers
    assert attribution.ablate(deep, [1], by="mean", X=[[1.0], [3.0]]).forward(x).a[3].tolist() == [13.0, 8.0]
    twice = attribution.ablate(attribution.ablate(deep, [0]), [1], layer=2, by=2)
    assert twice.forward(x).a[3].tolist() == [10.0, 8.0]


def test_removal_costs_by_hand(toy):
    """For (1, 2): z = (17, 30), so output 1 wins; no neuron alone changes it. For (9, 0): z = (73, 38)."""
    images = np.array([[1.0, 2.0], [9.0, 0.0], [9.0, 0.0], [3.0, 0.0]])
    # Without neuron 0 the z of (9, 0) are (28, 38), without neuron 2 (55, 20); of (3, 0) they are (31, 26),
    # (16, 26) without neuron 0, and (25, 20) without neuron 2.
    assert attribution.removal_costs(toy, images, [1, 0, 0, 0]).tolist() == [3, 0, 0]
    assert attribution.removal_costs(toy, images, np.array([1, 1, 1, 0])).tolist() == [-1, 0, 0]


@pytest.mark.parametrize("layer", [1, 2])
def test_removal_costs_are_the_answers_that_ablation_loses(layer):
    rng = np.random.default_rng(0)
    sizes = (6, 5, 4, 3)
    weights = [rng.normal(size=shape) for shape in ((5, 6), (4, 5), (3, 4))]
    network = Network(weights, [np.zeros(n) for n in sizes[1:]], ["tanh", "relu", "identity"])
    X, y = rng.normal(size=(60, 6)), rng.integers(3, size=60)
    costs = attribution.removal_costs(network, X, y, layer=layer)
    right = (network.predict(X) == y).sum()
    for j, cost in enumerate(costs):
        without = attribution.ablate(network, [j], layer=layer)
        assert cost == right - (without.predict(X) == y).sum()
    assert len(costs) == sizes[layer]
    assert len(set(costs.tolist())) > 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda n: attribution.ablate(n, [3]), "neuron is 3; there are 3, numbered 0 to 2"),
        (lambda n: attribution.ablate(n, [-1]), "neuron is -1"),
        (lambda n: attribution.ablate(n, [0.5]), "neuron is 0.5"),
        (lambda n: attribution.ablate(n, [0], layer=0), "layer is 0; this network has hidden layers 1 to 1"),
        (lambda n: attribution.ablate(n, [0], layer=2), "layer is 2"),
        (
            lambda n: attribution.ablate(n, [0], by=np.nan),
            "by is nan; give a finite factor, where 0 switches off",
        ),
        (
            lambda n: attribution.removal_costs(n, X[None], [0], layer=2),
            "layer is 2; this network has hidden",
        ),
        (lambda n: attribution.removal_costs(n, X[None], [0], layer=0), "layer is 0"),
        (
            lambda n: attribution.removal_costs(n, X[None], [0, 1]),
            r"y is int64 of shape \(2,\) for 1 images",
        ),
        (lambda n: attribution.ablate(n, [0, 0]), r"neurons are \[0, 0\]; name each once"),
        (lambda n: attribution.ablate(n, [0], by="median"), "by is 'median'; give a finite factor"),
        (lambda n: attribution.ablate(n, [0], by="mean"), "by is 'mean' and X is missing"),
        (lambda n: attribution.ablate(n, [0], X=X[None]), "by is 0.0 and X is given"),
    ],
)
def test_what_cannot_be_switched_off_is_refused(toy, call, says):
    with pytest.raises(ValueError, match=says):
        call(toy)
