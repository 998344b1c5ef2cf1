"""What each control of the explorer does, without a browser; and what becomes of damaged data."""

import re
import zlib

import numpy as np
import pytest

from engine import Shown, engine, number
from test_explorer import random_images, random_network
from test_panels import SMALL, small
from weightmaps import attribution
from weightmaps.network import Network
from weightmaps.widgets import PANELS, NetworkExplorer
from weightmaps.widgets.encode import decode_network

NETWORK, IMAGES = random_network((784, 30, 10), 1), random_images(n=12, labels=10)
DEEP = small(3, sizes=(12, 5, 4, 3, 2))
DEEP_IMAGES = random_images(n=40, pixels=12)
STEPS = {step: small(seed, sizes=(12, 5, 3)) for seed, step in enumerate((0, 10, 1000))}
OTHERS = {"shuffled": small(4, sizes=(12, 5, 3)), "<b>untrained</b>": small(5, sizes=(12, 5, 3))}


@pytest.fixture
def one():
    return Shown(NetworkExplorer(NETWORK, *IMAGES, panels=PANELS, neuron=17, output=3))


@pytest.fixture
def deep():
    return Shown(NetworkExplorer(DEEP, *DEEP_IMAGES, shape=(3, 4), panels=PANELS, neuron=4, output=3))


def compared(**options):
    network = None if "checkpoints" in options else STEPS[1000]
    return NetworkExplorer(network, *SMALL, shape=(3, 4), view="compare", panels=PANELS, **options)


def activations(network, digits, sample=0, layer=1):
    return network.forward(digits.images[sample].astype(float)).a[layer]


# One neuron of many


@pytest.mark.parametrize("grid", ["hidden-grid", "maps-grid", "find-grid"])
def test_a_grid_obeys_the_keyboard(one, grid):
    keys = {"ArrowRight": 18, "ArrowDown": 24, "ArrowLeft": 23, "ArrowUp": 17, "Home": 0, "End": 29}
    for key, neuron in keys.items():
        one.key(grid, key)
        assert one.state["neuron"] == neuron
    for key in ("ArrowDown", "ArrowRight", "Tab"):
        one.key(grid, key)
        assert one.state["neuron"] == 29
    one.act(grid, "focus")
    [box] = one.find(f"[data-part={grid}]")
    options = [each["attributes"] for each in one.find(f"[data-part={grid}] [role=option]")]
    assert [each["id"] for each in options if "aria-selected" in each] == [options[29]["id"]]
    assert box["attributes"]["aria-activedescendant"] == options[29]["id"]
    one.act(grid, "blur")
    assert not one.find(f"[data-part={grid}] [aria-selected]")
    for neuron, each in enumerate(options):
        assert re.match(rf"neuron {neuron}[,:] .*\d", each["aria-label"])


def test_a_cell_of_a_sorted_grid_opens_the_neuron_that_ranks_there(one):
    one.choose("select-sort", "contribution")
    order = attribution.ledger(NETWORK, IMAGES.images[0].astype(float), 3).neurons
    for key, place in [("Home", 0), ("ArrowRight", 1), ("ArrowDown", 7), ("End", 29), ("ArrowUp", 23)]:
        one.key("find-grid", key)
        assert one.state["neuron"] == order[place]
    one.choose("select-sort", "number")
    one.key("find-grid", "Home")
    assert (one.state["neuron"], one.state["sorted"]) == (0, False)
    one.choose("select-colour", "mean")
    assert one.state["colour_by"] == "mean"


def test_the_rank_stays_when_the_output_changes_and_the_neuron_when_the_image_does(one):
    one.click("rank", 2)
    assert one.state["neuron"] == np.argsort(-NETWORK.weights[1][3])[2]
    one.slide("output", 4)
    third = np.argsort(-NETWORK.weights[1][4])[2]
    assert one.state["neuron"] == third
    one.choose("select-rank", "activation")
    one.slide("sample", 11)
    order = np.argsort(-activations(NETWORK, IMAGES, 11))
    assert one.state["neuron"] == third
    [slider] = one.find("[data-part=slider-rank]")
    assert slider["attributes"]["aria-valuetext"] == f"{list(order).index(third) + 1} of 30: neuron {third}"
    one.slide("rank", 5)
    assert one.state["neuron"] == order[4]


def test_the_ledger_opens_its_neurons(one):
    order = attribution.ledger(NETWORK, IMAGES.images[0].astype(float), 3).neurons
    for key, place in [("Home", 0), ("ArrowRight", 1), ("End", 29)]:
        one.key("ledger-grid", key)
        assert one.state["neuron"] == order[place]
    for nth, place in [(2, 2), (5, 27)]:
        one.click("entry", nth)
        assert one.state["neuron"] == order[place]
        assert [entry["pressed"] for entry in one.parts()["entry"]].index("true") == nth


