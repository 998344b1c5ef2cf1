"""Findings: mistakes that cost an hour, each with its evidence and what mends it."""

import re

import numpy as np
import pytest

from conftest import slow
from trained_networks import classifier, sample
from weightmaps import interop, zoo
from weightmaps.network import Network
from weightmaps.training import initialise


def changed(images, labels):
    """Each mistake, and what is said of it."""
    square = images.reshape(-1, 28, 28)
    return {
        "bytes": (
            images * 255,
            labels,
            r"0 to 255, training like 0 to 1: try images / 255 ",
        ),
        "ink": (1 - images, labels, r"ink looks inverted: try 1 - images"),
        "ink of bytes": (255 - images * 255, labels, r"images / 255 and 1 - images"),
        "transposed": (
            square.swapaxes(1, 2),
            labels,
            "images look transposed: try each image's rows and columns",
        ),
        "transposed, flat": (square.swapaxes(1, 2).reshape(-1, 784), labels, "images look transposed"),
        "labels from 1": (images, labels + 1, "labels look one too high: try labels - 1"),
        "labels from -1": (images, labels - 1, r"labels look one too low: try labels \+ 1"),
    }


@pytest.mark.parametrize("mistake", changed(np.zeros((1, 784)), np.zeros(1)))
def test_mistakes_are_found_with_evidence(mistake):
    network = zoo.load("nielsen")
    images, labels, says = changed(*sample())[mistake]
    found = interop.diagnose(network, images, labels)
    told = "\n".join(map(str, found))
    assert pytest.approx(network.accuracy(*sample()), abs=0.02) == 0.96
    assert re.search(says, told), told
    assert re.search(r"accuracy on 2,000 images is \d+\.\d% as given, 9[5-7]\.\d% with", told), told
    changes = {name: value for one in found for name, value in one.changes.items()}
    mended, right = interop.mend(images, labels, **changes)
    assert network.accuracy(mended.reshape(-1, 784), right) > 0.95


def test_both_mistakes_at_once_are_two_findings():
    images, labels = sample()
    found = interop.diagnose(zoo.load("nielsen"), images * 255, labels + 1)
    assert [f.problem for f in found] == [
        "labels lie outside the network's outputs, 0 to 9",
        "images look like 0 to 255, training like 0 to 1: try images / 255",
        "labels look one too high: try labels - 1",
    ]
    assert found[0].evidence == "labels run from 1 to 10"


def test_a_network_trained_on_bytes_is_told_from_one_that_was_not():
    model = zoo.load("nielsen")
    trained = Network([model.weights[0] / 255, *model.weights[1:]], model.biases, model.activations)
    images, labels = sample()
    assert interop.diagnose(trained, images * 255, labels) == []
    (found,) = interop.diagnose(trained, images, labels)
    assert found.problem == "images look like 0 to 1, training like 0 to 255: try images * 255"


def prototypes(shape):
    """Images of random classes with noise, and the network that finds the nearest class."""
    rng, classes = np.random.default_rng(0), 6
    ideal = rng.random((classes, *shape))
    labels = rng.integers(0, classes, 300)
    flat = ideal.reshape(classes, -1)
    network = interop.from_arrays([2 * flat], [-(flat**2).sum(axis=1)], "softmax")
    return network, ideal[labels] + rng.normal(0, 0.05, (300, *shape)), labels


@pytest.mark.parametrize("flat", [True, False])
def test_channels_in_the_other_place(flat):
    shaped = (300, -1) if flat else None
    for shape, axes, says in (
        ((7, 7, 3), (0, 3, 1, 2), "channels look first, and training had them last"),
        ((3, 7, 7), (0, 2, 3, 1), "channels look last, and training had them first"),
    ):
        network, images, labels = prototypes(shape)
        moved = images.transpose(axes)
        assert interop.diagnose(network, images.reshape(shaped or images.shape), labels) == []
        (found,) = interop.diagnose(network, moved.reshape(shaped or moved.shape), labels)
        assert says in found.problem
        assert "100.0% with images channels" in found.evidence


def test_square_weights_transposed_and_another_activation():
    images, labels = sample()
    network = interop.from_sklearn(classifier("tanh", (20, 20)))
    assert interop.diagnose(network, images, labels) == []
    turned = Network(
        [w.T if w.shape == (20, 20) else w for w in network.weights], network.biases, network.activations
    )
    (found,) = interop.diagnose(turned, images, labels)
    assert found.problem == "weights[1], square, look transposed: try weights[1].T"
    network = zoo.load("nielsen")
    wrong = Network(network.weights, network.biases, ["relu", "softmax"])
    (found,) = interop.diagnose(wrong, images, labels)
    assert found.problem == "hidden activations look like sigmoid, not relu: try activations sigmoid,softmax"
    assert (found.changes, found.option) == ({}, "--activations sigmoid,softmax")


def test_nothing_is_odd_about_a_little_noise_or_a_single_output():
    rng = np.random.default_rng(0)
    network = initialise([7, 9, 4], scale="unit", seed=0, activations=["relu", "softmax"])
    for n in (1, 3, 10, 49):
        assert interop.diagnose(network, rng.normal(size=(n, 7)), rng.integers(0, 4, n)) == []
    assert interop.diagnose(network, rng.normal(size=(9, 7))) == []
    single = initialise([7, 1], scale="unit", seed=0, activations=["identity"])
    assert interop.diagnose(single, rng.random((9, 7)), rng.random(9) > 2) == []


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
def test_a_network_that_was_never_trained_is_no_better_than_chance(activation):
    rng = np.random.default_rng(1)
    for scale in (1, 0.05):
        weights = [scale * rng.normal(size=(30, 784)), scale * rng.normal(size=(10, 30))]
        network = Network(weights, [np.zeros(30), np.zeros(10)], [activation, "softmax"])
        (found,) = interop.diagnose(network, *sample())
        assert found.problem == "hardly better than chance, and nothing that was tried mends it"
        assert found.evidence.endswith("always the commonest label would be right on 10.0%")
        assert (found.changes, found.option) == ({}, "")


