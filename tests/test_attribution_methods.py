"""The methods that test a picture: by hand, by finite differences, by what must add up."""

import numpy as np
import pytest

from weightmaps import attribution, digits, zoo
from weightmaps.network import ACTIVATIONS, Network

SIZES, SHAPE = (12, 7, 5, 3), (3, 4)
TARGETS = [{"output": 2}, {"neuron": 6}, {"neuron": 4, "layer": 2}]


def random_network(activation, seed=0):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=shape) / 2 for shape in zip(SIZES[1:], SIZES, strict=False)]
    return Network(weights, [rng.normal(size=n) for n in SIZES[1:]], [activation] * 3)


def some_images(n=4):
    return np.random.default_rng(1).uniform(size=(n, SIZES[0]))


def z_of(network, X, *, output=None, neuron=None, layer=1):
    layer, unit = (-1, output) if neuron is None else (layer, neuron)
    return network.forward(X).z[layer][..., unit]


METHODS = {
    "gradient": attribution.gradient,
    "integrated gradients": attribution.integrated_gradients,
    "occlusion": lambda *a, **k: attribution.occlusion(*a, patch=(2, 3), shape=SHAPE, **k),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_target = pytest.mark.parametrize("target", TARGETS, ids=str)


# What holds for all of them


@every_method
@every_target
def test_many_images_are_each_treated_as_one_alone(method, target):
    network, X = random_network("tanh"), some_images()
    together = method(network, X, **target)
    assert together.shape == X.shape
    for x, row in zip(X, together, strict=True):
        alone = method(network, x, **target)
        assert alone.shape == x.shape
        np.testing.assert_allclose(alone, row, rtol=0, atol=1e-12)


@every_method
@pytest.mark.parametrize(
    ("word", "layer", "units"),
    [("output", 1, [2, 0, 1, 1]), ("neuron", 1, [6, 0, 1, 1]), ("neuron", 2, [4] * 4)],
)
def test_each_image_may_have_its_own_target(method, word, layer, units):
    network, X = random_network("sigmoid"), some_images()
    together = method(network, X, **{word: np.array(units)}, layer=layer)
    for x, unit, row in zip(X, units, together, strict=True):
        np.testing.assert_allclose(method(network, x, **{word: unit}, layer=layer), row, rtol=0, atol=1e-12)


def test_on_one_layer_all_say_weight_times_input():
    """Where z is a sum over the pixels there is one answer, and every method finds it; also on the digits."""
    network, X = zoo.load("nielsen"), digits.load_sample().images[::700]
    for neuron in (0, 42, 99):
        product = np.array([attribution.weight_times_input(network, x.astype(float), neuron) for x in X])
        assert np.abs(product).max() > 0.5
        pictures = [
            X * attribution.gradient(network, X, neuron=neuron),
            attribution.integrated_gradients(network, X, neuron=neuron),
            attribution.occlusion(network, X, neuron=neuron, patch=(1, 1)),
        ]
        for picture in pictures:
            np.testing.assert_allclose(picture, product, rtol=0, atol=1e-10)


# Gradient and integrated gradients


@every_activation
@every_target
def test_the_gradient_is_the_slope_that_small_steps_find(activation, target):
    network, X, step = random_network(activation), some_images(), 1e-6
    gradient = attribution.gradient(network, X, **target)
    for pixel in range(SIZES[0]):
        nudge = step * np.eye(SIZES[0])[pixel]
        slope = (z_of(network, X + nudge, **target) - z_of(network, X - nudge, **target)) / (2 * step)
        np.testing.assert_allclose(gradient[:, pixel], slope, rtol=0, atol=1e-8)


@pytest.mark.parametrize("baseline", [0.0, 0.3, np.linspace(0, 1, SIZES[0])], ids=["blank", "grey", "image"])
@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"relu", "leaky_relu", "elu"}))
@every_target
def test_integrated_gradients_add_up_where_nothing_jumps(activation, baseline, target):
    network, X = random_network(activation), some_images()
    attributions, delta = attribution.integrated_gradients(
        network, X, **target, baseline=baseline, return_convergence_delta=True
    )
    blank = np.broadcast_to(baseline, SIZES[0])
    difference = z_of(network, X, **target) - z_of(network, blank, **target)
    np.testing.assert_allclose(attributions.sum(axis=1), difference, rtol=0, atol=1e-10)
    assert np.abs(difference).max() > 1e-3
    assert np.abs(delta).max() < 1e-10


