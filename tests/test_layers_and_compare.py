"""Several hidden layers and several networks side by side, in a browser: NumPy's numbers, every control."""

import numpy as np
import pytest
from matplotlib import colormaps

from test_explorer import random_images, random_network
from test_explorer_browser import TOLERANCE, number, opened, part, settle, slider_value
from weightmaps import attribution, figures
from weightmaps.network import Network
from weightmaps.widgets import PANELS, NetworkExplorer, bundle
from weightmaps.widgets import page as html_page
from weightmaps.widgets.encode import decode_network


def balanced(network, X):
    """Larger weights, and biases about which z lies: answers then differ, and hang on single neurons."""
    weights, biases = [5 * W for W in network.weights], []
    for layer in range(len(weights)):
        upto = weights[: layer + 1], [*biases, np.zeros(len(weights[layer]))]
        biases.append(-Network(*upto).forward(X).z[-1].mean(axis=0))
    return Network(weights, biases)


SMALL_IMAGES = random_images(n=40, pixels=12)
SMALL = balanced(random_network((12, 5, 4, 3, 2), 1), SMALL_IMAGES.images)
LARGE = random_network((784, 30, 25, 10), 2, ("relu", "tanh", "softmax"))
LARGE_IMAGES = random_images(n=12, labels=10)
DEEP = {"small": (SMALL, SMALL_IMAGES, {"shape": (3, 4)}), "large": (LARGE, LARGE_IMAGES, {})}
OTHERS = {"shuffled": random_network((12, 5, 2), 4), "<b>untrained</b>": random_network((12, 5, 2), 5)}
STEPS = {
    0: random_network((12, 5, 2), 6),
    10: random_network((12, 5, 2), 7),
    1000: random_network((12, 5, 2), 3),
}
IMAGES = random_images(n=40, pixels=12)
MEASURES = ("weight", "activation", "contribution", "mean", "removal")
WIDTHS = pytest.mark.parametrize("width", [1280, 360])


def show(page, path, explorer, width=1280):
    """Write the explorer, open it; its still picture is not the subject here."""
    body = html_page.fragment(
        explorer,
        {"network": explorer._network, "images": explorer._images},
        explorer._state(),
        (b"", 1, 1),
        "",
    )
    path.joinpath("it.html").write_text(html_page.document(body, "It"), encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 900})
    return opened(page, path.as_uri(), "it")


def deep(name, **state):
    network, digits, options = DEEP[name]
    return NetworkExplorer(network, *digits, panels=PANELS, **options, **state)


def compared(others=None, checkpoints=None, panels=PANELS, **state):
    network = None if checkpoints else STEPS[1000]
    return NetworkExplorer(
        network,
        *IMAGES,
        shape=(3, 4),
        checkpoints=checkpoints,
        others=others,
        view="compare",
        panels=panels,
        **state,
    )


def numbers(page, name):
    return [number(place) for place in part(page, name).all()]


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


def signed(values, limit):
    return colormaps.get_cmap(figures.SIGNED)((values / limit + 1) / 2) * 255


def measured(network, digits, layer, output, sample, name):
    """A measure of every neuron of a layer, by NumPy."""
    trace, weights = network.forward(digits.images[sample].astype(float)), network.weights[layer][output]
    if name in ("weight", "activation", "contribution"):
        a = trace.a[layer]
        return {"weight": weights, "activation": a, "contribution": weights * a}[name]
    X = digits.images.astype(float)
    if name == "removal":
        return attribution.removal_costs(network, X, digits.labels, layer=layer).astype(float)
    label = output if layer == len(network.sizes) - 2 else digits.labels[sample]
    mine = network.forward(X).a[layer][digits.labels == label]
    return mine.mean(axis=0) if len(mine) else np.zeros(network.sizes[layer])


# Several layers


