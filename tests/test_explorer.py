"""The explorer's Python side: its state, its errors, its payloads, and the pages it writes."""

import base64
import gzip
import html
import json
import re
import zlib
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from conftest import few
from weightmaps import files, zoo
from weightmaps.digits import load_sample
from weightmaps.network import Network
from weightmaps.widgets import NetworkExplorer, bundle, page
from weightmaps.widgets.encode import decode_network


def random_network(sizes, seed=0, activations=None):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, n_in**-0.5, (n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    return Network(weights, [rng.normal(size=n) for n in sizes[1:]], activations)


class Sample(NamedTuple):
    images: np.ndarray
    labels: np.ndarray | None


def random_images(n=6, pixels=784, labels=2, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, pixels)).astype(np.float32) / np.float32(255)
    return Sample(images, np.arange(n) % labels)


NETWORK = random_network((784, 7, 3))
IMAGES = random_images()


@pytest.fixture
def explorer():
    return NetworkExplorer(NETWORK, *IMAGES)


# State


def test_what_argsort_returns_is_a_neuron(explorer):
    explorer.neuron = NETWORK.weights[1][2].argsort()[-1]
    assert type(explorer.neuron) is int
    assert explorer.neuron == NETWORK.weights[1][2].argmax()


def test_an_unknown_state_is_refused():
    with pytest.raises(TypeError, match="no colour; its state is neuron, output, sample, layer, step"):
        NetworkExplorer(NETWORK, *IMAGES, colour="red")


# Checkpoints


@pytest.mark.parametrize(
    ("network", "checkpoints", "words"),
    [
        (None, None, "network is None"),
        (None, {}, "checkpoints is empty"),
        (None, {5: NETWORK, 3: NETWORK}, r"steps \[5, 3\]; they must increase"),
        (None, {-1: NETWORK}, "they must increase, from 0"),
        (None, {"one": NETWORK}, "key 'one'"),
        (None, {0: NETWORK, 1: random_network((784, 8, 3))}, r"checkpoints\[1\].*784-8-3"),
        (NETWORK, {0: random_network((784, 7, 3), 5)}, "not the last of the checkpoints"),
    ],
)
def test_checkpoints_that_make_no_sense_are_refused(network, checkpoints, words):
    with pytest.raises(ValueError, match=words):
        NetworkExplorer(network, *IMAGES, checkpoints=checkpoints)


# Networks and images


def images(**change):
    return IMAGES._replace(**change)


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        (
            random_images(pixels=783),
            r"images is float32 of shape \(6, 783\); the network wants numbers, \(n, 784\)",
        ),
        (random_images(n=2001), r"images holds 2,001; give 1 to 2,000, for example images\[::10\]"),
        (random_images(n=0), "images holds 0"),
        (images(images=IMAGES.images * 255), r"must lie in \[0, 1\]"),
        (images(images=np.full((6, 784), np.nan)), r"must lie in \[0, 1\]"),
        (images(labels=np.arange(5)), r"labels is int64 of shape \(5,\) for 6 images"),
        (images(labels=np.zeros(6)), "labels is float64"),
        (images(labels=np.arange(6)), "labels holds 0 to 5; labels are 0 to 2"),
    ],
)
def test_images_that_do_not_fit_are_refused(digits, words):
    with pytest.raises(ValueError, match=words):
        NetworkExplorer(NETWORK, *digits)


def test_a_hidden_layer_is_wanted():
    with pytest.raises(ValueError, match=r"network has sizes \(784, 3\); the explorer shows hidden layers"):
        NetworkExplorer(random_network((784, 3)), *IMAGES)


def test_weights_beyond_float32_are_refused():
    with pytest.raises(ValueError, match="too large for float32"):
        NetworkExplorer(Network([[[1e39]], [[1.0]]], [[0.0], [0.0]]), *random_images(pixels=1, labels=1))


