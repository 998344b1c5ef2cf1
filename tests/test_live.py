"""The small figures: the numbers on the page are NumPy's, their states are checked, their stills drawn."""

import json

import numpy as np
import pytest
import traitlets

from engine import Shown
from test_explorer import Sample, random_images, random_network
from weightmaps import analysis, load_sample, plane, random, training
from weightmaps.digits import Digits
from weightmaps.network import Network
from weightmaps.widgets import live
from weightmaps.widgets.encode import decode_arrays, encode_arrays
from weightmaps.widgets.live.operate import OPPOSITES

DIGITS = random_images(n=60, labels=10)


def take_start(**state):
    return live.TakeStart(random_network((784, 6, 10), 1), random_network((784, 6, 10), 2), *DIGITS, **state)


def keep_neurons(**state):
    network = training.initialise((784, 6, 10), scale="unit", seed=0)
    return live.KeepNeurons(network, DIGITS.images, network.predict(DIGITS.images), choose=DIGITS, **state)


def one_digit(**state):
    networks = (training.initialise((784, 6, 10), scale="fan_in", seed=seed) for seed in (1, 2))
    return live.OneDigit(*networks, *DIGITS, choose=DIGITS, **state)


def come_back(**state):
    """Two of the others' neurons are the network's own, and another two are in one of them."""
    network, *others = (training.initialise((784, 8, 10), scale="unit", seed=seed) for seed in range(3))
    for k, kept in enumerate(([0, 1, 2], [0, 1, 3])):
        (maps, outgoing), (biases, last) = (
            [part.copy() for part in some] for some in (others[k].weights, others[k].biases)
        )
        maps[kept], biases[kept] = network.weights[0][kept], network.biases[0][kept]
        others[k] = Network([maps, outgoing], [biases, last], network.activations)
    choose = random_images(n=80, labels=10, seed=3)
    images = Sample(DIGITS.images, network.predict(DIGITS.images))
    return live.ComeBack(network, others, *images, choose=Digits(*choose), **state)


def how_little(**state):
    labels = np.random.default_rng(0).integers(0, 2, 60)
    return live.HowLittle(random_network((784, 1, 2), 1), DIGITS[0], labels, **state)


def which(**state):
    start, *trained = (training.initialise((784, 6, 10), scale="unit", seed=seed) for seed in range(4))
    soft = [Network([analysis.blur(one.weights[0]), one.weights[1]], one.biases) for one in trained]
    networks = {"never": start} | {f"blurred {k}": one for k, one in enumerate(soft)}
    return live.Which(networks, DIGITS.images[:12], DIGITS.labels[:12], **state)


def scale_decay(**state):
    cells = {
        (scale, decay): [training.initialise((784, 12, 10), scale=scale, seed=k + seed) for seed in (0, 1)]
        for scale, k in (("unit", 0), ("fan_in", 2))
        for decay, k in (("none", k), ("some", k + 4))
    }
    return live.ScaleDecay(cells, *DIGITS, **state)


def half_planes(**state):
    puzzles = {name: plane.points(name, seed=1, n=60) for name in ("xor", "ring")}
    return live.HalfPlanes(puzzles, **state)


def operate(**state):
    networks = [random_network((784, 6, 10), seed) for seed in range(1, 5)]
    return live.Operate(*networks, *DIGITS, choose=Digits(*random_images(n=30, labels=10, seed=5)), **state)


def methods(**state):
    networks = [random_network((784, 6, 10), seed) for seed in range(3)]
    return live.Methods(*networks, *load_sample()[::50], **state)


BAND = [[-2, -0.6, 0.6, 2], [-0.6, -2, 2, 0.6], [-2, 1.5, 1, -2.5]]


# A figure, its JavaScript file, and states in which effect and control are compared with NumPy's.
FIGURES = [
    (take_start, "live_start.js", [{}, {"left": 0.0}, {"left": 0.25, "measure": "smoothness"}]),
    (
        keep_neurons,
        "live_keep.js",
        [
            {"kept": 3},
            {"ranking": "lead", "draw": 4},
            {"ranking": "alone", "measure": "needed"},
            {"ranking": "weight", "kept": 0, "measure": "accuracy"},
        ],
    ),
    (one_digit, "live_one_digit.js", [{}, {"threshold": 0.8}, {"rule": "own"}, {"threshold": 1.0}]),
    (
        come_back,
        "live_come_back.js",
        [{}, {"draw": 3}, {"beside": "largest"}, {"alike": 0.8}, {"beside": "again"}],
    ),
    (
        operate,
        "live_operate.js",
        [
            *({"operation": name} for name in OPPOSITES),
            {"operation": "inside", "beside": "other"},
            {"operation": "paint_coarse", "strength": 3.0},
        ],
    ),
    (
        which,
        "live_which.js",
        [
            {},
            {"by": "shape"},
            {"by": "grain"},
            {"of": "output"},
            {"by": "you", "round": 1, "answers": (1, 3)},
        ],
    ),
    (
        how_little,
        "live_little.js",
        [{}, {"pixel": 406}, {"by": "map"}, {"rank": 500}],
    ),
    (scale_decay, "live_scale_decay.js", [{}, {"cell": 3}, {"beside": 2, "measure": "accuracy"}]),
]


