"""The explorers of the built site, capability by capability, by mouse, keyboard and touch."""

import base64
import csv
import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from matplotlib import colormaps
from PIL import Image

from reader import Reader
from test_draw import blocks, drawn, near
from test_evidence import check_ablate, check_responses
from test_explorer_browser import (
    TOLERANCE,
    check_ledger,
    check_ranks,
    number,
    part,
    slider_value,
    wait_until,
)
from test_layers_and_compare import measured, numbers, pixels, signed
from test_site import PAGES, Shown, opened
from weightmaps import attribution, digits, figures, zoo
from weightmaps.digits import centre
from weightmaps.widgets import NetworkExplorer
from weightmaps.widgets.encode import decode_network

IMAGES = digits.load_sample()[::10]
[NETWORK] = decode_network(NetworkExplorer(zoo.load("nielsen"), *IMAGES)._network)  # as the page has it
SAMPLE, NEURON, OUTPUT = 165, 87, 3  # what the workbench opens with
X = IMAGES.images.astype(float)
# Two strokes along the cells of the pad, for a keyboard can draw them too.
STROKES = [[(60, 44), (156, 44), (156, 180)], [(116, 108), (188, 108)]]
READERS = {
    "mouse, wide": ("mouse", 1280, "http"),
    "mouse, narrow": ("mouse", 360, "file"),
    "keyboard, wide": ("keyboard", 1280, "file"),
    "touch, narrow": ("touch", 360, "http"),
}


@pytest.fixture(params=READERS)
def reader(request, new_page, site, serve):
    hand, width, place = READERS[request.param]
    page = new_page(viewport={"width": width, "height": 900}, has_touch=hand == "touch")
    yield Reader(page, hand, serve(site) if place == "http" else site.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def address(page, before=""):
    """The state in the page's address, once it is another than before."""
    wait_until(page, "(before) => location.hash !== before", before)
    return dict(parse_qsl(urlsplit(page.url).fragment))


def unpacked(text):
    """The pixels in an address: bytes, each zero followed by the length of its run."""
    codes, levels = iter(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))), []
    for code in codes:
        levels += [code] if code else [0] * next(codes)
    return np.array(levels) / 255


def check_outputs(page, x, network=NETWORK):
    assert numbers(page, "output-value") == pytest.approx(network.forward(x).a[2].tolist(), abs=TOLERANCE)


def test_a_drawing_is_answered(reader):
    page = reader.open("workbench")
    reader.draw(STROKES)
    both = unpacked(address(page)["pixels"])
    assert near(both, centre(drawn(STROKES)))
    check_outputs(page, both)
    before = page.evaluate("location.hash")
    reader.press(part(page, "undo"))
    one = unpacked(address(page, before)["pixels"])
    assert near(one, centre(drawn(STROKES[:1])))
    check_outputs(page, one)
    reader.press(part(page, "clear"))
    check_outputs(page, X[SAMPLE])
    reader.press(part(page, "start"))
    check_outputs(page, centre(blocks(X[SAMPLE])).astype(float))
    assert "to this drawing" in part(page, "sentence").inner_text()


def test_the_neuron_card(reader):
    page = reader.open("workbench")
    neuron = reader.slide("neuron", 0.3)
    assert neuron != NEURON
    weights = NETWORK.weights[0][neuron]
    Shown(page, "workbench").check(page)
    assert numbers(page, "outgoing-value") == pytest.approx(NETWORK.weights[1][:, neuron], abs=TOLERANCE)
    limit = np.abs(weights).max()
    assert np.abs(pixels(page, ".wm-weight_map > canvas") - signed(weights, limit)).max() <= 3
    ends = page.locator(".wm-weight_map .wm-ends span").all_inner_texts()
    assert [float(end.replace("−", "-")) for end in ends] == pytest.approx([-limit, 0, limit], abs=TOLERANCE)
    driver = check_responses(page, NETWORK, IMAGES, neuron)[10]
    reader.press(part(page, "driver").nth(10))
    assert slider_value(page, "sample") == driver
    assert Shown(page, "workbench").check(page) >= 14


