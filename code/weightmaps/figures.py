"""Arrays in, Matplotlib Axes out: the static pictures of the book, and its tables."""

from __future__ import annotations

import base64
import io
import re
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from PIL import Image

INK = "Greys"
# ColorBrewer's RdBu, safe for colour-blind readers, with a middle that is white and not light grey.
SIGNED_ANCHORS = (
    *("#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0"),
    "#ffffff",
    *("#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f"),
)
SIGNED = LinearSegmentedColormap.from_list("signed", SIGNED_ANCHORS)
ACCENT = "#0f766e"
QUIET = "#9ca3af"
# One a digit, each dark enough to be read on white; the numeral itself says which it is.
KINDS = (
    *("#1f5fa8", "#b5480a", "#23702f", "#b01e2e", "#6a3fa6"),
    *("#744a3a", "#a82a80", "#4b5157", "#6b6300", "#006d78"),
)
VISIBLE = 0.1  # the share of a scale from which on a colour is not taken for white
SHADES = 25  # of a picture that is smooth; odd, so that zero is white


def as_square(values):
    """The values of a square picture, row by row, as a picture.

    Parameters
    ----------
    values : array, shape (side * side,)

    Returns
    -------
    array, shape (side, side)
    """
    values = np.asarray(values)
    side = round(values.size**0.5)
    if values.ndim != 1 or side * side != values.size:
        raise ValueError(
            f"values has shape {values.shape}; a square picture has (side * side,) values, such as (784,)"
        )
    return values.reshape(side, side)


def digit(image, *, ax=None):
    """Draw one image, ink dark on light.

    Parameters
    ----------
    image : array, shape (784,), values from 0 to 1
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = _bare(ax)
    ax.imshow(as_square(image), cmap=INK, vmin=0, vmax=1)
    return ax


def weight_map(weights, *, limit=None, scale=False, signs=False, ax=None):
    """Draw signed values, one a pixel, as a picture: red above zero, blue below, zero in white.

    Parameters
    ----------
    weights : array, shape (784,)
    limit : float, optional
        The value at which the colours end, in both directions; by default the largest magnitude.
    scale : bool
        Draw the colour scale beside the picture.
    signs : bool
        Draw a minus on each pixel that is visibly blue, which on grey paper looks like red.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = _bare(ax)
    square, limits = as_square(weights), _signed_limits(weights, limit)
    picture = ax.imshow(square, cmap=SIGNED, **limits)
    if signs:
        y, x = np.nonzero(square < VISIBLE * limits["vmin"])
        colours = np.where(square[y, x] < limits["vmin"] / 2, "white", "black")
        ax.hlines(y, x - 0.3, x + 0.3, colors=colours, linewidth=0.8)
    if scale:
        ax.figure.colorbar(picture, ax=ax, fraction=0.046, pad=0.04)
    return ax


def weight_maps(weights, *, columns=10, limit=None, labels=None, ax=None):
    """Draw many weight maps side by side, all on one scale, which is shown.

    Parameters
    ----------
    weights : array, shape (n, 784)
        A row a neuron, drawn row by row.
    columns : int
    limit : float, optional
        As for :func:`weight_map`; by default the largest magnitude among all.
    labels : sequence of str, optional
        One a map, written above it.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = _bare(ax)
    picture = _tiles(ax, weights, columns, labels, np.nan, cmap=SIGNED, **_signed_limits(weights, limit))
    ax.figure.colorbar(picture, ax=ax, fraction=0.03, pad=0.02)
    return ax


def digits(images, *, columns=10, labels=None, ax=None):
    """Draw many images side by side, ink dark on light.

    Parameters
    ----------
    images : array, shape (n, 784), values from 0 to 1
    columns : int
    labels : sequence of str, optional
        One an image, written above it.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = _bare(ax)
    _tiles(ax, images, columns, labels, np.nan, cmap=INK, vmin=0, vmax=1)
    return ax