def test_of_a_small_network_all_neurons_are_kept():
    figure = keep_neurons()
    assert (figure.kept, figure.measured()) == (6, (1, 1))


@pytest.mark.parametrize(("make", "entry", "states"), FIGURES, ids=[entry for _, entry, _ in FIGURES])
def test_the_page_measures_what_numpy_measures(make, entry, states):
    figure = make()
    shown = Shown(figure, entry)
    for state in states:
        for name, value in state.items():
            setattr(figure, name, value)
        shown.change(**state)
        np.testing.assert_allclose(shown.numbers("measure-value"), figure.measured(), atol=1e-6)
        assert shown.text("sentence")


@pytest.mark.parametrize(("make", "entry", "_"), FIGURES, ids=[entry for _, entry, _ in FIGURES])
def test_a_still_shows_the_figure_and_damaged_data_is_said(make, entry, _, tmp_path):
    figure = make()
    figure.to_html(tmp_path / "figure.html")
    assert '<div class="wm-still" role="group"' in (tmp_path / "figure.html").read_text("utf-8")
    name = next(name for name, value in figure.get_state().items() if isinstance(value, dict) and value)
    whole = getattr(figure, name)
    setattr(figure, name, {**whole, "data": encode_arrays({"a": np.zeros(1)})["data"]})
    assert "cannot be shown: its" in Shown(figure, entry).text("trouble")


def test_arrays_arrive_as_they_were_sent():
    rng = np.random.default_rng(0)
    maps, bytes_, numbers = rng.standard_normal((2, 784)), np.arange(5, dtype=np.uint8), rng.random((3, 2))
    sent = encode_arrays({"n": numbers, "b": bytes_, "m": maps}, coarse=["m"])
    data = sent.pop("data")
    found = decode_arrays(
        {**json.loads(json.dumps(sent, sort_keys=True)), "data": data}
    )  # as a notebook does
    np.testing.assert_array_equal(found["b"], bytes_)
    np.testing.assert_array_equal(found["n"], numbers.astype(np.float32))
    assert np.abs(found["m"] - maps).max() < np.abs(maps).max() / 127  # at most one unit
    np.testing.assert_allclose(found["m"].sum(axis=1), maps.sum(axis=1), atol=0.5)


def test_the_start_is_taken_away_by_key_and_the_picture_follows():
    figure = take_start()
    shown = Shown(figure, "live_start.js")
    before = shown.pixels("canvas")
    shown.slide("left", 0)
    assert shown.state["left"] == 0
    assert shown.text("sentence").startswith("No random start is left")
    assert any((one != other).any() for one, other in zip(before, shown.pixels("canvas"), strict=True))
    shown.key("maps", "ArrowRight")
    assert shown.state["neuron"] == 1


def test_neurons_are_kept_by_key_and_by_press_and_random_orders_drawn_again():
    shown = Shown(keep_neurons(), "live_keep.js")
    shown.slide("kept", 2)
    assert shown.state["kept"] == 2
    assert "With the first 2 of 6 neurons" in shown.text("sentence")
    shown.choose("select-ranking", "frozen")
    before = shown.find(".wm-chance")[0]["attributes"]["d"]
    shown.click("again")
    assert (shown.state["ranking"], shown.state["draw"]) == ("frozen", 1)
    assert shown.find(".wm-chance")[0]["attributes"]["d"] != before


def test_neurons_on_for_one_digit_come_first_and_follow_the_threshold():
    shown = Shown(one_digit(rule="own"), "live_one_digit.js")
    shown.slide("threshold", 0)
    assert shown.state["threshold"] == 0
    before = shown.pixels("canvas")
    shown.slide("threshold", 95)
    assert "at 95% of its range" in shown.text("sentence")
    after = shown.pixels("canvas")[0].reshape(10, 6, 4)
    assert (after.reshape(before[0].shape) != before[0]).any()
    red = (after[..., 0] > after[..., 2] + 50).sum(axis=0)  # a column a neuron: one red cell, or none
    assert red.tolist() == [1] * red.sum() + [0] * (6 - red.sum())
    assert shown.numbers("measure-value")[0] == red.sum() / 6 > 0