def test_outputs_must_be_named_one_by_one():
    with pytest.raises(ValueError, match="each of the 3 outputs"):
        NetworkExplorer(NETWORK, *IMAGES, outputs=("yes", "no"))


def test_images_that_are_not_square_need_a_shape():
    network, digits = random_network((12, 4, 2)), random_images(pixels=12)
    with pytest.raises(ValueError, match=r"images of 12 pixels are not square; pass shape"):
        NetworkExplorer(network, *digits)
    with pytest.raises(ValueError, match=r"shape is \(3, 5\)"):
        NetworkExplorer(network, *digits, shape=(3, 5))
    assert NetworkExplorer(network, *digits, shape=(3, 4))._images["shape"] == [3, 4]


def test_payloads_hold_every_weight_and_pixel():
    explorer = NetworkExplorer(NETWORK, *IMAGES)
    unit = explorer._network["unit"]
    [shown] = decode_network(explorer._network)
    wholes = shown.weights[0] / unit
    assert np.allclose(wholes, np.rint(wholes), rtol=0, atol=1e-3)
    assert 0 < np.abs(shown.weights[0] - NETWORK.weights[0]).max() < 1.1 * unit
    plain = [(shown.biases[0], NETWORK.biases[0]), (shown.weights[1], NETWORK.weights[1])]
    for array, wanted in [*plain, (shown.biases[1], NETWORK.biases[1])]:
        assert np.array_equal(array, wanted.astype("f4"))
    assert explorer._images["dtype"] == "uint8"
    pixels = np.frombuffer(zlib.decompress(explorer._images["data"]), "u1")
    assert np.array_equal(pixels.reshape(6, 784) / np.float32(255), IMAGES.images)


def largest_errors(network, shown, images):
    """How far each kind of number on screen is off, over all images."""
    exact, other = network.forward(images), shown.forward(images)
    errors = {
        f"{name}{k}": np.abs(getattr(other, name)[k] - getattr(exact, name)[k])
        for name in "za"
        for k in range(1, len(network.sizes))
    }
    contributions = {
        f"contribution{k}": errors[f"a{k}"] * np.abs(W).max(axis=0)
        for k, W in enumerate(network.weights[1:], 1)
    }
    return {name: error.max() for name, error in {**errors, **contributions}.items()}


DEEP = {
    "784-100-50-10": (random_network((784, 100, 50, 10), 1), None),
    "12-5-4-3-2": (random_network((12, 5, 4, 3, 2), 2), (3, 4)),
    "3072-64-10": (random_network((3072, 64, 10), 3, ("relu", "softmax")), (48, 64)),
}


@pytest.mark.parametrize("name", DEEP)
def test_networks_of_any_layers_are_shown_to_a_thousandth(name):
    network, shape = DEEP[name]
    digits = random_images(pixels=network.sizes[0])
    payload = NetworkExplorer(network, *digits, shape=shape)._network
    assert payload["sizes"] == [int(size) for size in name.split("-")]
    [shown] = decode_network(payload)
    assert (shown.sizes, shown.activations) == (network.sizes, network.activations)
    assert payload["unit"] is not None
    assert 0 < max(largest_errors(network, shown, digits.images.astype(float)).values()) < 1e-3


def test_a_payload_holds_the_steps_and_then_the_others():
    networks = [random_network((12, 5, 4, 2), seed) for seed in range(4)]
    explorer = NetworkExplorer(
        None,
        *random_images(pixels=12),
        shape=(3, 4),
        checkpoints={0: networks[0], 7: networks[1]},
        others={"b": networks[2], "a": networks[3]},
    )
    assert (explorer._network["steps"], explorer._network["others"]) == ([0, 7], ["b", "a"])
    shown = decode_network(explorer._network)
    for network, one in zip(networks, shown, strict=True):
        assert np.abs(one.weights[0] - network.weights[0]).max() < 2 * explorer._network["unit"]
        rest = zip(one.weights[1:] + one.biases, network.weights[1:] + network.biases, strict=True)
        assert all(np.array_equal(array, wanted.astype("f4")) for array, wanted in rest)


