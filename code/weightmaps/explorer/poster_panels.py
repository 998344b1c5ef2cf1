"""The panels of an explorer's still picture: each draws a scene into a part of the figure."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from weightmaps import figures
from weightmaps.explorer.poster_parts import (
    MOST_NAMES,
    bare,
    cells,
    frame,
    grid,
    heading,
    mark,
    name_rows,
    number,
    signed,
    titled,
)
from weightmaps.explorer.scene import grid_shape

STRIP = 8
MOST_COUNTS = 12  # a larger table has no room for its numbers
BINS = 20
RED, BLUE = figures.SIGNED(0.875), figures.SIGNED(0.125)  # two of the poster's levels


def draw_input(part, scene):
    state = scene.state
    label = scene.outputs[int(scene.digits.labels[state.sample])]
    words = "Your drawing" if state.pixels else f"This is: {label} (image {state.sample})"
    _picture(part, scene, words)


def draw_draw(part, scene):
    _picture(part, scene, "What the network sees")


def _picture(part, scene, words):
    ax = bare(part.subplots())
    ax.imshow(scene.x.reshape(scene.shape), cmap=figures.INK, vmin=0, vmax=1)
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
    right = y.argmax() == scene.digits.labels[state.sample]
    verdict = "The" if state.pixels else "Right: the" if right else "Wrong: the"
    ax = titled(part, scene, f"{verdict} network says {scene.outputs[y.argmax()]}")
    figures.outputs(y, labels=scene.outputs, ax=ax)
    if scene.last:
        ax.patches[state.output].set(edgecolor="black", linewidth=1)
    name_rows(ax, scene.outputs)
    ax.set(xlabel="", ylabel="", xlim=(min(0, *y), max(1, *y)))


def draw_weight_map(part, scene):
    state = scene.state
    limit = scene.reach(state.layer, state.neuron)
    ax = titled(part, scene, f"Weights of neuron {state.neuron}, ±{limit:.2f}")
    signed(ax, scene.weights[state.neuron], scene.cells, limit)


def draw_product(part, scene):
    layer, neuron = scene.state.layer, scene.state.neuron

    def product(one):
        return one.weights[neuron] * one.sends(layer - 1)

    values = product(scene)
    limit = scene.over_peers(lambda one: np.abs(product(one)).max()) or 1.0
    rows = grid(values, scene.cells, 0).sum(axis=1)
    totals = np.append(0, np.cumsum(rows)) + scene.network.biases[layer - 1][neuron]
    left, right = part.subplots(1, 2)
    signed(left, values, scene.cells, limit)
    factor = "input" if layer == 1 else "activation"
    left.set_title(heading(scene, f"Weight × {factor}, ±{limit:.2f}"), fontsize=8)
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
        signed(ax, scene.weights[j], scene.cells, limit)
        colour = figures.ACCENT if j == state.neuron else "black"
        ax.set_title(f"{j}\n{number(ranked[j], places, '+')}", fontsize=8 - len(scene.peers), color=colour)
    for ax in part.axes[len(order) :]:
        ax.set_axis_off()


def draw_maps(part, scene):
    (rows, columns), (down, across) = scene.cells, grid_shape(len(scene.weights))
    sheet = np.full((down * (rows + 2), across * (columns + 2)), np.nan)
    for j, one in enumerate(scene.weights):
        top, left = (j // across) * (rows + 2) + 1, (j % across) * (columns + 2) + 1
        sheet[top : top + rows, left : left + columns] = grid(one, scene.cells)
    limit = scene.reach(scene.state.layer)
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
    bars = ax.barh(range(len(values)), values, color=[RED if v > 0 else BLUE for v in values])
    bars[output].set(edgecolor=figures.ACCENT, linewidth=1.5)
    ax.axvline(0, color=figures.QUIET, linewidth=0.8)
    name_rows(ax, scene.outputs if scene.last else [str(k) for k in range(len(values))])
    ax.set(xlim=(-limit, limit), ylim=(len(values) - 0.5, -0.5))
    ax.spines[["top", "right"]].set_visible(False)


def draw_responses(part, scene):
    layer, neuron = scene.state.layer, scene.state.neuron
    labels, count = np.asarray(scene.digits.labels), len(scene.digits.labels)
    z, a = scene.everywhere.z[layer][:, neuron], scene.everywhere.a[layer][:, neuron]
    upper, lower = part.subfigures(2, 1, height_ratios=(5, 3))
    low, high = 0.0, 1.0
    if scene.network.activations[layer - 1] not in ("sigmoid", "softmax"):
        low = -scene.over_peers(lambda one: -one.everywhere.a[layer][:, neuron].min())
        high = scene.over_peers(lambda one: one.everywhere.a[layer][:, neuron].max())
        high = high if high > low else low + 1
    edges = np.linspace(low, high, BINS + 1)
    ax = titled(upper, scene, f"How often neuron {neuron} answers what, by label, over {count} images")
    mine = [a[labels == k] for k in range(len(scene.outputs))]
    shares = np.array([np.histogram(some, edges)[0] / max(1, len(some)) for some in mine])
    for k, share in enumerate(shares):
        ax.stairs(
            k + 0.5 - 0.9 * share / shares.max(), edges, baseline=k + 0.5, fill=True, color=figures.QUIET
        )
    means = [(some.mean(), k) for k, some in enumerate(mine) if len(some)]
    ax.plot(*np.transpose(means), "|", color=figures.ACCENT, markersize=7, markeredgewidth=2)
    name_rows(ax, scene.outputs)
    ax.set(xlim=(low, high), ylim=(len(shares) - 0.5, -0.5))
    ax.spines[["top", "right"]].set_visible(False)
    names = f"Above: the images that drive neuron {neuron} most; below: least"
    lower.suptitle(names, fontsize=7)
    rows = [np.argsort(-z, kind="stable")[:STRIP], np.argsort(z, kind="stable")[:STRIP]]
    for axes, images in zip(lower.subplots(2, STRIP), rows, strict=True):
        for ax, i in zip(axes, images, strict=False):
            image = np.reshape(scene.digits.images[i], scene.shape)
            bare(ax).imshow(image, cmap=figures.INK, vmin=0, vmax=1)
            ax.set_title(f"{scene.outputs[labels[i]]}: {number(a[i], 2)}", fontsize=5, pad=2)
        for ax in axes[len(images) :]:
            ax.set_axis_off()


def draw_ablate(part, scene):
    counts, before = scene.confusion, scene.untouched
    change, total = counts - before, counts.sum()
    right, was = np.trace(counts), np.trace(before)
    words = f"Right on {right} of {total} images ({right / total:.1%}); "
    words += f"{was} ({was / total:.1%}) with every neuron on"
    ax = titled(part, scene, words)
    limit = scene.over_peers(lambda one: np.abs(one.confusion - one.untouched).max()) or 1
    ax.imshow(change, cmap=figures.SIGNED, vmin=-limit, vmax=limit)
    for k, j in np.ndindex(counts.shape) if len(counts) <= MOST_COUNTS else ():
        colour = "white" if abs(change[k, j]) > 0.6 * limit else "black"
        ax.text(j, k, counts[k, j] or "·", ha="center", va="center", fontsize=6, color=colour)
    name_rows(ax, scene.outputs)
    ax.set_xticks(ax.get_yticks(), [label.get_text() for label in ax.get_yticklabels()])
    ax.tick_params(length=0)
    ax.set_ylabel("label", fontsize=7)
    ax.set_xlabel("what the network says; red: more often, blue: less", fontsize=7)


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
    "product": Panel(draw_product, span=8),
    "top": Panel(draw_top, span=12, height=1.5),
    "maps": Panel(draw_maps, span=12, height=3.4),
    "ledger": Panel(draw_ledger, span=12),
    "outgoing": Panel(draw_outgoing),
    "responses": Panel(draw_responses, span=6, height=3.6),
    "ablate": Panel(draw_ablate, span=6, height=3.6),
}
