"""Networks that scikit-learn, PyTorch and Keras trained give their own predictions through interop."""

import argparse
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
        with interop.heard() as notes:
            network = interop.from_torch(module)
        assert network.activations == (hidden, name)
        assert notes == ["log_softmax is shown as softmax: the outputs are exp of its own"] * (
            "Log" in str(last)
        )
        np.testing.assert_allclose(outputs(network), expected, **CLOSE)
        network = interop.from_torch(module.state_dict(), [hidden, name])
        np.testing.assert_allclose(outputs(network), expected, **CLOSE)


@pytest.mark.parametrize("old", [False, True])
def test_files_of_torchs_are_read_without_it(old, torch, tmp_path):
    module = torch_module(torch, "relu", torch.nn.Softmax(dim=1))
    optimiser = torch.optim.Adam(module.parameters())
    module(torch.zeros(1, 784)).sum().backward()
    optimiser.step()
    with torch.no_grad():
        expected = module(torch.tensor(sample()[0]))
    state = module.state_dict()
    checkpoint = {
        "epoch": 3,
        "model_state_dict": state,
        "optimizer": optimiser.state_dict(),
        "loss": state["1.0.bias"].sum(),
    }
    parameters = torch.nn.DataParallel(module).state_dict()
    for saved in (state, checkpoint, parameters, list(state.values()), dict(module.named_parameters())):
        torch.save(saved, tmp_path / "net.pt", _use_new_zipfile_serialization=not old)
        with interop.heard():
            network = interop.from_torch(tmp_path / "net.pt", "relu,softmax")
        np.testing.assert_allclose(outputs(network), expected, **CLOSE)
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        torch.save({name: one.to(dtype) for name, one in state.items()}, tmp_path / "net.pt")
        network = interop.read(tmp_path / "net.pt", "relu,softmax")
        np.testing.assert_array_equal(network.weights[1], state["2.weight"].to(dtype).double())


def test_the_lines_that_convert_a_torch_file(torch, tmp_path, monkeypatch):
    """The error's own lines are run, and what they write is opened."""
    monkeypatch.chdir(tmp_path)
    module = torch_module(torch, "relu", torch.nn.Softmax(dim=1))
    args = argparse.Namespace(lr=1)
    for saved, result, names in (
        (module, "plain.npz", None),
        ({"a": args, "state": module.state_dict()}, "plain.pt", "relu,softmax"),
    ):
        torch.save(saved, "net.pt")
        with pytest.raises(ValueError, match="it was not opened") as caught:
            interop.read("net.pt")
        exec("\n".join(line.strip() for line in str(caught.value).splitlines() if line.startswith("  ")), {})
        with torch.no_grad(), interop.heard():
            np.testing.assert_allclose(
                outputs(interop.read(result, names)), module(torch.tensor(sample()[0])), **CLOSE
            )


def test_torch_in_half_precision_and_without_biases(torch):
    module = torch.nn.Sequential(torch.nn.Linear(784, 10, bias=False))
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        network = interop.from_torch(module.to(dtype))
        assert network.biases[0].tolist() == [0] * 10
        np.testing.assert_array_equal(network.weights[0], module[0].weight.detach().double())
        with interop.heard() as notes:
            assert interop.from_torch(module.state_dict(), "identity").sizes == (784, 10)
        assert "no biases" in notes[-1]


