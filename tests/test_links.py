"""The numbers by which links name the widgets of a page, of which only explorers have settings in links."""

import pytest

from test_explorer import random_images, random_network
from weightmaps.widgets import NetworkExplorer, TwoInputs
from weightmaps.widgets import page as html_page

NOTE = "The link's settings belong to no explorer on this page, so it shows its own."


def explorer(**state):
    images = random_images(pixels=12, n=4)
    return NetworkExplorer(random_network((12, 5, 3)), *images, shape=(3, 4), panels=["hidden"], **state)


def html(*widgets):
    return "".join(piece for widget in widgets for piece in html_page.pieces(widget.get_state()))


@pytest.fixture(scope="module")
def address(tmp_path_factory, serve):
    """A playground, whose state is in no link, before an explorer."""
    folder = tmp_path_factory.mktemp("links")
    html_page.write(folder / "mixed.html", [html(TwoInputs(), explorer())], "Mixed")
    return f"{serve(folder)}/mixed.html"


def neuron(page, number, value):
    """Wait until the explorer with this number shows this neuron."""
    place = f"document.querySelector('[data-explorer=\"{number}\"] [data-part=slider-neuron]')"
    page.wait_for_function(f"{place}?.value === '{value}'")


@pytest.mark.parametrize("number", ["1", "9", ""])
def test_a_link_to_no_explorer_says_so(page, address, number):
    page.goto(f"{address}#explorer={number}&neuron=1")
    note = page.locator(".weightmaps-explorer > .wm-link")
    note.wait_for()
    assert note.inner_text() == NOTE
    assert note.evaluate("(one) => one.parentElement.dataset.explorer") == "1"
    page.evaluate("location.hash = '#explorer=2&neuron=3'")
    neuron(page, 2, 3)
    assert note.count() == 0


def test_each_widget_of_a_page_has_a_number_of_its_own(page, address):
    """Those that a script adds later, too."""
    page.goto(address)
    neuron(page, 2, 0)
    fragment = "document.createRange().createContextualFragment(html)"
    page.evaluate(f"(html) => document.querySelector('main').append({fragment})", html(explorer(neuron=1)))
    page.wait_for_selector("[data-explorer='3']")
    numbers = page.locator("[data-explorer]").evaluate_all("(all) => all.map((one) => one.dataset.explorer)")
    assert numbers == ["1", "2", "3"]
    page.evaluate("location.hash = '#explorer=3&neuron=4'")
    neuron(page, 3, 4)
    neuron(page, 2, 0)
    assert page.locator(".weightmaps-explorer > .wm-link").count() == 0
