"""The networks that ship do what their cards say, and can be made again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from weightmaps import digits, zoo
from weightmaps.__main__ import main
from weightmaps.digits import Mnist
from weightmaps.network import Network
from weightmaps.training import initialise


@pytest.mark.parametrize("name", zoo.names())
def test_accuracy_on_the_shipped_images_is_what_the_card_says(name):
    network, card = zoo.load(name), zoo.card(name)
    held_out = digits.load_sample().only(*card["recipe"]["labels"])
    assert network.sizes == tuple(card["recipe"]["sizes"])
    assert len(held_out) == card["images"]["validation"]
    # One image may fall the other way where another library rounds differently.
    gap = abs(network.accuracy(held_out.images, held_out.labels) - card["accuracy"]["validation"])
    assert gap <= 1 / len(held_out)


@pytest.mark.parametrize(("name", "least"), [("nielsen", 0.95), ("zero-one", 0.995)])
def test_the_official_test_set_is_passed(name, least, full_mnist):
    test = full_mnist.test.only(*zoo.RECIPES[name].labels)
    accuracy = zoo.load(name).accuracy(test.images, test.labels)
    assert accuracy >= least
    assert abs(accuracy - zoo.card(name)["accuracy"]["test"]) <= 1 / len(test)


@pytest.mark.parametrize("name", zoo.names())
def test_the_card_is_the_recipes_and_lists_every_seed(name):
    card = zoo.card(name)
    assert card["recipe"] == json.loads(json.dumps(zoo.RECIPES[name].written()))
    tried = {row["seed"]: row["validation"] for row in card["seeds_tried"]}
    assert list(tried) == list(zoo.RECIPES[name].seeds)
    passed = [seed for seed, accuracy in tried.items() if accuracy >= zoo.RECIPES[name].passing]
    assert card["seed"] == passed[0]
    assert len(card["learning_curve"]["accuracy"]) == zoo.RECIPES[name].epochs
    assert card["learning_curve"]["accuracy"][-1] == card["accuracy"]["validation"]


def test_checkpoints_go_from_the_start_to_the_network_that_ships():
    kept = zoo.checkpoints("zero-one")
    assert tuple(kept) == zoo.RECIPES["zero-one"].checkpoints
    start = initialise((784, 1, 2), scale="unit", seed=zoo.card("zero-one")["seed"])
    np.testing.assert_array_equal(kept[0].weights[0], start.weights[0])
    last = list(kept.values())[-1]
    for ours, shipped in zip(last.weights, zoo.load("zero-one").weights, strict=True):
        np.testing.assert_array_equal(ours, shipped)


@pytest.mark.parametrize("call", [zoo.load, zoo.card, zoo.checkpoints])
def test_unknown_names_say_what_there_is(call):
    with pytest.raises(ValueError, match="unknown zoo network 'foo'; there are: nielsen, zero-one"):
        call("foo")


def test_a_network_without_checkpoints_says_so():
    with pytest.raises(ValueError, match=r"'nielsen' ships without checkpoints; these have them: zero-one"):
        zoo.checkpoints("nielsen")


def test_train_makes_the_shipped_network_again(full_mnist, tmp_path, capsys, monkeypatch):
    """784-1-2 takes seconds; 784-100-10 goes the same way, and takes half a minute by the same command."""
    monkeypatch.setattr(digits, "load_mnist", lambda folder: full_mnist)
    assert main(["train", "--recipe", "zero-one", "-o", str(tmp_path)]) == 0
    made, shipped = Network.load(tmp_path / "zero-one.npz"), zoo.load("zero-one")
    said = capsys.readouterr().out
    if "bit for bit" in said:
        for a, b in zip(made.weights + made.biases, shipped.weights + shipped.biases, strict=True):
            np.testing.assert_array_equal(a, b)
    else:  # another machine or library rounds differently: the same accuracy, within 0.3 points
        assert "differs from it by up to" in said
        test = full_mnist.test.only(0, 1)
        gap = made.accuracy(test.images, test.labels) - shipped.accuracy(test.images, test.labels)
        assert abs(gap) <= 0.003
    assert {path.name for path in tmp_path.iterdir()} == {
        "zero-one.npz",
        "zero-one.json",
        "zero-one-checkpoints.npz",
    }


@pytest.fixture
def few(monkeypatch):
    """A full MNIST of a few images, for runs whose result does not matter."""
    sample = digits.load_sample()
    few = Mnist(sample[::100], sample[::100], sample[::100])
    monkeypatch.setattr(digits, "load_mnist", lambda folder: few)
    return few


def test_train_says_when_it_made_another_network(few, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(zoo.RECIPES, "zero-one", replace(zoo.RECIPES["zero-one"], passing=0.0, epochs=1))
    assert main(["train", "--recipe", "zero-one", "-o", str(tmp_path / "new")]) == 0
    assert "differs from it by up to" in capsys.readouterr().out


def test_a_recipe_that_no_seed_passes_is_an_error_and_writes_nothing(few, tmp_path, capsys, monkeypatch):
    recipe = replace(zoo.RECIPES["zero-one"], passing=1.1, epochs=1, seeds=(3, 4))
    monkeypatch.setitem(zoo.RECIPES, "zero-one", recipe)
    assert main(["train", "--recipe", "zero-one", "--every-seed", "-o", str(tmp_path)]) == 1
    assert "no seed of recipe 'zero-one' reached" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_line(tmp_path, capsys):
    assert main(["train", "--recipe", "zero-one", "--mnist", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("weightmaps: ")
    assert "nowhere" in said


def test_help_teaches(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["train", "--help"])
    said = capsys.readouterr().out
    for word in ("nielsen", "zero-one", "WEIGHTMAPS_MNIST", "--every-seed"):
        assert word in said


def test_the_table_of_networks_quotes_the_cards():
    page = (Path(__file__).parent.parent / "benchmarks" / "AUDIT.md").read_text(encoding="utf-8")
    rows = {}
    for name in zoo.names():
        family, _, seed = name.partition("-seed")
        opening = f"| `{family}-seed0` to `seed2` |" if seed else f"| `{name}` |"
        (rows[name],) = (line for line in page.splitlines() if line.startswith(opening))
    for name, row in rows.items():
        card = zoo.card(name)
        family = [zoo.card(other)["accuracy"]["test"] for other in rows if rows[other] == row]
        assert f"| {', '.join(f'{share:.2%}' for share in family)} |" in row
        if "seed2" not in row:
            stuck = [one for one in card["seeds_tried"] if one["validation"] < zoo.RECIPES[name].passing]
            assert f"| {len(card['seeds_tried'])}{f', of which {len(stuck)} ' if stuck else ' |'}" in row