def check_layer(page, network, digits, layer, neuron, output, sample=0, shape=(28, 28)):
    """Every panel shows NumPy's numbers of this layer."""
    settle(page)
    trace = network.forward(digits.images[sample].astype(float))
    inputs, z, a = trace.a[layer - 1], trace.z[layer][neuron], trace.a[layer][neuron]
    weights, bias, outgoing = (
        network.weights[layer - 1][neuron],
        network.biases[layer - 1][neuron],
        network.weights[layer],
    )
    product = weights * inputs
    across = shape[1] if layer == 1 else int(np.ceil(np.sqrt(len(weights))))
    wanted = {
        "activation": a,
        "bias": bias,
        "sum": product.sum(),
        "z": z,
        "product-activation": a,
        "ledger-bias": network.biases[layer][output],
        "ledger-sum": outgoing[output] @ trace.a[layer],
        "ledger-z": trace.z[layer + 1][output],
        "ledger-output": trace.a[layer + 1][output],
        "ledger-own": outgoing[output, neuron] * a,
    }
    for name, value in wanted.items():
        assert numbers(page, name) == pytest.approx([value], abs=TOLERANCE), name
    assert numbers(page, "output-value") == pytest.approx(trace.a[-1].tolist(), abs=TOLERANCE)
    totals = [float(one) for one in page.locator(".wm-curve svg").get_attribute("data-totals").split(" ")]
    rows = [row.sum() for row in np.split(product, range(across, len(product), across))]
    stages = bias + np.cumsum([0, *rows])
    assert totals == pytest.approx(stages.tolist(), abs=TOLERANCE)
    target = (
        f"output {output}" if layer == len(network.sizes) - 2 else f"neuron {output} of layer {layer + 1}"
    )
    sentence = part(page, "sentence").inner_text()
    assert f"Neuron {neuron} answers" in sentence
    assert f"Its weight to {target} is" in sentence
    shown = numbers(page, "rank-value")
    assert shown == pytest.approx(sorted(outgoing[output], reverse=True)[: len(shown)], abs=TOLERANCE)
    if len(outgoing) > 20:
        option = page.locator("#" + part(page, "outgoing").get_attribute("aria-activedescendant"))
        words = option.get_attribute("aria-label").replace("−", "-")
        assert words.startswith(f"{target}, weight ")
        assert float(words.split(" ")[-1]) == pytest.approx(outgoing[output, neuron], abs=TOLERANCE)
        across = int(np.ceil(np.sqrt(len(outgoing))))
        colours = signed(outgoing[:, neuron], np.abs(outgoing).max())
        assert np.abs(pixels(page, ".wm-outgoing canvas")[: len(outgoing)] - colours).max() <= 2
    else:
        assert numbers(page, "outgoing-value") == pytest.approx(outgoing[:, neuron].tolist(), abs=TOLERANCE)


@pytest.mark.parametrize(
    ("name", "layer", "neuron", "output"),
    [
        ("small", 1, 4, 3),
        ("small", 2, 3, 2),
        ("small", 3, 2, 1),
        ("large", 1, 29, 24),
        ("large", 2, 24, 9),
    ],
)
def test_every_panel_shows_the_chosen_layer(page, tmp_path, name, layer, neuron, output):
    network, digits, options = DEEP[name]
    explorer = deep(name, layer=layer, neuron=neuron, output=output)
    show(page, tmp_path, explorer)
    check_layer(page, network, digits, layer, neuron, output, **options)
    weights = decode_network(explorer._network)[0].weights[layer - 1][neuron]
    colours = pixels(page, ".wm-weight_map > canvas")
    assert np.abs(colours[: len(weights)] - signed(weights, np.abs(weights).max())).max() <= 2
    assert (colours[len(weights) :] == 0).all()  # the last row of a deeper layer's picture may not be full
    part(page, "slider-sample").press("End")
    check_layer(page, network, digits, layer, neuron, output, len(digits.images) - 1, **options)


