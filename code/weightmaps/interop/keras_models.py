"""A network from a Keras model that is a stack of Dense layers."""

from __future__ import annotations

import warnings

import numpy as np

from .build import from_arrays
from .errors import wrong_object
from .recognise import library

ACTIVATIONS = {"sigmoid", "relu", "tanh", "softmax", "linear"}
WITHOUT_EFFECT = {"InputLayer", "Dropout", "AlphaDropout", "GaussianNoise", "GaussianDropout", "Flatten"}


def from_keras(model):
    """Take over a Keras 3 model: a stack of ``Dense`` layers.

    Parameters
    ----------
    model : keras.Sequential or keras.Model
        Of ``Dense`` layers, whose activations are ``sigmoid``, ``relu``, ``tanh``, ``softmax`` or
        ``linear``, given to the layer or as an ``Activation``, ``ReLU`` or ``Softmax`` after it.
        ``Flatten`` before the first, and ``Dropout``, are passed over.

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
    weights, biases, named = [], [], []
    flat = len(getattr(model, "input_shape", None) or (None, None)) == 2
    for layer in _stack(model):
        ours = type(layer).__module__.startswith(("keras.", "tf_keras."))
        kind = type(layer).__name__ if ours else None
        if kind == "Dense":
            if not flat:
                raise ValueError(
                    f"{_named(layer)} is applied to each row of an image apart; "
                    "put a Flatten before it and train again"
                )
            weights.append(None)
            w, b = _arrays(layer)
            weights[-1] = w.T
            biases.append(b)
            named.append(_activation(layer))
        elif kind in ("Activation", "ReLU", "Softmax"):
            if not named or named[-1] != "linear":
                raise ValueError(f"{_named(layer)} does not follow a Dense without activation; each has one")
            named[-1] = _activation(layer) if kind == "Activation" else _plain_activation(layer)
        elif kind == "Flatten":
            flat = True
        elif kind not in WITHOUT_EFFECT:
            raise ValueError(f"{_named(layer)} is not shown here: a network is Dense layers{_advice(kind)}")
    return from_arrays(weights, biases, named)


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


def _arrays(layer):
    with warnings.catch_warnings():  # Keras' own, where PyTorch computes for it
        warnings.simplefilter("ignore", DeprecationWarning)
        arrays = [np.asarray(array) for array in layer.get_weights()]
    if not arrays:
        raise ValueError(f"{_named(layer)} has no weights yet; build or fit the model first")
    if len(arrays) > 2:
        raise ValueError(f"{_named(layer)} has {len(arrays)} arrays; merge or remove its adapters first")
    return arrays if len(arrays) == 2 else (arrays[0], np.zeros(arrays[0].shape[1]))


def _activation(layer):
    function = layer.activation
    name = getattr(function, "__name__", type(function).__name__)
    if name not in ACTIVATIONS or not function.__module__.startswith(("keras.", "tf_keras.")):
        raise ValueError(
            f"{_named(layer)} has the activation {name!r}; "
            f"there are Keras' own {', '.join(sorted(ACTIVATIONS))}"
        )
    return name


def _plain_activation(layer):
    usual = {"axis": -1, "max_value": None, "negative_slope": 0.0, "threshold": 0.0}
    for option, value in usual.items():
        if getattr(layer, option, value) != value:
            raise ValueError(
                f"{_named(layer)} has {option}={getattr(layer, option)}; only {value} is shown here"
            )
    return type(layer).__name__.lower()


def _advice(kind):
    if kind in ("Rescaling", "Normalization"):
        return "; leave it out of the stack, and give images as the first Dense gets them"
    if kind == "BatchNormalization":
        return "; fold it into the Dense before it"
    return "; of a larger model, give a Sequential of the Dense layers that it ends in"


def _named(layer):
    return f"{type(layer).__name__} {layer.name!r}"
