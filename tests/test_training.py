"""Training against a textbook, and its promises."""

import sys

import numpy as np
import pytest

from textbook import textbook
from weightmaps.digits import Digits
from weightmaps.network import Network, sigmoid
from weightmaps.training import COSTS, SGD, STARTS, Adam, AdamW, initialise, train
from weightmaps.training.sgd import Dropped


def toy_digits(n=23, seed=0):
    rng = np.random.default_rng(seed)
    return Digits(rng.integers(0, 256, (n, 784)) / 255, rng.integers(0, 3, n))


def start(sizes=(784, 4, 3), dtype=np.float64, activations=None):
    network = initialise(sizes, scale="fan_in", seed=1)
    return Network(
        [w.astype(dtype) for w in network.weights], [b.astype(dtype) for b in network.biases], activations
    )


@pytest.mark.parametrize("sizes", [(784, 3), (784, 20, 3), (784, 5, 4, 3)])
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.7])
@pytest.mark.parametrize("batch_size", [1, 5, 23])
def test_training_equals_the_textbook(sizes, cost, weight_decay, batch_size):
    recipe = {
        "epochs": 3,
        "batch_size": batch_size,
        "learning_rate": 0.8,
        "weight_decay": weight_decay,
        "cost": cost,
        "seed": 5,
    }
    network, digits = start(sizes), toy_digits()
    trained, _ = train(network, *digits, progress=False, **recipe)
    weights, biases = textbook(network, digits, **recipe)
    for ours, theirs in zip(trained.weights + trained.biases, weights + biases, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


@pytest.mark.parametrize("optimizer", [Adam(eps=1e-3), AdamW(beta1=0.7, beta2=0.99, eps=1e-3)])
@pytest.mark.parametrize("weight_decay", [0.0, 0.7])
@pytest.mark.parametrize("sizes", [(784, 20, 3), (784, 5, 4, 3)])
def test_adam_equals_the_textbook(sizes, optimizer, weight_decay):
    recipe = {"epochs": 3, "batch_size": 5, "learning_rate": 0.01, "cost": "cross_entropy", "seed": 5}
    network, digits = start(sizes), toy_digits()
    recipe |= {"weight_decay": weight_decay}
    trained, _ = train(network, *digits, progress=False, optimizer=optimizer, **recipe)
    adam, decoupled = (optimizer.beta1, optimizer.beta2, optimizer.eps), isinstance(optimizer, AdamW)
    weights, biases = textbook(network, digits, adam=adam, decoupled=decoupled, **recipe)
    for ours, theirs in zip(trained.weights + trained.biases, weights + biases, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


def test_momentum_by_hand():
    """One weight, one image, a gradient that stays: -0.5 a step, then 1.5, 1.75 and 1.875 times that."""
    network = Network([[[0.0]]], [[0.0]], ["identity"])
    X, y = np.ones((1, 1)), np.zeros(1, int)
    found = [
        train(network, X, y, epochs=steps, learning_rate=1e-6, optimizer=SGD(momentum=0.5), progress=False)[0]
        for steps in (1, 2, 3)
    ]
    # The output 0 is asked to be 1, so the gradient is -1, but for what 1e-6 changes.
    np.testing.assert_allclose([n.weights[0].item() for n in found], [1e-6, 2.5e-6, 4.25e-6], rtol=1e-4)


@pytest.mark.parametrize("hidden", ["sigmoid", "relu", "tanh", "identity"])
def test_a_step_with_dropout_is_a_step_of_the_network_that_is_left(hidden):
    """With one image a step, a dropped neuron is gone and the others count 1 / (1 - dropout) times."""
    network, digits = start((784, 30, 3), activations=[hidden, "softmax"]), toy_digits(1)
    recipe = {"epochs": 1, "batch_size": 1, "learning_rate": 0.1, "cost": "cross_entropy", "seed": 3}
    ours, _ = train(network, *digits, dropout=0.4, progress=False, **recipe)
    left = (ours.weights[0] != network.weights[0]).any(axis=1)
    assert 0 < left.sum() < 30  # of ReLU, those that are silent by themselves are gone too
    scaled = Network(
        [network.weights[0][left], network.weights[1][:, left] / 0.6],
        [network.biases[0][left], network.biases[1]],
        network.activations,
    )
    theirs, _ = train(scaled, *digits, progress=False, **recipe)
    np.testing.assert_allclose(ours.weights[0][left], theirs.weights[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours.biases[1], theirs.biases[1], rtol=0, atol=1e-12)
    # The slope of a weight that is used divided by 0.6 is that of the scaled one divided by 0.6.
    change = (ours.weights[1] - network.weights[1])[:, left]
    np.testing.assert_allclose(change, (theirs.weights[1] - scaled.weights[1]) / 0.6, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(ours.weights[1][:, ~left], network.weights[1][:, ~left])


def test_dropout_silences_its_share():
    dropped = Dropped("identity", 0.3, np.random.default_rng(0))
    z = np.ones((1000, 50), np.float32)
    dropped.apply(z)
    assert (z == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert z.mean() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(np.unique(z), np.float32([0, 1 / 0.7]))
    assert z.dtype == np.float32


@pytest.mark.parametrize("hidden", ["sigmoid", "relu", "tanh", "identity"])
@pytest.mark.parametrize(
    ("output", "cost"),
    [
        ("sigmoid", "quadratic"),
        ("relu", "quadratic"),
        ("tanh", "quadratic"),
        ("identity", "quadratic"),
        ("sigmoid", "cross_entropy"),
        ("softmax", "cross_entropy"),
    ],
)
def test_a_step_goes_down_the_gradient(hidden, output, cost):
    """One step over all images against finite differences of the cost."""
    network, digits = start(activations=[hidden, output]), toy_digits()
    rate = 1e-3
    stepped, _ = train(
        network,
        *digits,
        epochs=1,
        batch_size=len(digits),
        learning_rate=rate,
        cost=cost,
        progress=False,
    )
    targets = np.eye(3)[digits.labels]
    images = digits.images.astype(np.float64)

    def cost_with(layer, index, change):
        weights = [w.copy() for w in network.weights]
        biases = [b.copy() for b in network.biases]
        (biases if len(index) == 1 else weights)[layer][index] += change
        moved = Network(weights, biases, network.activations)
        return COSTS[cost](moved, moved.forward(images), targets)

    some = [(0, (0, 400)), (0, (3, 17)), (0, (1,)), (1, (0, 0)), (1, (2, 3)), (1, (2,))]
    for layer, index in some:
        slope = (cost_with(layer, index, 1e-6) - cost_with(layer, index, -1e-6)) / 2e-6
        ours, before = (n.biases if len(index) == 1 else n.weights for n in (stepped, network))
        assert ours[layer][index] - before[layer][index] == pytest.approx(-rate * slope, rel=1e-4, abs=1e-10)


def test_the_same_arguments_give_the_same_bits_and_the_start_is_not_changed():
    network, digits = start(dtype=np.float32), toy_digits()
    before = [w.copy() for w in network.weights]
    recipe = {"epochs": 2, "learning_rate": 1.0, "seed": 3, "progress": False}
    a, _ = train(network, *digits, **recipe)
    b, _ = train(network, *digits, **recipe)
    other, _ = train(network, *digits, **(recipe | {"seed": 4}))
    for layer in range(2):
        assert a.weights[layer].dtype == np.float32
        np.testing.assert_array_equal(a.weights[layer], b.weights[layer])
        np.testing.assert_array_equal(network.weights[layer], before[layer])
    assert np.abs(a.weights[0] - other.weights[0]).max() > 0


def test_training_needs_no_scipy(monkeypatch):
    network, digits = start((784, 20, 3), np.float32), toy_digits()
    recipe = {"epochs": 2, "learning_rate": 1.0, "weight_decay": 0.5, "progress": False}
    with_scipy, _ = train(network, *digits, **recipe)
    monkeypatch.setitem(sys.modules, "scipy.linalg", None)
    without, _ = train(network, *digits, **recipe)
    for ours, theirs in zip(without.weights, with_scipy.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_history_and_checkpoints(monkeypatch):
    monkeypatch.setattr("weightmaps.training.loop.AT_ONCE", 7)
    network, digits = start(), toy_digits()
    recipe = {"learning_rate": 1.0, "progress": False, "batch_size": 10}
    trained, history = train(network, *digits, epochs=2, checkpoints=[6, 0, 3], **recipe)
    assert list(history.checkpoints) == [0, 3, 6]
    np.testing.assert_array_equal(history.checkpoints[0].weights[0], network.weights[0])
    np.testing.assert_array_equal(history.checkpoints[6].weights[0], trained.weights[0])
    after_one, _ = train(network, *digits, epochs=1, **recipe)
    np.testing.assert_array_equal(history.checkpoints[3].weights[0], after_one.weights[0])
    assert history.accuracy[-1] == trained.accuracy(digits.images, digits.labels)
    a = trained.forward(digits.images).a[-1]
    assert history.cost[-1] == pytest.approx(
        0.5 * ((a - np.eye(3)[digits.labels]) ** 2).sum() / len(digits), rel=1e-5
    )
    assert len(history.cost) == 2
    held_out = toy_digits(n=40, seed=9)
    _, measured = train(network, *digits, epochs=2, validation=held_out, **recipe)
    assert measured.accuracy[-1] == trained.accuracy(held_out.images, held_out.labels)


def test_blank_pixels_never_move_and_weight_decay_spares_the_biases():
    digits = toy_digits()
    images = digits.images.copy()
    images[:, 10] = 0
    network = start()
    still, _ = train(network, *Digits(images, digits.labels), epochs=2, learning_rate=1.0, progress=False)
    np.testing.assert_array_equal(still.weights[0][:, 10], network.weights[0][:, 10])

    flat = Network([np.ones((3, 784))], [np.full(3, 100.0)])  # saturated: the gradient is zero
    decayed, _ = train(
        flat, *digits, epochs=1, batch_size=23, learning_rate=0.5, weight_decay=2.0, progress=False
    )
    np.testing.assert_allclose(decayed.weights[0], 1 - 0.5 * 2 / 23, rtol=1e-12)
    np.testing.assert_array_equal(decayed.biases[0], 100.0)


def test_a_network_learns_what_can_be_learned():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 200)
    images = np.zeros((200, 784))
    images[np.arange(200), 100 + labels] = 1.0
    digits = Digits(images, labels)
    network = initialise((784, 3, 2), scale="fan_in", seed=0)
    trained, history = train(network, *digits, epochs=20, learning_rate=3.0, progress=False)
    assert trained.accuracy(images, labels) == 1.0
    assert history.cost[-1] < history.cost[0]


def test_the_two_scales_draw_the_same_numbers():
    unit = initialise((784, 100, 10), scale="unit", seed=7)
    fan_in = initialise((784, 100, 10), scale="fan_in", seed=7)
    np.testing.assert_allclose(unit.weights[0] / 28, fan_in.weights[0], rtol=1e-6)
    np.testing.assert_array_equal(unit.biases[1], fan_in.biases[1])
    assert unit.weights[0].std() == pytest.approx(1, abs=0.01)
    assert unit.sizes == (784, 100, 10)
    np.testing.assert_allclose(
        unit.forward(np.zeros(784, np.float32)).a[1], sigmoid(unit.biases[0]), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("scale", "weights", "biases"),
    [
        ("pytorch", 3**-0.5 / 28, 3**-0.5 / 28),
        ("keras", (2 / 984) ** 0.5, 0),
        ("he", (2 / 784) ** 0.5, 0),
    ],
)
def test_the_starts_of_others_have_their_spread(scale, weights, biases):
    network = initialise((784, 200, 10), scale=scale, seed=7, activations=["relu", "softmax"])
    assert network.weights[0].std() == pytest.approx(weights, rel=0.01)
    assert network.biases[0].std() == pytest.approx(biases, rel=0.1)
    assert network.activations == ("relu", "softmax")
    if scale != "he":  # uniform: no weight is larger than √3 standard deviations
        assert np.abs(network.weights[0]).max() == pytest.approx(3**0.5 * weights, rel=0.001)


def test_the_gain_is_of_the_first_layer_alone():
    usual, small = (initialise((784, 20, 10), scale="pytorch", seed=7, gain=gain) for gain in (1, 0.01))
    np.testing.assert_allclose(small.weights[0], 0.01 * usual.weights[0], rtol=1e-6)
    np.testing.assert_allclose(small.biases[0], 0.01 * usual.biases[0], rtol=1e-6)
    np.testing.assert_array_equal(small.weights[1], usual.weights[1])
    np.testing.assert_array_equal(small.biases[1], usual.biases[1])


@pytest.mark.parametrize("kind", [["unit", "fan_in", "he"], ["pytorch", "keras"]])
def test_starts_of_a_kind_draw_the_same_numbers(kind):
    assert len(STARTS) == 5
    made = [initialise((784, 20, 10), scale=scale, seed=7).weights[1] for scale in kind]
    for other in made[1:]:
        np.testing.assert_allclose(other / other.std(), made[0] / made[0].std(), rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"optimizer": "adam"}, "optimizer is 'adam'; it must be training.SGD"),
        ({"dropout": 1.0}, "dropout is 1.0; it must be from 0 to below 1"),
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"weight_decay": -1}, "weight_decay is -1"),
        ({"weight_decay": 1e6}, "wipe the weights out"),
        ({"cost": "hinge"}, "unknown cost 'hinge'; there are: quadratic, cross_entropy"),
    ],
)
def test_bad_arguments_are_named(change, says):
    recipe = {"epochs": 1, "learning_rate": 1.0, "progress": False} | change
    with pytest.raises(ValueError, match=says):
        train(start(), *toy_digits(), **recipe)


