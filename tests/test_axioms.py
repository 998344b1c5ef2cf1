"""What every attribution must obey, whatever the network: tried on networks that hypothesis makes up."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from weightmaps import attribution
from weightmaps.analysis.representation import permute_neurons
from weightmaps.network import Network

SMOOTH = ("sigmoid", "tanh", "softmax", "identity")  # relu's jump leaves a sum for an integral with a gap
axiom = settings(max_examples=60, deadline=None, derandomize=True)


def numbers(*shape):
    """An array of sixteenths from -3 to 3: sums of few such numbers are exact."""
    n = int(np.prod(shape))
    whole = st.lists(st.integers(-48, 48), min_size=n, max_size=n)
    return whole.map(lambda values: np.reshape(values, shape) / 16.0)


@st.composite
def networks(draw, kinds=(*SMOOTH, "relu"), hidden=(1, 2)):
    sizes = [draw(st.integers(2, 5)) for _ in range(draw(st.integers(*hidden)) + 2)]
    weights = [draw(numbers(n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    biases = [draw(numbers(n)) for n in sizes[1:]]
    return Network(weights, biases, [draw(st.sampled_from(kinds)) for _ in weights])


@st.composite
def cases(draw, **how):
    """A network, an image of it, and an output or a neuron to explain."""
    network = draw(networks(**how))
    x = draw(numbers(network.sizes[0]))
    layer = draw(st.integers(1, len(network.weights)))
    unit = draw(st.integers(0, network.sizes[layer] - 1))
    last = layer == len(network.weights)
    return network, x, {"output": unit} if last else {"neuron": unit, "layer": layer}


def changed(network, *, weights=None, biases=None):
    return Network(weights or network.weights, biases or network.biases, network.activations)


def z_of(network, x, *, output=None, neuron=None, layer=-1):
    return network.forward(x).z[layer][neuron if output is None else output]


def pixelwise(network, x, target):
    """Each method's answer for each pixel by itself."""
    ablation = attribution.occlusion(network, x, **target, patch=(1, 1), shape=(1, len(x)))
    return [
        attribution.gradient(network, x, **target),
        attribution.integrated_gradients(network, x, **target),
        ablation,
    ]


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-9)


# Completeness


@axiom
@given(cases())
def test_weights_times_inputs_and_the_bias_are_z(case):
    network, x, _ = case
    for neuron, z in enumerate(network.forward(x).z[1]):
        close(attribution.weight_times_input(network, x, neuron).sum() + network.biases[0][neuron], z)


@axiom
@given(cases())
def test_the_ledger_adds_up_to_z(case):
    network, x, _ = case
    trace = network.forward(x)
    for layer in range(1, len(network.sizes) - 1):
        for output, z in enumerate(trace.z[layer + 1]):
            page = attribution.ledger(network, x, output, layer=layer)
            close(page.contributions.sum() + page.bias, z)
            assert page.total == z
            assert sorted(page.neurons) == list(range(network.sizes[layer]))


@axiom
@given(cases(kinds=SMOOTH), st.data())
def test_integrated_gradients_add_up_and_name_their_error(case, data):
    network, x, target = case
    blank = data.draw(numbers(len(x)))
    for steps, within in ((3, np.inf), (100, 1e-2)):
        attributions, delta = attribution.integrated_gradients(
            network, x, **target, baseline=blank, n_steps=steps, return_convergence_delta=True
        )
        difference = z_of(network, x, **target) - z_of(network, blank, **target)
        close(attributions.sum() - difference, delta)
        assert abs(delta) < within


# Symmetry


@axiom
@given(cases(), st.data())
def test_equal_inputs_with_equal_weights_get_equal_shares(case, data):
    network, x, target = case
    i, j = data.draw(st.permutations(range(len(x))))[:2]
    first = network.weights[0].copy()
    first[:, j], x[j] = first[:, i], x[i]
    network = changed(network, weights=[first, *network.weights[1:]])
    for picture in pixelwise(network, x, target):
        close(picture[i], picture[j])


@axiom
@given(cases(), st.data())
def test_pixels_in_another_order_get_what_they_got(case, data):
    network, x, target = case
    order = data.draw(st.permutations(range(len(x))))
    moved = changed(network, weights=[network.weights[0][:, order], *network.weights[1:]])
    for before, after in zip(pixelwise(network, x, target), pixelwise(moved, x[order], target), strict=True):
        close(after, before[order])


# Zero for what is not used


