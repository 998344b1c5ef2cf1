"""A network from a file: `.npz`, `.json` or `.safetensors`; what would have to be unpickled is refused."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path

from ..arrays import Pickled, Unreadable, read_npz
from ..network import CONVERT, Network, NotANetwork, saved
from .build import ActivationsMissing, activation_names, from_arrays
from .json_files import read_json
from .names import layers
from .safetensors_files import read_safetensors

TORCH = """\
  state = torch.load({path!r}, weights_only=True)
  numpy.savez('plain.npz', activations=['relu', 'softmax'], **{{k: v.numpy() for k, v in state.items()}})
which for weights alone, a state_dict, runs nothing of the file (and name your own activations)"""
KERAS = """\
  model = keras.saving.load_model({path!r})
  weightmaps.interop.from_keras(model).save('plain.npz')"""
PICKLE = """\
  with open({path!r}, 'rb') as file: model = pickle.load(file)
  weightmaps.interop.from_sklearn(model).save('plain.npz')
which runs what is in the file, so only where you made it yourself"""
JOBLIB = """\
  model = joblib.load({path!r})
  weightmaps.interop.from_sklearn(model).save('plain.npz')
which runs what is in the file, so only where you made it yourself"""

OTHERS = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin"), ("a PyTorch file, which is a pickle", TORCH)),
    **dict.fromkeys((".keras", ".h5", ".hdf5"), ("a Keras file, which can hold code", KERAS)),
    **dict.fromkeys((".pkl", ".pickle"), ("a pickle, which could run code", PICKLE)),
    ".joblib": ("a pickle of joblib's, which could run code", JOBLIB),
}


def open(path, activations=None):
    """Read a network from a file, which is taken for hostile until it is parsed.

    Parameters
    ----------
    path : path
        ``.npz``: what ``Network.save`` writes, or ``numpy.savez`` of weights and biases, named
        ``W1, b1, …``, ``coefs_0, intercepts_0, …`` (scikit-learn's, matrices of ``(n_in, n_out)``),
        ``0.weight, 0.bias, …`` (PyTorch's), ``dense/kernel, dense/bias, …`` (Keras', ``(n_in, n_out)``),
        ``arr_0, arr_1, …``, and of ``activations``. ``.json``: what Nielsen's ``network2.Network.save``
        writes, or an object with ``weights``, ``biases`` and ``activations``. ``.safetensors``: names as in
        ``.npz``, and ``activations`` in its metadata, as in ``"relu,softmax"``.
    activations : sequence of str or str, optional
        One name a layer, where the file gives none, or others than are wanted.

    Returns
    -------
    Network

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
    ...     open(f"{folder}/mine.npz")
    <Network 5-3, tanh>
    """
    path = os.fspath(path)
    read = {".npz": _read_npz, ".json": read_json, ".safetensors": _read_safetensors}
    ending = Path(path).suffix.lower()
    if ending in read:
        return read[ending](path, activations)
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path}: no such file")
    if os.path.isdir(path):
        raise NotANetwork(f"{path}: a folder; name the file in it")
    refuse_other_formats(path)


def refuse_other_formats(path):
    """Raise the error for a file that this package does not open, with the lines that convert it."""
    ending = Path(path).suffix.lower()
    if ending in OTHERS:
        what, lines = OTHERS[ending]
        raise NotANetwork(f"{path}: {what}; it was not opened. To convert it:\n{lines.format(path=path)}")
    raise NotANetwork(
        f"{path}: its name ends in {ending or 'nothing'}; .npz, .json and .safetensors are read"
    )


@contextmanager
def naming(path, entry):
    """Errors inside become `NotANetwork` and begin with the file's name."""
    try:
        yield
    except ActivationsMissing as error:
        raise ActivationsMissing(f"{path}: {error}. Or add {entry}", error.weights, error.biases) from None
    except (FileNotFoundError, NotANetwork):
        raise
    except Pickled as error:
        raise NotANetwork(f"{str(error).splitlines()[0]}\n{CONVERT.format(path=path)}") from None
    except ValueError as error:
        text = str(error)
        raise NotANetwork(text if isinstance(error, Unreadable) else f"{path}: {text}") from None


def _read_npz(path, activations):
    with naming(path, "an entry to the file: numpy.savez(..., activations=['relu', 'softmax'])"):
        entries = read_npz(path)
        if "header" in entries:
            network = saved(entries, path)
            return (
                network
                if activations is None
                else Network(network.weights, network.biases, activation_names(activations))
            )
        named = entries.pop("activations", None)
        return from_arrays(*layers(entries), named if activations is None else activations)


def _read_safetensors(path, activations):
    with naming(path, "it to the file's metadata: save_file(tensors, path, {'activations': 'relu,softmax'})"):
        entries, metadata = read_safetensors(path)
        named = metadata.get("activations")
        return from_arrays(*layers(entries), named if activations is None else activations)