def activations(a, *, ax=None):
    """Draw the activations of a layer as a grid, neuron 0 at the top left, row by row.

    Parameters
    ----------
    a : array, shape (n,), values from 0 (white) to 1 (black)
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = _bare(ax)
    columns = int(np.ceil(len(a) ** 0.5))
    rows = -(-len(a) // columns)
    grid = np.full(rows * columns, np.nan)
    grid[: len(a)] = a
    ax.imshow(grid.reshape(rows, columns), cmap=INK, vmin=0, vmax=1)
    ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=QUIET, linewidth=0.4)
    ax.tick_params(which="minor", length=0)
    return ax


def outputs(a, *, labels=None, ax=None):
    """Draw the outputs of a network as bars, the largest in the accent colour.

    Parameters
    ----------
    a : array, shape (n,), values from 0 to 1
    labels : sequence of str, optional
        One an output; by default its number.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = plt.gca() if ax is None else ax
    colours = [ACCENT if k == np.argmax(a) else QUIET for k in range(len(a))]
    ax.barh(range(len(a)), a, color=colours)
    ax.set_yticks(range(len(a)), labels or [str(k) for k in range(len(a))])
    ax.set(xlim=(0, 1), ylim=(len(a) - 0.5, -0.5), xlabel="activation", ylabel="output")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plane(values, *, reach=3.0, limit=None, activation=False, ax=None):
    """Draw values over the plane of two inputs, with the line where they change sign.

    Parameters
    ----------
    values : array, shape (side, side)
        Row by row from the top.
    reach : float
        The picture goes from ``-reach`` to ``+reach`` in both directions.
    limit : float, optional
        As for :func:`weight_map`.
    activation : bool
        The values are activations, from 0 (white) to 1 (black), and the line is where they are ½.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = _bare(ax)
    limits = {"vmin": 0, "vmax": 1} if activation else _signed_limits(values, limit)
    level = 0.5 if activation else 0.0
    box = (-reach, reach, -reach, reach)
    # Few colours: the eye misses none, and the file is a fifth as large.
    colours = plt.get_cmap(INK if activation else SIGNED).resampled(SHADES)
    ax.imshow(
        values, cmap=colours, extent=box, interpolation="bilinear", interpolation_stage="data", **limits
    )
    if np.min(values) < level < np.max(values):
        for colour, width in [("white", 2.5), ("black", 1.0)]:
            ax.contour(values, levels=[level], extent=box, origin="upper", colors=colour, linewidths=width)
    return ax


def digit_map(points, labels, *, ax=None):
    """Draw a map of images: at each place the numeral of its label. Both axes have the same scale.

    Parameters
    ----------
    points : array, shape (n, 2)
    labels : array of int, shape (n,), values from 0 to 9
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = _bare(ax)
    points, labels = np.asarray(points), np.asarray(labels)
    for label in np.unique(labels):
        x, y = points[labels == label].T
        ax.scatter(x, y, s=18, marker=f"${label}$", color=KINDS[label], linewidths=0)
    ax.set_aspect("equal", "datalim")
    return ax


