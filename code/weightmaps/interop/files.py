"""A network from a file, whatever its format; nothing in it is ever run."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np

from ..arrays import Unreadable, archive, opened, read_npy, read_npz, shown
from ..network import Network, saved
from .build import TooManyInputs, activation_names, from_names
from .errors import LAYERS, SOURCE, foreign, naming, not_opened, unknown
from .json_files import load, read_json
from .keras_files import is_keras, read_h5, read_keras
from .names import LIMITS, NAMES, flat, kind_of
from .notes import say
from .other_files import read_mat, read_onnx
from .pickles import Foreign
from .safetensors_files import read_safetensors
from .torch_files import MAGIC, is_torch, of_objects, read_pickled

TEXT_LIMIT = 1 << 28  # bytes


def read(path, activations=None, *, transpose=None):
    """Read a network from a file, which is taken for hostile until it is parsed.

    What a file is, its first bytes say, or else its name. Nothing in it is ever run: of a pickle, and of a
    file of PyTorch's, only the opcodes that build arrays, dicts and lists are followed; others are refused.

    Parameters
    ----------
    path : path
        ``.npz``: what ``Network.save`` writes, or ``numpy.savez`` of weights and biases, named
        ``W1, b1, …``, ``coefs_0, intercepts_0, …``, ``0.weight, 0.bias, …``,
        ``dense/kernel, dense/bias, …``, ``Wxh, bh, …``, ``Theta1, …`` (with the biases as first column),
        ``arr_0, arr_1, …``, or two lists ``weights, biases``, and of ``activations``. Matrices are
        ``(n_out, n_in)``, or where names or shapes show it ``(n_in, n_out)``. What else people keep there is
        passed over and named; ``images``, ``labels`` and ``features`` are for other readers.
        ``.json``: what Nielsen's ``network2.Network.save`` writes, arrays by the names above, or a list of
        layers or of neurons, each with its weights and bias; TensorFlow.js' ``model.json``, its ``.bin``
        files beside it.
        ``.safetensors``: names as in ``.npz``, and ``activations`` in its metadata, as in ``"relu,softmax"``.
        ``.pt``, ``.pth``: a state_dict of PyTorch's, or a checkpoint around one. ``.pkl``, ``.npy``: arrays
        in dicts and lists, as Python pickles them.
        A folder of ``.npy`` or ``.csv`` files, one an array, named as above; of two ``.npz`` or ``.json``
        that are called weights and biases; or of ``.json`` files, one a layer.
        ``.keras``, ``.h5`` where h5py is installed, ``.onnx`` where onnx is, ``.mat`` where SciPy is.
    activations : sequence of str or str, optional
        One name a layer, where the file gives none, or others than are wanted.
    transpose : bool, optional
        Whether matrices are ``(n_in, n_out)``, where neither names nor shapes tell: where all are square.

    Returns
    -------
    Network
        What was found out, such as that matrices were transposed, is said by a warning, `Note`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ActivationsMissing
        If neither the file nor `activations` names them; its ``with_evidence`` adds accuracies.
    NotANetwork
        If the file is damaged, too large or of another format, or holds no network of dense layers. Where
        something else can open it, the lines of code that convert it are in the error.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/mine.npz", W1=np.ones((3, 5)), b1=np.zeros(3), activations=["tanh"])
    ...     read(f"{folder}/mine.npz")
    <Network 5-3, tanh>
    """
    path = os.fspath(path)
    if os.path.isdir(path):
        return _read_folder(path, activations, transpose)
    with naming(path):
        kind = _kind(path)
    if kind is None:
        raise unknown(path)
    _say_what_lies_beside(Path(path))
    return READERS[kind](path, activations, transpose)


def _say_what_lies_beside(path):
    """Of a file of weights, that there is one of biases."""
    if kind_of(path.stem) == "weights":
        beside = [one.name for one in path.parent.glob(f"*{path.suffix}") if kind_of(one.stem) == "biases"]
        if len(beside) == 1:
            say(f"{shown(beside[0])} lies beside it: to read both, give their folder, {str(path.parent)!r}")


def _kind(path):
    """What a file is by its first bytes, or else by its name; None for what is not known."""
    with opened(path) as (stream, _):
        start = stream.read(100)
    if start[7:9] == b"\0{":  # before all else: a header's length may look like anything
        return "safetensors"
    if start[:2] == b"PK":
        with archive(path) as (_, entries):
            return "torch" if is_torch(entries) else "keras" if is_keras(entries) else "npz"
    if start[:4] == b"\x89HDF":
        return "h5"
    if start[:6] == b"MATLAB":
        return "mat"
    if start[:6] == b"\x93NUMPY":
        return "npy"
    if start[:1] == b"\x80" and start[1:2] <= b"\x05":
        return "torch" if MAGIC.to_bytes(10, "little") in start else "pickle"
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return "json"
    return NAMES["endings"].get(Path(path).suffix.lower())


def _read_npz(path, activations, transpose):
    with naming(path, "an entry to the file: numpy.savez(..., activations=['relu', 'softmax'])"):
        entries = read_npz(path, objects=of_objects)
        if "header" in entries:
            network = saved(entries, path)
            if activations is None:
                return network
            return Network(network.weights, network.biases, activation_names(activations))
        for name in NAMES["beside"]:
            entries.pop(name, None)
        return from_names(flat(entries), activations, transpose)


def _read_npy(path, activations, transpose):
    with naming(path):
        array = read_npy(path, objects=of_objects)
        if isinstance(array, np.ndarray):
            folder = os.path.dirname(path) or "."
            raise ValueError(
                f"one array of shape {array.shape}; a network has several. If the others lie beside it, "
                f"give their folder, {folder!r}, which is read as one network"
            )
        return from_names(flat(array), activations, transpose)


def _read_folder(path, activations, transpose):
    """A network in several files: weights and biases in two, or each array, or each layer, in its own."""
    with naming(path):
        files = sorted(Path(path).iterdir())[: LIMITS["entries"]]
        arrays = _in_two(files)
        if not arrays:
            arrays = {one.stem: read_npy(one, objects=of_objects) for one in files if one.suffix == ".npy"}
            arrays |= {one.stem: read_numbers(one) for one in files if one.suffix in (".csv", ".txt")}
        if not arrays:
            return _of_layers(path, [one for one in files if one.suffix == ".json"], activations, transpose)
        return from_names(flat(arrays), activations, transpose)


def _in_two(files):
    """The arrays of two files, one of which is called weights, and one biases."""
    for ending, read_one in ((".npz", _entries), (".json", load)):
        of_kind = [file for file in files if file.suffix == ending and kind_of(file.stem)]
        if sorted(kind_of(file.stem) for file in of_kind) == ["biases", "weights"]:
            found = {}
            for file in of_kind:
                with naming(file):
                    found[file.stem] = read_one(file)
            if all(isinstance(one, dict) for one in found.values()):
                named = {stem: flat(one) for stem, one in found.items()}
                return {f"{name}.{stem}": a for stem, inner in named.items() for name, a in inner.items()}
            return flat(found)
    return {}


def _entries(path):
    return read_npz(path, objects=of_objects)


def _of_layers(path, files, activations, transpose):
    """A network of which each layer is in a JSON file of its own."""
    if not 1 < len(files) <= LIMITS["files"]:
        raise ValueError("a folder without arrays in .npy or .csv, or layers in .json; name the file in it")
    found = {}
    for file in files:
        with naming(file):
            found[file.stem] = load(file)
    arrays = flat(found)
    try:
        return from_names(arrays, activations, transpose)
    except TooManyInputs as error:
        name = next((name for name, array in arrays.items() if array is error.matrix), None)
        if name is None:
            raise
        raise ValueError(f"{error}\n{LAYERS.format(path=path, name=name, most=error.most)}") from None


def read_numbers(path):
    """A matrix written as text: numbers with commas, semicolons or spaces between them, a row a line."""
    with opened(path, limit=TEXT_LIMIT) as (stream, size):
        lines = stream.read(size).decode("utf-8-sig", "replace").splitlines()
    try:
        rows = [
            [float(number) for number in re.split(r"[,;\s]+", line.strip())] for line in lines if line.strip()
        ]
        return np.array(rows)
    except ValueError:
        raise Unreadable(f"{path}: no rows of equally many numbers") from None


def _read_safetensors(path, activations, transpose):
    with naming(path, "it to the file's metadata: save_file(tensors, path, {'activations': 'relu,softmax'})"):
        entries, metadata = read_safetensors(path)
        if activations is None:
            activations = metadata.get("activations")
        return from_names(entries, activations, transpose)


def _read_torch(path, activations, transpose):
    return _read_pickle(path, activations, transpose, torch=True)


def _read_pickle(path, activations, transpose, *, torch=False):
    with naming(path):
        try:
            return from_names(read_pickled(path), activations, transpose)
        except Foreign as error:
            raise foreign(path, error, torch) from None


def _read_source(path, activations, transpose):
    raise not_opened(path, "arrays in the text of a program", SOURCE)


def _by(read):
    """A reader of one of Keras' or other formats, whose errors begin with the file's name."""

    def reader(path, activations, transpose):
        with naming(path):
            return read(path, activations, transpose)

    return reader


READERS = {
    "npz": _read_npz,
    "npy": _read_npy,
    "json": read_json,
    "safetensors": _read_safetensors,
    "torch": _read_torch,
    "pickle": _read_pickle,
    "h5": _by(read_h5),
    "keras": _by(read_keras),
    "onnx": _by(read_onnx),
    "mat": _by(read_mat),
    "source": _read_source,
}