def test_the_ledger_opens_neurons(reader):
    page = reader.open("workbench")
    order = check_ledger(page, NETWORK, IMAGES, NEURON, OUTPUT, SAMPLE)
    reader.press(part(page, "entry").nth(1))
    check_ledger(page, NETWORK, IMAGES, order[1], OUTPUT, SAMPLE)
    reader.pick("ledger-grid", 3, 100, 1)
    check_ledger(page, NETWORK, IMAGES, order[3], OUTPUT, SAMPLE)
    reader.press(part(page, "outgoing").nth(7))
    check_ledger(page, NETWORK, IMAGES, order[3], 7, SAMPLE)


@pytest.mark.parametrize("colour", ["mean", "removal"])
def test_neurons_are_coloured_sorted_and_found(reader, colour):
    page = reader.open("workbench")
    reader.choose("sort", "contribution")
    reader.choose("colour", colour)
    order = check_ranks(page, NETWORK, IMAGES, OUTPUT, SAMPLE, "contribution")
    values = measured(NETWORK, IMAGES, 1, OUTPUT, SAMPLE, colour)
    ranked = values[order]
    wanted = (
        signed(ranked, np.abs(ranked).max()) if colour == "removal" else 255 * colormaps[figures.INK](ranked)
    )
    found = pixels(page, ".wm-find .wm-grid > canvas")
    assert (np.abs(found - wanted).max(axis=1) <= 3).mean() > 0.97  # zeros in a row may swap places
    reader.pick("find-grid", 3)
    assert slider_value(page, "neuron") == order[3]
    assert number(part(page, "measure")) == pytest.approx(values[order[3]], abs=TOLERANCE)
    reader.press(part(page, "rank").nth(5))
    assert slider_value(page, "neuron") == order[5]


def test_neurons_are_switched_off(reader):
    page = reader.open("workbench")
    reader.press(part(page, "switch"))
    off = [(1, NEURON, 0.0)]
    check_ablate(page, NETWORK, IMAGES, off)
    neuron = reader.slide("neuron", 0.3)
    factor = reader.slide("factor", 0.75) / 10
    off += [(1, neuron, factor)]
    check_ablate(page, NETWORK, IMAGES, off)
    heard = attribution.ablate(attribution.ablate(NETWORK, [NEURON]), [neuron], by=factor)
    check_outputs(page, X[SAMPLE], heard)
    kept = reader.slide("keep", 0.2)
    reader.press(part(page, "keep"))
    off = np.argsort(-NETWORK.weights[1][OUTPUT])[kept:]
    check_ablate(page, NETWORK, IMAGES, [(1, int(j), 0.0) for j in off])
    check_outputs(page, X[SAMPLE], attribution.ablate(NETWORK, off))
    reader.press(part(page, "all-on"))
    check_ablate(page, NETWORK, IMAGES, [])


def test_training_steps_are_compared_and_played(reader):
    page = reader.open("zero-versus-one")
    steps = list(zoo.checkpoints("zero-one").values())
    image = digits.load_sample().only(0, 1)[::10].images[70].astype(float)
    reader.press(part(page, "choice-compare"))
    reader.choose("other", "3")
    step = reader.slide("step", 0.4)
    traces = [steps[step].forward(image), steps[3].forward(image)]
    assert numbers(page, "z") == pytest.approx([trace.z[1][0] for trace in traces], abs=TOLERANCE)
    outputs = np.concatenate([trace.a[2] for trace in traces])
    assert numbers(page, "output-value") == pytest.approx(outputs.tolist(), abs=TOLERANCE)

    def scales():
        zeros = page.locator(".wm-curve .wm-zero").evaluate_all(
            "(all) => all.map((one) => one.getAttribute('d'))"
        )
        return zeros, page.locator(".wm-product .wm-scale .wm-ends").all_inner_texts()

    for one in scales():
        assert one[0] == one[1]
    assert "The scale is the same at every step." in page.locator(".wm-weight_map").first.inner_text()
    reader.press(part(page, "choice-separate"))
    _, (first, second) = scales()
    assert first != second
    assert "The scale is this network’s own." in page.locator(".wm-weight_map").first.inner_text()
    reader.press(part(page, "play"))
    wait_until(page, f"document.querySelector('[data-part=slider-step]').value > {step}")
    reader.press(part(page, "play"))
    step = slider_value(page, "step")
    page.wait_for_timeout(700)
    assert slider_value(page, "step") == step
    assert numbers(page, "z")[0] == pytest.approx(steps[step].forward(image).z[1][0], abs=TOLERANCE)


