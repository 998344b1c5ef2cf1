"""How far apart are the package and others, where the tests compare them? `python benchmarks/gaps.py`

Runs those tests with an ear at `numpy.testing.assert_allclose`: the largest difference that passed through it
is the gap. It needs a Chromium, and what `make peers` installs.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

TESTS = Path(__file__).resolve().parents[1] / "tests"
# What is compared, and the tests that do so: a file, and a pattern of their names.
ROWS = [
    ("training, 500 steps: a per-sample textbook", "test_training_peers.py", "equal_the_textbook"),
    (
        "training, 500 steps: PyTorch's optimisers in float64",
        "test_training_peers.py",
        "equal_pytorch",
    ),
    ("training to its end: scikit-learn's logistic regression", "test_training_peers.py", "logistic"),
    ("readout, principal components: scikit-learn", "test_training_peers.py", "ridge|components"),
    ("attributions: Captum and PyTorch's autograd", "test_attribution_peers.py", ""),
    ("axioms of attributions, on networks made up", "test_axioms.py", ""),
    ("others' networks: their own predictions in float32", "test_interop_peers.py", ""),
    ("JavaScript: NumPy, of the numbers added up", "test_extremes.py", "in_a_page_as_in_numpy"),
]


class Ear:
    """A pytest plugin that notes, for each test, how far apart the numbers it compares are."""

    def __init__(self):
        self.heard = {}
        self.test = None
        self.compare = np.testing.assert_allclose

    def pytest_configure(self):
        np.testing.assert_allclose = self.listen

    def pytest_unconfigure(self):
        np.testing.assert_allclose = self.compare

    def pytest_runtest_logstart(self, nodeid):
        self.test = nodeid

    def listen(self, actual, desired, *args, **how):
        self.compare(actual, desired, *args, **how)
        apart = np.abs(np.asarray(actual, float) - np.asarray(desired, float))
        self.heard.setdefault(self.test, []).append(
            (apart.max(initial=0.0), how.get("atol", 0.0), apart.size)
        )


def rows(heard):
    """Each row: what was compared, in how many tests and numbers, the largest gap, and what is allowed."""
    for what, file, pattern in ROWS:
        chosen = [
            found
            for test, found in heard.items()
            if Path(test.split("::")[0]).name == file and re.search(pattern, test.split("::")[1])
        ]
        if not chosen:
            sys.exit(f"{what}: nothing was compared; `make peers` installs what that needs")
        gaps, allowed, numbers = zip(*(one for found in chosen for one in found), strict=True)
        yield {
            "what": what,
            "tests": len(chosen),
            "numbers": sum(numbers),
            "gap": max(gaps),
            "allowed": max(allowed),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to write the figures, too")
    options = parser.parse_args()
    ear = Ear()
    files = dict.fromkeys(str(TESTS / file) for _, file, _ in ROWS)
    code = pytest.main(["-q", "-p", "no:cacheprovider", *files], plugins=[ear])
    if code:
        sys.exit(int(code))
    figures = list(rows(ear.heard))
    for row in figures:
        print(
            f"{row['what']:58}{row['numbers']:>12,} numbers {row['gap']:8.1e} of {row['allowed']:.0e} allowed"
        )
    if options.json:
        options.json.write_text(json.dumps(figures), "utf-8")


if __name__ == "__main__":
    main()
