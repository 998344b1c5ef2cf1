"""The list of claims: what came of each on fresh seeds, and strict about what it says of that."""

import json
import re

import nbformat
import pytest
import yaml
from nbformat.v4 import new_markdown_cell, new_notebook

from bookbuild import guess
from bookbuild.claims import as_markdown, by_replication, claims, strip, tally
from engine import engine
from test_project import ROOT
from test_story import CHAPTERS

CLAIM = {
    "claim": "More is better.",
    "verdict": "False.",
    "section": 'Is "more" better?',
    "replication": "more_is_better",
    "effect": "with more",
    "control": "with less",
}
PART = {
    "effect": {"median": 0.2, "low": 0.1, "high": 0.3},
    "control": {"median": 0.4, "low": 0.4, "high": 0.4},
}
FOUND = {
    **PART,
    "held": 2,
    "tried": 20,
    "verdict": "false",
    "flips": [],
    "choices": {"ink=0.3": {**PART, "held": 20, "verdict": "true"}},
    "form": ".0%",
    "tried_on": "a toy",
    "by_seed": [[0.1, 0.3], [0.4, 0.4]],
}


@pytest.fixture
def write(tmp_path):
    def write(found=FOUND, **changes):
        prose = new_markdown_cell('# A chapter\n\nText.\n\n## Is "more" better?\n')
        nbformat.write(new_notebook(cells=[prose]), tmp_path / "chapter.ipynb")
        (tmp_path / "replications.json").write_text(
            json.dumps({"claims": {"more_is_better": found}}), "utf-8"
        )
        entry = {key: value for key, value in {**CLAIM, **changes}.items() if value is not None}
        path = tmp_path / "claims.yml"
        path.write_text(yaml.safe_dump({"chapter": [entry]}), "utf-8")
        return path

    return write


def test_numbers_come_from_the_replications_and_the_link_leads_to_the_section(write):
    text = as_markdown(claims(write()))
    assert "Of 1 claims **0 are true and 1 are false**" in tally(claims(write()))
    assert "False. *Fell in 18 of 20 fresh seeds.*" in text
    assert "with more: 20% (10% to 30%)" in text
    assert "with less: 40%." in text
    assert "## [A chapter](chapter.ipynb)" in text
    assert "(chapter.ipynb#is-more-better)" in text


def test_who_wants_to_try_it_is_sent_to_the_laboratory(write):
    assert "preset=" not in as_markdown(claims(write()))
    text = as_markdown(claims(write(**{"try": "decay"})))
    assert '<a href="the-laboratory.html#explorer=1&amp;preset=decay">Try it yourself.</a>' in text


def test_or_to_a_figure_on_its_page(write):
    text = as_markdown(claims(write(**{"try": "chapter.html#explorer=2&left=0"})))
    assert '<a href="chapter.html#explorer=2&amp;left=0">Try it yourself.</a>' in text


def tried():
    """Every claim of the book that a reader can try."""
    book = claims(ROOT / "chapters" / "claims.yml").values()
    return [one for _, entries in book for one in entries if "try" in one]


def test_every_experiment_that_is_named_is_one_of_the_laboratory():
    presets = engine("lab.js")("Object.keys(PRESETS)")
    assert {one["try"] for one in tried() if "#" not in one["try"]} <= set(presets)


def test_a_verdict_that_a_choice_turns_says_which(write):
    found = FOUND | {"verdict": "depends", "flips": ["ink=0.3"]}
    text = as_markdown(claims(write(found, verdict="Depends on the pixels counted.")))
    assert "*Held in 2 of 20 fresh seeds. Another choice turns it: ink = 0.3 (20 of 20).*" in text


def test_the_strip_has_a_dot_a_seed_and_one_scale():
    drawn = strip(FOUND)
    effect, control = re.findall(r"<g class=.*?</g>", drawn)
    assert effect.count("<circle") == control.count("<circle") == 2
    assert 'aria-label="20 seeds, a dot each, from 10% to 40%' in drawn
    assert 'cx="5.0"' in effect  # 0.1, the smallest
    assert 'cx="335.0"' in control  # 0.4, the largest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"effect": None}, "has the keys"),
        ({"section": "Elsewhere"}, "in section 'Elsewhere'"),
        ({"replication": "less_is_better"}, "make replicate CLAIMS=less_is_better"),
        ({"verdict": "True."}, "by its replications it is 'false'"),
    ],
)
def test_what_is_missing_or_contradicted_is_named(write, changes, words):
    with pytest.raises(ValueError, match=words) as error:
        claims(write(**changes))
    assert "More is better." in str(error.value)


def test_each_chapter_that_tests_something_has_its_claims():
    found = claims(ROOT / "chapters" / "claims.yml")
    for chapter in (
        "two-inputs",
        "more-on-two-inputs",
        "the-stuck-networks",
        "where-the-noise-comes-from",
        "the-network-of-today",
        "what-a-neuron-is-worth",
        "testing-a-picture",
        "the-hidden-space",
    ):
        assert len(found[chapter][1]) >= 3


def test_a_guess_has_the_claim_its_verdict_and_a_link_to_it(write):
    found = by_replication(write())
    page, notebook = (make("more_is_better", found) for make in (guess.as_html, guess.as_markdown))
    for text in (page, notebook):
        assert "“More is better.”" in text
        assert "False. Fell in 18 of 20 fresh seeds." in text
    assert 'data-claim="more-is-better" data-verdict="false"' in page
    assert 'href="claims.html#more-is-better"' in page
    assert ":name: more-is-better" in as_markdown(claims(write()))
    assert "button" not in notebook
    with pytest.raises(ValueError, match="guess names 'less_is_better'"):
        guess.as_html("less_is_better", found)


def test_each_chapter_with_a_verdict_asks_for_one_guess():
    found = by_replication(ROOT / "chapters" / "claims.yml")
    for chapter in CHAPTERS[: CHAPTERS.index("the-answer") + 1]:
        source = (ROOT / "chapters" / f"{chapter}.ipynb").read_text("utf-8")
        (name,) = re.findall(r"```{guess} (\w+)", source)
        assert name in found
