"""What the replications found: medians, intervals, verdicts; and the file that holds them."""

from __future__ import annotations

import json
import platform
from math import comb
from pathlib import Path

import numpy as np

from weightmaps.files import atomic_write

RESULTS = Path(__file__).parents[2] / "chapters" / "replications.json"
if not RESULTS.exists():  # installed from a wheel, which carries a copy
    RESULTS = Path(__file__).with_name("replications.json")


def interval(values):
    """The median, and a 95% confidence interval of it that assumes no distribution: two order statistics.

    Of 20 values these are the 6th and the 15th; at least 95% of such intervals hold the true median
    (Conover, *Practical Nonparametric Statistics*, 3.2). Of fewer than six, the smallest and the largest.

    Examples
    --------
    >>> interval(range(1, 21))
    {'median': 10.5, 'low': 6.0, 'high': 15.0}
    """
    values = np.sort(np.asarray(values, float))
    n = len(values)
    tails = (2 * sum(comb(n, k) for k in range(outside + 1)) / 2**n for outside in range(n // 2))
    outside = max((k for k, tail in enumerate(tails) if tail <= 0.05), default=0)
    parts = np.median(values), values[outside], values[n - 1 - outside]
    return dict(zip(("median", "low", "high"), map(_short, parts), strict=True))


def share_interval(held, tried):
    """A 95% confidence interval of a share, exact: from two binomial tests (Clopper and Pearson 1934).

    Parameters
    ----------
    held, tried : int

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> [round(end, 2) for end in share_interval(4, 10)]
    [0.12, 0.74]
    """

    def at_least(k, p):
        return sum(comb(tried, i) * p**i * (1 - p) ** (tried - i) for i in range(k, tried + 1))

    def where(k, tail):
        """The share of which k or more are seen in this part of all tries."""
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if at_least(k, middle) < tail else (low, middle)
        return low

    return (where(held, 0.025) if held else 0.0), (where(held + 1, 0.975) if held < tried else 1.0)


def verdict(held, tried):
    """What so many seeds of so many say: a claim is true, or false, of most seeds, or neither is sure.

    It is "true" where a sign test rejects, at 5%, that the claim holds in one seed of two: from 15 of 20 on.

    Examples
    --------
    >>> [verdict(held, 20) for held in (20, 15, 14, 6, 5)]
    ['true', 'true', 'depends', 'depends', 'false']
    """
    most = max(held, tried - held)
    if 2 * sum(comb(tried, k) for k in range(most, tried + 1)) > 0.05 * 2**tried:
        return "depends"
    return "true" if held == most else "false"


def summary(claim, outcomes):
    """What is kept of a claim.

    Parameters
    ----------
    claim : Claim
    outcomes : dict of {int: dict of {str: (float, float)}}
        By seed, and by choice in words: effect and control. The default choice is ``""``.
    """
    parts = {}
    for choice, _ in claim.variants():
        effect, control = np.array([outcomes[seed][choice] for seed in outcomes], float).T
        held = sum(bool(claim.holds(*pair)) for pair in zip(effect, control, strict=True))
        parts[choice] = {
            "effect": interval(effect),
            "control": interval(control),
            "difference": interval(effect - control),
            "held": held,
            "verdict": verdict(held, len(outcomes)),
        }
    found = parts.pop("")
    flips = [choice for choice, part in parts.items() if part["verdict"] != found["verdict"]]
    by_seed = np.array([outcomes[seed][""] for seed in outcomes], float).T
    return {
        "chapter": claim.chapter,
        **found,
        "verdict": "depends" if flips else found["verdict"],
        "flips": flips,
        "choices": parts,
        "tried": len(outcomes),
        "form": claim.form,
        "tried_on": claim.tried_on,
        "by_seed": [[_short(value) for value in row] for row in by_seed],
        "digest": claim.digest,
    }


def number(value, form):
    """A number as the book writes it.

    >>> number(-0.123, ".2f"), number(-0.001, ".2f"), number(0.5, ".0%")
    ('−0.12', '0.00', '50%')
    """
    text = format(value, form)
    return text.replace("-", "−") if any(digit in text for digit in "123456789") else text.lstrip("-")


def in_words(part, form):
    """A median and its interval, as the book writes them.

    >>> in_words({"median": 0.5, "low": 0.25, "high": 0.75}, ".2f")
    '0.50 (0.25 to 0.75)'
    """
    median, low, high = (number(part[key], form) for key in ("median", "low", "high"))
    return median if low == high else f"{median} ({low} to {high})"


def read(path):
    """The file that ``make replicate`` writes, as a dict; ``claims`` is by name."""
    return json.loads(Path(path).read_text("utf-8"))


def write(claims, path):
    """Write the results of claims, by name, a claim a line."""
    versions = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(found)}" for name, found in claims.items())
    with atomic_write(path, "w", encoding="utf-8") as file:
        file.write(f'{{"versions": {json.dumps(versions)}, "claims": {{\n{lines}\n}}}}\n')


def _short(value):
    return float(f"{value:.4g}")