def test_one_odd_network_makes_the_unit_finer_for_all():
    fine = Network([0.01 * NETWORK.weights[0], NETWORK.weights[1]], NETWORK.biases)
    units = [
        NetworkExplorer(NETWORK, *IMAGES, others=others)._network["unit"]
        for others in (None, {"same": NETWORK}, {"fine": fine})
    ]
    assert units[0] == units[1] > units[2]


WITH_HIDDEN = [name for name in zoo.names() if len(zoo.RECIPES[name].sizes) > 2]


@pytest.mark.parametrize("name", few(WITH_HIDDEN, "nielsen", "zero-one"))
def test_every_network_that_ships_is_shown_to_a_thousandth(name):
    sample = load_sample()
    checkpoints = zoo.checkpoints(name) if "checkpoints" in zoo.card(name) else None
    digits = sample[::50] if zoo.load(name).sizes[-1] == 10 else sample.only(0, 1)[::10]
    payload = NetworkExplorer(zoo.load(name), *digits, checkpoints=checkpoints)._network
    networks = [zoo.load(name)] if checkpoints is None else list(checkpoints.values())
    assert (payload["unit"] is None) == (name == "relu-adam-l2")  # it takes whole floats to be that exact
    for network, shown in zip(networks, decode_network(payload), strict=True):
        errors = largest_errors(network, shown, sample.images.astype(float))
        assert max(errors.values()) < 1e-3, errors


def test_a_network_of_784_100_10_and_100_images_are_small_on_the_wire():
    text = html_of(NetworkExplorer(zoo.load("nielsen"), *load_sample()[::50]))
    _, images, network = (len(gzip.compress(script.encode(), 6)) for _, script in ASSET.findall(text))
    assert network <= 160_000
    assert images <= 30_000


def scaled(first, second=1.0, sizes=(784, 7, 3)):
    """A random network of identities, its layers' weights multiplied."""
    network = random_network(sizes, activations=("identity", "identity"))
    W1, W2 = network.weights
    return Network([first * W1, second * W2], network.biases, network.activations)


@pytest.mark.parametrize(
    ("network", "finer"),
    [(scaled(1), False), (scaled(0), False), (scaled(1, 10), True), (scaled(0.05), True)],
)
def test_the_unit_is_as_fine_as_numbers_and_colours_need(network, finer):
    payload = NetworkExplorer(network, *IMAGES)._network
    [shown] = decode_network(payload)
    assert (payload["unit"] < 1 / 40960) is finer
    assert max(largest_errors(network, shown, IMAGES.images.astype(float)).values()) < 1e-3
    W1 = network.weights[0]
    assert (np.abs(shown.weights[0] - W1).max(axis=1) <= np.abs(W1).max(axis=1) / 256).all()


@pytest.mark.parametrize("network", [scaled(1e6), scaled(1e-6), scaled(1, 1e6)])
def test_float32_is_kept_where_a_unit_would_show(network):
    payload = NetworkExplorer(network, *IMAGES)._network
    assert payload["unit"] is None
    [shown] = decode_network(payload)
    for name in ("weights", "biases"):
        for array, wanted in zip(getattr(shown, name), getattr(network, name), strict=True):
            assert np.array_equal(array, wanted.astype("f4"))


def test_a_network_of_many_weights_starts_with_a_coarser_unit():
    digits = load_sample()[::50]
    sizes = (784, 64, 10), (784, 63, 10)
    assert [NetworkExplorer(scaled(0, sizes=one), *digits)._network["unit"] for one in sizes] == [
        1 / 10240,
        1 / 40960,
    ]


def test_pixels_that_are_no_whole_255ths_keep_their_value():
    finer = images(images=IMAGES.images * np.float32(0.1234))
    payload = NetworkExplorer(NETWORK, *finer)._images
    assert payload["dtype"] == "float32"
    pixels = np.frombuffer(zlib.decompress(payload["data"]), "<f4")
    assert np.array_equal(pixels.reshape(6, 784), finer.images)


