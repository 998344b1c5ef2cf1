"""Which of a file's named arrays is which layer's weights or biases, by the table in ``names.json``.

The browser's ``layers.js`` reads the same table and follows the same rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..arrays import shown

NAMES = json.loads((Path(__file__).parent / "names.json").read_text(encoding="utf-8"))
LIMITS = NAMES["limits"]
CONVENTIONS = (
    "W1, b1, W2, b2; coefs_0, intercepts_0; 0.weight, 0.bias; dense/kernel, dense/bias; arr_0, arr_1"
)
AFTER = ", and those after it can be looked at, saved by themselves"


class Entry(NamedTuple):
    """A named array, what its name says it is, and by what it is sorted."""

    name: str
    array: np.ndarray
    role: str | None
    key: tuple

    @property
    def thin(self):
        return self.array.ndim == 1 or 1 in self.array.shape


class Reading(NamedTuple):
    """Weights and biases in order, as one way to understand the names has them."""

    weights: list
    biases: list  # None where a layer has none
    passed: list  # names
    turned: bool | None  # whether matrices are (inputs, neurons), where names say so
    within: bool  # whether names say that biases are a column of the weights


def readings(arrays):
    """Every way to pair weights and biases by their names, the likeliest first.

    Parameters
    ----------
    arrays : dict of str to array
        Matrices, vectors, and whatever else people keep in such a file: single numbers, text, the state of
        an optimiser.

    Returns
    -------
    list of Reading
    activations : array of str, list of str, or None
        As the texts among the arrays name them.

    Raises
    ------
    ValueError
        If an entry belongs to something that is no dense layer, or two have the same role.

    Examples
    --------
    >>> reading = readings({"b1": np.zeros(3), "W1": np.zeros((3, 5)), "epochs": np.array(9)})[0][0]
    >>> reading.weights[0].shape, reading.biases[0].shape, reading.passed
    ((3, 5), (3,), ['epochs'])
    """
    entries, texts, passed = _sorted(arrays)
    roles = [{}, {}, {}]  # weights, biases, and what names do not tell
    for entry in entries:
        known = (entry.role in NAMES["weights"], entry.role in NAMES["biases"], True)
        place = roles[known.index(True)]
        if entry.key in place:
            raise ValueError(f"two entries have the same role; {listed(arrays)}")
        place[entry.key] = entry
    matrices, vectors, free = roles
    wide = {key: one for key, one in free.items() if one.array.ndim == 2}
    flat = {key: one for key, one in free.items() if one.array.ndim == 1}
    thin = {key: one for key, one in free.items() if one.thin}
    if matrices:
        ways = [(matrices, vectors)] if vectors else [(matrices, thin), (matrices, {})]
    elif vectors:
        ways = [(wide, vectors)]
    else:
        ways = [(wide, flat), ({key: wide[key] for key in wide if key not in thin}, thin)]
    found = []
    for weights, biases in ways:
        used = {one.name for one in (*weights.values(), *biases.values())}
        more = [name for name in arrays if name in passed or (name not in used and name not in texts)]
        for order in (sorted, list):  # natural; or as given, for names such as "input", "hidden", "output"
            found.append(_reading(weights, biases, order, more))
    return found, _activations(texts)


def flat(value, name=""):
    """Nested mappings and sequences as one mapping of names, joined by dots, to arrays.

    A list of rows of numbers is a matrix, unless it is the biases beside a list of matrices.

    Parameters
    ----------
    value : mapping, sequence, array, number or str
    name : str, optional
        What to begin the names with.

    Returns
    -------
    dict of str to array

    Raises
    ------
    ValueError
        If it is nested deeper than files are read, or holds more entries.

    Examples
    --------
    >>> list(flat([{"kernel": [[1, 2], [3, 4]], "bias": [0, 0]}, {"activation": "relu"}]))
    ['0.kernel', '0.bias', '1.activation']
    >>> [one.shape for one in flat({"weights": [[[1, 2], [3, 4]]], "biases": [[0, 0]]}).values()]
    [(2, 2), (2,)]
    """
    found = {}
    for inner, one in _leaves(value, name, 0, False):
        if inner in found:
            raise ValueError(f"two entries are called {shown(inner)}")
        found[inner] = one
        if len(found) > LIMITS["entries"]:
            raise ValueError(f"more than {LIMITS['entries']} entries; a network has fewer")
    return found


def _leaves(value, name, depth, apart):
    """Names and arrays; `apart` where each item of a list is a layer's."""
    if depth > LIMITS["depth"]:
        raise ValueError(f"nested deeper than {LIMITS['depth']}")
    value = _neurons(value) or value
    if isinstance(value, Mapping):
        roles = {key: _role_and_key(str(key))[0] for key in value}
        layered = any(roles[key] in NAMES["weights"] and depth_of(one) > 2 for key, one in value.items())
        for key, one in value.items():
            inner = f"{name}.{key}" if name else str(key)
            if roles[key] in NAMES["weights"] and _is_kernel(one):
                raise ValueError(
                    _not_dense(inner, "has more than two dimensions, as a convolution's") + AFTER
                )
            yield from _leaves(one, inner, depth + 1, layered and roles[key] is not None)
    elif isinstance(value, (list, tuple)) and (apart or not _is_array(value)):
        for i, one in enumerate(value):
            yield from _leaves(one, f"{name}.{i}" if name else str(i), depth + 1, False)
    elif value is not None:
        try:
            yield name, np.asarray(value)
        except OverflowError:
            raise ValueError(f"entry {shown(name)} holds a number too large") from None


