"""The still picture of each widget, drawn by its own JavaScript: numbers, words, pictures, the engine."""

import base64
import io
import re
import sys

import numpy as np
import pytest
from bs4 import BeautifulSoup
from ipywidgets.embed import dependency_state
from PIL import Image

from bookbuild import widgets as book
from weightmaps import attribution, training
from weightmaps.training import Setup
from weightmaps.widgets import (
    PANELS,
    ImageScatter,
    Lab,
    MapGame,
    NetworkDrop,
    NetworkExplorer,
    TwoInputs,
    page,
    still,
)
from weightmaps.widgets.encode import decode_network

rng = np.random.default_rng(0)
SQUARES = np.round(rng.random((30, 16)) * 255) / 255
LABELS = np.arange(30) % 3
HOSTILE = ("<b>", '"&amp;', "</script><script>alert(1)</script>")


def start(sizes, seed=0):
    return training.initialise(sizes, scale="unit", seed=seed)


NETWORK, OTHER = (start((16, 7, 5, 3), seed=seed) for seed in (0, 1))
DEEP = {"layer": 2, "neuron": 3, "output": 1, "sample": 4}


def explorer(**options):
    return NetworkExplorer(NETWORK, SQUARES, LABELS, **{"panels": PANELS, **options})


def compared():
    return explorer(others={"rival": OTHER}, view="compare", other="rival", outputs=HOSTILE)


def coloured():
    options = {"shape": (3, 2, 4), "panels": PANELS[1:]}
    return NetworkExplorer(start((24, 5, 3)), rng.random((9, 24)), LABELS[:9], **options)


def tabular():
    table, names = 10 * rng.normal(size=(12, 4)), [*HOSTILE, "height"]
    network = start((4, 6, 1), seed=0)
    return NetworkExplorer(network, table, features=names, panels=PANELS[1:])


def playground():
    return TwoInputs(data="xor", hidden=4, seed=1, neuron=3)


def game():
    networks = {name: start((784, 12, 10), seed=seed) for seed, name in enumerate(HOSTILE[:2])}
    return MapGame(networks, rng.random((40, 784)), np.arange(40) % 10)


def scatter():
    maps = {name: rng.normal(size=(20, 2)) for name in HOSTILE[:2]}
    return ImageScatter(maps, rng.random((20, 784)), np.arange(20) % 10, notes=["<i>"] * 20, chosen=7)


def drop():
    return NetworkDrop(NETWORK, SQUARES, LABELS)


def lab():
    return Lab(Setup(hidden=4), hidden_scale=0.1, epochs=3)


WIDGETS = {
    make.__name__: make()
    for make in (explorer, compared, coloured, tabular, playground, game, scatter, drop, lab)
}
each = pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)


def html_of(widget):
    return page.still_html(widget.get_state(), page.data_url)


def soup(widget):
    return BeautifulSoup(html_of(widget), "html.parser")


def panel(of, name):
    return of.select_one(f".wm-{name}")


def numbers(element):
    """The numbers that an element shows, each in a place of its own."""
    return [float(one.text.replace("−", "-")) for one in element.select(".wm-number")]