def test_digits_that_do_not_fit_are_named():
    recipe = {"epochs": 1, "learning_rate": 1.0, "progress": False}
    with pytest.raises(ValueError, match="y holds 0 to 2; labels are 0 to 1"):
        train(start((784, 2)), *toy_digits(), **recipe)
    with pytest.raises(
        ValueError, match="X is float32 of shape \\(23, 784\\); this network learns from \\(n, 10\\)"
    ):
        train(start((10, 3)), *toy_digits(), **recipe)
    with pytest.raises(ValueError, match="softmax"):
        train(start(activations=["sigmoid", "softmax"]), *toy_digits(), **recipe)
    with pytest.raises(ValueError, match="needs sigmoid or softmax outputs"):
        train(start(activations=["sigmoid", "tanh"]), *toy_digits(), cost="cross_entropy", **recipe)
    with pytest.raises(ValueError, match="scale is 'big'"):
        initialise((784, 2), scale="big", seed=0)
    with pytest.raises(ValueError, match="sizes is"):
        initialise((784,), scale="unit", seed=0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: SGD(momentum=1.0), "momentum is 1.0"),
        (lambda: Adam(beta1=-0.1), "beta1 is -0.1"),
        (lambda: AdamW(beta2=1), "beta2 is 1;"),
        (lambda: Adam(eps=0), "eps is 0;"),
    ],
)
def test_optimisers_that_cannot_be_are_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize("hidden", [4, 20])
def test_a_learning_rate_far_too_high_is_an_error_not_a_network_of_nan(hidden):
    network = start((784, hidden, 3), np.float32, ["identity", "identity"])
    with pytest.raises(FloatingPointError):
        train(network, *toy_digits(), epochs=50, learning_rate=1e6, progress=False)