def _neurons(value):
    """A layer that is a list of neurons, as {"weights": [1, 2], "bias": 3} or [[3], [1, 2]], by column."""
    if not isinstance(value, (list, tuple)) or not value:
        return None
    if all(isinstance(one, (list, tuple)) and len(one) == 2 for one in value):
        first, second = zip(*value, strict=True)
        for bias, weights in ((first, second), (second, first)):
            if _width(bias) == 1 < _width(weights):
                return {"weights": weights, "bias": bias}
        return None
    if not all(isinstance(one, Mapping) for one in value):
        return None
    columns = {key: [one.get(key) for one in value] for key in value[0]}
    roles = {_role_and_key(str(key))[0]: column for key, column in columns.items()}
    whole = [
        any(
            role in NAMES[kind] and depth_of(column) == depth and _is_array(column)
            for role, column in roles.items()
        )
        for kind, depth in (("weights", 2), ("biases", 1))
    ]
    return columns if all(whole) else None


def _is_kernel(value):
    """Whether lists are nested as a convolution's weights are; pairs of a matrix and a vector are not."""
    return depth_of(value) > 3 and isinstance(value, list) and depth_of(value[0][-1]) == depth_of(value) - 2


def depth_of(value):
    """How many lists are within each other, at the first item of each; of an array, its dimensions."""
    depth = 0
    while isinstance(value, (list, tuple)) and depth <= LIMITS["depth"]:
        depth, value = depth + 1, value[0] if value else None
    return depth + getattr(value, "ndim", 0)


def _is_array(value):
    """Whether a list holds numbers alone, or rows of equally many numbers."""
    if all(type(one) in (int, float) for one in value):
        return True
    return all(type(row) in (list, tuple) and row and len(row) == len(value[0]) for row in value) and all(
        type(one) in (int, float) for row in value for one in row
    )


def _width(rows):
    """How many numbers each row has; 0 where they are no matrix."""
    return len(rows[0]) if depth_of(rows) == 2 and _is_array(rows) else 0


def kind_of(name):
    """Whether a name says "weights" or "biases"; else None."""
    role = _role_and_key(name)[0]
    return next((kind for kind in ("weights", "biases") if role in NAMES[kind]), None)


