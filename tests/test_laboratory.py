"""The laboratory in a browser: it trains, goes back, hands its networks on, and lives in a link."""

import json
import re
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from conftest import slow
from weightmaps import interop, training

PUZZLE = training.Setup(digits=(0, 1), hidden=1, cost="cross_entropy", learning_rate=0.5)


@pytest.fixture
def lab(page, place):
    """A function that opens the laboratory with what follows its number in a link."""

    def opened(rest=""):
        page.goto(f"{place}/chapters/the-laboratory.html#explorer=1{rest}")
        page.locator(".wm-lab [data-part=start]").wait_for()
        return page.locator(".wm-lab")

    return opened


def part(lab, name):
    return lab.locator(f"[data-part={name}]")


def trained(lab, button="start"):
    part(lab, button).click()
    expect(part(lab, "sentence")).to_contain_text("At ")
    expect(part(lab, "start")).to_have_text("Go on", timeout=30_000)
    return part(lab, "sentence").inner_text()


def downloaded(lab, button, folder):
    with lab.page.expect_download() as found:
        part(lab, button).click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return interop.read(path)


def test_the_page_trains_what_python_trains_and_hands_it_on(lab, tmp_path):
    here = lab()
    said = trained(here)
    assert "At epoch 30, A is right on 99.5%" in said
    for button, changes in (("save-a", {}), ("save-b", {"hidden_scale": 0.0})):
        network = downloaded(here, button, tmp_path)
        wanted = training.lab(training.Setup(**{**vars(PUZZLE), **changes}), epochs=30)
        for found, exact in zip(
            network.weights + network.biases, wanted.weights + wanted.biases, strict=True
        ):
            assert np.abs(found - exact).max() < 1e-6 * np.abs(exact).max()  # float32 in the file
    part(here, "open").click()
    inner = here.locator(".wm").first
    inner.locator("[data-part=panel-outputs]").first.wait_for()
    assert inner.locator("[data-part=panel-weight_map]").count() == 2


@pytest.mark.parametrize("width", [390, slow(1280)])
def test_room_for_what_comes_out_is_held_from_the_first_step_on(lab, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    here = lab()
    top = "document.querySelector('.wm-lab [data-part=slider-moment]').getBoundingClientRect().top + scrollY"
    waiting = page.evaluate(top)
    held = part(here, "start").evaluate(f"(one) => {{ one.click(); return {top}; }}")
    expect(part(here, "start")).to_have_text("Go on", timeout=30_000)
    assert part(here, "sentence").inner_text().startswith("At epoch 30")
    assert waiting + 100 < held == page.evaluate(top)
    part(here, "select-preset").select_option("start")
    assert page.evaluate(top) < held - 100


def test_taking_the_start_away_and_going_back_change_what_is_shown(lab):
    here = lab("&preset=logistic")
    assert part(here, "look-without_start").is_checked()
    without = trained(here)
    assert "with maps without the start" in without
    part(here, "look-without_start").uncheck()
    expect(part(here, "sentence")).not_to_contain_text("without the start")
    slider = part(here, "slider-moment")
    slider.focus()
    slider.press("Home")
    expect(part(here, "sentence")).to_have_text(re.compile("^At step 0,"))


def test_one_step_is_one_step_and_a_change_begins_anew(lab):
    here = lab()
    assert "At step 1," in trained(here, "step")
    assert "At step 2," in trained(here, "step")
    here.locator("summary").click()
    part(here, "set-b-cost").select_option('"quadratic"')
    assert "its cause is not isolated" in part(here, "difference").inner_text()
    assert part(here, "sentence").inner_text().startswith("Press Start")
    assert "b=" in here.page.url


@pytest.mark.parametrize(
    "rest",
    [
        "&preset=nonsense",
        slow(f"&a={quote(json.dumps({'hidden': 0}))}"),
        slow("&epochs=0"),
        slow("&b=%7B%22outputs%22%3A%22relu%22%7D"),
    ],
)
def test_a_link_that_cannot_be_trained_is_said_and_ignored(lab, rest):
    here = lab(rest)
    assert "could not be read" in part(here, "link-note").inner_text()
    assert part(here, "select-preset").input_value() == "puzzle"


def test_a_link_sets_the_laboratory_up(lab):
    here = lab("&preset=start")
    assert part(here, "select-preset").input_value() == "start"
    here.page.evaluate("location.hash = '#explorer=1&preset=decay'")
    here.page.wait_for_function(
        "document.querySelector('.wm-lab [data-part=difference]').textContent.includes('λ')"
    )
    assert part(here, "link-note").inner_text() == ""


def test_without_the_images_it_says_so(page, site, serve):
    page.goto(f"{serve(site)}/chapters/the-laboratory.html#explorer=1")
    here = page.locator(".wm-lab")
    part(here, "start").wait_for()
    late = "**/_static/weightmaps/*.js"
    page.route(late, lambda route: route.fulfill(status=200, body="", content_type="text/javascript"))
    part(here, "start").click()
    expect(part(here, "sentence")).to_contain_text("The images could not be loaded")
    expect(part(here, "start")).to_have_text("Start")