def picture(element):
    """The colours of the first picture in an element."""
    source = element.select_one("img")["src"].removeprefix("data:image/png;base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source))).convert("RGB"))


# Every widget


@each
def test_a_still_shows_and_does_nothing(widget):
    found = soup(widget)
    assert found.select("script, button, option, style, a, [id], [for], [href]") == []
    attributes = {name for one in found.find_all() for name in one.attrs}
    assert not [name for name in attributes if re.match("on|data-|tabindex", name)]
    assert found.select("b, i") == []  # names are text


@each
def test_a_still_can_be_read_without_eyes(widget):
    found = soup(widget)
    place = found.select_one(".wm-still")
    assert place["role"] == "group"
    assert place["aria-label"].removeprefix("A still picture. ") == found.select_one(".wm-sentence").text
    assert len(place["aria-label"]) > 30
    for one in found.select("img"):
        hidden = one.find_parent(attrs={"role": "img"}) or one.find_parent(
            class_=["wm-card", "wm-pad", "wm-field"]
        )
        assert one["alt"] or hidden
    for one in found.select("[role]"):
        assert len(one["aria-label"]) >= 4


@each
def test_a_still_is_the_same_whenever_it_is_drawn(widget):
    assert html_of(widget) == html_of(widget)


@each
def test_the_book_draws_the_same_still_from_what_a_notebook_saved(widget):
    traits = book.traits_of(dependency_state(widget, drop_defaults=False)[widget.model_id])
    assert traits == widget.get_state()
    text, files = book.render(traits, "../_static/weightmaps")
    names = dict(re.findall(r'(?:src|href)="(\.\./_static/weightmaps/([^"]+))"', text))
    assert set(names.values()) <= set(files)
    for name, data in files.items():
        if name.endswith(".png"):
            assert len(data) > book.INLINE
            text = text.replace(f"../_static/weightmaps/{name}", page.data_url(data))
    assert html_of(widget) in text
    assert text.count("<script") == 1  # the host, which asks for the others
    styles = [name for name in names.values() if name.endswith(".css")]
    assert b"".join(map(files.get, styles)).decode() == widget._css
    assert book.render(traits, "../_static/weightmaps")[1] == files


@each
def test_a_live_notebook_draws_no_still(widget, monkeypatch):
    monkeypatch.setattr(still, "Engine", None)
    data, _ = widget._repr_mimebundle_()
    assert set(data) == {"text/plain", book.VIEW}


@each
def test_a_page_written_without_an_engine_says_so_in_one_sentence(widget, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)
    widget.to_html(tmp_path / "it.html")
    text = (tmp_path / "it.html").read_text("utf-8")
    assert f">{page.NO_STILL}</div>" in text
    assert "window.weightmapsAssets" in text


# Numbers; that those of every panel are NumPy's, test_panels.py shows


def test_the_explorer_shows_what_numpy_computes():
    widget = explorer(**DEEP, ablated=[(1, 2, 0), (2, 1, 0.5)])
    found, [network] = soup(widget), decode_network(widget._network)
    heard = attribution.ablate(attribution.ablate(network, [2]), [1], layer=2, by=0.5)
    trace = heard.forward(SQUARES[4])
    assert numbers(panel(found, "outputs")) == pytest.approx(trace.a[3], abs=5.6e-3)
    assert "wm-answer" in panel(found, "outputs").select(".wm-bar")[trace.a[3].argmax()]["class"]
    b, z = network.biases[1][3], trace.z[2][3]
    wanted = [b, z - b, z, trace.a[2][3]]
    assert numbers(panel(found, "product")) == pytest.approx(wanted, abs=5.6e-3)
    assert panel(found, "input").select_one("img")["alt"] == "This is a 1 (image 4 of 30, counted from 0)."


def test_the_pictures_have_the_colours_of_the_page():
    widget = explorer(sample=5, neuron=2)
    found, [network] = soup(widget), decode_network(widget._network)
    ink = picture(panel(found, "input")).reshape(16, 3)
    assert np.array_equal(ink.argmin(axis=0), [SQUARES[5].argmax()] * 3)
    assert (np.ptp(ink, axis=1) == 0).all()
    red, _, blue = picture(panel(found, "weight_map")).reshape(16, 3).astype(int).T
    w = network.weights[0][2]
    clear = np.abs(w) > 0.05 * np.abs(w).max()
    assert np.array_equal(red[clear] > blue[clear], w[clear] > 0)


def test_the_playground_shows_its_network():
    found, network = soup(WIDGETS["playground"]), WIDGETS["playground"].network
    assert numbers(panel(found, "sum")) == pytest.approx(network.biases[1], abs=5.6e-3)
    assert len(panel(found, "neurons").select(".wm-over")) == 4
    assert picture(panel(found, "sum")).shape == (40, 40, 3)


def test_the_game_asks_its_first_question():
    first, *_ = WIDGETS["game"]._rounds["rounds"]
    words = "Map 1 of 10. Which digit drives this neuron more, {} or {}?".format(*first["pair"])
    assert soup(WIDGETS["game"]).select_one(".wm-sentence").text == words


def test_the_scatter_marks_its_image_in_every_map():
    found = soup(WIDGETS["scatter"])
    fields = found.select("[role=img]")
    assert [one["aria-label"] for one in fields] == [f"{name}: Image 7: a 7; <i>." for name in HOSTILE[:2]]
    assert [len(one.svg.get_text()) for one in fields] == [20, 20]  # a numeral an image


# The engine


def test_the_engine_evaluates_over_values():
    engine = still.Engine(
        "const twice = (v) => 2 * v, later = (ms) => new Promise((done) => setTimeout(done, ms));"
    )
    assert engine.evaluate("twice(n)", n=4) == 8
    assert engine.evaluate("await later(500), Date.now()") == 500
    found = engine.evaluate(
        "[x, y.length, [...z], new Float32Array(2), -0, undefined]", x=np.inf, y="−", z=b"ab"
    )
    assert found[:4] == [np.inf, 1, [97, 98], [0, 0]]
    assert np.signbit(found[4])
    assert found[5] is None
    assert engine.evaluate("m.w[1]", m={"w": np.array([1.0, np.nan])}) != 0


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("nobody()", "nobody is not defined"),
        ("await new Promise(() => {})", "awaits what never comes"),
        ("(() => { throw new Error('enough') })()", "enough"),
    ],
)
def test_what_goes_wrong_in_the_engine_is_said(expression, words):
    with pytest.raises(RuntimeError, match=words):
        still.Engine("").evaluate(expression)
