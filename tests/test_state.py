"""The explorer's state from Python: its range, its errors, and what a browser or a layout does to it."""

import json

import ipywidgets as widgets
import numpy as np
import pytest
import traitlets
from ipywidgets.embed import embed_minimal_html, embed_snippet

from test_explorer import random_images, random_network
from weightmaps.digits import load_sample
from weightmaps.widgets import ImageScatter, MapGame, NetworkDrop, NetworkExplorer, TwoInputs
from weightmaps.widgets.page import NOT_STATE

SIZES = (12, 5, 4, 3)
NETWORK = random_network(SIZES, 1)
IMAGES = random_images(n=6, pixels=12, labels=3)
OTHERS = {"untrained": random_network(SIZES, 2), "shuffled": random_network(SIZES, 3)}
STEPS = {0: random_network(SIZES, 4), 50: NETWORK}


def build(network=NETWORK, **options):
    return NetworkExplorer(network, *IMAGES, shape=(3, 4), **options)


@pytest.fixture
def explorer():
    return build(others=OTHERS)


# Ranges and what errors say


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("layer", 0, "layer is 0; this network has hidden layers 1 to 2"),
        ("layer", 3, "layer is 3; this network has hidden layers 1 to 2"),
        ("neuron", 5, "neuron is 5; layer 1 has neurons 0 to 4"),
        ("neuron", "3", "expected an int, not the str '3'"),
        ("output", 4, "output is 4; layer 2 has neurons 0 to 3"),
        ("sample", -1, "sample is -1; this explorer has samples 0 to 5"),
        ("step", 50, "step is 50; there are no checkpoints"),
        ("other", "nobody", "other is 'nobody'; it is one of ['untrained', 'shuffled']"),
        ("other", None, "other is None; it is one of ['untrained', 'shuffled']"),
        ("view", "both", "view is 'both'; it is one of one, compare"),
        ("scales", "own", "scales is 'own'; it is one of shared, separate"),
        ("rank_by", "size", "rank_by is 'size'; it is one of weight, activation, contribution, mean, rem"),
        ("colour_by", "number", "colour_by is 'number'; it is one of weight, activation"),
        ("sorted", "yes", "expected a boolean, not the str 'yes'"),
        ("ablated", {42: 0}, "ablated is {42: 0}; give a list of (layer, neuron, factor)"),
        ("ablated", [3], "ablated holds 3; each is (layer, neuron, factor), the first two whole numbers"),
        ("ablated", [(1, 3)], "ablated holds (1, 3); each is (layer, neuron, factor)"),
        ("ablated", [(3, 0, 0)], "a layer in ablated is 3; this network has hidden layers 1 to 2"),
        ("ablated", [(2, 4, 0)], "ablated names neuron 4; layer 2 has neurons 0 to 3"),
        ("ablated", [(1, 0, 2.1)], "ablated scales neuron 0 by 2.1; a factor is 0 to 2"),
        ("ablated", [(1, 0, 0), (1, 0, 2)], "ablated names neuron 0 of layer 1 twice"),
        ("pixels", [0.5] * 11, "pixels has shape (11,); this network wants (12,)"),
        ("pixels", "ink", "pixels is 'ink'; give 12 numbers, or None"),
        ("pixels", [np.nan] * 12, "pixels holds nan to nan; they must lie in [0, 1]"),
        ("pixels", [0.0] * 11 + [1.5], "pixels holds 0.0 to 1.5; they must lie in [0, 1]"),
        ("neuron", 1.5, "expected an int"),
        ("panels", [], "each once"),
        ("panels", ["input", "input"], "each once"),
        ("panels", ["input", "wall"], "panels is ('input', 'wall'); choose from draw, input, hidden"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(explorer, name, value, words):
    before = getattr(explorer, name)
    with pytest.raises(traitlets.TraitError) as error:
        setattr(explorer, name, value)
    assert words in str(error.value)
    assert getattr(explorer, name) == before
    with pytest.raises(traitlets.TraitError) as error:
        build(others=OTHERS, **{name: value})
    assert words in str(error.value)


def test_the_last_layers_outputs_are_the_networks():
    explorer = build(layer=2, output=2)
    with pytest.raises(traitlets.TraitError, match="output is 3; this network has outputs 0 to 2"):
        explorer.output = 3


@pytest.mark.parametrize(
    ("options", "keys", "other", "words"),
    [
        ({}, [], None, "there are no others and no checkpoints"),
        ({"checkpoints": STEPS}, [0, 50], 0, r"it is one of \[0, 50\]"),
        ({"others": OTHERS}, [*OTHERS], "untrained", r"it is one of \['untrained', 'shuffled'\]"),
        ({"checkpoints": STEPS, "others": OTHERS}, [0, 50, *OTHERS], "untrained", r"\[0, 50, 'untrained'"),
    ],
)
def test_other_is_a_step_or_a_name(options, keys, other, words):
    explorer = build(**options)
    assert explorer.other == other
    for key in keys:
        explorer.other = key
        assert explorer.other == key
    for wrong in (7, "0"):
        with pytest.raises(traitlets.TraitError, match=f"other is {wrong!r}; .*{words}"):
            explorer.other = wrong


def test_a_step_is_one_of_the_checkpoints():
    explorer = build(checkpoints=STEPS)
    assert explorer.step == 50
    for wrong in (None, "0", 7):
        with pytest.raises(traitlets.TraitError, match=rf"step is {wrong!r}; it is one of \[0, 50\]"):
            explorer.step = wrong
    explorer.step, explorer.other = np.int64(0), np.int64(50)
    assert json.dumps([explorer.step, explorer.other]) == "[0, 50]"


def test_to_compare_takes_two_networks():
    with pytest.raises(traitlets.TraitError, match="there is one network; give others= or checkpoints="):
        build(view="compare")
    for options in ({"others": OTHERS}, {"checkpoints": STEPS}):
        assert build(view="compare", **options).view == "compare"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"others": {"wide": random_network((12, 6, 4, 3))}}, r"others\['wide'\] is .*12-6-4-3.*12-5-4-3"),
        (
            {"others": {"relu": random_network(SIZES, 1, ("relu", "relu", "sigmoid"))}},
            r"others\['relu'\] is .*relu/relu/sigmoid.*same sizes and activations",
        ),
        ({"others": {7: NETWORK}}, "others has the key 7; its keys are names, text"),
        ({"others": {"": NETWORK}}, "others has the key ''"),
        ({"others": [NETWORK]}, r"others is \[.*it is \{name: network\}"),
        ({"others": {"file": "net.npz"}}, r"others\['file'\] is 'net.npz'; give a Network"),
        (
            {"checkpoints": {0: random_network((12, 5, 5, 3)), 50: NETWORK}},
            r"checkpoints\[50\] is .*checkpoints\[0\]",
        ),
        ({"checkpoints": [NETWORK]}, r"checkpoints is \[.*it is \{step: network\}"),
        ({"checkpoints": STEPS, "others": {"wide": random_network((12, 6, 4, 3))}}, r"others\['wide'\]"),
    ],
)
def test_networks_that_do_not_fit_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        build(**options)


