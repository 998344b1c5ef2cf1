"""A network from a Keras model that is a stack of Dense layers."""

from __future__ import annotations

import warnings

import numpy as np

from .errors import wrong_object
from .fold import Stack
from .recognise import library

ACTIVATIONS = {
    **{name: name for name in ("sigmoid", "relu", "tanh", "softmax", "gelu", "elu", "silu")},
    **{"linear": "identity", "swish": "silu", "log_softmax": "log_softmax", "leaky_relu": "leaky_relu:0.2"},
}
WITHOUT_EFFECT = {
    "InputLayer",
    "Dropout",
    "AlphaDropout",
    "GaussianNoise",
    "GaussianDropout",
    "Flatten",
    "Reshape",
}
APART = ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")


def from_keras(model):
    """Take over a Keras 3 model: a stack of ``Dense`` layers.

    A ``BatchNormalization``, ``Rescaling`` or ``Normalization`` is folded into the layer that it belongs to:
    the ``Dense`` before it, or after an activation the next one.

    Parameters
    ----------
    model : keras.Sequential or keras.Model
        Of ``Dense`` layers, whose activations are ``sigmoid``, ``relu``, ``tanh``, ``softmax``, ``linear``,
        ``leaky_relu``, ``elu``, ``gelu``, ``silu``, given to the layer or as an ``Activation``, ``ReLU``,
        ``LeakyReLU``, ``ELU`` or ``Softmax`` after it. ``Flatten`` before the first, and ``Dropout``, are
        passed over.

    Returns
    -------
    Network
        Its outputs are ``model.predict(images)``.

    Raises
    ------
    ValueError
        If it is another model, has not been built, branches, or holds another layer, named in the error.

    Examples
    --------
    >>> import pytest
    >>> keras = pytest.importorskip("keras")
    >>> dense = keras.layers.Dense
    >>> from_keras(keras.Sequential([keras.Input([784]), dense(30, "relu"), dense(10, "softmax")]))
    <Network 784-30-10, relu/softmax>
    """
    if library(model) not in ("keras", "tf_keras") or not hasattr(model, "layers"):
        raise wrong_object(
            "from_keras", model, "a keras.Sequential, or a keras.Model that is one stack of layers"
        )
    stack = Stack()
    flat = len(getattr(model, "input_shape", None) or (None, None)) == 2
    for layer in _stack(model):
        ours = type(layer).__module__.startswith(("keras.", "tf_keras."))
        kind = type(layer).__name__ if ours else None
        if kind == "Flatten":
            flat = True
        if kind == "Reshape":
            flat = len(layer.target_shape) == 1
        if kind == "Dense" and not flat:
            raise ValueError(
                f"{_named(layer)} is applied to each row of an image apart; "
                "put a Flatten before it and train again"
            )
        add_layer(stack, kind or type(layer).__name__, _config(layer) if ours else {}, _arrays(layer))
    return stack.network()


def add_layer(stack, kind, config, arrays):
    """Put a layer of Keras' on a stack.

    Parameters
    ----------
    stack : Stack
    kind : str
        The name of its class.
    config : dict
        As its ``get_config()`` gives it.
    arrays : list of array
        As its ``get_weights()`` gives them.
    """
    what = f"{kind} {str(config.get('name', ''))[:40]!r}"
    if kind == "Dense" and config:
        if len(arrays) not in (1, 2):
            more = "build or fit the model first" if not arrays else "merge or remove its adapters first"
            raise ValueError(f"{what} has {'no' if not arrays else len(arrays)} weights yet; {more}")
        stack.dense(arrays[0].T, *arrays[1:])
        name = _activation(what, config.get("activation") or "linear")
        if name != "identity":
            stack.activation(name, what)
    elif kind == "Activation":
        name = _activation(what, config.get("activation"))
        if name != "identity":
            stack.activation(name, what)
    elif kind in APART:
        stack.activation(_plain_activation(what, kind, config), what)
    elif kind == "BatchNormalization":
        *more, mean, var = arrays if len(arrays) >= 2 else [np.nan, np.nan]
        gamma = more.pop(0) if config.get("scale", True) else 1.0
        beta = more.pop(0) if config.get("center", True) else 0.0
        scale = gamma / np.sqrt(var + config.get("epsilon", 1e-3))
        stack.scale(scale, beta - mean * scale, what)
    elif kind == "Rescaling":
        stack.scale(np.asarray(config["scale"], float), np.asarray(config["offset"], float), what)
    elif kind == "Normalization" and len(arrays) >= 2 and not config.get("invert"):
        scale = 1 / np.maximum(np.sqrt(arrays[1].ravel()), 1e-7)
        stack.scale(scale, -arrays[0].ravel() * scale, what)
    elif kind not in WITHOUT_EFFECT:
        raise ValueError(f"{what} is not shown here: a network is Dense layers; {_advice(kind)}")