def _sorted(arrays):
    """Entries that may be weights or biases, the texts that name activations, and names to pass over."""
    entries, texts, passed = [], {}, []
    for name, array in arrays.items():
        role, key, words = _role_and_key(name)
        if name.lower().endswith(tuple(NAMES["normalisation"])):
            raise ValueError(_not_dense(name, "belongs to a batch normalisation"))
        for kind, article in (("recurrent", "a"), ("attention", "an")):
            if name.lower().endswith(tuple(NAMES[kind])):
                raise ValueError(_not_dense(name, f"belongs to {article} {kind} layer") + AFTER)
        if array.dtype.kind in "US":
            if set(words) & set(NAMES["activation"]) and array.dtype.kind == "U" and array.ndim < 2:
                texts[name] = key, array
            else:
                passed.append(name)
        elif not array.ndim or (not array.size and array.ndim < 3):
            passed.append(name)
        elif array.ndim > 2:
            raise ValueError(_not_dense(name, f"has shape {array.shape}, as a convolution's") + AFTER)
        elif array.dtype.kind not in "fiu":
            what = f"is {array.dtype} of shape {array.shape}, neither a matrix nor a vector of numbers"
            raise ValueError(_not_dense(name, what))
        else:
            entries.append(_short(name, array, words) if role is None else Entry(name, array, role, key))
    roles = {(one.role, one.key) for one in entries if one.role}
    for one in [one for one in entries if one.role]:
        words = [(1, word.encode("utf-16-be")) for word in NAMES["optimiser"]]
        less = {(one.role, tuple(p for p in one.key if p != word)) for word in words if word in one.key}
        if less & roles:
            entries.remove(one)
            passed.append(one.name)
    return entries, texts, passed


def _role_and_key(name):
    """What a name says: the last word that is a role; its other words and numbers, to sort by; all words.

    Text sorts as JavaScript sorts it, by its UTF-16 units.
    """
    spaced = re.sub(r"([a-z])(?=[A-Z])", r"\1 ", name).lower()
    parts = re.findall(r"[0-9]+|[^\W0-9_]+", spaced)
    roles = NAMES["weights"] + NAMES["biases"]
    at = next((i for i in reversed(range(len(parts))) if parts[i] in roles), None)
    return None if at is None else parts[at], _key(p for i, p in enumerate(parts) if i != at), parts


def _key(parts):
    return tuple((0, int(p[:15])) if p[0] in "0123456789" else (1, p.encode("utf-16-be")) for p in parts)


def _short(name, array, words):
    """An entry of a name such as Wx, who, bh: its first letter is its role, where its shape agrees."""
    one = Entry(name, array, None, _key(words))
    at = next((i for i, word in enumerate(words) if re.fullmatch("[wb][a-z]{1,2}", word)), None)
    if at is None or (array.ndim != 2 if words[at][0] == "w" else not one.thin):
        return one
    return Entry(name, array, words[at][0], _key([*words[:at], words[at][1:], *words[at + 1 :]]))


def _reading(matrices, vectors, order, passed):
    """Weights in this order, each with the biases of the same key, or else of the same place."""
    keys = order(matrices)
    if all(key in matrices for key in vectors):
        biases = [vectors.get(key) for key in keys]
    else:
        biases = [vectors[key] for key in order(vectors)]
    roles = {one.role for one in matrices.values()}
    flipped = [key for key in keys if matrices[key].role in NAMES["inputs_first"]]
    weights = [matrices[key].array.T if key in flipped else matrices[key].array for key in keys]
    return Reading(
        weights,
        [one if one is None else one.array for one in biases],
        passed,
        False if flipped else None,
        bool(roles & set(NAMES["biases_within"])),
    )


def _activations(texts):
    """What the entry "activations" or the only text says, or else all texts in the order of their names."""
    if "activations" in texts or len(texts) == 1:
        return texts.get("activations", next(iter(texts.values())))[1]
    ordered = [array for _, array in sorted(texts.values(), key=lambda one: one[0])]
    return [str(name) for array in ordered for name in np.atleast_1d(array)] or None


def _not_dense(name, what):
    return f"entry {shown(name)} {what}; a network here is Dense layers alone"


def listed(arrays):
    """The names that are there, and how names are read, for an error."""
    there = ", ".join(shown(name) for name in list(arrays)[:12]) + (", …" if len(arrays) > 12 else "")
    return f"there are {there or 'no entries'}; names are read as in {CONVENTIONS}"