STANDARD = {
    (0.5, 0.5): "--standardise 0.5,0.5",
    (0.1307, 0.3081): "--standardise 0.1307,0.3081",
    "image": "--standardise image",
    "pixel": "--standardise pixel",
}


@pytest.fixture(scope="module")
def trained():
    """Networks, each trained on images standardised in one way; None is not at all."""
    from sklearn.neural_network import MLPClassifier

    images, labels = sample()
    made = {}
    for how in (None, *STANDARD):
        mended, _ = interop.mend(images[::2], standardise=how)
        model = MLPClassifier([20], random_state=0)
        for _ in range(15):
            model.partial_fit(mended, labels[::2], classes=np.arange(10))
        made[how] = interop.from_sklearn(model)
    return made


@pytest.mark.parametrize("how", [(0.5, 0.5), slow((0.1307, 0.3081)), slow("image"), "pixel"])
def test_standardised_pixels_are_found_both_ways_or_do_no_harm(trained, how):
    images, labels = (one[1::2] for one in sample())
    standard, _ = interop.mend(images, standardise=how)
    for network, given, right, name in (
        (trained[how], images, standard, "standardise"),
        (trained[None], standard, images, "undo"),
    ):
        if name == "undo" and how == "pixel":
            continue  # cannot be undone without the numbers of each pixel
        found = interop.diagnose(network, given, labels)
        best, here = network.accuracy(right, labels), network.accuracy(given, labels)
        assert len(found) <= 1
        assert found or best - here < 0.12, (best, here)
        for one in found:
            assert list(one.changes) == [name], one
            assert network.accuracy(*interop.mend(given, labels, **one.changes)) > best - 0.02, one
    assert interop.diagnose(trained[how], standard, labels) == []


def test_which_standardisation_it_was_is_named_where_it_matters(trained):
    images, labels = (one[1::2] for one in sample())
    for how in ((0.5, 0.5), "pixel"):
        (found,) = interop.diagnose(trained[how], images, labels)
        assert found.option == STANDARD[how]
        both = interop.diagnose(trained[how], np.round(255 * images), labels)
        assert [one.option for one in both] == ["--scale 1/255", STANDARD[how]]


def test_mend_does_what_it_says_and_refuses_the_rest():
    rng = np.random.default_rng(0)
    images = rng.random((5, 9)).astype(np.float32)
    for how in ((0.5, 0.25), (0.1307, 0.3081)):
        there, _ = interop.mend(images, standardise=how)
        np.testing.assert_allclose(there, (images - how[0]) / how[1], rtol=0, atol=1e-6)
        np.testing.assert_allclose(interop.mend(there, undo=how)[0], images, rtol=0, atol=1e-6)
    alone, _ = interop.mend(images, standardise="image")
    assert alone.mean(axis=1) == pytest.approx(np.zeros(5), abs=1e-6)
    assert interop.mend(alone, undo="image")[0].min(axis=1).tolist() == [0] * 5
    constant = np.concatenate([images[:, :1] * 0 + 3, images], axis=1)
    deviations = interop.mend(constant, standardise="pixel")[0].std(axis=0)
    assert deviations == pytest.approx([0] + [1] * 9, abs=1e-5)
    assert interop.mend(images, transpose=True)[0][2].tolist() == images[2].reshape(3, 3).T.ravel().tolist()
    np.testing.assert_allclose(interop.mend(255 * images, invert=True)[0], 255 - 255 * images, rtol=1e-6)
    assert interop.mend(images, np.arange(5), shift_labels=1)[1].tolist() == [1, 2, 3, 4, 5]
    for bad, says in (
        ({"transpose": True}, "images has shape"),
        ({"undo": "pixel"}, "mean and standard deviation"),
        ({"standardise": (0, 0)}, "must be more than 0"),
        ({"standardise": (1, np.nan)}, "must be more than 0"),
    ):
        with pytest.raises(ValueError, match=says):
            interop.mend(images[:, :8], **bad)


def test_without_labels_only_bytes_are_told():
    images, _ = sample()
    (found,) = interop.diagnose(zoo.load("nielsen"), np.round(images * 255).astype(np.uint8))
    assert found.evidence.startswith("whole numbers from 0 to 255;")
    assert interop.diagnose(zoo.load("nielsen"), images) == []


def test_check_changes_nothing_and_refuses_what_does_not_fit():
    network = zoo.load("nielsen")
    images, labels = sample()
    assert not images.flags.writeable
    for bad, also, says in (
        (images[:, :700], labels, "700 numbers an image; <Network 784-100-10.* takes 784"),
        (images[0], labels, r"images is float32 of shape \(784,\)"),
        (images[:0], labels[:0], r"shape \(0, 784\)"),
        (np.full((2, 784), np.nan), None, "NaN or infinity"),
        (images, labels[:-1], r"labels has shape \(4999,\) for 5000 images"),
        (images, np.eye(10)[labels], r"give labels\.argmax\(axis=1\)"),
        (images, labels + 0.5, "must be whole numbers"),
        (images, labels.astype(str), "must be whole numbers"),
    ):
        with pytest.raises(ValueError, match=says):
            interop.diagnose(network, bad, also)