def test_a_bar_chooses_the_output_and_an_outgoing_weight_keeps_the_neuron(one):
    one.click("output", 7)
    assert one.state["output"] == 7
    one.slide("neuron", 17)
    one.click("outgoing", 2)
    assert (one.state["neuron"], one.state["output"]) == (17, 2)
    assert [bar["pressed"] for bar in one.parts()["outgoing"]].index("true") == 2


def test_an_image_that_drives_a_neuron_opens(one):
    z = NETWORK.forward(IMAGES.images.astype(float)).z[1][:, 17]
    order = np.argsort(-z, kind="stable")
    one.change(pixels=[0.5] * 784)
    for nth, sample in [(0, order[0]), (6, order[-1])]:
        one.click("driver", nth)
        assert (one.state["sample"], one.state["pixels"]) == (sample, None)
        assert one.parts()["driver"][nth]["pressed"] == "true"


def test_bars_show_sign_and_size(one):
    """To the right of zero in red, to the left in blue, on one scale for all neurons."""
    weights, full = NETWORK.weights[1][:, 17], np.abs(NETWORK.weights[1]).max()
    for fill, weight in zip(one.find("[data-part=outgoing] .wm-fill"), weights, strict=True):
        left, width = (float(fill["styles"][side].rstrip("%")) for side in ("left", "width"))
        assert (left, width) == pytest.approx(
            (50 + 50 * min(weight, 0) / full, 50 * abs(weight) / full), abs=0.01
        )
        assert ("wm-minus" in fill["attributes"]["class"]) is bool(weight < 0)
    contributions = attribution.ledger(NETWORK, IMAGES.images[0].astype(float), 3).contributions
    bars = {name: one.find(f".wm-waterfall .wm-{name}")[0]["attributes"]["d"] for name in ("plus", "minus")}
    assert bars["plus"].count("Z") == (contributions > 0).sum()
    assert bars["minus"].count("Z") == (contributions < 0).sum()


# Layers


def test_another_layer_keeps_what_it_has_and_resets_what_it_has_not(deep):
    deep.choose("choice-2")
    assert [deep.state[name] for name in ("layer", "neuron", "output")] == [2, 0, 0]
    for name, last in (("neuron", "3"), ("output", "2")):
        [slider] = deep.find(f"[data-part=slider-{name}]")
        assert slider["max"] == last
    assert "Its weight to neuron 0 of layer 3 is" in deep.text("sentence")
    deep.slide("neuron", 2)
    deep.choose("choice-3")
    assert [deep.state[name] for name in ("layer", "neuron", "output")] == [3, 2, 0]
    assert "Its weight to output 0 is" in deep.text("sentence")


def test_an_output_chosen_from_an_early_layer_opens_the_last(deep):
    assert "true" not in [bar["pressed"] for bar in deep.parts()["output"]]
    deep.click("output", 1)
    assert [deep.state[name] for name in ("layer", "neuron", "output")] == [3, 0, 1]
    assert [bar["pressed"] for bar in deep.parts()["output"]] == ["false", "true"]


# Switched off


def test_neurons_are_switched_off_scaled_and_switched_on(one):
    said = [one.text("ablated")]
    one.slide("factor", 0)
    one.slide("factor", 7)
    [slider] = one.find("[data-part=slider-factor]")
    assert slider["attributes"]["aria-valuetext"] == "neuron 17: × 0.7"
    one.slide("neuron", 29)
    one.click("switch")
    assert one.state["ablated"] == [[1, 17, 0.7], [1, 29, 0]]
    said.append(one.text("ablated"))
    assert one.text("switch") == "Switch on neuron 29"
    one.click("switch")
    assert one.state["ablated"] == [[1, 17, 0.7]]
    one.click("all-on")
    assert one.state["ablated"] == []
    assert said == ["Every neuron is on, as trained.", "Neuron 17 × 0.7; neuron 29 is off."]


def test_only_the_top_neurons_are_kept_in_the_order_of_the_whole_layer(one):
    one.click("keep")
    weights = NETWORK.weights[1][3]
    assert one.state["ablated"] == [[1, int(j), 0] for j in np.argsort(-weights)[10:]]
    assert one.text("ablated") == "20 of 30 neurons are off."
    for grid in ("hidden", "find"):
        [crosses] = one.find(f".wm-{grid} .wm-crosses path")
        assert crosses["attributes"]["d"].count("M") == 20
    one.choose("select-rank", "contribution")
    one.slide("keep", 14)
    one.click("keep")
    kept = np.argsort(-weights * activations(NETWORK, IMAGES))[14:]
    assert one.state["ablated"] == [[1, int(j), 0] for j in kept]