# Several states at once


def test_another_layer_keeps_what_it_has_and_resets_what_it_has_not(explorer):
    explorer.neuron, explorer.output = 4, 3
    explorer.layer = 2
    assert (explorer.neuron, explorer.output) == (0, 0)
    explorer.neuron, explorer.output = 3, 2
    explorer.layer = 1
    assert (explorer.neuron, explorer.output) == (3, 2)


@pytest.mark.parametrize("order", [("layer", "neuron", "output"), ("output", "neuron", "layer")])
@pytest.mark.parametrize("how", ["held", "message", "constructor"])
def test_layer_neuron_and_output_change_together_in_any_order(how, order):
    there = {"layer": 2, "neuron": 3, "output": 2}
    back = {"layer": 1, "neuron": 4, "output": 3}
    explorer = build(**({name: there[name] for name in order} if how == "constructor" else {}))
    for wanted in (there, back, there):
        if how == "message":
            explorer.set_state({name: wanted[name] for name in order})
        else:
            with explorer.hold_trait_notifications():
                for name in order:
                    setattr(explorer, name, wanted[name])
        assert {name: getattr(explorer, name) for name in order} == wanted


def test_what_does_not_fit_together_is_taken_back(explorer):
    explorer.neuron = 2
    with pytest.raises(traitlets.TraitError, match="neuron is 4; layer 2 has neurons 0 to 3"):
        explorer.set_state({"layer": 2, "neuron": 4})
    assert (explorer.layer, explorer.neuron) == (1, 2)


