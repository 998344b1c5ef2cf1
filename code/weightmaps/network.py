"""A small fully connected network: its weights, and a forward pass that keeps everything it computed."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass

import numpy as np

from .arrays import Pickled, Unreadable, read_npz, shown
from .checks import labels, read_only
from .files import atomic_write

FORMAT = "weightmaps network 1"


def sigmoid(z):
    """1 / (1 + exp(-z)), element by element; written with tanh so that no z, however large, overflows.

    >>> sigmoid(np.array([-1e4, 0.0, 1e4])).tolist()
    [0.0, 0.5, 1.0]
    """
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def softmax(z):
    """exp(z) / sum(exp(z)) along the last axis, shifted by its maximum so that it cannot overflow."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _erf(z):
    """The error function, by a series whose terms are all of one sign, as in ``maths.js``."""
    x = np.minimum(np.abs(z), 6.0)  # from there on it is 1
    term = total = x
    for n in range(1, 120):
        term = term * (2 * x * x / (2 * n + 1))
        total = total + term
    return np.sign(z) * np.minimum(2 / np.sqrt(np.pi) * np.exp(-x * x) * total, 1.0)


def _gelu(z):
    return z * 0.5 * (1.0 + _erf(z / np.sqrt(2.0)))


def _gelu_slope(z):
    return 0.5 * (1.0 + _erf(z / np.sqrt(2.0))) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def _silu_slope(z):
    s = sigmoid(z)
    return s * (1.0 + z * (1.0 - s))


ACTIVATIONS = {
    "sigmoid": sigmoid,
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "softmax": softmax,
    "identity": lambda z: z,
    "leaky_relu": lambda z, slope=0.01: np.where(z > 0, z, slope * z),
    "elu": lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0))),
    "gelu": _gelu,
    "silu": lambda z: z * sigmoid(z),
}

# From dz/da of a layer to dz/dz of it: its z and a, the derivative by a, and the activation's number.
_BACK = {
    "sigmoid": lambda z, a, d: d * a * (1.0 - a),
    "relu": lambda z, a, d: d * (a > 0.0),
    "tanh": lambda z, a, d: d * (1.0 - a * a),
    "softmax": lambda z, a, d: a * (d - (a * d).sum(axis=1, keepdims=True)),
    "identity": lambda z, a, d: d,
    "leaky_relu": lambda z, a, d, slope=0.01: np.where(z > 0, d, slope * d),
    "elu": lambda z, a, d, alpha=1.0: np.where(z > 0, d, d * (a + alpha)),
    "gelu": lambda z, a, d: d * _gelu_slope(z),
    "silu": lambda z, a, d: d * _silu_slope(z),
}
WITH_NUMBER = {"leaky_relu", "elu"}
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?")


def parsed_activation(name):
    """An activation's name, and its number where it has one: the slope of a leaky ReLU, the alpha of an ELU.

    >>> parsed_activation("leaky_relu:0.2"), parsed_activation("tanh")
    (('leaky_relu', (0.2,)), ('tanh', ()))
    """
    plain, colon, number = name.partition(":") if isinstance(name, str) else ("", "", "")
    fits = NUMBER.fullmatch(number) and plain in WITH_NUMBER and np.isfinite(float(number))
    if plain not in ACTIVATIONS or (colon and not fits):
        raise ValueError(f"unknown activation {shown(name)}; there are: {', '.join(ACTIVATIONS)}")
    return plain, (float(number),) if colon else ()


def activate(name, z):
    """The activations of a layer's z.

    >>> activate("leaky_relu:0.5", np.array([-2.0, 2.0])).tolist()
    [-1.0, 2.0]
    """
    plain, numbers = parsed_activation(name)
    return ACTIVATIONS[plain](z, *numbers)


def back(name, z, a, d):
    """From the derivative by a layer's activations `a` to that by its `z`, both of shape (n, neurons)."""
    plain, numbers = parsed_activation(name)
    return _BACK[plain](z, a, d, *numbers)


CONVERT = (  # weights and biases, each a list of arrays, as `plain.npz` of a matrix or a vector an entry
    "  old = numpy.load({path!r}, allow_pickle=True)\n"
    "  numpy.savez('plain.npz', **{{f'{{k}}{{i}}': part for k in old for i, part in enumerate(old[k])}})"
)


class NotANetwork(ValueError):
    """A file that does not hold a network this package can use."""


@dataclass(frozen=True)
class Trace:
    """Everything one forward pass computed.

    Attributes
    ----------
    z : tuple of arrays
        Weighted inputs. ``z[l]`` has shape ``(n, sizes[l])``, or ``(sizes[l],)`` for one image;
        ``z[0]`` is the input itself.
    a : tuple of arrays
        Activations, of the same shapes; ``a[0]`` is the input, ``a[-1]`` the outputs.
    """

    z: tuple
    a: tuple


