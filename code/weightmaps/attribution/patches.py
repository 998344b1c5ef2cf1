"""Occlusion: what an output or a neuron loses when a patch of the image is covered."""

from __future__ import annotations

from itertools import product

import numpy as np

from ..checks import baseline_image, images, integer
from .target import Target


def occlusion(
    network,
    X,
    *,
    output=None,
    neuron=None,
    layer=1,
    patch=(4, 4),
    strides=(1, 1),
    shape=(28, 28),
    baseline=0.0,
):
    """The drop in z when a patch of the image is replaced by the baseline (Zeiler, Fergus 2014).

    The patch starts in the top left corner and moves by `strides`; the last one of a row or column is cut at
    the image's edge. Each pixel gets the mean of z(image) − z(image with the patch covered) over the patches
    that cover it: the whole drop of each, not a share of it. This is how Captum's ``Occlusion`` spreads it;
    so the sum over the pixels is no meaningful total. The paper is arXiv:1311.2901.

    Parameters
    ----------
    network : Network
    X : array, shape (n, n_in) or (n_in,)
    output, neuron, layer
        What is explained, as for :func:`gradient`.
    patch : (int, int)
        Rows and columns.
    strides : (int, int)
        Rows down and columns right from one patch to the next; no more than the patch has, so that every
        pixel is covered.
    shape : (int, int)
        Rows and columns of the image.
    baseline : float or array, shape (n_in,)
        What covers: a flat image of that ink, or the pixels of an image.

    Returns
    -------
    array of float64, of the shape of `X`
        In units of z; positive where covering lowers z.

    Examples
    --------
    Three pixels in a row with contributions 1, 2 and 4, covered in pairs: the drops are 3 and 6.

    >>> from weightmaps.network import Network
    >>> network = Network([[[1.0, 2.0, 4.0]]], [[0.0]])
    >>> occlusion(network, np.ones(3), output=0, patch=(1, 2), shape=(1, 3)).tolist()
    [3.0, 4.5, 6.0]
    """
    rows, baseline = images(network, X), baseline_image(network, baseline)
    shape, patch, strides = _pair(shape, "shape"), _pair(patch, "patch"), _pair(strides, "strides")
    if shape[0] * shape[1] != network.sizes[0]:
        raise ValueError(f"shape is {shape}; this network's images have {network.sizes[0]} pixels")
    if patch[0] > shape[0] or patch[1] > shape[1]:
        raise ValueError(f"patch is {patch}; an image of {shape} has room for no such patch")
    if strides[0] > patch[0] or strides[1] > patch[1]:
        raise ValueError(f"strides is {strides}; with more than the patch, {patch}, pixels would be left out")
    target = Target(network, len(rows), output, neuron, layer)
    z1 = target.z1(rows)
    z, change = target.z(z1), rows - baseline
    pixels = np.arange(rows.shape[1]).reshape(shape)
    total, times = np.zeros_like(rows), np.zeros(rows.shape[1])
    for top, left in product(*map(_starts, shape, patch, strides)):
        covered = pixels[top : top + patch[0], left : left + patch[1]].ravel()
        drop = z - target.z(z1 - change[:, covered] @ network.weights[0][:, covered].T)
        total[:, covered] += drop[:, None]
        times[covered] += 1
    return (total / times).reshape(np.shape(X))


def _starts(length, patch, stride):
    """Up to and with the first patch that reaches the edge."""
    return range(0, length - patch + stride, stride)


def _pair(value, name):
    if np.shape(value) != (2,):
        raise ValueError(f"{name} is {value!r}; give (rows, columns)")
    return tuple(integer(n, name) for n in value)
