"""What the explorer says of all its images: its arithmetic against NumPy, and the two panels that show it."""

from types import SimpleNamespace

import numpy as np
import pytest

from test_explorer import random_images, random_network
from test_explorer_browser import number, opened, part, settle
from weightmaps import attribution, digits, zoo
from weightmaps.widgets import NetworkExplorer
from weightmaps.widgets.encode import decode_network

SAMPLE = digits.load_sample()
REAL = SAMPLE[::10]
NIELSEN = zoo.load("nielsen")
DEEP = random_network((12, 9, 7, 4), 3, ("relu", "tanh", "sigmoid"))
DEEP_IMAGES = random_images(pixels=12, n=40, labels=4)
CASES = {
    "sigmoid": (random_network((20, 6, 3), 1), random_images(pixels=20, n=30, labels=3), [(1, 2, 0.0)]),
    "relu, softmax": (
        random_network((15, 8, 5), 2, ("relu", "softmax")),
        random_images(pixels=15, n=30, labels=5),
        [(1, 0, 0.0), (1, 5, 2.0)],
    ),
    "three hidden layers": (
        random_network((12, 9, 7, 6, 4), 3, ("tanh", "relu", "softmax", "identity")),
        DEEP_IMAGES,
        [(1, 4, 0.0), (2, 0, 0.3), (3, 5, 0.0), (1, 8, 1.5)],
    ),
    "nielsen": (NIELSEN, REAL, [(1, j, 0.0) for j in range(40)] + [(1, 77, 0.5)]),
}


def ablated(network, entries):
    for layer, neuron, factor in entries:
        network = attribution.ablate(network, [neuron], layer=layer, by=factor)
    return network


def confusion(network, images):
    """How often each label was answered with each output."""
    counts = np.zeros((network.sizes[-1],) * 2, int)
    np.add.at(counts, (images.labels, network.predict(images.images.astype(float))), 1)
    return counts


def layers_of(network):
    """The layers as `maths.js` has them, at full precision."""
    kinds = zip(network.weights, network.biases, network.activations, strict=True)
    return [
        {
            "rows": len(W),
            "columns": W.shape[1],
            "weights": W.ravel().tolist(),
            "biases": b.tolist(),
            "activation": kind,
        }
        for W, b, kind in kinds
    ]


@pytest.mark.parametrize("name", CASES)
def test_the_arithmetic_is_numpys(javascript, name):
    network, images, entries = CASES[name]
    X, labels = images.images.astype(float), images.labels
    found = javascript(
        """(() => {
            for (const layer of layers) layer.weights = Float64Array.from(layer.weights);
            const factors = factorsOf(ablated, sizes), first = [];
            Array.from(firstAnswers(layers, images, first));
            const traces = survey(layers, images, factors, first);
            const whole = survey(layers, images, null, first);
            const plain = (values) => Array.from(values, Number);
            const each = (make) => sizes.slice(1, -1).map((_, l) => plain(make(l + 1)));
            return {
                outputs: traces.map((trace) => plain(trace.a.at(-1))),
                alone: plain(forward(layers, images[0], factors).a.at(-1)),
                counts: confusion(traces, labels), right: correctCount(confusion(whole, labels)),
                means: each((layer) => meanActivations(traces, labels, layer, 1)),
                costs: each((layer) => removalCosts(layers, whole, labels, layer, null)),
                costsMore: each((layer) => removalCosts(layers, traces, labels, layer, factors)),
            };
        })()""",
        layers=layers_of(network),
        images=X.tolist(),
        labels=labels.tolist(),
        ablated=entries,
        sizes=list(network.sizes),
    )
    changed = ablated(network, entries)
    trace = changed.forward(X)
    np.testing.assert_allclose(found["outputs"], trace.a[-1], atol=1e-12)
    np.testing.assert_allclose(found["alone"], trace.a[-1][0], atol=1e-12)
    assert found["counts"] == confusion(changed, images).tolist()
    assert found["right"] == (network.predict(X) == labels).sum()
    for layer in range(1, len(network.sizes) - 1):
        means = trace.a[layer][labels == 1].mean(axis=0)
        np.testing.assert_allclose(found["means"][layer - 1], means, atol=1e-12)
        costs = attribution.removal_costs(network, X, labels, layer=layer)
        assert found["costs"][layer - 1] == costs.tolist()
        costs = attribution.removal_costs(changed, X, labels, layer=layer)
        assert found["costsMore"][layer - 1] == costs.tolist()


