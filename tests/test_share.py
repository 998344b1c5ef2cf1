"""Keep and share: the state in the address, the link, the picture, the table; and explorers that wait."""

import csv
import io
import itertools
import shutil

import numpy as np
import pytest
from PIL import Image

from conftest import few, slow
from reader import (
    assert_fits,
    check_still,
    drawn_on,
    html_of,
    opened,
    part,
    settle,
    wait_until,
    without_scripts,
)
from test_explorer import random_images, random_network
from weightmaps.digits import load_sample
from weightmaps.widgets import NetworkExplorer, bundle
from weightmaps.widgets import page as html_page
from weightmaps.widgets.encode import decode_network

PANELS = ("input", "hidden", "outputs", "weight_map", "product", "top")
NAMES = ("nought", 'a "b", c', "two")
STEPS = {step: random_network((12, 5, 3), seed=step) for step in (0, 10, 1000)}
FAR = '<div style="height: 5000px">far</div>'
NOTE = "The link's settings could not be read, so this shows the page's own."


def explorer(**state):
    digits = random_images(pixels=12, n=20)
    return NetworkExplorer(
        None, *digits, checkpoints=STEPS, outputs=NAMES, shape=(3, 4), panels=PANELS, **state
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One explorer alone; two on a page, the second far below; and the modules as they are written."""
    folder = tmp_path_factory.mktemp("share")
    shutil.copytree(bundle.STATIC, folder / "static")
    one, two = explorer(neuron=2, output=1, step=10), explorer(neuron=4)
    one.to_html(folder / "one.html")
    smooth = "<style>html { scroll-behavior: smooth; }</style>"  # as the book's theme has it
    body = [smooth, "<p>Top.</p>", html_of(one), FAR, html_of(two), "<h2 id='end'>End</h2>"]
    html_page.write(folder / "two.html", body, "Two")
    html_page.write(folder / "blank.html", [], "Blank")
    return folder


@pytest.fixture(scope="module")
def places(folder, serve):
    return {"file": folder.as_uri(), "http": serve(folder)}


@pytest.fixture(params=["http", slow("file")])
def place(request, places):
    return places[request.param]


def states(page, number=1):
    """What the controls of one explorer of the page say."""
    settle(page)
    return page.evaluate(
        """(number) => {
            const root = document.querySelectorAll(".weightmaps-explorer")[number - 1];
            const value = (name) => Number(root.querySelector(`[data-part=slider-${name}]`).value);
            return { ...Object.fromEntries(["neuron", "output", "sample"].map((name) => [name, value(name)])),
                step: [0, 10, 1000][value("step")],
                rank_by: root.querySelector("[data-part=select-rank]").value };
        }""",
        number,
    )


def rested(page, fragment):
    page.wait_for_function("(fragment) => location.hash === fragment", arg=fragment)


OWN = {"neuron": 2, "output": 1, "sample": 0, "step": 10, "rank_by": "weight"}
OTHER = {"neuron": 4, "output": 0, "sample": 17, "step": 1000, "rank_by": "activation"}


# The address


@pytest.mark.parametrize("width", [360, slow(1280)])
def test_every_state_comes_back_after_a_reload(page, place, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, place, "one")
    before = page.evaluate("history.length")
    assert (states(page), page.evaluate("location.hash")) == (OWN, "")
    part(page, "slider-sample").evaluate(
        "(one) => { one.value = 17; one.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    part(page, "select-rank").select_option("activation")
    part(page, "slider-output").press("Home")
    part(page, "slider-step").press("End")
    part(page, "hidden-grid").press("End")
    rested(page, "#explorer=1&neuron=4&output=0&sample=17&step=1000&rank_by=activation")
    page.reload()
    drawn_on(page)
    assert states(page) == OTHER
    assert page.evaluate("history.length") == before
    assert part(page, "link-note").inner_text() == ""


def test_only_what_differs_is_written(page, place):
    opened(page, place, "one")
    part(page, "slider-neuron").press("End")
    rested(page, "#explorer=1&neuron=4")
    part(page, "hidden-grid").press("Home")
    rested(page, "#explorer=1&neuron=0")
    for _ in range(2):
        part(page, "hidden-grid").press("ArrowRight")
        settle(page)
    rested(page, "#explorer=1")


def test_a_link_that_is_pasted_into_an_open_page_is_followed(page, place):
    opened(page, place, "one")
    part(page, "slider-neuron").press("End")
    rested(page, "#explorer=1&neuron=4")
    page.evaluate("location.hash = '#explorer=1&sample=5&rank_by=contribution'")
    page.wait_for_function("document.querySelector('[data-part=slider-sample]').value === '5'")
    assert states(page) == {**OWN, "sample": 5, "rank_by": "contribution"}


def test_other_fragments_are_left_alone(page, place):
    for fragment in ("", "#end", "#explorer", "#neuron=4", "#%E0%A4%A"):
        page.goto("about:blank")
        page.goto(f"{place}/one.html{fragment}")
        drawn_on(page)
        assert states(page) == OWN
        assert page.evaluate("location.hash") == fragment
        assert part(page, "link-note").inner_text() == ""


GARBAGE = [
    "explorer=1&neuron=5",
    "explorer=1&neuron=",
    "explorer=1&neuron=x",
    "explorer=1&neuron=[0]",
    "explorer=1&neuron=3&neuron=4",
    "explorer=1&rank_by=%E0%A4%A",
    "explorer=1&toString=1",
    "explorer=1&panels=input",
    "explorer=1&neuron=3&_network=1",
    "explorer=1&&;<script>alert(1)</script>",
    "explorer=2&neuron=3",
    "explorer=0",
    "explorer=",
]


def noted(page):
    wait_until(page, "(note) => document.querySelector('[data-part=link-note]').textContent === note", NOTE)


def test_garbage_is_ignored_with_a_note(page, place):
    """Whatever a link says: when the page opens, and in an open page, which gets its own state back."""
    page.goto(f"{place}/one.html#{GARBAGE[0]}")
    drawn_on(page)
    for fragment in GARBAGE:
        page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        noted(page)
        assert states(page) == OWN, fragment
        page.evaluate("location.hash = '#explorer=1&neuron=4'")
        wait_until(page, "document.querySelector('[data-part=link-note]').textContent === ''")
        assert states(page) == {**OWN, "neuron": 4}, fragment
    page.evaluate("location.hash = '#explorer=1&neuron=400'")
    noted(page)
    part(page, "slider-neuron").press("End")
    rested(page, "#explorer=1&neuron=4")
    assert part(page, "link-note").inner_text() == ""


# Kinds of state that are not integers, through the module itself: written into a link and read back

KINDS = """async ([own, now]) => {
    const { share } = await import("./static/share.js");
    const read = async (fragment) => {
        history.replaceState(null, "", fragment);
        const place = document.createElement("div"), root = document.createElement("div");
        place.dataset.explorer = "1";
        place.append(root);
        document.body.append(place);
        let seen = structuredClone(own);
        const state = structuredClone(own);
        const set = (next) => Object.assign(state, next);
        const kept = share({ data: {}, state, root, view: () => state, set, isValidState: () => true });
        Object.assign(state, structuredClone(now));
        kept.write();
        kept.stop();
        place.remove();
        return [location.hash, state];
    };
    const [written] = await read("#");
    now = {};
    return [written, (await read(written))[1]];
}"""
OWNS = {"step": None, "other": None, "rank_by": "weight", "sorted": False, "ablated": [], "pixels": None}
CHANGES = {
    "integer": ({"step": 10}, "step=10"),
    "text": ({"rank_by": "activation"}, "rank_by=activation"),
    "text with signs": ({"other": "λ = 5, 0 & 1"}, "other=%CE%BB%20%3D%205,%200%20%26%201"),
    "text like a number": ({"other": "10"}, "other=%2210%22"),
    "text like null": ({"other": "null", "step": 3}, "step=3&other=%22null%22"),
    "boolean": ({"sorted": True}, "sorted=true"),
    "one entry": ({"ablated": [[1, 42, 0]]}, "ablated=1,42,0"),
    "entries": ({"ablated": [[1, 42, 0], [2, 7, 0.5]]}, "ablated=1,42,0;2,7,0.5"),
    "pixels": ({"pixels": [0, 0, 0, 1, 128 / 255, 0]}, "pixels=AAP_gAAB"),
    "blank pixels": ({"pixels": [0] * 784}, "pixels=AP8A_wD_ABM"),
}


def test_every_kind_of_state_survives_a_link(page, places):
    page.goto(f"{places['http']}/blank.html")
    for name, (change, words) in CHANGES.items():
        now = {**OWNS, **change}
        assert page.evaluate(KINDS, [OWNS, now]) == [f"#explorer=1&{words}", now], name
    own = {**OWNS, "step": 10, "sorted": True, "ablated": [[1, 2, 0]], "pixels": [0, 1]}
    taken_back = "#explorer=1&step=null&sorted=false&ablated=&pixels=null"
    assert page.evaluate(KINDS, [own, OWNS]) == [taken_back, OWNS]


def test_digits_come_back_exactly_and_fit_a_link(javascript):
    rng = np.random.default_rng(0)
    digits = np.rint(load_sample().images[::25].astype(float) * 255)
    drawings = [*digits, rng.integers(0, 256, 784), np.full(784, 255), np.zeros(600), np.arange(3072) % 256]
    lengths = []
    for bytes_ in drawings:
        pixels = (bytes_ / 255).tolist()
        text = javascript("packPixels(pixels)", pixels=pixels)
        assert javascript("unpackPixels(text)", text=text) == pixels
        lengths.append(len(text))
    assert max(lengths[: len(digits)]) <= 500


# The link


def test_copy_link_copies_the_link(new_page, places):
    page = new_page(color_scheme="light")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, places["http"], "one")
    part(page, "slider-neuron").press("End")
    settle(page)
    part(page, "copy-link").press("Enter")  # at once: nothing waits for the state to rest
    page.wait_for_function("document.querySelector('[data-part=done]').textContent === 'Link copied.'")
    link = f"{places['http']}/one.html#explorer=1&neuron=4"
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert not part(page, "link").is_visible()
    page.goto("about:blank")
    page.goto(link)
    drawn_on(page)
    assert states(page) == {**OWN, "neuron": 4}


REFUSALS = {
    "refused": "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no'))",
    "missing": "Object.defineProperty(navigator, 'clipboard', { value: undefined })",
}


@pytest.mark.parametrize("how", REFUSALS)
def test_where_the_clipboard_refuses_the_link_stands_ready(page, places, how):
    page.set_viewport_size({"width": 360, "height": 740})
    page.add_init_script(REFUSALS[how])
    opened(page, places["http"], "one")
    part(page, "copy-link").click()
    part(page, "link").wait_for(state="visible")
    link = f"{places['http']}/one.html#explorer=1"
    assert page.get_by_label("Copy this link:").input_value() == link
    assert page.evaluate("getSelection().toString()") == link
    assert part(page, "done").inner_text() == ""
    assert_fits(page)


# The picture


@pytest.mark.parametrize(
    ("width", "scheme"),
    few(itertools.product((1280, 360), ("light", "dark")), (1280, "light"), (360, "dark")),
)
def test_the_picture_shows_the_explorer_without_its_controls(page, places, scheme, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    opened(page, places["file" if scheme == "light" else "http"], "one")
    with page.expect_download() as download:
        part(page, "save-picture").press("Enter")
    assert download.value.suggested_filename == "neuron-2-image-0-step-10.png"
    picture = np.asarray(Image.open(download.value.path()).convert("RGB"))
    root = page.locator(".wm").bounding_box()
    assert picture.shape[1] == 2 * root["width"]
    panels = page.locator(".wm-panels").bounding_box()["height"]  # with a slider and a choice
    assert 2 * panels - 400 < picture.shape[0] < 2 * root["height"] - 200
    ground = {"light": [255, 255, 255], "dark": [28, 31, 34]}[scheme]
    assert picture[3, 3].tolist() == picture[-3, -3].tolist() == ground
    colours = {tuple(colour) for colour in picture.reshape(-1, 3)[::7].tolist()}
    accent = {"light": (15, 118, 110), "dark": (79, 209, 192)}[scheme]
    assert accent in colours  # the style came with it
    canvas = page.evaluate(
        "[...document.querySelector('.wm-weight_map canvas').getContext('2d').getImageData(0, 0, 4, 3).data]"
    )
    for pixel in np.reshape(canvas, (12, 4))[:, :3]:
        assert tuple(pixel.tolist()) in colours  # and the weight map, not smoothed
    assert part(page, "done").inner_text() == "Downloaded neuron-2-image-0-step-10.png."
    assert page.locator(".wm").count() == 1


def test_a_refused_picture_is_a_sentence(page, places):
    page.add_init_script("HTMLCanvasElement.prototype.toDataURL = () => { throw new Error('no'); }")
    opened(page, places["file"], "one")
    part(page, "save-picture").click()
    page.wait_for_function("document.querySelector('[data-part=done]').textContent !== ''")
    assert part(page, "done").inner_text() == "The browser refused to draw the picture."


# The table


def test_the_table_is_numpys(page, place):
    opened(page, place, "one")
    part(page, "slider-sample").press("ArrowRight")
    with page.expect_download() as download:
        part(page, "download-numbers").press("Space")
    assert download.value.suggested_filename == "neuron-2-image-1-step-10.csv"
    text = download.value.path().read_bytes().decode("utf-8")
    assert text.endswith("\r\n")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == ["layer", "unit", "bias", "z", "activation", "factor", "weight", "contribution"]
    network = decode_network(explorer()._network)[1]
    image = random_images(pixels=12, n=20).images[1].astype(float)
    trace = network.forward(np.rint(255 * image) / 255)  # as float64, where images are float32
    hidden, outputs = rows[:5], rows[5:]
    assert [row[:2] for row in rows] == [*(["1", str(j)] for j in range(5)), *(["2", name] for name in NAMES)]
    weight = network.weights[1][1]
    columns = [network.biases[0], trace.z[1], trace.a[1], np.ones(5), weight, weight * trace.a[1]]
    np.testing.assert_allclose(np.float64([row[2:] for row in hidden]).T, columns, rtol=1e-12, atol=1e-14)
    columns = [network.biases[1], trace.z[2], trace.a[2]]
    np.testing.assert_allclose(np.float64([row[2:5] for row in outputs]).T, columns, rtol=1e-12, atol=1e-14)
    assert [row[5:] for row in outputs] == [["", "", ""]] * 3


# In a notebook


def test_a_notebook_keeps_its_address(page, places):
    """There, nobody says which explorer of a page it is: no link, but the picture and the table."""
    page.goto(f"{places['http']}/blank.html#explorer=1&neuron=4")
    parts, state = page.evaluate("""async () => {
        const { share } = await import("./static/share.js");
        const place = document.createElement("div"), root = document.createElement("div");
        const state = { neuron: 1 }, set = (next) => Object.assign(state, next);
        place.append(root);
        document.body.append(place);
        const kept = share({ data: {}, state, root, set, isValidState: () => true });
        const before = { ...state };
        state.neuron = 2;
        kept.write();
        return [[...root.querySelectorAll("button")].map((one) => one.dataset.part), before];
    }""")
    assert parts == ["save-picture", "download-numbers"]
    assert state == {"neuron": 1}
    assert page.evaluate("location.hash") == "#explorer=1&neuron=4"


# Two explorers on a page, one of them far below

MOUNTED = """[...document.querySelectorAll(".weightmaps-explorer")]
    .map((one) => Boolean(one.querySelector(":scope > .wm:not(.wm-opening) .wm-panels")))"""


def test_an_explorer_waits_until_it_is_near(page, place):
    opened(page, place, "two")
    page.wait_for_timeout(300)
    assert page.evaluate(MOUNTED) == [True, False]
    top = "document.querySelectorAll('.weightmaps-explorer')[1].getBoundingClientRect().top + scrollY"
    page.evaluate(f"scrollTo({{ top: {top} - 1.75 * innerHeight, behavior: 'instant' }})")
    page.wait_for_timeout(300)
    assert page.evaluate(MOUNTED) == [True, False]
    page.evaluate(f"scrollTo({{ top: {top} - 1.25 * innerHeight, behavior: 'instant' }})")
    page.wait_for_function(f"{MOUNTED}[1]")
    assert states(page, 2)["neuron"] == 4


def test_a_link_leads_to_the_explorer_it_names(page, place):
    page.goto(f"{place}/two.html#explorer=2&neuron=3&sample=6")
    page.wait_for_function(f"{MOUNTED}[1]")
    settle(page)
    assert page.evaluate(MOUNTED) == [False, True]
    assert states(page, 2) == {"neuron": 3, "output": 0, "sample": 6, "step": 1000, "rank_by": "weight"}
    second = page.locator(".weightmaps-explorer").nth(1)
    assert 0 <= round(second.bounding_box()["y"]) < 100  # a page scrolls by whole pixels
    second.locator("[data-part=hidden-grid]").press("Home")
    rested(page, "#explorer=2&neuron=0&sample=6")
    page.evaluate("location.hash = '#explorer=1&neuron=1'")
    page.wait_for_function(f"{MOUNTED}[0]")
    assert states(page, 1) == {**OWN, "neuron": 1}
    assert states(page, 2)["neuron"] == 0
    assert 0 <= round(page.locator(".weightmaps-explorer").first.bounding_box()["y"]) < 100


def test_a_link_to_an_explorer_that_is_not_there_is_noted_in_the_first(page, places):
    page.goto(f"{places['file']}/two.html#explorer=3&neuron=3")
    drawn_on(page)
    assert states(page, 1) == OWN
    assert part(page, "link-note").all_inner_texts() == [NOTE]
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function(f"{MOUNTED}[1]")
    assert part(page, "link-note").all_inner_texts() == [NOTE, ""]


def test_a_printed_page_shows_every_explorer(page, place):
    """One that has not been drawn shows its still."""
    opened(page, place, "two")
    page.emulate_media(media="print")
    [still] = page.locator(".wm-still").all()
    assert "Neuron 4 answers" in still.get_attribute("aria-label")
    shown = ".weightmaps-explorer > :is(.wm, .wm-still)"
    assert [one.is_visible() for one in page.locator(shown).all()] == [True, True]
    assert len(page.pdf()) > 10_000
    page.emulate_media(media="screen")
    page.evaluate("document.querySelectorAll('.weightmaps-explorer')[1].scrollIntoView()")
    page.wait_for_function(f"{MOUNTED}.every(Boolean)")
    assert page.locator(".wm-still").count() == 0


SHIFT = """() => new Promise((done) => {
    let total = 0;
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) total += one.value;
        }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(total), 600);
})"""


@pytest.mark.parametrize("width", [360, slow(1280)])
def test_what_stands_below_hardly_moves_when_an_explorer_comes(page, tmp_path, width):
    page.set_viewport_size({"width": width, "height": 900})
    digits, network = random_images(labels=10), random_network((784, 100, 10), seed=1)
    one = NetworkExplorer(network, *digits, panels=("input", "hidden", "outputs"))
    html_page.write(tmp_path / "text.html", [html_of(one), "<p>What stands below.</p>" * 40], "Text")
    opened(page, tmp_path.as_uri(), "text")
    assert page.evaluate(SHIFT) < 0.05  # 0.1 is what web.dev calls good


def test_with_no_script_the_still_stands_alone(browser, places):
    with without_scripts(browser, f"{places['file']}/one.html") as page:
        check_still(page, "Neuron 2 answers")
        assert page.locator(".wm-still").count() == 1
