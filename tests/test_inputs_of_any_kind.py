"""The explorer of inputs that are no square picture in ink: colours, tables, no labels, one output, depth."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from test_poster import figure_of, words_of

from test_explorer import Sample, random_network
from test_explorer_browser import TOLERANCE, number, part, settle
from test_layers_and_compare import balanced, numbers, pixels, show, signed
from weightmaps import attribution
from weightmaps.widgets import PANELS, NetworkExplorer
from weightmaps.widgets.encode import decode_network

ROWS, COLUMNS = 4, 5
WITHOUT_PAD = [name for name in PANELS if name != "draw"]
HOSTILE = "<script>document.title = 'broken'</script>"
OFF = [(1, 2, 0), (2, 1, 0.5)]
rng = np.random.default_rng(0)


def whole_levels(n, count):
    return rng.integers(0, 256, (n, count)).astype(np.float32) / np.float32(255)


FIRST = whole_levels(12, 3 * ROWS * COLUMNS)
LAST = FIRST.reshape(12, 3, ROWS * COLUMNS).transpose(0, 2, 1).reshape(12, -1)
TABLE = np.round(10 * rng.normal(size=(12, 13)), 2)
LONG = rng.normal(size=(12, 40))
NAMES = [HOSTILE, "<b>bold</b>", *(f"feature {i}" for i in range(11))]
LABELS = np.arange(12) % 3
DEEP = random_network((60, 6, 5, 4, 3), 1, ("relu", "tanh", "softmax", "softmax"))
# name: network, digits, options of the explorer
KINDS = {
    "first": (DEEP, Sample(FIRST, LABELS), {"shape": (3, ROWS, COLUMNS)}),
    "last": (DEEP, Sample(LAST, LABELS), {"shape": (ROWS, COLUMNS, 3)}),
    "table": (random_network((13, 7, 3), 2), Sample(TABLE, LABELS), {"features": NAMES}),
    "long": (
        random_network((40, 7, 1), 3, ("tanh", "identity")),
        Sample(LONG, None),
        {"features": [f"column {i}" for i in range(40)]},
    ),
    "unlabelled": (random_network((20, 7, 3), 4), Sample(FIRST[:, :20], None), {"shape": (ROWS, COLUMNS)}),
}


def explorer_of(name, panels=WITHOUT_PAD, **state):
    network, digits, options = KINDS[name]
    return NetworkExplorer(network, *digits, panels=panels, **options, **state)


def opened(page, tmp_path, name, width=1280, **state):
    return show(page, tmp_path, explorer_of(name, **state), width)


def planes(name, values):
    """(3, rows, columns) of what comes in, whatever its order."""
    if name == "first":
        return np.reshape(values, (3, ROWS, COLUMNS))
    return np.moveaxis(np.reshape(values, (ROWS, COLUMNS, 3)), -1, 0)


def totals(page):
    return [float(total) for total in page.locator(".wm-curve svg").get_attribute("data-totals").split(" ")]


def check_forward(page, name, sample, neuron=0):
    """The numbers of the first layer and of the outputs are NumPy's."""
    network, digits, _ = KINDS[name]
    trace = network.forward(digits.images[sample].astype(float))
    assert number(part(page, "z")) == pytest.approx(trace.z[1][neuron], abs=TOLERANCE)
    assert numbers(page, "output-value") == pytest.approx(trace.a[-1].tolist(), abs=TOLERANCE)
    return trace


# Three channels


@pytest.mark.parametrize("name", ["first", "last"])
def test_colours_are_shown_as_they_are_and_maps_one_a_channel(page, tmp_path, name):
    network, digits, _ = KINDS[name]
    opened(page, tmp_path, name, neuron=4, sample=2)
    check_forward(page, name, 2, 4)
    x = planes(name, digits.images[2]).reshape(3, -1)
    assert np.abs(pixels(page, ".wm-input > canvas")[:, :3] - 255 * x.T).max() <= 1
    [shown] = decode_network(explorer_of(name)._network)
    weights = shown.weights[0][4]
    limit = np.abs(network.weights[0][4]).max()
    assert page.locator(".wm-weight_map .wm-channels").last.inner_text().split() == ["Red", "Green", "Blue"]
    for channel, plane in enumerate(planes(name, weights)):
        found = pixels(page, ".wm-weight_map .wm-channels canvas", channel)
        assert np.abs(found - signed(plane.ravel(), limit)).max() < 3.3
    product = planes(name, network.weights[0][4] * digits.images[2])
    stages = network.biases[0][4] + np.cumsum([0, *product.sum(axis=(0, 2))])
    assert totals(page) == pytest.approx(stages.tolist(), abs=TOLERANCE)


