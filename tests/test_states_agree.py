"""One list of states for both judges: Python's traits, and the browser, which reads states from links."""

import json
import math

import pytest
import traitlets

from test_explorer import random_images, random_network
from weightmaps.widgets import NetworkExplorer, bundle
from weightmaps.widgets.state import STATE
from weightmaps.widgets.still import Engine

SIZES = (4, 5, 4, 3)
NETWORKS = [random_network(SIZES, seed) for seed in range(3)]
IMAGES = random_images(n=6, pixels=4, labels=3)
MANY = {
    "checkpoints": {0: NETWORKS[0], 50: NETWORKS[1]},
    "others": {"untrained": NETWORKS[2], "7": NETWORKS[0]},
}
ONE = {"network": NETWORKS[0]}
ODD = [None, True, "1", "", [], {}, [1], 1.5, math.nan, math.inf, -1, 10**9]

# What is changed of the first state, and whether it can then be shown.
CASES = [
    *[({name: value}, fits) for name, most in [("neuron", 4), ("output", 3), ("sample", 5), ("layer", 2)]
      for value, fits in [(1, True), (most, True), (most + 1, False)]],
    *[({name: value}, False) for name in ("neuron", "output", "sample", "layer", "sorted")
      for value in ODD if value is not True],
    ({"layer": 0}, False),
    ({"layer": 2, "neuron": 3, "output": 2}, True),
    ({"layer": 2, "neuron": 4}, False),
    ({"layer": 2, "output": 3}, False),
    ({"sorted": True}, True),
    *[({"view": value}, False) for value in ["both", "", None, 1, ["one"]]],
    *[({name: value}, fits) for name in ("rank_by", "colour_by") for value, fits in [
        ("mean", True), ("removal", True), ("size", False), ("toString", False), (None, False)]],
    ({"scales": "separate"}, True),
    ({"scales": "own"}, False),
    *[({"ablated": value}, True) for value in [
        [], [[1, 4, 0]], [[2, 3, 2]], [[1, 0, 0.5], [2, 0, 1]], [[1, 0, 0], [1, 1, 0], [2, 1, 0]]]],
    *[({"ablated": value}, False) for value in [
        None, "off", 3, {}, [3], ["123"], [[1, 3]], [[1, 3, 0, 1]], [None], [[]],
        [[0, 0, 0]], [[3, 0, 0]], [[1, 5, 0]], [[2, 4, 0]], [[1, -1, 0]], [[1.5, 0, 0]], [[1, 2.5, 0]],
        [["1", 3, 0]], [[1, "3", 0]], [[1, 3, "0"]], [[1, 3, None]], [[None, 3, 0]], [[1, [3], 0]],
        [[1, 0, -0.1]], [[1, 0, 2.1]], [[1, 0, math.nan]], [[math.nan, 0, 0]], [[1, math.nan, 0]],
        [[1, 2, 0], [1, 2, 0]], [[1, 2, 0], [1, 3, 0], [1, 2, 1]], [[1, 2, 0], None]]],
    *[({"pixels": value}, True) for value in [None, [0, 1, 0.5, 0]]],
    *[({"pixels": value}, False) for value in [
        "ink", "0000", 0.5, [], [0.5] * 3, [0.5] * 5, [[0, 0], [0, 0]], [0, 0, 0, 1.5], [0, 0, 0, -0.1],
        [0, 0, 0, math.nan], [0, 0, 0, "x"], [0, 0, 0, None], {}]],
]  # fmt: skip
KEYS = [
    (MANY, [({"step": 0}, True), ({"step": 50}, True), ({"other": 0}, True), ({"other": "7"}, True),
            ({"view": "compare"}, True), ({"view": "compare", "other": "untrained"}, True)]
           + [({"step": value}, False) for value in [None, 7, "0", "untrained", 0.5, [0]]]
           + [({"other": value}, False) for value in [None, 7, "0", "nobody", [0]]]),
    (ONE, [({"view": "compare"}, False), ({"step": 0}, False), ({"other": 0}, False),
           ({"other": None}, True)]),
]  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return Engine(bundle.script("view.js"))


@pytest.mark.parametrize(("networks", "more"), KEYS, ids=["many networks", "one network"])
def test_what_python_refuses_no_link_brings(engine, networks, more):
    kept = {name: some for name, some in networks.items() if name != "network"}

    def build(**state):
        return NetworkExplorer(networks.get("network"), *IMAGES, shape=(2, 2), **kept, **state)

    first = build()
    data = {
        "sizes": SIZES,
        "keys": [*(networks.get("checkpoints") or [None]), *networks.get("others", {})],
        "steps": list(networks.get("checkpoints", {})),
        "images": [0] * 6,
        "features": None,
    }
    for change, fits in [*CASES, *more]:
        state = {name: getattr(first, name) for name in STATE} | change
        assert engine.evaluate("isValidState(data, state)", data=data, state=state) is fits, change
        if fits:
            shown = build(**change)
            assert json.loads(json.dumps({name: getattr(shown, name) for name in change})) == change
        else:
            with pytest.raises(traitlets.TraitError):
                build(**change)
