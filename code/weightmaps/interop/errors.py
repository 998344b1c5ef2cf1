"""The errors that several readers raise, and the lines of code that convert what they do not open."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

from ..arrays import Pickled, Unreadable
from ..network import CONVERT, NotANetwork
from .build import ActivationsMissing

TRUST = "which runs what is in the file, so only where you made it yourself"
MODULE = (
    "  import torch, weightmaps.interop  # and what defines its class\n"
    "  model = torch.load({path!r}, map_location='cpu', weights_only=False)\n"
    "  weightmaps.interop.from_torch(model).save('plain.npz')\n"
)
CHECKPOINT = (
    "  import torch\n"
    "  old = torch.load({path!r}, map_location='cpu', weights_only=False)\n"
    "  torch.save({{k: v for k, v in old.items() if hasattr(v, 'keys')}}, 'plain.pt')\n"
)
KERAS = (
    "  import keras, weightmaps.interop\n"
    "  model = keras.saving.load_model({path!r})\n"
    "  weightmaps.interop.from_keras(model).save('plain.npz')"
)
SOURCE = r"""  import ast, numpy, pathlib, re
  text = pathlib.Path({path!r}).read_text('utf-8').replace('{{', '[').replace('}}', ']')
  text = re.sub(r'(?<=[0-9.])[fF]\b', '', re.sub(r'//.*', '', text))
  array = r'(\w+)"?\s*(?:[\[:][^=;,\n]*)?[=:]\s*(?:new \w+\()?(\[(?:[-+.,e\d\s]|\[[-+.,e\d\s]+\])+\])'
  found = {{name: numpy.array(ast.literal_eval(body)) for name, body in re.findall(array, text, re.I)}}
  numpy.savez('plain.npz', **found)
where a matrix is one long row of numbers, give it its sides first: found['w1'].reshape(12, 784)"""
LAYERS = """\
If training used the first {most} of these inputs alone, leave the others out:
  import json, numpy, pathlib
  from weightmaps.interop.names import flat
  found = flat({{one.stem: json.loads(one.read_text()) for one in pathlib.Path({path!r}).glob('*.json')}})
  found[{name!r}] = found[{name!r}][:, :{most}]
  numpy.savez('plain.npz', **found)"""
SKLEARN = "  weightmaps.interop.from_sklearn(model).save('plain.npz')\n"
PICKLE = (
    "  import pickle, weightmaps.interop\n"
    "  with open({path!r}, 'rb') as file: model = pickle.load(file)\n" + SKLEARN
)
JOBLIB = "  import joblib, weightmaps.interop\n  model = joblib.load({path!r})\n" + SKLEARN


def not_opened(path, what, lines):
    """The error for a file that this package does not open, with the lines that convert it."""
    return NotANetwork(f"{path}: {what}; it was not opened. To convert it:\n{lines.format(path=path)}")


def unknown(path):
    """The error for a file of a format that is not known."""
    return NotANetwork(
        f"{path}: no format that is read, by its first bytes and its name; there are {FORMATS}"
    )


FORMATS = (
    ".npz, .json, .safetensors, .pt, .pth, .pkl, .h5, .keras, .onnx, .mat, "
    "and a folder of .npy, .csv or .json"
)


def foreign(path, error, is_torch):
    """The error for a pickle of something else than arrays."""
    ending = Path(path).suffix.lower()
    if is_torch:
        what, lines = ("a whole module", MODULE) if error.whole else ("no tensors alone", CHECKPOINT)
    else:
        what, lines = "a pickle of objects", JOBLIB if ending == ".joblib" else PICKLE
    return not_opened(path, f"{what}: {error}", lines + TRUST)


@contextmanager
def naming(path, entry=None):
    """Errors inside become `NotANetwork` and begin with the file's name; `entry` could name activations."""
    try:
        yield
    except ActivationsMissing as error:
        more = f". Or add {entry}" if entry else ""
        raise ActivationsMissing(f"{path}: {error}{more}", error.weights, error.biases) from None
    except (FileNotFoundError, NotANetwork):
        raise
    except Pickled as error:
        raise NotANetwork(f"{str(error).splitlines()[0]}\n{CONVERT.format(path=path)}") from None
    except ValueError as error:
        text = str(error)
        raise NotANetwork(text if isinstance(error, Unreadable) else f"{path}: {text}") from None


def wrong_object(function, value, wanted):
    """The error for an object of another kind."""
    return ValueError(
        f"{function} was given a {type(value).__module__}.{type(value).__name__}; it wants {wanted}"
    )
