"""The explorer in a browser, from a file and over http: every control, and its numbers against NumPy."""

import base64
import re
import zlib

import numpy as np
import pytest
from matplotlib import colormaps

from test_explorer import random_images, random_network
from weightmaps import attribution, figures
from weightmaps.network import Network
from weightmaps.widgets import PANELS, NetworkExplorer, bundle
from weightmaps.widgets import page as html_page
from weightmaps.widgets.encode import decode_network

TOLERANCE = 1e-3
IMAGES = random_images(n=12, labels=10)
NETWORK = random_network((784, 100, 10), seed=1)
STEPS = {step: random_network((784, 1, 2), seed=step) for step in (0, 10, 1000)}
KINDS = {
    "relu": (random_network((784, 9, 4), 2, ("relu", "identity")), random_images(labels=4), {}),
    "tanh": (random_network((12, 5, 3), 3, ("tanh", "softmax")), random_images(pixels=12), {"shape": (3, 4)}),
    "softmax": (random_network((784, 30, 2), 4, ("softmax", "sigmoid")), random_images(seed=3), {}),
    "wide": (random_network((784, 1000, 10), 5), random_images(), {}),
    "one": (random_network((784, 1, 2), 6), random_images(), {}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of explorers as single files."""
    folder = tmp_path_factory.mktemp("explorers")
    NetworkExplorer(NETWORK, *IMAGES, panels=PANELS, neuron=42, output=3).to_html(folder / "all.html")
    zero_one = NetworkExplorer(None, *random_images(), checkpoints=STEPS, step=0)
    zero_one.to_html(folder / "steps.html")
    for name, (network, digits, options) in KINDS.items():
        panels = [panel for panel in PANELS if panel != "maps"]
        NetworkExplorer(network, *digits, panels=panels, **options).to_html(folder / f"{name}.html")
    return folder


@pytest.fixture(scope="module")
def places(folder, serve):
    return {"file": folder.as_uri(), "http": serve(folder)}


@pytest.fixture(params=["file", "http"])
def everything(request, page, places):
    """The explorer with every panel, opened."""
    return opened(page, places[request.param], "all")


def opened(page, place, name):
    page.goto(f"{place}/{name}.html")
    page.wait_for_selector("[data-part=sentence]:not(:empty)")
    return page


def wait_until(page, expression, argument=None):
    """Until an expression is true; the site's policy stops `wait_for_function`, which evaluates text."""
    for _ in range(300):
        if page.evaluate(expression, argument):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {expression}")


def settle(page):
    """Wait until the change is painted."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def part(page, name):
    return page.locator(f"[data-part={name}]")


def number(place):
    """A place's full precision, once its text is seen to say the same."""
    exact = float(place.get_attribute("data-value"))
    assert float(place.inner_text().replace("−", "-")) == pytest.approx(exact, abs=TOLERANCE)
    return exact


def slider_value(page, name):
    return int(part(page, f"slider-{name}").input_value())


def check(page, network, digits, neuron, sample, shape=(28, 28)):
    """Every number on screen is NumPy's."""
    settle(page)
    x = digits.images[sample].astype(float)
    trace = network.forward(x)
    bias, z, a = network.biases[0][neuron], trace.z[1][neuron], trace.a[1][neuron]
    product = network.weights[0][neuron] * x
    wanted = {"activation": a, "bias": bias, "sum": product.sum(), "z": z, "product-activation": a}
    for name, value in wanted.items():
        assert number(part(page, name)) == pytest.approx(value, abs=TOLERANCE), name
    outputs = [number(place) for place in part(page, "output-value").all()]
    assert outputs == pytest.approx(trace.a[2].tolist(), abs=TOLERANCE)
    totals = page.locator(".wm-curve svg").get_attribute("data-totals").split(" ")
    rows = bias + np.cumsum(product.reshape(shape).sum(axis=1))
    assert [float(total) for total in totals] == pytest.approx([bias, *rows], abs=TOLERANCE)
    assert page.locator(".wm-answer").get_attribute("data-index") == str(trace.a[2].argmax())
    assert f"Neuron {neuron} answers" in part(page, "sentence").inner_text()


def check_ranks(page, network, digits, output, sample, rank_by):
    trace = network.forward(digits.images[sample].astype(float))
    weights, a = network.weights[1][output], trace.a[1]
    ranked = {"weight": weights, "activation": a, "contribution": weights * a}[rank_by]
    order = np.lexsort((-trace.z[1] if rank_by == "activation" else -ranked, -ranked))
    cards = part(page, "rank").all()
    names = [card.locator(".wm-name").inner_text() for card in cards]
    assert names == [f"neuron {j}" for j in order[: len(cards)]]
    shown = [number(place) for place in part(page, "rank-value").all()]
    assert shown == pytest.approx(ranked[order[: len(cards)]].tolist(), abs=TOLERANCE)
    return order


def check_ledger(page, network, digits, neuron, output, sample):
    """The ledger and the outgoing weights are NumPy's; entries of equal contribution may swap places."""
    settle(page)
    x = digits.images[sample].astype(float)
    ledger, trace = attribution.ledger(network, x, output), network.forward(x)
    own = network.weights[1][output] * trace.a[1]
    n = len(own)
    wanted = {"bias": ledger.bias, "sum": ledger.contributions.sum(), "z": ledger.total, "own": own[neuron]}
    for name, value in {**wanted, "output": trace.a[2][output]}.items():
        assert number(part(page, f"ledger-{name}")) == pytest.approx(value, abs=TOLERANCE), name
    totals = page.locator(".wm-waterfall").get_attribute("data-totals").split(" ")
    stages = ledger.bias + np.cumsum([0, *ledger.contributions])
    assert [float(total) for total in totals] == pytest.approx(stages.tolist(), abs=TOLERANCE)
    assert float(totals[-1]) == pytest.approx(ledger.total, abs=TOLERANCE)
    ends = [*range(n)] if n <= 8 else [0, 1, 2, 3, n - 4, n - 3, n - 2, n - 1]
    shown = [number(place) for place in part(page, "entry-value").all()]
    assert shown == pytest.approx(ledger.contributions[ends].tolist(), abs=TOLERANCE)
    names = [
        int(name.removeprefix("neuron ")) for name in page.locator(".wm-entry .wm-name").all_inner_texts()
    ]
    assert shown == pytest.approx(own[names].tolist(), abs=TOLERANCE)
    pressed = [entry.get_attribute("aria-pressed") for entry in part(page, "entry").all()]
    assert pressed == ["true" if name == neuron else "false" for name in names]
    option = page.locator("#" + part(page, "ledger-grid").get_attribute("aria-activedescendant"))
    assert option.get_attribute("aria-label").startswith(f"neuron {neuron}, contribution ")
    place = int(option.get_attribute("aria-posinset")) - 1
    assert ledger.contributions[place] == pytest.approx(own[neuron], abs=TOLERANCE)
    outgoing = [number(place) for place in part(page, "outgoing-value").all()]
    assert outgoing == pytest.approx(network.weights[1][:, neuron].tolist(), abs=TOLERANCE)
    chosen = [bar.get_attribute("aria-pressed") for bar in part(page, "outgoing").all()]
    assert chosen == ["true" if k == output else "false" for k in range(len(outgoing))]
    return [int(j) for j in ledger.neurons]


def test_pictures_have_the_colours_of_the_figures(everything):
    """The weight map, of the weights as coded, and the image, pixel by pixel, to one level in rounding."""
    [shown] = decode_network(NetworkExplorer(NETWORK, *IMAGES)._network)
    weights, x = shown.weights[0][42], IMAGES.images[0]
    shares = {"weight_map": (weights / np.abs(weights).max() + 1) / 2, "input": x.astype(float)}
    maps = {"weight_map": figures.SIGNED, "input": figures.INK}
    for name, share in shares.items():
        wanted = colormaps.get_cmap(maps[name])(share) * 255
        pixels = everything.evaluate(
            """(name) => {
                const canvas = document.querySelector(`.wm-${name} > canvas`);
                return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
            }""",
            name,
        )
        off = np.abs(np.reshape(pixels, (784, 4)) - wanted).max(axis=1)
        # Between two of the 256 levels rounding decides; one level is 3.2 where the colours are steepest.
        between = np.abs(256 * share - np.rint(256 * share)) < 1e-3
        assert off[~between].max() <= 2, name
        assert off.max() < 3.3, name


# Sliders

LAST = {"sample": 11, "neuron": 99, "output": 9, "rank": 100}
FIRST = {"sample": 0, "neuron": 0, "output": 0, "rank": 1}


@pytest.mark.parametrize("name", LAST)
def test_a_slider_obeys_the_keyboard(everything, name):
    page = everything
    part(page, f"slider-{name}").focus()
    for key, value in [
        ("Home", FIRST[name]),
        ("ArrowRight", FIRST[name] + 1),
        ("ArrowUp", FIRST[name] + 2),
        ("ArrowLeft", FIRST[name] + 1),
        ("End", LAST[name]),
    ]:
        page.keyboard.press(key)
        settle(page)
        assert slider_value(page, name) == value
    check(page, NETWORK, IMAGES, slider_value(page, "neuron"), slider_value(page, "sample"))


@pytest.mark.parametrize("name", LAST)
def test_a_slider_obeys_the_mouse(everything, name):
    page = everything
    before = slider_value(page, name)
    box = part(page, f"slider-{name}").bounding_box()
    part(page, f"slider-{name}").click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    settle(page)
    value = slider_value(page, name)
    assert value != before
    assert value == pytest.approx(FIRST[name] + 0.75 * (LAST[name] - FIRST[name]), abs=1 + 0.02 * LAST[name])
    check(page, NETWORK, IMAGES, slider_value(page, "neuron"), slider_value(page, "sample"))


def test_a_slider_says_its_value_in_words(everything):
    sample = part(everything, "slider-sample")
    sample.focus()
    everything.keyboard.press("ArrowRight")
    settle(everything)
    assert sample.get_attribute("aria-valuetext") == f"1, label {IMAGES.labels[1]}"
    assert part(everything, "label").inner_text() == "This is a 1 (image 1 of 12, counted from 0)."


# Numbers


@pytest.mark.parametrize("seed", range(3))
def test_numbers_are_numpys_in_random_states(page, tmp_path, seed):
    rng = np.random.default_rng(seed)
    neuron, sample, output = (int(rng.integers(n)) for n in (100, 12, 10))
    explorer = NetworkExplorer(NETWORK, *IMAGES, panels=PANELS, neuron=neuron, sample=sample, output=output)
    explorer.rank_by = ("weight", "activation", "contribution")[seed]
    explorer.to_html(tmp_path / "state.html")
    opened(page, tmp_path.as_uri(), "state")
    check(page, NETWORK, IMAGES, neuron, sample)
    check_ranks(page, NETWORK, IMAGES, output, sample, explorer.rank_by)
    check_ledger(page, NETWORK, IMAGES, neuron, output, sample)
    weight = NETWORK.weights[1][output, neuron]
    adds = weight * NETWORK.forward(IMAGES.images[sample].astype(float)).a[1][neuron]
    said = re.findall(r"[+−][\d.]+\d", part(page, "sentence").inner_text())
    assert [float(one.replace("−", "-")) for one in said] == pytest.approx([weight, adds], abs=TOLERANCE)


@pytest.mark.parametrize("name", KINDS)
def test_every_activation_and_size_is_numpys(page, places, name):
    network, digits, options = KINDS[name]
    opened(page, places["file"], name)
    last, image = network.sizes[1] - 1, len(digits.images) - 1
    check(page, network, digits, 0, 0, **options)
    check_ledger(page, network, digits, 0, 0, 0)
    if last:
        part(page, "slider-neuron").press("End")
    part(page, "slider-sample").press("End")
    part(page, "slider-output").press("ArrowRight")
    settle(page)
    neuron = slider_value(page, "neuron")  # with a ranking, another output brings another neuron
    check(page, network, digits, neuron, image, **options)
    check_ledger(page, network, digits, neuron, 1, image)


def test_steps_move_through_the_checkpoints(page, places):
    opened(page, places["file"], "steps")
    digits = random_images()
    shown = [slider.get_attribute("data-part") for slider in page.locator("input[type=range]:visible").all()]
    assert shown == ["slider-sample", "slider-output", "slider-step"]
    check(page, STEPS[0], digits, 0, 0)
    part(page, "slider-step").press("ArrowRight")
    check(page, STEPS[10], digits, 0, 0)
    part(page, "slider-step").press("End")
    check(page, STEPS[1000], digits, 0, 0)
    assert part(page, "slider-step").get_attribute("aria-valuetext") == "Step 1,000"
    box = part(page, "slider-step").bounding_box()
    part(page, "slider-step").click(position={"x": 2, "y": box["height"] / 2})
    check(page, STEPS[0], digits, 0, 0)


# Choosing


@pytest.mark.parametrize("grid", ["hidden-grid", "maps-grid"])
def test_a_grid_obeys_keyboard_and_mouse(everything, grid):
    page = everything
    part(page, grid).focus()
    keys = {"ArrowRight": 43, "ArrowDown": 53, "ArrowLeft": 52, "ArrowUp": 42, "Home": 0, "End": 99}
    for key, neuron in keys.items():
        page.keyboard.press(key)
        check(page, NETWORK, IMAGES, neuron, 0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    check(page, NETWORK, IMAGES, 99, 0)
    box = part(page, grid).bounding_box()
    part(page, grid).click(position={"x": box["width"] * 0.35, "y": box["height"] * 0.75})
    check(page, NETWORK, IMAGES, 73, 0)
    option = page.locator("#" + part(page, grid).get_attribute("aria-activedescendant"))
    assert option.get_attribute("aria-label").startswith("neuron 73, ")
    assert option.get_attribute("aria-selected") == "true"


def test_a_click_on_a_bar_chooses_the_output(everything):
    page = everything
    part(page, "output").nth(7).click()
    settle(page)
    assert slider_value(page, "output") == 7
    assert part(page, "output").nth(7).get_attribute("aria-pressed") == "true"
    assert page.locator("[data-part=output][aria-pressed=true]").count() == 1


def test_the_reader_switches_the_ranking(everything):
    page = everything
    check_ranks(page, NETWORK, IMAGES, 3, 0, "weight")
    for rank_by in ("activation", "contribution"):
        part(page, "select-rank").select_option(rank_by)
        settle(page)
        order = check_ranks(page, NETWORK, IMAGES, 3, 0, rank_by)
        assert slider_value(page, "neuron") == 42
        assert slider_value(page, "rank") == list(order).index(42) + 1
    part(page, "select-rank").select_option(label="weight to output 3")
    settle(page)
    check_ranks(page, NETWORK, IMAGES, 3, 0, "weight")


def test_the_rank_stays_when_the_output_changes_and_the_neuron_when_the_image_does(everything):
    page = everything
    part(page, "rank").nth(2).click()
    settle(page)
    order = np.argsort(-NETWORK.weights[1][3])
    assert slider_value(page, "neuron") == order[2]
    part(page, "slider-output").press("ArrowRight")
    settle(page)
    third = np.argsort(-NETWORK.weights[1][4])[2]
    assert (slider_value(page, "rank"), slider_value(page, "neuron")) == (3, third)
    part(page, "select-rank").select_option("activation")
    part(page, "slider-sample").press("End")
    settle(page)
    order = check_ranks(page, NETWORK, IMAGES, 4, 11, "activation")
    assert slider_value(page, "neuron") == third
    assert slider_value(page, "rank") == list(order).index(third) + 1


def test_the_ledger_obeys_keyboard_and_mouse(everything):
    page = everything
    order = check_ledger(page, NETWORK, IMAGES, 42, 3, 0)
    part(page, "ledger-grid").focus()
    for key, place in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 99)]:
        page.keyboard.press(key)
        check_ledger(page, NETWORK, IMAGES, order[place], 3, 0)
    part(page, "entry").nth(2).click()
    check_ledger(page, NETWORK, IMAGES, order[2], 3, 0)
    part(page, "entry").nth(5).press("Enter")
    check_ledger(page, NETWORK, IMAGES, order[97], 3, 0)
    box = part(page, "ledger-grid").bounding_box()
    part(page, "ledger-grid").click(position={"x": box["width"] * 0.305, "y": box["height"] / 2})
    check_ledger(page, NETWORK, IMAGES, order[30], 3, 0)
    assert slider_value(page, "neuron") == order[30]
    part(page, "slider-sample").press("End")
    assert check_ledger(page, NETWORK, IMAGES, order[30], 3, 11) != order


def test_an_outgoing_weight_chooses_its_output_and_keeps_the_neuron(everything):
    page = everything
    part(page, "outgoing").nth(7).click()
    check_ledger(page, NETWORK, IMAGES, 42, 7, 0)
    part(page, "outgoing").nth(2).press("Enter")
    check_ledger(page, NETWORK, IMAGES, 42, 2, 0)
    assert (slider_value(page, "neuron"), slider_value(page, "output")) == (42, 2)


def test_bars_show_sign_and_size(everything):
    """To the right of zero in red, to the left in blue, on one scale for all neurons."""
    weights, full = NETWORK.weights[1][:, 42], np.abs(NETWORK.weights[1]).max()
    colours = {}
    for bar, weight in zip(part(everything, "outgoing").all(), weights, strict=True):
        track, fill = bar.locator(".wm-track").bounding_box(), bar.locator(".wm-fill").bounding_box()
        left = (fill["x"] - track["x"]) / track["width"] * 2 - 1
        assert left == pytest.approx(min(weight, 0) / full, abs=0.02)
        assert fill["width"] / track["width"] * 2 == pytest.approx(abs(weight) / full, abs=0.02)
        colour = bar.locator(".wm-fill").evaluate("(fill) => getComputedStyle(fill).backgroundColor")
        colours.setdefault(bool(weight > 0), set()).add(colour)
    assert colours == {True: {"rgb(178, 24, 43)"}, False: {"rgb(33, 102, 172)"}}
    fills = {}
    for name in ("plus", "minus"):
        path = everything.locator(f".wm-waterfall .wm-{name}")
        fills[name] = path.evaluate("(path) => getComputedStyle(path).fill")
        bars = path.get_attribute("d").count("Z")
        own = attribution.ledger(NETWORK, IMAGES.images[0].astype(float), 3).contributions
        assert bars == ((own > 0).sum() if name == "plus" else (own < 0).sum())
    assert fills == {"plus": "rgb(178, 24, 43)", "minus": "rgb(33, 102, 172)"}


CODEC = """async ([source, network]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { inflate, unpack } = await import(url);
    return unpack(network, await inflate(network.data)).map((layers) => layers.map((one) =>
        [one.rows, one.columns, [...one.weights], [...one.biases], one.activation]));
}"""


@pytest.mark.parametrize("name", ["units", "steps", "float32"])
def test_the_browser_decodes_what_python_does(page, places, name):
    last = random_network((12, 5, 3), 7, ("relu", "softmax"))
    large = Network([1e6 * last.weights[0], last.weights[1]], last.biases, last.activations)
    checkpoints = (
        {0: random_network((12, 5, 3), 6, ("relu", "softmax")), 9: last} if name == "steps" else None
    )
    network = large if name == "float32" else last
    digits = random_images(pixels=12)
    payload = NetworkExplorer(network, *digits, checkpoints=checkpoints, shape=(3, 4))._network
    assert (payload["unit"] is None) is (name == "float32")
    payload = {**payload, "data": base64.b64encode(payload["data"]).decode()}
    opened(page, places["http"], "steps")
    read = page.evaluate(CODEC, [bundle.read("codec.js"), payload])
    wanted = decode_network({**payload, "data": base64.b64decode(payload["data"])})
    assert read == [
        [
            [*weights.shape, weights.ravel().tolist(), biases.tolist(), activation]
            for weights, biases, activation in zip(one.weights, one.biases, one.activations, strict=True)
        ]
        for one in wanted
    ]


# What a reader of screens, phones and damaged pages gets


def test_a_change_is_announced_once_it_rests(everything):
    page = everything
    part(page, "slider-neuron").press("Home")
    settle(page)
    page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('Neuron 0 ')")
    assert page.inner_text("[role=status]") == part(page, "sentence").inner_text()


@pytest.mark.parametrize("name", ["all", "steps", "relu", "wide", "one"])
def test_a_phone_does_not_scroll_sideways(page, places, name):
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page, places["file"], name)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_theme_of_the_page_wins_over_that_of_the_system(page, places):
    ground = "getComputedStyle(document.querySelector('.wm')).backgroundColor"
    page.emulate_media(color_scheme="dark")
    opened(page, places["file"], "steps")
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