def _stack(model):
    """The layers of a model, each of which takes what the one before it gives."""
    if any(cls.__name__ == "Sequential" for cls in type(model).__mro__):
        for layer in model.layers:
            yield from _stack(layer) if hasattr(layer, "layers") else [layer]
        return
    given = None
    for layer in model.layers:
        try:
            chained = given is None or layer.input is given
            given = layer.output
        except (AttributeError, ValueError):  # a layer that was never called, or at several places
            chained = False
        if not chained or hasattr(layer, "layers"):
            raise ValueError(
                f"{_named(layer)} of {type(model).__name__} does not simply follow the layer before; "
                "only one stack of layers is shown here"
            )
        yield layer
    if model.outputs is None or len(model.outputs) != 1 or model.outputs[0] is not given:
        raise ValueError(
            f"{type(model).__name__} gives more than its last layer does; only one stack is shown here"
        )


def _config(layer):
    """A layer's options; an activation that is somebody's own does not go by a name of Keras'."""
    function = getattr(layer, "activation", None)
    own = function is not None and not function.__module__.startswith(("keras.", "tf_keras."))
    return layer.get_config() | ({"activation": {"config": function.__name__}} if own else {})


def _arrays(layer):
    with warnings.catch_warnings():  # Keras' own, where PyTorch computes for it
        warnings.simplefilter("ignore", DeprecationWarning)
        return [np.asarray(array) for array in layer.get_weights()]


def _activation(what, name):
    if isinstance(name, dict) and name.get("config") == "softmax_v2":  # what tf.nn.softmax calls itself
        name = "softmax"
    if not isinstance(name, str) or name not in ACTIVATIONS:
        shown = name.get("config", name) if isinstance(name, dict) else name
        raise ValueError(
            f"{what} has the activation {str(shown)[:60]!r}; there are Keras' own {', '.join(ACTIVATIONS)}"
        )
    return ACTIVATIONS[name]


def _plain_activation(what, kind, config):
    usual = {"axis": -1, "max_value": None, "threshold": 0.0, "threshold_value": 0.0}
    for option, value in usual.items():
        if config.get(option, value) not in (value, [value]):
            raise ValueError(f"{what} has {option}={config[option]}; only {value} is shown here")
    number = config.get("negative_slope", config.get("alpha", 0.3 if kind == "LeakyReLU" else 0.0))
    if kind == "ELU":
        return f"elu:{float(config.get('alpha', 1.0))}"
    if kind == "Softmax":
        return "softmax"
    return f"leaky_relu:{float(number)}" if number else "relu"


def _advice(kind):
    kind = kind.lower()
    if "conv" in kind or "pool" in kind:
        return "the Dense layers at its end can be looked at, with images as the first of them gets them"
    if "attention" in kind:
        return "an MLP block of it can be looked at: its Dense layers, as a Sequential"
    if any(word in kind for word in ("lstm", "gru", "rnn")):
        return "the Dense layers that read its state can be looked at, as a Sequential"
    return "of a larger model, give a Sequential of the Dense layers that it ends in"


def _named(layer):
    return f"{type(layer).__name__} {layer.name!r}"
