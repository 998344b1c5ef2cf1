"""Each activation and its slope: against differences, a textbook's values, and JavaScript."""

import math

import numpy as np
import pytest

from weightmaps.attribution import gradient
from weightmaps.network import ACTIVATIONS, Network, activate, back
from weightmaps.widgets import bundle
from weightmaps.widgets.still import Engine

NAMES = [*ACTIVATIONS, "leaky_relu:0.2", "elu:0.5"]
Z = np.linspace(-7.1, 7.3, 60).reshape(-1, 3)  # never just 0, where a ReLU bends


@pytest.fixture(scope="module")
def engine():
    return Engine(bundle.script("maths.js"))


@pytest.mark.parametrize("name", NAMES)
def test_slopes_are_those_of_differences_and_javascript_agrees(name, engine):
    a, d, h = activate(name, Z), np.random.default_rng(0).normal(size=Z.shape), 1e-6
    change = [(activate(name, Z + h * unit) - activate(name, Z - h * unit)) / (2 * h) for unit in np.eye(3)]
    wanted = np.stack([(d * one).sum(axis=1) for one in change], axis=1)
    np.testing.assert_allclose(back(name, Z, a, d), wanted, atol=1e-8)
    for z, ours, slope, by in zip(Z, a, back(name, Z, a, d), d, strict=True):
        given = {"name": name, "z": z.tolist(), "by": by.tolist(), "a": ours.tolist()}
        theirs = engine.evaluate("Array.from(activate(name, Float64Array.from(z)))", **given)
        np.testing.assert_allclose(theirs, ours, atol=1e-14)
        call = "back(name, ...[z, a, by].map((one) => Float64Array.from(one)))"
        np.testing.assert_allclose(engine.evaluate(f"Array.from({call})", **given), slope, atol=1e-14)


def test_values_of_a_textbook():
    z = np.array([-1.5, 0.0, 2.0])
    gelu = [v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in z]
    np.testing.assert_allclose(activate("gelu", z), gelu, atol=1e-15)
    np.testing.assert_allclose(activate("silu", z), z / (1 + np.exp(-z)), atol=1e-15)
    np.testing.assert_allclose(activate("elu:0.5", z), [0.5 * math.expm1(-1.5), 0, 2], atol=1e-15)
    assert activate("leaky_relu", z).tolist() == [-0.015, 0, 2]
    assert activate("gelu", np.array([-1e4, 1e4])).tolist() == [0, 1e4]


def test_a_gradient_through_a_leaky_relu_keeps_its_slope():
    network = Network([[[1.0]], [[3.0]]], [[0.0], [0.0]], ["leaky_relu:0.2", "identity"])
    assert gradient(network, [[-1.0], [1.0]], output=0).ravel().tolist() == pytest.approx([0.6, 3])


@pytest.mark.parametrize("name", ["leaky_relu:", "leaky_relu:x", "tanh:2", "elu:nan", "elu:1e999", 3])
def test_what_is_no_activation(name):
    with pytest.raises(ValueError, match="unknown activation"):
        Network([[[1.0]]], [[0.0]], [name])
