"""Networks that other libraries train for a moment on the sample, and the files their users would write."""

import functools
import json

import numpy as np

from weightmaps.digits import load_sample
from weightmaps.training import initialise, train

SKLEARN = ("identity", "logistic", "tanh", "relu")
OURS = {"logistic": "sigmoid", "linear": "identity"}


@functools.cache
def sample():
    """The 5,000 images that ship and their labels."""
    digits = load_sample()
    return digits.images, digits.labels


@functools.cache
def mixed():
    """1,000 images of the sample and their labels, digits mixed: enough for a moment's training."""
    images, labels = sample()
    which = np.random.default_rng(0).permutation(len(labels))[:1000]
    return images[which], labels[which]


@functools.cache
def classifier(activation="relu", hidden=(12,)):
    """scikit-learn's MLPClassifier of ten digits, trained for three epochs."""
    from sklearn.neural_network import MLPClassifier

    images, labels = mixed()
    model = MLPClassifier(hidden, activation=activation, random_state=0, batch_size=50)
    for _ in range(3):  # fit would warn that three are few
        model.partial_fit(images, labels, classes=range(10))
    return model


@functools.cache
def regressor(activation="relu"):
    """scikit-learn's MLPRegressor of the ink in each of an image's halves."""
    from sklearn.neural_network import MLPRegressor

    images, _ = mixed()
    model = MLPRegressor(hidden_layer_sizes=(12,), activation=activation, random_state=0, batch_size=50)
    for _ in range(3):
        model.partial_fit(images, images.reshape(-1, 2, 392).mean(axis=2))
    return model


@functools.cache
def nielsen():
    """A network of sigmoids, its biases columns as in Nielsen's network2, and what its feedforward gives."""
    digits = load_sample()[::5]
    start = initialise([784, 15, 10], scale="fan_in", seed=0)
    options = {"epochs": 2, "batch_size": 10, "learning_rate": 0.5, "cost": "cross_entropy", "seed": 0}
    network, _ = train(start, *digits, **options)
    weights = [w.astype(float) for w in network.weights]
    biases = [b.astype(float).reshape(-1, 1) for b in network.biases]
    a = sample()[0].T.astype(float)
    for w, b in zip(weights, biases, strict=True):
        a = 1 / (1 + np.exp(-(np.dot(w, a) + b)))
    return weights, biases, a.T


def write_nielsen(path):
    """What network2.Network.save writes; returns the outputs for the sample."""
    weights, biases, outputs = nielsen()
    data = {
        "sizes": [weights[0].shape[1], *(len(w) for w in weights)],
        "weights": [w.tolist() for w in weights],
        "biases": [b.tolist() for b in biases],
        "cost": "CrossEntropyCost",
    }
    path.write_text(json.dumps(data))
    return outputs


def torch_module(torch, hidden, *last):
    """784-12-10 trained for a moment."""
    kinds = {
        "sigmoid": torch.nn.Sigmoid,
        "relu": torch.nn.ReLU,
        "tanh": torch.nn.Tanh,
        "identity": torch.nn.Identity,
    }
    torch.manual_seed(0)
    inner = torch.nn.Sequential(torch.nn.Linear(784, 12), kinds[hidden](), torch.nn.Dropout(0.2))
    module = torch.nn.Sequential(torch.nn.Flatten(), inner, torch.nn.Linear(12, 10))
    images, labels = map(torch.tensor, mixed())
    step = torch.optim.Adam(module.parameters(), 0.01)
    for _ in range(20):
        step.zero_grad()
        torch.nn.functional.cross_entropy(module(images), labels).backward()
        step.step()
    return torch.nn.Sequential(*module, *last).eval()


def keras_model(keras, hidden, last, *, apart=False, functional=False):
    """784-12-10 trained for a moment; activations in the Dense, or apart from it."""
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Flatten(), keras.layers.Dense(12, None if apart else hidden)]
    layers += [keras.layers.Activation(hidden)] if apart and hidden != "linear" else []
    layers += [keras.layers.Dropout(0.1), keras.layers.Dense(10, last)]
    inputs = keras.Input([28, 28])
    if functional:
        x = inputs
        for layer in layers:
            x = layer(x)
        model = keras.Model(inputs, x)
    else:
        model = keras.Sequential([inputs, *layers])
    images, labels = mixed()
    model.compile("adam", "mse")
    model.fit(images.reshape(-1, 28, 28), np.eye(10)[labels], epochs=1, batch_size=100, verbose=0)
    return model


