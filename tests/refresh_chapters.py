"""Run the chapters and keep, in the notebooks, only the outputs that nbval compares: `make refresh`."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

CHAPTERS = Path(__file__).parent.parent / "chapters"


def refresh(path):
    """Execute one notebook in place; nothing is written if a cell raises."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=resources, coalesce_streams=True).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.metadata.pop("execution", None)
        if "nbval-check-output" not in cell.metadata.get("tags", []):
            cell.execution_count, cell.outputs = None, []
            continue
        cell.execution_count = number  # without one, nbval takes the cell as never run
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in sorted(map(Path, sys.argv[1:])) or sorted(CHAPTERS.glob("*.ipynb")):
        print(f"running {path.name}")
        refresh(path)
