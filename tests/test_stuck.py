"""stuck.json is what its script makes, and tells the same story as the cards."""

import json

import numpy as np
import pytest

import make_stuck
from weightmaps import digits, zoo
from weightmaps.digits import Mnist

RECORD = json.loads((zoo.DATA / "stuck.json").read_text("utf-8"))


def test_every_run_of_the_script_is_in_the_record():
    assert RECORD["changes"] == json.loads(json.dumps(make_stuck.VARIANTS))
    assert make_stuck.STUCK == (1, 5, 6, 9)
    wanted = [("recipe", seed, 10) for seed in range(10)]
    wanted += [(name, seed, 10) for name in list(make_stuck.VARIANTS)[1:] for seed in make_stuck.STUCK]
    wanted += [("recipe", 1, 100)]
    assert [(run["variant"], run["seed"], len(run["accuracy"])) for run in RECORD["runs"]] == wanted


@pytest.mark.parametrize(("name", "seed"), [("nielsen", 0), ("nielsen-stuck", 1)])
def test_the_recipe_went_as_its_card_says(name, seed):
    """Trained by another script, to the same bits."""
    curve = zoo.card(name)["learning_curve"]["accuracy"]
    for run in RECORD["runs"]:
        if (run["variant"], run["seed"]) == ("recipe", seed):
            both = min(len(run["accuracy"]), len(curve))
            assert run["accuracy"][:both] == curve[:both]


def test_a_start_takes_each_layer_from_its_scale():
    unit, mixed = (
        make_stuck.start(3, scales, "float64") for scales in (("unit", "unit"), ("unit", "fan_in"))
    )
    np.testing.assert_array_equal(mixed.weights[0], unit.weights[0])
    np.testing.assert_allclose(mixed.weights[1] * 10, unit.weights[1], rtol=1e-6)
    assert mixed.weights[1].dtype == mixed.biases[0].dtype == np.float64


def test_watching_reads_each_output_on_its_own_digit():
    sample = digits.load_sample()
    network = zoo.load("nielsen-stuck")
    seen = make_stuck.watch(network, sample)
    z = network.forward(sample.images).z[2][sample.labels == 9][:, 9].astype(float)
    assert seen["highest"][9] == pytest.approx(z.max(), abs=0.01)
    a = 1 / (1 + np.exp(-z))
    assert seen["slope"][9] == pytest.approx(np.mean(a * (1 - a)), rel=0.1)
    assert [k for k in range(10) if seen["highest"][k] < 0] == [0, 9]


def test_a_run_watches_the_start_and_the_end_of_each_epoch():
    few = digits.load_sample()[::100]
    run = make_stuck.run(Mnist(few, few, few), "precision", 2, epochs=2)
    assert run["steps"] == [0, 1, 3, 5, 10]
    assert len(run["highest"]) == len(run["slope"]) == 5
    assert len(run["accuracy"]) == 2