def test_a_message_from_the_browser_sets_what_it_holds(explorer):
    heard = []
    explorer.observe(lambda change: heard.append(change["name"]), ["ablated", "pixels", "view"])
    image = tuple(k / 11 for k in range(12))
    state = {"ablated": ((1, 4, 0.5), (2, 0, 0)), "pixels": image, "view": "compare", "other": "shuffled"}
    explorer.set_state({**state, "sorted": True, "colour_by": "removal", "rank_by": "mean"})
    assert {name: getattr(explorer, name) for name in state} == state
    assert (explorer.sorted, explorer.colour_by, explorer.rank_by) == (True, "removal", "mean")
    assert sorted(heard) == ["ablated", "pixels", "view"]


def test_a_bad_message_changes_nothing(explorer):
    with pytest.raises(traitlets.TraitError, match="ablated names neuron 9"):
        explorer.set_state({"sample": 3, "ablated": [[1, 9, 0]]})
    assert (explorer.sample, explorer.ablated) == (0, ())


def test_factors_and_pixels_come_in_any_list_and_go_out_as_json(explorer):
    image = IMAGES.images[3]
    explorer.ablated = np.array([[1, 4, 0.5], [2, 0, 0]])
    explorer.pixels = image
    for _ in range(2):
        assert explorer.ablated == ((1, 4, 0.5), (2, 0, 0))
        assert [type(part) for part in explorer.ablated[1]] == [int, int, float]
        assert explorer.pixels == tuple(image.astype(float).tolist())
        sent = json.loads(json.dumps(explorer.get_state(["ablated", "pixels"])))
        explorer.ablated, explorer.pixels = (), None
        assert (explorer.ablated, explorer.pixels) == ((), None)
        explorer.set_state(sent)


def state_of(widget):
    names = {name for name in widget.trait_names(sync=True) if not name.startswith("_")} - NOT_STATE
    return {name: getattr(widget, name) for name in sorted(names)}


def immutable(value):
    """Whether nothing in it can be changed in place, unseen by the checks and by the browser."""
    if isinstance(value, tuple):
        return all(map(immutable, value))
    return value is None or isinstance(value, (str, int, float))


@pytest.mark.parametrize(
    "widget",
    [
        build(ablated=[[1, 2, 0]], pixels=[0.5] * 12),
        TwoInputs(weights=[[1, 2, 3, 4]]),
        ImageScatter({"a": np.eye(10)[:, :2]}, *load_sample()[::500], shown=[3, 1]),
        MapGame(
            {str(k): random_network((784, 20, 10), k) for k in range(2)}, *load_sample()[::50], answers=[0, 1]
        ),
        NetworkDrop(random_network((12, 6, 3)), *IMAGES, shape=(3, 4), ablated=[[1, 2, 0]]),
    ],
    ids=lambda widget: type(widget).__name__,
)
class TestEveryWidget:
    def test_its_state_can_be_set_and_not_changed_in_place(self, widget):
        state = state_of(widget)
        assert [name for name, value in state.items() if not immutable(value)] == []
        assert json.loads(json.dumps(state)) == json.loads(json.dumps(widget.get_state(list(state))))

    def test_a_name_that_it_does_not_have_is_refused(self, widget):
        name = next(iter(state_of(widget)))
        with pytest.raises(AttributeError, match=f"has no {name}s; did you mean {name}"):
            setattr(widget, f"{name}s", 3)
        with pytest.raises(AttributeError, match="has no colour"):
            widget.colour = "red"


# Among other widgets


def test_it_is_linked_and_laid_out_like_any_widget(explorer, tmp_path):
    slider = widgets.IntSlider(max=4)
    link = widgets.jslink((slider, "value"), (explorer, "neuron"))
    assert link.target == (explorer, "neuron")
    traitlets.link((slider, "value"), (explorer, "neuron"))
    slider.value = 3
    assert explorer.neuron == 3
    two = build(layout=widgets.Layout(width="50%"))
    box = widgets.VBox([slider, widgets.HBox([explorer, two])])
    assert explorer.model_id in embed_snippet(views=[box])
    embed_minimal_html(tmp_path / "box.html", views=[box], drop_defaults=False)
    _, _, text = (tmp_path / "box.html").read_text().partition('widget-state+json">')
    state = json.loads(text.partition("</script>")[0])["state"][explorer.model_id]["state"]
    assert (state["neuron"], state["layer"], state["ablated"], state["pixels"]) == (3, 1, [], None)
    assert two.layout.width == "50%"
