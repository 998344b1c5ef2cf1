"""The explorers of the built site, by mouse, keyboard and touch: what they answer, and what can be kept."""

import csv

import numpy as np
import pytest
from PIL import Image

from conftest import slow
from reader import (
    TOLERANCE,
    Reader,
    drawn_on,
    number,
    numbers,
    open_chapter,
    part,
    slider_value,
)
from test_site import PAGES
from weightmaps import attribution, digits, zoo
from weightmaps.widgets import NetworkExplorer
from weightmaps.widgets.encode import decode_network

IMAGES = digits.load_sample()[::10]
[NETWORK] = decode_network(NetworkExplorer(zoo.load("nielsen"), *IMAGES)._network)  # as the page has it
SAMPLE, NEURON, OUTPUT = 165, 87, 3  # what the workbench opens with
X = IMAGES.images.astype(float)
READERS = {
    "mouse, wide": ("mouse", 1280, "http"),
    "touch, narrow": ("touch", 360, "file"),
    "keyboard, wide": ("keyboard", 1280, "file"),
    "mouse, narrow": ("mouse", 360, "file"),
}
SOME = ["mouse, wide", "touch, narrow", *(slow(name) for name in ("keyboard, wide", "mouse, narrow"))]


@pytest.fixture(params=SOME)
def reader(request, new_page, site, serve):
    hand, width, place = READERS[request.param]
    page = new_page(viewport={"width": width, "height": 900}, has_touch=hand == "touch")
    yield Reader(page, hand, serve(site) if place == "http" else site.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def check_outputs(page, x, network=NETWORK):
    assert numbers(page, "output-value") == pytest.approx(network.forward(x).a[2].tolist(), abs=TOLERANCE)


def test_neurons_are_found_looked_at_and_switched_off(reader):
    page = reader.open("workbench")
    neuron = reader.slide("neuron", 0.3)
    assert neuron != NEURON
    trace = NETWORK.forward(X)
    assert numbers(page, "z") == pytest.approx([trace.z[1][SAMPLE, neuron]], abs=TOLERANCE)
    reader.press(part(page, "driver").nth(10))
    sample = slider_value(page, "sample")
    assert sample == np.argsort(trace.z[1][:, neuron], kind="stable")[2]
    reader.press(part(page, "entry").nth(1))
    ledger = attribution.ledger(NETWORK, X[sample], OUTPUT)
    assert slider_value(page, "neuron") == ledger.neurons[1]
    reader.choose("sort", "contribution")
    reader.choose("colour", "mean")
    reader.pick("find-grid", 3)
    neuron = slider_value(page, "neuron")
    assert neuron == ledger.neurons[3]
    mean = trace.a[1][IMAGES.labels == OUTPUT, neuron].mean()
    assert number(part(page, "measure")) == pytest.approx(mean, abs=TOLERANCE)
    reader.press(part(page, "switch"))
    heard = attribution.ablate(NETWORK, [neuron])
    check_outputs(page, X[sample], heard)
    right = (heard.predict(X) == IMAGES.labels).sum()
    assert part(page, "accuracy").inner_text() == f"{right} ({right / 5:.1f}%)"
    kept = reader.slide("keep", 0.2)
    reader.press(part(page, "keep"))
    check_outputs(page, X[sample], attribution.ablate(NETWORK, ledger.neurons[kept:]))
    reader.press(part(page, "all-on"))
    check_outputs(page, X[sample])


def test_what_is_shown_can_be_kept(reader):
    page = reader.open("workbench")
    sample = reader.slide("sample", 0.4)
    reader.press(part(page, "switch"))
    reader.choose("sort", "mean")
    reader.press(part(page, "copy-link"))
    other = page.context.new_page()
    other.goto(page.url)
    drawn_on(other)
    for name in ("sentence", "measure", "accuracy", "ablated", "verdict"):
        assert part(other, name).inner_text() == part(page, name).inner_text(), name
    assert slider_value(other, "sample") == sample
    other.close()
    with page.expect_download() as picture:
        reader.press(part(page, "save-picture"))
    width = page.locator(".wm").bounding_box()["width"]
    with Image.open(picture.value.path()) as image:
        assert (image.format, image.width) == ("PNG", pytest.approx(2 * width, abs=2))
    with page.expect_download() as table:
        reader.press(part(page, "download-numbers"))
    rows = list(csv.DictReader(table.value.path().read_text(encoding="utf-8").splitlines()))
    trace = attribution.ablate(NETWORK, [NEURON]).forward(X[sample])
    wanted = np.concatenate([trace.a[1], trace.a[2]])
    assert [float(row["activation"]) for row in rows] == pytest.approx(wanted.tolist(), abs=TOLERANCE)


# Open to everyone


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_a_finger_finds_every_control_and_nothing_scrolls_sideways(new_page, site, name):
    page = open_chapter(new_page(viewport={"width": 360, "height": 900}), site.as_uri(), name)
    controls = page.locator(".wm :is(button, select, input):visible")
    sizes = controls.evaluate_all(
        """(all) => all.map((one) => {
            const { width, height } = one.getBoundingClientRect();
            return [one.dataset.part, width, height];
        })"""
    )
    assert len(sizes) >= 3
    assert [one for one in sizes if min(one[1:]) < 24] == []
    page.set_viewport_size({"width": 320, "height": 450})  # as 640 wide, twice as large
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_nothing_moves_by_itself_and_paper_shows_panels_and_no_controls(new_page, site):
    page = new_page(reduced_motion="reduce", color_scheme="dark")
    open_chapter(page, site.as_uri(), "workbench")
    part(page, "switch").click()
    moving = page.evaluate(
        """[...document.querySelectorAll(".weightmaps-explorer, .weightmaps-explorer *")].filter((one) => {
            const { transitionDuration, animationName } = getComputedStyle(one);
            return one.getAnimations().length || animationName !== "none" || parseFloat(transitionDuration);
        }).map((one) => one.className)"""
    )
    assert moving == []
    page.emulate_media(media="print", color_scheme="dark")
    panels = page.locator(".wm-panel")
    assert panels.count() >= 4
    assert all(panel.is_visible() for panel in panels.all())
    controls = page.locator(".wm :is(input, select, .wm-button):visible")
    assert controls.evaluate_all("(all) => all.map((one) => one.dataset.part)") == []
    ground = page.locator(".wm").evaluate("(one) => getComputedStyle(one).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")
