"""JSON that nobody vouches for, its depth and length checked before it is parsed."""

from __future__ import annotations

import json
import re

from .names import LIMITS

MARK = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
JSON = re.compile(r"[ \t\r\n]*(\{|\[[ \t\r\n]*[-0-9\[{])")  # of numbers: a list of names is left as it is


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


def unfolded(value):
    """The same with each text that is JSON itself read as such, and the names of these.

    Examples
    --------
    >>> unfolded({"W1": "[[1, 2]]", "by": "me", "activations": '["relu"]'})
    ({'W1': [[1, 2]], 'by': 'me', 'activations': '["relu"]'}, ['W1'])
    """
    names = []

    def read(one, name):
        if isinstance(one, str) and JSON.match(one):
            try:
                found = parsed(one.encode("utf-8", "replace"))
            except ValueError:
                return one
            names.append(name or "the whole file")
            return found
        if isinstance(one, dict):
            return {key: read(inner, f"{name}.{key}" if name else key) for key, inner in one.items()}
        if isinstance(one, list) and not {type(inner) for inner in one} <= {int, float}:
            return [read(inner, f"{name}.{i}" if name else str(i)) for i, inner in enumerate(one)]
        return one

    return read(value, ""), names


def _once(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_number(name):
    raise ValueError(f"{name} is no number; every weight and bias must be a finite one")
