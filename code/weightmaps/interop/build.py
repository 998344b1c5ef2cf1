"""A network from arrays: what fits is taken as it is, what does not is an error that says what would."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np

from ..network import ACTIVATIONS, Network, NotANetwork
from .names import LIMITS, NAMES

HIDDEN = tuple(NAMES["hidden"])


class ActivationsMissing(NotANetwork):
    """Weights and biases that fit, and no word about the activations.

    Attributes
    ----------
    weights, biases : list of arrays
        As they were read, rows being neurons.
    """

    def __init__(self, message, weights, biases):
        super().__init__(message)
        self.weights, self.biases = weights, biases

    def with_evidence(self, images, labels):
        """The same error, with the accuracy that each choice would have on these images in its message."""
        tried = activations_by_accuracy(self.weights, self.biases, images, labels)
        lines = [f"  {accuracy:6.1%}  {','.join(names)}" for names, accuracy in tried]
        message = "\n".join(
            [str(self), f"Accuracy on these {len(images):,} images with each choice:", *lines]
        )
        return ActivationsMissing(message, self.weights, self.biases)


def from_arrays(weights, biases, activations=None):
    """Make a network of weights and biases.

    Parameters
    ----------
    weights : sequence of arrays
        One matrix a layer, of shape ``(n_out, n_in)``: a row a neuron. scikit-learn's and Keras' own
        matrices are ``(n_in, n_out)``; give their ``.T``.
    biases : sequence of arrays
        One vector a layer, of shape ``(n_out,)``, or ``(n_out, 1)`` as Nielsen's code has them, or
        ``(1, n_out)``.
    activations : sequence of str, or str
        One name a layer, the output's last: ``("relu", "softmax")`` or ``"relu,softmax"``. There are
        ``sigmoid`` (or ``logistic``), ``relu``, ``tanh``, ``softmax``, ``identity`` (or ``linear``).

    Returns
    -------
    Network

    Raises
    ------
    ActivationsMissing
        If `activations` is None: weights do not tell them.
    ValueError
        If shapes do not fit together, and then with every layer's shapes, and whether the transposes would
        fit; if a value is not finite; if an activation is unknown.

    Examples
    --------
    >>> from_arrays([np.ones((100, 784)), np.ones((10, 100))], [np.zeros(100), np.zeros(10)], "relu,softmax")
    <Network 784-100-10, relu/softmax>
    """
    weights = [_floats(w, f"weights[{i}]") for i, w in enumerate(weights)]
    biases = [_flat(_floats(b, f"biases[{i}]")) for i, b in enumerate(biases)]
    if len(weights) > LIMITS["layers"]:
        raise ValueError(
            f"weights has {len(weights)} matrices; networks have at most {LIMITS['layers']} layers"
        )
    _check_shapes(weights, biases)
    if activations is None:
        names = ",".join(["sigmoid"] * (len(weights) - 1) + ["softmax"])
        network = Network(weights, biases)  # which checks the values
        raise ActivationsMissing(
            f"the {len(weights)} activations are not named, and weights do not tell them: say which, "
            f"one a layer, as in activations={names!r}; there are: {', '.join(ACTIVATIONS)}",
            list(network.weights),
            list(network.biases),
        )
    return Network(weights, biases, activation_names(activations))


def activation_names(given):
    """Names of activations, one a layer, from a sequence, a comma-separated text or a JSON list.

    >>> activation_names("ReLU, softmax"), activation_names('["logistic", "linear"]')
    (('relu', 'softmax'), ('sigmoid', 'identity'))
    """
    if isinstance(given, np.ndarray):
        given = given.tolist()
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.lstrip().startswith("[") else given.split(",")
        except (ValueError, RecursionError):
            given = None
    if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) for name in given):
        raise ValueError("activations must be names, one a layer, as in 'relu,softmax'")
    names = (name.strip().lower() for name in given)
    return tuple(NAMES["activations"].get(name, name) for name in names)


def activations_by_accuracy(weights, biases, images, labels):
    """The accuracy that weights have on images with each choice of the hidden activation.

    The output's activation does not show in an accuracy, since it does not change which output is largest;
    it is ``softmax`` here, or ``sigmoid`` for a single output.

    Parameters
    ----------
    weights, biases : sequences of arrays
        As in :func:`from_arrays`.
    images : array, shape (n, n_in)
    labels : array of int, shape (n,)

    Returns
    -------
    list of (tuple of str, float)
        Activations, and their accuracy from 0 to 1, the best first.

    Raises
    ------
    ValueError
        If shapes do not fit together.

    Examples
    --------
    >>> weights, biases = [np.array([[-1.0], [1.0]]), np.eye(2)], [np.zeros(2), np.array([0.0, 0.1])]
    >>> for names, accuracy in activations_by_accuracy(weights, biases, [[-2.0], [0.05]], [0, 1]):
    ...     print(*names, accuracy)
    sigmoid softmax 1.0
    relu softmax 1.0
    tanh softmax 1.0
    identity softmax 1.0
    """
    last = "softmax" if len(weights[-1]) > 1 else "sigmoid"
    tried = []
    for hidden in HIDDEN if len(weights) > 1 else HIDDEN[:1]:
        names = (hidden,) * (len(weights) - 1) + (last,)
        network = from_arrays(weights, biases, names)
        network = two_outputs(network) if last == "sigmoid" else network
        tried.append((names, network.accuracy(images, labels)))
    return sorted(tried, key=lambda one: -one[1])


def two_outputs(network):
    """A network that ends in one sigmoid, as one that ends in two outputs and a softmax.

    The softmax of 0 and z is 1 − sigmoid(z) and sigmoid(z): the two outputs are exactly what scikit-learn's
    ``predict_proba`` gives for two classes.

    Parameters
    ----------
    network : Network
        With one output, a sigmoid.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If it has more outputs than one, or another activation there.

    Examples
    --------
    >>> network = two_outputs(from_arrays([[[2.0]]], [[-1.0]], ["sigmoid"]))
    >>> network.sizes, network.forward(np.array([0.5])).a[-1]
    ((1, 2), array([0.5, 0.5]))
    """
    if network.sizes[-1] != 1 or network.activations[-1] != "sigmoid":
        raise ValueError(
            f"{network} ends in {network.sizes[-1]} {network.activations[-1]} outputs; "
            "two_outputs wants one sigmoid"
        )
    w, b = network.weights[-1], network.biases[-1]
    return Network(
        (*network.weights[:-1], np.concatenate([np.zeros_like(w), w])),
        (*network.biases[:-1], np.concatenate([np.zeros_like(b), b])),
        (*network.activations[:-1], "softmax"),
    )


def _floats(value, name):
    """As an array; of the types that arithmetic is slow or coarse in, as one of the two that it is not."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of unequal lengths; it must be one array of numbers") from None
    if array.dtype.kind == "f" and array.dtype not in (np.float32, np.float64):
        with np.errstate(over="ignore"):  # what becomes infinite is refused as such
            return array.astype(np.float32 if array.dtype.itemsize == 2 else np.float64)
    return array


