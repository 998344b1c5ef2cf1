"""A network from PyTorch: a Sequential of Linear layers, or the weights in a state_dict."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np

from .build import ActivationsMissing, from_arrays, from_names
from .errors import wrong_object
from .files import read
from .recognise import library

ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "ReLU": "relu",
    "Tanh": "tanh",
    "Softmax": "softmax",
    "LogSoftmax": "softmax",
    "Identity": "identity",
}
WITHOUT_EFFECT = {"Dropout", "AlphaDropout", "Flatten"}  # when predicting, on images that are flat already


def from_torch(module, activations=None):
    """Take over a PyTorch module or its ``state_dict``.

    A ``Sequential`` (nested ones too) of ``Linear`` and ``Sigmoid``, ``ReLU``, ``Tanh``, ``Softmax``,
    ``LogSoftmax`` or ``Identity`` tells everything; ``Dropout`` and ``Flatten`` are passed over. A
    ``LogSoftmax`` becomes a softmax: the outputs are then ``exp`` of the module's. A ``Linear`` with nothing
    after it is ``identity``: the outputs are the module's own, logits; to see them as probabilities, give
    `activations` with a ``softmax`` in the end.

    Parameters
    ----------
    module : torch.nn.Module or mapping of str to tensor
        Any other module is taken by its ``state_dict``, in which its ``forward`` does not show: then give
        `activations`.
    activations : sequence of str or str, optional
        One name a layer, in place of the module's; see :func:`from_arrays`.

    Returns
    -------
    Network

    Raises
    ------
    ActivationsMissing
        If it is not a ``Sequential`` and `activations` is None.
    ValueError
        If it holds something else, such as a convolution or a normalisation, named in the error.

    Examples
    --------
    >>> import pytest
    >>> torch = pytest.importorskip("torch")
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(784, 30), torch.nn.ReLU(), torch.nn.Linear(30, 10)))
    <Network 784-30-10, relu/identity>
    """
    if isinstance(module, (str, os.PathLike)):
        return read(module, activations)
    if isinstance(module, Mapping):
        return _from_state_dict(module, activations, "a state_dict holds no activations")
    if library(module) != "torch" or not hasattr(module, "state_dict"):
        raise wrong_object("from_torch", module, "a torch.nn.Module or its state_dict")
    if _plain(module, "Sequential") or _plain(module, "Linear"):
        weights, biases, named = _walked(module)
        return from_arrays(weights, biases, named if activations is None else activations)
    for part in module.modules():
        if (
            part is not module
            and not list(part.children())
            and list(part.parameters())
            and not _plain(part, "Linear")
        ):
            raise _not_dense(part)
    why = (
        f"{type(module).__name__} is a module of your own, whose forward does not show in its weights; "
        "name them, or give its Sequential if all is in one"
    )
    return _from_state_dict(module.state_dict(), activations, why)


def _walked(module):
    """Weights, biases and activations of a Sequential, in order."""
    weights, biases, named = [], [], []
    for part in _parts(module):
        kind = type(part).__name__ if library(part) == "torch" else None
        if kind == "Linear" and _plain(part, "Linear"):
            weights.append(_array(part.weight))
            biases.append(np.zeros(len(weights[-1])) if part.bias is None else _array(part.bias))
            named.append(None)
        elif kind in ACTIVATIONS:
            if getattr(part, "dim", None) not in (None, 1, -1):
                raise ValueError(
                    f"{part} runs over another axis than the outputs; it must be dim=1 or dim=-1"
                )
            if not named or named[-1] is not None:
                raise ValueError(
                    f"{part} does not follow a Linear; each layer is one Linear and one activation"
                )
            named[-1] = ACTIVATIONS[kind]
        elif kind not in WITHOUT_EFFECT:
            raise _not_dense(part)
    return weights, biases, [name or "identity" for name in named]


def _parts(module):
    if not _plain(module, "Sequential"):
        return [module]
    return [part for child in module.children() for part in _parts(child)]


def _plain(module, name):
    """Whether it is PyTorch's own class of this name, and not one derived from it."""
    return type(module).__name__ == name and type(module).__module__.startswith("torch.nn.")


def _not_dense(part):
    return ValueError(
        f"{type(part).__name__} is not shown here: a network is Linear layers, each with one of "
        f"{', '.join(ACTIVATIONS)}. A normalisation after a Linear can be folded into it "
        "(torch.nn.utils.fuse_linear_bn_eval); of a larger model, give the Sequential of Linear layers "
        "that it ends in"
    )


def _from_state_dict(state, activations, why):
    tensors = {str(name): _array(tensor) for name, tensor in state.items()}
    try:
        return from_names(tensors, activations)
    except ActivationsMissing as error:
        raise ActivationsMissing(f"{why}: {error}", error.weights, error.biases) from None


def _array(tensor):
    if not hasattr(tensor, "detach"):
        return np.asarray(tensor)
    tensor = tensor.detach().cpu()
    return (tensor.float() if str(tensor.dtype) in ("torch.bfloat16", "torch.float16") else tensor).numpy()
