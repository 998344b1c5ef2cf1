"""The explorer in a browser: pointer, touch, keyboard, focus, colours, layout and faults."""

import re

import numpy as np
import pytest
from matplotlib import colormaps

from reader import (
    assert_fits,
    check_still,
    html_of,
    number,
    numbers,
    opened,
    part,
    pixels,
    settle,
    show,
    slider_value,
    wait_until,
)
from test_explorer import random_images, random_network
from test_panels import SMALL, small
from weightmaps import attribution, figures
from weightmaps.widgets import PANELS, NetworkExplorer, bundle
from weightmaps.widgets import page as html_page
from weightmaps.widgets.encode import decode_network

IMAGES = random_images(n=12, labels=10)
NETWORK = random_network((784, 100, 10), seed=1)
STEPS = {step: small(seed, sizes=(12, 5, 3)) for seed, step in enumerate((0, 10, 1000))}
LAYERS = small(3, sizes=(12, 5, 4, 3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of explorers as single files."""
    folder = tmp_path_factory.mktemp("explorers")
    NetworkExplorer(NETWORK, *IMAGES, panels=PANELS, neuron=42, output=3).to_html(folder / "all.html")
    steps(panels=PANELS).to_html(folder / "steps.html")
    NetworkExplorer(LAYERS, *SMALL, shape=(3, 4), panels=PANELS, neuron=4).to_html(folder / "layers.html")
    compare = {"view": "compare", "other": 0, "sorted": True, "neuron": 2}
    steps(panels=PANELS, **compare).to_html(folder / "compare.html")
    many = random_network((784, 5, 20), 1)
    NetworkExplorer(many, *random_images(n=50, labels=20), panels=["ablate"]).to_html(folder / "many.html")
    return folder


@pytest.fixture
def everything(page, folder):
    """The explorer with every panel, opened."""
    return opened(page, folder.as_uri(), "all")


def steps(**options):
    return NetworkExplorer(None, *SMALL, shape=(3, 4), checkpoints=STEPS, **options)


def check(page, network, digits, neuron, sample):
    """A number of each kind is NumPy's, for what the sliders should now say."""
    settle(page)
    assert (slider_value(page, "neuron"), slider_value(page, "sample")) == (neuron, sample)
    trace = network.forward(digits.images[sample].astype(float))
    assert number(part(page, "z")) == pytest.approx(trace.z[1][neuron], abs=1e-3)
    assert numbers(page, "output-value") == pytest.approx(trace.a[2].tolist(), abs=1e-3)
    assert f"Neuron {neuron} answers" in part(page, "sentence").inner_text()


def test_pictures_have_the_colours_of_the_figures(everything):
    """The weight map, of the weights as coded, and the image, pixel by pixel, to one level in rounding."""
    [shown] = decode_network(NetworkExplorer(NETWORK, *IMAGES)._network)
    weights, x = shown.weights[0][42], IMAGES.images[0]
    shares = {"weight_map": (weights / np.abs(weights).max() + 1) / 2, "input": x.astype(float)}
    maps = {"weight_map": figures.SIGNED, "input": figures.INK}
    for name, share in shares.items():
        off = np.abs(pixels(everything, f".wm-{name} > canvas") - 255 * colormaps.get_cmap(maps[name])(share))
        # Between two of the 256 levels rounding decides; one level is 3.2 where the colours are steepest.
        between = np.abs(256 * share - np.rint(256 * share)) < 1e-3
        assert off[~between].max() <= 2, name
        assert off.max() < 3.3, name


# By keyboard, pointer and finger


def test_sliders_obey_keyboard_and_mouse(everything):
    page = everything
    for name, first, last in [("sample", 0, 11), ("neuron", 0, 99), ("output", 0, 9), ("rank", 1, 100)]:
        slider = part(page, f"slider-{name}")
        slider.focus()
        keys = {"Home": 0, "ArrowRight": 1, "ArrowUp": 2, "ArrowLeft": 1}
        for key, value in [*((key, first + more) for key, more in keys.items()), ("End", last)]:
            page.keyboard.press(key)
            settle(page)
            assert slider_value(page, name) == value
        check(page, NETWORK, IMAGES, slider_value(page, "neuron"), slider_value(page, "sample"))
        box = slider.bounding_box()
        slider.click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
        settle(page)
        wanted = first + 0.75 * (last - first)
        assert slider_value(page, name) == pytest.approx(wanted, abs=1 + 0.02 * last)
        check(page, NETWORK, IMAGES, slider_value(page, "neuron"), slider_value(page, "sample"))
    sample = slider_value(page, "sample")
    words = f"{sample}, label {IMAGES.labels[sample]}"
    assert part(page, "slider-sample").get_attribute("aria-valuetext") == words


def test_on_a_phone_a_slider_shares_a_row_with_its_words_or_its_button(page, folder):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, folder.as_uri(), "steps")

    def rows():
        return [
            [one.bounding_box() for one in slider.locator(":scope > :visible").all()]
            for slider in page.locator(".wm-sliders > :visible").all()
        ]

    *plain, (label, words, slider, play) = first = rows()
    assert len(plain) == 3
    for beside in (*plain, (label, words), (slider, play)):
        middles = [box["y"] + box["height"] / 2 for box in beside]
        assert max(middles) - min(middles) < 4
    for _, _, slider in plain:
        assert slider["width"] > 150
        assert slider["height"] == 44
    part(page, "slider-sample").press("End")
    settle(page)
    assert rows() == first


def test_grids_obey_the_pointer_and_keep_the_focus(everything):
    page = everything
    order = attribution.ledger(NETWORK, IMAGES.images[0].astype(float), 3).neurons
    places = {
        "hidden-grid": (0.35, 0.75, 73),
        "maps-grid": (0.65, 0.15, 16),
        "ledger-grid": (0.305, 0.5, order[30]),
    }
    for name, (across, down, neuron) in places.items():
        grid = part(page, name)
        box = grid.bounding_box()
        grid.click(position={"x": box["width"] * across, "y": box["height"] * down})
        check(page, NETWORK, IMAGES, neuron, 0)
        assert grid.evaluate("(grid) => grid === document.activeElement")
    page.keyboard.press("ArrowRight")
    check(page, NETWORK, IMAGES, order[31], 0)


def test_lists_and_buttons_obey_the_keyboard_and_keep_the_focus(everything):
    page = everything
    for name, presses, neuron in [
        ("select-rank", ["ArrowDown"], 42),
        ("outgoing", ["Enter"], 42),
        ("rank", ["Space"], np.argmax(NETWORK.forward(IMAGES.images[0].astype(float)).a[1])),
        ("switch", ["Enter"], None),
    ]:
        control = part(page, name).last if name == "outgoing" else part(page, name).first
        for key in presses:
            control.press(key)
        settle(page)
        assert control.evaluate("(one) => one === document.activeElement"), name
        assert neuron is None or slider_value(page, "neuron") == neuron
    assert slider_value(page, "output") == 9
    assert part(page, "ablated").inner_text().endswith("is off.")


def test_another_layer_is_chosen_by_keyboard_and_pointer(page, folder):
    opened(page, folder.as_uri(), "layers")
    part(page, "choice-1").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert page.evaluate("document.activeElement.dataset.part") == "choice-2"
    assert (slider_value(page, "neuron"), page.locator(".wm-hidden").inner_text()[:2]) == (0, "4 ")
    page.locator("label", has_text="1 (5 neurons)").click()
    bar = part(page, "output").nth(1)
    bar.press("Enter")
    settle(page)
    assert part(page, "choice-2").is_checked()
    assert bar.evaluate("(one) => one === document.activeElement")
    assert page.get_by_label("Output", exact=True).is_visible()


def test_a_finger_works_the_controls(new_page, folder):
    page = opened(
        new_page(viewport={"width": 360, "height": 900}, has_touch=True), folder.as_uri(), "compare"
    )
    page.locator("label", has_text="each its own").tap()
    settle(page)
    assert part(page, "choice-separate").is_checked()
    page.locator("label", has_text="one network").tap()
    settle(page)
    box = part(page, "find-grid").bounding_box()
    part(page, "find-grid").tap(position={"x": box["width"] * 0.5, "y": box["height"] * 0.25})
    settle(page)
    assert slider_value(page, "neuron") == np.argsort(-STEPS[1000].weights[1][0])[1]
    part(page, "switch").tap()
    part(page, "driver").nth(2).tap()
    settle(page)
    assert part(page, "driver").nth(2).get_attribute("aria-pressed") == "true"
    assert part(page, "ablated").inner_text().endswith("is off.")
    part(page, "slider-step").press("Home")
    part(page, "play").tap()
    wait_until(page, "document.querySelector('[data-part=slider-step]').value === '2'")


def test_a_notebook_leaves_the_keys_to_the_controls(everything):
    """JupyterLab takes arrow keys unless the focused element itself refuses."""
    everything.keyboard.press("Tab")
    refuses = "document.activeElement.dataset.lmSuppressShortcuts"
    stops = []
    while everything.evaluate("document.activeElement !== document.body") and len(stops) < 200:
        stops.append(everything.evaluate(refuses))
        everything.keyboard.press("Tab")
    assert set(stops) == {"true"}
    assert 20 < len(stops) < 40  # of 14 panels


# Layout


@pytest.mark.parametrize("width", [1280, 360])
def test_two_networks_stand_side_by_side(page, folder, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, folder.as_uri(), "compare")
    assert part(page, "which").all_inner_texts() == ["Step 1,000", "Step 0"] * (len(PANELS) - 2)
    assert page.locator(".wm-input").count() == 1
    for panel in ("weight_map", "product", "hidden"):
        one, two = (place.bounding_box() for place in page.locator(f".wm-{panel}").all())
        beside = width == 1280 or panel != "product"
        assert (one["y"] == two["y"] and one["x"] + one["width"] < two["x"]) is beside, panel
    assert_fits(page)


def test_a_phone_does_not_scroll_sideways_but_a_wide_table_does(page, folder):
    page.set_viewport_size({"width": 360, "height": 740})
    for name in ("all", "steps", "layers", "many"):
        opened(page, folder.as_uri(), name)
        assert_fits(page)
    page.get_by_role("group", name="Table of answers").focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "document.querySelector('.wm-scroll').scrollLeft > 0")


