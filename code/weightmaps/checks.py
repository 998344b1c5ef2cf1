"""Checks that every function makes in the same words, and arrays that cannot be changed."""

from __future__ import annotations

import numpy as np


def hidden_layer(network, layer):
    if len(network.sizes) < 3:
        raise ValueError(f"{network!r} has no hidden layer, so no neuron stands between input and output")
    if layer != int(layer) or not 1 <= layer <= len(network.sizes) - 2:
        raise ValueError(f"layer is {layer!r}; this network has hidden layers 1 to {len(network.sizes) - 2}")
    return int(layer)


def index(value, n, name):
    if value != int(value) or not 0 <= value < n:
        raise ValueError(f"{name} is {value!r}; there are {n}, numbered 0 to {n - 1}")
    return int(value)


def labels(y, n, n_out=None, name="y"):
    """The labels of n images as integers, of which False is 0 and True is 1; below `n_out`, where given."""
    y = np.asarray(y)
    if y.dtype == bool:
        y = y.astype(int)
    if y.dtype.kind in "USO":
        raise ValueError(
            f"{name} holds {y.dtype}, not integers; numbers as text become some by {name}.astype(int)"
        )
    if y.dtype.kind not in "iu" or y.shape != (n,):
        raise ValueError(
            f"{name} is {y.dtype} of shape {y.shape} for {n:,} images; give one integer an image: ({n},)"
        )
    if y.size and not (y.min() >= 0 and (n_out is None or y.max() < n_out)):
        wanted = "0, 1, 2, …" if n_out is None else f"0 to {n_out - 1}"
        raise ValueError(f"{name} holds {y.min()} to {y.max()}; labels are {wanted}")
    return y


def read_only(array):
    """An array that nobody can write to: itself if that is so already, else a copy."""
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    if array.flags.writeable or owner.flags.writeable or owner.base is not None:
        array = array.copy()
        array.flags.writeable = False
    return array


def distinct(values, n, name):
    """Indices below n, each once."""
    values = [index(value, n, name) for value in values]
    if len(set(values)) < len(values):
        raise ValueError(f"{name}s are {values}; name each once")
    return values


def one_image(network, x):
    x = np.asarray(x)
    if x.shape != (network.sizes[0],):
        raise ValueError(f"x has shape {x.shape}; one image for this network has shape ({network.sizes[0]},)")
    return x


def numbers(value, name):
    """The value as a new array of ``float64``; finite real numbers or nothing."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
        raise ValueError(f"{name} is {array.dtype} of shape {array.shape}; it must hold finite numbers alone")
    return array.astype(np.float64)


def images(network, X, name="X"):
    """The images as rows of ``float64``, also where there is only one."""
    X = numbers(X, name)
    n_in = network.sizes[0]
    if X.ndim not in (1, 2) or X.shape[-1] != n_in or 0 in X.shape:
        raise ValueError(f"{name} has shape {X.shape}; this network wants (n, {n_in}) or ({n_in},)")
    return np.atleast_2d(X)


def baseline_image(network, baseline):
    """The image that stands for "nothing there": a number becomes a flat image."""
    baseline, n_in = numbers(baseline, "baseline"), network.sizes[0]
    if baseline.shape not in ((), (n_in,)):
        raise ValueError(f"baseline has shape {baseline.shape}; give a number or one image ({n_in},)")
    return np.broadcast_to(baseline, n_in)


def integer(value, name):
    """An integer from 1 on."""
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} is {value!r}; it must be an integer, 1 or more")
    return int(value)