@axiom
@given(cases(), st.data())
def test_a_pixel_that_no_neuron_hears_gets_exactly_nothing(case, data):
    network, x, target = case
    unused = data.draw(st.integers(0, len(x) - 1))
    first = network.weights[0].copy()
    first[:, unused] = 0
    network = changed(network, weights=[first, *network.weights[1:]])
    for picture in pixelwise(network, x, target):
        assert picture[unused] == 0
    for neuron in range(network.sizes[1]):
        assert attribution.weight_times_input(network, x, neuron)[unused] == 0


@axiom
@given(cases(), st.data())
def test_a_blank_pixel_contributes_exactly_nothing(case, data):
    network, x, target = case
    blank = data.draw(st.integers(0, len(x) - 1))
    x[blank] = 0
    gradient, *others = pixelwise(network, x, target)
    for picture in (x * gradient, *others, attribution.weight_times_input(network, x, 0)):
        assert picture[blank] == 0


# Linearity


@axiom
@given(cases(kinds=("identity",)), st.data())
def test_contributions_of_a_linear_network_are_linear_in_the_image(case, data):
    network, x, target = case
    y, twice = data.draw(numbers(len(x))), data.draw(st.integers(-3, 3))
    for of_x, of_y, of_sum in zip(
        pixelwise(network, x, target)[1:],
        pixelwise(network, y, target)[1:],
        pixelwise(network, twice * x + y, target)[1:],
        strict=True,
    ):
        close(of_sum, twice * of_x + of_y)


@axiom
@given(cases(), st.integers(-3, 3))
def test_contributions_are_linear_in_the_weights_that_send_them(case, factor):
    network, x, _ = case
    *below, last = network.weights
    assume(len(last) > 1)
    last = last.copy()
    last[0] = factor * last[1] - last[-1]
    network = changed(network, weights=[*below, last])

    def by_neuron(output):
        page = attribution.ledger(network, x, output, layer=len(network.sizes) - 2)
        return page.contributions[np.argsort(page.neurons)]

    close(by_neuron(0), factor * by_neuron(1) - by_neuron(len(last) - 1))
    pictures = [pixelwise(network, x, {"output": k}) for k in (0, 1, len(last) - 1)]
    for mixed, one, other in zip(*pictures, strict=True):
        np.testing.assert_allclose(mixed, factor * one - other, rtol=0, atol=1e-8)


# The order of neurons


@axiom
@given(cases(hidden=(1, 1)), st.data())
def test_neurons_in_another_order_change_nothing_but_their_order(case, data):
    network, x, target = case
    order = np.array(data.draw(st.permutations(range(network.sizes[1]))))
    moved = permute_neurons(network, order)
    before, after = network.forward(x), moved.forward(x)
    close(after.z[1], before.z[1][order])
    close(after.a[2], before.a[2])
    if "neuron" in target:
        there = {"neuron": order.tolist().index(target["neuron"])}
        assert (attribution.weight_map(moved, **there) == network.weights[0][target["neuron"]]).all()
    else:
        there = target
        ours, theirs = (attribution.ledger(n, x, there["output"]) for n in (moved, network))
        close(ours.contributions, theirs.contributions)
        named = dict(zip(theirs.neurons.tolist(), theirs.contributions, strict=True))
        close(ours.contributions, [named[j] for j in order[ours.neurons]])
    for one, other in zip(pixelwise(moved, x, there), pixelwise(network, x, target), strict=True):
        close(one, other)


@pytest.mark.parametrize("by", attribution.RANKINGS)
@axiom
@given(case=cases(hidden=(1, 1)), data=st.data())
def test_the_top_neurons_are_the_same_under_any_names(by, case, data):
    network, x, _ = case
    order = np.array(data.draw(st.permutations(range(network.sizes[1]))))
    outgoing, a = network.weights[1][0], network.forward(x).a[1]
    score = {"weight": outgoing, "activation": a, "contribution": outgoing * a}[by]
    assume(len(set(score.round(9))) == len(score))  # equals go by their number, which is what changes here
    k = data.draw(st.integers(1, len(score)))
    ours = attribution.top_neurons(permute_neurons(network, order), 0, k=k, by=by, X=x)
    assert order[ours].tolist() == attribution.top_neurons(network, 0, k=k, by=by, X=x).tolist()
    assert len(ours) == k
    left = np.delete(score, order[ours])
    assert score[order[ours]].min() >= left.max(initial=-np.inf)
