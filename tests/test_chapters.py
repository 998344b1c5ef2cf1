"""What the chapters computed when the book was built is what they were saved with."""

import nbformat
import pytest
from jupyter_cache import get_cache

from bookbuild.cache import cache_folder
from bookbuild.claims import as_markdown, claims, tally
from test_project import ROOT

CHAPTERS = ROOT / "chapters"
EXECUTED = sorted({path.stem for path in CHAPTERS.glob("*.ipynb")} - {"claims"})


def outputs(cell):
    """What nbval compares of a cell: what it printed, in one piece, and what it showed."""
    printed, shown = {}, []
    for output in cell.outputs:
        if output.output_type == "stream":
            printed[output.name] = printed.get(output.name, "") + output.text
        else:
            shown.append({key: output[key] for key in output if key not in ("execution_count", "metadata")})
    return printed, shown


@pytest.fixture(scope="module")
def cache(site):
    return get_cache(cache_folder(ROOT / "_build"))


@pytest.mark.parametrize("name", EXECUTED)
def test_outputs_are_those_that_were_saved(cache, name):
    saved = nbformat.read(CHAPTERS / f"{name}.ipynb", as_version=4)
    executed = cache.get_cache_bundle(cache.match_cache_file(str(CHAPTERS / f"{name}.ipynb")).pk).nb
    code = [cell for cell in saved.cells if cell.cell_type == "code"]
    ran = [cell for cell in executed.cells if cell.cell_type == "code"]
    compared = [k for k, cell in enumerate(code) if "nbval-check-output" in cell.metadata.get("tags", ())]
    assert len(code) == len(ran)
    assert compared or name == "the-laboratory"  # whose numbers are the reader's
    for k in compared:
        assert outputs(ran[k]) == outputs(code[k]), (
            f"after a change on purpose run: make refresh\n{code[k].source}"
        )


def test_the_page_of_claims_is_the_one_that_was_saved():
    saved = nbformat.read(CHAPTERS / "claims.ipynb", as_version=4)
    shown = [output.data["text/markdown"] for cell in saved.cells for output in cell.get("outputs", ())]
    found = claims(CHAPTERS / "claims.yml")
    assert shown == [tally(found), as_markdown(found)]
