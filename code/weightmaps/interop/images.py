"""A reader's own images, tables and labels, read from files that nobody vouches for."""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass

import numpy as np

from weightmaps.arrays import Unreadable, opened, read_npy, read_npz, shown
from weightmaps.mnist import read_idx

TEXT_LIMIT = 1 << 28  # bytes of a table; MNIST as text has 110 million
BATCH = 4096  # rows looked at in one go: memory
TEXT = (".csv", ".txt", ".tsv")
KINDS = ".npy, .npz, .csv, .txt, or IDX as MNIST's files (plain or .gz)"
PIXEL_NAMES = re.compile(r"\s*(pixel[ _]?\d+|\d+x\d+)\s*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Images:
    """Images, or rows of a table, as a file holds them.

    Attributes
    ----------
    values : array, shape (n, …)
        In the file's own numbers; :meth:`numbers` gives them as a network takes them.
    labels : array, shape (n,), or None
        Where the file has them too.
    shape : tuple of int, or None
        Of one image, (rows, columns) or with the three channels first or last, where the file says so.
    features : list of str, or None
        The names of a table's columns.

    Examples
    --------
    >>> images = Images(np.array([[[0, 51], [102, 255]]], np.uint8))
    >>> images.shape, images.numbers(slice(None)).tolist()
    ((2, 2), [[0.0, 0.20000000298023224, 0.4000000059604645, 1.0]])
    """

    values: np.ndarray
    labels: np.ndarray | None = None
    features: list | None = None

    def __len__(self):
        return len(self.values)

    @property
    def are_bytes(self):
        """Whether values are bytes, 0 to 255, which are divided by 255."""
        return self.values.dtype == np.uint8

    @property
    def shape(self):
        sides = self.values.shape[1:]
        if len(sides) == 3 and 1 in (sides[0], sides[2]):  # one channel is no channel
            sides = sides[1:] if sides[0] == 1 else sides[:2]
        return sides if len(sides) > 1 else None

    def numbers(self, which):
        """Some rows as ``float32`` of shape (n, inputs); bytes divided by 255, all else as it is.

        Parameters
        ----------
        which : slice or array of int
        """
        rows = self.values[which]
        numbers = rows.reshape(len(rows), -1).astype(np.float32)
        return numbers / np.float32(255) if self.are_bytes else numbers


def read_images(path):
    """Read images, or a table, from a file.

    Parameters
    ----------
    path : path
        ``.npy``; ``.npz`` with the entry ``images`` and maybe ``labels``; IDX as MNIST's files, plain or
        ``.gz``; ``.csv``, a row an image, of which the first line may name the columns (one that is called
        ``label`` is taken for the labels). What a file is, is seen from its first bytes.

    Returns
    -------
    Images

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds no images, or is damaged.
    """
    path = os.fspath(path)
    kind = _kind(path)
    labels = features = None
    if kind == "npz":
        entries = read_npz(path)
        values = _entry(entries, "images", path)
        labels = _checked_labels(entries["labels"], path) if "labels" in entries else None
    elif kind == "text":
        values, features = _table(path)
        named = [name.strip().lower() for name in features or ()]
        if named.count("label") == 1:
            column = named.index("label")
            labels = _checked_labels(values[:, column], path)
            values = np.delete(values, column, axis=1)
            del features[column]
        if features and all(map(PIXEL_NAMES.fullmatch, features)):
            features = None
    else:
        values = read_npy(path) if kind == "npy" else read_idx(path)
    values = _checked_images(values, path)
    if labels is not None and len(labels) != len(values):
        raise ValueError(
            f"{path}: {len(labels):,} labels for {len(values):,} images; give one label an image"
        )
    return Images(values, labels, features)


def read_labels(path):
    """Read labels from a file: numbers of outputs, or names of them.

    Parameters
    ----------
    path : path
        As for :func:`read_images`; text has a label a line, of which the first may be a name of the column.

    Returns
    -------
    array of int or of text, shape (n,)

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds no labels, or is damaged.
    """
    path = os.fspath(path)
    kind = _kind(path)
    if kind == "npz":
        labels = _entry(read_npz(path), "labels", path)
    elif kind == "text":
        with _text(path) as lines:
            labels = [line.strip().strip('"') for line in lines if line.strip()]
        if len(labels) > 1 and not _is_number(labels[0]) and all(map(_is_number, labels[1:])):
            del labels[0]
        labels = np.array([float(one) for one in labels] if all(map(_is_number, labels)) else labels)
    else:
        labels = read_npy(path) if kind == "npy" else read_idx(path)
    return _checked_labels(labels, path)


def as_outputs(labels, outputs):
    """Labels as the numbers of outputs.

    Parameters
    ----------
    labels : array of int or of text
        Text is looked up among `outputs`.
    outputs : sequence of str
        The outputs' names.

    Raises
    ------
    ValueError
        If a label is no output.

    Examples
    --------
    >>> as_outputs(np.array(["cat", "dog", "cat"]), ["cat", "dog"])
    array([0, 1, 0])
    """
    if labels.dtype.kind in "US":
        names = {name: k for k, name in enumerate(outputs)}
        unknown = sorted(set(labels.astype(str).tolist()) - set(names))
        if unknown:
            there = shown(", ".join(outputs))
            raise ValueError(
                f"labels hold {shown(unknown[0])}, which is no output; there are {there}. Give the outputs' "
                "names in their order (scikit-learn's is alphabetical: model.classes_)"
            )
        return np.array([names[name] for name in labels.astype(str).tolist()])
    if labels.min() < 0 or labels.max() >= len(outputs):
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}, but the network has {len(outputs)} outputs; "
            f"label k says that output k is right, so they are 0 to {len(outputs) - 1}"
        )
    return labels


