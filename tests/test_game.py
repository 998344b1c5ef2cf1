"""The guessing game: its truth against NumPy, and a game played in a browser."""

import zlib
from math import comb

import numpy as np
import pytest

from conftest import slow
from engine import engine
from reader import assert_fits, assert_no_barrier, part
from test_explorer import random_images, random_network
from weightmaps.widgets import MapGame
from weightmaps.widgets.game import LEVELS

DIGITS = random_images(n=40, labels=10)
NETWORKS = {"trained": random_network((784, 30, 10), 1), "untrained": random_network((784, 20, 10), 2)}


@pytest.fixture
def game():
    return MapGame(NETWORKS, *DIGITS, games=2)


def test_every_round_has_a_neuron_s_own_map_and_truth(game):
    rounds = game._rounds["rounds"]
    maps = np.frombuffer(zlib.decompress(game._rounds["data"]), np.int8)[: 20 * 784].reshape(20, 784)
    for one, shown in zip(rounds, maps, strict=True):
        network, j = NETWORKS[one["name"]], one["neuron"]
        a = network.forward(DIGITS.images).a[1][:, j]
        means = np.array([a[DIGITS.labels == k].mean() for k in range(10)])
        np.testing.assert_allclose(one["means"], means[one["pair"]], atol=1e-4)
        assert set(one["pair"]) == {np.argmax(means), np.argmin(means)}
        weights = network.weights[0][j]
        sums = [(DIGITS.images[DIGITS.labels == k] @ weights).mean() for k in one["pair"]]
        np.testing.assert_allclose(one["sums"], sums, atol=1e-3)
        np.testing.assert_allclose(shown / LEVELS, weights / np.abs(weights).max(), atol=0.5 / LEVELS + 1e-6)


def test_each_game_has_half_of_its_rounds_from_each_network_and_no_neuron_comes_twice(game):
    rounds = game._rounds["rounds"]
    for dealt in (rounds[:10], rounds[10:]):
        assert sorted(one["name"] for one in dealt) == ["trained"] * 5 + ["untrained"] * 5
    assert len({(one["name"], one["neuron"]) for one in rounds}) == 20


def test_what_cannot_be_played_is_refused():
    with pytest.raises(ValueError, match=r"networks holds 3; 10 rounds can be shared out among 2 or 5"):
        MapGame({**NETWORKS, "third": NETWORKS["trained"]}, *DIGITS)
    with pytest.raises(ValueError, match=r"networks\['untrained'\] has sizes \(784, 20, 10\).*at least 25"):
        MapGame(NETWORKS, *DIGITS, games=5)
    with pytest.raises(ValueError, match="games is 0"):
        MapGame(NETWORKS, *DIGITS, games=0)


def test_chance_is_the_binomial_s():
    found = engine("game.js")("[0, 3, 4, 5].map((k) => byChance(k, 5))")
    assert found == [sum(comb(5, i) for i in range(k, 6)) / 32 for k in (0, 3, 4, 5)]


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), slow(1280, "light")])
def test_a_game_by_keyboard_is_scored_and_axe_is_content(page, tmp_path, game, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    game.to_html(tmp_path / "game.html")
    page.goto((tmp_path / "game.html").as_uri())
    part(page, "guess-0").focus()
    for number, one in enumerate(game._rounds["rounds"][:10], start=1):
        assert part(page, "sentence").inner_text().startswith(f"Map {number} of 10. ")
        assert part(page, "truth-0").is_hidden()
        height = page.locator(".wm").bounding_box()["height"]
        assert "trained" not in page.locator(".wm").inner_text()
        best = int(one["means"][1] > one["means"][0])
        right = one["name"] == "untrained"  # right on all of these maps, wrong on the others
        if (best if right else 1 - best) == 1:
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.part").startswith("guess-")
        page.keyboard.press("Enter")
        assert part(page, "sentence").inner_text().startswith("Right" if right else "Wrong")
        shown = [float(v.get_attribute("data-value")) for v in part(page, "game-mean").all()]
        assert shown == one["means"]
        shown = [float(v.get_attribute("data-value")) for v in part(page, "game-sum").all()]
        assert shown == one["sums"]
        assert page.locator(".wm").bounding_box()["height"] == height
        if number == 1:
            assert_no_barrier(page)
        page.keyboard.press("Enter")
    rows = [row.inner_text().split("\t") for row in page.locator("[data-part=score] tbody tr").all()]
    dealt = game._rounds["rounds"][:10]
    read = {
        name: sum(np.argmax(one["sums"]) == np.argmax(one["means"]) for one in dealt if one["name"] == name)
        for name in NETWORKS
    }
    assert rows == [
        ["trained", "0 of 5", f"{read['trained']} of 5", "100%"],
        ["untrained", "5 of 5", f"{read['untrained']} of 5", "3%"],
        ["all", "5 of 10", f"{sum(read.values())} of 10", "62%"],
    ]
    answers = part(page, "gallery").locator("li").all_inner_texts()
    assert sum("✓" in one for one in answers) == sum("✗" in one for one in answers) == 5
    assert_no_barrier(page)
    assert_fits(page)
    page.keyboard.press("Enter")
    assert part(page, "sentence").inner_text().startswith("Map 1 of 10. ")
