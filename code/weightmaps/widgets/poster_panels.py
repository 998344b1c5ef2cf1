"""The panels of an explorer's still picture: each draws a scene into a part of the figure."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from weightmaps import figures
from weightmaps.widgets.poster_parts import (
    BLUE,
    MOST_NAMES,
    RED,
    cells,
    colours,
    frame,
    grid,
    heading,
    inputs,
    listed,
    mark,
    mixes,
    name_rows,
    number,
    show_input,
    show_weights,
    signed_bars,
    titled,
)
from weightmaps.widgets.poster_surveys import draw_ablate, draw_responses
from weightmaps.widgets.scene import grid_shape

STRIP = 8
MOST_AT_ONCE = 2_000_000  # weights, in the panel of all maps


def draw_input(part, scene):
    state = scene.state
    thing = scene.kind.noun
    words = f"{thing.capitalize()} {state.sample}"
    if state.pixels:
        words = "Your drawing" if scene.kind.plain else f"Your {thing}"
    elif scene.labelled:
        words = f"This is: {scene.outputs[scene.labels[state.sample]]} ({thing} {state.sample})"
    _picture(part, scene, words)


def draw_draw(part, scene):
    _picture(part, scene, "What the network sees")


def _picture(part, scene, words):
    ax = part.subplots()
    if scene.kind.features:
        names, values = listed(scene.kind.features, scene.x)
        limit = max(np.abs(scene.digits.images).max(), np.abs(values).max()) or 1.0
        signed_bars(ax, names, values, limit)
    else:
        show_input(ax, scene, scene.x)
    ax.set_title(words, fontsize=8)


def draw_hidden(part, scene):
    _draw_neurons(part, scene, "activation", np.arange(len(scene.weights)))


def draw_find(part, scene):
    order = scene.order() if scene.state.sorted else np.arange(len(scene.weights))
    words = f", sorted by {scene.measure_words(scene.state.rank_by)}" if scene.state.sorted else ""
    _draw_neurons(part, scene, scene.state.colour_by, order, words)


def _draw_neurons(part, scene, name, order, words=""):
    values, j = scene.measure(name), scene.state.neuron
    whose = "" if len(scene.network.sizes) == 3 else f" of layer {scene.state.layer}"
    what = "" if name == "activation" else f" by {scene.measure_words(name)}"
    bounded = scene.network.activations[scene.state.layer - 1] in ("sigmoid", "softmax")
    if name not in ("activation", "mean"):
        high = scene.over_peers(lambda one: np.abs(one.measure(name)).max()) or 1.0
        low, colours, scale = -high, figures.SIGNED, f"; ±{number(high, 2)}"
    elif bounded:
        low, high, colours, scale = 0.0, 1.0, figures.INK, ""
    else:
        low = -scene.over_peers(lambda one: max(0.0, -one.measure(name).min()))
        high = scene.over_peers(lambda one: max(0.0, one.measure(name).max())) or 1.0
        colours, scale = figures.INK, f"; white {number(low, 2)}, black {number(high, 2)}"
    ax = titled(part, scene, f"Hidden neurons{whose}{what}{words}; {j}: {number(values[j], 3)}{scale}")
    cells(ax, values[order], colours, low, high)
    mark(ax, int(np.flatnonzero(order == j)[0]), len(order))


def draw_outputs(part, scene):
    y, state = scene.trace.a[-1], scene.state
    right = y.argmax() == scene.labels[state.sample]
    verdict = "The" if state.pixels or not scene.labelled else "Right: the" if right else "Wrong: the"
    answer = number(y[0], 3) if scene.lone else scene.outputs[y.argmax()]
    ax = titled(part, scene, f"{verdict} network says {answer}")
    figures.outputs(y, labels=scene.outputs, ax=ax)
    if scene.last:
        ax.patches[state.output].set(edgecolor="black", linewidth=1)
    name_rows(ax, scene.outputs)
    ax.set(xlabel="", ylabel="", xlim=(min(0, *y), max(1, *y)))


def draw_weight_map(part, scene):
    state = scene.state
    limit = scene.reach(state.layer, state.neuron)
    words = f"Weights of neuron {state.neuron}, ±{limit:.2f}"
    inputs(part, scene, state.layer, scene.weights[state.neuron], limit, words)


def draw_effective(part, scene):
    limit = scene.over_peers(lambda one: np.abs(one.effective).max()) or 1.0
    words = f"Neuron {scene.state.neuron} for this {scene.kind.noun}: slope of z, ±{limit:.2f}"
    inputs(part, scene, 1, scene.effective, limit, words)


def draw_product(part, scene):
    layer, neuron = scene.state.layer, scene.state.neuron

    kind, table = scene.kind, layer == 1 and scene.kind.features

    def product(one):
        return one.weights[neuron] * one.sends(layer - 1)

    def added(one):
        """What each row of the running total adds, or is made of."""
        if table:
            return listed(kind.features, product(one), rest=True)[1]
        planes = kind.planes if layer == 1 else [slice(None)]
        return np.stack([grid(product(one)[plane], scene.cells, 0) for plane in planes], axis=1)

    limit = scene.over_peers(lambda one: np.abs(added(one)).max()) or 1.0
    rows = added(scene).reshape(len(added(scene)), -1).sum(axis=1)
    totals = np.append(0, np.cumsum(rows)) + scene.network.biases[layer - 1][neuron]
    factor = "value" if table else "input" if layer == 1 else "activation"
    words = f"Weight × {factor}, ±{limit:.2f}"
    [right] = inputs(part, scene, layer, product(scene), limit, words, rest=True, more=1)
    right.plot(totals, np.arange(len(totals)), color=figures.ACCENT)
    right.axvline(0, color=figures.QUIET, linewidth=0.8)
    right.yaxis.set_visible(False)
    right.set(ylim=(len(totals) - 1, 0))
    right.tick_params(labelsize=7)
    words = "Running total to" if len(scene.peers) == 1 else "Ends at"  # there is less room for two
    right.set_title(f"{words} z = {number(scene.trace.z[layer][neuron], 3)}", fontsize=8)


def draw_top(part, scene):
    state, ranked, order = scene.state, scene.measure(scene.state.rank_by), scene.order()[:STRIP]
    limit, places = scene.reach(state.layer), 0 if state.rank_by == "removal" else 2
    words = f"Top neurons by {scene.measure_words(state.rank_by)}; maps ±{limit:.2f}"
    part.suptitle(heading(scene, words, part), fontsize=8)
    for ax, j in zip(part.subplots(1, STRIP).flat, order, strict=False):
        show_weights(ax, scene, scene.weights[j], limit)
        colour = figures.ACCENT if j == state.neuron else "black"
        ax.set_title(f"{j}\n{number(ranked[j], places, '+')}", fontsize=8 - len(scene.peers), color=colour)
    for ax in part.axes[len(order) :]:
        ax.set_axis_off()


def draw_maps(part, scene):
    if scene.weights.size > MOST_AT_ONCE:
        words = f"All {len(scene.weights):,} weight maps: too many for a still picture"
        part.suptitle(heading(scene, words, part), fontsize=8)
        return
    (rows, columns), (down, across) = scene.cells, grid_shape(len(scene.weights))
    limit, mixed = scene.reach(scene.state.layer), mixes(scene)
    size = (down * (rows + 2), across * (columns + 2))
    sheet = np.ones((*size, 3)) if mixed else np.full(size, np.nan)
    for j, one in enumerate(scene.weights):
        top, left = (j // across) * (rows + 2) + 1, (j % across) * (columns + 2) + 1
        tile = colours(scene.kind, (one / limit + 1) / 2) if mixed else grid(one, scene.cells)
        sheet[top : top + rows, left : left + columns] = tile
    count = len(scene.weights)
    words = f"{'The weight map' if count == 1 else f'All {count} weight maps'}, ±{limit:.2f}"
    part.suptitle(heading(scene, words, part), fontsize=8)
    # Each pixel of the sheet becomes a whole number of the poster's, if there is room: it compresses better.
    box = part.bbox
    room = box.height - 20 - 28 * len(scene.peers)  # below the title
    times = min(room / sheet.shape[0], box.width / sheet.shape[1])
    times = int(times) or times
    height, width = times * sheet.shape[0], times * sheet.shape[1]
    left = round(box.x0 + (box.width - width) / 2) - box.x0
    at = (left / box.width, -(box.y0 % 1) / box.height, width / box.width, height / box.height)
    ax = part.add_axes(at)
    how = "nearest" if times >= 1 else "antialiased"
    ax.imshow(sheet, cmap=figures.SIGNED, vmin=-limit, vmax=limit, interpolation=how, aspect="auto")
    ax.set_axis_off()
    line, place = divmod(scene.state.neuron, across)
    corner = (place * (columns + 2), line * (rows + 2))
    ax.add_patch(frame(corner, columns + 1, rows + 1, linewidth=1))


def draw_ledger(part, scene):
    state, values = scene.state, scene.contributions
    order = np.argsort(-values, kind="stable")
    count, rank = len(order), int(np.flatnonzero(order == state.neuron)[0])
    bias, total = (
        scene.network.biases[state.layer][state.output],
        scene.trace.z[state.layer + 1][state.output],
    )
    totals = bias + np.append(0, np.cumsum(values[order]))
    words = f"Ledger of {scene.target}: bias {number(bias, 3, '+')}, z {number(total, 3, '+')}; "
    words += f"neuron {state.neuron}: {number(values[state.neuron], 3, '+')}, entry {rank + 1} of {count}"
    ax = titled(part, scene, words)
    ax.axvspan(rank, rank + 1, color=figures.ACCENT, alpha=0.4, linewidth=0)
    ax.stairs(totals[1:], np.arange(count + 1), baseline=None, color=figures.QUIET, linewidth=0.6)
    # Each bar has two points above it and two below.
    edges = np.stack([np.arange(count), np.arange(count) + 1], axis=1).ravel()
    for colour, mine in ((RED, values[order] > 0), (BLUE, values[order] < 0)):
        low, high, where = (np.repeat(one, 2) for one in (totals[:-1], totals[1:], mine))
        ax.fill_between(edges, low, high, where=where, color=colour, linewidth=0.4)
    ax.axhline(0, color=figures.QUIET, linewidth=0.8)
    ax.plot([0, count], totals[[0, -1]], "ko", markersize=3, clip_on=False)
    ax.xaxis.set_visible(False)
    ax.set(xlim=(0, count))
    ax.tick_params(labelsize=7)
    ax.spines[["top", "right", "bottom"]].set_visible(False)


def draw_outgoing(part, scene):
    layer, neuron, output = scene.state.layer, scene.state.neuron, scene.state.output
    values, limit = scene.network.weights[layer][:, neuron], scene.reach(layer + 1)
    ax = titled(part, scene, f"Outgoing weights of neuron {neuron}, ±{limit:.2f}")
    if len(values) > MOST_NAMES:
        cells(ax, values, figures.SIGNED, -limit, limit)
        return mark(ax, output, len(values))
    bars = signed_bars(
        ax, scene.outputs if scene.last else [str(k) for k in range(len(values))], values, limit
    )
    bars[output].set(edgecolor=figures.ACCENT, linewidth=1.5)


class Panel(NamedTuple):
    """How a panel is drawn: its columns of twelve, as in the style sheet, and its height in inches.

    One that shows a network stands twice where two are compared.
    """

    draw: Callable
    span: int = 4
    height: float = 2.4
    network: bool = True


PANELS = {
    "input": Panel(draw_input, network=False),
    "draw": Panel(draw_draw, network=False),
    "hidden": Panel(draw_hidden),
    "find": Panel(draw_find),
    "outputs": Panel(draw_outputs),
    "weight_map": Panel(draw_weight_map),
    "effective": Panel(draw_effective),
    "product": Panel(draw_product, span=8),
    "top": Panel(draw_top, span=12, height=1.5),
    "maps": Panel(draw_maps, span=12, height=3.4),
    "ledger": Panel(draw_ledger, span=12),
    "outgoing": Panel(draw_outgoing),
    "responses": Panel(draw_responses, span=6, height=3.6),
    "ablate": Panel(draw_ablate, span=6, height=3.6),
}