def test_the_delta_is_the_error_of_the_sum_and_shrinks_with_steps():
    """z = relu(2x − 1) from 0 to 1: one step sees the slope 2 at the kink's right or left, the truth is 1."""
    kink = Network([[[2.0]], [[1.0]]], [[-1.0], [0.0]], ["relu", "identity"])
    how = {"output": 0, "return_convergence_delta": True}
    attributions, delta = attribution.integrated_gradients(kink, [1.5], n_steps=1, **how)
    assert attributions.tolist() == [3.0]
    assert delta == 1.0  # 3 where z grows by 2
    network, X = random_network("relu"), some_images(20)
    deltas = [
        np.abs(attribution.integrated_gradients(network, X, n_steps=n_steps, **how)[1]).max()
        for n_steps in (1, 10, 100)
    ]
    assert deltas[0] > 5 * deltas[1] > 25 * deltas[2] > 0


def test_the_delta_on_the_networks_that_ship_is_what_the_docstring_says():
    images = digits.load_sample().images[::25]
    bounds = {"nielsen": 1e-6, "zero-one": 1e-6}
    bounds |= {name: 2e-4 for name in zoo.names() if name.startswith("zero-one-")}
    for name, bound in bounds.items():
        network = zoo.load(name)
        for output in range(network.sizes[-1]):
            attributions, delta = attribution.integrated_gradients(
                network, images, output=output, return_convergence_delta=True
            )
            assert np.abs(delta).max() < bound
            np.testing.assert_array_equal(attributions[images == 0], 0)


# Occlusion


def test_occlusion_is_the_mean_drop_over_the_patches_that_cover_a_pixel():
    """Written out: cover, run, compare. 3 × 4 pixels in patches of 2 × 3; the stride leaves cut patches."""
    network, X = random_network("sigmoid"), some_images()
    cover = np.linspace(0, 1, SIZES[0])
    for strides, corners in {
        (1, 1): [(0, 0), (0, 1), (1, 0), (1, 1)],
        (2, 3): [(0, 0), (0, 3), (2, 0), (2, 3)],
        (2, 2): [(0, 0), (0, 2), (2, 0), (2, 2)],
    }.items():
        drops = [[[] for _ in range(SIZES[0])] for _ in X]
        for top, left in corners:
            mask = np.zeros(SHAPE, bool)
            mask[top : top + 2, left : left + 3] = True
            covered = np.where(mask.ravel(), cover, X)
            for i, drop in enumerate(z_of(network, X, output=1) - z_of(network, covered, output=1)):
                for pixel in np.flatnonzero(mask):
                    drops[i][pixel].append(drop)
        expected = [[np.mean(values) for values in image] for image in drops]
        how = {"patch": (2, 3), "strides": strides, "shape": SHAPE, "baseline": cover}
        shown = attribution.occlusion(network, X, output=1, **how)
        np.testing.assert_allclose(shown, expected, rtol=0, atol=1e-12)


def test_covering_the_whole_image_costs_the_whole_difference():
    network, X = random_network("tanh"), some_images()
    shown = attribution.occlusion(network, X, output=0, patch=SHAPE, shape=SHAPE)
    difference = z_of(network, X, output=0) - z_of(network, np.zeros(SIZES[0]), output=0)
    np.testing.assert_allclose(shown, np.repeat(difference[:, None], 12, axis=1), rtol=0, atol=1e-12)


# Patterns


def test_a_pattern_is_covariance_times_weight_over_variance():
    X, weights = some_images(50), np.random.default_rng(2).normal(size=(5, SIZES[0]))
    covariance = np.cov(X, rowvar=False)
    shown = attribution.pattern(X, weights)
    for w, row in zip(weights, shown, strict=True):
        np.testing.assert_allclose(row, covariance @ w / (w @ covariance @ w), rtol=0, atol=1e-12)
        np.testing.assert_allclose(attribution.pattern(X, w), row, rtol=0, atol=1e-12)
        slopes = [np.polyfit(X @ w, pixel, 1)[0] for pixel in X.T]
        np.testing.assert_allclose(row, slopes, rtol=0, atol=1e-10)
    np.testing.assert_allclose((shown * weights).sum(axis=1), 1, rtol=0, atol=1e-12)


