"""Gradients and integrated gradients of an output or a hidden neuron by the pixels."""

from __future__ import annotations

import numpy as np

from ..checks import baseline_image, images, integer
from .target import Target


def gradient(network, X, *, output=None, neuron=None, layer=1):
    """How much the z of an output or a hidden neuron changes with each pixel: dz/dx, the saliency map.

    z is the weighted input, before the activation function: what contributions add up to. The derivative of
    the activation a is the same picture times one number, the slope of the activation function, which is all
    but 0 just where the network is sure; and a softmax mixes in the other outputs. (Simonyan, Vedaldi,
    Zisserman 2014, arXiv:1312.6034, take the gradient before the softmax for this reason.)

    Parameters
    ----------
    network : Network
    X : array, shape (n, n_in) or (n_in,)
        Images, or one image.
    output : int or array of int, shape (n,)
        The output that is explained; an array names one for each image. Give this or `neuron`.
    neuron : int or array of int, shape (n,)
        The hidden neuron that is explained.
    layer : int
        The hidden layer of `neuron`; the first is 1.

    Returns
    -------
    array of float64, of the shape of `X`
        In units of z for each unit of ink. ``X * gradient(network, X, ...)`` is *input × gradient*; for a
        neuron of the first layer the gradient is its weight map, and input × gradient is weight × input.

    Examples
    --------
    z = 3 tanh(2 x₀ − x₁), so at x = (1, 2), where tanh has the slope 1, dz/dx is (6, −3).

    >>> from weightmaps.network import Network
    >>> network = Network([[[2.0, -1.0]], [[3.0]]], [[0.0], [0.0]], ["tanh", "sigmoid"])
    >>> gradient(network, [1.0, 2.0], output=0).tolist()
    [6.0, -3.0]
    >>> gradient(network, [1.0, 2.0], neuron=0).tolist()
    [2.0, -1.0]
    """
    rows = images(network, X)
    target = Target(network, len(rows), output, neuron, layer)
    return (target.slope(target.z1(rows)) @ network.weights[0]).reshape(np.shape(X))


def integrated_gradients(
    network,
    X,
    *,
    output=None,
    neuron=None,
    layer=1,
    baseline=0.0,
    n_steps=50,
    return_convergence_delta=False,
):
    """Share out z(image) − z(baseline) among the pixels, by the gradients along the line between the two.

    Pixel i gets (x_i − b_i) ∫₀¹ ∂z/∂x_i (b + t (x − b)) dt (Sundararajan, Taly, Yan 2017, arXiv:1703.01365,
    equation 1). The integral is a Gauss–Legendre sum. For `nielsen` and `zero-one`, whose z differ by about
    10 to 30 from those of a blank image, the convergence delta at 50 steps is below 10⁻⁶; the midpoint rule
    leaves up to 0.06. It is larger where one neuron saturates (10⁻⁴ among the other 784-1-2 networks) or the
    gradient jumps (relu).

    Parameters
    ----------
    network : Network
    X : array, shape (n, n_in) or (n_in,)
    output, neuron, layer
        What is explained, as for :func:`gradient`.
    baseline : float or array, shape (n_in,)
        Where the path begins: a flat image of that ink (0, the default, is a blank one) or an image. A pixel
        that equals the baseline's gets nothing.
    n_steps : int
        Gradients in the sum, 1 or more.
    return_convergence_delta : bool
        Return the error of the sum, too.

    Returns
    -------
    attributions : array of float64, of the shape of `X`
        In units of z.
    delta : float, or array of float64, shape (n,)
        Only with `return_convergence_delta`: the sum of an image's attributions minus what they should sum
        to, z(image) − z(baseline).

    Examples
    --------
    >>> from weightmaps.network import Network
    >>> network = Network([[[1.0, 2.0]], [[4.0]]], [[-1.5], [1.0]], ["sigmoid", "sigmoid"])
    >>> x = [1.0, 1.0]
    >>> attributions, delta = integrated_gradients(network, x, output=0, return_convergence_delta=True)
    >>> attributions.round(3).tolist(), bool(abs(delta) < 1e-12)
    ([0.847, 1.694], True)
    """
    n_steps = integer(n_steps, "n_steps")
    rows, baseline = images(network, X), baseline_image(network, baseline)
    target = Target(network, len(rows), output, neuron, layer)
    start, end = target.z1(np.broadcast_to(baseline, rows.shape)), target.z1(rows)
    slope = np.zeros_like(end)
    for t, weight in zip(*np.polynomial.legendre.leggauss(n_steps), strict=True):
        slope += weight / 2 * target.slope(start + (t + 1) / 2 * (end - start))
    attributions = (rows - baseline) * (slope @ network.weights[0])
    if not return_convergence_delta:
        return attributions.reshape(np.shape(X))
    delta = attributions.sum(axis=1) - (target.z(end) - target.z(start))
    return attributions.reshape(np.shape(X)), delta.reshape(np.shape(X)[:-1])[()]
