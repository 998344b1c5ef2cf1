"""Activation patterns: what in the images varies with a neuron's answer."""

from __future__ import annotations

import numpy as np

from ..checks import numbers


def pattern(X, weights):
    """How each pixel changes, over these images, with a neuron's z: covariance × weight / variance.

    Weights say how to read an answer out of the pixels; one may be large only to cancel another pixel. The
    pattern says which pixels vary with that answer: Σ w / Var(w·x), where Σ is the covariance of the pixels
    (Haufe et al. 2014, doi:10.1016/j.neuroimage.2013.10.067, for one neuron). That is the slope of the
    regression of each pixel on the neuron's z. Images are mostly smooth, so a pattern of *random* weights is
    smooth, too: compare with some.

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
    X, weights = numbers(X, "X"), numbers(weights, "weights")
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
    return ((z.T @ X) / (z * z).sum(axis=0)[:, None]).reshape(weights.shape)
