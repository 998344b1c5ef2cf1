"""The explorer's still picture follows its whole state: titles, limits, data, and the words beside it."""

import base64
import re
from io import BytesIO

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from test_explorer import random_images, random_network
from weightmaps import attribution, figures
from weightmaps.network import Network
from weightmaps.widgets import PANELS, NetworkExplorer
from weightmaps.widgets.poster import make_figure
from weightmaps.widgets.poster_panels import PANELS as DRAWN

SIZES = (12, 7, 5, 3)
ACTIVATIONS = ("sigmoid", "tanh", "softmax")


def outspoken(seed, factor):
    """A network whose answers depend on the image."""
    network = random_network(SIZES, seed, ACTIVATIONS)
    weights = [factor * W for W in network.weights]
    return Network(weights, [0.5 * b for b in network.biases], ACTIVATIONS)


NETWORKS = [outspoken(0, 6), outspoken(2, 6), outspoken(3, 8)]
IMAGES = random_images(40, 12, 3)
OFF = [(1, 2, 0), (1, 3, 0.5), (2, 1, 0), (2, 4, 1)]
DEEP = {"layer": 2, "neuron": 3, "output": 1, "sample": 4}


def explorer_of(**state):
    checkpoints = {0: NETWORKS[0], 1000: NETWORKS[1]}
    others = {"rival": NETWORKS[2]}
    return NetworkExplorer(None, *IMAGES, checkpoints=checkpoints, others=others, shape=(3, 4), **state)


def figure_of(explorer, *panels):
    """The figure of some panels, also of such as the explorer does not have."""
    return make_figure(
        explorer._networks,
        explorer._keys,
        explorer._digits,
        {**explorer._state(), "panels": panels or explorer.panels},
        outputs=explorer._network["outputs"],
        kind=explorer._kind,
    )


def places(figure):
    """The subfigures of panels, in their order."""
    found = [part for part in figure.subfigs if part.get_label() in DRAWN]
    return found + [place for part in figure.subfigs for place in places(part)]


def one_axes(explorer, panel):
    [place] = places(figure_of(explorer, panel))
    return place.axes[0] if place.axes else place.subfigs[0].axes[0]


def title(ax):
    return ax.get_title().replace("\n", " ")


def words_of(figure):
    """Every text of a figure, its axes' titles among them."""
    texts = [text for part in [figure, *figure.subfigs] for text in part.texts]
    for part in [*places(figure), *(lower for one in places(figure) for lower in one.subfigs)]:
        texts += part.texts
    return [text.get_text().replace("\n", " ") for text in texts] + [title(ax) for ax in figure.axes]


def facts(figure):
    """All that a figure shows, in a form to compare."""
    found = words_of(figure)
    for ax in figure.axes:
        found += [(image.get_array().filled(9).tolist(), image.get_clim()) for image in ax.images]
        found += [line.get_xydata().tolist() for line in ax.lines]
        found += [
            (patch.get_path().vertices.tolist(), patch.get_patch_transform().get_matrix().tolist())
            for patch in ax.patches
        ]
        found += [(patch.get_edgecolor(), patch.get_facecolor()) for patch in ax.patches]
        found += [text.get_text() for text in ax.texts]
        found += [(title(ax), ax.title.get_color(), ax.get_xlim())]
    return found


def values(ax, count):
    """The first values of an Axes' picture."""
    return np.asarray(ax.images[0].get_array()).ravel()[:count]


def marked(ax):
    """(row, column) of the accent frame in a grid of cells."""
    [frame] = [patch for patch in ax.patches if type(patch) is Rectangle]
    return round(frame.get_y() + 0.5), round(frame.get_x() + 0.5)


def sent(network, x, layer, ablated=()):
    """What a layer sends on, by hand: a network cut after it, each layer times its factors."""
    a = x
    for at in range(layer):
        cut = type(network)([network.weights[at]], [network.biases[at]], [network.activations[at]])
        a = cut.forward(a).a[-1].copy()
        for one, neuron, factor in ablated:
            a[neuron] *= factor if one == at + 1 else 1
    return a


# Each panel follows each state that it shows


