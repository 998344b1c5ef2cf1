"""A still picture of an explorer's state, for paper and for readers without scripts."""

import io

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from weightmaps import attribution, figures

# Columns of twelve, as in the style sheet; height in inches.
SPANS = {"product": 8, "top": 12, "maps": 12, "ledger": 12, "draw": 8}
SPAN = 4
HEIGHTS = {"top": 1.5, "maps": 3.35}
WIDTH, HEIGHT, DPI = 6.0, 2.4, 200
STRIP = 8
RED, BLUE = figures.SIGNED(0.875), figures.SIGNED(0.125)  # two of the poster's levels
LEVELS = 17  # of the signed colour map: enough for the eye, and few enough to keep the file small


def draw_poster(network, digits, *, panels, neuron, output, sample, step, rank_by, outputs, shape, limits):
    """Draw one state of an explorer.

    Parameters
    ----------
    network : Network
        The network at `step`.
    digits : Digits
    panels, neuron, output, sample, step, rank_by
        The explorer's state.
    outputs : sequence of str
        The outputs' names.
    shape : tuple of int
        (rows, columns) of an image.
    limits : array, shape (n_hidden,)
        Where each neuron's colour scale ends.

    Returns
    -------
    tuple (bytes, int, int)
        A PNG, and its width and height in CSS pixels: half its own, so that it is crisp.
    """
    outputs = [name.replace("$", r"\$") for name in outputs]  # text, not Matplotlib's mathematics
    x = np.asarray(digits.images[sample], dtype=np.float64)
    trace = network.forward(x)
    weights, a, outgoing = network.weights[0], trace.a[1], network.weights[1][output]
    label = outputs[int(digits.labels[sample])]

    def signed(ax, values, limit):
        limit = limit or 1.0
        ax.imshow(np.reshape(values, shape), cmap=figures.SIGNED, vmin=-limit, vmax=limit)
        ax.set(xticks=[], yticks=[])

    def draw_input(part):
        ax = _axes(part, f"This is: {label} (image {sample})")
        ax.imshow(x.reshape(shape), cmap=figures.INK, vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])

    def draw_hidden(part):
        ax = figures.activations(a, ax=_axes(part, f"Hidden neurons; {neuron}: {a[neuron]:.3f}"))
        line, column = divmod(neuron, int(np.ceil(len(a) ** 0.5)))
        box = {"fill": False, "edgecolor": figures.ACCENT, "linewidth": 2, "clip_on": False}
        ax.add_patch(Rectangle((column - 0.5, line - 0.5), 1, 1, **box))

    def draw_outputs(part):
        answer = outputs[int(trace.a[2].argmax())]
        ax = figures.outputs(
            trace.a[2], labels=outputs, ax=_axes(part, f"Outputs: the network says {answer}")
        )
        ax.set(xlabel="", ylabel="", xlim=(min(0, *trace.a[2]), max(1, *trace.a[2])))
        ax.tick_params(labelsize=7)

    def draw_weight_map(part):
        ax = _axes(part, f"Weights of neuron {neuron}, ±{limits[neuron]:.2f}")
        signed(ax, weights[neuron], limits[neuron])

    def draw_product(part):
        product = weights[neuron] * x
        rows = np.append(0, np.cumsum(product.reshape(shape).sum(axis=1))) + network.biases[0][neuron]
        left, right = part.subplots(1, 2)
        signed(left, product, np.abs(product).max())
        left.set_title(f"Weight × input, ±{np.abs(product).max():.2f}", fontsize=8)
        right.plot(rows, np.arange(len(rows)), color=figures.ACCENT)
        right.axvline(0, color=figures.QUIET, linewidth=0.8)
        right.set(ylim=(len(rows) - 1, 0), yticks=[])
        right.tick_params(labelsize=7)
        right.set_title(f"Running total, ends at z = {trace.z[1][neuron]:.3f}".replace("-", "−"), fontsize=8)

    def draw_top(part):
        ranked = {"weight": outgoing, "activation": a, "contribution": outgoing * a}[rank_by]
        order = attribution.top_neurons(network, output, min(STRIP, len(a)), by=rank_by, x=x)
        part.suptitle(f"Top neurons of output {outputs[output]}, by {rank_by}", fontsize=8)
        for ax, j in zip(part.subplots(1, STRIP).flat, order, strict=False):
            signed(ax, weights[j], limits.max())
            ax.set_title(f"{j}\n{ranked[j]:+.2f}", fontsize=7)
        for ax in part.axes[len(order) :]:
            ax.set_axis_off()

    def draw_maps(part):
        across = int(np.ceil(len(weights) ** 0.5))
        sheet = np.full((-(-len(weights) // across) * (shape[0] + 2), across * (shape[1] + 2)), np.nan)
        for j, one in enumerate(weights):
            top, left = (j // across) * (shape[0] + 2), (j % across) * (shape[1] + 2)
            sheet[top : top + shape[0], left : left + shape[1]] = np.reshape(one, shape)
        part.suptitle(f"Weight maps of all {len(weights)} neurons, ±{limits.max():.2f}", fontsize=8)
        # Each pixel of the sheet becomes a whole number of the poster's, which compresses better.
        box, limit = part.bbox, limits.max() or 1.0
        times = max(1, int(min(0.9 * box.height / sheet.shape[0], box.width / sheet.shape[1])))
        height, width = times * sheet.shape[0], times * sheet.shape[1]
        left = round(box.x0 + (box.width - width) / 2) - box.x0
        at = (left / box.width, -(box.y0 % 1) / box.height, width / box.width, height / box.height)
        ax = part.add_axes(at)
        ax.imshow(sheet, cmap=figures.SIGNED, vmin=-limit, vmax=limit, interpolation="nearest", aspect="auto")
        ax.set_axis_off()

    def draw_ledger(part):
        ledger = attribution.ledger(network, x, output)
        rank = int(np.flatnonzero(ledger.neurons == neuron)[0])
        totals = ledger.bias + np.append(0, np.cumsum(ledger.contributions))
        words = f"Ledger of output {outputs[output]}: bias {ledger.bias:+.3f}, z {ledger.total:+.3f}; "
        words += f"neuron {neuron}: {ledger.contributions[rank]:+.3f}, entry {rank + 1} of {len(a)}"
        ax = _axes(part, words.replace("+-", "-").replace("-", "−"))
        ax.axvspan(rank, rank + 1, color=figures.ACCENT, alpha=0.4, linewidth=0)
        ax.stairs(totals[1:], np.arange(len(totals)), baseline=None, color=figures.QUIET, linewidth=0.6)
        # Each bar has two points above it and two below.
        edges = np.stack([np.arange(len(a)), np.arange(len(a)) + 1], axis=1).ravel()
        for colour, mine in ((RED, ledger.contributions > 0), (BLUE, ledger.contributions < 0)):
            low, high, where = (np.repeat(one, 2) for one in (totals[:-1], totals[1:], mine))
            ax.fill_between(edges, low, high, where=where, color=colour, linewidth=0.4)
        ax.axhline(0, color=figures.QUIET, linewidth=0.8)
        ax.plot([0, len(a)], totals[[0, -1]], "ko", markersize=3, clip_on=False)
        ax.set(xlim=(0, len(a)), xticks=[])
        ax.tick_params(labelsize=7)
        ax.spines[["top", "right", "bottom"]].set_visible(False)

    def draw_outgoing(part):
        values = network.weights[1][:, neuron]
        ax = _axes(part, f"Outgoing weights of neuron {neuron}")
        bars = ax.barh(range(len(values)), values, color=[RED if v > 0 else BLUE for v in values])
        bars[output].set(edgecolor=figures.ACCENT, linewidth=1.5)
        ax.axvline(0, color=figures.QUIET, linewidth=0.8)
        ax.set_yticks(range(len(values)), outputs)
        ax.tick_params(labelsize=7)
        limit = np.abs(network.weights[1]).max() or 1.0
        ax.set(xlim=(-limit, limit), ylim=(len(values) - 0.5, -0.5))
        ax.spines[["top", "right"]].set_visible(False)

    draw = {
        "input": draw_input,
        "hidden": draw_hidden,
        "find": draw_hidden,
        "outputs": draw_outputs,
        "weight_map": draw_weight_map,
        "product": draw_product,
        "top": draw_top,
        "maps": draw_maps,
        "ledger": draw_ledger,
        "outgoing": draw_outgoing,
        "draw": draw_input,
    }
    lines = _lines(panels)
    heights = [max(HEIGHTS.get(name, HEIGHT) for name in line) for line in lines]
    figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    for part, line in zip(_split(figure, len(lines), 1, heights), lines, strict=True):
        spans = [SPANS.get(name, SPAN) for name in line]
        blank = [12 - sum(spans)] if sum(spans) < 12 else []
        for panel, name in zip(_split(part, 1, len(line) + len(blank), spans + blank), line, strict=False):
            draw[name](panel)
    if step is not None:
        figure.suptitle(f"Training step {step:,}", fontsize=9)
    return _png(figure)


def _axes(part, title):
    ax = part.subplots()
    ax.set_title(title, fontsize=8)
    return ax


def _lines(panels):
    """The panels in lines of at most twelve columns."""
    lines, used = [], 12
    for name in panels:
        span = SPANS.get(name, SPAN)
        if used + span > 12:
            lines.append([])
            used = 0
        lines[-1].append(name)
        used += span
    return lines


def _split(figure, rows, columns, ratios):
    kind = "height_ratios" if columns == 1 else "width_ratios"
    parts = figure.subfigures(rows, columns, squeeze=False, **{kind: ratios})
    return list(parts.flat)


def _png(figure):
    """The figure as a PNG of few colours: those of the colour maps, and of the accent on white."""
    figure.canvas.draw()
    picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3])
    shades = np.linspace(0, 1, 6)[:, None]
    colours = [
        colormaps.get_cmap(figures.SIGNED)(np.linspace(0, 1, LEVELS))[:, :3],
        colormaps.get_cmap(figures.INK)(np.linspace(0, 1, 17))[:, :3],
        1 - shades * (1 - np.array(to_rgb(figures.ACCENT))),
        1 - shades * (1 - np.array(to_rgb(figures.QUIET))),
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.round(np.concatenate(colours) * 255).astype(np.uint8).tobytes())
    file = io.BytesIO()
    few = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)
    return file.getvalue(), picture.width // 2, picture.height // 2
