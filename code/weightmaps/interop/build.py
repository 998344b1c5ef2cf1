"""A network from arrays: what fits is taken and what was found out is said; what does not fit is an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ..network import ACTIVATIONS, Network, NotANetwork
from .names import LIMITS, NAMES, Reading, flat, listed, readings
from .notes import said, say

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


class TooManyInputs(ValueError):
    """A matrix of more inputs than the layer below has neurons.

    Attributes
    ----------
    matrix : array
    most : int
        How many neurons the layer below has.
    """

    def __init__(self, message, matrix, most):
        super().__init__(message)
        self.matrix, self.most = matrix, most


def from_arrays(weights, biases=None, activations=None, *, transpose=None):
    """Make a network of weights and biases.

    Parameters
    ----------
    weights : sequence of arrays
        One matrix a layer, of shape ``(n_out, n_in)``, a row a neuron; or all of them ``(n_in, n_out)`` if
        the shapes show it. Without `biases`, each may have them as one column more; or give a sequence of
        pairs, (weights, biases), or a mapping of names to arrays, which may be nested, as those of Flax.
    biases : sequence of arrays, optional
        One vector a layer, of shape ``(n_out,)``, or ``(n_out, 1)`` as Nielsen's code has them, or
        ``(1, n_out)``. Without them they are 0.
    activations : sequence of str, or str
        One name a layer, the output's last: ``("relu", "softmax")`` or ``"relu,softmax"``. There are
        ``sigmoid`` (or ``logistic``), ``relu``, ``tanh``, ``softmax``, ``identity`` (or ``linear``).
    transpose : bool, optional
        Whether matrices are ``(n_in, n_out)``, where shapes do not tell, as where all are square.

    Returns
    -------
    Network
        What was found out on the way, such as that matrices were transposed, is said by a warning, `Note`.

    Raises
    ------
    ActivationsMissing
        If `activations` is None: weights do not tell them.
    ValueError
        If shapes do not fit together, and then with every layer's shapes; if a value is not finite; if an
        activation is unknown.

    Examples
    --------
    >>> from_arrays([np.ones((100, 784)), np.ones((10, 100))], [np.zeros(100), np.zeros(10)], "relu,softmax")
    <Network 784-100-10, relu/softmax>
    """
    if isinstance(weights, Mapping):
        return from_names(flat(weights), activations, transpose)
    weights = list(weights)
    if biases is None and all(isinstance(one, (list, tuple)) and len(one) == 2 for one in weights):
        weights, biases = map(list, zip(*weights, strict=True)) if weights else ([], [])
    weights = [_floats(w, f"weights[{i}]") for i, w in enumerate(weights)]
    biases = [None] * len(weights) if biases is None else biases
    biases = [b if b is None else _floats(b, f"biases[{i}]") for i, b in enumerate(biases)]
    return _made(Reading(weights, biases, [], None, False), activations, transpose)


def from_names(arrays, activations=None, transpose=None):
    """Make a network of arrays by name; see :func:`weightmaps.interop.read`.

    Parameters
    ----------
    arrays : dict of str to array
    activations : sequence of str or str, optional
        In place of those that texts among the arrays name.
    transpose : bool, optional
        As in :func:`from_arrays`.

    Returns
    -------
    Network
    """
    found, named = readings({name: _floats(array, name) for name, array in arrays.items()})
    reading = next((one for one in found if _fitting(one, transpose)), found[0])
    if len(reading.weights) != len(reading.biases) or not reading.weights:
        counts = f"{len(reading.weights)} matrices and {len(reading.biases)} vectors"
        raise ValueError(f"{counts}, which do not pair as weights and biases; {listed(arrays)}")
    if isinstance(named, list) and len(named) != len(reading.weights):
        texts = [name for name, array in arrays.items() if array.dtype.kind == "U"]
        reading, named = reading._replace(passed=[n for n in arrays if n in reading.passed + texts]), None
    if len(_fitting(reading, transpose)) > 1 and max(reading.weights[0].shape) > 1:
        say(said("ambiguous"))
    return _made(reading, named if activations is None else activations, transpose)


def _made(reading, activations, transpose):
    """The network of a reading that is known to pair; what was found out is said."""
    if len(reading.weights) > LIMITS["layers"]:
        many = f"weights has {len(reading.weights)} matrices"
        raise ValueError(f"{many}; networks have at most {LIMITS['layers']} layers")
    ways = _fitting(reading, transpose)
    if ways:
        notes, weights, biases = ways[0]
    else:
        notes, weights, biases = [], reading.weights, [b for b in reading.biases if b is not None]
        biases = _filled(weights, reading.biases) if len(weights) == len(reading.biases) else biases
        _check_shapes(weights, biases)
    say(*notes, *([said("passed_over", *reading.passed)] if reading.passed else []))
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


def _fitting(reading, transpose):
    """Each way in which shapes fit, the likeliest first: notes, weights and biases."""
    given, lacking = reading.weights, [str(i) for i, b in enumerate(reading.biases, 1) if b is None]
    if len(given) != len(reading.biases) or any(w.ndim != 2 or 0 in w.shape for w in given) or not given:
        return []
    transpose = reading.turned if reading.turned is not None else transpose
    plain, within = [], []
    for turned in (False, True) if transpose is None else (transpose,):
        weights = [w.T for w in given] if turned else given
        notes = [said("transposed")] if turned and transpose is None else []
        if lacking:
            notes.append(said("some_biases", *lacking) if len(lacking) < len(given) else said("no_biases"))
        plain.append((notes, weights, _filled(weights, reading.biases)))
        if len(lacking) == len(given) and all(w.shape[1] > 1 for w in weights):
            parts = [(w[:, :-1], w[:, -1]) if turned else (w[:, 1:], w[:, 0]) for w in weights]
            notes = [said("last_row" if turned else "first_column")]
            within.append((notes, *map(list, zip(*parts, strict=True))))
    ways = within + plain if reading.within else plain + within
    return [way for way in ways if _fit(*way[1:])]


def _filled(weights, biases):
    """The biases as vectors; 0 where there are none."""
    return [np.zeros(w.shape[:1]) if b is None else _flat(b) for w, b in zip(weights, biases, strict=True)]


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
    names = [name.strip().lower().partition(":") for name in given]
    if any(name in ("log_softmax", "logsoftmax") for name, _, _ in names):
        say(said("log_softmax"))
    return tuple(NAMES["activations"].get(name, name) + colon + number for name, colon, number in names)


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
    """Refuse shapes that do not chain, with all of them."""
    odd = any(w.ndim != 2 or 0 in w.shape for w in weights) or any(b.ndim != 1 for b in biases)
    if odd or not weights:
        return  # Network says it
    if len(weights) != len(biases):
        return
    shapes = "; ".join(
        f"layer {i}: weights {w.shape}, biases {b.shape}"
        for i, (w, b) in enumerate(zip(weights, biases, strict=True), 1)
    )
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        if len(b) != len(w):
            raise ValueError(
                f"biases[{i}] has {len(b)} values for the {len(w)} neurons (rows) of weights[{i}]; "
                f"each neuron needs one. {shapes}"
            )
    i = next(i for i in range(1, len(weights)) if weights[i].shape[1] != len(weights[i - 1]))
    inputs, below = weights[i].shape[1], len(weights[i - 1])
    message = (
        f"weights[{i}] takes {inputs} inputs, but the layer below has {below} neurons; weights are "
        f"(n_out, n_in), a row a neuron. {shapes}"
    )
    raise TooManyInputs(message, weights[i], below) if inputs > below else ValueError(message)


def _fit(weights, biases):
    each = all(b.shape == w.shape[:1] for w, b in zip(weights, biases, strict=True))
    return each and all(w.shape[1] == len(below) for below, w in pairwise(weights))