# The panels

PANELS = ("hidden", "responses", "ablate", "find")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """A folder of explorers, and the networks that they show: their weights as coded."""
    folder = tmp_path_factory.mktemp("evidence")
    real = NetworkExplorer(NIELSEN, *REAL, panels=(*PANELS, "input", "top"), neuron=42, output=3)
    deep = NetworkExplorer(DEEP, *DEEP_IMAGES, panels=PANELS, shape=(3, 4), ablated=[(2, 1, 0.0)])
    many = NetworkExplorer(
        random_network((784, 5, 20), 1), *random_images(n=50, labels=20), panels=PANELS[1:3]
    )
    for name, explorer in {"real": real, "deep": deep, "many": many}.items():
        explorer.to_html(folder / f"{name}.html")
    networks = {"real": decode_network(real._network)[0], "deep": decode_network(deep._network)[0]}
    return SimpleNamespace(place=folder.as_uri(), **networks)


def check_ablate(page, network, images, entries):
    """The panel's numbers are NumPy's for these factors."""
    settle(page)
    before, now = confusion(network, images), confusion(ablated(network, entries), images)
    for name, counts in {"accuracy": now, "accuracy-untouched": before}.items():
        right, n = np.trace(counts), len(images.labels)
        assert float(part(page, name).get_attribute("data-value")) == pytest.approx(right / n, abs=1e-12)
        assert part(page, name).inner_text() == f"{right} ({100 * right / n:.1f}%)"
    shown = [cell.replace("·", "0") for cell in part(page, "confused").all_inner_texts()]
    assert np.reshape(shown, now.shape).astype(int).tolist() == now.tolist()
    kinds = page.eval_on_selector_all("[data-part=confused]", "(all) => all.map((one) => one.className)")
    signs = {"wm-plus": 1, "": 0, "wm-minus": -1}
    assert [signs[kind] for kind in kinds] == np.sign(now - before).ravel().tolist()
    totals = now.sum(axis=1)
    shares = [words.split(" ")[0] for words in part(page, "right").all_inner_texts()]
    assert shares == [f"{100 * now[k, k] / totals[k]:.1f}" for k in range(len(now))]
    more = now - before - np.diag((now - before).diagonal())
    words = part(page, "mistake").inner_text()
    if more.max() <= 0:
        assert words.startswith("No mistake")
    else:
        label, answer = np.unravel_index(more.argmax(), more.shape)
        assert words.startswith(f"Most new mistakes: {more.max()} more image")
        assert f" of {label} " in words
        assert words.endswith(f" taken for {answer}.")