def test_a_true_sentence_is_shown_and_announced(reader):
    page = reader.open("workbench")
    neuron, output = reader.slide("neuron", 0.6), reader.slide("output", 0.9)
    neuron = slider_value(page, "neuron")  # another output brings its own neuron of the same rank
    said = part(page, "sentence").inner_text()
    a, w = NETWORK.forward(X[SAMPLE]).a[1], NETWORK.weights[1][output]
    numeral = r"([+−]?\d\.\d{3})"
    pattern = (
        rf"Neuron {neuron} answers {numeral} to this 3\. Its weight to output {output} is {numeral}, "
        rf"so it adds {numeral} to the sum z of output {output}: the (?:(\d+)\w\w )?largest of 100\."
    )
    *values, place = re.fullmatch(pattern, said).groups(default="1")
    values = [float(one.replace("−", "-")) for one in values]
    assert values == pytest.approx([a[neuron], w[neuron], w[neuron] * a[neuron]], abs=TOLERANCE)
    larger = [(a * w > w[neuron] * a[neuron] + slack).sum() for slack in (1e-4, -1e-4)]
    assert larger[0] + 1 <= int(place) <= larger[1] + 1
    status = page.locator(".wm > [role=status]")
    wait_until(page, "([one, said]) => one.textContent === said", [status.element_handle(), said])


def test_what_is_shown_can_be_kept(reader):
    page = reader.open("workbench")
    sample = reader.slide("sample", 0.4)
    reader.press(part(page, "switch"))
    reader.choose("sort", "mean")
    reader.press(part(page, "copy-link"))
    parts = ("sentence", "measure", "accuracy", "ablated", "verdict")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("[data-part=sentence]:not(:empty)")
    for name in parts:
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


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(new_page, site, serve, name, scheme, width):
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened(page, serve(site), name)
    results = Axe().run(page, context=".weightmaps-explorer")
    assert results.response["passes"], "axe did not look"
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_a_finger_finds_every_control(new_page, site, name):
    page = opened(new_page(viewport={"width": 360, "height": 900}), site.as_uri(), name)
    controls = page.locator(".wm :is(button, select, input):visible")
    sizes = controls.evaluate_all(
        """(all) => all.map((one) => {
            const { width, height } = one.getBoundingClientRect();
            return [one.dataset.part, width, height];
        })"""
    )
    assert len(sizes) >= 3
    assert [one for one in sizes if min(one[1:]) < 24] == []


def test_twice_as_large_nothing_scrolls_sideways(new_page, site):
    page = new_page(viewport={"width": 640, "height": 450}, device_scale_factor=2)
    for name in PAGES:
        opened(page, site.as_uri(), name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_nothing_moves_by_itself(new_page, site):
    page = opened(new_page(reduced_motion="reduce"), site.as_uri(), "workbench")
    part(page, "switch").click()
    moving = page.evaluate(
        """[...document.querySelectorAll(".weightmaps-explorer, .weightmaps-explorer *")].filter((one) => {
            const { transitionDuration, animationName } = getComputedStyle(one);
            return one.getAnimations().length || animationName !== "none" || parseFloat(transitionDuration);
        }).map((one) => one.className)"""
    )
    assert moving == []


@pytest.mark.parametrize("name", ["workbench", "zero-versus-one"])
def test_paper_shows_panels_and_no_controls(new_page, site, name):
    page = opened(new_page(color_scheme="dark"), site.as_uri(), name)
    page.emulate_media(media="print", color_scheme="dark")
    panels = page.locator(".wm-panel")
    assert panels.count() >= 4
    assert all(panel.is_visible() for panel in panels.all())
    controls = page.locator(".wm :is(input, select, .wm-button):visible")
    assert controls.evaluate_all("(all) => all.map((one) => one.dataset.part)") == []
    assert (
        page.locator(".wm").evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert page.pdf().startswith(b"%PDF")