# The joined module


def test_the_join_drops_comments_and_keeps_text():
    text, style = bundle.module("explorer.js"), bundle.style("explorer.css")
    assert "/**" not in text
    assert "/*" not in style
    assert len(text) < 0.8 * sum(len(bundle.read(name)) for name in bundle.order("explorer.js"))


@pytest.mark.parametrize("name", bundle.order("explorer.js"))
def test_no_template_stands_within_another(name):
    """The minifier would take the words of the inner one for code, and drop their spaces."""
    assert re.findall(r"\$\{[^}`]*`.*", bundle.read(name)) == []


# HTML


ASSET = re.compile(r'<script>\(window\.weightmapsAssets \?\?= \{\}\)\["([0-9a-f]{16})"\] = (.*?);</script>')


def html_of(widget):
    return "".join(page.pieces(widget.get_state()))


def place_of(text):
    return json.loads(html.unescape(re.search(r'data-weightmaps="([^"]*)"', text)[1]))


def test_a_notebook_gets_the_widget_and_its_name(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert data["text/plain"] == "<NetworkExplorer of <Network 784-7-3, sigmoid/sigmoid>, 6 images>"


def test_html_carries_each_asset_under_its_key(explorer):
    explorer.neuron = 5
    text = html_of(explorer)
    place, assets = place_of(text), dict(ASSET.findall(text))
    assert place["state"] == {
        **{"neuron": 5, "output": 0, "sample": 0, "layer": 1, "step": None, "other": None, "view": "one"},
        **{"scales": "shared", "rank_by": "weight", "colour_by": "activation", "sorted": False},
        **{"ablated": [], "pixels": None, "panels": list(explorer.panels)},
    }
    assert list(assets) == [place["module"], place["images"], place["network"]]
    assert json.loads(assets[place["module"]]) == explorer._esm
    for name in ("images", "network"):
        data = json.loads(assets[place[name]])["data"]
        assert base64.b64decode(data) == getattr(explorer, f"_{name}")["data"]
    assert text.endswith(f"<script>{bundle.read('host.js')}</script>")


def test_the_same_parts_have_the_same_keys_on_every_page(explorer):
    other = NetworkExplorer(NETWORK, *random_images(seed=9), neuron=3)
    one, two = place_of(html_of(explorer)), place_of(html_of(other))
    assert one["module"] == two["module"]
    assert one["network"] == two["network"]
    assert one["images"] != two["images"]


def test_names_are_text_and_cannot_end_a_script():
    names = ('</script><b>"&', "<!--<script>", "$x^{$")
    text = html_of(NetworkExplorer(NETWORK, *IMAGES, outputs=names, output=1))
    assert text.count("</script") == len(ASSET.findall(text)) + 1 == 4
    assert "<!--" not in text
    assert "<b>" not in text
    _, network = ASSET.findall(text)[2]
    assert json.loads(network)["outputs"] == list(names)


def test_to_html_writes_a_complete_page(explorer, tmp_path):
    path = tmp_path / "mine.html"
    explorer.to_html(path, title="Ink & <paper>")
    text = path.read_text(encoding="utf-8")
    assert text.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>Ink &amp; &lt;paper&gt;</title>" in text
    assert '<meta charset="utf-8">' in text
    assert 'name="viewport"' in text
    assert html_of(explorer) in text
    assert list(tmp_path.iterdir()) == [path]


def test_to_html_leaves_the_old_file_when_it_fails(explorer, tmp_path, monkeypatch):
    path = tmp_path / "mine.html"
    path.write_text("old")

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        explorer.to_html(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_network_goes_by_its_name():
    assert NetworkExplorer(NETWORK, *IMAGES, name="mine")._network["name"] == "mine"
    with pytest.raises(ValueError, match="name is 3; it is text"):
        NetworkExplorer(NETWORK, *IMAGES, name=3)
