"""What the replications paint on digits and do to maps, on pictures that can be checked by eye."""

import numpy as np
import pytest

from replications import raw_weight_maps, where_the_noise_comes_from
from weightmaps import analysis


@pytest.fixture
def three():
    picture = np.zeros((28, 28), np.float32)
    picture[[4, 13, 22], 8:18] = 1  # three bars,
    picture[4:23, 18] = 1  # and the stroke that joins them on the right
    return picture.ravel()


def test_the_stroke_closes_the_loop_on_the_left(three):
    for loop, rows in (("top", range(4, 14)), ("bottom", range(13, 23))):
        stroke = raw_weight_maps.closing_stroke(three, loop).reshape(28, 28)
        assert np.flatnonzero(stroke.any(axis=1)).tolist() == list(rows)
        assert np.flatnonzero(stroke.any(axis=0)).tolist() == [8, 9]


def test_a_moved_stroke_adds_as_much_ink_elsewhere(three):
    stroke = raw_weight_maps.closing_stroke(three)
    other = raw_weight_maps.moved(three, stroke, np.random.default_rng(0))
    added, elsewhere = ((one * (1 - three)).sum() for one in (stroke, other))
    assert other.sum() == stroke.sum()
    assert not np.array_equal(other, stroke)
    assert abs(added - elsewhere) <= 2


def test_the_round_kernel_is_that_of_the_package_and_all_keep_what_is_even():
    maps = np.random.default_rng(1).standard_normal((3, 784))
    blurred = where_the_noise_comes_from.blurred
    assert blurred(maps, "3 × 3, round") == pytest.approx(analysis.blur(maps))
    for kernel in where_the_noise_comes_from.KERNELS:
        assert blurred(np.ones((1, 784)), kernel) == pytest.approx(np.ones((1, 784)))


def test_random_numbers_of_a_claim_are_not_those_of_a_start():
    ours = where_the_noise_comes_from.random(100).standard_normal(50)
    assert abs(np.corrcoef(ours, np.random.default_rng(100).standard_normal(50))[0, 1]) < 0.5
