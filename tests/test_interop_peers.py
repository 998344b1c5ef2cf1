"""Networks that scikit-learn, PyTorch and Keras trained give their own predictions through interop."""

import os

import numpy as np
import pytest

from trained_networks import (
    SKLEARN,
    classifier,
    keras_model,
    mixed,
    nielsen,
    regressor,
    sample,
    torch_module,
    write_files,
    write_nielsen,
    write_peers,
)
from weightmaps import interop

HIDDEN = ("sigmoid", "relu", "tanh", "identity")
CLOSE = {"rtol": 0, "atol": 1e-5}


def outputs(network):
    return network.forward(sample()[0]).a[-1]


@pytest.mark.parametrize("activation", SKLEARN)
def test_scikit_learn_classifiers(activation):
    model = classifier(activation)
    np.testing.assert_allclose(
        outputs(interop.from_sklearn(model)), model.predict_proba(sample()[0]), **CLOSE
    )


@pytest.mark.parametrize("activation", SKLEARN)
def test_scikit_learn_regressors(activation):
    model = regressor(activation)
    network = interop.from_sklearn(model)
    assert network.activations[-1] == "identity"
    np.testing.assert_allclose(outputs(network), model.predict(sample()[0]), **CLOSE)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # that three epochs are few
def test_scikit_learn_with_two_classes_and_with_many_labels():
    from sklearn.neural_network import MLPClassifier

    images, labels = mixed()
    for target, size in ((labels < 5, 2), (np.stack([labels < 3, labels > 6, labels % 2 == 0], 1), 3)):
        model = MLPClassifier((9,), max_iter=3, random_state=0).fit(images, target.astype(int))
        network = interop.from_sklearn(model)
        assert network.sizes == (784, 9, size)
        np.testing.assert_allclose(outputs(network), model.predict_proba(sample()[0]), **CLOSE)


def test_scikit_learn_with_more_and_with_no_hidden_layers():
    for hidden in ((11, 7, 5), ()):
        model = classifier("relu", hidden)
        network = interop.from_sklearn(model)
        assert network.sizes == (784, *hidden, 10)
        np.testing.assert_allclose(outputs(network), model.predict_proba(sample()[0]), **CLOSE)


def test_every_file_gives_what_its_library_gives(tmp_path):
    for path, expected in write_files(tmp_path):
        np.testing.assert_allclose(outputs(interop.read(path)), expected, **CLOSE, err_msg=path.name)


def test_nielsen_network_and_its_json(tmp_path):
    class Network:  # as network2's
        pass

    book = Network()
    book.weights, book.biases, expected = nielsen()
    book.sizes = [784, 15, 10]
    write_nielsen(tmp_path / "n.json")
    for source in (book, tmp_path / "n.json", str(tmp_path / "n.json")):
        np.testing.assert_allclose(outputs(interop.from_nielsen(source)), expected, **CLOSE)


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield torch
    torch.set_num_threads(threads)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_torch_modules_and_state_dicts(hidden, torch):
    images = torch.tensor(sample()[0])
    trained = torch_module(torch, hidden)
    for last, name in (
        ([], "identity"),
        ([torch.nn.Softmax(dim=1)], "softmax"),
        ([torch.nn.LogSoftmax(dim=-1)], "softmax"),
        ([torch.nn.Sigmoid()], "sigmoid"),
        ([torch.nn.Tanh()], "tanh"),
        ([torch.nn.ReLU()], "relu"),
    ):
        module = torch.nn.Sequential(trained, *last).eval()
        with torch.no_grad():
            expected = module(images)
        if last and isinstance(last[0], torch.nn.LogSoftmax):
            expected = expected.exp()
        network = interop.from_torch(module)
        assert network.activations == (hidden, name)
        np.testing.assert_allclose(outputs(network), expected, **CLOSE)
        network = interop.from_torch(module.state_dict(), [hidden, name])
        np.testing.assert_allclose(outputs(network), expected, **CLOSE)


def test_the_lines_that_convert_a_torch_file(torch, tmp_path, monkeypatch):
    """The error's own lines are run, and what they write is opened."""
    monkeypatch.chdir(tmp_path)
    module = torch_module(torch, "relu", torch.nn.Softmax(dim=1))
    torch.save(module.state_dict(), "net.pt")
    for read in (interop.read, interop.from_torch):
        with pytest.raises(ValueError, match="it was not opened") as caught:
            read("net.pt")
    lines = [line.strip() for line in str(caught.value).splitlines() if line.startswith("  ")]
    exec("\n".join(lines), {"torch": torch, "numpy": np})
    with torch.no_grad():
        np.testing.assert_allclose(
            outputs(interop.read("plain.npz")), module(torch.tensor(sample()[0])), **CLOSE
        )


def test_torch_in_half_precision_and_without_biases(torch):
    module = torch.nn.Sequential(torch.nn.Linear(784, 10, bias=False))
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        network = interop.from_torch(module.to(dtype))
        assert network.biases[0].tolist() == [0] * 10
        np.testing.assert_array_equal(network.weights[0], module[0].weight.detach().double())
        assert interop.from_torch(module.state_dict(), "identity").sizes == (784, 10)


