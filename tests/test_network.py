"""Network: its arithmetic by hand, its refusals, and its files."""

import numpy as np
import pytest

from weightmaps import attribution, training
from weightmaps.files import atomic_write
from weightmaps.network import ACTIVATIONS, Network, NotANetwork


@pytest.fixture
def toy():
    """3 inputs, 2 hidden neurons, 1 output: no two sizes are equal, so a transposition fails."""
    return Network([[[1, 0, 2], [0, -1, 1]], [[3, -2]]], [[0.5, 0], [-1]], ["identity", "relu"])


def test_forward_is_the_sum_done_by_hand(toy):
    trace = toy.forward(np.array([1.0, 2.0, 3.0]))
    assert trace.z[1].tolist() == [7.5, 1.0]
    assert trace.z[2].tolist() == [19.5]
    assert trace.a[2].tolist() == [19.5]
    assert trace.a[0].tolist() == [1.0, 2.0, 3.0]


def test_many_images_give_what_each_gives_alone(toy):
    X = np.random.default_rng(0).random((5, 3))
    together = toy.forward(X)
    for i, x in enumerate(X):
        for layer in range(3):
            np.testing.assert_allclose(together.a[layer][i], toy.forward(x).a[layer])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sigmoid", [1 / (1 + np.e), 0.5, 1 / (1 + 1 / np.e)]),
        ("relu", [0, 0, 1]),
        ("tanh", [-0.7615941559557649, 0, 0.7615941559557649]),
        ("identity", [-1, 0, 1]),
        ("softmax", [0.09003057317038046, 0.24472847105479767, 0.6652409557748219]),
    ],
)
def test_activations(name, expected):
    np.testing.assert_allclose(ACTIVATIONS[name](np.array([-1.0, 0.0, 1.0])), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_do_not_overflow(name, dtype):
    a = ACTIVATIONS[name](np.array([-1e4, 0.0, 1e4], dtype))
    assert a.dtype == dtype
    assert a[-1] == 1.0
    assert np.isfinite(a).all()


def test_predict_and_accuracy(toy):
    network = Network([[[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]], [[0.0, 0.0, 0.0]], ["identity"])
    X = np.array([[1.0, 0.0], [0.0, 1.0], [3.0, 1.0]])
    assert network.predict(X).tolist() == [0, 1, 0]
    assert network.predict(X[1]) == 1
    assert network.accuracy(X, [0, 1, 2]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="give one integer an image"):
        network.accuracy(X, [0, 1])


@pytest.mark.parametrize(
    "use",
    [
        Network.accuracy,
        attribution.removal_costs,
        attribution.margin,
        attribution.margin_drop,
        attribution.error_attribution,
        attribution.greedy_order,
        lambda network, X, y: attribution.deletion_curve(network, X, y, [[0, 1]] * 2),
        lambda network, X, y: training.train(network, X, y, epochs=1, learning_rate=1, progress=False),
    ],
)
@pytest.mark.parametrize(
    ("y", "says"),
    [
        (np.array(["0", "1"]), r"y holds <U1, not integers; numbers as text become some by y\.astype\(int\)"),
        (np.array(["0", "1"], object), r"y holds object, not integers; .* y\.astype\(int\)"),
        ([0.0, 1.0], r"y is float64 of shape \(2,\) for 2 images; give one integer an image"),
        ([-1, 0], "y holds -1 to 0; labels are 0 to 1"),
    ],
)
def test_labels_that_are_no_integers_are_refused_by_every_function(use, y, says):
    network = Network([np.eye(2), np.eye(2)], [np.zeros(2), np.zeros(2)])
    with pytest.raises(ValueError, match=says):
        use(network, np.eye(2), y)


def test_a_network_does_not_change_with_the_arrays_it_was_made_from():
    W, b = np.eye(2), np.zeros(2)
    view = W[:]
    view.flags.writeable = False  # though W can still be written
    network = Network([view, W], [b, b])
    W[0, 0] = b[0] = 7
    assert [w.tolist() for w in (*network.weights, *network.biases)] == 2 * [np.eye(2).tolist()] + 2 * [
        [0, 0]
    ]
    for array in (*network.weights, *network.biases):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    again = Network(network.weights, network.biases)
    assert all(ours is theirs for ours, theirs in zip(again.weights, network.weights, strict=True))


@pytest.mark.parametrize(
    ("weights", "biases", "activations", "says"),
    [
        ([], [], None, "weights is empty"),
        ([np.ones((2, 3))], [np.ones(3)], None, r"biases\[0\] has 3 values"),
        ([np.ones((2, 3)), np.ones((1, 3))], [np.ones(2), np.ones(1)], None, r"weights\[1\].*takes 3 inputs"),
        ([np.ones((2, 3))], [], None, "each layer needs one of each"),
        ([np.full((2, 3), np.nan)], [np.ones(2)], None, r"weights\[0\] holds NaN"),
        ([np.ones((2, 3))], [np.array([1, np.inf])], None, r"biases\[0\] holds NaN or infinity"),
        ([np.ones((2, 3))], [np.ones(2)], ["swish"], "unknown activation 'swish'; there are: sigmoid"),
        ([np.ones((2, 3))], [np.ones(2)], ["relu", "relu"], "2 names for 1 layers"),
        ([np.ones(3)], [np.ones(2)], None, "must be a matrix"),
        ([np.array([["a"]])], [np.ones(1)], None, "must be a matrix"),
    ],
)
def test_what_the_maths_cannot_use_is_refused(weights, biases, activations, says):
    with pytest.raises(ValueError, match=says):
        Network(weights, biases, activations)


def test_an_image_of_another_size_is_refused(toy):
    with pytest.raises(ValueError, match=r"X has shape \(28, 27\); this network wants \(n, 3\)"):
        toy.forward(np.zeros((28, 27)))


def test_a_saved_network_comes_back_to_the_bit(toy, tmp_path):
    toy.save(tmp_path / "toy.npz")
    back = Network.load(tmp_path / "toy.npz")
    assert back.activations == toy.activations
    for a, b in zip(back.weights + back.biases, toy.weights + toy.biases, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    assert [path.name for path in tmp_path.iterdir()] == ["toy.npz"]


def test_saving_twice_gives_the_same_bytes(toy, tmp_path):
    toy.save(tmp_path / "a.npz")
    toy.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_save_that_fails_keeps_the_old_file(toy, tmp_path, monkeypatch):
    path = tmp_path / "toy.npz"
    toy.save(path)
    before = path.read_bytes()
    monkeypatch.setattr(np, "savez", lambda file, **_: (file.write(b"half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        toy.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["toy.npz"]


def test_a_file_that_cannot_be_written_is_named_and_not_its_temporary_one(toy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"missing/x\.npz: there is no folder missing; make it first"):
        toy.save("missing/x.npz")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match="folder: a folder; give the name of a file in it") as caught:
        toy.save("folder")
    assert ".part" not in str(caught.value)
    with pytest.raises(FileNotFoundError, match=r"'elsewhere'"), atomic_write("x.txt", "w"):
        open("elsewhere")  # noqa: SIM115
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_file_is_saved_and_read_by_the_name_it_is_given(toy, tmp_path):
    toy.save(tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert Network.load(tmp_path / "mine").sizes == toy.sizes


def test_files_that_are_not_ours_are_refused_by_name(toy, tmp_path):
    def refused(name, says):
        with pytest.raises(NotANetwork, match=says) as caught:
            Network.load(tmp_path / name)
        assert name in str(caught.value)

    np.savez(tmp_path / "other.npz", a=np.ones(3))
    refused("other.npz", "no network of this package")
    np.savez(tmp_path / "header.npz", header=np.array('{"format": "something else"}'))
    refused("header.npz", "its header does not say")
    np.savez(tmp_path / "pickled.npz", header=np.array({"format": 1}, dtype=object))
    refused("pickled.npz", "pickled Python objects")
    (tmp_path / "text.npz").write_text("hello")
    refused("text.npz", "text.npz")
    (tmp_path / "empty.npz").write_bytes(b"")
    refused("empty.npz", "empty.npz")
    toy.save(tmp_path / "whole.npz")
    whole = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    refused("half.npz", "damaged")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz: no such file"):
        Network.load(tmp_path / "nowhere.npz")


def test_every_byte_flipped_is_refused_or_harmless(toy, tmp_path):
    """Damage anywhere in a file ends in NotANetwork or in the same network, never in another one."""
    toy.save(tmp_path / "whole.npz")
    whole = bytearray((tmp_path / "whole.npz").read_bytes())
    refused = 0
    for i in range(0, len(whole), 3):
        damaged = whole.copy()
        damaged[i] ^= 0x55
        (tmp_path / "damaged.npz").write_bytes(damaged)
        try:
            back = Network.load(tmp_path / "damaged.npz")
        except NotANetwork:
            refused += 1
        else:
            np.testing.assert_array_equal(back.weights[0], toy.weights[0])
    assert refused > 100


@pytest.mark.parametrize("name", ["weights", "biases", "activations", "weight"])
def test_nothing_of_a_network_can_be_set(name):
    network = Network([[[1.0, -1.0]]], [[0.5]])
    with pytest.raises(AttributeError, match=f"{name} cannot be set"):
        setattr(network, name, [np.ones((3, 3))])
    assert network.sizes == (2, 1)
