"""The page that ``weightmaps explore`` writes, from a file: its numbers, its words, axe."""

import itertools

import numpy as np
import pytest

from conftest import few
from reader import (
    TOLERANCE,
    assert_fits,
    assert_no_barrier,
    check_still,
    drawn_on,
    number,
    numbers,
    part,
    settle,
    slider_value,
    wait_until,
    without_scripts,
)
from test_explorer import random_network
from weightmaps import digits
from weightmaps.__main__ import main
from weightmaps.analysis.evaluation import overview, subsample
from weightmaps.cli.explore import MOST_IMAGES
from weightmaps.interop.images import Images
from weightmaps.network import Network

RNG = np.random.default_rng(0)
SAMPLE = digits.load_sample()[::8]


def pictures(sides, count=30, top=255):
    return RNG.integers(0, top, (count, *sides), dtype=np.uint8, endpoint=True)


# Network, images as they stand in the file, labels, and more arguments.
KINDS = {
    "digits": (
        random_network((784, 30, 10), 1, ("relu", "softmax")),
        np.round(255 * SAMPLE.images).astype(np.uint8).reshape(-1, 28, 28),
        SAMPLE.labels,
        [],
    ),
    "two layers": (random_network((48, 9, 7, 3), 2), pictures((8, 6)), RNG.integers(0, 3, 30), []),
    "colours": (random_network((144, 9, 3), 3), pictures((6, 8, 3)), RNG.integers(0, 3, 30), []),
    "table": (
        random_network((5, 9, 3), 4, ("tanh", "softmax")),
        RNG.normal(size=(30, 5)),
        RNG.integers(0, 3, 30),
        [],
    ),
    "no labels": (random_network((48, 9, 3), 5), pictures((8, 6)), None, ["--outputs", "cat,<b>dog,a&b"]),
    "to 16": (
        random_network((64, 9, 3), 6),
        pictures((8, 8), top=16).astype(float),
        RNG.integers(0, 3, 30),
        [],
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page of each kind, written by the command."""
    folder = tmp_path_factory.mktemp("pages")
    for name, (network, images, labels, more) in KINDS.items():
        network.save(folder / "network.npz")
        entries = {"images": images} if labels is None else {"images": images, "labels": labels}
        np.savez(folder / "given.npz", **entries)
        files = [str(folder / "network.npz"), "--images", str(folder / "given.npz")]
        assert main(["explore", *files, *more, "-o", str(folder / f"{name}.html")]) == 0
    return folder


def opened(page, folder, name):
    page.goto((folder / f"{name}.html").as_uri())
    return drawn_on(page)


def shown(name):
    """The network, and the images of the page in their order, as the file has them."""
    network, images, labels, _ = KINDS[name]
    images = Images(images)
    which, _ = subsample(overview(network, images, labels, progress=False), labels, MOST_IMAGES)
    return network, images.numbers(which).astype(float)


def check(page, network, images):
    """Numbers on screen are NumPy's, for the state that the sliders show."""
    settle(page)
    neuron, sample = slider_value(page, "neuron"), slider_value(page, "sample")
    trace = network.forward(images[sample])
    assert number(part(page, "z")) == pytest.approx(trace.z[1][neuron], abs=TOLERANCE)
    assert number(part(page, "product-activation")) == pytest.approx(trace.a[1][neuron], abs=TOLERANCE)
    assert numbers(page, "output-value") == pytest.approx(trace.a[-1].tolist(), abs=TOLERANCE)


@pytest.mark.parametrize("name", KINDS)
def test_the_page_shows_the_networks_answers_to_the_files_images(page, folder, name):
    network, images = shown(name)
    opened(page, folder, name)
    for key in ("End", "ArrowLeft", "Home"):
        part(page, "slider-sample").press(key)
        part(page, "slider-neuron").press(key)
        check(page, network, images)


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    few(
        itertools.product(KINDS, ("light", "dark"), (1280, 360)),
        ("digits", "light", 1280),
        ("table", "dark", 360),
    ),
)
def test_axe_finds_no_violation_and_nothing_scrolls_sideways(new_page, folder, name, scheme, width):
    page = opened(new_page(viewport={"width": width, "height": 900}, color_scheme=scheme), folder, name)
    settle(page)
    assert_no_barrier(page)
    assert_fits(page)


def test_the_page_says_what_it_holds(page, folder):
    network, *_ = KINDS["digits"]
    opened(page, folder, "digits")
    words = page.locator("main").inner_text()
    right = int((network.predict(SAMPLE.images) == SAMPLE.labels).sum())
    assert f"Over all 625 images it is right {right} times, {right / 625:.2%}." in words
    assert f"This page holds {MOST_IMAGES} of the 625: " in words
    assert "The images are bytes, 0 to 255, and were divided by 255." in words
    assert page.locator("h2").inner_text() == "Over all 625 images"
    assert slider_value(page, "sample") == 0
    assert part(page, "slider-sample").get_attribute("max") == str(MOST_IMAGES - 1)
    opened(page, folder, "to 16")
    assert "Pixels run from 0 to 16; they are shown as ink" in page.locator("main").inner_text()
    opened(page, folder, "table")
    assert part(page, "pad").count() == 0
    assert "input 4" in part(page, "panel-weight_map").inner_text()


def test_without_a_script_there_is_a_picture(browser, folder):
    with without_scripts(browser, (folder / "digits.html").as_uri()) as page:
        check_still(page, r"Neuron \d+ answers")
        assert page.locator(".wm-still img").count() > 3


def test_very_many_maps_are_drawn_when_asked_for(page, tmp_path):
    wide = Network(
        [RNG.normal(size=(2600, 784)) / 28, RNG.normal(size=(3, 2600)) / 50], [np.zeros(2600), np.zeros(3)]
    )
    wide.save(tmp_path / "wide.npz")
    np.savez(tmp_path / "given.npz", images=pictures((28, 28), 5))
    files = [str(tmp_path / "wide.npz"), "--images", str(tmp_path / "given.npz")]
    assert main(["explore", *files, "-o", str(tmp_path / "wide.html")]) == 0
    opened(page, tmp_path, "wide")
    assert part(page, "maps-grid").is_hidden()
    assert "So many are drawn only when you ask." in part(page, "panel-maps").inner_text()
    part(page, "draw-maps").press("Enter")
    settle(page)
    assert part(page, "maps-grid").is_visible()
    assert part(page, "maps-grid").evaluate("(grid) => grid === document.activeElement")
    wait_until(page, f"document.querySelector('[data-part=maps-grid] canvas').width === {51 * 30}")
