"""The list of claims: filled from the chapters' outputs, and strict about what it quotes."""

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bookbuild.claims import as_markdown, claims
from test_project import ROOT

CLAIM = {
    "claim": "More is better.",
    "verdict": "False.",
    "section": 'Is "more" better?',
    "seeds": "0, 1",
    "effect": "more gives {a-more}",
    "control": "less gives {a-less}",
}


@pytest.fixture
def write(tmp_path):
    def write(**changes):
        glued = [
            new_output("display_data", {"text/plain": repr(value)}, metadata={"scrapbook": {"name": name}})
            for name, value in (("a-more", "12% to 15%"), ("a-less", 7))
        ]
        prose = new_markdown_cell('# A chapter\n\nText.\n\n## Is "more" better?\n')
        nbformat.write(
            new_notebook(cells=[prose, new_code_cell("", outputs=glued)]), tmp_path / "chapter.ipynb"
        )
        entry = {key: value for key, value in {**CLAIM, **changes}.items() if value is not None}
        path = tmp_path / "claims.yml"
        path.write_text(yaml.safe_dump({"chapter": [entry]}), "utf-8")
        return path

    return write


def test_numbers_come_from_the_chapter_and_the_link_leads_to_the_section(write):
    text = as_markdown(claims(write()))
    assert "more gives 12% to 15%" in text
    assert "less gives 7" in text
    assert "## [A chapter](chapter.ipynb)" in text
    assert "(chapter.ipynb#is-more-better)" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": None}, "has the keys"),
        ({"section": "Elsewhere"}, "in section 'Elsewhere'"),
        ({"control": "{a-least}"}, "quotes 'a-least'"),
    ],
)
def test_what_is_missing_is_named(write, changes, words):
    with pytest.raises(ValueError, match=words) as error:
        claims(write(**changes))
    assert "More is better." in str(error.value)


def test_each_chapter_that_tests_something_has_its_claims():
    found = claims(ROOT / "chapters" / "claims.yml")
    for chapter in (
        "two-inputs",
        "where-the-noise-comes-from",
        "what-a-neuron-is-worth",
        "testing-a-picture",
        "the-hidden-space",
    ):
        assert len(found[chapter][1]) >= 3
