"""A network in JSON: what Nielsen's network2 saves, or weights, biases and activations."""

from __future__ import annotations

import json
import os
import re

import numpy as np

from ..arrays import opened
from .build import from_arrays, from_names
from .errors import naming
from .names import LIMITS, depth_of, flat

LIMIT = 1 << 28  # bytes; as Python's objects they are eight times as many, at the worst
MARK = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


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
        with opened(path, limit=LIMIT) as (stream, size):
            data = parsed(stream.read(size))
        has = data.keys() if isinstance(data, dict) else set()
        if nielsen and not {"sizes", "weights", "biases", "cost"} <= has:
            raise ValueError('network2.Network.save writes "sizes", "weights", "biases" and "cost"')
        if {"weights", "biases"} <= has and ("sizes" in has or depth_of(data["weights"]) > 2):
            return _lists(data, activations, transpose)
        if not isinstance(data, (dict, list)):
            raise ValueError("no network: its JSON is neither an object nor a list")
        return from_names(flat(data), activations, transpose)


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


def parsed(data):
    """What a JSON text says.

    Parameters
    ----------
    data : bytes

    Raises
    ------
    ValueError
        If it is no JSON, says a name twice or a number that is none, is nested deeper than 20, or has more
        lists or texts than a network needs.

    Examples
    --------
    >>> parsed(b'{"sizes": [784, 30, 10]}')
    {'sizes': [784, 30, 10]}
    >>> parsed(b"[" * 200 + b"]" * 200)
    Traceback (most recent call last):
        ...
    ValueError: nested deeper than 20
    """
    depth = lists = texts = 0  # a list is a neuron, or one bias as Nielsen's network2 writes it
    for mark in MARK.finditer(data):
        if mark[0] in (b"[", b"{"):
            depth, lists = depth + 1, lists + 1
        elif mark[0] in (b"]", b"}"):
            depth -= 1
        else:
            texts += 1
        if depth > LIMITS["depth"]:
            raise ValueError(f"nested deeper than {LIMITS['depth']}")
        if lists > LIMITS["lists"] or texts > LIMITS["texts"]:
            raise ValueError("more lists or texts than a network has")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise ValueError("no JSON: it is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON, or damaged: {error}") from None


def _once(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_number(name):
    raise ValueError(f"{name} is no number; every weight and bias must be a finite one")


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