@WIDTHS
def test_the_layer_is_switched_by_keyboard_and_pointer(page, tmp_path, width):
    network, digits, options = DEEP["small"]
    show(page, tmp_path, deep("small", neuron=4, output=3), width)
    part(page, "choice-1").focus()
    page.keyboard.press("ArrowRight")
    check_layer(page, network, digits, 2, 0, 0, **options)  # there is no neuron 4, no neuron 3 in the next
    assert page.evaluate("document.activeElement.dataset.part") == "choice-2"
    assert [part(page, f"slider-{name}").get_attribute("max") for name in ("neuron", "output")] == ["3", "2"]
    assert page.get_by_label("Neuron of the next layer", exact=True).is_visible()
    part(page, "slider-neuron").press("End")
    page.locator("label", has_text="3 (3 neurons)").click()
    check_layer(page, network, digits, 3, 0, 0, **options)
    assert page.get_by_label("Output", exact=True).is_visible()
    page.locator("label", has_text="1 (5 neurons)").click()
    check_layer(page, network, digits, 1, 0, 0, **options)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("key", [None, "Enter"])
def test_an_output_chosen_from_an_early_layer_opens_the_last(page, tmp_path, key):
    network, digits, options = DEEP["small"]
    show(page, tmp_path, deep("small", neuron=4))
    assert page.locator("[data-part=output][aria-pressed=true]").count() == 0
    bar = part(page, "output").nth(1)
    bar.press(key) if key else bar.click()
    check_layer(page, network, digits, 3, 0, 1, **options)
    assert bar.get_attribute("aria-pressed") == "true"
    assert bar.evaluate("(one) => one === document.activeElement")


# Find


@pytest.mark.parametrize(("name", "layer"), [("small", 1), ("small", 3), ("large", 2)])
def test_the_grid_is_coloured_and_sorted_by_every_measure(page, tmp_path, name, layer):
    network, digits, _ = DEEP[name]
    neuron, output = 1, 1
    show(page, tmp_path, deep(name, layer=layer, neuron=neuron, output=output))
    bounded = network.activations[layer - 1] == "sigmoid"
    wanted = {one: measured(network, digits, layer, output, 0, one) for one in MEASURES}
    assert np.ptp(wanted["removal"]) > 0
    for colour in MEASURES:
        part(page, "select-colour").select_option(colour)
        values = wanted[colour]
        if colour in ("activation", "mean"):
            low, high = (0, 1) if bounded else (min(0, values.min()), values.max())
            colours = colormaps.get_cmap(figures.INK)((values - low) / (high - low)) * 255
        else:
            colours = signed(values, np.abs(values).max() or 1)
        for sort in ("number", *MEASURES):
            part(page, "select-sort").select_option(sort)
            settle(page)
            ranked = wanted.get(sort, np.zeros(len(values)))
            order = np.argsort(-ranked, kind="stable")
            shown = pixels(page, ".wm-find canvas")[: len(values)]
            assert np.abs(shown - colours[order]).max() <= 4, (colour, sort)
            assert numbers(page, "measure") == pytest.approx([values[neuron]], abs=TOLERANCE)
            option = page.locator("#" + part(page, "find-grid").get_attribute("aria-activedescendant"))
            assert int(option.get_attribute("aria-posinset")) - 1 == list(order).index(neuron)
    note = page.locator(".wm-find .wm-note").inner_text()
    assert "In order, the first at the top left: images lost without it." in note


@WIDTHS
def test_a_cell_of_a_sorted_grid_opens_its_neuron(page, tmp_path, width):
    explorer = deep("large", layer=2, sorted=True, rank_by="contribution")
    show(page, tmp_path, explorer, width)
    order = np.argsort(-measured(LARGE, LARGE_IMAGES, 2, 0, 0, "contribution"))
    box = part(page, "find-grid").bounding_box()
    part(page, "find-grid").click(position={"x": box["width"] * 0.5, "y": box["height"] * 0.1})
    settle(page)
    assert slider_value(page, "neuron") == order[2]
    for key, place in [("ArrowRight", 3), ("ArrowDown", 8), ("Home", 0), ("End", 24), ("ArrowUp", 19)]:
        page.keyboard.press(key)
        settle(page)
        assert slider_value(page, "neuron") == order[place], key