def dot_rows(rows, *, line=None, name=None, marker="o", ax=None):
    """Draw numbers as dots, a named row for each list of them, the first at the top.

    Parameters
    ----------
    rows : dict of {str: sequence of float}
    line : float, optional
        A value to compare with: a vertical line.
    name : str, optional
        What is written above that line.
    marker : str
        As Matplotlib knows it; draw twice with two markers to compare two measures.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = plt.gca() if ax is None else ax
    for row, values in enumerate(rows.values()):
        ax.scatter(values, [row] * len(values), s=24, marker=marker, color=ACCENT, alpha=0.7)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.grid(axis="x", alpha=0.3)
    if line is not None:
        ax.axvline(line, color=plt.rcParams["text.color"], linewidth=1)
        if name:
            ax.text(line, -0.6, name, ha="center", va="bottom")
    return ax


class Table:
    """A small table: a real one on a page, aligned text in a terminal.

    Parameters
    ----------
    head : sequence of str
        The names of the columns.
    rows : sequence of sequences
        One value a column; the first names the row. Values are shown as ``str`` gives them, so round
        numbers before; a hyphen before a number becomes a minus sign, or nothing before a zero.

    Examples
    --------
    >>> Table(["start", "right"], [("unit", "97%"), ("fan-in", "98%")])
    start   right
    unit    97%
    fan-in  98%
    """

    def __init__(self, head, rows):
        self.head = [str(name) for name in head]
        self.rows = [[_with_minus(str(value)) for value in row] for row in rows]
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(f"row {row} has {len(row)} values for the {len(self.head)} columns")

    def __repr__(self):
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        lines = (zip(row, widths, strict=True) for row in (self.head, *self.rows))
        return "\n".join("  ".join(text.ljust(width) for text, width in line).rstrip() for line in lines)

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.head)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(value)}</td>" for value in rest)
            + "</tr>"
            for first, *rest in self.rows
        )
        return f'<table class="docutils"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


class Frames:
    """Small square pictures that change by themselves: each a few stills, one after the other.

    They hold still where the reader has asked for less motion, and at a tick of their box; then the last of
    each is seen.

    Parameters
    ----------
    pictures : dict of {str: list of array, shape (side * side,)}
        By what is written below, the stills of each, as many of one as of another. Values below zero make a
        still signed, red and blue with zero white; one without is ink, white at 0 and black at 1.

    Examples
    --------
    >>> Frames({"comes and goes": [np.zeros(4), np.eye(2).ravel()]})
    Frames of 1 picture, 2 stills each
    """

    SECONDS = 1.5  # that a still is seen
    STYLE = """.wm-frames{position:relative;display:grid;gap:.75rem;
grid-template-columns:repeat(auto-fit,minmax(max(5.5rem,17%),1fr));font-size:.8rem;line-height:1.35}
.wm-frames>div>div{position:relative;aspect-ratio:1;margin-bottom:.3rem;background:#fff}
.wm-frames img{position:absolute;inset:0;width:100%;height:100%;image-rendering:pixelated}
.wm-frames>input{position:absolute;left:0;bottom:0;margin:0}
.wm-frames>label{order:1;grid-column:1/-1;padding-left:1.5rem}
@media (prefers-reduced-motion:reduce),print{.wm-frames>:not(div){display:none}}
@media screen and (prefers-reduced-motion:no-preference){
.wm-frames>:not(:checked)~div img{animation:wm-frame var(--whole) step-end infinite}}
@keyframes wm-frame{0%{opacity:1}PART%{opacity:0}}"""

    def __init__(self, pictures):
        self.pictures = {str(name): [as_square(one) for one in stills] for name, stills in pictures.items()}
        counts = {len(stills) for stills in self.pictures.values()}
        if len(counts) != 1 or 0 in counts:
            raise ValueError(f"pictures have {sorted(counts)} stills; each needs as many as the others")
        self.count = counts.pop()

    def __repr__(self):
        some = len(self.pictures)
        return f"Frames of {some} picture{'s' * (some > 1)}, {self.count} stills each"

    def _repr_html_(self):
        whole = self.SECONDS * self.count
        each = "".join(
            f'<div role="img" aria-label="{escape(name)}"><div>'
            + "".join(
                f'<img alt="" src="{_data_url(one)}" width="{len(one)}" height="{len(one)}" '
                f'style="animation-delay:{k * self.SECONDS - whole:g}s">'
                for k, one in enumerate(stills)
            )
            + f"</div>{escape(name)}</div>"
            for name, stills in self.pictures.items()
        )
        style = self.STYLE.replace("PART", f"{100 / self.count:g}").replace("\n", "")
        return (
            f'<style>{style}</style><div class="wm-frames" style="--whole:{whole:g}s">'
            f'<input type="checkbox" id="wm-still"><label for="wm-still">Hold still</label>{each}</div>'
        )


def _with_minus(text):
    """The text with true minus signs before its numbers, and none before zeros."""
    return re.sub(r"(?<![\w%])-(\.?\d[\d.]*)", lambda m: ("−" if m[1].strip("0.") else "") + m[1], text)


def _data_url(picture):
    """A square picture as a small PNG in an address."""
    if picture.min() < 0:
        shares, colours = picture / np.abs(picture).max() / 2 + 0.5, SIGNED
    else:
        shares, colours = picture, plt.get_cmap(INK)
    image = Image.fromarray(np.rint((SHADES - 1) * np.clip(shares, 0, 1)).astype(np.uint8), "P")
    image.putpalette(
        np.rint(255 * colours(np.linspace(0, 1, SHADES))[:, :3]).astype(np.uint8).ravel().tolist()
    )
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _bare(ax):
    ax = plt.gca() if ax is None else ax
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_color(QUIET)
    return ax


def _signed_limits(values, limit):
    limit = np.abs(values).max() if limit is None else limit
    if not limit > 0:
        limit = 1.0  # a map of zeros is white all over, on any scale
    return {"vmin": -limit, "vmax": limit}


def _tiles(ax, pictures, columns, labels, blank, **colours):
    """Draw many pictures as one, row by row, with gaps between them that make room for labels."""
    pictures = [as_square(picture) for picture in pictures]
    side = len(pictures[0])
    above, beside = (9, 5) if labels else (2, 2)
    down, right = side + above, side + beside
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * down, columns * right), blank)
    for k, picture in enumerate(pictures):
        top, left = (k // columns) * down + above, (k % columns) * right
        sheet[top : top + side, left : left + side] = picture
        if labels:
            ax.text(left + side / 2, top - 1.5, labels[k], ha="center", va="bottom", fontsize=8)
    ax.spines[:].set_visible(False)
    return ax.imshow(sheet, **colours)