PICTURE = {"pixels": [1.0] + [0.0] * 11, "sample": 5}
NETWORK = {"step": 0, "layer": 1}
ALL = {**PICTURE, **NETWORK, "neuron": 4, "ablated": OFF}
FOLLOWS = {
    "input": PICTURE,
    "draw": PICTURE,
    "hidden": ALL,
    "find": {**ALL, "output": 2, "colour_by": "weight", "sorted": True},
    "outputs": {**PICTURE, "step": 0, "output": 2, "ablated": OFF},
    "weight_map": {**NETWORK, "neuron": 4},
    "effective": {**ALL, "layer": 1},
    "product": ALL,
    "top": {**ALL, "output": 2, "rank_by": "weight"},
    "maps": {**NETWORK, "neuron": 4, "scales": "separate"},
    "ledger": {**ALL, "output": 2},
    "outgoing": {**NETWORK, "neuron": 4, "output": 2, "scales": "separate"},
    "responses": {**NETWORK, "neuron": 4, "ablated": OFF},
    "ablate": {"step": 0, "ablated": OFF},
}


def test_every_panel_is_drawn_and_twice_the_same():
    assert set(PANELS) <= set(DRAWN) == set(FOLLOWS)
    first, second = (facts(figure_of(explorer_of(**DEEP), *DRAWN)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("panel", "name"), [(panel, name) for panel in FOLLOWS for name in FOLLOWS[panel]])
def test_a_panel_follows_its_state(panel, name):
    explorer = explorer_of(**DEEP, rank_by="contribution", colour_by="contribution")
    before = facts(figure_of(explorer, panel))
    setattr(explorer, name, FOLLOWS[panel][name])
    heading, *after = facts(figure_of(explorer, panel))  # the heading would change without the panel
    assert heading.startswith("Training step")
    assert after != before[1:]


def test_the_hidden_grid_shows_what_neurons_send_on():
    explorer = explorer_of(**DEEP, ablated=OFF)
    ax = one_axes(explorer, "hidden")
    wanted = sent(NETWORKS[1], IMAGES.images[4].astype(float), 2, OFF)
    assert wanted[1] == 0
    assert np.allclose(values(ax, 5), wanted)
    low, high = ax.images[0].get_clim()
    assert np.allclose((low, high), (min(0, wanted.min()), max(0, wanted.max())))
    wanted = f"Hidden neurons of layer 2; 3: {wanted[3]:.3f}; white {low:.2f}, black {high:.2f}"
    assert title(ax) == wanted.replace("-", "−")
    assert marked(ax) == (1, 0)


def test_the_product_ends_at_z_of_what_the_layer_below_sends_on():
    explorer = explorer_of(**DEEP, ablated=OFF)
    figure = figure_of(explorer, "product")
    picture, total = figure.axes
    inputs = sent(NETWORKS[1], IMAGES.images[4].astype(float), 1, OFF)
    product = NETWORKS[1].weights[1][3] * inputs
    assert np.allclose(values(picture, 7), product)
    assert np.ma.getmaskarray(picture.images[0].get_array()).sum() == 2  # 3 × 3 cells for 7 neurons
    ends = total.lines[0].get_xdata()[-1]
    assert np.isclose(ends, product.sum() + NETWORKS[1].biases[1][3])
    assert title(total) == f"Running total to z = {ends:.3f}".replace("-", "−")


@pytest.mark.parametrize("layer", [1, 2])
def test_the_ledger_adds_up_to_z_with_neurons_off(layer):
    explorer = explorer_of(**{**DEEP, "layer": layer}, ablated=OFF)
    ax = one_axes(explorer, "ledger")
    x = IMAGES.images[4].astype(float)
    contributions = NETWORKS[1].weights[layer][1] * sent(NETWORKS[1], x, layer, OFF)
    bias = NETWORKS[1].biases[layer][1]
    first, last = ax.lines[-1].get_ydata()
    assert np.allclose((first, last), (bias, bias + contributions.sum()))
    assert title(ax).startswith(
        ("Ledger of neuron 1 of layer 2: bias", "Ledger of output 1: bias")[layer - 1]
    )
    entry = int((contributions > contributions[3]).sum()) + 1
    assert title(ax).endswith(f"entry {entry} of {SIZES[layer]}")


@pytest.mark.parametrize("measure", ["weight", "activation", "contribution", "mean", "removal"])
@pytest.mark.parametrize("layer", [1, 2])
def test_find_and_top_show_each_measure(layer, measure):
    state = {**DEEP, "layer": layer, "ablated": OFF, "rank_by": measure, "colour_by": measure, "sorted": True}
    explorer, network = explorer_of(**state), NETWORKS[1]
    images, labels = IMAGES.images.astype(float), IMAGES.labels
    heard = network
    for at, neuron, factor in OFF:
        heard = attribution.ablate(heard, [neuron], layer=at, by=factor)
    digit = 1 if layer == 2 else labels[4]
    wanted = {
        "weight": network.weights[layer][1],
        "activation": sent(network, images[4], layer, OFF),
        "contribution": network.weights[layer][1] * sent(network, images[4], layer, OFF),
        "mean": heard.forward(images[labels == digit]).a[layer].mean(axis=0),
        "removal": attribution.removal_costs(heard, images, labels, layer=layer),
    }[measure]
    order = np.argsort(-wanted, kind="stable")
    ax = one_axes(explorer, "find")
    assert np.allclose(values(ax, len(wanted)), wanted[order])
    assert marked(ax) == divmod(list(order).index(3), 3)
    assert ", sorted by " in title(ax)
    tops = figure_of(explorer, "top").axes
    names = [int(ax.get_title().split("\n")[0]) for ax in tops if ax.get_title()]
    assert names == list(order)
    assert np.array_equal(values(tops[0], 4), network.weights[layer - 1][order[0]][:4])


def test_bounded_activations_run_from_0_to_1_and_signed_measures_about_0():
    explorer = explorer_of(colour_by="weight")
    assert one_axes(explorer, "hidden").images[0].get_clim() == (0, 1)
    image = one_axes(explorer, "find").images[0]
    limit = np.abs(NETWORKS[1].weights[1][0]).max()
    assert np.allclose(image.get_clim(), (-limit, limit))
    assert image.get_cmap() is figures.SIGNED


@pytest.mark.parametrize("scales", ["shared", "separate"])
def test_weights_share_a_scale_over_all_networks_unless_each_has_its_own(scales):
    explorer = explorer_of(**DEEP, scales=scales)
    networks = NETWORKS if scales == "shared" else NETWORKS[1:2]

    def limit(layer, neuron=slice(None)):
        return max(np.abs(one.weights[layer - 1][neuron]).max() for one in networks)

    for panel, wanted in (("weight_map", limit(2, 3)), ("top", limit(2)), ("maps", limit(2))):
        assert np.allclose(one_axes(explorer, panel).images[0].get_clim(), (-wanted, wanted)), panel
    assert np.allclose(one_axes(explorer, "outgoing").get_xlim(), (-limit(3), limit(3)))


def test_outgoing_weights_to_many_neurons_are_a_grid():
    network = random_network((12, 4, 21, 2))
    explorer = NetworkExplorer(network, *random_images(pixels=12), shape=(3, 4), neuron=2, output=8)
    ax = one_axes(explorer, "outgoing")
    assert np.array_equal(values(ax, 21), network.weights[1][:, 2])
    assert marked(ax) == (1, 3)
    assert np.allclose(ax.images[0].get_clim()[1], np.abs(network.weights[1]).max())


def test_a_drawing_has_no_label():
    explorer = explorer_of(**PICTURE)
    ax = one_axes(explorer, "input")
    assert title(ax) == "Your drawing"
    assert values(ax, 12).tolist() == PICTURE["pixels"]
    answer = NETWORKS[1].predict(np.array(PICTURE["pixels"]))
    assert title(one_axes(explorer, "outputs")) == f"The network says {answer}"
    explorer.pixels = None
    answers = NETWORKS[1].predict(IMAGES.images)
    for right, word in ((True, "Right"), (False, "Wrong")):
        explorer.sample = int(np.flatnonzero((answers == IMAGES.labels) == right)[0])
        said = f"{word}: the network says {answers[explorer.sample]}"
        assert title(one_axes(explorer, "outputs")) == said
        assert title(one_axes(explorer, "input")).startswith(f"This is: {IMAGES.labels[explorer.sample]}")


# What neurons answer over all images


def test_responses_are_shares_of_each_labels_images_with_their_means():
    explorer = explorer_of(neuron=3)
    figure = figure_of(explorer, "responses")
    ax, *pictures = figure.axes
    trace = NETWORKS[1].forward(IMAGES.images.astype(float))
    a, z = trace.a[1][:, 3], trace.z[1][:, 3]
    stairs = [patch.get_data() for patch in ax.patches]
    shares = [
        np.histogram(a[IMAGES.labels == k], 20, (0, 1))[0] / (IMAGES.labels == k).sum() for k in range(3)
    ]
    drawn = np.array([one.baseline - one.values for one in stairs])
    assert np.allclose(drawn, 0.9 * np.array(shares) / np.max(shares))
    means = [a[IMAGES.labels == k].mean() for k in range(3)]
    assert np.allclose(ax.lines[0].get_xydata(), np.transpose([means, range(3)]))
    order = np.argsort(-z)
    assert len(pictures) == 16
    for picture, i in zip(pictures, [*order[:8], *order[:-9:-1]], strict=True):
        assert np.allclose(values(picture, 12), IMAGES.images[i])
        assert picture.get_title() == f"{IMAGES.labels[i]}: {a[i]:.2f}"


def test_a_neuron_switched_off_still_responds():
    before, after = (
        facts(figure_of(explorer_of(neuron=3, ablated=off), "responses")) for off in ([], [(1, 3, 0)])
    )
    assert before[0] == "Training step 1,000"
    assert after == ["Training step 1,000; 1 neuron off", *before[1:]]


def test_few_images_and_labels_without_images_are_drawn():
    digits = random_images(3, 12, 1)
    explorer = NetworkExplorer(NETWORKS[0], *digits, shape=(3, 4), layer=2)
    ax, *pictures = figure_of(explorer, "responses").axes
    assert len(ax.lines[0].get_xdata()) == 1
    assert sum(len(picture.images) for picture in pictures) == 6
    low, high = ax.get_xlim()
    a = NETWORKS[0].forward(digits.images.astype(float)).a[2][:, 0]
    assert np.allclose((low, high), (a.min(), a.max()))


def test_ablation_is_accounted_for():
    explorer = explorer_of(ablated=OFF)
    heard = NETWORKS[1]
    for at, neuron, factor in OFF:
        heard = attribution.ablate(heard, [neuron], layer=at, by=factor)
    counts, before = np.zeros((2, 3, 3), int)
    for i, k in enumerate(IMAGES.labels):
        counts[k, heard.predict(IMAGES.images[i])] += 1
        before[k, NETWORKS[1].predict(IMAGES.images[i])] += 1
    assert not np.array_equal(counts, before)
    ax = one_axes(explorer, "ablate")
    assert np.array_equal(values(ax, 9).reshape(3, 3), counts - before)
    assert [text.get_text() for text in ax.texts] == [str(n or "·") for n in counts.ravel()]
    right, was = np.trace(counts), np.trace(before)
    wanted = f"Right on {right} of 40 images ({right / 40:.1%}); {was} ({was / 40:.1%}) with every neuron on"
    assert title(ax) == wanted


# Two networks side by side


def test_compared_networks_stand_side_by_side_each_under_its_name():
    explorer = explorer_of(view="compare", other="rival", neuron=4)
    figure = figure_of(explorer, *DRAWN)
    labels = [place.get_label() for place in places(figure)]
    assert sorted(labels) == sorted([*DRAWN, *(name for name in DRAWN if name not in ("input", "draw"))])
    for place in places(figure):
        if place.get_label() == "weight_map":
            ax = place.axes[0]
            network = {"Step 1,000": NETWORKS[1], "rival": NETWORKS[2]}[title(ax).partition(" Weights")[0]]
            assert np.array_equal(values(ax, 12), network.weights[0][4])
    assert words_of(figure)[0] == "Step 1,000 beside rival, on the same scales"
    explorer.scales = "separate"
    assert "Step 1,000 beside rival, each on its own scales" in words_of(figure_of(explorer, "hidden"))


@pytest.mark.parametrize("panel", ["product", "find"])
def test_what_depends_on_the_image_shares_a_scale_with_its_neighbour(panel):
    explorer = explorer_of(view="compare", other="rival", colour_by="contribution")

    def limits():
        return {place.axes[0].images[0].get_clim() for place in places(figure_of(explorer, panel))}

    assert len(limits()) == 1
    explorer.scales = "separate"
    assert len(limits()) == 2


# Words


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        ({}, "Training step 1,000"),
        ({"ablated": [(1, 2, 0)]}, "Training step 1,000; 1 neuron off"),
        ({"ablated": [(1, 2, 0), (2, 1, 0)]}, "Training step 1,000; 2 neurons off"),
        ({"ablated": [(1, 2, 0.5), (2, 1, 1)]}, "Training step 1,000; 1 neuron scaled"),
        ({"ablated": [(1, 2, 0.5), (2, 1, 0)]}, "Training step 1,000; 1 neuron off, 1 scaled"),
    ],
)
def test_the_heading_tells_the_step_and_what_is_off(state, heading):
    assert words_of(figure_of(explorer_of(**state), "input"))[0] == heading