def test_the_lists_of_the_grid_obey_the_keyboard(page, tmp_path):
    show(page, tmp_path, deep("small"))
    part(page, "select-sort").focus()
    page.keyboard.press("ArrowDown")
    settle(page)
    assert part(page, "select-sort").input_value() == "weight"
    part(page, "select-colour").focus()
    page.keyboard.press("End")
    settle(page)
    assert numbers(page, "measure") == [measured(SMALL, SMALL_IMAGES, 1, 0, 0, "removal")[0]]


# Neurons switched off, and an image that is no sample


@pytest.mark.parametrize("colour", MEASURES)
def test_factors_of_every_layer_and_pixels_go_through_the_network(page, tmp_path, colour):
    factors, x = [(1, 4, 0.5), (2, 0, 0), (3, 1, 2)], np.linspace(0, 1, 12)
    network = SMALL
    for layer, neuron, factor in factors:
        network = attribution.ablate(network, [neuron], layer=layer, by=factor)
    trace = network.forward(x)
    explorer = deep("small", layer=2, output=1, ablated=factors, pixels=x, colour_by=colour)
    show(page, tmp_path, explorer)
    off = f"Neuron 0 answers {trace.a[2][0]:.3f} to this drawing, but is switched off."
    assert off in part(page, "sentence").inner_text()
    wanted = {"activation": 0, "z": trace.z[2][0], "product-activation": trace.a[2][0], "ledger-own": 0}
    wanted |= {"ledger-z": trace.z[3][1], "ledger-output": trace.a[3][1]}
    for name, value in wanted.items():
        assert numbers(page, name) == pytest.approx([value], abs=TOLERANCE), name
    assert numbers(page, "output-value") == pytest.approx(trace.a[4].tolist(), abs=TOLERANCE)
    assert part(page, "verdict").inner_text() == f"The network says {trace.a[4].argmax()}."
    sent = trace.a[2] * [0, 1, 1, 1]
    values = {
        "weight": SMALL.weights[2][1],
        "activation": sent,
        "contribution": SMALL.weights[2][1] * sent,
        **{name: measured(network, SMALL_IMAGES, 2, 1, 0, name) for name in ("mean", "removal")},
    }[colour]
    for neuron in range(4):
        part(page, "slider-neuron").fill(str(neuron))
        settle(page)
        assert numbers(page, "measure") == pytest.approx([values[neuron]], abs=TOLERANCE)
    part(page, "slider-sample").press("ArrowRight")  # a sample takes the drawing's place
    settle(page)
    y = network.forward(SMALL_IMAGES.images[1].astype(float)).a[4]
    assert numbers(page, "output-value") == pytest.approx(y.tolist(), abs=TOLERANCE)


# Side by side


def check_pair(page, networks, neuron, output, sample=0):
    settle(page)
    x = IMAGES.images[sample].astype(float)
    traces = [network.forward(x) for network in networks]
    wanted = {
        "activation": [one.a[1][neuron] for one in traces],
        "z": [one.z[1][neuron] for one in traces],
        "bias": [one.biases[0][neuron] for one in networks],
        "output-value": [value for one in traces for value in one.a[2]],
        "ledger-z": [one.z[2][output] for one in traces],
        "outgoing-value": [weight for one in networks for weight in one.weights[1][:, neuron]],
        "rank-value": [weight for one in networks for weight in sorted(one.weights[1][output], reverse=True)],
    }
    for name, values in wanted.items():
        assert numbers(page, name) == pytest.approx(values, abs=TOLERANCE), name


PAIRS = {
    "steps": ({"checkpoints": STEPS, "step": 10, "other": 0}, [STEPS[10], STEPS[0]], ["Step 10", "Step 0"]),
    "names": ({"others": OTHERS}, [STEPS[1000], OTHERS["shuffled"]], ["This network", "shuffled"]),
}