def _kind(path):
    with opened(path) as (stream, _):
        start = stream.read(6)
    if start == b"\x93NUMPY":
        return "npy"
    if start[:2] == b"PK":
        return "npz"
    if start[:2] in (b"\x1f\x8b", b"\0\0"):
        return "idx"
    if path.lower().endswith(TEXT):
        return "text"
    raise Unreadable(f"{path}: of no kind that is read here; there are {KINDS}")


def _entry(entries, name, path):
    if name not in entries:
        raise Unreadable(
            f"{path}: has no entry {name!r}; it holds {shown(', '.join(entries) or 'nothing')}. "
            f"Save it as numpy.savez(FILE, {name}=…)"
        )
    return entries[name]


def _text(path):
    """The lines of a file of text."""
    with opened(path, limit=TEXT_LIMIT) as (stream, _):
        text = stream.read(TEXT_LIMIT + 1)
    try:
        return io.StringIO(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: no text in UTF-8 ({error.reason} at byte {error.start:,})") from None


def _table(path):
    """The numbers of a table, and the names of its columns if its first line has them."""
    with _text(path) as lines:
        first = lines.readline()
        mark = next((one for one in ",;\t" if one in first), ",")
        try:
            fields = next(csv.reader([first], delimiter=mark), [])
        except csv.Error as error:
            raise Unreadable(f"{path}: its first line is not of a table ({error})") from None
        features = None if all(map(_is_number, fields)) else fields
        if not features:
            lines.seek(0)
        here = lines.tell()
        if not lines.read().strip():
            raise Unreadable(f"{path}: a table without rows")
        lines.seek(here)
        try:
            values = np.loadtxt(lines, np.float32, delimiter=mark, ndmin=2, comments=None, quotechar='"')
        except ValueError as error:
            words = str(error).split(";")[0]
            raise Unreadable(
                f"{path}: {shown(words)}; a table is numbers, as many in each row, "
                f"{'after its line of names' if features else 'its first line may be names'}"
            ) from None
    if features and len(features) != values.shape[1]:
        raise Unreadable(f"{path}: {len(features)} names for {values.shape[1]} columns")
    return values, features


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _checked_images(values, path):
    if values.dtype.kind not in "fiub" or values.ndim < 2 or not values.size:
        raise ValueError(
            f"{path}: {values.dtype} of shape {values.shape}; images are numbers of shape (n, inputs), "
            "(n, rows, columns), (n, rows, columns, 3) or (n, 3, rows, columns)"
        )
    if values.ndim > 4 or (values.ndim == 4 and not {1, 3} & {values.shape[1], values.shape[3]}):
        raise ValueError(
            f"{path}: of shape {values.shape}; images have one channel or three, the first or the last side"
        )
    if values.dtype.kind == "f":
        for start in range(0, len(values), BATCH):
            if not np.isfinite(values[start : start + BATCH]).all():
                raise ValueError(f"{path}: holds NaN or infinity; every number must be finite")
    return values


def _checked_labels(labels, path):
    hint = ""
    if labels.ndim == 2 and 1 in labels.shape:
        labels = labels.ravel()
    if labels.ndim == 2:
        hint = "; where each row has one 1, save labels.argmax(axis=1)"
    if labels.ndim != 1 or not labels.size or labels.dtype.kind not in "fiubUS":
        raise ValueError(
            f"{path}: labels are {labels.dtype} of shape {labels.shape}; they are whole numbers or names "
            f"of shape (n,){hint}"
        )
    if labels.dtype.kind in "US":
        return labels
    if labels.dtype.kind == "f" and not (np.isfinite(labels) & (labels == np.rint(labels))).all():
        raise ValueError(f"{path}: labels that are no whole numbers; label k says that output k is right")
    return labels.astype(np.int64)
