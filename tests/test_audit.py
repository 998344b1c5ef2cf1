"""What `make audit` says of a page that misses its goals."""

import importlib.util
from pathlib import Path

import pytest

# Not by way of sys.path: a benchmark beside it is called as a module of the standard library.
spec = importlib.util.spec_from_file_location(
    "audit", Path(__file__).parent.parent / "benchmarks" / "audit.py"
)
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)
EXPLORER, PROSE = audit.EXPLORER, audit.PROSE

GOOD = {**dict.fromkeys(audit.GOALS, 100), "kB": 100, "images": 40, "shift": 0, "console": 0, "axe": []}


@pytest.mark.parametrize(
    ("change", "explorer", "words"),
    [
        ({}, False, []),
        ({"kB": PROSE + 40}, False, []),
        ({"kB": PROSE + 52}, False, [f"12 kB over its {PROSE}"]),
        ({"kB": EXPLORER, "images": 0}, True, []),
        ({"kB": EXPLORER + 7}, True, [f"7 kB over its {EXPLORER}"]),
        ({"performance": 98}, False, ["performance 98"]),
        ({"seo": 99.4}, False, ["seo 99"]),
        ({"shift": 0.02}, False, ["shift 0.020"]),
        ({"console": 1, "axe": ["list"]}, True, ["1 errors in the console", "list"]),
    ],
)
def test_a_page_that_misses_a_goal_is_told_by_how_much(change, explorer, words):
    assert audit.failures({**GOOD, **change}, explorer) == words
