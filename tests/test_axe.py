"""What axe, the checker of accessibility, has to say about explorers with every panel."""

import itertools

import pytest

from conftest import few
from reader import assert_no_barrier, part, settle, show
from test_explorer import random_images, random_network
from weightmaps.widgets import PANELS, NetworkExplorer

DIGITS = random_images(n=12, labels=10)
TWO = {0: random_network((784, 30, 10), 1), 1000: random_network((784, 30, 10), 2)}
EXPLORERS = {
    "one": {"network": random_network((784, 100, 10), 3), "neuron": 42},
    "compare": {"network": TWO[1000], "checkpoints": TWO, "others": {"Nobody’s": TWO[0]}, "view": "compare"},
    "layers": {"network": random_network((784, 30, 25, 10), 4), "layer": 1, "ablated": [(1, 2, 0)]},
    "deep": {"network": random_network((784, 30, 25, 10), 4), "layer": 2, "sorted": True},
}


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    few(
        itertools.product(EXPLORERS, ("light", "dark"), (1280, 360)),
        ("deep", "light", 1280),
        ("compare", "dark", 360),
    ),
)
def test_axe_finds_no_violation(page, tmp_path, name, scheme, width):
    page.emulate_media(color_scheme=scheme)
    options = {**EXPLORERS[name]}
    show(page, tmp_path, NetworkExplorer(options.pop("network"), *DIGITS, panels=PANELS, **options), width)
    part(page, "output").nth(1).hover()
    settle(page)
    assert_no_barrier(page)
