"""A reader's own images, tables and labels, read from files that nobody vouches for."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from weightmaps.arrays import Unreadable, opened, read_npy, read_npz, shown
from weightmaps.interop.names import NAMES
from weightmaps.interop.picture_files import read_pictures
from weightmaps.interop.tables import is_number, read_table, read_text
from weightmaps.mnist import PIXELS, read_idx

BATCH = 4096  # rows looked at in one go: memory
TEXT = (".csv", ".txt", ".tsv", ".dat", ".data")
KINDS = ".npy, .npz, .csv, .txt, IDX as MNIST's files (plain or .gz), .png, .jpg, or a folder of pictures"


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
    said : tuple of str
        What was found out while reading: which entry, which column, …

    Examples
    --------
    >>> images = Images(np.array([[[0, 51], [102, 255]]], np.uint8))
    >>> images.shape, images.numbers(slice(None)).tolist()
    ((2, 2), [[0.0, 0.20000000298023224, 0.4000000059604645, 1.0]])
    """

    values: np.ndarray
    labels: np.ndarray | None = None
    features: list | None = None
    said: tuple = ()

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


def read_images(path, inputs=PIXELS):
    """Read images, or a table, from a file.

    What a file is, is seen from its first bytes.

    Parameters
    ----------
    path : path
        ``.npy``; ``.npz`` with the entry ``images`` and maybe ``labels``, or Keras' ``x_test`` and
        ``y_test``, ``X`` and ``y``, …; IDX as MNIST's files, plain or ``.gz``; text, a row an image, of which
        the first line may name the columns and one column may hold the labels: Kaggle's files, or what
        ``numpy.savetxt`` writes; PNG or JPEG, a folder of pictures, or a folder with one for each class:
        their digits are prepared as :func:`weightmaps.pictures.prepare` does it.
    inputs : int
        How many numbers the network takes. It tells a single image from many, and in a table of one column
        more the labels from pixels.

    Returns
    -------
    Images

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds no images, or is damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/mnist.npz", x_test=np.zeros((5, 28, 28), np.uint8), y_test=np.arange(5))
    ...     images = read_images(f"{folder}/mnist.npz")
    >>> len(images), images.labels.tolist(), images.said
    (5, [0, 1, 2, 3, 4], ("images are its entry 'x_test', labels 'y_test'",))
    """
    path = os.fspath(path)
    kind = _kind(path)
    labels = features = None
    said = []
    if kind == "picture":
        values, labels, said = read_pictures(path, inputs)
    elif kind == "npz":
        values, labels, said = _entries(read_npz(path), path)
    elif kind == "text":
        values, labels, features, said = read_table(path, inputs)
    else:
        values = read_npy(path) if kind == "npy" else read_idx(path)
    values = _checked_images(values, path, inputs)
    if labels is not None:
        labels, how = _checked_labels(labels, path)
        said += how
        if len(labels) != len(values):
            raise ValueError(
                f"{path}: {len(labels):,} labels for {len(values):,} images; give one label an image"
            )
    return Images(values, labels, features, tuple(said))


def read_labels(path):
    """Read labels from a file: numbers of outputs, names of them, or one-hot rows.

    Parameters
    ----------
    path : path
        As for :func:`read_images`; text has a label a line, of which the first may be a name of the column,
        or a row of a 1 and zeros for each.

    Returns
    -------
    labels : array of int or of text, shape (n,)
    said : list of str
        What was found out while reading.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds no labels, or is damaged.
    """
    path = os.fspath(path)
    kind = _kind(path)
    said = []
    if kind == "npz":
        entries = read_npz(path)
        name = _lone(entries, [pair[1] for pair in PAIRS], lambda _: True)
        if name is None:
            raise _no_entry(entries, "labels", path)
        labels = entries[name]
        said = [f"labels are its entry {shown(name)}"] if name != "labels" else []
    elif kind == "text":
        labels = _label_lines(path)
    elif kind == "picture":
        raise Unreadable(f"{path}: pictures; labels are numbers or names, in text or an array")
    else:
        labels = read_npy(path) if kind == "npy" else read_idx(path)
    labels, how = _checked_labels(labels, path)
    return labels, said + how


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
    if os.path.isdir(path):
        return "picture"
    with opened(path) as (stream, _):
        start = stream.read(6)
    if start == b"\x93NUMPY":
        return "npy"
    if start[:2] == b"PK":
        return "npz"
    if start[:4] == b"\x89PNG" or start[:3] == b"\xff\xd8\xff":
        return "picture"
    if start[:2] in (b"\x1f\x8b", b"\0\0"):
        return "idx"
    if path.lower().endswith(TEXT):
        return "text"
    raise Unreadable(f"{path}: of no kind that is read here; there are {KINDS}")