def write_peers(folder, torch, keras):
    """Files of networks that PyTorch and Keras trained, in their own names; as :func:`write_files`."""
    from safetensors.torch import save_file

    images = sample()[0]
    module = torch_module(torch, "relu", torch.nn.Softmax(dim=1))
    save_file(module.state_dict(), folder / "torch.safetensors", {"activations": "relu,softmax"})
    state = {name: tensor.numpy() for name, tensor in module.state_dict().items()}
    np.savez(folder / "torch.npz", activations=["relu", "softmax"], **state)
    with torch.no_grad():
        theirs = module(torch.tensor(images)).numpy()
    model = keras_model(keras, "tanh", "sigmoid")
    arrays = {one.path: np.asarray(one) for one in model.weights}
    np.savez(folder / "keras.npz", activations=["tanh", "sigmoid"], **arrays)
    keras_theirs = model.predict(images.reshape(-1, 28, 28), 500, verbose=0)
    return [
        (folder / "torch.safetensors", theirs),
        (folder / "torch.npz", theirs),
        (folder / "keras.npz", keras_theirs),
    ]


def write_files(folder):
    """Write a trained network in every format and convention of names that is read.

    Parameters
    ----------
    folder : pathlib.Path

    Returns
    -------
    list of (path, array of shape (5000, 10))
        Each file, and the outputs that the library which trained it gives for the sample.
    """
    from safetensors.numpy import save_file

    from weightmaps.interop import from_sklearn

    written = []

    def write(name, save, activation):
        model = classifier(activation)
        save(folder / name, model, [OURS.get(activation, activation), "softmax"])
        written.append((folder / name, model.predict_proba(sample()[0])))

    def ours(path, model, _):
        from_sklearn(model).save(path)

    def scikit_learn(path, model, names):
        arrays = {f"coefs_{i}": w for i, w in enumerate(model.coefs_)}
        arrays |= {f"intercepts_{i}": b for i, b in enumerate(model.intercepts_)}
        np.savez(path, activations=names, **arrays)

    def numbered(path, model, names):
        (w1, w2), (b1, b2) = model.coefs_, model.intercepts_
        np.savez_compressed(path, W1=w1.T, b1=b1, W2=w2.T, b2=b2, activations=",".join(names))

    def alternating(path, model, names):
        (w1, w2), (b1, b2) = model.coefs_, model.intercepts_
        np.savez(path, w1.T, b1, w2.T, b2, activations=names)

    def keras(path, model, names):
        arrays = {}
        for name, w, b in zip(("dense", "dense_1"), model.coefs_, model.intercepts_, strict=True):
            arrays |= {f"{name}/kernel": w.astype(np.float32), f"{name}/bias": b.astype(np.float32)}
        np.savez(path, activations=names, **arrays)

    def plain_json(path, model, names):
        weights, biases = [w.T.tolist() for w in model.coefs_], [b.tolist() for b in model.intercepts_]
        path.write_text(json.dumps({"weights": weights, "biases": biases, "activations": names}))

    def safetensors(dtype):
        def save(path, model, names):
            tensors = {}
            for i, (w, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
                tensors[f"{2 * i}.weight"] = np.ascontiguousarray(w.T, dtype)
                tensors[f"{2 * i}.bias"] = b.astype(dtype)
            save_file(tensors, path, {"activations": ",".join(names)})

        return save

    write("ours.npz", ours, "relu")
    write("scikit-learn.npz", scikit_learn, "logistic")
    write("numbered.npz", numbered, "tanh")
    write("alternating.npz", alternating, "identity")
    write("keras-names.npz", keras, "relu")
    write("plain.json", plain_json, "tanh")
    write("double.safetensors", safetensors(np.float64), "relu")
    write("single.safetensors", safetensors(np.float32), "logistic")
    written.append((folder / "network2.json", write_nielsen(folder / "network2.json")))
    return written