@pytest.mark.parametrize("name", ["first", "last"])
def test_small_maps_of_colours_are_one_picture_with_grey_for_zero(page, tmp_path, name):
    network, _, _ = KINDS[name]
    opened(page, tmp_path, name)
    limit = np.abs(network.weights[0]).max()
    share = (planes(name, network.weights[0][0]).reshape(3, -1).T / limit + 1) / 2
    sheet = pixels(page, ".wm-maps canvas")
    width = 3 * (COLUMNS + 2)
    tile = sheet.reshape(-1, width, 4)[1 : 1 + ROWS, 1 : 1 + COLUMNS, :3].reshape(-1, 3)
    assert np.abs(tile - 255 * share).max() <= 2
    assert "grey is 0" in page.locator(".wm-maps .wm-note").inner_text()
    assert "grey is 0" in page.locator(".wm-top .wm-note").inner_text()


def test_both_orders_of_channels_are_the_same_picture(page, tmp_path):
    one, two = (pixels(opened(page, tmp_path, name), ".wm-input > canvas") for name in ("first", "last"))
    assert np.array_equal(one, two)
    assert len(np.unique(one, axis=0)) == ROWS * COLUMNS


# Tables


def test_a_table_is_bars_with_its_names_as_text(page, tmp_path):
    network, digits, _ = KINDS["table"]
    opened(page, tmp_path, "table", neuron=3, sample=5)
    trace = check_forward(page, "table", 5, 3)
    wanted = {
        "feature": digits.images[5],
        "weight": network.weights[0][3],
        "product": network.weights[0][3] * digits.images[5],
        "effect": network.weights[0][3],
    }
    for name, values in wanted.items():
        assert numbers(page, f"{name}-value") == pytest.approx(values.tolist(), abs=TOLERANCE), name
        assert part(page, name).locator(".wm-name").all_inner_texts() == NAMES
        assert (
            part(page, name).first.evaluate("(bar) => bar.parentElement.localName + bar.localName") == "ulli"
        )
    assert totals(page)[-1] == pytest.approx(trace.z[1][3], abs=TOLERANCE)
    assert len(totals(page)) == 14
    assert page.title() == "It"
    assert page.locator(".wm script, .wm b").count() == 0
    words = page.locator(".wm").inner_text()
    assert "sample 5 of 12" in words
    assert "image" not in words
    assert "ink" not in words.replace("link", "")


def test_bars_show_sign_and_size(page, tmp_path):
    network, _, _ = KINDS["table"]
    opened(page, tmp_path, "table")
    weights = network.weights[0][0]
    full = np.abs(weights).max()
    for bar, weight in zip(part(page, "weight").all(), weights, strict=True):
        track, fill = bar.locator(".wm-track").bounding_box(), bar.locator(".wm-fill").bounding_box()
        left = (fill["x"] - track["x"]) / track["width"] * 2 - 1
        assert left == pytest.approx(min(weight, 0) / full, abs=0.03)
        assert fill["width"] / track["width"] * 2 == pytest.approx(abs(weight) / full, abs=0.03)


def test_a_long_table_lists_the_largest_and_says_so(page, tmp_path):
    network, digits, options = KINDS["long"]
    opened(page, tmp_path, "long", neuron=2, sample=3)
    product = network.weights[0][2] * digits.images[3]
    order = np.argsort(-np.abs(product))
    shown = numbers(page, "product-value")
    assert shown == pytest.approx([*product[order[:30]], product[order[30:]].sum()], abs=TOLERANCE)
    names = part(page, "product").locator(".wm-name").all_inner_texts()
    assert names == [*(options["features"][i] for i in order[:30]), "the other 10 together"]
    bias = network.biases[0][2]
    assert totals(page) == pytest.approx((bias + np.cumsum([0, *shown])).tolist(), abs=TOLERANCE)
    assert len(part(page, "weight").all()) == 30
    assert "The 30 largest of 40, in order of size." in page.locator(".wm-weight_map").inner_text()
    part(page, "slider-neuron").press("End")
    settle(page)
    weights = network.weights[0][6]
    order = np.argsort(-np.abs(weights))[:30]
    assert numbers(page, "weight-value") == pytest.approx(weights[order].tolist(), abs=TOLERANCE)


def test_a_table_may_hold_any_finite_values():
    explorer = explorer_of("table")
    assert explorer._images["shape"] is None
    explorer.pixels = [-1e6] * 13
    with pytest.raises(Exception, match="must be finite"):
        explorer.pixels = [np.inf] * 13


@pytest.mark.parametrize("name", KINDS)
def test_numbers_are_kept_to_a_thousandth(name):
    network, digits, _ = KINDS[name]
    [shown] = decode_network(explorer_of(name)._network)
    one, two = network.forward(digits.images.astype(float)), shown.forward(digits.images.astype(float))
    for a, b in zip(one.z + one.a, two.z + two.a, strict=True):
        assert np.abs(a - b).max() < TOLERANCE


