"""Reader's notebooks: text that any program shows, and code that runs with the package alone."""

import ast
import builtins
import io
import re
import subprocess
import sys
import venv
from base64 import b64decode
from xml.etree.ElementTree import fromstring

import nbformat
import numpy as np
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from bookbuild.reader import GAP, Book, in_words, reader_notebook, works
from conftest import slow
from open_lab import copies
from refresh_chapters import chapter, kept
from test_project import ROOT
from weightmaps.figures import Frames

NOTEBOOKS = ROOT / "_build" / "notebooks"
BOOK = Book(
    values={"right": "97%"},
    works={"li2015": ("Li et al.", "2015", "https://a.example/1"), "morcos2018": ("Morcos", "2018", None)},
    headings={"the-answer": {"what-we-learned": "What we learned"}},
    files={"the-answer": "10-the-answer.ipynb", "glossary": "glossary.ipynb"},
    install="%pip install it",
    claims={
        "it_is": {
            "claim": "It is.",
            "verdict": "True.",
            "found": {"verdict": "true", "held": 3, "tried": 4, "flips": ()},
        }
    },
)


@pytest.mark.parametrize(
    ("prose", "wanted"),
    [
        ("right on {glue:text}`right`", "right on 97%"),
        ("so {cite}`li2015,morcos2018`.", "so ([Li et al., 2015](https://a.example/1); Morcos, 2018)."),
        ("{cite:t}`li2015` say", "[Li et al. (2015)](https://a.example/1) say"),
        ("[here](the-answer.ipynb#what-we-learned)", "[here](10-the-answer.ipynb#What-we-learned)"),
        ("[words](glossary.md)", "[words](glossary.ipynb)"),
        ('<a href="the-answer.html#explorer=1&amp;left=0">Try it.</a>', "[Try it.](10-the-answer.ipynb)"),
        ('- <a href="#explorer=1&amp;preset=decay">Decay.</a> So?', "- **Decay.** So?"),
        (
            ":::{admonition} Evidence\n:class: dropdown\n\nIt is {glue:text}`right`.\n:::",
            '<details style="margin-bottom: 1em"><summary>Evidence</summary>\n\nIt is 97%.\n\n</details>',
        ),
        ("```{note}\nMind this.\n```", "**Note.** Mind this."),
        ("::::{container} claim claim-true\n\n**So.** {glue:text}`right`\n\n::::", "**So.** 97%"),
        (
            "```{guess} it_is\n```",
            "**“It is.”** Your guess: true, false, or does it depend?\n\n"
            '<details style="margin-bottom: 1em"><summary>The verdict</summary>\n\n'
            "True. Held in 3 of 4 fresh seeds.\n\n</details>",
        ),
        ("$\\frac{1}{2}$ and `{glue}`", "$\\frac{1}{2}$ and `{glue}`"),
    ],
)
def test_prose_is_plain_markdown(prose, wanted):
    assert in_words(prose, BOOK).strip() == wanted


def test_names_in_references_show_no_braces(tmp_path):
    (tmp_path / "a.bib").write_text(
        "@misc{a, author = {{Cross Validated}}}\n"
        "@misc{b, author = {Vi{\\'e}gas, Fernanda and {van der} Maaten, Laurens}, year = {2008}}"
    )
    found = works(tmp_path / "a.bib")
    assert found["a"] == ("Cross Validated", "n.d.", None)
    assert found["b"] == ("Viégas and van der Maaten", "2008", None)


@pytest.mark.parametrize("prose", ["{glue:text}`none`", "{cite}`none`", "[x](none.ipynb)"])
def test_what_the_book_does_not_have_stops_the_build(prose):
    with pytest.raises(KeyError, match="none"):
        in_words(prose, BOOK)


def test_cells_for_the_site_alone_are_gone_and_captions_follow_figures():
    figure = {"caption": "Right on {glue:text}`right`."}
    made = reader_notebook(
        new_notebook(
            cells=[
                new_markdown_cell("# Title"),
                new_code_cell("from bookbuild.glue import glue", metadata={"tags": ["remove-cell"]}),
                new_code_cell("draw()", metadata={"tags": ["hide-input"], "mystnb": {"figure": figure}}),
                new_markdown_cell("without a kernel", metadata={"tags": ["page-only"]}),
                new_code_cell("import weightmaps", outputs=[new_output("stream", text="said")]),
            ]
        ),
        BOOK,
    )
    nbformat.validate(made)
    sources = [cell.source for cell in made.cells]
    assert sources[0] == "# Title"
    assert sources[2:] == ["draw()", "*Right on 97%.*", "import weightmaps"]
    assert made.cells[2].metadata.jupyter.source_hidden
    assert made.cells[4].outputs[0].text == "said"
    assert sources[1].endswith('if find_spec("weightmaps") is None:\n    %pip install it')


