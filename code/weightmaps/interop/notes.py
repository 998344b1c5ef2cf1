"""What a reader found out and says: a warning in Python, a line on the terminal and on the page."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager

from .names import LIMITS, NAMES


class Note(UserWarning):
    """Something that was found out, such as that matrices were transposed; nothing need be done about it."""


def say(*notes):
    """Warn of each note at the line outside this package that called it."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("weightmaps."):
        frame = frame.f_back
    for text in notes:
        warnings.warn_explicit(text, Note, frame.f_code.co_filename, frame.f_lineno)


@contextmanager
def heard():
    """Collect the notes of a block in a list, in place of warning.

    >>> with heard() as notes:
    ...     say("it was transposed")
    >>> notes
    ['it was transposed']
    """
    notes = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Note)
        try:
            yield notes
        finally:
            notes += [str(one.message) for one in caught if issubclass(one.category, Note)]
    for other in caught:
        if not issubclass(other.category, Note):
            warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)


def said(key, *names):
    """A note in the words of ``names.json``; names that came from a file are cut and cleaned.

    >>> said("passed_over", "epochs", "a" * 99)
    'passed over: epochs, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'
    """
    some = [_clean(str(name)) for name in names[: LIMITS["named"]]] + ["…"] * (len(names) > LIMITS["named"])
    return NAMES["said"][key].format(", ".join(some))


def _clean(name):
    name = "".join(c if c.isprintable() else "?" for c in name[:200])
    return name if len(name) <= 40 else name[:39] + "…"