@WIDTHS
@pytest.mark.parametrize("name", PAIRS)
def test_two_networks_stand_side_by_side(page, tmp_path, name, width):
    options, networks, titles = PAIRS[name]
    show(page, tmp_path, compared(**options, neuron=2, output=1), width)
    check_pair(page, networks, 2, 1)
    sentence = part(page, "sentence").inner_text()
    assert [f"{title}: neuron 2 answers" in sentence for title in titles] == [True, True]
    assert part(page, "which").all_inner_texts() == titles * (
        len(PANELS) - 2
    )  # the image and the pad stand once
    assert page.locator(".wm-input").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for panel in ("weight_map", "product", "hidden"):
        one, two = (place.bounding_box() for place in page.locator(f".wm-{panel}").all())
        beside = width == 1280 or panel != "product"
        assert (one["y"] == two["y"] and one["x"] + one["width"] < two["x"]) is beside, panel
    part(page, "slider-neuron").press("End")
    part(page, "slider-sample").press("End")
    check_pair(page, networks, 4, 1, 39)


def test_scales_are_shared_or_separate_and_said(page, tmp_path):
    options, _, _ = PAIRS["names"]
    explorer = compared(**options, neuron=2)
    show(page, tmp_path, explorer)
    networks = decode_network(explorer._network)
    weights = [one.weights[0][2] for one in networks]
    shared = max(np.abs(one).max() for one in weights)

    def check(limits, words):
        settle(page)
        for nth, limit in enumerate(limits):
            shown = pixels(page, ".wm-weight_map > canvas", nth)
            assert np.abs(shown - signed(weights[nth], limit)).max() <= 2
            note = page.locator(".wm-weight_map .wm-note").nth(nth).inner_text()
            assert words in note
            ends = page.locator(".wm-weight_map .wm-ends").nth(nth).inner_text().split()
            assert float(ends[-1]) == pytest.approx(limit, abs=TOLERANCE)

    check([shared, shared], "All networks share the scale.")
    page.locator("label", has_text="each its own").click()
    check([np.abs(one).max() for one in weights[:2]], "The scale is this network’s own.")
    part(page, "choice-separate").press("ArrowLeft")
    check([shared, shared], "All networks share the scale.")


def test_outputs_beyond_one_share_their_scale(page, tmp_path):
    networks = [random_network((12, 5, 2), seed, ("relu", "identity")) for seed in (1, 2)]
    explorer = NetworkExplorer(
        networks[0], *IMAGES, shape=(3, 4), others={"b": networks[1]}, view="compare", panels=["outputs"]
    )
    show(page, tmp_path, explorer)
    values = [one.forward(IMAGES.images[0].astype(float)).a[2] for one in networks]
    low, high = min(0, *map(np.min, values)), max(1, *map(np.max, values))
    for bar, value in zip(part(page, "output").all(), np.concatenate(values), strict=True):
        width = (
            bar.locator(".wm-fill").bounding_box()["width"] / bar.locator(".wm-track").bounding_box()["width"]
        )
        assert width == pytest.approx(abs(value) / (high - low), abs=0.02)


@WIDTHS
def test_another_network_is_chosen_by_keyboard_and_pointer(page, tmp_path, width):
    show(page, tmp_path, compared(others=OTHERS), width)
    network = STEPS[1000]
    assert part(page, "select-other").locator("option").all_inner_texts() == [*OTHERS]
    part(page, "select-other").press("ArrowDown")
    check_pair(page, [network, OTHERS["<b>untrained</b>"]], 0, 0)
    assert part(page, "which").nth(1).inner_text() == "<b>untrained</b>"
    part(page, "select-other").select_option(label="shuffled")
    check_pair(page, [network, OTHERS["shuffled"]], 0, 0)
    page.locator("label", has_text="one network").click()
    settle(page)
    assert part(page, "which").count() == 0
    assert len(numbers(page, "z")) == 1
    assert not part(page, "select-other").is_visible()
    part(page, "choice-one").press("ArrowRight")
    check_pair(page, [network, OTHERS["shuffled"]], 0, 0)