def test_a_joint_pattern_is_the_formula_of_haufe_for_a_layer():
    X, W = some_images(50), np.random.default_rng(2).normal(size=(5, SIZES[0]))
    covariance = np.cov(X, rowvar=False)
    shown = attribution.joint_pattern(X, W)
    formula = covariance @ W.T @ np.linalg.inv(W @ covariance @ W.T)
    np.testing.assert_allclose(shown, formula.T, rtol=0, atol=1e-10)
    np.testing.assert_allclose(shown @ W.T, np.eye(5), rtol=0, atol=1e-10)
    np.testing.assert_allclose(attribution.joint_pattern(X, W[:1]), attribution.pattern(X, W[:1]))


def test_patterns_of_two_classes_lean_towards_the_difference_of_the_means():
    """Covariance is that within the classes plus p (1 − p) d dᵀ; the second part is d for any weights."""
    X, y = some_images(60), np.arange(60) % 3 == 0
    means = np.array([X[~y].mean(axis=0), X[y].mean(axis=0)])
    d, w = means[1] - means[0], np.random.default_rng(2).normal(size=SIZES[0])
    inside = X - means[y.astype(int)]
    between = y.mean() * (1 - y.mean()) * d * (d @ w)
    whole, within = (
        attribution.pattern(one, w) * ((one - one.mean(axis=0)) @ w).var() for one in (X, inside)
    )
    np.testing.assert_allclose(whole, within + between, rtol=0, atol=1e-12)


def test_a_pattern_finds_the_signal_where_the_weights_cancel_a_disturbance():
    """The example of Haufe et al.: x = (signal + disturbance, disturbance); w = (1, −1) reads the signal."""
    rng = np.random.default_rng(3)
    signal, disturbance = rng.normal(size=(2, 100_000))
    shown = attribution.pattern(np.column_stack([signal + disturbance, disturbance]), [1.0, -1.0])
    np.testing.assert_allclose(shown, [1, 0], atol=0.02)


def test_a_pixel_that_never_changes_has_no_pattern():
    X = some_images(30)
    X[:, 3] = 0.1  # whose mean in floating point is not 0.1
    assert attribution.pattern(X, np.ones(SIZES[0]))[3] == 0


# The image that drives a neuron most


def test_no_image_drives_a_neuron_more_than_the_optimal_one():
    network, rng = random_network("sigmoid"), np.random.default_rng(4)
    for ink in (None, 2.5, 0.0, 100.0):
        images = rng.uniform(size=(5000, SIZES[0])) ** rng.uniform(0.1, 3, size=(5000, 1))
        if ink is not None:
            images *= np.minimum(1, ink / images.sum(axis=1, keepdims=True))
        for neuron in range(SIZES[1]):
            best = attribution.optimal_input(network, neuron, ink=ink)
            assert ((best >= 0) & (best <= 1)).all()
            assert ink is None or best.sum() <= ink
            assert z_of(network, best, neuron=neuron) >= z_of(network, images, neuron=neuron).max()


def test_optimal_input_by_hand():
    network = Network([[[2, -1, 4, 3, 0]]], [[0]])
    for ink, image in [
        (None, [1, 0, 1, 1, 0]),
        (99, [1, 0, 1, 1, 0]),
        (2.25, [0.25, 0, 1, 1, 0]),
        (0.5, [0, 0, 0.5, 0, 0]),
        (0, [0] * 5),
    ]:
        assert attribution.optimal_input(network, 0, ink=ink).tolist() == image


# Deletion curves


