"""The errors that several readers raise, and the lines of code that convert what they do not open."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

from ..arrays import Pickled, Unreadable
from ..network import CONVERT, NotANetwork
from .build import ActivationsMissing

TORCH = """\
  state = torch.load({path!r}, weights_only=True)
  numpy.savez('plain.npz', activations=['relu', 'softmax'], **{{k: v.numpy() for k, v in state.items()}})
which for weights alone, a state_dict, runs nothing of the file (and name your own activations)"""
KERAS = """\
  model = keras.saving.load_model({path!r})
  weightmaps.interop.from_keras(model).save('plain.npz')"""
SKLEARN = """
  weightmaps.interop.from_sklearn(model).save('plain.npz')
which runs what is in the file, so only where you made it yourself"""
PICKLE = "  with open({path!r}, 'rb') as file: model = pickle.load(file)" + SKLEARN
JOBLIB = "  model = joblib.load({path!r})" + SKLEARN

OTHERS = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin"), ("a PyTorch file, which is a pickle", TORCH)),
    **dict.fromkeys((".keras", ".h5", ".hdf5"), ("a Keras file, which can hold code", KERAS)),
    **dict.fromkeys((".pkl", ".pickle"), ("a pickle, which could run code", PICKLE)),
    ".joblib": ("a pickle of joblib's, which could run code", JOBLIB),
}


def not_opened(path, ending=None):
    """The error for a file that this package does not open, with the lines that convert it.

    Parameters
    ----------
    path : str
    ending : str, optional
        What its content shows it to be, one of ``OTHERS``; by default what its name ends in.
    """
    ending = ending or Path(path).suffix.lower()
    if ending not in OTHERS:
        return NotANetwork(
            f"{path}: neither .npz nor .json nor .safetensors, by its first bytes and its name"
        )
    what, lines = OTHERS[ending]
    return NotANetwork(f"{path}: {what}; it was not opened. To convert it:\n{lines.format(path=path)}")


@contextmanager
def naming(path, entry):
    """Errors inside become `NotANetwork` and begin with the file's name; `entry` could name activations."""
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


def wrong_object(function, value, wanted):
    """The error for an object of another kind."""
    return ValueError(
        f"{function} was given a {type(value).__module__}.{type(value).__name__}; it wants {wanted}"
    )
