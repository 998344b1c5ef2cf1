"""The panels of a still picture that are over all images: what a neuron answers, what its absence costs."""

import numpy as np

from weightmaps import figures
from weightmaps.widgets.poster_parts import name_rows, number, show_input, titled

STRIP = 8
MOST_COUNTS = 12  # a larger table has no room for its numbers
BINS = 20


def draw_responses(part, scene):
    layer, neuron = scene.state.layer, scene.state.neuron
    labels, count, things = scene.labels, len(scene.labels), f"{scene.kind.noun}s"
    z, a = scene.everywhere.z[layer][:, neuron], scene.everywhere.a[layer][:, neuron]
    upper, lower = part.subfigures(2, 1, height_ratios=(5, 3))
    low, high = 0.0, 1.0
    if scene.network.activations[layer - 1] not in ("sigmoid", "softmax"):
        low = -scene.over_peers(lambda one: -one.everywhere.a[layer][:, neuron].min())
        high = scene.over_peers(lambda one: one.everywhere.a[layer][:, neuron].max())
        high = high if high > low else low + 1
    edges = np.linspace(low, high, BINS + 1)
    by = "" if scene.lone else ", by label" if scene.labelled else ", by the network's answer"
    ax = titled(upper, scene, f"How often neuron {neuron} answers what{by}, over {count} {things}")
    mine = [a[labels == k] for k in range(len(scene.outputs))]
    shares = np.array([np.histogram(some, edges)[0] / max(1, len(some)) for some in mine])
    for k, share in enumerate(shares):
        ax.stairs(
            k + 0.5 - 0.9 * share / shares.max(), edges, baseline=k + 0.5, fill=True, color=figures.QUIET
        )
    means = [(some.mean(), k) for k, some in enumerate(mine) if len(some)]
    ax.plot(*np.transpose(means), "|", color=figures.ACCENT, markersize=7, markeredgewidth=2)
    name_rows(ax, [f"all {things}"] if scene.lone else scene.outputs)
    ax.set(xlim=(low, high), ylim=(len(shares) - 0.5, -0.5))
    ax.spines[["top", "right"]].set_visible(False)
    names = f"Above: the {things} that drive neuron {neuron} most; below: least"
    lower.suptitle(names, fontsize=7)
    rows = [np.argsort(-z, kind="stable")[:STRIP], np.argsort(z, kind="stable")[:STRIP]]
    for axes, images in zip(lower.subplots(2, STRIP), rows, strict=True):
        for ax, i in zip(axes, images, strict=False):
            show_input(ax, scene, scene.digits.images[i])
            name = i if scene.lone else scene.outputs[labels[i]]
            ax.set_title(f"{name}: {number(a[i], 2)}", fontsize=5, pad=2)
        for ax in axes[len(images) :]:
            ax.set_axis_off()


def draw_shift(part, scene):
    """One output answers by its size: what it was with every neuron on, and what it is."""
    before, now = scene.network.forward(scene.digits.images).a[-1][:, 0], scene.everywhere.a[-1][:, 0]
    off = number(np.abs(now - before).mean(), 3)
    ax = titled(part, scene, f"The output differs by {off} on average over {len(now)} {scene.kind.noun}s")
    ax.axline((before.mean(),) * 2, slope=1, color=figures.QUIET, linewidth=0.8)
    ax.plot(before, now, "o", color=figures.ACCENT, markersize=2)
    ax.tick_params(labelsize=7)
    ax.set_xlabel("output with every neuron on", fontsize=7)
    ax.set_ylabel("output now", fontsize=7)


def draw_ablate(part, scene):
    if scene.lone:
        return draw_shift(part, scene)
    counts, before = scene.confusion, scene.untouched
    change, total = counts - before, counts.sum()
    right, was = np.trace(counts), np.trace(before)
    things = f"{scene.kind.noun}s"
    if scene.labelled:
        words = f"Right on {right} of {total} {things} ({right / total:.1%}); "
        words += f"{was} ({was / total:.1%}) with every neuron on"
    else:
        words = f"{right} of {total} {things} ({right / total:.1%}) are answered as with every neuron on"
    ax = titled(part, scene, words)
    limit = scene.over_peers(lambda one: np.abs(one.confusion - one.untouched).max()) or 1
    ax.imshow(change, cmap=figures.SIGNED, vmin=-limit, vmax=limit)
    for k, j in np.ndindex(counts.shape) if len(counts) <= MOST_COUNTS else ():
        colour = "white" if abs(change[k, j]) > 0.6 * limit else "black"
        ax.text(j, k, counts[k, j] or "·", ha="center", va="center", fontsize=6, color=colour)
    name_rows(ax, scene.outputs)
    ax.set_xticks(ax.get_yticks(), [label.get_text() for label in ax.get_yticklabels()])
    ax.tick_params(length=0)
    ax.set_ylabel("label" if scene.labelled else "what the whole network says", fontsize=7)
    ax.set_xlabel("what the network says; red: more often, blue: less", fontsize=7)
