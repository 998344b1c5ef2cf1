"""Maps of images: what Python refuses, and dots found by pointer, touch and keyboard in a browser."""

import base64
import functools
import io
import itertools
import zlib

import numpy as np
import pytest
import traitlets
from PIL import Image

from conftest import few
from engine import Shown
from reader import (
    assert_fits,
    assert_no_barrier,
    check_still,
    html_of,
    part,
    settle,
    show,
    without_scripts,
)
from test_explorer import random_images, random_network
from weightmaps.digits import Digits
from weightmaps.widgets import ImageScatter, NetworkExplorer
from weightmaps.widgets import page as html_page

RNG = np.random.default_rng(0)
DIGITS = Digits(RNG.integers(0, 16, (40, 784)) / 15, np.arange(40) % 10)
MAPS = {"wide": RNG.normal(size=(40, 2)) * [2, 1], "<b>tall</b>": RNG.normal(size=(40, 2)) * [1, 2] + 9}
NOTES = [f"the network answers {k}" for k in DIGITS.labels]
CROSS = {"cross": np.array([[0, 0], [1, 0], [3, 0], [-2, 0], [0, 1], [0, -1], [0.6, 0.7]])}
FEW = DIGITS[:7]


@pytest.fixture
def scatter():
    return ImageScatter(MAPS, *DIGITS, notes=NOTES)


# Python


@pytest.mark.parametrize(
    ("maps", "digits", "notes", "words"),
    [
        ({}, DIGITS, None, "maps is empty"),
        ({"a": np.ones((39, 2))}, DIGITS, None, r"maps\['a'\] has shape \(39, 2\); 40 images want \(40, 2\)"),
        ({"a": np.full((40, 2), np.nan)}, DIGITS, None, "no numbers"),
        (MAPS, DIGITS[:0], None, "images holds 0; give 1 to 1,000"),
        (MAPS, DIGITS, ["one"], "notes has 1 texts for 40 images"),
    ],
)
def test_what_does_not_fit_together_is_refused(maps, digits, notes, words):
    with pytest.raises(ValueError, match=words):
        ImageScatter(maps, *digits, notes=notes)


@pytest.mark.parametrize(
    ("name", "value", "words"), [("chosen", 40, "images 0 to 39"), ("shown", [3, 11], "these images show")]
)
def test_a_state_out_of_range_is_refused_and_changes_nothing(scatter, name, value, words):
    before = getattr(scatter, name)
    with pytest.raises(traitlets.TraitError, match=words):
        setattr(scatter, name, value)
    assert getattr(scatter, name) == before


def test_places_travel_as_whole_numbers_on_one_scale_with_up_above_down():
    x, y = np.reshape(ImageScatter(CROSS, *FEW)._maps["points"][0], (7, 2)).T
    assert (x.min(), x.max()) == (0, 1000)
    assert x[2] - x[0] == 3 * (x[1] - x[0])
    assert y[4] < y[0] < y[5]
    assert y[0] - y[4] == x[1] - x[0]


def test_images_travel_in_sixteen_shades():
    smooth = Digits(np.linspace(0, 1, 784)[None].repeat(2, axis=0), np.array([0, 1]))
    images = ImageScatter({"a": np.eye(2)}, *smooth)._images
    pixels = np.frombuffer(zlib.decompress(images["data"]), np.uint8)
    assert set(pixels.tolist()) == {17 * k for k in range(16)}
    assert np.abs(pixels[:784] / 255 - smooth.images[0]).max() <= 1 / 30 + 1e-6


# In a browser


@pytest.fixture
def opened(page, tmp_path):
    return functools.partial(show, page, tmp_path)


def chosen(page):
    return int(part(page, "slider-chosen").input_value())


def place_of(page, scatter, image, which=0):
    """The middle of an image's dot on the screen, from the places that Python sent."""
    box = page.locator(".wm-field svg").nth(which).bounding_box()
    x, y = np.reshape(scatter._maps["points"][which], (-1, 2))[image]
    return box["x"] + (x + 40) / 1080 * box["width"], box["y"] + (y + 40) / 1080 * box["height"]


def ring(page, which):
    box = page.locator(".wm-dot").nth(which).bounding_box()
    return box["x"], box["y"]


def check(page, scatter, image):
    """Slider, sentence, option, rings and pictures all show the image."""
    settle(page)
    words = f"Image {image}: a {DIGITS.labels[image]}; {NOTES[image]}."
    assert chosen(page) == image
    assert part(page, "sentence").inner_text() == words
    for which in range(2):
        assert page.get_by_role("option").nth(which).get_attribute("aria-label") == words
        assert ring(page, which) == pytest.approx(place_of(page, scatter, image, which), abs=1)
        picture = page.locator(".wm-picture").nth(which)
        data = picture.evaluate("(canvas) => canvas.toDataURL()").partition(",")[2]
        seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("L"), dtype=float)
        assert np.corrcoef(seen.ravel(), -DIGITS.images[image])[0, 1] > 0.9


def test_pointing_at_a_dot_marks_its_image_in_both_maps(opened, scatter):
    page = opened(scatter)
    check(page, scatter, 0)
    for image, which in [(17, 0), (5, 1), (30, 0)]:
        page.mouse.move(*place_of(page, scatter, image, which))
        check(page, scatter, image)


