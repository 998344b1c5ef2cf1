"""What ``weightmaps explore`` says, on the terminal and on the page around the explorer."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
from PIL import Image

SHADE = 8  # pixels of one neuron's bin
MOST_OUTPUTS = 20  # in the table of answers
STYLE = """<style>
.over-all { overflow-x: auto; }
.over-all img { max-width: none; image-rendering: pixelated; vertical-align: top; }
.over-all table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.over-all th, .over-all td { padding: 0.1rem 0.5rem; text-align: end; }
.over-all td.right { font-weight: bold; }
</style>
"""


def network(network):
    """Its sizes and activations."""
    return f"{'-'.join(map(str, network.sizes))}, {'/'.join(network.activations)}"


def images(images, shape, features):
    """How many, what they are, and what was done to them."""
    s = "" if len(images) == 1 else "s"
    kind = f"row{s} of {len(features)} numbers" if features else f"image{s} of {' × '.join(map(str, shape))}"
    done = "; bytes, divided by 255" if images.are_bytes else ""
    return f"{len(images):,} {kind}{done}"


def finding(one):
    """What looks odd, why, and the option that mends it."""
    return f"{one.problem}: {one.evidence}" + (f"; {one.option} does it" if one.option else "")


def above(network_, images_, said, seen, which, how, ink, findings):
    """What the page says before the explorer, as HTML."""
    lines = [f"The network: {network(network_)}."]
    if images_.are_bytes:
        lines.append("The images are bytes, 0 to 255, and were divided by 255.")
    lines += [f"{one[0].upper()}{one[1:]}." for one in said]
    if ink:
        lines.append(f"{ink.capitalize()}.")
    lines += [f"Look at this: {finding(one)}." for one in findings]
    if seen.confusion is not None:
        share = f"{seen.right / seen.count:.2%}"
        lines.append(f"Over all {seen.count:,} images it is right {seen.right:,} times, {share}.")
    if how:
        lines.append(
            f"This page holds {len(which)} of the {seen.count:,}: {how}. What is counted in the explorer is "
            "counted over these, so it may differ from what is true of all."
        )
    return "".join(f"<p>{escape(line)}</p>\n" for line in lines)


def below(seen, outputs):
    """What holds over all images, as HTML: the table of answers, and where each layer's activations lie."""
    parts = [_histogram(seen, layer) for layer in range(1, len(seen.histograms) + 1)]
    if seen.confusion is not None and len(outputs) <= MOST_OUTPUTS:
        parts.insert(0, _table(seen, outputs))
    return f"{STYLE}<h2>Over all {seen.count:,} images</h2>\n" + "".join(parts)


def _table(seen, outputs):
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in outputs)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td{' class=right' * (i == k)}>{count:,}</td>" for i, count in enumerate(line))
        + "</tr>\n"
        for k, (name, line) in enumerate(zip(outputs, seen.confusion.tolist(), strict=True))
    )
    words = "How often each label (row) was answered with each output (column)"
    return _region(words, f"<table>\n<tr><td></td>{head}</tr>\n{rows}</table>")


def _histogram(seen, layer):
    counts, (low, high) = seen.histograms[layer - 1], seen.ranges[layer - 1]
    n, bins = counts.shape
    shades = np.round(255 * (1 - np.sqrt(counts.T[::-1] / seen.count))).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(shades).save(file, "PNG", optimize=True)
    picture = base64.b64encode(file.getvalue()).decode()
    words = (
        f"Hidden layer {layer}: how active each neuron is. A column for each of the {n:,} neurons, number 0 "
        f"at the left; from the bottom up its activation, {low:.3g} to {high:.3g}; darker is more images"
    )
    size = f'width="{SHADE * n}" height="{SHADE * bins}"'
    return _region(words, f'<img src="data:image/png;base64,{picture}" alt="{escape(words)}" {size}>')


def _region(words, content):
    """Something that may be too wide for a screen, under what it is."""
    words = escape(words)
    return (
        f'<p>{words}.</p>\n<div class="over-all" role="region" aria-label="{words}" tabindex="0">'
        f"{content}</div>\n"
    )