def test_layers_are_switched_off_one_by_one(deep):
    deep.slide("factor", 20)
    deep.choose("choice-2")
    deep.slide("keep", 0)
    deep.click("keep")
    assert sorted(deep.state["ablated"]) == [[1, 4, 2], *([2, j, 0] for j in range(4))]
    deep.click("all-on")
    deep.click("switch")
    assert deep.text("ablated") == "Neuron 0 of layer 2 is off."


# Side by side


def test_what_is_chosen_in_the_second_column_is_of_its_network():
    two = Shown(compared(others=OTHERS, sorted=True, rank_by="contribution"))
    networks = [STEPS[1000], OTHERS["shuffled"]]
    orders = [attribution.ledger(one, SMALL.images[0].astype(float), 0).neurons for one in networks]
    assert [orders[0][k] != orders[1][k] for k in (0, 4)] == [True, True]
    for side in (1, 0):
        for act, *arguments, place in [
            (two.click, "rank", 5 * side, 0),
            (two.click, "entry", 5 * side + 4, 4),
            (two.key, "find-grid", "Home", side, 0),
            (two.slide, "rank", 5, side, 4),
            (two.key, "ledger-grid", "Home", side, 0),
        ]:
            act(*arguments)
            assert two.state["neuron"] == orders[side][place]


def test_another_network_is_chosen_and_taken_away():
    two = Shown(compared(others=OTHERS, name="trained"))
    titles = {one["text"] for one in two.parts()["which"]}
    assert titles == {"trained", "shuffled"}
    two.choose("select-other", "2")
    assert two.state["other"] == "<b>untrained</b>"
    assert {one["text"] for one in two.parts()["which"]} == {"trained", "<b>untrained</b>"}
    two.choose("choice-separate")
    assert two.state["scales"] == "separate"
    assert "The scale is this network’s own." in two.text("panel-weight_map")
    two.choose("choice-one")
    assert "which" not in two.parts()
    assert len(two.parts()["z"]) == 1


@pytest.mark.parametrize("scales", ["shared", "separate"])
def test_pictures_side_by_side_say_their_scale(scales):
    explorer = compared(checkpoints=STEPS, other=0, scales=scales, neuron=2)
    two, networks = Shown(explorer), decode_network(explorer._network)
    x, shown = SMALL.images[0].astype(float), [networks[2], networks[0]]
    weights = [np.abs(one.weights[0][2]).max() for one in networks]
    limits = [max(weights)] * 2 if scales == "shared" else [weights[2], weights[0]]
    ends = [number(one["text"]) for one in two.find(".wm-weight_map .wm-ends span")]
    assert ends == pytest.approx([sign * limit for limit in limits for sign in (-1, 0, 1)], abs=5.6e-3)
    totals = {"product": [], "ledger": []}
    for network in shown:
        rows = (network.weights[0][2] * x).reshape(3, 4).sum(axis=1)
        totals["product"].append(network.biases[0][2] + np.cumsum([0, *rows]))
        ledger = attribution.ledger(network, x, 0)
        totals["ledger"].append(ledger.bias + np.cumsum([0, *ledger.contributions]))
    for name, of_each in totals.items():
        some = [np.concatenate(of_each)] * 2 if scales == "shared" else of_each
        low, high = np.transpose([(min(0, one.min()), max(0, one.max())) for one in some])
        if name == "product":
            paths = [one["attributes"]["d"] for one in two.find(".wm-curve .wm-zero")]
            found, wanted = [number(path) for path in paths], 4 - 92 * low / (high - low)
        else:
            found = [number(one["styles"]["top"]) for one in two.find(".wm-nought")]
            wanted = 4 + 92 * high / (high - low)
        assert found == pytest.approx(wanted.tolist(), abs=0.05), name
        assert len({*wanted}) == (1 if scales == "shared" else 2)


def test_outputs_beyond_one_share_their_scale():
    networks = [random_network((12, 5, 2), seed, ("relu", "identity")) for seed in (1, 2)]
    two = Shown(NetworkExplorer(
        networks[0], *DEEP_IMAGES, shape=(3, 4), others={"b": networks[1]}, view="compare", panels=["outputs"]
    ))  # fmt: skip
    values = np.concatenate([activations(one, DEEP_IMAGES, layer=2) for one in networks])
    low, high = min(0, values.min()), max(1, values.max())
    widths = [number(one["styles"]["width"]) for one in two.find(".wm-fill")]
    assert widths == pytest.approx((100 * np.abs(values) / (high - low)).tolist(), abs=0.05)


# Time, and a kernel