def test_without_steps_and_with_all_on_there_is_no_heading():
    explorer = NetworkExplorer(NETWORKS[0], *IMAGES, shape=(3, 4))
    assert words_of(figure_of(explorer, "input")) == ["This is: 0 (image 0)"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            {},
            "image 0 (label 0), hidden neuron 0 of layer 1, neuron 0 of layer 2 after 1,000 training steps.",
        ),
        (DEEP, "image 4 (label 1), hidden neuron 3 of layer 2, output 1 after 1,000 training steps."),
        ({**PICTURE, "layer": 2}, "a drawing, hidden neuron 0 of layer 2, output 0 after 1,000"),
        ({"view": "compare", "other": "rival"}, "neuron 0 of layer 2, Step 1,000 beside rival."),
        ({"ablated": OFF}, "1,000 training steps, 2 neurons off, 1 scaled."),
    ],
)
def test_the_alternative_text_tells_the_state(state, words):
    assert words in explorer_of(**state)._words()


def test_the_alternative_text_of_one_layer_does_not_count_layers():
    explorer = NetworkExplorer(random_network((784, 7, 3)), *random_images())
    assert explorer._words() == (
        "The explorer as a still picture: image 0 (label 0), hidden neuron 0, output 0."
    )


def test_names_are_text_and_not_mathematics():
    explorer = NetworkExplorer(
        NETWORKS[0], *IMAGES, others={"$x^{$": NETWORKS[2]}, outputs=("$x^{$", "b", "c"), shape=(3, 4)
    )
    explorer.view, explorer.other = "compare", "$x^{$"
    explorer.panels = ["input", "outputs", "ledger"]
    explorer._poster()  # Matplotlib raises for mathematics that it cannot read