def test_torch_modules_of_ones_own_need_their_activations(torch):
    class Mine(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = torch.nn.Linear(784, 6), torch.nn.Linear(6, 10)

        def forward(self, x):
            return torch.tanh(self.second(torch.relu(self.first(x))))

    module = Mine()
    with pytest.raises(interop.ActivationsMissing, match=r"Mine is a module of your own.*activations="):
        interop.from_torch(module)
    network = interop.from_torch(module, "relu,tanh")
    with torch.no_grad():
        np.testing.assert_allclose(outputs(network), module(torch.tensor(sample()[0])), **CLOSE)


def test_what_torch_has_and_this_package_does_not_is_named(torch):
    nn = torch.nn

    def refused(says, *parts):
        with pytest.raises(ValueError, match=says):
            interop.from_torch(nn.Sequential(*parts))

    refused("Conv2d is not shown here", nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(12, 10))
    refused(r"BatchNorm1d is not shown.*folded into it", nn.Linear(5, 4), nn.BatchNorm1d(4))
    refused(r"GELU is not shown here.*Sigmoid, ReLU", nn.Linear(5, 4), nn.GELU())
    refused("does not follow a Linear", nn.ReLU(), nn.Linear(5, 4))
    refused("does not follow a Linear", nn.Linear(5, 4), nn.ReLU(), nn.Tanh())
    refused("runs over another axis", nn.Linear(5, 4), nn.Softmax(dim=0))
    refused("takes 6 inputs, but the layer below has 4", nn.Linear(5, 4), nn.Linear(6, 3))

    class Own(nn.Linear):
        pass

    refused("Own is not shown here", Own(5, 4))
    folded = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4))
    with pytest.raises(ValueError, match="batch normalisation"):
        interop.from_torch(folded.state_dict(), "relu,relu")
    with pytest.raises(ValueError, match="as a convolution's"):
        interop.from_torch(nn.Conv2d(1, 3, 3).state_dict())
    with pytest.raises(ValueError, match=r"from_torch was given a builtins.int"):
        interop.from_torch(3)


@pytest.fixture(scope="module")
def keras(torch):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return pytest.importorskip("keras")


KERAS_OWN = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@KERAS_OWN
@pytest.mark.parametrize(
    ("hidden", "last", "options"),
    [
        ("sigmoid", "softmax", {}),
        ("relu", "linear", {"apart": True}),
        ("tanh", "tanh", {"functional": True}),
        ("linear", "sigmoid", {"apart": True, "functional": True}),
        ("relu", "relu", {"apart": True, "functional": True}),
    ],
)
def test_keras_models(hidden, last, options, keras):
    images = sample()[0].reshape(-1, 28, 28)
    model = keras_model(keras, hidden, last, **options)
    expected = model.predict(images, 500, verbose=0)
    np.testing.assert_allclose(outputs(interop.from_keras(model)), expected, **CLOSE)


@KERAS_OWN
def test_files_that_torch_and_keras_wrote(torch, keras, tmp_path):
    for path, expected in write_peers(tmp_path, torch, keras):
        np.testing.assert_allclose(outputs(interop.read(path)), expected, **CLOSE, err_msg=path.name)


@KERAS_OWN
def test_the_lines_that_convert_a_keras_file(keras, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = keras_model(keras, "tanh", "softmax")
    model.save("net.keras")
    with pytest.raises(ValueError, match="it was not opened") as caught:
        interop.read("net.keras")
    import weightmaps

    lines = [line.strip() for line in str(caught.value).splitlines() if line.startswith("  ")]
    exec("\n".join(lines), {"keras": keras, "weightmaps": weightmaps})
    expected = model.predict(sample()[0].reshape(-1, 28, 28), 500, verbose=0)
    np.testing.assert_allclose(outputs(interop.read("plain.npz")), expected, **CLOSE)


@KERAS_OWN
def test_what_keras_has_and_this_package_does_not_is_named(keras):
    layers = keras.layers

    def refused(says, *parts, shape=(6,)):
        with pytest.raises(ValueError, match=says):
            interop.from_keras(keras.Sequential([keras.Input(shape), *parts]))

    refused("Dense 'd' has the activation 'gelu'", layers.Dense(3, "gelu", name="d"))
    refused("has the activation 'relu'; there are Keras' own", layers.Dense(3, relu))
    refused(r"BatchNormalization 'n'.*fold it", layers.Dense(3), layers.BatchNormalization(name="n"))
    refused(r"Rescaling 'r'.*leave it out", layers.Rescaling(1 / 255, name="r"), layers.Dense(3))
    refused("Conv2D 'c' is not shown", layers.Conv2D(2, 3, name="c"), layers.Flatten(), shape=(6, 6, 1))
    refused(r"negative_slope=0.1", layers.Dense(3), layers.ReLU(negative_slope=0.1))
    refused("put a Flatten before it", layers.Dense(3), shape=(28, 28))
    with pytest.raises(ValueError, match="has no weights yet"):
        interop.from_keras(keras.Sequential([layers.Dense(3)]))
    inputs = keras.Input([6])
    x = layers.Dense(6, "relu")(inputs)
    with pytest.raises(ValueError, match=r"does not simply follow|more than its last layer"):
        interop.from_keras(keras.Model(inputs, layers.Dense(3)(layers.Add()([inputs, x]))))
    with pytest.raises(ValueError, match="gives more than its last layer"):
        interop.from_keras(keras.Model(inputs, [x, layers.Dense(3)(x)]))
    with pytest.raises(ValueError, match=r"from_keras was given a builtins.str"):
        interop.from_keras("net.keras")


def relu(x):
    """Somebody's own function of a name that Keras has too."""
    return 2 * x
