"""Activation patterns: what in the images varies with a neuron's answer, or with a layer's."""

from __future__ import annotations

import numpy as np

from ..checks import numbers


def pattern(X, weights):
    """How each pixel changes, over these images, with a neuron's z: covariance × weight / variance.

    Weights say how to read an answer out of the pixels; one may be large only to cancel another pixel. The
    pattern says which pixels vary with that answer: Σ w / Var(w·x), where Σ is the covariance of the pixels
    (Haufe et al. 2014, doi:10.1016/j.neuroimage.2013.10.067, for one neuron; :func:`joint_pattern` is for a
    layer). That is the slope of the regression of each pixel on the neuron's z.

    Images are mostly smooth, so a pattern of *random* weights is smooth, too: compare with some. And if X
    holds images of two classes, Σ holds the difference d of their means: it is the covariance within the
    classes plus p(1 − p) d dᵀ, where p is the share of one class. So nearly any weights have a pattern that
    looks like d. Subtract each class's mean from its images to leave that out.

    Σ itself, n_in × n_in, is never formed: Σ w is the covariance of each pixel with w·x.

    Parameters
    ----------
    X : array, shape (n, n_in)
        Two images or more.
    weights : array, shape (n_in,) or (k, n_in)
        Of a first-layer neuron, or of several, each treated as if alone.

    Returns
    -------
    array of float64, of the shape of `weights`
        In units of ink for each unit of z. ``(pattern * weights).sum()`` is 1.

    Raises
    ------
    ValueError
        If a neuron's z is the same for all images, as for images that are all alike: nothing varies with it.

    Examples
    --------
    The second pixel repeats the first and has no weight; it has a pattern all the same.

    >>> pattern([[0.0, 0.0, 1.0], [1.0, 1.0, 1.0]], [2.0, 0.0, 5.0]).tolist()
    [0.5, 0.5, 0.0]
    """
    weights = numbers(weights, "weights")
    X, z = _centred(X, weights)
    return ((z.T @ X) / (z * z).sum(axis=0)[:, None]).reshape(weights.shape)


def joint_pattern(X, weights):
    """How each pixel changes with a neuron's z while the z of the layer's other neurons stay as they are.

    That is A = Σ Wᵀ Σ_z⁻¹, with Σ_z = W Σ Wᵀ (Haufe et al. 2014, equation 6): the regression of each pixel
    on all of the layer's z at once. Where they are correlated over the images it is another picture than
    :func:`pattern`, which takes each neuron as if alone.

    Parameters
    ----------
    X : array, shape (n, n_in)
        More images than neurons.
    weights : array, shape (k, n_in)
        Of a first layer.

    Returns
    -------
    array of float64, shape (k, n_in)
        In units of ink for each unit of z; ``joint_pattern(X, weights) @ weights.T`` is the identity. Of
        neurons that repeat each other, the smallest such pictures.

    Raises
    ------
    ValueError
        As for :func:`pattern`.

    Examples
    --------
    The second neuron reads the second pixel; the first adds both. With the second held still, only the first
    pixel can move the first neuron.

    >>> X = [[0.0, 0.0], [1.0, 1.0], [2.0, 1.0], [1.0, 0.0]]
    >>> joint_pattern(X, [[1.0, 1.0], [0.0, 1.0]]).round(9).tolist()
    [[1.0, 0.0], [-1.0, 1.0]]
    """
    weights = np.atleast_2d(numbers(weights, "weights"))
    X, z = _centred(X, weights)
    return np.linalg.lstsq(z, X, rcond=1e-8)[0]


def _centred(X, weights):
    """The images and the neurons' z, each minus its mean."""
    X = numbers(X, "X")
    if X.ndim != 2 or len(X) < 2:
        raise ValueError(f"X has shape {X.shape}; a covariance needs two images or more: (n, n_in)")
    if weights.ndim not in (1, 2) or weights.shape[-1] != X.shape[1] or 0 in weights.shape:
        raise ValueError(
            f"weights has shape {weights.shape}; for X of {X.shape} give ({X.shape[1]},) or (k, ...)"
        )
    X = X - X[0]  # first this, so that a pixel that never changes is exactly 0
    X -= X.mean(axis=0)
    W = np.atleast_2d(weights)
    z = X @ W.T
    still = np.abs(z).max(axis=0) <= 1e-12 * (np.abs(X) @ np.abs(W).T).max(axis=0)  # all rounding
    if still.any():
        raise ValueError(
            f"X gives row {still.argmax()} of weights the same z for all {len(X)} images, so no pixel varies "
            "with it; give images that differ where those weights are not 0"
        )
    return X, z