def test_doubles_come_first_and_a_neuron_is_chosen_by_key():
    figure = come_back(neuron=2)
    shown = Shown(figure, "live_come_back.js")
    assert shown.text("sentence").startswith(
        "Neuron 2 has a double in one of the two other networks. Of 8 neurons 4 have one, 2 of them in both."
    )
    before = shown.numbers("measure-value")
    shown.click("again")
    assert shown.state["draw"] == 1
    assert shown.numbers("measure-value")[0] == before[0]
    shown.key("maps", "Home")
    assert shown.state["neuron"] == 0
    assert "a double in both" in shown.text("sentence")
    shown.key("maps", "End")
    assert "no double" in shown.text("sentence")


def press(shown, part, x, y, type="pointerdown"):
    """A press on a picture of 100 by 100, or a move after it."""
    shown.run(
        "Object.assign(Element.prototype, { setPointerCapture() {}, getBoundingClientRect:"
        " () => ({ left: 0, top: 0, width: 100, height: 100 }) })"
    )
    shown.act(part, type, button=0, pointerId=1, clientX=100 * x, clientY=100 * y)


def test_a_recipe_is_chosen_by_key_and_its_maps_and_dots_follow():
    shown = Shown(scale_decay(), "live_scale_decay.js")
    before = shown.pixels("canvas")
    shown.key("cells", "ArrowDown")
    assert shown.state["cell"] == 2
    assert shown.text("sentence").startswith("A fan_in and none: smoothness ")
    assert [(one != other).any() for one, other in zip(before, shown.pixels("canvas"), strict=True)] == [
        *(False, True)  # the table of recipes, the maps
    ]
    shown.choose("choice-1")
    assert shown.state["seed"] == 1
    dots = [one["attributes"] for one in shown.find("circle")]
    assert [dot["class"] for dot in dots[-2:]] == ["wm-own"] * 2
    assert [dot["r"] for dot in dots[-2:]] == ["4", "6"]


def test_states_and_networks_that_do_not_fit_are_refused():
    with pytest.raises(traitlets.TraitError, match="there are neurons 0 to 5"):
        take_start(neuron=6)
    with pytest.raises(traitlets.TraitError, match="left"):
        take_start(left=1.5)
    with pytest.raises(traitlets.TraitError, match="kept is 7; there are 6 neurons"):
        keep_neurons(kept=7)
    with pytest.raises(traitlets.TraitError, match="there are neurons 0 to 7"):
        come_back(neuron=8)
    with pytest.raises(traitlets.TraitError, match="beside is 4; there are 0 to 3"):
        scale_decay(beside=4)
    with pytest.raises(ValueError, match="every row wants the same columns"):
        live.ScaleDecay({("a", "b"): [], ("c", "d"): []}, *DIGITS)
    with pytest.raises(ValueError, match="give two others of the same sizes"):
        live.ComeBack(random_network((784, 6, 10)), [random_network((784, 6, 10))], *DIGITS, choose=DIGITS)
    with pytest.raises(traitlets.TraitError, match="there are rounds 0 to 11"):
        which(round=12)
    with pytest.raises(traitlets.TraitError, match="each from 0 to 3"):
        which(answers=(4,))
    with pytest.raises(ValueError, match="give two or more"):
        live.Which({"one": random_network((784, 6, 10))}, *DIGITS)
    with pytest.raises(ValueError, match=r"network is \(784, 6, 10\) and start \(784, 5, 10\)"):
        live.TakeStart(random_network((784, 6, 10)), random_network((784, 5, 10)), *DIGITS)


def test_a_guess_is_counted_once_and_shows_what_was_whose():
    figure = which()
    shown = Shown(figure, "live_which.js")
    home = random.permutation(0, 0, 4).tolist().index(0)
    shown.click(f"guess-{home}")
    shown.click(f"guess-{(home + 1) % 4}")
    assert shown.state["answers"] == [home]
    assert "Right: it is picture" in shown.text("sentence")
    assert shown.numbers("measure-value") == [1, 0.25]
    assert sum("never" in one["text"] for one in shown.find(".wm-live-which .wm-note")) == 1
    shown.click("next")
    assert shown.state["round"] == 1
    assert not any("never" in one["text"] for one in shown.find(".wm-live-which .wm-note"))
    shown.choose("choice-grain")
    shown.click("guess-0")
    assert (shown.state["by"], len(shown.state["answers"])) == ("you", 2)
    shown.choose("choice-output")
    assert (shown.state["round"], shown.state["answers"]) == (0, [])