def test_a_deletion_curve_by_hand():
    """Output 0 wins while x₀ + 2x₁ + 4x₂ > 2.5; a deleted pixel is 0, or 0.5."""
    network = Network([[[1, 2, 4], [0, 0, 0]]], [[-2.5, 0]], ["softmax"])
    X, y = np.ones((4, 3)), [0, 0, 0, 1]
    order = np.array([[2, 1, 0], [0, 1, 2], [1, 2, 0], [0, 1, 2]])
    # Left of the sum 7:    3, 1, 0    6, 4, 0     5, 1, 0    6, 4, 0 with the label that is wrong at first
    ks, shares = attribution.deletion_curve(network, X, y, order)
    assert ks.tolist() == [0, 1, 2, 3]
    assert shares.tolist() == [0.75, 0.75, 0.25, 0.25]
    ks, shares = attribution.deletion_curve(network, X, y, order, ks=[2, 3])
    assert (ks.tolist(), shares.tolist()) == ([2, 3], [0.25, 0.25])
    # With 0.5 for a deleted pixel every sum is halved at most, to 3.5: nothing is ever lost.
    assert attribution.deletion_curve(network, X, y, order, baseline=0.5)[1].tolist() == [0.75] * 4
    cover = np.array([0, 0, 1])  # the third pixel stays as it is
    assert attribution.deletion_curve(network, X, y, order, baseline=cover)[1].tolist() == [0.75] * 4
    assert X.tolist() == np.ones((4, 3)).tolist()  # what was given is left as it was


def test_on_the_digits_the_curve_of_a_good_order_falls_sooner_than_a_random_one():
    network, sample = zoo.load("nielsen"), digits.load_sample()
    X = sample.images[::50]
    answers = network.predict(X)
    picture = X * attribution.gradient(network, X, output=answers)
    by_picture = attribution.deletion_curve(network, X, answers, np.argsort(-picture, axis=1))
    order = np.random.default_rng(0).permuted(np.tile(np.arange(784), (len(X), 1)), axis=1)
    by_chance = attribution.deletion_curve(network, X, answers, order)
    for ks, shares in (by_picture, by_chance):
        assert ks.tolist() == list(range(0, 785, 14))
        assert shares[0] == 1
        blank = network.predict(np.zeros(784))
        assert shares[-1] == (answers == blank).mean()
    assert by_picture[1][3] < by_chance[1][3] - 0.3


# Rank correlation


def test_rank_correlation_by_hand():
    # Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: deviations −1.5, 0, 0, 1.5 against −1.5, −0.5, 0.5, 1.5.
    assert attribution.rank_correlation([1, 5, 5, 9], [0, 1, 2, 3]) == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert attribution.rank_correlation([1, 5, 5, 9], [2, 3, 3, 400]) == 1
    assert attribution.rank_correlation([1, 2, 3, 4], [1, -1, -1, 1]) == 0