def _flat(b):
    """Biases may be a column, as Nielsen's, or a row."""
    return b.ravel() if b.ndim == 2 and 1 in b.shape else b


def _check_shapes(weights, biases):
    """Refuse shapes that do not chain, with all of them, and say whether transposes would fit."""
    if any(w.ndim != 2 for w in weights) or any(b.ndim != 1 for b in biases) or not weights:
        return  # Network says it
    if len(weights) != len(biases) or _fit(weights, biases):
        return
    shapes = "; ".join(
        f"layer {i}: weights {w.shape}, biases {b.shape}"
        for i, (w, b) in enumerate(zip(weights, biases, strict=True), 1)
    )
    if _fit([w.T for w in weights], biases):
        raise ValueError(
            f"the weights look transposed: rows must be neurons, (n_out, n_in), and the transposes "
            f"would fit; write [w.T for w in weights]. {shapes}"
        )
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        if len(b) != len(w):
            raise ValueError(
                f"biases[{i}] has {len(b)} values for the {len(w)} neurons (rows) of weights[{i}]; "
                f"each neuron needs one. {shapes}"
            )
    i = next(i for i in range(1, len(weights)) if weights[i].shape[1] != len(weights[i - 1]))
    raise ValueError(
        f"weights[{i}] takes {weights[i].shape[1]} inputs, but the layer below has {len(weights[i - 1])} "
        f"neurons; weights are (n_out, n_in), a row a neuron. {shapes}"
    )


def _fit(weights, biases):
    each = all(len(w) == len(b) for w, b in zip(weights, biases, strict=True))
    return each and all(w.shape[1] == len(below) for below, w in pairwise(weights))
