"""The pages behind the chapters: glossary, reference and bibliography leave nothing out."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
# They use words that the chapters introduce; what is bold in them is no new term.
NO_TERMS = ("index", "workbench")
ENTRY = re.compile(r"^(\S.*)\n((?:  .*\n)+)", re.MULTILINE)


def glossary():
    """Each term, and its text."""
    text = (CHAPTERS / "glossary.md").read_text("utf-8")
    return dict(ENTRY.findall(text.split("```{glossary}\n")[1].split("```")[0]))


def prose(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def bold_terms(path):
    """What is bold and no sentence: four words at most, and no stop at the end."""
    bold = (" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", prose(path), re.DOTALL))
    return {
        words for words in bold if len(words.split()) <= 4 and (words[-1].isalpha() or words[-1].isdigit())
    }


CHAPTER_FILES = [path for path in sorted(CHAPTERS.glob("*.ipynb")) if path.stem not in NO_TERMS]


@pytest.mark.parametrize("path", CHAPTER_FILES, ids=lambda path: path.stem)
def test_every_bold_term_is_in_the_glossary(path):
    assert {term.lower() for term in bold_terms(path)} <= {term.lower() for term in glossary()}


def test_every_entry_is_bold_where_the_glossary_says():
    entries = glossary()
    assert len(entries) >= 15
    assert list(entries) == sorted(entries, key=str.lower)
    for term, text in entries.items():
        (name,) = re.findall(r"First in \[[^\]]+\]\(([\w-]+)\.ipynb\)", " ".join(text.split()))
        assert term.lower() in {one.lower() for one in bold_terms(CHAPTERS / f"{name}.ipynb")}, term


def test_every_public_module_has_a_page():
    """A module is public if a chapter imports it."""
    code = [
        "".join(cell["source"])
        for path in CHAPTERS.glob("*.ipynb")
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    used = set(re.findall(r"^from weightmaps\.(\w+) import", "\n".join(code), re.MULTILINE))
    for names in re.findall(r"^from weightmaps import (\([^)]*\)|.+)", "\n".join(code), re.MULTILINE):
        used |= set(re.findall(r"\w+", names))
    pages = {path.stem: path.read_text("utf-8") for path in (ROOT / "reference").glob("*.rst")}
    documented = set(re.findall(r"automodule:: weightmaps\.(\w+)", "\n".join(pages.values())))
    assert {"digits", "network", "widgets"} <= used <= documented
    listed = (ROOT / "_toc.yml").read_text("utf-8")
    for name, text in pages.items():
        assert "automodule:: weightmaps." in text
        assert f"file: reference/{name}\n" in listed