def test_what_is_chosen_in_the_second_column_is_of_its_network(page, tmp_path):
    options, networks, _ = PAIRS["names"]
    show(page, tmp_path, compared(**options, sorted=True, rank_by="contribution"))
    x = IMAGES.images[0].astype(float)
    orders = [attribution.ledger(one, x, 0).neurons for one in networks]
    assert [orders[0][k] != orders[1][k] for k in (0, 4)] == [True, True]

    def opens(neuron):
        settle(page)
        assert slider_value(page, "neuron") == neuron

    for side in (1, 0):
        part(page, "rank").nth(5 * side).click()
        opens(orders[side][0])
        part(page, "entry").nth(5 * side + 4).click()
        opens(orders[side][4])
        part(page, "find-grid").nth(side).press("Home")
        opens(orders[side][0])
        part(page, "slider-rank").nth(side).press("End")
        opens(orders[side][4])
        part(page, "ledger-grid").nth(side).press("Home")
        opens(orders[side][0])


# Play


@WIDTHS
@pytest.mark.parametrize("view", ["one", "compare"])
def test_play_goes_through_the_steps_and_stops(page, tmp_path, view, width):
    explorer = compared(checkpoints=STEPS, step=0, other=0)
    explorer.view = view
    show(page, tmp_path, explorer, width)
    counted(page)
    play = part(page, "play")
    play.click()
    assert play.inner_text() == "Pause"
    for place in (1, 2):
        page.wait_for_function(f"document.querySelector('[data-part=slider-step]').value === '{place}'")
    page.wait_for_function("document.querySelector('[data-part=play]').textContent === 'Play'")
    z = STEPS[1000].forward(IMAGES.images[0].astype(float)).z[1][0]
    settle(page)
    assert number(part(page, "z").first) == pytest.approx(z, abs=TOLERANCE)
    page.wait_for_timeout(700)
    assert page.evaluate("window.ticking.size") == 0
    play.press("Enter")  # from the last step it starts again at the first
    settle(page)
    assert slider_value(page, "step") == 0
    play.press("Enter")
    assert play.inner_text() == "Play"
    assert page.evaluate("window.ticking.size") == 0
    page.wait_for_timeout(800)
    assert slider_value(page, "step") == 0


def counted(page):
    """Keep the intervals that run in `window.ticking`."""
    page.evaluate("""() => {
        window.ticking = new Set();
        const [set, clear] = [window.setInterval, window.clearInterval];
        window.setInterval = (...all) => { const id = set(...all); ticking.add(id); return id; };
        window.clearInterval = (id) => { ticking.delete(id); clear(id); };
    }""")


def test_playing_stops_where_the_reader_jumps_to_the_end(page, tmp_path):
    show(page, tmp_path, compared(checkpoints=STEPS, step=0))
    counted(page)
    part(page, "play").click()
    part(page, "slider-step").press("End")
    page.wait_for_function("window.ticking.size === 0")
    settle(page)
    assert slider_value(page, "step") == 2
    assert part(page, "play").inner_text() == "Play"


LEAVE = """async ([source, how]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: explorer } = await import(url);
    const place = JSON.parse(document.querySelector("[data-weightmaps]").dataset.weightmaps);
    const [_network, _images] = [weightmapsAssets[place.network], weightmapsAssets[place.images]];
    const state = { ...place.state, _network, _images };
    const heard = {}, el = document.createElement("div");
    const model = {
        get: (name) => state[name], set: (name, value) => { state[name] = value; }, save_changes() {},
        on: (event, callback) => { heard[event] = callback; }, off() {},
    };
    document.body.append(el);
    const undo = await explorer.render({ model, el });
    el.querySelector("[data-part=play]").click();
    const during = ticking.size;
    if (how === "removed") await undo();
    else {
        state.panels = ["input"];
        heard["change:panels"]();
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    return [during, ticking.size];
}"""