def test_of_pictures_that_change_there_is_the_last_still_of_each():
    frames = Frames({"a < b": [np.zeros(36), np.ones(36)], "c": [np.zeros(36), np.eye(6).ravel()]})
    shown = new_output("execute_result", {"text/html": frames._repr_html_()}, execution_count=1)
    made = reader_notebook(new_notebook(cells=[new_code_cell("draw()", outputs=[shown])]), BOOK)
    (output,) = made.cells[0].outputs
    assert "text/html" not in output.data
    with Image.open(io.BytesIO(b64decode(output.data["image/png"]))) as picture:
        side = picture.height  # with its frame
        places = (1, side - 2, side + GAP + 1, 2 * side + GAP - 2)
        corners = [picture.convert("L").getpixel((x, 1)) for x in places]
    assert corners == [0, 0, 0, 255]
    assert made.cells[2].source == "*a < b. c. Run the cell above to see them change.*"


def test_every_chapter_has_one_that_shows_no_markup_of_ours(site):
    made = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert made[0].name == "00-index.ipynb"
    names = {path.name for path in made}
    assert len(names) == len(list((ROOT / "chapters").glob("*.ipynb"))) + 1  # the glossary
    pictures = 0
    for path in made:
        notebook = nbformat.read(path, 4)
        assert notebook.metadata.kernelspec.name == "python3"  # else JupyterLab asks for a kernel
        for cell in notebook.cells:
            pictures += sum("image/png" in output.get("data", {}) for output in cell.get("outputs", ()))
            if cell.cell_type == "code":
                assert "bookbuild" not in cell.source
                continue
            assert not re.search(r"\{[a-z:]+\}`|^:::|^```\{|\(\{|#explorer", cell.source, re.MULTILINE), (
                path.name
            )
            for link in re.findall(r"\]\(([^)#:]+)[)#]", cell.source):
                assert link in names, path.name
    assert pictures > 50


def test_no_cell_needs_what_a_cell_for_the_site_alone_defines(site):
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        tree = ast.parse(re.sub(r"^( *)%.*", r"\1pass", "\n".join(cells), flags=re.MULTILINE))
        known, used = set(dir(builtins)), set()
        for one in ast.walk(tree):
            if isinstance(one, ast.Name):
                (used if isinstance(one.ctx, ast.Load) else known).add(one.id)
            elif isinstance(one, ast.alias):
                known.add(one.asname or one.name.split(".")[0])
            elif isinstance(one, ast.FunctionDef | ast.ClassDef):
                known.add(one.name)
            elif isinstance(one, ast.arg):
                known.add(one.arg)
        assert used <= known, path.name


def test_the_strips_of_the_claims_are_images(site):
    prose = "".join(cell.source for cell in nbformat.read(NOTEBOOKS / "claims.ipynb", 4).cells)
    strips = re.findall(
        r'^\S+ <img src="data:image/svg\+xml;base64,([^"]+)" alt="[^"]+"> \S+$', prose, re.MULTILINE
    )
    assert len(strips) == prose.count("○ *Control*") > 100
    assert "<svg" not in prose
    assert fromstring(b64decode(strips[0])).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_download_of_a_page_is_the_readers_notebook(site):
    for path in NOTEBOOKS.glob("[0-9]*.ipynb"):
        name = path.name.split("-", 1)[1]
        assert (site / "_sources" / "chapters" / name).read_bytes() == path.read_bytes()


@slow
def test_each_runs_in_an_environment_with_the_package_alone(site, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", ROOT, "ipykernel"], check=True)

    class There(AsyncKernelManager):
        kernel_spec = KernelSpec(argv=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"])

    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        where = {"metadata": {"path": str(tmp_path)}}
        notebook = nbformat.read(path, 4)
        NotebookClient(notebook, timeout=300, kernel_manager_class=There, resources=where).execute()


@pytest.mark.parametrize("path", sorted((ROOT / "chapters").glob("*.ipynb")), ids=lambda path: path.stem)
def test_what_is_saved_by_an_editor_is_what_is_committed(path):
    notebook = nbformat.read(path, 4)
    notebook.metadata.language_info = {"name": "python", "version": "3.99"}
    notebook.metadata.widgets = {"state": {}}
    for cell in notebook.cells:
        cell.metadata["scrolled"] = True
        if cell.cell_type == "code":
            cell.metadata["execution"] = {"iopub.status.idle": "now"}
            cell.execution_count = 99
            if "nbval-check-output" not in cell.metadata.get("tags", ()):
                cell.outputs = [new_output("stream", text="run by an editor")]
    assert nbformat.writes(kept(notebook)) + "\n" == path.read_text("utf-8")


def test_a_chapter_that_is_not_there_is_named_with_those_that_are(capsys):
    with pytest.raises(SystemExit, match=r"no chapter 'nowhere'; there are: .*the-answer"):
        chapter("nowhere")


def test_copies_are_renewed_unless_their_reader_changed_them(tmp_path):
    source, folder = tmp_path / "made", tmp_path / "lab"
    source.mkdir()
    for name in "ab":
        (source / f"{name}.ipynb").write_text("1")
    assert copies(source, folder) == []
    (folder / "a.ipynb").write_text("mine")
    for name in "ab":
        (source / f"{name}.ipynb").write_text("2")
    assert copies(source, folder) == ["a.ipynb"]
    assert [(folder / f"{name}.ipynb").read_text() for name in "ab"] == ["mine", "2"]
