"""A still picture of the playground, for paper and for readers without scripts."""

import numpy as np
from matplotlib.figure import Figure

from weightmaps import figures
from weightmaps.plane import over_the_plane
from weightmaps.widgets.base import still


def draw_poster(network, X, y):
    """Draw what each hidden neuron adds over the plane, and their sum with the dots.

    Parameters
    ----------
    network : Network
        Of two inputs and one output.
    X : array, shape (n, 2)
    y : array of int, shape (n,)

    Returns
    -------
    tuple (bytes, int, int)
        A PNG, and its width and height in CSS pixels: half its own, so that it is crisp.
    """
    figure = Figure(figsize=(6, 2.9), dpi=200, layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1.15, 1])
    left.suptitle("What each neuron adds", fontsize=9)
    right.suptitle("Their sum, z", fontsize=9)
    activations, z = over_the_plane(network)
    outgoing = network.weights[1][0]
    across = int(np.ceil(len(outgoing) ** 0.5))
    axes = left.subplots(-(-len(outgoing) // across), across, squeeze=False).ravel()
    limit = np.abs(outgoing).max()
    for ax, a, v in zip(axes, activations, outgoing, strict=False):
        figures.plane(v * a, limit=limit, ax=ax)
    for ax in axes[len(outgoing) :]:
        ax.set_visible(False)
    figures.plane(z, points=X, classes=y, ax=right.subplots())
    return still(figure, palette=128)
