"""What several panels of an explorer's still picture are made of: titles, grids, pictures, frames."""

import textwrap

import numpy as np
from matplotlib.patches import Rectangle

from weightmaps import figures
from weightmaps.widgets.scene import grid_shape

RED, BLUE = figures.SIGNED(0.875), figures.SIGNED(0.125)  # two of the poster's levels
CHANNELS = ("Red", "Green", "Blue")
MOST_FEATURES = 30  # of a longer table only the largest values are listed
MOST_LETTERS = 16  # of a feature's name
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


def listed(features, values, rest=False):
    """Short names and values of a table: all in order, or the largest, and what the others add up to."""
    order = np.argsort(-np.abs(values), kind="stable")
    order, left = order[:MOST_FEATURES], order[MOST_FEATURES:]
    names, values = [_short(features[i]) for i in (order if len(left) else sorted(order))], np.asarray(values)
    shown = values[order if len(left) else np.sort(order)]
    if rest and len(left):
        return [*names, f"the other {len(left)}"], np.append(shown, values[left].sum())
    return names, shown


def _short(name):
    name = name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"
    return name.replace("$", r"\$")  # not Matplotlib's mathematics


def signed_bars(ax, names, values, limit):
    """Bars to the right of zero in red, to the left in blue; returns them."""
    bars = ax.barh(range(len(values)), values, color=[RED if v > 0 else BLUE for v in values])
    ax.axvline(0, color=figures.QUIET, linewidth=0.8)
    name_rows(ax, names)
    ax.set(xlim=(-limit, limit), ylim=(len(values) - 0.5, -0.5))
    ax.spines[["top", "right"]].set_visible(False)
    return bars


def inputs(part, scene, layer, values, limit, words, *, rest=False, more=0):
    """A number for each input of a layer, about zero: bars of a table, a picture a channel, or one picture.

    Returns the `more` Axes to the right of these.
    """
    kind, split = scene.kind, layer == 1 and scene.kind.channels
    planes = kind.planes if split else [slice(None)]
    axes = part.subplots(1, len(planes) + more, squeeze=False)[0]
    table = layer == 1 and kind.features
    if table:
        names, shown = listed(kind.features, values, rest)
        signed_bars(axes[0], names, shown, limit)
    else:
        shape = kind.shape if layer == 1 else grid_shape(len(values))
        for ax, plane in zip(axes, planes, strict=False):
            signed(ax, values[plane], shape, limit)
    words = heading(scene, words, None if more else part)
    if split or table:  # these Axes stand off the part's middle
        part.suptitle(words, fontsize=8)
        for ax, name in zip(axes, CHANNELS if split else (), strict=False):
            ax.set_title(name, fontsize=7)
    else:
        axes[0].set_title(words, fontsize=8)
    return axes[len(planes) :]


def colours(kind, values):
    """Three channels, 0 to 1, as one picture."""
    return np.stack([np.reshape(values[plane], kind.shape) for plane in kind.planes], axis=-1)


def mixes(scene):
    """Whether small pictures of weights are three channels in one: grey where all are 0."""
    return bool(scene.state.layer == 1 and scene.kind.channels)


def show_weights(ax, scene, values, limit):
    """A small picture of a neuron's weights."""
    if mixes(scene):
        bare(ax).imshow(colours(scene.kind, (values / limit + 1) / 2))
    else:
        signed(ax, values, scene.cells, limit)


def show_input(ax, scene, x):
    """What the network is given, as a small picture."""
    kind = scene.kind
    if kind.channels:
        bare(ax).imshow(colours(kind, x))
    elif kind.features:
        signed(ax, x, grid_shape(len(x)), np.abs(scene.digits.images).max() or 1)
    else:
        bare(ax).imshow(np.reshape(x, kind.shape), cmap=figures.INK, vmin=0, vmax=1)


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