def test_the_grain_of_the_weights_finds_what_was_never_smoothed():
    assert which(by="grain").measured() == (1.0, 0.25)


def test_a_pixel_is_chosen_by_press_and_key_and_no_map_is_drawn_unasked():
    shown = Shown(how_little(), "live_little.js")
    press(shown, "pixels", 0.5, 0.25)
    assert shown.state["pixel"] == 7 * 28 + 14
    shown.key("pixels", "ArrowDown")
    assert shown.state["pixel"] == 8 * 28 + 14
    assert "row 8, column 14" in shown.text("sentence")
    shares = shown.pixels("canvas")
    shown.choose("choice-shares")
    assert any((one != other).any() for one, other in zip(shares, shown.pixels("canvas"), strict=True))
    shown.choose("choice-map")
    shown.slide("rank", 1000)
    assert shown.text("sentence").startswith("Random numbers, place 1000 of 1000")


def test_a_pixel_that_no_image_inks_says_nothing():
    images, labels = np.zeros((8, 784)), np.arange(8) // 2 % 2
    figure = live.HowLittle(random_network((784, 1, 2)), images, labels)
    assert figure.measured()[0] == 0.5
    assert "none of the images" in Shown(figure, "live_little.js").text("sentence")


def test_a_line_and_its_ends_are_dragged_and_moved_by_keys():
    figure = half_planes()
    shown = Shown(figure, "live_planes.js")
    ends = figure.ends
    for part, nth, key in (("end", 0, "ArrowUp"), ("end", 3, "ArrowLeft")):
        shown.key(part, key, nth)
    moved = [[0.1, -2.1, 0.1, 2.2], [-2.2, -0.1, 2.1, -0.1], ends[2]]
    np.testing.assert_allclose(shown.state["ends"], moved)
    press(shown, "plane", 0.5 + 0.1 / 6, 0.5 - 2.2 / 6)  # the second end of the first line
    press(shown, "plane", 1, 0.5 - 2.2 / 6, "pointermove")
    np.testing.assert_allclose(shown.state["ends"][0], [0.1, -2.1, 3, 2.2])
    shown.act("plane", "lostpointercapture")
    press(shown, "plane", 0.25, 0.5 + 0.2 / 6)  # near the second line, far from its ends
    press(shown, "plane", 0.25, 0.5 + 0.8 / 6, "pointermove")
    np.testing.assert_allclose(shown.state["ends"][1], [-2.2, -0.7, 2.1, -0.7])


def test_an_output_cannot_colour_crossed_lines_as_xor_wants_it():
    corners = [[1, 1], [-1, 1], [-1, -1], [1, -1]]
    shown = Shown(live.HalfPlanes({"corners": (corners, [1, 0, 1, 0])}), "live_planes.js")
    assert "into 4 regions. With the best output for them 3 of 4 dots" in shown.text("sentence")
    assert "Painted one by one the regions would be right on 4" in shown.text("sentence")
    assert shown.run("outputs.map((all) => all.length)") == [4, 14, 104]  # threshold functions
    shown.change(ends=BAND)
    assert shown.numbers("measure-value") == [1, 0.75]


def test_no_random_line_beats_the_best_one():
    rng = np.random.default_rng(0)
    for _ in range(5):
        X, y = rng.normal(size=(7, 2)), rng.integers(0, 2, 7)
        sides = X @ rng.normal(size=(2, 20_000)) > rng.normal(size=20_000)
        assert (sides == (y == 1)[:, None]).mean(axis=0).max() == plane.best_line(X, y)


def test_a_method_is_chosen_and_the_pictures_follow():
    shown = Shown(methods(), "live_methods.js")
    before = shown.pixels("canvas")
    shown.choose("choice-occlusion")
    shown.key("images", "ArrowRight")
    assert (shown.state["method"], shown.state["image"]) == ("occlusion", 1)
    assert [(one != other).any() for one, other in zip(before, shown.pixels("canvas"), strict=True)] == [
        False,  # the images to choose from
        True,
        True,
    ]
    with pytest.raises(traitlets.TraitError, match="there are images 0 to 4"):
        methods(image=5)