def test_a_mouse_far_from_every_dot_changes_nothing_and_a_click_finds_the_nearest(opened):
    scatter = ImageScatter(CROSS, *FEW)
    page = opened(scatter)
    x, y = place_of(page, scatter, 2)
    page.mouse.move(x - 60, y)
    assert chosen(page) == 0
    page.mouse.click(x - 60, y)
    assert chosen(page) == 2


def test_a_finger_chooses_and_the_page_can_still_be_scrolled(new_page, tmp_path, scatter):
    page = new_page(viewport={"width": 360, "height": 900}, has_touch=True)
    show(page, tmp_path, scatter, 360)
    page.touchscreen.tap(*place_of(page, scatter, 21))
    check(page, scatter, 21)
    assert "pan-y" in page.locator(".wm-field").first.evaluate("(box) => getComputedStyle(box).touchAction")


def test_arrow_keys_go_to_the_nearest_dot_in_that_direction(opened):
    page = opened(ImageScatter(CROSS, *FEW))
    part(page, "map").focus()
    steps = [("Right", 1), ("Left", 0), ("Up", 6), ("Left", 4), ("Down", 0), ("Right", 1), ("Right", 2)]
    steps += [("Right", 2), ("Left", 1), ("Left", 0), ("Down", 5), ("Up", 0), ("Left", 3), ("Left", 3)]
    for key, image in steps:
        page.keyboard.press(f"Arrow{key}")
        assert chosen(page) == image, key


def test_digits_that_are_not_shown_are_faint_and_passed_over(opened):
    scatter = ImageScatter(CROSS, *FEW)
    page = opened(scatter)
    part(page, "show-1").focus()
    page.keyboard.press("Space")
    faint = page.locator(".wm-faint")
    assert faint.count() == 1
    assert faint.text_content() == "1"
    part(page, "map").focus()
    part(page, "show-6").set_checked(False)
    part(page, "map").press("ArrowRight")
    assert chosen(page) == 2
    page.mouse.click(*place_of(page, scatter, 1))
    assert chosen(page) == 0
    for k in (0, 2, 3, 4, 5):
        part(page, f"show-{k}").set_checked(False)
    page.mouse.click(*place_of(page, scatter, 4))
    assert chosen(page) == 0


def test_the_slider_reaches_every_image_and_names_are_text(opened, scatter):
    page = opened(scatter)
    part(page, "slider-chosen").press("End")
    check(page, scatter, 39)
    assert page.locator(".wm-map b").count() == 0
    assert page.locator(".wm-map .wm-title").nth(1).inner_text() == "<b>tall</b>"


@pytest.mark.parametrize(
    ("width", "scheme"), few(itertools.product((1280, 360), ("light", "dark")), (360, "light"))
)
def test_axe_finds_no_violation_and_nothing_scrolls_sideways(opened, page, scatter, scheme, width):
    page.emulate_media(color_scheme=scheme)
    opened(scatter, width)
    part(page, "show-4").click()
    page.locator(".wm-field").first.focus()
    assert_no_barrier(page)
    assert_fits(page)


def test_numerals_stand_out_from_their_ground(opened, page, scatter):
    """4.5 : 1 in both themes, for all ten colours."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        opened(scatter)
        colours = page.evaluate(
            """() => {
                const field = document.querySelector(".wm-field");
                const kinds = [...field.querySelectorAll(".wm-kind")];
                const colours = kinds.map((one) => getComputedStyle(one).fill);
                colours.unshift(getComputedStyle(field).backgroundColor);
                return colours.map((one) => one.match(/\\d+/g).map(Number));
            }"""
        )
        channels = np.array(colours)[:, :3] / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        light = linear @ [0.2126, 0.7152, 0.0722] + 0.05
        contrast = np.maximum(light[1:] / light[0], light[0] / light[1:])
        assert len(contrast) == 10
        assert contrast.min() > 4.5


def test_an_explorer_and_maps_share_a_page(page, tmp_path, scatter):
    explorer = NetworkExplorer(random_network((784, 7, 3)), *random_images())
    html_page.write(tmp_path / "it.html", [html_of(explorer), html_of(scatter)], "Both")
    page.goto((tmp_path / "it.html").as_uri())
    page.wait_for_function("document.querySelectorAll('[data-part=sentence]:not(:empty)').length == 2")
    part(page, "slider-chosen").press("End")
    assert part(page, "sentence").nth(1).inner_text().startswith("Image 39")
    assert part(page, "sentence").nth(0).inner_text().startswith("Neuron 0")


def test_without_scripts_there_is_a_picture(browser, tmp_path, scatter):
    scatter.chosen = 13
    scatter.to_html(tmp_path / "it.html")
    with without_scripts(browser, (tmp_path / "it.html").as_uri()) as page:
        check_still(page, "Image 13: a 3; the network answers 3.")


def test_incomplete_data_is_said_in_words_with_the_still_picture(page, tmp_path, scatter):
    scatter._maps = {**scatter._maps, "points": [[1, 2]]}
    scatter.to_html(tmp_path / "it.html")
    page.goto((tmp_path / "it.html").as_uri())
    assert "data is not complete" in part(page, "trouble").inner_text()
    assert page.locator(".wm-still").is_visible()


def test_a_live_kernel_is_heard_and_told_until_the_view_is_removed(scatter):
    shown = Shown(scatter, "scatter.js")
    shown.change(chosen=7)
    assert shown.text("sentence") == "Image 7: a 7; the network answers 7."
    shown.slide("chosen", 9)
    assert [one["chosen"] for one in shown.sent] == [9]
    assert shown.stop() == [0, []]
