"""JavaScript against NumPy: random networks, many images, and both ends of what a number can be."""

from itertools import pairwise

import numpy as np
import pytest

from test_explorer import random_images, random_network
from weightmaps import attribution, digits, zoo
from weightmaps.network import ACTIVATIONS, Network

BATCHES, BATCH = 2, 250
# What weights, biases and inputs are multiplied by, and between what the largest |z| of the first layer lies.
SCALES = {
    "as trained": ((1.0, 1.0, 1.0), 1.0, 1e2),
    "large weights": ((3e3, 3e3, 1.0), 1e4, 1e5),
    "large images": ((1.0, 1.0, 3e3), 1e4, 1e5),
    "subnormal products": ((1e-160, 1e-310, 1e-160), 5e-324, 2e-308),
    "subnormal weights": ((1e-320, 5e-324, 1.0), 5e-324, 2e-308),
    "all zeros": ((0.0, 0.0, 0.0), 0.0, 0.0),
}
RUN = """cases.map(({ layers, x, factors, output }) => {
    for (const layer of layers) layer.weights = Float64Array.from(layer.weights);
    const { z, a, sent } = forward(layers, x, factors), plain = (values) => Array.from(values);
    const gradient = gradientOf(layers, { z, a, sent }, factors, layers.length, output);
    const contributions = products(row(layers.at(-1), output), sent.at(-2) ?? x);
    const [order, most] = [rankOrder(contributions), argmax(contributions)];
    return { z: z.map(plain), a: a.map(plain), gradient: plain(gradient),
        contributions: plain(contributions), order, most };
})"""


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


def random_case(rng, by_weights, by_biases, by_image):
    sizes = rng.integers(1, 7, rng.integers(2, 5)).tolist()
    weights = [by_weights * rng.normal(size=(n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    biases = [by_biases * rng.normal(size=n) for n in sizes[1:]]
    network = Network(weights, biases, rng.choice(list(ACTIVATIONS), len(weights)).tolist())
    x = by_image * rng.normal(size=sizes[0]) * (rng.random(sizes[0]) < 0.8)
    factors = [rng.choice([0.0, 0.5, 1.0, 2.0], n) for n in sizes[1:-1]]
    return network, x, factors, int(rng.integers(sizes[-1]))


def given(network, x, factors, output):
    factors = [values.tolist() for values in factors] or None
    return {"layers": layers_of(network), "x": x.tolist(), "factors": factors, "output": output}


def close(found, wanted, room):
    """Finite both, and equal but for the rounding of numbers as large as `room`."""
    assert np.isfinite(wanted).all()
    assert np.isfinite(found).all()
    assert (np.abs(found - wanted) <= 1e-14 * (room + 5e-309)).all(), (found, wanted)


def check(network, x, factors, output, found):
    """Compare one network's answers; returns its |z| of the first layer."""
    weights = [network.weights[0], *(w * f for w, f in zip(network.weights[1:], factors, strict=True))]
    heard = Network(weights, network.biases, network.activations)
    with np.errstate(all="raise", under="ignore"):
        trace = heard.forward(x)
        gradient = attribution.gradient(heard, x, output=output)
        contributions = weights[-1][output] * trace.a[-2]
    # How large the numbers are that are added up, and what the layers below got wrong at most: no activation
    # function is steeper than 1.
    room, most, path = np.abs(x), 1.0, 1.0
    for layer, (w, b) in enumerate(zip(weights, network.biases, strict=True), start=1):
        if layer == len(weights):
            close(found["contributions"], contributions, np.abs(w[output]) * room)
        room = np.abs(w) @ (room + np.abs(trace.a[layer - 1])) + np.abs(b)
        close(found["z"][layer - 1], trace.z[layer], room)
        if network.activations[layer - 1] == "softmax":
            room = np.full(len(room), room.max())
        room = room + np.abs(trace.a[layer])
        close(found["a"][layer - 1], trace.a[layer], room)
        most, path = max(most, room.max()), path * max(np.abs(w).sum(), 1e-308)
    close(found["gradient"], gradient, 10 * path * most)
    order = np.argsort(-np.array(found["contributions"]), kind="stable").tolist()
    assert (found["order"], found["most"]) == (order, order[0])
    return np.abs(trace.z[1]).max()


@pytest.mark.parametrize("kind", SCALES)
def test_networks_answer_in_javascript_as_in_numpy(javascript, kind):
    scales, least, most = SCALES[kind]
    rng, reached = np.random.default_rng(7), 0.0
    for _ in range(BATCHES):
        cases = [random_case(rng, *scales) for _ in range(BATCH)]
        answers = javascript(RUN, cases=[given(*case) for case in cases])
        reached = max(reached, *(check(*case, one) for case, one in zip(cases, answers, strict=True)))
    assert least <= reached <= most


def test_activation_functions_at_the_ends_of_all_numbers(javascript):
    small = [0.0, 5e-324, 2e-308, 1.0, 37.0, 710.0, 745.2, 1e4, 1e300]
    z = np.array([*small, *(-v for v in small)])
    names = list(ACTIVATIONS)
    found = javascript(
        "names.map((name) => Array.from(activate(name, Float64Array.from(z))))", names=names, z=z.tolist()
    )
    for name, ours in zip(names, found, strict=True):
        with np.errstate(all="raise", under="ignore"):
            wanted = ACTIVATIONS[name](z)
        assert np.isfinite(ours).all()
        cancels = 1e-14 if name in ("gelu", "silu") else 1e-16  # z times what rounds to almost nothing
        np.testing.assert_allclose(ours, wanted, rtol=1e-15, atol=cancels)


# Many images, neurons switched off

REAL = digits.load_sample()[::10]
SURVEYS = {
    "sigmoid": (random_network((20, 6, 3), 1), random_images(pixels=20, n=30, labels=3), [(1, 2, 0.0)]),
    "relu, softmax": (
        random_network((15, 8, 5), 2, ("relu", "softmax")),
        random_images(pixels=15, n=30, labels=5),
        [(1, 0, 0.0), (1, 5, 2.0)],
    ),
    "three hidden layers": (
        random_network((12, 9, 7, 6, 4), 3, ("tanh", "relu", "softmax", "identity")),
        random_images(pixels=12, n=40, labels=4),
        [(1, 4, 0.0), (2, 0, 0.3), (3, 5, 0.0), (1, 8, 1.5)],
    ),
    "nielsen": (zoo.load("nielsen"), REAL, [(1, j, 0.0) for j in range(40)] + [(1, 77, 0.5)]),
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


@pytest.mark.parametrize("name", SURVEYS)
def test_what_a_network_does_to_many_images_is_numpys(javascript, name):
    network, images, entries = SURVEYS[name]
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
