"""Which of a file's named arrays is which layer's weights or biases, by the table in ``names.json``.

The browser's ``layers.js`` reads the same table and follows the same rules.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..arrays import shown

NAMES = json.loads((Path(__file__).parent / "names.json").read_text(encoding="utf-8"))
LIMITS = NAMES["limits"]
CONVENTIONS = (
    "W1, b1, W2, b2; coefs_0, intercepts_0; 0.weight, 0.bias; dense/kernel, dense/bias; arr_0, arr_1"
)


def layers(arrays):
    """Pair weights and biases by their names and put them in order.

    Parameters
    ----------
    arrays : dict of str to array
        Only weights and biases: matrices and vectors.

    Returns
    -------
    weights, biases : lists of arrays
        Rows are neurons: matrices called ``coefs`` or ``kernel`` have been transposed.

    Raises
    ------
    ValueError
        If an entry is neither, or if they do not pair.

    Examples
    --------
    >>> weights, biases = layers({"b1": np.zeros(3), "W1": np.zeros((3, 5))})
    >>> weights[0].shape, biases[0].shape
    ((3, 5), (3,))
    >>> layers({"dense/kernel": np.zeros((5, 3)), "dense/bias": np.zeros(3)})[0][0].shape
    (3, 5)
    """
    matrices, vectors = {}, {}
    for name, array in arrays.items():
        if name.lower().endswith(tuple(NAMES["normalisation"])):
            raise ValueError(_not_dense(name, "belongs to a batch normalisation"))
        if array.ndim > 2:
            raise ValueError(_not_dense(name, f"has shape {array.shape}, as a convolution's"))
        if array.dtype.kind not in "fiu" or not array.ndim:
            what = f"is {array.dtype} of shape {array.shape}, neither a matrix nor a vector of numbers"
            raise ValueError(_not_dense(name, what))
        role, key = _role_and_key(name)
        if role in NAMES["weights"] or (role is None and array.ndim == 2):
            matrices[key] = array.T if role in NAMES["inputs_first"] else array, role
        else:
            vectors[key] = array
    if len(matrices) + len(vectors) < len(arrays):
        raise ValueError(f"two entries have the same role; {_named(arrays)}")
    natural, given = sorted(matrices), list(matrices)
    weights, biases = _paired(natural, matrices, vectors, sorted(vectors))
    if not _chain(weights):  # names such as "input", "hidden", "output"
        other = _paired(given, matrices, vectors, vectors)
        if _chain(other[0]):
            weights, biases = other
    if len(weights) != len(biases) or not weights:
        found = f"{len(weights)} matrices and {len(biases)} vectors"
        raise ValueError(f"{found}, which do not pair as weights and biases; {_named(arrays)}")
    return weights, biases


def _role_and_key(name):
    """What a name says: the last word that is a role, and all its other words and numbers, to sort by.

    Text sorts as JavaScript sorts it, by its UTF-16 units.
    """
    parts = re.findall(r"[0-9]+|[^\W0-9_]+", name.lower())
    roles = NAMES["weights"] + NAMES["biases"]
    at = next((i for i in reversed(range(len(parts))) if parts[i] in roles), None)
    others = (part for i, part in enumerate(parts) if i != at)
    key = tuple((0, int(p[:15])) if p[0] in "0123456789" else (1, p.encode("utf-16-be")) for p in others)
    return None if at is None else parts[at], key


def _paired(order, matrices, vectors, vector_order):
    """Weights in this order, each with the biases of the same key, or else of the same place."""
    weights = [matrices[key][0] for key in order]
    if all(key in matrices for key in vectors):
        optional = all(role in NAMES["optional_bias"] for _, role in matrices.values())
        keys = [key for key in order if key in vectors or optional]
        return weights, [vectors.get(key, np.zeros(len(matrices[key][0]))) for key in keys]
    return weights, [vectors[key] for key in vector_order]


def _chain(weights):
    if any(w.ndim != 2 for w in weights):
        return False
    return all(w.shape[1] == len(below) for below, w in pairwise(weights))


def _not_dense(name, what):
    return f"entry {shown(name)} {what}; a network here is Dense layers alone"


def _named(arrays):
    there = ", ".join(shown(name) for name in list(arrays)[:12]) + (", …" if len(arrays) > 12 else "")
    return f"there are {there or 'no entries'}; names are read as in {CONVENTIONS}"
