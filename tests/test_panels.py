"""Every number of every panel, in random states of networks of many kinds, against NumPy."""

import re
import zlib

import numpy as np
import pytest
from matplotlib import colormaps

import engine as without_a_browser
from engine import Shown, number
from test_explorer import Sample, random_images, random_network
from weightmaps import attribution, figures
from weightmaps.network import Network
from weightmaps.widgets import PANELS, NetworkExplorer, bundle
from weightmaps.widgets.encode import decode_network
from weightmaps.widgets.still import Engine

STATES = 12  # of each kind
SCALE = 101  # pixels of a colour scale
MEASURES = ("weight", "activation", "contribution", "mean", "removal")
SIZES = (12, 5, 4, 3)
SMALL = random_images(n=40, pixels=12, labels=3)
TABLE = [f"feature {k}" for k in range(40)]


def balanced(network, X):
    """Larger weights, and biases about which z lies: answers then differ, and hang on single neurons."""
    weights, biases = [5 * W for W in network.weights], []
    for layer in range(len(weights)):
        upto = weights[: layer + 1], [*biases, np.zeros(len(weights[layer]))]
        biases.append(-Network(*upto).forward(X).z[-1].mean(axis=0))
    return Network(weights, biases, network.activations)


def small(seed, *activations, sizes=SIZES):
    return balanced(random_network(sizes, seed, activations or None), random_images(40, sizes[0]).images)


def unlabelled(n, pixels):
    return Sample(random_images(n, pixels).images, None)


# Network, images and the options of an explorer.
KINDS = {
    "sigmoid": (random_network((784, 100, 10), 1), random_images(30, labels=10), {}),
    "softmax": (
        random_network((784, 30, 25, 10), 2, ("relu", "tanh", "softmax")),
        random_images(9, labels=10),
        {},
    ),
    "deep": (small(3, sizes=(12, 6, 5, 4, 3)), SMALL, {"shape": (3, 4)}),
    "one neuron": (random_network((784, 1, 2), 4), random_images(), {}),
    "one output": (small(5, "tanh", "identity", sizes=(12, 7, 1)), unlabelled(11, 12), {"shape": (3, 4)}),
    "no labels": (small(6), unlabelled(40, 12), {"shape": (4, 3)}),
    "table": (small(7, "relu", "softmax", sizes=(40, 9, 3)), random_images(25, 40, 3), {"features": TABLE}),
    "short table": (small(8, sizes=(12, 5, 3)), SMALL, {"features": TABLE[:12]}),
    "colours": (
        small(9, "relu", "identity", sizes=(36, 30, 3)),
        random_images(20, 36, 3),
        {"shape": (4, 3, 3)},
    ),
    "channels": (
        small(10, "tanh", "relu", "softmax", sizes=(36, 5, 4, 3)),
        random_images(20, 36, 3),
        {"shape": (3, 3, 4)},
    ),
    "steps": (None, SMALL, {"shape": (3, 4), "checkpoints": {step: small(step) for step in (0, 10, 1000)}}),
    "others": (
        small(11),
        SMALL,
        {"shape": (3, 4), "others": {"<b>untrained</b>": small(12), "10": small(13)}},
    ),
}


def explorer_of(kind):
    network, images, options = KINDS[kind]
    plain = "features" not in options and len(options.get("shape", ())) < 3
    panels = [name for name in PANELS if plain or name != "draw"]
    return NetworkExplorer(network, *images, panels=panels, **options)