# The picture


def test_the_poster_is_small_and_as_large_as_it_says():
    explorer = NetworkExplorer(random_network((784, 100, 10)), *random_images())
    text = explorer._html()
    form = r'<img data-weightmaps-poster src="data:image/png;base64,([^"]+)" alt="([^"]+)" (.*?)>'
    image = re.search(form, text)
    png = base64.b64decode(image[1])
    width, height = Image.open(BytesIO(png)).size
    assert image[3] == f'width="{width // 2}" height="{height // 2}"'
    assert width == 1200
    assert len(png) < 60_000
    assert image[2] == explorer._words()


@pytest.mark.parametrize("sizes", [(12, 1, 2), (12, 1000, 2), (12, 3, 30)])
def test_few_and_many_neurons_and_outputs_are_drawn(sizes):
    explorer = NetworkExplorer(random_network(sizes), *random_images(pixels=12), shape=(3, 4))
    explorer.neuron = sizes[1] - 1
    explorer.output = sizes[2] - 1
    figure = figure_of(explorer, *DRAWN)
    figure.canvas.draw()
    assert len(figure.axes) > 30
    for ax in figure.axes:
        left, bottom, right, top = ax.get_window_extent().extents
        assert -1 <= left < right <= figure.bbox.width + 1
        assert -1 <= bottom < top <= figure.bbox.height + 1