def test_the_theme_of_the_page_wins_over_that_of_the_system(page, folder):
    ground = "getComputedStyle(document.querySelector('.wm')).backgroundColor"
    page.emulate_media(color_scheme="dark")
    opened(page, folder.as_uri(), "steps")
    dark = page.evaluate(ground)
    page.evaluate("document.body.dataset.theme = 'light'")
    light = page.evaluate(ground)
    assert light == "rgb(255, 255, 255)" != dark
    page.emulate_media(color_scheme="light")
    page.evaluate("document.body.dataset.theme = 'dark'")
    assert page.evaluate(ground) == dark
    page.evaluate("document.body.dataset.theme = 'auto'")
    assert page.evaluate(ground) == light
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert page.evaluate(ground) == dark


def test_names_are_shown_as_text(page, tmp_path):
    names = ("<b>nought</b>", "</script><i>one", "$x^{$")
    show(page, tmp_path, NetworkExplorer(STEPS[0], *SMALL, shape=(3, 4), outputs=names))
    assert part(page, "output").locator(".wm-name").all_inner_texts() == list(names)
    assert names[0] in part(page, "label").inner_text()
    assert page.locator(".wm b, .wm i").count() == 0


# Idle and busy


def test_idle_costs_nothing_and_evidence_is_not_painted_again(everything):
    page = everything
    page.wait_for_timeout(700)  # until the sentence is announced
    page.evaluate("""() => {
        window.calls = window.changes = 0;
        for (const name of ["requestAnimationFrame", "setTimeout"]) {
            const whole = window[name];
            window[name] = (...all) => { window.calls++; return whole(...all); };
        }
        const all = { childList: true, characterData: true, attributes: true, subtree: true };
        for (const name of [".wm-rows", ".wm-confusion"]) {
            const watching = new MutationObserver((seen) => { window.changes += seen.length; });
            watching.observe(document.querySelector(name), all);
        }
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.calls") == 0
    part(page, "slider-sample").press("End")
    settle(page)
    assert page.evaluate("[window.calls > 0, window.changes]") == [True, 0]
    part(page, "switch").click()
    settle(page)
    assert page.evaluate("window.changes") > 0


# Damaged pages


def broken(explorer, change=lambda text: text, **traits):
    """An explorer's HTML with a damaged trait or damaged text."""
    whole = explorer.get_state()
    body, assets = html_page.place({**whole, **traits}, html_page.still_html(whole, html_page.data_url))
    scripts = ["".join(html_page.asset_script(*asset)) for asset in assets.items()]
    scripts.append(bundle.read("host.js"))
    return change(
        f"<style>{whole['_css']}</style>{body}" + "".join(f"<script>{one}</script>" for one in scripts)
    )


def replace(old, new):
    return {"change": lambda text: re.sub(old, new, text)}


SENT = steps()._network
DATA = SENT["data"]
DAMAGE = {
    "truncated": ({"_network": {**SENT, "data": DATA[: len(DATA) // 2]}}, "its data is damaged"),
    "asset missing": (replace(r'\["\w{16}"\] = ', '["no"] = '), "missing or damaged"),
    "module damaged": (replace("async function render", "async function {"), "missing or damaged"),
    "no such neuron": (replace("&quot;neuron&quot;:0", "&quot;neuron&quot;:99"), "missing or damaged"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_sentence_and_a_still_picture(page, tmp_path, name):
    damage, words = DAMAGE[name]
    body = [broken(steps(), **damage), "<p>The rest of the page.</p>"]
    html_page.write(tmp_path / "damaged.html", body, "Damaged")
    page.goto((tmp_path / "damaged.html").as_uri())
    page.wait_for_selector("[data-part=trouble]")
    assert words in part(page, "trouble").inner_text()
    check_still(page, "Neuron 0 answers")
    assert page.locator(".wm-still").is_visible()
    assert page.locator("[data-part=sentence]").count() == 0
    assert page.get_by_text("The rest of the page.").is_visible()


def test_one_damaged_explorer_leaves_another_alone(page, tmp_path):
    body = [broken(steps(step=10), _network={**SENT, "data": b""}), html_of(steps(step=0))]
    html_page.write(tmp_path / "two.html", body, "Two")
    opened(page, tmp_path.as_uri(), "two")
    page.wait_for_selector("[data-part=trouble]")
    check(page, STEPS[0], SMALL, 0, 0)
    assert page.locator(".weightmaps-explorer > .wm").count() == 2


TRANSLATED = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    while (walk.nextNode()) texts.push(walk.currentNode);
    for (const text of texts) {
        if (!text.data.trim() || text.parentNode.closest("script, style, select")) continue;
        const [outer, inner] = ["font", "font"].map((name) => document.createElement(name));
        inner.textContent = text.data;
        outer.append(inner);
        text.replaceWith(outer);
    }
}"""


def test_a_page_that_a_browser_translated_goes_on_telling_the_truth(everything):
    """Translation puts elements in place of texts; the words here stay, so that they can be compared."""
    page, said = everything, []
    move = """(step) => {
        for (const one of document.querySelectorAll("[data-part=slider-sample], [data-part=slider-neuron]")) {
            one.value = Number(one.value) + step;
            one.dispatchEvent(new Event("input"));
        }
    }"""
    for translate in (False, True):
        if translate:
            page.evaluate(TRANSLATED)
        page.evaluate(move, 2)
        settle(page)
        said.append(page.locator(".wm").text_content())
        page.evaluate(move, -2)
        settle(page)
    assert page.locator(".wm font font").count() > 10
    assert said[1] == said[0] != page.locator(".wm").text_content()


def test_the_mouse_is_told_what_it_points_at(everything):
    def told(place, row, column, count):
        box = place.bounding_box()
        at = {"x": box["width"] * (column + 0.5) / count, "y": box["height"] * (row + 0.5) / count}
        place.hover(position=at)
        return everything.locator(".wm-peek:visible").inner_text().replace("−", "-")

    x, weights = IMAGES.images[0], NETWORK.weights[0][42]
    answer = NETWORK.forward(x).a[1][57]
    assert told(part(everything, "hidden-grid"), 5, 7, 10) == f"Neuron 57: activation {answer:.2f}"
    for name in ("weight_map", "product"):
        words = told(everything.locator(f".wm-{name} canvas").first, 12, 7, 28)
        found = [float(one) for one in re.findall(r"[+-]?\d+\.\d+", words)]
        weight, ink = weights[12 * 28 + 7], x[12 * 28 + 7]
        assert words.startswith("Row 12, column 7: weight ")
        assert found == pytest.approx([weight, ink, weight * ink], abs=6e-3)
    picture = everything.locator(".wm-input canvas").first
    assert told(picture, 12, 7, 28) == f"Row 12, column 7: ink {x[12 * 28 + 7]:.2f}"
    for name in ("input", "weight_map", "product"):  # the same pixel is framed in each
        whole, frame = (
            everything.locator(f".wm-{name} {one}").first.bounding_box() for one in ("canvas", ".wm-frame")
        )
        side = whole["width"] / 28
        wanted = [whole["x"] + 7 * side, whole["y"] + 12 * side, side, side]
        assert [frame[key] for key in ("x", "y", "width", "height")] == pytest.approx(wanted, abs=1.5), name
    everything.mouse.move(1, 1)
    assert everything.locator(":is(.wm-peek, .wm-frame):visible").count() == 0
