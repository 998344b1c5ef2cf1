"""Tables of numbers as text: what separates and names the columns, and which one holds the labels.

The browser's ``tables.js`` follows the same rules.
"""

from __future__ import annotations

import csv
import io
import re
import warnings

import numpy as np

from ..arrays import Unreadable, opened, shown

TEXT_LIMIT = 1 << 28  # bytes of a table; MNIST as text has 110 million
LABEL = re.compile(r"\s*(labels?|class|digit|target|y)\s*", re.IGNORECASE)
PIXEL = re.compile(r"\s*(pixel[ _]?\d+|\d+x\d+|\d+)\s*", re.IGNORECASE)
MOST_LABELS = 1000  # a column of larger numbers holds no labels


def read_text(path):
    """The lines of a file of text."""
    with opened(path, limit=TEXT_LIMIT) as (stream, _):
        text = stream.read(TEXT_LIMIT + 1)
    try:
        return io.StringIO(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: no text in UTF-8 ({error.reason} at byte {error.start:,})") from None


def read_table(path, inputs):
    """Read a table with a row for each image.

    Columns are separated by commas, semicolons, tabs or spaces. A first line that holds words where the
    second has numbers names the columns, and so does the last comment (#) before the rows. The labels are
    the column that holds words, or is called ``label``, ``class``, ``digit``, ``target`` or ``y``, or alone
    is not called a pixel; else, of a table with one column more than the network has inputs, the first or
    last, if one of the two holds whole numbers from 0 on and not only 0.

    Parameters
    ----------
    path : path
    inputs : int
        How many numbers the network takes.

    Returns
    -------
    values : array of float32, shape (n, columns)
    labels : array, shape (n,), or None
    names : list of str, or None
        Of the columns of `values`; None too where they only count pixels.
    said : list of str
        What was found out.

    Raises
    ------
    Unreadable
        If it is no table of numbers, or both its first and its last column could be the labels.
    """
    with read_text(path) as lines:
        names, mark = _head(lines, path)
        here = lines.tell()
        words = _words(_fields(_next(lines), mark, path))
        lines.seek(here)
        if len(words) > 1:
            raise Unreadable(f"{path}: a table is numbers, with one column of words at most: the labels")
        texts = None
        if words:
            texts, lines = _column(lines, words[0], mark, path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)  # that there is nothing to read
                values = np.loadtxt(lines, np.float32, delimiter=mark, ndmin=2, comments=None, quotechar='"')
        except (ValueError, UserWarning) as error:
            problem = shown(str(error).split(";")[0])
            raise Unreadable(f"{path}: {problem}; a table is numbers, as many in each row") from None
    columns = values.shape[1] + len(words)
    if names and len(names) != columns:
        raise Unreadable(f"{path}: {len(names)} names for {columns} columns")
    at = words[0] if words else _label_column(values, names, inputs, path)
    if at is None:
        return values, None, _features(names), []
    labels = texts if words else values[:, at]
    if not words:
        values = np.delete(values, at, axis=1)
    called = shown(names.pop(at).strip()) if names else "first" if at == 0 else "last"
    return values, labels, _features(names), [f"labels are its {called} column"]


def _head(lines, path):
    """The names of the columns, or None, and what separates them; the rows come next."""
    comment, here, line = None, 0, _next(lines)
    while line.startswith("#"):
        comment, here, line = line.lstrip("# "), lines.tell(), _next(lines)
    if not line:
        raise Unreadable(f"{path}: a table without rows")
    mark = next((one for one in ",;\t" if one in line), None)
    first = _fields(line, mark, path)
    rows = lines.tell()
    second = _next(lines)
    if _words(first) and (not second or _words(first) != _words(_fields(second, mark, path))):
        if not second:
            raise Unreadable(f"{path}: a table without rows")
        lines.seek(rows)
        return first, mark
    lines.seek(here)
    named = _fields(comment, mark, path) if comment else []
    return named if len(named) == len(first) and _words(named) else None, mark


def _next(lines):
    """The next line that is not blank; empty at the end."""
    return next((line for line in iter(lines.readline, "") if line.strip()), "")


def _fields(line, mark, path):
    if mark is None:
        return [field.strip('"') for field in line.split()]
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error as error:
        raise Unreadable(f"{path}: a line is not of a table ({error})") from None


def _words(fields):
    """Where there are no numbers."""
    return [i for i, field in enumerate(fields) if not is_number(field)]


def is_number(text):
    """Whether text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _column(lines, at, mark, path):
    """The words of one column, and the rows without it."""
    texts, rest = [], io.StringIO()
    for line in lines:
        if line.strip():
            fields = _fields(line, mark, path)
            if len(fields) <= at:
                raise Unreadable(f"{path}: a table has as many numbers in each row")
            texts.append(fields.pop(at).strip())
            rest.write((mark or " ").join(fields) + "\n")
    rest.seek(0)
    return np.array(texts), rest


def _label_column(values, names, inputs, path):
    """Which column of numbers holds the labels, or None."""
    for is_it in (LABEL.fullmatch, lambda name: not PIXEL.fullmatch(name)):
        found = [i for i, name in enumerate(names or ()) if is_it(name)]
        if len(found) == 1 and len(names) > 2:
            return found[0]
    if values.shape[1] != inputs + 1:
        return None
    first, last = (_may_be_labels(values[:, at]) for at in (0, -1))
    if first and last:
        raise Unreadable(
            f"{path}: its first and its last column could both be the labels; name one of them label, in a "
            "first line with a name for each column"
        )
    return 0 if first else inputs if last else None


def _may_be_labels(column):
    return bool((column == np.rint(column)).all() and column.min() >= 0 and 0 < column.max() < MOST_LABELS)


def _features(names):
    return None if names is None or all(map(PIXEL.fullmatch, names)) else names
