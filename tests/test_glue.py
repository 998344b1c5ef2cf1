"""What a chapter quotes of the replications."""

import json

from bookbuild.glue import replicated
from replications import results

PART = {
    "effect": {"median": 0.5, "low": 0.25, "high": 0.75},
    "control": {"median": 0.1, "low": 0.1, "high": 0.1},
    "difference": {"median": 0.4, "low": 0.15, "high": 0.65},
    "held": 17,
}


def test_choices_are_quoted_by_their_own_names(tmp_path, monkeypatch, capsys):
    choices = {"recipe=large": {**PART, "held": 3}, "data=ring 3 and 8": {**PART, "held": 5}}
    found = {**PART, "choices": choices, "form": ".2f", "tried": 20}
    (tmp_path / "replications.json").write_text(json.dumps({"claims": {"more_is_better": found}}), "utf-8")
    monkeypatch.setattr(results, "RESULTS", tmp_path / "replications.json")
    replicated("more_is_better", "data=ring 3 and 8")
    lines = capsys.readouterr().out.splitlines()
    assert "more-is-better-effect: 0.50 (0.25 to 0.75)" in lines
    assert "more-is-better-control: 0.10" in lines
    assert "more-is-better-held: 17 of 20" in lines
    assert "more-is-better-data-ring-3-and-8-held: 5 of 20" in lines
    assert not any("large" in line for line in lines)
