"""A network from a file: `.npz`, `.json` or `.safetensors`; what would have to be unpickled is refused."""

from __future__ import annotations

import os
from pathlib import Path

from ..arrays import opened, read_npz
from ..network import Network, saved
from .build import activation_names, from_names
from .errors import OTHERS, naming, not_opened
from .json_files import read_json
from .names import NAMES
from .safetensors_files import read_safetensors


def read(path, activations=None, *, transpose=None):
    """Read a network from a file, which is taken for hostile until it is parsed.

    What a file is, its first bytes say; its name need not.

    Parameters
    ----------
    path : path
        ``.npz``: what ``Network.save`` writes, or ``numpy.savez`` of weights and biases, named
        ``W1, b1, …``, ``coefs_0, intercepts_0, …`` (scikit-learn's, matrices of ``(n_in, n_out)``),
        ``0.weight, 0.bias, …`` (PyTorch's), ``dense/kernel, dense/bias, …`` (Keras', ``(n_in, n_out)``),
        ``arr_0, arr_1, …``, and of ``activations``; ``images``, ``labels`` and ``features`` beside them are
        passed over. ``.json``: what Nielsen's ``network2.Network.save`` writes, or an object with
        ``weights``, ``biases`` and ``activations``. ``.safetensors``: names as in ``.npz``, and
        ``activations`` in its metadata, as in ``"relu,softmax"``.
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
        If the file is damaged, too large or of another format, or holds no network of dense layers. Files
        that only Python's pickle reads are refused with the two lines of code that convert them.

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
    readers = {".npz": _read_npz, ".json": read_json, ".safetensors": _read_safetensors}
    ending = Path(path).suffix.lower()
    if ending in OTHERS and os.path.isfile(path):
        raise not_opened(path)
    with naming(path, "them"), opened(path) as (stream, _):
        found = _format(stream.read(100)) or ending
    if found not in readers:
        raise not_opened(path, found)
    return readers[found](path, activations, transpose)


def _format(start):
    """The ending that a file with these first bytes should have, or None."""
    if start[7:9] == b"\0{":  # before all else: a header's length may look like anything
        return ".safetensors"
    if start[:2] == b"PK":
        return ".npz"
    if start[:1] == b"\x80" and start[1:2] <= b"\x05":
        return ".pkl"
    if start[:4] == b"\x89HDF":
        return ".h5"
    return ".json" if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") else None


def _read_npz(path, activations, transpose):
    with naming(path, "an entry to the file: numpy.savez(..., activations=['relu', 'softmax'])"):
        entries = read_npz(path)
        if "header" in entries:
            network = saved(entries, path)
            if activations is None:
                return network
            return Network(network.weights, network.biases, activation_names(activations))
        for name in NAMES["beside"]:
            entries.pop(name, None)
        return from_names(entries, activations, transpose)


def _read_safetensors(path, activations, transpose):
    with naming(path, "it to the file's metadata: save_file(tensors, path, {'activations': 'relu,softmax'})"):
        entries, metadata = read_safetensors(path)
        if activations is None:
            activations = metadata.get("activations")
        return from_names(entries, activations, transpose)
