"""The machine that tries claims on fresh seeds; and that claims, functions and results stand together."""

import json
from operator import gt

import numpy as np
import pytest
import yaml

from replications import __main__ as run
from replications import claim as registry
from replications import recipes, results
from test_project import ROOT

EVERY = registry.claims()
RESULTS = results.read(ROOT / "chapters" / "replications.json")["claims"]
LISTED = [
    entry
    for entries in yaml.safe_load((ROOT / "chapters" / "claims.yml").read_text("utf-8")).values()
    for entry in entries
]


def test_every_claim_has_its_function_and_every_function_its_claim():
    assert sorted(entry["replication"] for entry in LISTED) == sorted(EVERY)


def test_no_result_is_stale():
    assert RESULTS.keys() == EVERY.keys()
    stale = [name for name, one in EVERY.items() if RESULTS[name]["digest"] != one.digest]
    assert stale == [], f"run: make replicate CLAIMS='{' '.join(stale)}'"


@pytest.mark.parametrize("name", EVERY)
def test_results_are_of_fresh_seeds_and_say_what_they_say(name):
    found = RESULTS[name]
    assert len(found["seeds"]) == found["tried"] >= 20
    assert not set(found["seeds"]) & set(range(20))
    assert set(EVERY[name].recipes) <= set(recipes.RECIPES)
    for part, values in zip(("effect", "control"), found["by_seed"], strict=True):
        assert found[part] == pytest.approx(
            results.interval(values), rel=1e-3, abs=1e-4
        )  # four digits are kept
    flips = [words for words, part in found["choices"].items() if part["verdict"] != found_verdict(found)]
    assert found["flips"] == flips
    assert found["verdict"] == ("depends" if flips else found_verdict(found))


def found_verdict(found):
    return results.verdict(found["held"], found["tried"])


def test_the_interval_holds_the_median_as_often_as_it_says():
    draws = np.random.default_rng(0).exponential(size=(2000, 20))
    inside = [part["low"] <= np.log(2) <= part["high"] for part in map(results.interval, draws)]
    assert 0.945 <= np.mean(inside) <= 0.97  # by theory 0.9586


def test_an_interval_of_few_values_is_all_of_them():
    assert results.interval([3.0, 1.0, 2.0]) == {"median": 2.0, "low": 1.0, "high": 3.0}


@pytest.fixture
def toy(monkeypatch, tmp_path):
    """One claim of no network: that a seed's last digit is above a bar."""
    calls = []

    def above(seed, *, bar=2):
        calls.append(seed)
        return seed % 10, bar

    above.__module__ = "replications.two_inputs"
    one = registry.Claim(above, gt, choices={"bar": (8,)}, form=".0f", tried_on="digits")
    monkeypatch.setattr(registry.Claim, "digest", "abc")
    monkeypatch.setattr(run, "claims", lambda: {"above": one})
    monkeypatch.setattr(recipes, "NETWORKS", tmp_path / "networks")
    monkeypatch.setattr(results, "RESULTS", tmp_path / "replications.json")
    monkeypatch.setattr(run, "_run", lambda function, jobs, *_: [function(*job) for job in jobs])
    return calls


def test_what_a_flip_of_a_choice_makes_of_a_verdict(toy):
    run.replicate(["above"], range(100, 120), progress=False)
    found = results.read(results.RESULTS)["claims"]["above"]
    assert found["held"] == 14
    assert found["verdict"] == "depends"
    assert found["flips"] == ["bar=8"]
    assert found["choices"]["bar=8"]["held"] == 2
    assert found["by_seed"][0] == [float(k % 10) for k in range(20)]


def test_a_run_that_was_cut_off_goes_on(toy):
    run.try_on("above", 100)
    assert len(toy) == 2  # the default and one choice
    run.replicate(["above"], range(100, 103), progress=False)
    assert toy == [100, 100, 101, 101, 102, 102]
    assert json.loads(results.RESULTS.read_text("utf-8"))["claims"]["above"]["seeds"] == [100, 101, 102]


def test_a_number_that_is_none_is_refused(toy, monkeypatch):
    one = run.claims()["above"]
    monkeypatch.setattr(run, "claims", lambda: {"above": registry.Claim(lambda seed: (np.nan, 1), gt)})
    with pytest.raises(ValueError, match="claim above, seed 7: not every effect"):
        run.try_on("above", 7)
    assert one.name == "above"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "unknown claim 'nobody'"),
        (["--seeds", "9-3"], "'9-3' is no range of seeds; write it as 100-119"),
    ],
)
def test_the_command_says_what_it_wants(arguments, words, capsys):
    with pytest.raises(SystemExit):
        run.main(arguments)
    assert words in capsys.readouterr().err


def test_a_recipe_keeps_what_it_trained(monkeypatch, tmp_path):
    few = recipes.Recipe(
        ("unit", "fan_in"), {"epochs": 1, "learning_rate": 1.0, "checkpoints": (2,)}, (784, 2, 10)
    )
    digits = recipes.Digits(np.eye(784, dtype=np.float32)[:40], np.arange(40) % 10)
    monkeypatch.setattr(recipes, "NETWORKS", tmp_path)
    monkeypatch.setitem(recipes.RECIPES, "few", few)
    monkeypatch.setattr(recipes, "images", lambda recipe, seed: digits)
    recipes.make("few", 500)
    assert recipes.network("few", 500).sizes == (784, 2, 10)
    start, after = recipes.start("few", 500), recipes.network("few", 500, 2)
    assert (start.weights[0] == after.weights[0])[:, 40:].all()  # blank pixels
    assert (start.weights[0] != after.weights[0]).any()
    assert start.weights[1].std() == pytest.approx(2**-0.5, rel=0.5)
    written = recipes.path("few", 500).stat().st_mtime_ns
    recipes.make("few", 500)
    assert recipes.path("few", 500).stat().st_mtime_ns == written


SOURCE = """
SHARE = 0.1

def used():
    'What.'
    return SHARE

def one():
    return used()

def other():
    return 2
"""


def test_the_digest_follows_the_code_and_not_its_comments(monkeypatch):

    def code(text):
        monkeypatch.setattr(registry.inspect, "getsource", lambda module: text)
        return registry._code(None, "one")

    same = SOURCE.replace("What.", "Something else.").replace("return 2", "return 3") + "# a comment\n"
    assert code(SOURCE) == code(same)
    assert code(SOURCE) != code(SOURCE.replace("0.1", "0.2"))
