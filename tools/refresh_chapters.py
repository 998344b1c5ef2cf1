"""Run the chapters and keep, in the notebooks, only the outputs that the tests compare: `make refresh`."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

KEPT = ("mystnb", "tags")  # of a cell's metadata
HIDDEN = {"hide-input", "remove-input", "remove-cell"}  # tags of cells that an editor folds
CHAPTERS = Path(__file__).parent.parent / "chapters"


def refresh(path):
    """Execute one notebook in place; nothing is written if a cell raises."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=resources, coalesce_streams=True).execute()
    nbformat.write(kept(notebook), path)


def kept(notebook):
    """A notebook as it is committed: the outputs that are compared, and no trace of who ran it where."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})
        if HIDDEN.intersection(cell.metadata.get("tags", ())):
            cell.metadata["jupyter"] = {"source_hidden": True}
    for number, cell in enumerate(code, start=1):
        if "nbval-check-output" not in cell.metadata.get("tags", []):
            cell.execution_count, cell.outputs = None, []
            continue
        cell.execution_count = number  # without one, nbval takes the cell as never run
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    notebook.metadata.pop("widgets", None)
    notebook.metadata.kernelspec = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def chapter(name):
    """The path of a chapter by its name, such as ``the-answer``."""
    path = CHAPTERS / f"{Path(name).stem}.ipynb"
    if not path.exists():
        there = ", ".join(sorted(one.stem for one in CHAPTERS.glob("*.ipynb")))
        sys.exit(f"There is no chapter {name!r}; there are: {there}")
    return path


if __name__ == "__main__":
    for path in list(map(chapter, sys.argv[1:])) or sorted(CHAPTERS.glob("*.ipynb")):
        print(f"running {path.name}")
        refresh(path)
