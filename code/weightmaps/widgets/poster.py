"""A still picture of an explorer's state, for paper and for readers without scripts."""

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from weightmaps import figures
from weightmaps.widgets.base import still
from weightmaps.widgets.poster_panels import PANELS
from weightmaps.widgets.scene import off_words, scenes

WIDTH, DPI, TITLE = 6.0, 200, 0.3
LEVELS = 17  # of the signed colour map: enough for the eye, and few enough to keep the file small


def draw_poster(networks, keys, digits, state, *, outputs, kind):
    """Draw one state of an explorer.

    Parameters
    ----------
    networks : list of Network
    keys : list
        What the states `step` and `other` call these networks.
    digits : Digits
    state : dict
        All of the explorer's state, its panels among it.
    outputs : sequence of str
        The outputs' names.
    kind : InputSpec
        What the images are.

    Returns
    -------
    tuple (bytes, int, int)
        A PNG, and its width and height in CSS pixels: half its own, so that it is crisp.
    """
    figure = make_figure(networks, keys, digits, state, outputs=outputs, kind=kind)
    return still(figure, 256 if kind.channels else _palette())


def make_figure(networks, keys, digits, state, *, outputs, kind):
    """The picture that :func:`draw_poster` draws, as a Matplotlib figure: a subfigure a panel, labelled."""
    shown = scenes(networks, keys, digits, state, outputs, kind)
    lines = _lines(state["panels"], shown)
    heights = [max(PANELS[name].height for name, _, _ in line) for line in lines]
    title = _title(state, shown)
    if title:
        heights.insert(0, TITLE)
    figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    parts = _split(figure, len(heights), 1, heights)
    if title:
        # In a line of its own: Matplotlib's way of making room would move the others off their pixels.
        parts.pop(0).text(0.5, 0.5, title, fontsize=9, ha="center", va="center")
    for part, line in zip(parts, lines, strict=True):
        spans = [span for _, _, span in line]
        blank = [12 - sum(spans)] if sum(spans) < 12 else []
        for place, (name, scene, _) in zip(
            _split(part, 1, len(line) + len(blank), spans + blank), line, strict=False
        ):
            place.set_label(name)
            PANELS[name].draw(place, scene)
    return figure


def _title(state, shown):
    words = [off_words(state["ablated"])]
    if len(shown) > 1:
        scales = "each on its own scales" if state["scales"] == "separate" else "on the same scales"
        words.insert(0, f"{shown[0].title} beside {shown[1].title}, {scales}")
    elif state["step"] is not None:
        words.insert(0, f"Training step {state['step']:,}")
    return "; ".join(filter(None, words))


def _lines(panels, shown):
    """Name, scene and columns of each panel, in lines of at most twelve columns."""
    lines, used = [], 12
    for name in panels:
        sides = shown if PANELS[name].network else shown[:1]
        span = min(PANELS[name].span, 12 // len(sides))
        if used + span * len(sides) > 12:
            lines.append([])
            used = 0
        lines[-1] += [(name, scene, span) for scene in sides]
        used += span * len(sides)
    return lines


def _split(figure, rows, columns, ratios):
    kind = "height_ratios" if columns == 1 else "width_ratios"
    parts = figure.subfigures(rows, columns, squeeze=False, **{kind: ratios})
    return list(parts.flat)


def _palette():
    """Few colours: those of the colour maps, and of the accent on white."""
    shades = np.linspace(0, 1, 6)[:, None]
    colours = [
        colormaps.get_cmap(figures.SIGNED)(np.linspace(0, 1, LEVELS))[:, :3],
        colormaps.get_cmap(figures.INK)(np.linspace(0, 1, 17))[:, :3],
        1 - shades * (1 - np.array(to_rgb(figures.ACCENT))),
        1 - shades * (1 - np.array(to_rgb(figures.QUIET))),
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.round(np.concatenate(colours) * 255).astype(np.uint8).tobytes())
    return palette