def random_state(explorer, rng):
    """Any state that Python allows."""
    sizes, keys = explorer._sizes, explorer._keys
    layer = int(rng.integers(1, len(sizes) - 1))
    measures = MEASURES[:-1] if sizes[-1] == 1 else MEASURES
    places = [(at, j) for at, size in enumerate(sizes[1:-1], start=1) for j in range(size)]
    off = rng.permutation(len(places))[: rng.choice([0, 0, 1, 3, len(places) // 2])]
    return {
        "layer": layer,
        "neuron": int(rng.integers(sizes[layer])),
        "output": int(rng.integers(sizes[layer + 1])),
        "sample": int(rng.integers(explorer._count)),
        "step": explorer._steps[rng.integers(len(explorer._steps))],
        "other": keys[rng.integers(len(keys) > 1 and len(explorer._steps) == 1, len(keys))],
        "view": str(rng.choice(["one", "compare"])) if len(keys) > 1 else "one",
        "scales": str(rng.choice(["shared", "separate"])),
        "rank_by": str(rng.choice(measures)),
        "colour_by": str(rng.choice(measures)),
        "sorted": bool(rng.integers(2)),
        "ablated": [[*places[i], float(rng.choice([0, 0, 0.3, 2]))] for i in off],
        "pixels": rng.random(sizes[0]).round(2).tolist() if rng.random() < 0.25 else None,
    }


def pixels_of(explorer):
    """The images of an explorer as the browser gets them."""
    sent = explorer._images
    numbers = np.frombuffer(zlib.decompress(sent["data"]), "u1" if sent["dtype"] == "uint8" else "<f4")
    return numbers.reshape(-1, explorer._sizes[0]) / (255 if sent["dtype"] == "uint8" else 1.0)


class View:
    """What one network does in one state, by NumPy."""

    def __init__(self, explorer, network, state):
        self.__dict__.update(state)
        X, labels = pixels_of(explorer), explorer._images["labels"]
        weights = [W.astype(float) for W in network.weights]
        for layer, neuron, factor in self.ablated:
            weights[layer][:, neuron] *= factor
        heard = Network(weights, [b.astype(float) for b in network.biases], network.activations)
        self.labels = network.predict(X) if labels is None else np.array(labels)
        if network.sizes[-1] == 1:
            self.labels = np.zeros(len(X), int)
        self.x = X[self.sample] if self.pixels is None else np.array(self.pixels)
        self.trace, self.all = heard.forward(self.x), heard.forward(X)
        self.before, self.now = (np.zeros((network.sizes[-1],) * 2, int) for _ in range(2))
        self.whole = network.forward(X).a[-1]
        for counts, outputs in ((self.before, self.whole), (self.now, self.all.a[-1])):
            np.add.at(counts, (self.labels, outputs.argmax(axis=1)), 1)
        factors = [np.ones(size) for size in network.sizes]
        for layer, neuron, factor in self.ablated:
            factors[layer][neuron] = factor
        at, j = self.layer, self.neuron
        self.last = at == len(network.sizes) - 2
        self.inputs = self.trace.a[at - 1] * factors[at - 1]
        self.weights, self.bias = network.weights[at - 1][j].astype(float), float(network.biases[at - 1][j])
        self.next_bias = float(network.biases[at][self.output])
        self.outgoing = network.weights[at][:, j].astype(float)
        sent = self.trace.a[at] * factors[at]
        to_output = network.weights[at][self.output].astype(float)
        label = self.output if self.last else self.labels[self.sample]
        mine = self.all.a[at][self.labels == label]
        self.measures = {
            "weight": to_output,
            "activation": sent,
            "contribution": to_output * sent,
            "mean": mine.mean(axis=0) if len(mine) else np.zeros(network.sizes[at]),
            "removal": attribution.removal_costs(heard, X, self.labels, layer=at).astype(float),
        }
        kinds = (*network.activations[: at - 1], "identity")
        upto = Network([*heard.weights[:at]], network.biases[:at], kinds)
        self.effect = attribution.gradient(upto, self.x, output=j)
        self.products = self.weights * self.inputs

    def order(self):
        """The neurons as they rank; activations that are equal by their z."""
        ranked = self.measures[self.rank_by]
        return np.lexsort((-(self.trace.z[self.layer] if self.rank_by == "activation" else ranked), -ranked))


def listed(values, rest=False):
    """The values of a table that are shown as bars: all, or the 30 largest."""
    order = np.argsort(-np.abs(values), kind="stable")
    if len(values) <= 30:
        return values
    return np.append(values[order[:30]], [values[order[30:]].sum()] if rest else [])


def totals_of(explorer, view):
    """Where the running total of the product stands after each row."""
    kind, values = explorer._spec, view.products
    if view.layer > 1:
        across = int(np.ceil(np.sqrt(len(values))))
    elif kind.features:
        values, across = listed(values, rest=True), 1
    else:
        values, across = np.sum([values[plane] for plane in kind.planes], axis=0), kind.shape[1]
    rows = [row.sum() for row in np.split(values, range(across, len(values), across))]
    return view.bias + np.cumsum([0, *rows])


def numbers_of(explorer, view):
    """Every number that stands in a place of its own, by the place's name."""
    at, j, trace = view.layer, view.neuron, view.trace
    measures, ranked = view.measures, view.measures[view.rank_by]
    contributions = -np.sort(-measures["contribution"])
    n = len(contributions)
    mine = [view.all.a[at][view.labels == k, j] for k in range(len(view.before))]
    order = np.argsort(-view.all.z[at][:, j], kind="stable")
    half = min(8, -(-len(order) // 2))
    found = {
        "activation": [measures["activation"][j]],
        "measure": [measures[view.colour_by][j]],
        "output-value": trace.a[-1],
        "bias": [view.bias],
        "sum": [view.products.sum()],
        "z": [trace.z[at][j]],
        "product-activation": [trace.a[at][j]],
        "rank-value": -np.sort(-ranked)[:8],
        "ledger-bias": [view.next_bias],
        "ledger-sum": [contributions.sum()],
        "ledger-z": [trace.z[at + 1][view.output]],
        "ledger-output": [trace.a[at + 1][view.output]],
        "ledger-own": [measures["contribution"][j]],
        "entry-value": contributions if n <= 8 else [*contributions[:4], *contributions[-4:]],
        "response-mean": [values.mean() if len(values) else 0 for values in mine],
        "driver-activation": view.all.a[at][[*order[:half], *order[::-1][:half]], j],
    }
    if len(view.outgoing) <= 20:
        found["outgoing-value"] = view.outgoing
    if explorer._spec.features and at == 1:
        found |= {"weight-value": listed(view.weights), "product-value": listed(view.products, rest=True)}
    if explorer._spec.features:
        found |= {"feature-value": listed(view.x), "effect-value": listed(view.effect)}
    if len(view.before) == 1:
        found["shift"] = [np.abs(view.all.a[-1] - view.whole).mean()]
    else:
        n = len(view.labels)
        found |= {"accuracy": [np.trace(view.now) / n], "accuracy-untouched": [np.trace(view.before) / n]}
    return found


STANDS_ONCE = ("feature-value",)
SWITCHES = ("accuracy", "accuracy-untouched", "shift")


def check_numbers(explorer, shown, views):
    parts = shown.parts()
    wanted = [numbers_of(explorer, view) for view in views]
    for name in wanted[0]:
        sides = wanted[:1] if name in STANDS_ONCE else wanted
        values = np.concatenate([side[name] for side in sides])
        found = [float(one["value"]) for one in parts[name]]
        assert found == pytest.approx(values.tolist(), abs=1e-9, rel=1e-9), name
    every = {name for name, ones in parts.items() if any("value" in one for one in ones)}
    assert every == set(wanted[0])
    for name in every - set(SWITCHES):
        for one in parts[name]:
            if not one["text"].startswith("no "):
                assert number(one["text"]) == pytest.approx(float(one["value"]), abs=5.001e-3), name
    return parts


def check_words(explorer, shown, views, parts):
    """The sentence, the verdict and what is switched off."""
    said = parts["sentence"][0]["text"]
    answers = re.findall(r"answers ([−\d.]+\d)", said)
    weights = re.findall(r"[Ii]ts weight to .*? is ([+−]?[\d.]+\d)", said)
    adds = re.findall(r"adds ([+−]?[\d.]+\d)", said)
    places = re.findall(r": the (?:(\d+)\w\w )?largest of", said)
    for side, view in enumerate(views):
        j, own = view.neuron, view.measures["contribution"]
        drawn = "you drew" in said  # which says that nothing pushed harder, in place of an activation
        assert not drawn or own[j] == own.max()
        for texts, value in (
            *([] if drawn else [(answers, view.trace.a[view.layer][j])]),
            (weights, view.measures["weight"][j]),
            (adds, own[j]),
        ):
            assert number(texts[side]) == pytest.approx(value, abs=5.001e-3), said
        if len(places) == len(views):
            slack = 1e-9
            least, most = ((own > own[j] + s).sum() + 1 for s in (slack, -slack))
            assert least <= int(places[side] or 1) <= most, said
        answer = view.trace.a[-1].argmax()
        verdict = parts["verdict"][side]["text"]
        if len(view.before) > 1:
            assert f"the network says {answer}" in verdict.lower()
    if len(views[0].before) > 1:
        cells = [int(one["text"].replace("·", "0")) for one in parts["confused"]]
        assert cells == np.ravel([view.now for view in views]).tolist()


def check_totals(explorer, shown, views):
    for selector, of in (
        (".wm-curve", lambda view: totals_of(explorer, view)),
        (
            ".wm-waterfall",
            lambda view: view.next_bias + np.cumsum([0, *-np.sort(-view.measures["contribution"])]),
        ),
    ):
        found = [
            [float(one) for one in svg["attributes"]["data-totals"].split(" ")]
            for svg in shown.find("[data-totals]")
            if (svg["attributes"].get("class") == "wm-waterfall") == (selector == ".wm-waterfall")
        ]
        assert len(found) == len(views)
        for totals, view in zip(found, views, strict=True):
            assert totals == pytest.approx(of(view).tolist(), abs=1e-9)


def check_colours(explorer, shown, views, networks):
    """The maps of a neuron and the grids of all neurons have the colours of Python's figures."""
    layer, neuron = views[0].layer, views[0].neuron
    own = views[0].scales == "separate"

    def limit_of(make):
        return [max(np.abs(make(one)).max() for one in ([view] if own else views)) or 1 for view in views]

    every = max(np.abs(one.weights[layer - 1][neuron]).max() for one in networks) or 1
    limits = {
        ".wm-weight_map": limit_of(lambda v: v.weights) if own else [every] * len(views),
        ".wm-effective": limit_of(lambda v: v.effect),
        ".wm-product": limit_of(lambda v: v.products),
    }
    values = {".wm-weight_map": "weights", ".wm-effective": "effect", ".wm-product": "products"}
    for panel, name in values.items():
        first = layer == 1 or panel == ".wm-effective"
        if first and explorer._spec.features:
            continue
        planes = explorer._spec.planes if first else [slice(None)]
        found = [one for one in shown.find(f"{panel} canvas") if len(one["pixels"]) != 4 * SCALE]
        assert len(found) == len(planes) * len(views)
        for side, view in enumerate(views):
            for c, plane in enumerate(planes):
                wanted = getattr(view, name)[plane]
                pixels = np.reshape(found[side * len(planes) + c]["pixels"], (-1, 4))
                assert_coloured(pixels, wanted / limits[panel][side] / 2 + 0.5, figures.SIGNED, panel)
    for side, view in enumerate(views):
        values = view.measures[view.colour_by]
        if view.sorted:
            values = values[view.order()]
        if view.colour_by in ("activation", "mean"):
            bounded = networks[0].activations[layer - 1] in ("sigmoid", "softmax")
            spans = [one.measures[view.colour_by] for one in ([view] if own else views)]
            low, high = (0, 1) if bounded else (min(0, *map(np.min, spans)), max(0, *map(np.max, spans)))
            share, colours = (values - low) / ((high - low) or 1), figures.INK
        else:
            limit = limit_of(lambda v: v.measures[v.colour_by])[side]
            share, colours = values / limit / 2 + 0.5, figures.SIGNED
        assert_coloured(shown.pixels(".wm-find canvas")[side], share, colours, "find")


def assert_coloured(pixels, shares, name, place):
    """Between two of the 256 levels rounding decides; one level is 3.2 where the colours are steepest."""
    wanted = colormaps.get_cmap(name)(shares) * 255
    assert np.abs(pixels[: len(shares)] - wanted).max() < 3.3, place
    assert (pixels[len(shares) :] == 0).all()  # the last row of a deeper layer's picture may not be full


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_of_every_panel_is_numpys(kind):
    explorer, rng = explorer_of(kind), np.random.default_rng(0)
    shown, networks = Shown(explorer), decode_network(explorer._network)
    for _ in range(STATES):
        state = random_state(explorer, rng)
        explorer.set_state(state)  # Python takes what the browser is about to show
        shown.change(**state)
        keys = [state["step"], state["other"]] if state["view"] == "compare" else [state["step"]]
        views = [View(explorer, networks[explorer._keys.index(key)], state) for key in keys]
        parts = check_numbers(explorer, shown, views)
        check_words(explorer, shown, views, parts)
        check_totals(explorer, shown, views)
        check_colours(explorer, shown, views, networks)


SIGHT = """
let sight;
IntersectionObserver = class {
  constructor(heard) {
    this.watched = [];
    const panel = (name) => this.watched.filter((target) => target.dataset.part === `panel-${name}`);
    sight = (name, isIntersecting) => heard(panel(name).map((target) => ({ target, isIntersecting })));
  }
  observe(one) {
    this.watched.push(one);
  }
  disconnect() {}
};
"""


def test_a_panel_off_screen_follows_when_it_is_seen_or_the_reader_rests(monkeypatch):
    run = Engine(bundle.script("explorer.js") + without_a_browser.VIEWS + SIGHT).evaluate
    monkeypatch.setattr(without_a_browser, "engine", lambda _: run)
    shown = Shown(NetworkExplorer(small(1), *SMALL, shape=(3, 4), panels=["outputs", "product"]))

    def follows(how, *names):
        before = [shown.numbers(name) for name in names]
        how()
        return [shown.numbers(name) != old for name, old in zip(names, before, strict=True)]

    both = "output-value", "z"
    assert follows(lambda: shown.slide("sample", 1), *both) == [True, True]
    run("sight('product', false)")
    assert follows(lambda: shown.slide("sample", 2), *both) == [True, False]
    assert follows(lambda: run("sight('product', true)"), "z") == [True]
    run("sight('product', false)")
    assert follows(lambda: shown.slide("sample", 3), *both) == [True, False]
    assert follows(lambda: shown.wait(200), *both) == [False, True]
    before = shown.numbers("z")
    shown.change(layer=2)
    assert shown.numbers("z") != before  # panels that are built anew are drawn at once


def test_a_change_is_drawn_though_the_reader_had_begun_to_rest():
    shown = Shown(NetworkExplorer(small(1), *SMALL, shape=(3, 4), panels=["input"]))
    shown.slide("sample", 1)
    for sample, wait in ((2, 84), (3, 88), (2, 92)):  # the rest of 100 ms ends before the next frame
        shown.wait(wait)
        shown.slide("sample", sample)
        assert f"image {sample} of" in shown.text("label")


def test_while_a_key_is_held_each_panel_has_its_turn(monkeypatch):
    slow = "performance.now = () => (clock += 3);"  # so that a frame has time for one piece
    run = Engine(bundle.script("explorer.js") + without_a_browser.VIEWS + slow).evaluate
    monkeypatch.setattr(without_a_browser, "engine", lambda _: run)
    shown = Shown(NetworkExplorer(small(1), *SMALL, shape=(3, 4), panels=["outputs", "product", "input"]))
    parts = "output-value", "z", "label"

    def read():
        return [[one["text"] for one in shown.parts()[name]] for name in parts]

    before, followed = read(), []
    for sample in (1, 2, 3) * 4:
        shown.slide("sample", sample)
        now = read()
        followed.append([new != old for new, old in zip(now, before, strict=True)])
        before = now
    assert all(sum(row) <= 1 for row in followed)
    turns = [row.index(True) for row in followed if any(row)]  # else the sentence alone
    assert list(dict.fromkeys(turns)) == [0, 1, 2]
    shown.wait(200)
    after = read()
    shown.change(layer=2)
    shown.change(layer=1)
    assert read() == after  # what is built anew is drawn at once
