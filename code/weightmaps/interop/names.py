"""Which of a file's named arrays is which layer's weights or biases."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from ..arrays import shown

WEIGHTS = {"w", "weight", "weights", "coef", "coefs", "kernel", "kernels"}
BIASES = {"b", "bias", "biases", "intercept", "intercepts"}
INPUTS_FIRST = {"coef", "coefs", "kernel", "kernels"}  # scikit-learn's and Keras' matrices are (n_in, n_out)
OPTIONAL_BIAS = {"weight", "kernel"}  # PyTorch and Keras leave out what a layer has not
NORMALISATION = {"running_mean", "running_var", "num_batches_tracked", "moving_mean", "moving_variance"}
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
        role, key = _read(name)
        if array.dtype.kind not in "fiu" or array.ndim not in (1, 2) or role in NORMALISATION:
            raise ValueError(
                f"entry {shown(name)} {_what(role, array)}; a network here is Dense layers alone"
            )
        if role in WEIGHTS or (role is None and array.ndim == 2):
            matrices[key] = array.T if role in INPUTS_FIRST and array.ndim == 2 else array, role
        else:
            vectors[key] = array
    if len(matrices) + len(vectors) < len(arrays):
        raise ValueError(f"two entries have the same role; {_named(arrays)}")
    natural, given = sorted(matrices), list(matrices)
    weights, biases = _paired(natural, matrices, vectors)
    if natural != given and not _chain(weights):  # names such as "input", "hidden", "output"
        other = _paired(given, matrices, vectors)
        if _chain(other[0]):
            weights, biases = other
    if len(weights) != len(biases) or not weights:
        found = f"{len(weights)} matrices and {len(biases)} vectors"
        raise ValueError(f"{found}, which do not pair as weights and biases; {_named(arrays)}")
    return weights, biases


def _read(name):
    """What a name says: the last word that is a role, and all its other words and numbers, to sort by."""
    low = name.lower()
    if any(low.endswith(word) for word in NORMALISATION):
        return next(word for word in NORMALISATION if low.endswith(word)), ()
    parts = re.findall(r"[^\W\d_]+|\d+", low)
    at = next((i for i in reversed(range(len(parts))) if parts[i] in WEIGHTS | BIASES), None)
    role = None if at is None else parts[at]
    key = tuple((0, int(p[:18]), "") if p.isdecimal() else (1, 0, p) for i, p in enumerate(parts) if i != at)
    return role, key


def _paired(order, matrices, vectors):
    """Weights in this order, each with the biases of the same key, or else of the same place."""
    weights = [matrices[key][0] for key in order]
    if all(key in matrices for key in vectors):
        optional = all(role in OPTIONAL_BIAS for _, role in matrices.values())
        keys = [key for key in order if key in vectors or optional]
        return weights, [vectors.get(key, np.zeros(len(matrices[key][0]))) for key in keys]
    return weights, [vectors[key] for key in (sorted(vectors) if order == sorted(matrices) else vectors)]


def _chain(weights):
    if any(w.ndim != 2 for w in weights):
        return False
    return all(w.shape[1] == len(below) for below, w in pairwise(weights))


def _what(role, array):
    if role in NORMALISATION:
        return "belongs to a batch normalisation"
    if array.ndim > 2:
        return f"has shape {array.shape}, as a convolution's"
    return f"is {array.dtype} of shape {array.shape}, neither a matrix nor a vector of numbers"


def _named(arrays):
    there = ", ".join(shown(name) for name in list(arrays)[:12]) + (", …" if len(arrays) > 12 else "")
    return f"there are {there or 'no entries'}; names are read as in {CONVENTIONS}"
