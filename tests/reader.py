"""Somebody who reads explorers in a browser: with a mouse, with the keyboard or with a finger."""

import re
from contextlib import contextmanager

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from weightmaps.widgets import page as html_page

TOLERANCE = 1e-3  # of a number: the weights of a page are coded
TWO_DECIMALS = 5.001e-3  # of a number as it is printed


def part(page, name):
    return page.locator(f"[data-part={name}]")


def settle(page):
    """Wait until the change is painted, off screen too."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")


def wait_until(page, expression, argument=None):
    """Until an expression is true; the site's policy stops `wait_for_function`, which evaluates text."""
    for _ in range(600):
        if page.evaluate(expression, argument):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {expression}")


def drawn_on(page):
    page.wait_for_selector("[data-part=sentence]:not(:empty)")
    return page


def opened(page, place, name):
    """Open a page of explorers, and wait until one is drawn."""
    page.goto(f"{place}/{name}.html")
    return drawn_on(page)


def open_chapter(page, place, name):
    page.goto(f"{place}/chapters/{name}.html")
    page.locator(".weightmaps-explorer").first.scroll_into_view_if_needed()  # until then it waits
    return drawn_on(page)


def html_of(widget):
    """A widget with its still picture, for a page of several."""
    return "".join(html_page.pieces(widget.get_state()))


def show(page, path, explorer, width=1280):
    """Write the explorer and open it."""
    explorer.to_html(path / "it.html")
    page.set_viewport_size({"width": width, "height": 900})
    return opened(page, path.as_uri(), "it")


@contextmanager
def without_scripts(browser, address, width=1280):
    """A page where no script runs."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def check_still(page, words):
    """Each widget of the page is a still: its pictures are there, and words tell what it shows."""
    for still in page.locator(".weightmaps-explorer > .wm-still").all():
        still.scroll_into_view_if_needed()
        assert re.search(words, still.get_attribute("aria-label"))
        for picture in still.locator("img").all():
            wait_until(page, "(one) => one.complete", picture.element_handle())
            assert picture.evaluate("(one) => one.naturalWidth") > 0
            assert picture.get_attribute("alt") is not None
        assert still.locator(":is(button, input, select, [tabindex]):visible").count() == 0


def number(place):
    """A place's full precision, once its text is seen to say the same."""
    exact = float(place.get_attribute("data-value"))
    assert float(place.inner_text().replace("−", "-")) == pytest.approx(exact, abs=TWO_DECIMALS)
    return exact


def numbers(page, name):
    found = part(page, name).evaluate_all("(all) => all.map((one) => [one.dataset.value, one.innerText])")
    exact = [float(value) for value, _ in found]
    assert [float(text.replace("−", "-")) for _, text in found] == pytest.approx(exact, abs=TWO_DECIMALS)
    return exact


def slider_value(page, name):
    return int(part(page, f"slider-{name}").input_value())


def pixels(page, selector, nth=0):
    """The colours of a canvas, a row a pixel."""
    found = page.evaluate(
        """([selector, nth]) => {
            const picture = document.querySelectorAll(selector)[nth], { width, height } = picture;
            const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
            copy.drawImage(picture, 0, 0);
            return [...copy.getImageData(0, 0, width, height).data];
        }""",
        [selector, nth],
    )
    return np.reshape(found, (-1, 4))


def on_screen(page, points):
    """Where points of the pad lie on the screen."""
    box = part(page, "pad").bounding_box()
    assert box["width"] == pytest.approx(box["height"])
    scale = box["width"] / 224
    return [(box["x"] + scale * x, box["y"] + scale * y) for x, y in points]


def by_mouse(page, strokes):
    for points in strokes:
        (first, *rest) = on_screen(page, points)
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=3)
        page.mouse.up()


def fingers(page):
    """A function that touches: kind, then a point for each finger."""
    client = page.context.new_cdp_session(page)

    def send(kind, *points):
        touching = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        client.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touching})

    return send


def assert_fits(page):
    """Nothing scrolls sideways."""
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


def assert_no_barrier(page):
    """What axe, the checker of accessibility, has to say: nothing."""
    results = Axe().run(page)
    assert results.response["passes"], "axe did not look"
    assert results.violations_count == 0, results.generate_report()


class Reader:
    """Somebody at a page of the site: how they press, slide and choose."""

    def __init__(self, page, hand, place):
        self.page, self.hand, self.place = page, hand, place

    def open(self, name):
        return open_chapter(self.page, self.place, name)

    def press(self, target, **position):
        if self.hand == "keyboard":
            target.press("Space")
        else:
            (target.tap if self.hand == "touch" else target.click)(**position)
        settle(self.page)

    def slide(self, name, share):
        """Move a slider to about a share of its way, or by keyboard to the end that is nearer; its value."""
        slider = part(self.page, f"slider-{name}")
        if self.hand == "keyboard":
            slider.press("Home" if share < 0.5 else "End")
            self.page.keyboard.press("ArrowRight" if share < 0.5 else "ArrowLeft")
            settle(self.page)
        else:
            box = slider.bounding_box()
            self.press(slider, position={"x": share * box["width"], "y": box["height"] / 2})
        return slider_value(self.page, name)

    def choose(self, name, value):
        chosen = part(self.page, f"select-{name}")
        if self.hand == "keyboard":
            chosen.press("Home")
            while chosen.input_value() != value:
                self.page.keyboard.press("ArrowDown")
        else:
            chosen.select_option(value)
        settle(self.page)

    def pick(self, name, place, across=10, down=10):
        """Choose a cell of a grid."""
        grid = part(self.page, name)
        if self.hand == "keyboard":
            for key in ["Home", *["ArrowRight"] * place]:
                grid.press(key)
                settle(self.page)
        else:
            box = grid.bounding_box()
            x, y = (
                box["width"] * (place % across + 0.5) / across,
                box["height"] * (place // across + 0.5) / down,
            )
            self.press(grid, position={"x": x, "y": y})