PAIRS = NAMES["data"]


def _entries(entries, path):
    """The images of an archive, their labels, and which entries they are."""
    name = _lone(entries, [pair[0] for pair in PAIRS], lambda one: one.ndim > 1 and one.dtype.kind in "fiub")
    if name is None:
        raise _no_entry(entries, "images", path)
    n, others = len(entries[name]), {key: value for key, value in entries.items() if key != name}
    partners = [pair[1] for pair in PAIRS if pair[0] == name.lower()]
    label = _lone(others, partners, lambda one: one.shape[:1] == (n,) and one.size == n)
    if name == "images" and label in ("labels", None):
        said = []
    else:
        said = [f"images are its entry {shown(name)}" + (f", labels {shown(label)}" if label else "")]
    return entries[name], None if label is None else entries[label], said


def _lone(entries, names, may_be):
    """The first of these names that an archive has, or else the only entry that it may be."""
    lower = {key.lower(): key for key in entries}
    known = next((lower[name] for name in names if name in lower), None)
    if known is not None:
        return known
    others = [key for key, value in entries.items() if may_be(value)]
    return others[0] if len(others) == 1 else None


def _no_entry(entries, name, path):
    return Unreadable(
        f"{path}: has no entry {name!r}; it holds {shown(', '.join(entries) or 'nothing')}. "
        f"Save it as numpy.savez(FILE, {name}=…)"
    )


def _label_lines(path):
    """Labels from text: a line each, or a row of numbers each."""
    with read_text(path) as text:
        lines = [line.strip().strip('"') for line in text if line.strip() and not line.startswith("#")]
    if len(lines) > 1 and not is_number(lines[0]) and all(map(is_number, lines[1:])):
        del lines[0]
    if all(map(is_number, lines)):
        return np.array([float(one) for one in lines])
    rows = [line.replace(",", " ").split() for line in lines]
    if len(rows[0]) > 1 and all(len(row) == len(rows[0]) and all(map(is_number, row)) for row in rows):
        return np.array(rows, float)
    return np.array(lines)


def _checked_images(values, path, inputs):
    if values.size == inputs and inputs > 1 and values.shape[-1] != inputs and values.shape[0] > 1:
        values = values[None]  # one image, by itself
    elif values.shape == (inputs,):
        values = values[None]
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
    """Labels as whole numbers or names, and what had to be found out."""
    said, hint = [], ""
    if labels.ndim == 2 and 1 in labels.shape:
        labels = labels.ravel()
    if labels.ndim == 2:
        if _one_hot(labels):
            labels, said = labels.argmax(axis=1), ["labels are one-hot rows: each is where its 1 is"]
        else:
            hint = "; rows are read where each has one 1 and else zeros"
    if labels.ndim != 1 or not labels.size or labels.dtype.kind not in "fiubUS":
        raise ValueError(
            f"{path}: labels are {labels.dtype} of shape {labels.shape}; they are whole numbers or names "
            f"of shape (n,){hint}"
        )
    if labels.dtype.kind in "US":
        return labels, said
    if labels.dtype.kind == "f" and not (np.isfinite(labels) & (labels == np.rint(labels))).all():
        raise ValueError(f"{path}: labels that are no whole numbers; label k says that output k is right")
    return labels.astype(np.int64), said


def _one_hot(rows):
    if rows.dtype.kind not in "fiub":
        return False
    return bool(((rows != 0).sum(axis=1) == 1).all() and (rows.max(axis=1) == 1).all())
