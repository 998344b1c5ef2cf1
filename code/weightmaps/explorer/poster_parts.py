"""What several panels of an explorer's still picture are made of: titles, grids, pictures, frames."""

import textwrap

import numpy as np
from matplotlib.patches import Rectangle

from weightmaps import figures
from weightmaps.explorer.scene import grid_shape

MOST_NAMES = 20  # a longer axis names only some of its rows


def heading(scene, words, part=None):
    """A panel's title, as wide as the part: with the network's own where two are compared."""
    if part is not None:
        words = textwrap.fill(words, int(14.5 * part.bbox.width / part.dpi))
    return f"{scene.title}\n{words}" if len(scene.peers) > 1 else words


def number(value, places, sign="-"):
    """A number in words; what rounds to zero has no sign."""
    value = round(float(value), places)
    return f"{value:{sign}.{places}f}".replace("-", "−") if value else f"{0:.{places}f}"


def titled(part, scene, words):
    """The part's only Axes, with a title."""
    ax = part.subplots()
    ax.set_title(heading(scene, words, part), fontsize=8)
    return ax


def bare(ax):
    """Without ticks; hidden, they cost nothing, where an empty list of them is slow."""
    ax.xaxis.set_visible(False)
    ax.yaxis.set_visible(False)
    return ax


def grid(values, shape, blank=np.nan):
    """Values as a picture, row by row; cells that are left over are blank."""
    picture = np.full(shape[0] * shape[1], blank, float)
    picture[: len(values)] = values
    return picture.reshape(shape)


def signed(ax, values, shape, limit):
    bare(ax).imshow(grid(values, shape), cmap=figures.SIGNED, vmin=-limit, vmax=limit)


def cells(ax, values, colours, low, high):
    """One cell a neuron, with lines between them."""
    rows, across = grid_shape(len(values))
    bare(ax).imshow(grid(values, (rows, across)), cmap=colours, vmin=low, vmax=high)
    line = {"colors": figures.QUIET, "linewidth": 0.4}
    ax.vlines(np.arange(across + 1) - 0.5, -0.5, rows - 0.5, **line)
    ax.hlines(np.arange(rows + 1) - 0.5, -0.5, across - 0.5, **line)


def mark(ax, place, count):
    line, column = divmod(place, grid_shape(count)[1])
    ax.add_patch(frame((column - 0.5, line - 0.5), 1, 1, linewidth=2))


def frame(corner, width, height, linewidth):
    box = {"fill": False, "edgecolor": figures.ACCENT, "clip_on": False}
    return Rectangle(corner, width, height, linewidth=linewidth, **box)


def name_rows(ax, names):
    """Name the rows; of many only some."""
    every = -(-len(names) // MOST_NAMES)
    ax.set_yticks(range(0, len(names), every), names[::every])
    ax.tick_params(labelsize=7)
