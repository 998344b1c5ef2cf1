"""Weight maps as pictures: smoothness, blur, and networks with other maps in place."""

import numpy as np
import pytest

from weightmaps import analysis, training
from weightmaps.network import Network


def test_noise_is_not_smooth_and_blurred_noise_is():
    noise = np.random.default_rng(0).standard_normal((50, 784))
    assert abs(analysis.smoothness(noise)) < 0.02
    # Within a blurred picture the neighbours' kernels overlap: (1, 4, 6, 4, 1) has 4 / 6 at a shift of 1.
    assert analysis.smoothness(analysis.blur(noise)) == pytest.approx(2 / 3, abs=0.02)


def test_smoothness_counts_both_directions_and_only_where_it_is_told_to():
    stripes = np.tile([1.0, -1.0], 8)[None]  # neighbours beside differ, those below agree
    assert abs(analysis.smoothness(stripes)) < 0.1
    assert analysis.smoothness(stripes, where=np.arange(16) < 4) == pytest.approx(-1)
    assert analysis.smoothness(stripes, where=np.isin(np.arange(16), [0, 4, 8, 12, 3, 7])) == pytest.approx(1)


def test_loudness_is_a_ratio_of_root_mean_squares_over_all_maps():
    maps = np.array([[3.0, -4.0, 1.0], [0.0, 0.0, -1.0]])
    edge, middle = np.array([True, True, False]), np.array([False, False, True])
    assert analysis.loudness(maps, edge, beside=middle) == pytest.approx(2.5)
    assert analysis.loudness(1e-6 * maps, middle, beside=edge) == pytest.approx(0.4)


@pytest.mark.parametrize("chosen", [[False, False, False], [True, True]])
def test_loudness_needs_pixels(chosen):
    with pytest.raises(ValueError, match=r"beside has shape .* maps has shape \(2, 3\)"):
        analysis.loudness(np.ones((2, 3)), [True, False, False], beside=chosen)


def test_a_blurred_map_answers_as_the_map_answers_to_a_blurred_image():
    rng = np.random.default_rng(1)
    w, x = rng.standard_normal((1, 49)), rng.random((1, 49))
    assert (analysis.blur(w) @ x.T).item() == pytest.approx((w @ analysis.blur(x).T).item(), rel=1e-12)


def test_a_blur_keeps_the_sum():
    picture = np.random.default_rng(2).random((3, 25))
    assert analysis.blur(picture).sum(axis=1) == pytest.approx(picture.sum(axis=1))


def test_other_maps_take_the_place_of_the_first_weights_alone():
    network = Network([np.ones((3, 4)), np.ones((2, 3))], [np.zeros(3), np.ones(2)], ["tanh", "sigmoid"])
    changed = analysis.with_maps(network, 5 * np.ones((3, 4)))
    assert changed.weights[0].tolist() == (5 * np.ones((3, 4))).tolist()
    assert changed.weights[1] is network.weights[1]
    assert changed.biases == network.biases
    assert changed.activations == network.activations
    assert network.weights[0].max() == 1


def test_each_map_on_its_own_scale():
    scaled = analysis.maxabs_scale([[0.5, -2.0], [0.0, 0.1], [0.0, 0.0]])
    assert scaled.tolist() == [[0.25, -1.0], [0.0, 1.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: analysis.smoothness(np.ones(784)), r"\(784,\); give one square map a row"),
        (lambda: analysis.blur(np.ones((2, 10))), r"\(2, 10\)"),
        (lambda: analysis.smoothness(np.ones((1, 9)), where=np.arange(9) == 4), "no two pixels side by side"),
        (
            lambda: analysis.with_maps(Network([np.ones((1, 4))], [[0.0]]), np.ones((4, 1))),
            r"\(4, 1\).*\(1, 4\)",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_what_decay_leaves_of_the_start_is_what_training_leaves_where_no_gradient_comes():
    images = np.zeros((40, 4), np.float32)
    images[:, 0] = np.linspace(0, 1, 40)  # the other pixels are blank
    start = training.initialise((4, 3, 2), scale="unit", seed=0)
    how = {"learning_rate": 0.5, "weight_decay": 0.2, "epochs": 30, "batch_size": 4}
    end, _ = training.train(start, images, np.arange(40) % 2, progress=False, **how)
    left = end.weights[0][:, 1:] / start.weights[0][:, 1:]
    assert left == pytest.approx(analysis.start_remaining(**how), rel=5e-3)
    assert analysis.start_remaining(**{**how, "weight_decay": 0}) == 1


def test_noise_takes_from_smoothness_as_its_share_of_the_variance():
    rng = np.random.default_rng(3)
    learned, noise = analysis.blur(rng.standard_normal((300, 784))), rng.standard_normal((300, 784))
    for size in (0.1, 0.4, 2.0):
        left = size * noise
        expected = analysis.share_learned(learned, left) * analysis.smoothness(learned)
        assert analysis.smoothness(learned + left) == pytest.approx(expected, abs=0.01)


def test_the_share_counts_only_where_it_is_told_to():
    learned = np.array([[3.0, -3.0, 3.0, -3.0, 0, 0, 0, 0, 0]])
    left = np.array([[1.0, 1.0, -1.0, -1.0, 9, 8, 7, 6, 5]])
    assert analysis.share_learned(learned, left, where=np.arange(9) < 4) == pytest.approx(0.9)
    with pytest.raises(ValueError, match="varies"):
        analysis.share_learned(np.ones((2, 9)), np.ones((2, 9)))
    with pytest.raises(ValueError, match=r"\(1, 9\) and left \(9,\)"):
        analysis.share_learned(learned, left[0])


@pytest.mark.parametrize("wrong", [{"learning_rate": -1}, {"epochs": -1}, {"batch_size": 0}])
def test_what_no_training_can_be_made_of_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        analysis.start_remaining(**{"learning_rate": 0.5, "epochs": 30, "batch_size": 10, **wrong})