def check_responses(page, network, images, neuron, layer=1):
    """Means, histograms and the images that drive a neuron are NumPy's."""
    settle(page)
    trace, labels = network.forward(images.images.astype(float)), images.labels
    a, z = trace.a[layer][:, neuron], trace.z[layer][:, neuron]
    means = [number(place) for place in part(page, "response-mean").all()]
    assert means == pytest.approx([a[labels == k].mean() for k in range(network.sizes[-1])], abs=1e-6)
    if network.activations[layer - 1] == "sigmoid":
        low, high = 0, 1
    else:
        low, high = a.min(), a.max()
    shares = [
        np.histogram(a[labels == k], 20, (low, high))[0] / (labels == k).sum() for k in range(len(means))
    ]
    bars = page.eval_on_selector_all(
        ".wm-shares > path:first-child", "(all) => all.map((one) => one.getAttribute('d'))"
    )
    for line, path in zip(shares, bars, strict=True):
        drawn = np.zeros(20)
        for bar in path.split("M")[1:]:
            drawn[int(bar.split(" ")[0])] = -float(bar.split("v")[1].split("h")[0])
        np.testing.assert_allclose(drawn * np.max(shares), line, atol=1e-6)
    order = np.argsort(-z, kind="stable")
    cards = part(page, "driver")
    half = cards.count() // 2
    samples = [*order[:half], *order[::-1][:half]]
    assert cards.locator(".wm-name").all_inner_texts() == [str(labels[i]) for i in samples]
    shown = [number(place) for place in part(page, "driver-activation").all()]
    assert shown == pytest.approx(a[samples].tolist(), abs=1e-6)
    return samples


def test_a_neuron_is_switched_off_scaled_and_switched_on(page, evidence):
    opened(page, evidence.place, "real")
    network = evidence.real
    check_ablate(page, network, REAL, [])
    assert part(page, "ablated").inner_text() == "Every neuron is on, as trained."
    assert part(page, "all-on").is_disabled()
    slider = part(page, "slider-factor")
    slider.press("Home")
    check_ablate(page, network, REAL, [(1, 42, 0.0)])
    assert slider.get_attribute("aria-valuetext") == "neuron 42: switched off"
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    check_ablate(page, network, REAL, [(1, 42, 0.7)])
    assert slider.get_attribute("aria-valuetext") == "neuron 42: × 0.7"
    part(page, "slider-neuron").press("End")
    part(page, "switch").click()
    check_ablate(page, network, REAL, [(1, 42, 0.7), (1, 99, 0.0)])
    assert part(page, "ablated").inner_text() == "Neuron 42 × 0.7; neuron 99 is off."
    assert part(page, "switch").inner_text() == "Switch on neuron 99"
    check_responses(page, network, REAL, 99)
    part(page, "switch").press("Enter")
    check_ablate(page, network, REAL, [(1, 42, 0.7)])
    part(page, "all-on").click()
    check_ablate(page, network, REAL, [])


def test_only_the_top_neurons_are_kept(page, evidence):
    """The order is that of the whole layer, even where most of it is off already."""
    opened(page, evidence.place, "real")
    outgoing = evidence.real.weights[1][3]
    off = [(1, int(j), 0.0) for j in np.argsort(-outgoing)[10:]]
    part(page, "keep").click()
    check_ablate(page, evidence.real, REAL, off)
    assert part(page, "ablated").inner_text() == "90 of 100 neurons are off."
    for grid in ("hidden", "find"):
        crosses = page.locator(f".wm-{grid} .wm-crosses path").get_attribute("d")
        assert crosses.count("M") == 90
    part(page, "select-rank").select_option("contribution")
    settle(page)
    slider = part(page, "slider-keep")
    for _ in range(4):
        slider.press("ArrowRight")
    part(page, "keep").click()
    contributions = outgoing * evidence.real.forward(REAL.images[0].astype(float)).a[1]
    off = [(1, int(j), 0.0) for j in np.argsort(-contributions)[14:]]
    check_ablate(page, evidence.real, REAL, off)
    slider.press("Home")
    part(page, "keep").click()
    check_ablate(page, evidence.real, REAL, [(1, j, 0.0) for j in range(100)])


def test_a_finger_switches_neurons_off(browser, evidence):
    context = browser.new_context(has_touch=True, viewport={"width": 360, "height": 740})
    page = opened(context.new_page(), evidence.place, "real")
    part(page, "switch").tap()
    check_ablate(page, evidence.real, REAL, [(1, 42, 0.0)])
    part(page, "driver").nth(9).tap()
    sample = check_responses(page, evidence.real, REAL, 42)[9]
    assert part(page, "slider-sample").input_value() == str(sample)
    part(page, "all-on").tap()
    check_ablate(page, evidence.real, REAL, [])
    context.close()


