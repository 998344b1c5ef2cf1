"""A network from PyTorch: a Sequential of Linear layers, or the weights in a state_dict."""

from __future__ import annotations

import itertools
import math
import os
import sys
from collections.abc import Mapping

import numpy as np

from ..network import Network, activate
from .build import ActivationsMissing, activation_names, from_names
from .errors import wrong_object
from .files import read
from .fold import Stack
from .notes import say
from .recognise import library

ACTIVATIONS = {
    "Sigmoid": "sigmoid",
    "ReLU": "relu",
    "Tanh": "tanh",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Identity": "identity",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "GELU": "gelu",
    "SiLU": "silu",
}
WITHOUT_EFFECT = {"Dropout", "AlphaDropout", "Flatten"}  # when predicting, on images that are flat already
HIDDEN = ("relu", "sigmoid", "tanh", "identity", "leaky_relu", "gelu", "silu", "elu")
LAST = ("identity", "log_softmax", "softmax", "sigmoid", "tanh", "relu")
TRIED = 4096  # combinations at most
LOOK = {  # at what could be looked, where layers are not dense
    "conv": "the dense layers at its end can be looked at, with images as the first of them gets them",
    "attention": "an MLP block of it can be looked at: its two Linear layers, as a Sequential",
    "recurrent": "the Linear layers that read its state can be looked at, as a Sequential",
}


def from_torch(module, activations=None):
    """Take over a PyTorch module or its ``state_dict``.

    A ``Sequential`` (nested ones too) of ``Linear`` and ``Sigmoid``, ``ReLU``, ``Tanh``, ``Softmax``,
    ``LogSoftmax``, ``LeakyReLU``, ``ELU``, ``GELU``, ``SiLU`` or ``Identity`` tells everything; a
    ``BatchNorm1d`` is folded into a neighbour, ``Dropout`` and ``Flatten`` are passed over. A
    ``LogSoftmax`` becomes a softmax: the outputs are then ``exp`` of the module's. A ``Linear`` with nothing
    after it is ``identity``: the outputs are the module's own, logits; to see them as probabilities, give
    `activations` with a ``softmax`` in the end.

    Any other module is run on random inputs, and the one choice of activations that gives what it gives is
    taken, and said. Names that are given are held against what it gives.

    Parameters
    ----------
    module : torch.nn.Module, mapping of str to tensor, or path
        Of a ``state_dict``, give `activations`, which are not in it.
    activations : sequence of str or str, optional
        One name a layer, in place of the module's; see :func:`from_arrays`.

    Returns
    -------
    Network

    Raises
    ------
    ActivationsMissing
        If `activations` is None, and the module does not tell them.
    ValueError
        If it holds something else, such as a convolution, named in the error, or gives something else than
        it would with `activations`.

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
        return _walked(module).network(activations)
    for part in module.modules():
        leaf = part is not module and not list(part.children())
        if leaf and list(part.parameters()) and not _plain(part, "Linear"):
            raise _not_dense(part)
    return _observed(module, activations)


def _walked(module):
    """The layers of a Sequential, in order."""
    stack = Stack()
    for part in _parts(module):
        kind = type(part).__name__ if library(part) == "torch" else None
        if kind == "Linear" and _plain(part, "Linear"):
            stack.dense(_array(part.weight), None if part.bias is None else _array(part.bias))
        elif kind == "BatchNorm1d" and part.running_var is not None:
            mean, var = _array(part.running_mean), _array(part.running_var)
            scale = (1 if part.weight is None else _array(part.weight)) / np.sqrt(var + part.eps)
            stack.scale(scale, (0 if part.bias is None else _array(part.bias)) - mean * scale, kind)
        elif kind in ACTIVATIONS:
            if getattr(part, "dim", None) not in (None, 1, -1):
                raise ValueError(
                    f"{part} runs over another axis than the outputs; it must be dim=1 or dim=-1"
                )
            if getattr(part, "approximate", "none") != "none":
                raise ValueError(f"{part} is an approximation; only the exact GELU is shown here")
            number = getattr(part, "negative_slope", getattr(part, "alpha", None))
            stack.activation(ACTIVATIONS[kind] + ("" if number is None else f":{number}"), part)
        elif kind not in WITHOUT_EFFECT:
            raise _not_dense(part)
    return stack


def _observed(module, activations):
    """A module of somebody's own, with the activations that give what it gives on random inputs."""
    why = f"{type(module).__name__} is a module of your own, whose forward does not show in its weights"
    state = {str(name): _array(tensor) for name, tensor in module.state_dict().items()}
    try:
        plain = from_names(state, ["identity"] * sum(array.ndim == 2 for array in state.values()))
    except ValueError as error:
        raise ValueError(f"{why}, which are no stack of dense layers: {error}") from None
    inputs = np.random.default_rng(0).normal(size=(64, plain.sizes[0])).astype(np.float32)
    inputs *= np.geomspace(0.05, 5, len(inputs), dtype=np.float32)[:, None]
    theirs = _run(module, inputs)
    found = [] if theirs is None else _agreeing(plain, inputs, theirs)
    if activations is None:
        if len(found) == 1:
            say(f"{why}: run on random inputs, it gives what {','.join(found[0])} gives")
            return Network(plain.weights, plain.biases, activation_names(found[0]))
        more = "no choice of activations gives what it gives" if not found else f"{len(found)} choices do"
        return _from_state_dict(state, None, f"{why}; on random inputs {more}")
    network = from_names(state, activations)
    if theirs is not None and not any(_same_but_for_outputs(network.activations, one) for one in found):
        would = " or ".join(",".join(one) for one in found) or "no choice of activations"
        raise ValueError(
            f"activations {','.join(network.activations)} do not give what {type(module).__name__} gives on "
            f"random inputs; {would} would. To take its weights all the same, give its state_dict()"
        )
    return network