def test_play_goes_through_the_steps_and_stops():
    shown = Shown(compared(checkpoints=STEPS, step=0, other=0))
    for place, step in ((1, 10), (0, 0)):
        shown.slide("step", place)
        assert (shown.state["step"], shown.state["other"]) == (step, 0)
    shown.click("play")
    assert shown.text("play") == "Pause"
    for step in (10, 1000):
        shown.wait(600)
        assert shown.state["step"] == step
    assert shown.text("play") == "Play"
    shown.click("play")  # from the last step it starts again at the first
    assert shown.state["step"] == 0
    shown.click("play")
    shown.wait(2000)
    assert (shown.text("play"), shown.state["step"]) == ("Play", 0)
    shown.click("play")
    shown.slide("step", 2)
    shown.wait(2000)
    assert (shown.text("play"), shown.state["step"]) == ("Play", 1000)


def test_a_change_is_announced_once_it_rests(one):
    def heard():
        return one.run("document.body.querySelector('.wm-announcer').textContent")

    one.wait(600)
    before = heard()
    one.change(neuron=1)  # by a kernel
    one.wait(600)
    assert heard() == before
    one.slide("neuron", 0)
    one.wait(400)
    assert heard() == before
    one.wait(200)
    assert heard() == one.text("sentence") != before
    one.slide("sample", 1)
    one.wait(600)
    assert heard() == f"{one.text('verdict')} {one.text('sentence')}"
    one.click("switch")
    one.wait(600)
    right = re.match(r"\d+", one.text("accuracy"))[0]
    assert heard().startswith(f"Neuron 0 is off. Right on {right} of ")


def test_a_kernel_is_told_once_a_choice_and_a_view_that_is_gone_is_silent():
    shown = Shown(compared(checkpoints=STEPS, step=0))
    shown.click("output", 1)
    assert [one["output"] for one in shown.sent] == [1]
    shown.change(step=10)
    shown.change(panels=["input", "product"])
    assert len(shown.find(".wm-panel")) == 3  # the image stands once
    assert len(shown.sent) == 1
    assert shown.find("[data-part=z]")[0]["text"]
    shown.click("play")
    assert shown.stop() == [0, []]
    shown.wait(3000)
    assert shown.state["step"] == 10


# What was sent


@pytest.mark.parametrize("form", ["units", "steps", "float32"])
def test_the_browser_decodes_what_python_does(form):
    last = random_network((12, 5, 3), 7, ("relu", "softmax"))
    large = Network([1e6 * last.weights[0], last.weights[1]], last.biases, last.activations)
    checkpoints = (
        {0: random_network((12, 5, 3), 6, ("relu", "softmax")), 9: last} if form == "steps" else None
    )
    network = large if form == "float32" else last
    payload = NetworkExplorer(network, *SMALL, checkpoints=checkpoints, shape=(3, 4))._network
    assert (payload["unit"] is None) is (form == "float32")
    data = zlib.decompress(payload["data"])
    found = engine("explorer.js")(
        "unpack(network, data.buffer)", network={**payload, "data": None}, data=data
    )
    for layers, one in zip(found, decode_network(payload), strict=True):
        for layer, weights, biases in zip(layers, one.weights, one.biases, strict=True):
            assert (layer["rows"], layer["columns"]) == weights.shape
            assert layer["weights"] == weights.ravel().tolist()
            assert layer["biases"] == biases.tolist()


NUMBERS = zlib.decompress(NetworkExplorer(STEPS[0], *SMALL, shape=(3, 4))._network["data"])
DAMAGE = {
    "short": ({"data": NUMBERS[:-4]}, {}, "its weights are not complete"),
    "not numbers": ({"data": b"\x00\x00\xc0\x7f" + NUMBERS[4:]}, {}, "its weights are not all numbers"),
    "no such unit": ({"unit": "fine"}, {}, "its weights are not all numbers"),
    "unit missing": ({"unit": None}, {}, "its weights are not complete"),
    "no images": ({}, {"data": b""}, "its images are not complete"),
    "a table and pictures": ({}, {"features": ["a"] * 12}, "its images are not complete"),
    "not ours": ({"sizes": None}, {}, "its data is damaged"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_sentence(name):
    network, images, words = DAMAGE[name]
    explorer = NetworkExplorer(STEPS[0], *SMALL, shape=(3, 4))
    explorer._network = {**explorer._network, "data": NUMBERS, **network}
    explorer._images = {**explorer._images, "data": zlib.decompress(explorer._images["data"]), **images}
    for part in (explorer._network, explorer._images):
        part["data"] = zlib.compress(part["data"])
    shown = Shown(explorer)
    assert shown.text("trouble") == f"This explorer cannot be shown: {words}."
    assert shown.find(".wm-panel") == []