def test_layers_are_switched_off_one_by_one(page, evidence):
    opened(page, evidence.place, "deep")
    network, entries = evidence.deep, [(2, 1, 0.0)]
    check_ablate(page, network, DEEP_IMAGES, entries)
    check_responses(page, network, DEEP_IMAGES, 0)
    assert part(page, "ablated").inner_text() == "Neuron 1 of layer 2 is off."
    part(page, "slider-factor").press("End")
    entries.append((1, 0, 2.0))
    check_ablate(page, network, DEEP_IMAGES, entries)
    part(page, "choice-2").check(force=True)
    settle(page)
    check_responses(page, ablated(network, entries), DEEP_IMAGES, 0, layer=2)
    part(page, "slider-keep").press("Home")
    part(page, "keep").click()
    check_ablate(page, network, DEEP_IMAGES, [(1, 0, 2.0)] + [(2, j, 0.0) for j in range(7)])
    check_responses(page, ablated(network, entries), DEEP_IMAGES, 0, layer=2)
    part(page, "all-on").click()
    check_ablate(page, network, DEEP_IMAGES, [])


def test_an_image_that_drives_a_neuron_opens(page, evidence):
    opened(page, evidence.place, "real")
    samples = check_responses(page, evidence.real, REAL, 42)
    cards = part(page, "driver")
    assert cards.count() == 16
    for place in (2, 12):
        cards.nth(place).focus()
        page.keyboard.press("Enter")
        settle(page)
        assert part(page, "slider-sample").input_value() == str(samples[place])
        pressed = [card.get_attribute("aria-pressed") for card in cards.all()]
        assert pressed == ["true" if sample == samples[place] else "false" for sample in samples]


def test_another_image_repaints_no_evidence(page, evidence):
    opened(page, evidence.place, "real")
    page.evaluate("""() => {
        window.changes = 0;
        const all = { childList: true, characterData: true, attributes: true, subtree: true };
        const watch = (name, options) => new MutationObserver((seen) => { window.changes += seen.length; })
            .observe(document.querySelector(name), options);
        watch(".wm-rows", all);
        watch(".wm-confusion", all);
    }""")
    part(page, "slider-sample").press("End")
    settle(page)
    assert page.evaluate("window.changes") == 0
    part(page, "switch").click()
    settle(page)
    assert page.evaluate("window.changes") > 0


def test_a_wide_table_scrolls_by_itself(page, evidence):
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page, evidence.place, "many")
    area = page.get_by_role("group", name="Table of answers")
    area.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.wm-scroll').scrollLeft > 0")
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["real", "deep"])
def test_nothing_scrolls_sideways(page, evidence, name, width):
    page.set_viewport_size({"width": width, "height": 740})
    opened(page, evidence.place, name)
    part(page, "keep").click()
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    area = page.locator(".wm-scroll")
    assert area.evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_two_networks_each_have_their_accuracy(page, tmp_path):
    """The switches stand once, and act on both."""
    other = random_network((12, 9, 7, 4), 8, DEEP.activations)
    explorer = NetworkExplorer(
        DEEP, *DEEP_IMAGES, others={"other": other}, view="compare", shape=(3, 4), panels=["ablate"]
    )
    explorer.to_html(tmp_path / "two.html")
    opened(page, tmp_path.as_uri(), "two")
    assert page.locator("[data-part=switch]:visible").count() == 1
    part(page, "switch").first.click()
    settle(page)
    X = DEEP_IMAGES.images.astype(float)
    wanted = [
        one.accuracy(X, DEEP_IMAGES.labels)
        for network in decode_network(explorer._network)
        for one in (ablated(network, [(1, 0, 0.0)]), network)
    ]
    shown = page.locator("[data-part^=accuracy]").all()
    assert [float(place.get_attribute("data-value")) for place in shown] == pytest.approx(wanted)