# No labels, one output


def test_without_labels_right_is_what_the_whole_network_answers(page, tmp_path):
    network, digits, _ = KINDS["unlabelled"]
    network = balanced(network, digits.images)
    off = [(1, int(j), 0) for j in range(4)]
    explorer = NetworkExplorer(
        network, *digits, shape=(ROWS, COLUMNS), panels=WITHOUT_PAD, ablated=off, colour_by="removal"
    )
    assert explorer._images["labels"] is None
    show(page, tmp_path, explorer)
    answers = network.predict(digits.images)
    heard = attribution.ablate(network, range(4))
    same = float((heard.predict(digits.images) == answers).mean())
    assert 0 < same < 1
    assert float(part(page, "accuracy").get_attribute("data-value")) == same
    costs = attribution.removal_costs(heard, digits.images, answers)
    assert number(part(page, "measure")) == costs[0]
    z = network.forward(digits.images.astype(float)).z[1][:, 0]
    names = page.locator("[data-part=driver] .wm-name").all_inner_texts()
    order = [*np.argsort(-z)[:6], *np.argsort(z)[:6]]
    assert names == [str(answers[i]) for i in order]
    words = page.locator(".wm").inner_text()
    assert "There are no labels: right is what the network says with every neuron on." in words
    assert "label" not in words.replace("no labels", "")
    assert "Wrong" not in words
    assert part(page, "verdict").inner_text().startswith("The network says")
    assert "This is image 0 of 12, counted from 0." in words


def test_one_output_answers_by_its_size(page, tmp_path):
    network, digits, _ = KINDS["long"]
    opened(page, tmp_path, "long", ablated=[(1, 0, 0)])
    heard = attribution.ablate(network, [0])
    now, whole = heard.forward(digits.images).a[-1][:, 0], network.forward(digits.images).a[-1][:, 0]
    assert number(part(page, "shift")) == pytest.approx(np.abs(now - whole).mean(), abs=TOLERANCE)
    verdict = part(page, "verdict").inner_text()
    assert verdict == f"The network says {now[0]:.3f}.".replace("-", "−")
    words = page.locator(".wm").inner_text()
    assert "answers 0.\n" not in words
    assert part(page, "confused").count() == page.locator(".wm-answer").count() == 0
    a = network.forward(digits.images).a[1][:, 0]
    assert numbers(page, "response-mean") == pytest.approx([a.mean()], abs=TOLERANCE)
    for name in ("colour", "sort", "rank"):
        options = part(page, f"select-{name}").locator("option").all_inner_texts()
        assert not any("without it" in option for option in options)
        assert "mean activation over samples" in options


# Any number of layers


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("name", ["first", "last"])
def test_the_effective_map_is_the_gradient(page, tmp_path, name, layer):
    network, digits, _ = KINDS[name]
    opened(page, tmp_path, name, layer=layer, neuron=3, sample=4, ablated=OFF)
    heard = attribution.ablate(attribution.ablate(network, [2], layer=1), [1], layer=2, by=0.5)
    slope = attribution.gradient(heard, digits.images[4].astype(float), neuron=3, layer=layer)
    for channel, plane in enumerate(planes(name, slope)):
        found = pixels(page, ".wm-effective .wm-channels canvas", channel)
        assert np.abs(found - signed(plane.ravel(), np.abs(slope).max())).max() < 3.3
    words = page.locator(".wm-effective .wm-note").inner_text()
    assert ("for this image only" in words) == (layer > 1)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh", "softmax", "identity"])
def test_the_effective_map_goes_back_through_every_activation(page, tmp_path, activation):
    network = random_network((13, 6, 5, 4, 3), 6, (activation,) * 3 + ("softmax",))
    digits = Sample(TABLE / 20, LABELS)
    for layer in (2, 3):
        explorer = NetworkExplorer(
            network, *digits, features=NAMES, panels=["effective"], layer=layer, neuron=1, sample=7
        )
        show(page, tmp_path, explorer)
        slope = attribution.gradient(network, digits.images[7], neuron=1, layer=layer)
        assert numbers(page, "effect-value") == pytest.approx(slope.tolist(), abs=TOLERANCE)


def test_the_top_neurons_are_ranked_by_any_of_the_five_measures(page, tmp_path):
    network, digits, _ = KINDS["table"]
    opened(page, tmp_path, "table", output=1)
    trace = network.forward(digits.images)
    wanted = {
        "mean": trace.a[1][LABELS == 1].mean(axis=0),
        "removal": attribution.removal_costs(network, digits.images, LABELS),
    }
    for name, values in wanted.items():
        part(page, "select-rank").select_option(name)
        settle(page)
        shown = [float(place.get_attribute("data-value")) for place in part(page, "rank-value").all()]
        assert shown == pytest.approx(sorted(values, reverse=True), abs=TOLERANCE)


