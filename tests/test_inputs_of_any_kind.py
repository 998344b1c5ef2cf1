"""The explorer of inputs that are no square picture in ink: colours, tables, no labels, one output, depth."""

import itertools

import numpy as np
import pytest

from conftest import few
from engine import Shown
from reader import TOLERANCE, assert_fits, assert_no_barrier, part, settle, show
from test_explorer import Sample, random_network
from test_panels import balanced
from weightmaps import attribution
from weightmaps.widgets import PANELS, NetworkExplorer
from weightmaps.widgets.encode import decode_network

ROWS, COLUMNS = 4, 5
WITHOUT_PAD = [name for name in PANELS if name != "draw"]
HOSTILE = "<script>document.title = 'broken'</script>"
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


def planes(name, values):
    """(3, rows, columns) of what comes in, whatever its order."""
    if name == "first":
        return np.reshape(values, (3, ROWS, COLUMNS))
    return np.moveaxis(np.reshape(values, (ROWS, COLUMNS, 3)), -1, 0)


def names_of(shown, part):
    return [one["text"] for one in shown.find(f"[data-part={part}] .wm-name")]


# Three channels; that every number is NumPy's, test_panels.py shows


@pytest.mark.parametrize("name", ["first", "last"])
def test_colours_are_shown_as_they_are_and_grey_is_zero_in_small_maps(name):
    network, digits, _ = KINDS[name]
    shown = Shown(explorer_of(name, neuron=4, sample=2))
    x = planes(name, digits.images[2]).reshape(3, -1)
    [picture] = shown.pixels(".wm-input canvas")
    assert np.abs(picture[:, :3] - 255 * x.T).max() <= 1
    assert [one["text"] for one in shown.find(".wm-weight_map .wm-channels span")] == ["Red", "Green", "Blue"]
    limit = np.abs(network.weights[0]).max()
    share = (planes(name, network.weights[0][0]).reshape(3, -1).T / limit + 1) / 2
    [sheet] = shown.pixels(".wm-maps canvas")
    width = 3 * (COLUMNS + 2)
    tile = sheet.reshape(-1, width, 4)[1 : 1 + ROWS, 1 : 1 + COLUMNS, :3].reshape(-1, 3)
    assert np.abs(tile - 255 * share).max() <= 2
    assert "grey is 0" in shown.text("panel-maps")
    assert "grey is 0" in shown.text("panel-top")


def test_both_orders_of_channels_are_the_same_picture():
    [one], [two] = (Shown(explorer_of(name)).pixels(".wm-input canvas") for name in ("first", "last"))
    assert np.array_equal(one, two)
    assert len(np.unique(one, axis=0)) == ROWS * COLUMNS


# Tables


def test_a_table_is_bars_with_its_names(page, tmp_path):
    opened = show(page, tmp_path, explorer_of("table", neuron=3, sample=5))
    for name in ("feature", "weight", "product", "effect"):
        assert part(opened, name).locator(".wm-name").all_inner_texts() == NAMES
        kind = part(opened, name).first.evaluate("(bar) => bar.parentElement.localName + bar.localName")
        assert kind == "ulli"
    assert page.title() == NetworkExplorer._title
    assert page.locator(".wm script, .wm b").count() == 0
    words = page.locator(".wm").inner_text()
    assert "sample 5 of 12" in words
    assert "image" not in words
    assert "ink" not in words.replace("link", "")


def test_a_long_table_lists_the_largest_and_says_so():
    network, digits, options = KINDS["long"]
    shown = Shown(explorer_of("long", neuron=2, sample=3))
    order = np.argsort(-np.abs(network.weights[0][2] * digits.images[3]))[:30]
    assert names_of(shown, "product") == [*(options["features"][i] for i in order), "the other 10 together"]
    assert "The 30 largest of 40, in order of size." in shown.text("panel-weight_map")


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


def test_without_labels_right_is_what_the_whole_network_answers():
    network, digits, _ = KINDS["unlabelled"]
    network = balanced(network, digits.images)
    off = [(1, int(j), 0) for j in range(4)]
    explorer = NetworkExplorer(network, *digits, shape=(ROWS, COLUMNS), panels=WITHOUT_PAD, ablated=off)
    assert explorer._images["labels"] is None
    shown, answers = Shown(explorer), network.predict(digits.images)
    same = float((attribution.ablate(network, range(4)).predict(digits.images) == answers).mean())
    assert 0 < same < 1
    assert shown.numbers("accuracy") == [same]
    z = network.forward(digits.images.astype(float)).z[1][:, 0]
    order = [*np.argsort(-z)[:6], *np.argsort(z)[:6]]
    assert names_of(shown, "driver") == [str(answers[i]) for i in order]
    words = "".join(shown.text(f"panel-{name}") for name in WITHOUT_PAD)
    assert "There are no labels: right is what the network says with every neuron on." in words
    assert "label" not in words.replace("no labels", "")
    assert "Wrong" not in words
    assert shown.text("verdict").startswith("The network says")
    assert shown.text("label") == "This is image 0 of 12, counted from 0."


def test_one_output_answers_by_its_size():
    network, digits, _ = KINDS["long"]
    shown = Shown(explorer_of("long", ablated=[(1, 0, 0)]))
    now = attribution.ablate(network, [0]).forward(digits.images).a[-1][0, 0]
    assert shown.text("verdict") == f"The network says {now:.2f}.".replace("-", "−")
    assert "confused" not in shown.parts()
    assert shown.find(".wm-answer") == []
    assert [shown.text(f"select-{name}").count("removal") for name in ("colour", "sort", "rank")] == [0, 0, 0]


# For everybody


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    few(
        itertools.product(KINDS, ("light", "dark"), (1280, 360)),
        ("long", "light", 360),
    ),
)
def test_axe_finds_nothing_and_a_phone_does_not_scroll_sideways(page, tmp_path, name, scheme, width):
    page.emulate_media(color_scheme=scheme)
    show(page, tmp_path, explorer_of(name), width)
    settle(page)
    assert_fits(page)
    assert_no_barrier(page)


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