@pytest.mark.parametrize("how", ["removed", "without steps"])
def test_a_view_that_is_gone_plays_no_more(page, tmp_path, how):
    show(page, tmp_path, compared(checkpoints=STEPS, step=0))
    counted(page)
    assert page.evaluate(LEAVE, [bundle.module("explorer.js"), how]) == [1, 0]


# Touch


@WIDTHS
def test_the_new_controls_obey_a_finger(browser, tmp_path, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, has_touch=True)
    page = context.new_page()
    try:
        show(page, tmp_path, compared(checkpoints=STEPS, step=0, sorted=True, rank_by="weight"), width)
        order = np.argsort(-STEPS[1000].weights[1][0])
        page.locator("label", has_text="each its own").tap()
        settle(page)
        assert part(page, "choice-separate").is_checked()
        page.locator("label", has_text="one network").tap()
        settle(page)
        part(page, "play").tap()
        page.wait_for_function("document.querySelector('[data-part=slider-step]').value === '2'")
        box = part(page, "find-grid").bounding_box()
        part(page, "find-grid").tap(position={"x": box["width"] * 0.5, "y": box["height"] * 0.25})
        settle(page)
        assert slider_value(page, "neuron") == order[1]
        show(page, tmp_path, deep("small"), width)
        page.locator("label", has_text="2 (4 neurons)").tap()
        check_layer(page, SMALL, SMALL_IMAGES, 2, 0, 0, shape=(3, 4))
    finally:
        context.close()


# Large networks


@pytest.mark.parametrize(
    ("sizes", "shape"), [((784, 100, 50, 10), (28, 28)), ((3072, 512, 10), (48, 64))], ids=["deep", "wide"]
)
def test_larger_networks_are_shown_with_numpys_numbers(page, tmp_path, sizes, shape):
    network, digits = random_network(sizes, 9), random_images(n=3, pixels=sizes[0], labels=10)
    panels = [one for one in PANELS if one != "maps"]
    explorer = NetworkExplorer(
        network, *digits, shape=shape, panels=panels, neuron=sizes[1] - 1, output=3, sample=2
    )
    show(page, tmp_path, explorer)
    check_layer(page, network, digits, 1, sizes[1] - 1, 3, 2, shape=shape)
    canvas = page.locator(".wm-input canvas")
    assert canvas.evaluate("(one) => [one.height, one.width]") == list(shape)
    if len(sizes) > 3:
        page.locator("label", has_text="2 (50 neurons)").click()
        check_layer(page, network, digits, 2, 0, 3, 2, shape=shape)


@pytest.mark.parametrize("scales", ["shared", "separate"])
def test_running_totals_say_where_zero_lies_on_their_common_scale(page, tmp_path, scales):
    explorer = compared(checkpoints=STEPS, panels=("product", "ledger"), other=0, scales=scales)
    show(page, tmp_path, explorer)
    x = IMAGES.images[0].astype(float)
    every = {"product": [], "ledger": []}
    for network in (STEPS[1000], STEPS[0]):
        rows = (network.weights[0][0] * x).reshape(3, 4).sum(axis=1)
        every["product"].append(network.biases[0][0] + np.cumsum([0, *rows]))
        ledger = attribution.ledger(network, x, 0)
        every["ledger"].append(ledger.bias + np.cumsum([0, *ledger.contributions]))
    for name, totals in every.items():
        some = [np.concatenate(totals)] * 2 if scales == "shared" else totals
        low, high = np.transpose([(min(0, one.min()), max(0, one.max())) for one in some])
        if name == "product":
            lines = page.locator(".wm-curve .wm-zero").all()
            found = [float(line.get_attribute("d")[1:].split(" ")[0]) for line in lines]
            wanted = 4 - 92 * low / (high - low)
        else:
            found = page.locator(".wm-nought").evaluate_all(
                "(all) => all.map((one) => parseFloat(one.style.top))"
            )
            wanted = 4 + 92 * high / (high - low)
        assert found == pytest.approx(wanted.tolist(), abs=0.05), name
        assert len({*wanted}) == (1 if scales == "shared" else 2)
