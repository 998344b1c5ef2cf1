"""benchmarks/RESULTS.md is what its figures make, and the table of costs quotes it."""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks"


@pytest.fixture
def results(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import results

    yield results
    del sys.modules["results"]


def test_the_page_is_what_the_figures_make(results):
    figures = json.loads(results.FIGURES.read_text("utf-8"))
    assert set(figures) == set(results.PARTS)
    assert results.PAGE.read_text("utf-8") == results.rendered(figures)


def test_each_planted_bug_finds_its_place(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    from mutants import MUTANTS

    lost = [one.name for one in MUTANTS if (ROOT / one.file).read_text("utf-8").count(one.old) != 1]
    assert lost == []


def test_an_unknown_part_is_named_and_nothing_is_run(results, capsys, monkeypatch):
    monkeypatch.setattr(results, "measured", lambda part: pytest.fail("measured"))
    with pytest.raises(SystemExit):
        results.main(["training", "speed"])
    assert "unknown part 'speed'; there are: gaps, drills, mutants, training, lab" in capsys.readouterr().err


def test_a_part_measured_again_leaves_the_others(results, tmp_path, monkeypatch):
    figures = json.loads(results.FIGURES.read_text("utf-8"))
    monkeypatch.setattr(results, "FIGURES", tmp_path / "results.json")
    monkeypatch.setattr(results, "PAGE", tmp_path / "RESULTS.md")
    results.FIGURES.write_text(json.dumps(figures), "utf-8")
    new = figures["gaps"] | {"date": "2031-01-31"}
    monkeypatch.setattr(results, "measured", {"gaps": new}.__getitem__)
    results.main(["gaps"])
    assert json.loads(results.FIGURES.read_text("utf-8")) == figures | {"gaps": new}
    assert "| gaps | 2031-01-31 |" in results.PAGE.read_text("utf-8")


def test_the_table_of_costs_quotes_the_page(results):
    page = results.PAGE.read_text("utf-8")
    lines = (FOLDER / "AUDIT.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and "`python benchmarks/results.py" in line]
    assert len(rows) >= 3
    for row in rows:
        measured = row.split(" | ")[1]
        numbers = re.findall(r"\d[\d.,e-]*\d|\d", measured)
        assert numbers
        assert [one for one in numbers if not re.search(rf"(?<![\d.]){re.escape(one)}(?!\d)", page)] == []