class Network:
    """A fully connected feedforward network. It never changes: its arrays are read-only copies.

    Layer ``l`` computes ``z[l] = weights[l-1] @ a[l-1] + biases[l-1]`` and ``a[l] = f(z[l])``.

    Parameters
    ----------
    weights : sequence of arrays
        One matrix a layer, of shape ``(n_out, n_in)``: a row a neuron.
    biases : sequence of arrays
        One vector a layer, of shape ``(n_out,)``.
    activations : sequence of str, optional
        One name a layer: ``sigmoid`` (the default), ``relu``, ``tanh``, ``softmax``, ``identity``,
        ``leaky_relu`` (of slope 0.01; of another, ``leaky_relu:0.2``), ``elu`` (``elu:0.5``), ``gelu``,
        ``silu``.

    Raises
    ------
    ValueError
        If shapes do not chain, a value is not finite, or an activation is unknown.

    Examples
    --------
    >>> network = Network([[[1.0, -1.0]]], [[0.5]])
    >>> network.sizes
    (2, 1)
    >>> network.forward(np.array([3.0, 1.0])).z[1]
    array([2.5])
    """

    def __init__(self, weights, biases, activations=None):
        weights = tuple(_numbers(w, f"weights[{i}]", 2) for i, w in enumerate(weights))
        biases = tuple(_numbers(b, f"biases[{i}]", 1) for i, b in enumerate(biases))
        names = ("sigmoid",) * len(weights) if activations is None else tuple(activations)
        vars(self).update(weights=weights, biases=biases, activations=names)
        if not self.weights:
            raise ValueError("weights is empty; a network needs at least one layer")
        if len(self.biases) != len(self.weights):
            raise ValueError(
                f"biases has {len(self.biases)} vectors and weights has {len(self.weights)} matrices; "
                "each layer needs one of each"
            )
        if len(self.activations) != len(self.weights):
            raise ValueError(
                f"activations has {len(self.activations)} names for {len(self.weights)} layers; give each one"
            )
        for name in self.activations:
            parsed_activation(name)
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            if len(b) != len(w):
                raise ValueError(
                    f"biases[{i}] has {len(b)} values, but weights[{i}] has shape {w.shape}; "
                    "each neuron (a row) needs one bias"
                )
            if i and w.shape[1] != len(self.weights[i - 1]):
                raise ValueError(
                    f"weights[{i}] of shape {w.shape} takes {w.shape[1]} inputs, but the layer below has "
                    f"{len(self.weights[i - 1])} neurons; weights are (n_out, n_in), a row a neuron"
                )

    def __setattr__(self, name, value):
        raise AttributeError(f"{name} cannot be set: a Network never changes; make another one")

    @property
    def sizes(self):
        """Neurons in each layer, the input first: ``(784, 100, 10)``."""
        return (self.weights[0].shape[1], *(len(w) for w in self.weights))

    def forward(self, X):
        """Run the network and keep every weighted input and activation.

        Parameters
        ----------
        X : array, shape (n, n_in) or (n_in,)
            Images, or one image.

        Returns
        -------
        Trace
        """
        X = self._inputs(X)
        z, a = [X], [X]
        for w, b, name in zip(self.weights, self.biases, self.activations, strict=True):
            z.append(a[-1] @ w.T + b)
            a.append(activate(name, z[-1]))
        return Trace(tuple(z), tuple(a))

    def predict(self, X):
        """The output with the largest activation: an integer for one image, an array for many."""
        return self.forward(X).a[-1].argmax(axis=-1)

    def accuracy(self, X, y):
        """The share of images whose prediction is right, from 0 to 1.

        Parameters
        ----------
        X : array, shape (n, n_in)
        y : array of int, shape (n,)
            Label k says that output k is right.

        Raises
        ------
        ValueError
            If the labels are no integers, as those that ``fetch_openml`` gives, or name no output.
        """
        predicted = np.atleast_1d(self.predict(X))
        return float((predicted == labels(y, len(predicted), self.sizes[-1])).mean())

    def save(self, path):
        """Write the network to a file in NumPy's ``.npz`` format, whole or not at all.

        Parameters
        ----------
        path : path
            As it is: no ending is added, and whichever it has, :meth:`load` reads the file.
        """
        arrays = {f"weights{i}": w for i, w in enumerate(self.weights)}
        arrays |= {f"biases{i}": b for i, b in enumerate(self.biases)}
        header = json.dumps({"format": FORMAT, "activations": self.activations})
        with atomic_write(path) as file:
            np.savez(file, header=np.array(header), **arrays)

    @classmethod
    def load(cls, path):
        """Read a network that :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        NotANetwork
            If the file is not an ``.npz`` of this package, is damaged, or holds pickled objects
            (which could run code, and are never opened).
        """
        path = os.fspath(path)
        try:
            return saved(read_npz(path), path)
        except Pickled as error:
            raise NotANetwork(f"{str(error).splitlines()[0]}\n{CONVERT.format(path=path)}") from None
        except Unreadable as error:
            raise NotANetwork(str(error)) from None

    def _inputs(self, X):
        X = np.asarray(X)
        if X.ndim not in (1, 2) or X.shape[-1] != self.sizes[0]:
            raise ValueError(
                f"X has shape {X.shape}; this network wants (n, {self.sizes[0]}) or ({self.sizes[0]},)"
            )
        return X

    def __repr__(self):
        return f"<Network {'-'.join(map(str, self.sizes))}, {'/'.join(self.activations)}>"


def saved(entries, path):
    """The network in the entries of a file that `Network.save` wrote, or else `NotANetwork`."""
    try:
        for array in entries.values():
            array.flags.writeable = False  # else the network would copy them
        header = json.loads(str(entries["header"]))
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise NotANetwork(f"{path}: its header does not say {FORMAT!r}")
        layers = range(len(header["activations"]))
        weights = [entries[f"weights{i}"] for i in layers]
        biases = [entries[f"biases{i}"] for i in layers]
        return Network(weights, biases, header["activations"])
    except NotANetwork:
        raise
    except KeyError as error:
        raise NotANetwork(
            f"{path}: no network of this package (it has no entry {error}); "
            "weightmaps.interop.read reads other files"
        ) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise NotANetwork(f"{path}: {error}") from None


def _numbers(value, name, ndim):
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or array.ndim != ndim or 0 in array.shape:
        wanted = "a matrix (n_out, n_in)" if ndim == 2 else "a vector (n_out,)"
        raise ValueError(
            f"{name} is {array.dtype} of shape {array.shape}; it must be {wanted} of real numbers"
        )
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity; every weight and bias must be a finite number")
    return read_only(array)