def test_rank_correlation_agrees_with_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(6, 40)), rng.integers(4, size=(6, 40))
    shown = attribution.rank_correlation(a, b)
    expected = [stats.spearmanr(*pair).statistic for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(shown, expected, rtol=0, atol=1e-12)
    assert attribution.rank_correlation(a[2], b[2]) == pytest.approx(expected[2])


# Bad input


@every_method
@pytest.mark.parametrize(
    ("X", "how", "says"),
    [
        (np.ones(12), {}, "output is None and neuron is None; give one of them"),
        (np.ones(12), {"output": 0, "neuron": 0}, "output is 0 and neuron is 0; give one"),
        (np.ones(12), {"output": 3}, "output is 3; there are 3, numbered 0 to 2"),
        (np.ones(12), {"output": -1}, "output is -1"),
        (np.ones(12), {"output": 1.0}, "output is float64 of shape"),
        (np.ones((2, 12)), {"output": [0, 1, 2]}, r"output is int64 of shape \(3,\); .* each image: \(2,\)"),
        (np.ones((2, 12)), {"neuron": [0, 7]}, "neuron is 7; there are 7"),
        (np.ones(12), {"neuron": 5, "layer": 2}, "neuron is 5; there are 5"),
        (np.ones(12), {"neuron": 0, "layer": 3}, "layer is 3; this network has hidden layers 1 to 2"),
        (np.ones(12), {"output": 0, "layer": 2}, "layer is 2; it goes with neuron="),
        (np.ones(13), {"output": 0}, r"X has shape \(13,\); this network wants \(n, 12\) or \(12,\)"),
        (np.ones((0, 12)), {"output": 0}, r"X has shape \(0, 12\)"),
        (np.full(12, np.nan), {"output": 0}, "X is float64 of shape .*finite"),
        (["a"] * 12, {"output": 0}, "X is <U1 of shape"),
    ],
)
def test_no_method_explains_what_does_not_exist(method, X, how, says):
    with pytest.raises(ValueError, match=says):
        method(random_network("relu"), X, **how)


def occlude(**how):
    return attribution.occlusion(random_network("relu"), np.ones(12), output=0, **{"shape": SHAPE, **how})


def integrate(**how):
    return attribution.integrated_gradients(random_network("relu"), np.ones(12), output=0, **how)


def delete(**how):
    given = {"X": np.ones((2, 12)), "y": [0, 0], "order": [range(12)] * 2, **how}
    return attribution.deletion_curve(random_network("relu"), **given)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: integrate(n_steps=0), "n_steps is 0; it must be an integer, 1 or more"),
        (lambda: integrate(n_steps=2.5), "n_steps is 2.5"),
        (lambda: integrate(baseline=np.ones(3)), r"baseline has shape \(3,\); give a number or one image"),
        (lambda: integrate(baseline=None), "baseline is object"),
        (lambda: occlude(baseline=np.inf), "baseline is float64 .* finite"),
        (lambda: occlude(shape=(28, 28)), r"shape is \(28, 28\); this network's images have 12 pixels"),
        (lambda: occlude(patch=(4, 3)), r"patch is \(4, 3\); an image of \(3, 4\) has room for no such"),
        (lambda: occlude(patch=(0, 3)), "patch is 0; it must be an integer, 1 or more"),
        (lambda: occlude(patch=3), r"patch is 3; give \(rows, columns\)"),
        (lambda: occlude(patch=(2, 2), strides=(1, 3)), r"strides is \(1, 3\); .* would be left out"),
        (lambda: attribution.pattern(np.full((5, 3), 0.1), np.ones(3)), "the same z for all 5 images"),
        (lambda: attribution.pattern(some_images()[:, :2], [[1, 1], [0, 0]]), "row 1 of weights the same z"),
        (lambda: attribution.pattern(np.ones((1, 3)), np.ones(3)), "needs two images or more"),
        (lambda: attribution.joint_pattern(some_images(), np.ones(3)), r"weights has shape \(1, 3\)"),
        (lambda: attribution.pattern(some_images(), np.ones(3)), r"weights has shape \(3,\)"),
        (lambda: attribution.optimal_input(random_network("relu"), 7), "neuron is 7; there are 7"),
        (
            lambda: attribution.optimal_input(random_network("relu"), 0, layer=2),
            "layer is 2; only for layer 1 .* a deeper neuron sees no pixels",
        ),
        (lambda: attribution.optimal_input(random_network("relu"), 0, ink=-1), "ink is -1; .* 0 or more"),
        (lambda: attribution.optimal_input(random_network("relu"), 0, ink=np.nan), "ink is nan"),
        (lambda: delete(X=np.ones(12)), r"y is int64 of shape \(2,\) for 1 images"),
        (lambda: delete(y=[0]), r"y is int64 of shape \(1,\)"),
        (lambda: delete(order=[range(12)]), r"order is int64 of shape \(1, 12\); .* integers \(2, 12\)"),
        (lambda: delete(order=np.zeros((2, 12), int)), "every pixel, 0 to 11, once"),
        (lambda: delete(order=[np.arange(12.0)] * 2), "order is float64"),
        (lambda: delete(ks=[0, 13]), "ks is .* integers from 0 to 12"),
        (lambda: delete(ks=[-1, 3]), "integers from 0 to 12"),
        (lambda: delete(ks=[3, 3]), "it must grow"),
        (lambda: delete(ks=[0.5]), "integers from 0 to 12"),
        (
            lambda: attribution.rank_correlation([1, 1, 1], [1, 2, 3]),
            "a holds a picture whose pixels are all",
        ),
        (lambda: attribution.rank_correlation([1, 2], [[1, 2]]), r"a has shape \(2,\) and b \(1, 2\)"),
        (lambda: attribution.rank_correlation([1, 2], [1, np.nan]), "b is float64 .* finite"),
    ],
)
def test_what_the_mathematics_cannot_use_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
