"""What a recipe learns, and which seeds are compared; on images that are made up."""

from types import SimpleNamespace

import numpy as np
import pytest

from replications import recipes
from weightmaps.digits import Digits


@pytest.fixture
def eights_and_fours(monkeypatch):
    labels = np.array([8, 4, 4, 1, 8, 4])
    inked = np.zeros((6, 784), np.float32)
    inked[np.arange(6), labels] = 1
    monkeypatch.setattr(recipes, "mnist", lambda: SimpleNamespace(train=Digits(inked, labels)))


def test_output_k_is_for_the_k_th_digit_of_a_recipe(eights_and_fours):
    learned = recipes.images(recipes.Recipe(("unit",), {}, labels=(4, 8)), seed=0)
    assert learned.labels.tolist() == [1, 0, 0, 1, 0]
    assert learned.images.argmax(axis=1).tolist() == [8, 4, 4, 8, 4]


def test_shuffled_labels_are_the_same_labels_dealt_out_anew_for_each_seed(eights_and_fours):
    recipe = recipes.Recipe(("unit",), {}, labels=(4, 8), shuffled=True)
    dealt = [recipes.images(recipe, seed).labels.tolist() for seed in range(8)]
    assert all(sorted(labels) == [0, 0, 0, 1, 1] for labels in dealt)
    assert len(set(map(tuple, dealt))) > 1


def test_each_seed_is_some_seeds_partner():
    partners = [recipes.partner(seed) for seed in recipes.SEEDS]
    assert sorted(partners) == list(recipes.SEEDS)
    assert not set(zip(recipes.SEEDS, partners, strict=True)) & set(zip(partners, recipes.SEEDS, strict=True))
