"""A network in JSON: what Nielsen's network2 saves, or weights, biases and activations."""

from __future__ import annotations

import os

import numpy as np

from ..arrays import opened
from .build import from_arrays, from_names
from .errors import naming
from .json_text import parsed, unfolded
from .keras_files import read_tfjs
from .names import depth_of, flat
from .notes import said, say

LIMIT = 1 << 28  # bytes; as Python's objects they are eight times as many, at the worst


def read_json(path, activations=None, transpose=None, *, nielsen=False):
    """Read a network from JSON; see :func:`weightmaps.interop.read`.

    Parameters
    ----------
    path : path
    activations : sequence of str or str, optional
    transpose : bool, optional
    nielsen : bool
        Whether only what ``network2.Network.save`` writes will do.

    Returns
    -------
    Network
    """
    path = os.fspath(path)
    with naming(path, 'to the file: "activations": ["relu", "softmax"]'):
        data = load(path)
        has = data.keys() if isinstance(data, dict) else set()
        if nielsen and not {"sizes", "weights", "biases", "cost"} <= has:
            raise ValueError('network2.Network.save writes "sizes", "weights", "biases" and "cost"')
        if {"weights", "biases"} <= has and ("sizes" in has or depth_of(data["weights"]) > 2):
            return _lists(data, activations, transpose)
        if {"class_name", "config"} <= has:
            raise ValueError(
                "the description of a Keras model, without its weights; give the file that holds them, "
                "such as model.h5"
            )
        if "weightsManifest" in has:
            try:
                return read_tfjs(data, path, activations)
            except (KeyError, TypeError, AttributeError, OverflowError) as error:
                raise ValueError(f"a damaged model of TensorFlow.js ({error!r})"[:200]) from None
        if not isinstance(data, (dict, list)):
            raise ValueError("no network: its JSON is neither an object nor a list")
        return from_names(flat(data), activations, transpose)


def load(path):
    """What a JSON file says; that texts in it were JSON themselves is said."""
    with opened(path, limit=LIMIT) as (stream, size):
        data, names = unfolded(parsed(stream.read(size)))
    say(*[said("json_inside", *names)] if names else [])
    return data


def _lists(data, activations, transpose):
    """A network of a list of matrices and a list of vectors; all sigmoid where network2 saved it."""
    weights = [_array(w, f"weights[{i}]", 2) for i, w in enumerate(_list(data["weights"], "weights"))]
    biases = [_array(b, f"biases[{i}]", 1) for i, b in enumerate(_list(data["biases"], "biases"))]
    book = {"sizes", "cost"} <= data.keys()
    named = data.get("activations", ["sigmoid"] * len(weights) if book else None)
    network = from_arrays(weights, biases, named if activations is None else activations, transpose=transpose)
    if book and data["sizes"] != list(network.sizes):
        raise ValueError(f'"sizes" are not {list(network.sizes)}, which the weights have')
    return network


def _list(value, name):
    if not isinstance(value, list):
        raise ValueError(f'"{name}" must be a list, one entry a layer')
    return value


def _array(value, name, ndim):
    """A list of numbers, or of lists of as many numbers each, as an array; of nothing else."""
    rows = value if isinstance(value, list) else [value]
    if all(type(row) is list for row in rows):
        if len({len(row) for row in rows}) > 1:
            raise ValueError(f"{name} has rows of unequal lengths")
        numbers = [number for row in rows for number in row] if ndim == 1 else None
    else:
        numbers, rows = rows, None
    lists = [numbers] if numbers is not None else rows
    if not value or not all({type(number) for number in row} <= {int, float} for row in lists):
        raise ValueError(
            f"{name} must be {'a list of rows' if ndim == 2 else 'a list'} of numbers, and nothing else"
        )
    try:
        return np.array(value, np.float64)
    except OverflowError:
        raise ValueError(f"{name} holds a number too large") from None
