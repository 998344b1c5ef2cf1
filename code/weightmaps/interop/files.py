"""A network from a file, whatever its format; nothing in it is ever run."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np

from ..arrays import Unreadable, archive, opened, read_npy, read_npz
from ..network import Network, saved
from .build import activation_names, from_names
from .errors import SOURCE, foreign, naming, not_opened, unknown
from .json_files import read_json
from .keras_files import is_keras, read_h5, read_keras
from .names import LIMITS, NAMES, flat
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
        layers or of neurons; TensorFlow.js' ``model.json``, its ``.bin`` files beside it.
        ``.safetensors``: names as in ``.npz``, and ``activations`` in its metadata, as in ``"relu,softmax"``.
        ``.pt``, ``.pth``: a state_dict of PyTorch's, or a checkpoint around one. ``.pkl``, ``.npy``: arrays
        in dicts and lists, as Python pickles them.
        A folder of ``.npy`` or ``.csv`` files, one an array, named as above; or of two ``.npz``, of weights
        and of biases.
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
    return READERS[kind](path, activations, transpose)


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
    """A folder of arrays, each in a file of its own and named by it; or two .npz, weights and biases."""
    with naming(path):
        files = sorted(Path(path).iterdir())[: LIMITS["entries"]]
        arrays = {file.stem: read_npy(file, objects=of_objects) for file in files if file.suffix == ".npy"}
        arrays |= {file.stem: read_numbers(file) for file in files if file.suffix in (".csv", ".txt")}
        archives = [file for file in files if file.suffix == ".npz"]
        if not arrays and len(archives) == 2:
            one, two = (read_npz(file, objects=of_objects) for file in archives)
            if one.keys() & two.keys():
                raise ValueError("a folder of two networks; name the file in it")
            arrays = one | two
        if not arrays:
            raise ValueError("a folder without arrays in .npy or .csv; name the file in it")
        return from_names(flat(arrays), activations, transpose)


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