def _run(module, inputs):
    """What a module gives for inputs, each a row or a picture, as float64; None where it cannot be run."""
    torch = sys.modules["torch"]
    side = math.isqrt(inputs.shape[1])
    shapes = [inputs.shape] + [(-1, 1, side, side), (-1, side, side)] * (side * side == inputs.shape[1])
    training = module.training
    module.eval()
    try:
        first = next(module.parameters())
        for shape in shapes:
            try:
                with torch.no_grad():
                    given = torch.from_numpy(inputs.reshape(shape)).to(first.device, first.dtype)
                    result = module(given)
                    return _array(result).astype(np.float64).reshape(len(inputs), -1)
            except (RuntimeError, ValueError, TypeError, IndexError, AttributeError):
                continue
        return None
    finally:
        module.train(training)


def _agreeing(plain, inputs, theirs):
    """The choices of activations with which a network gives these outputs."""
    if theirs.shape[1] != plain.sizes[-1]:
        return []
    layers = len(plain.weights) - 1
    every = len(HIDDEN) ** layers * len(LAST) <= TRIED
    hidden = itertools.product(HIDDEN, repeat=layers) if every else [(name,) * layers for name in HIDDEN]
    found = []
    for names in hidden:
        z = (
            Network(plain.weights, plain.biases, [*names, "identity"])
            .forward(inputs.astype(np.float64))
            .z[-1]
        )
        for last in LAST:
            ours = (
                np.log(np.maximum(activate("softmax", z), 1e-300)) if last[:3] == "log" else activate(last, z)
            )
            if np.allclose(ours, theirs, rtol=1e-4, atol=1e-5 * max(1.0, np.abs(theirs).max())):
                found.append((*names, last))
    return found


def _same_but_for_outputs(given, found):
    """Whether two choices agree, but for outputs that are shown as probabilities, or as they are before."""
    given, found = (activation_names(one) for one in (given, found))
    return given == found or (given[:-1] == found[:-1] and {given[-1], found[-1]} <= {"softmax", "identity"})


def _parts(module):
    if not _plain(module, "Sequential"):
        return [module]
    return [part for child in module.children() for part in _parts(child)]


def _plain(module, name):
    """Whether it is PyTorch's own class of this name, and not one derived from it."""
    return type(module).__name__ == name and type(module).__module__.startswith("torch.nn.")


def _not_dense(part):
    kind = type(part).__name__
    where = next((words for word, words in LOOK.items() if word in kind.lower()), None)
    if any(word in kind for word in ("LSTM", "GRU", "RNN")):
        where = LOOK["recurrent"]
    return ValueError(
        f"{kind} is not shown here: a network is Linear layers, each with one of "
        f"{', '.join(ACTIVATIONS)}; {where or 'of a larger model, give the Sequential that it ends in'}"
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