def test_a_notebook_leaves_the_keys_to_the_controls(everything):
    """JupyterLab takes arrow keys unless the focused element itself refuses."""
    everything.keyboard.press("Tab")
    refuses = "document.activeElement.dataset.lmSuppressShortcuts"
    stops = []
    while everything.evaluate("document.activeElement !== document.body") and len(stops) < 200:
        stops.append(everything.evaluate(refuses))
        everything.keyboard.press("Tab")
    assert set(stops) == {"true"}
    assert 50 < len(stops) < 200


def test_idle_costs_nothing(everything):
    page = everything
    page.wait_for_timeout(700)  # until the sentence is announced
    page.evaluate("""() => {
        window.calls = 0;
        for (const name of ["requestAnimationFrame", "setTimeout"]) {
            const whole = window[name];
            window[name] = (...all) => { window.calls++; return whole(...all); };
        }
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.calls") == 0
    part(page, "slider-neuron").press("Home")
    assert page.evaluate("window.calls") > 0


def test_names_are_shown_as_text(page, tmp_path):
    names = ("<b>nought</b>", "</script><i>one")
    NetworkExplorer(STEPS[0], *random_images(), outputs=names).to_html(tmp_path / "names.html")
    opened(page, tmp_path.as_uri(), "names")
    assert [place.inner_text() for place in page.locator(".wm-name").all()] == list(names)
    assert names[0] in part(page, "label").inner_text()
    assert page.locator(".wm b, .wm i").count() == 0


def broken(explorer, network=None, images=None, change=lambda text: text):
    """An explorer's HTML with damaged payloads or damaged text."""
    network = {**explorer._network, **(network or {})}
    images = {**explorer._images, **(images or {})}
    return change(
        html_page.fragment(
            explorer,
            {"network": network, "images": images},
            explorer._state(),
            explorer._poster(),
            explorer._words(),
        )
    )


NUMBERS = zlib.decompress(NetworkExplorer(STEPS[0], *random_images())._network["data"])


def replace(old, new):
    return {"change": lambda text: re.sub(old, new, text)}


DAMAGE = {
    "truncated": ({"network": {"data": zlib.compress(NUMBERS)[:900]}}, "its data is damaged"),
    "short": ({"network": {"data": zlib.compress(NUMBERS[:-4])}}, "its weights are not complete"),
    "not numbers": (
        {"network": {"data": zlib.compress(b"\x00\x00\xc0\x7f" + NUMBERS[4:])}},
        "its weights are not all numbers",
    ),
    "no such unit": ({"network": {"unit": "fine"}}, "its weights are not all numbers"),
    "unit missing": ({"network": {"unit": None}}, "its weights are not complete"),
    "no images": ({"images": {"data": zlib.compress(b"")}}, "its images are not complete"),
    "a table and pictures": ({"images": {"features": ["a"] * 784}}, "its images are not complete"),
    "not ours": ({"network": {"sizes": None}}, "its data is damaged"),
    "asset missing": (replace(r'\["\w{16}"\] = ', '["no"] = '), "missing or damaged"),
    "module damaged": (replace("async function render", "async function {"), "missing or damaged"),
    "no such neuron": (replace("&quot;neuron&quot;:0", "&quot;neuron&quot;:99"), "missing or damaged"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_sentence_and_a_still_picture(page, tmp_path, name):
    damage, words = DAMAGE[name]
    explorer = NetworkExplorer(STEPS[0], *random_images())
    text = html_page.document(broken(explorer, **damage) + "<p>The rest of the page.</p>", "Damaged")
    (tmp_path / "damaged.html").write_text(text, encoding="utf-8")
    page.goto((tmp_path / "damaged.html").as_uri())
    page.wait_for_selector("[data-part=trouble]")
    assert words in part(page, "trouble").inner_text()
    page.wait_for_function("document.querySelector('img[data-weightmaps-poster]')?.naturalWidth === 1200")
    assert page.locator("[data-part=sentence]").count() == 0
    assert page.get_by_text("The rest of the page.").is_visible()


def test_one_damaged_explorer_leaves_another_alone(page, tmp_path):
    good, bad = NetworkExplorer(STEPS[0], *random_images()), NetworkExplorer(STEPS[10], *random_images())
    text = broken(bad, network={"data": b""}) + good._html()
    (tmp_path / "two.html").write_text(html_page.document(text, "Two"), encoding="utf-8")
    page.goto((tmp_path / "two.html").as_uri())
    page.wait_for_selector("[data-part=trouble]")
    page.wait_for_selector("[data-part=sentence]:not(:empty)")
    check(page, STEPS[0], random_images(), 0, 0)
    assert page.locator(".wm").count() == 2


LIVE = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: explorer } = await import(url);
    const place = JSON.parse(document.querySelector("[data-weightmaps]").dataset.weightmaps);
    const [network, images] = [weightmapsAssets[place.network], weightmapsAssets[place.images]];
    const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
    const state = {
        ...place.state,
        _network: { ...network, data: bytes(network.data) }, _images: { ...images, data: bytes(images.data) },
    };
    const heard = {}, saved = [], el = document.createElement("div");
    const model = {
        get: (name) => state[name],
        set: (name, value) => { state[name] = value; },
        save_changes: () => saved.push({ output: state.output }),
        on: (event, callback) => { heard[event] = callback; },
        off: (event) => { delete heard[event]; },
    };
    const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    document.body.append(el);
    const rendering = explorer.render({ model, el });
    while (!el.querySelector(".wm-panel")) await new Promise((rested) => setTimeout(rested));
    const meanwhile = getComputedStyle(el.firstChild).visibility;
    state.sample = 2;
    heard["change:sample"]();
    const undo = await rendering;
    await painted();
    const visibility = getComputedStyle(el.firstChild).visibility;
    el.querySelectorAll("[data-part=output]")[1].click();
    state.step = 1000;
    heard["change:step"]();
    await painted();
    const z = Number(el.querySelector("[data-part=z]").dataset.value);
    state.panels = ["input"];
    heard["change:panels"]();
    await painted();
    const panels = el.querySelectorAll(".wm-panel").length;
    await undo();
    const children = el.children.length;
    return { meanwhile, visibility, z, saved, panels, children, heard: Object.keys(heard) };
}"""


def test_a_live_kernel_is_heard_and_told_until_the_view_is_removed(page, places):
    opened(page, places["http"], "steps")
    z = STEPS[1000].forward(random_images().images[2].astype(float)).z[1][0]
    assert page.evaluate(LIVE, bundle.module("explorer.js")) == {
        "meanwhile": "hidden",
        "visibility": "visible",
        "z": pytest.approx(z, abs=TOLERANCE),
        "saved": [{"output": 1}],
        "panels": 1,
        "children": 0,
        "heard": [],
    }
