"""What hands and browsers do to a page: fingers that scroll, reloading, saving, few colours."""

import numpy as np
import pytest

from reader import fingers, html_of, part, settle, wait_until
from test_explorer import random_images, random_network
from weightmaps.digits import Digits
from weightmaps.widgets import ImageScatter, NetworkExplorer
from weightmaps.widgets import page as html_page

IMAGES = random_images(n=12, labels=10)
EXPLORER = {"panels": ["input", "hidden", "outputs", "ledger", "ablate"], "neuron": 7}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page of two explorers and a map of images."""
    network, random = random_network((784, 30, 10), seed=1), np.random.default_rng(0)
    digits = Digits(random.integers(0, 16, (40, 784)) / 15, np.arange(40) % 10)
    widgets = [NetworkExplorer(network, *IMAGES, **EXPLORER, output=output) for output in (3, 4)]
    widgets.append(ImageScatter({"one": random.normal(size=(40, 2))}, *digits))
    path = tmp_path_factory.mktemp("hands") / "three.html"
    html_page.write(path, map(html_of, widgets), "Three")
    return path.as_uri()


def awake(page):
    """Scroll to each widget, so that all are drawn."""
    for place in page.locator(".weightmaps-explorer").all():
        place.scroll_into_view_if_needed()
        place.locator("[data-part=sentence]:not(:empty)").last.wait_for()
    wait_until(page, "!document.querySelector('.wm-still')")


def sentences(page):
    settle(page)
    return page.locator("[data-part=sentence]").all_inner_texts()


def change_all(page):
    for i, name in enumerate(("neuron", "output", "chosen")):
        slider = page.locator(".weightmaps-explorer").nth(i).locator(f"[data-part=slider-{name}]")
        slider.focus()
        page.keyboard.press("ArrowRight")


def test_reloading_keeps_every_widget_and_a_new_visit_none(page, address):
    page.goto(address)
    awake(page)
    fresh = sentences(page)
    change_all(page)
    changed = sentences(page)
    assert all(one != two for one, two in zip(fresh, changed, strict=True))
    wait_until(page, "location.hash === '#explorer=2&output=5'")  # what is at rest stands in the address
    page.wait_for_timeout(500)  # Chromium may forget what a page keeps that is left just then
    for fragment in ("", "#elsewhere"):
        page.evaluate("(fragment) => { location.hash = fragment || location.hash; }", fragment)
        page.reload()
        awake(page)
        assert sentences(page) == changed
    page.goto("about:blank")
    page.goto(address)
    awake(page)
    assert sentences(page) == fresh


def test_a_saved_page_comes_to_life(page, address, tmp_path):
    page.goto(address)
    awake(page)
    fresh = sentences(page)
    change_all(page)
    settle(page)
    saved = tmp_path / "saved.html"
    saved.write_text(page.content(), "utf-8")
    page.goto(saved.as_uri())
    awake(page)
    assert sentences(page) == fresh
    assert page.locator("[data-explorer]").count() == 3
    change_all(page)
    assert all(one != two for one, two in zip(sentences(page), fresh, strict=True))


@pytest.mark.parametrize("target", ["[data-part=slider-neuron]", "[data-part=map]"])
def test_a_swipe_that_scrolls_changes_nothing(new_page, address, target):
    page = new_page(viewport={"width": 390, "height": 600}, has_touch=True)
    page.goto(address)
    awake(page)
    before, send = sentences(page), fingers(page)
    one = page.locator(target).first
    one.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 100)")
    box, from_top = one.bounding_box(), page.evaluate("scrollY")
    x, y = box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"]
    send("Start", (x, y))
    for i in range(1, 12):
        send("Move", (x, y + 12 * i))
    send("End")
    wait_until(page, "(from) => scrollY !== from", from_top)
    assert sentences(page) == before
    one.tap(position={"x": 0.5 * box["width"], "y": 0.5 * box["height"]})
    settle(page)
    assert sentences(page) != before


def test_what_is_used_often_is_large_enough_for_a_finger(new_page, address):
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto(address)
    awake(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll(".wm :is(input, button, select, summary)")]
          .map((one) => one.closest(".wm-segments label") ?? one)
          .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
          .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_bars_and_what_is_chosen(new_page, address, scheme):
    page = new_page(forced_colors="active", color_scheme=scheme)
    page.goto(address)
    awake(page)
    style = "(one) => { const s = getComputedStyle(one); return [s.backgroundColor, s.outlineStyle]; }"
    paper = page.evaluate(style, page.query_selector("body"))[0]
    assert page.locator(".wm-answer .wm-fill").first.evaluate(style)[0] != paper
    assert page.locator(".wm-signed .wm-fill, .wm-fill").first.evaluate(style)[0] != paper
    for chosen in ("[aria-checked=true]", ".wm-chosen"):
        assert page.locator(chosen).first.evaluate(style)[1] == "solid"


def test_only_the_readers_own_changes_are_said_in_one_place(page, address):
    page.goto(address)
    awake(page)
    page.wait_for_timeout(700)
    heard = page.locator(".wm-announcer")
    assert heard.count() == 1
    assert heard.inner_text() == ""
    change_all(page)
    page.wait_for_timeout(700)
    assert heard.inner_text()
    part(page, "hidden-grid").first.focus()
    chosen = "document.activeElement.getAttribute('aria-activedescendant')"
    before = page.evaluate_handle(f"document.getElementById({chosen})")
    page.keyboard.press("ArrowRight")
    settle(page)
    now = page.evaluate_handle(f"document.getElementById({chosen})")
    assert page.evaluate("([one, two]) => one !== two && two.isConnected", [before, now])


def test_a_panel_is_one_stop_and_arrows_choose_within(page, address):
    page.goto(address)
    awake(page)
    one = page.locator(".weightmaps-explorer").first
    for name in ("output", "entry"):
        stops = one.locator(f"[data-part={name}][tabindex='0']")
        assert stops.count() == 1
    stop = one.locator("[data-part=output][tabindex='0']")
    assert stop.get_attribute("aria-checked") == "true"
    stop.focus()
    page.keyboard.press("ArrowDown")
    settle(page)
    assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "true"
    assert one.locator("[data-part=slider-output]").input_value() == "4"