def own_module(torch, hidden, last):
    class Mine(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = torch.nn.Linear(784, 6), torch.nn.Linear(6, 10)

        def forward(self, x):
            return last(self.second(hidden(self.first(x.view(-1, 784)))))

    torch.manual_seed(0)
    return Mine()


def test_torch_modules_of_ones_own_are_run(torch):
    functions = torch.nn.functional
    for name in ("relu", "sigmoid", "tanh", "gelu", "silu", "elu", "leaky_relu"):
        hidden = getattr(functions, name)
        for last, said in ((lambda z: z, "identity"), (lambda z: functions.log_softmax(z, 1), "softmax")):
            module = own_module(torch, hidden, last)
            with interop.heard() as notes:
                network = interop.from_torch(module)
            assert network.activations == (name, said)
            assert f"run on random inputs, it gives what {name}," in notes[0]
            assert module.training


def test_names_that_a_torch_module_contradicts(torch):
    module = own_module(torch, torch.relu, lambda z: z)
    assert interop.from_torch(module, "relu,softmax").activations == ("relu", "softmax")
    with pytest.raises(
        ValueError, match=r"sigmoid,identity do not give what Mine gives.*relu,identity would"
    ):
        interop.from_torch(module, "sigmoid,identity")
    odd = own_module(torch, torch.sin, lambda z: z)
    with pytest.raises(interop.ActivationsMissing, match="no choice of activations gives what it gives"):
        interop.from_torch(odd)
    with pytest.raises(ValueError, match="no choice of activations would"):
        interop.from_torch(odd, "relu,identity")
    assert interop.from_torch(odd.state_dict(), "relu,identity").sizes == (784, 6, 10)


def test_torch_normalisations_are_folded(torch):
    nn = torch.nn
    torch.manual_seed(0)
    module = nn.Sequential(
        *(
            nn.BatchNorm1d(9),
            nn.Linear(9, 5),
            nn.BatchNorm1d(5),
            nn.LeakyReLU(0.2),
            nn.BatchNorm1d(5, affine=False),
        ),
        *(nn.Linear(5, 4), nn.ELU(0.5), nn.Linear(4, 3), nn.SiLU()),
    )
    module(torch.randn(50, 9) * 2 + 1)
    module.eval()
    with interop.heard() as notes:
        network = interop.from_torch(module)
    assert network.activations == ("leaky_relu:0.2", "elu:0.5", "silu")
    assert [note[12:] for note in notes] == [
        *("was folded into layer 1, which it comes before", "was folded into layer 1, which it comes after"),
        "was folded into layer 2, which it comes before",
    ]
    X = torch.randn(20, 9)
    with torch.no_grad():
        np.testing.assert_allclose(network.forward(X.numpy()).a[-1], module(X), **CLOSE)


def test_what_torch_has_and_this_package_does_not_is_named(torch):
    nn = torch.nn

    def refused(says, *parts):
        with pytest.raises(ValueError, match=says):
            interop.from_torch(nn.Sequential(*parts))

    refused("Conv2d is not shown here", nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(12, 10))
    refused(r"BatchNorm1d comes after the last", nn.Linear(5, 4), nn.ReLU(), nn.BatchNorm1d(4))
    refused(r"Mish is not shown here.*Sigmoid, ReLU", nn.Linear(5, 4), nn.Mish())
    refused(r"only the exact GELU", nn.Linear(5, 4), nn.GELU(approximate="tanh"))
    refused(r"LSTM is not shown here.*that read its state can be looked at", nn.LSTM(5, 4))
    refused(r"MultiheadAttention is not.*an MLP block of it", nn.MultiheadAttention(4, 2), nn.Linear(4, 3))
    refused("does not follow a dense layer", nn.ReLU(), nn.Linear(5, 4))
    refused("does not follow a dense layer", nn.Linear(5, 4), nn.ReLU(), nn.Tanh())
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


def keras_stack(keras, kind):
    """Layers that only scale and shift, in every place where they can be folded."""
    layers, rng = keras.layers, np.random.default_rng(0)
    norm = layers.Normalization(axis=None)
    stacks = {
        "norms": [
            *(
                layers.Rescaling(2.0, -1),
                layers.Flatten(),
                layers.Dense(5, "relu"),
                layers.BatchNormalization(),
            ),
            *(layers.Dropout(0.1), layers.Dense(4), layers.BatchNormalization(), layers.LeakyReLU()),
            *(layers.Dense(3), layers.Softmax()),
        ],
        "activations": [
            *(layers.Flatten(), layers.Dense(5, "gelu"), layers.Dense(5, "swish"), layers.Dense(5, "elu")),
            layers.Dense(5, "leaky_relu"),
            *(layers.Dense(4), layers.ELU(0.5), layers.Dense(3, "sigmoid")),
        ],
        "adapted": [norm, layers.Flatten(), layers.Dense(5, "relu"), layers.Dense(3, "softmax")],
    }
    if kind == "adapted":
        norm.adapt(rng.random((50, 4, 4)))
    model = keras.Sequential([keras.Input([4, 4]), *stacks[kind]])
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([rng.random(w.shape) + 0.5 for w in layer.get_weights()])
    return model


@KERAS_OWN
@pytest.mark.filterwarnings("ignore::UserWarning:keras")
@pytest.mark.parametrize("kind", ["norms", "activations", "adapted"])
def test_keras_files_and_what_is_folded(kind, keras, tmp_path):
    pytest.importorskip("h5py")
    model = keras_stack(keras, kind)
    X = np.random.default_rng(1).random((20, 4, 4)).astype(np.float32)
    expected = model.predict(X, verbose=0)
    model.save(tmp_path / "net.keras")
    model.save(tmp_path / "net.h5")
    with interop.heard() as notes:
        networks = [
            interop.from_keras(model),
            *(interop.read(tmp_path / f"net{end}") for end in (".keras", ".h5")),
        ]
    for network in networks:
        np.testing.assert_allclose(network.forward(X.reshape(20, -1)).a[-1], expected, **CLOSE)
    assert len(notes) == 3 * {"norms": 3, "activations": 0, "adapted": 1}[kind]


@KERAS_OWN
def test_what_keras_has_and_this_package_does_not_is_named(keras):
    layers = keras.layers

    def refused(says, *parts, shape=(6,)):
        with pytest.raises(ValueError, match=says):
            interop.from_keras(keras.Sequential([keras.Input(shape), *parts]))

    refused("Dense 'd' has the activation 'mish'", layers.Dense(3, "mish", name="d"))
    refused("has the activation 'relu'; there are Keras' own", layers.Dense(3, relu))
    refused(
        r"BatchNormalization 'n' comes after the last",
        layers.Dense(3, "relu"),
        layers.BatchNormalization(name="n"),
    )
    refused(r"LSTM 'l' is not shown.*that read its state", layers.LSTM(3, name="l"), shape=(6, 2))
    refused("Conv2D 'c' is not shown", layers.Conv2D(2, 3, name="c"), layers.Flatten(), shape=(6, 6, 1))
    refused(r"max_value=6", layers.Dense(3), layers.ReLU(max_value=6.0))
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
