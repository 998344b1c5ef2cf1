"""What every method refuses, in the same words."""

from __future__ import annotations

import numpy as np


def hidden_layer(network, layer):
    if layer != int(layer) or not 1 <= layer <= len(network.sizes) - 2:
        raise ValueError(f"layer is {layer!r}; this network has hidden layers 1 to {len(network.sizes) - 2}")
    return int(layer)


def index(value, n, name):
    if value != int(value) or not 0 <= value < n:
        raise ValueError(f"{name} is {value!r}; there are {n}, numbered 0 to {n - 1}")
    return int(value)


def one_image(network, x):
    x = np.asarray(x)
    if x.shape != (network.sizes[0],):
        raise ValueError(f"x has shape {x.shape}; one image for this network has shape ({network.sizes[0]},)")
    return x