# For everybody


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing_and_a_phone_does_not_scroll_sideways(page, tmp_path, name, scheme, width):
    page.emulate_media(color_scheme=scheme)
    opened(page, tmp_path, name, width)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    results = Axe().run(page)
    assert results.response["passes"], "axe did not look"
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("name", KINDS)
def test_two_networks_stand_side_by_side(page, tmp_path, name):
    network, digits, options = KINDS[name]
    other = random_network(network.sizes, 9, network.activations)
    explorer = NetworkExplorer(
        network, *digits, others={"other": other}, view="compare", panels=WITHOUT_PAD, **options
    )
    show(page, tmp_path, explorer, 360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    x = digits.images[0].astype(float)
    wanted = [one.forward(x).z[1][0] for one in (network, other)]
    assert numbers(page, "z") == pytest.approx(wanted, abs=TOLERANCE)


@pytest.mark.parametrize("name", KINDS)
def test_the_still_picture_shows_the_same(name):
    network, digits, options = KINDS[name]
    explorer = explorer_of(name, sample=1)
    figure = figure_of(explorer, *WITHOUT_PAD)
    figure.canvas.draw()
    words = "\n".join(words_of(figure))
    x = digits.images[1].astype(float)
    assert f"z = {network.forward(x).z[1][0]:.3f}".replace("-", "−") in words
    assert ("sample" in words) == ("features" in options)
    assert ("Wrong" in words or "Right" in words) == (digits.labels is not None)
    assert ("Red" in words) == (name in ("first", "last"))
    assert explorer._poster()[0].startswith(b"\x89PNG")
    assert ("label" in explorer._words()) == (digits.labels is not None)


# What is refused


@pytest.mark.parametrize(
    ("n_in", "options", "words"),
    [
        (60, {"shape": (4, 5, 4)}, r"shape is \(4, 5, 4\).*\(rows, columns, 3\) or \(3, rows, columns\)$"),
        (60, {"shape": (4, 3, 5)}, r"shape is \(4, 3, 5\)"),
        (36, {"shape": (3, 4, 3)}, "where the other end is not 3"),
        (60, {"shape": (3, -4, -5)}, "shape is"),
        (60, {"shape": ()}, r"shape is \(\)"),
        (60, {"shape": (1, 4, 5, 3)}, "shape is"),
        (60, {}, r"not square; pass shape=.*or \(3, rows, columns\), for a table features"),
        (784, {"shape": (28.9, 28)}, r"shape is \(28\.9, 28\); it must be whole numbers"),
        (4, {"features": "abcd"}, "features is 'abcd'; it must name each of the network's 4 inputs"),
        (4, {"features": ["a", "b"]}, "each of the network's 4 inputs"),
        (4, {"features": list("abcd"), "shape": (2, 2)}, "a table has features"),
        (4, {"features": list("abcd"), "panels": ["draw"]}, "panels has draw; its pad draws in ink"),
        (12, {"shape": (2, 2, 3), "panels": ["draw"]}, "panels has draw"),
    ],
)
def test_inputs_that_cannot_be_are_refused(n_in, options, words):
    with pytest.raises(ValueError, match=words):
        NetworkExplorer(random_network((n_in, 4, 2)), *Sample(np.zeros((2, n_in)), None), **options)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e39])
def test_values_of_a_table_that_are_no_float32_are_refused(value):
    with pytest.raises(ValueError, match="must be finite, in float32 too"):
        NetworkExplorer(random_network((2, 4, 2)), *Sample(np.array([[0, value]]), None), features=["a", "b"])


def test_colours_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        NetworkExplorer(DEEP, *Sample(2 * LAST, None), shape=(ROWS, COLUMNS, 3))


def test_labels_of_one_output_are_refused():
    network, digits, options = KINDS["long"]
    with pytest.raises(ValueError, match="one output answers by its size; give labels=None"):
        NetworkExplorer(network, *Sample(digits.images, np.zeros(12, int)), **options)


def test_labels_may_be_left_out():
    network, digits, options = KINDS["unlabelled"]
    explorer = NetworkExplorer(network, digits.images, **options)
    assert explorer._images == explorer_of("unlabelled")._images


def test_a_pad_is_refused_later_too():
    explorer = explorer_of("table")
    with pytest.raises(Exception, match="panels has draw"):
        explorer.panels = ["draw", "input"]
    assert explorer.panels == tuple(WITHOUT_PAD)
