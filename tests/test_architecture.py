"""Which part of the package may import which, as the import statements say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import weightmaps

CODE = Path(weightmaps.__file__).parent.parent
MATHEMATICS = (
    *("weightmaps.network", "weightmaps.checks", "weightmaps.plane", "weightmaps.zoo"),
    *("weightmaps.digits", "weightmaps.training", "weightmaps.attribution", "weightmaps.analysis"),
)
WIDGETS = ("weightmaps.widgets", "ipywidgets", "anywidget", "traitlets")
DRAWING = ("weightmaps.figures", "matplotlib")
BOOK = ("bookbuild", "sphinx", "docutils", "myst_nb")
ARROWS = [
    *((part, (*WIDGETS, *DRAWING, *BOOK, "weightmaps.interop", "weightmaps.cli")) for part in MATHEMATICS),
    ("weightmaps.interop", (*WIDGETS, *DRAWING, *BOOK, "weightmaps.cli")),
    ("weightmaps.figures", (*WIDGETS, *BOOK)),
    ("weightmaps.widgets", (*DRAWING, *BOOK, "weightmaps.cli")),
    ("bookbuild", (*DRAWING, *MATHEMATICS, "weightmaps.interop")),
]


def imported(file):
    """The full names of all that a file imports, in functions too."""
    name = file.relative_to(CODE).with_suffix("").parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join((*name[: -node.level], node.module or "") if node.level else (node.module,))
            yield from (f"{start.rstrip('.')}.{one.name}" for one in node.names)


def files_of(part):
    path = CODE.joinpath(*part.split("."))
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


@pytest.mark.parametrize(("part", "never"), ARROWS, ids=[part for part, _ in ARROWS])
def test_imports_point_one_way(part, never):
    found = [(file, name) for file in files_of(part) for name in imported(file)]
    assert found
    assert [
        (file.name, name) for file, name in found if f"{name}.".startswith(tuple(f"{n}." for n in never))
    ] == []


def test_relative_imports_are_read_too():
    assert "weightmaps.network.Network" in imported(CODE / "weightmaps" / "training" / "loop.py")


def test_importing_the_package_loads_neither_pictures_nor_widgets():
    heavy = "{'matplotlib', 'anywidget', 'ipywidgets', 'PIL', 'weightmaps.widgets'}"
    code = f"import sys, weightmaps; weightmaps.Network; print({heavy} & set(sys.modules), *dir(weightmaps))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith("set() ")
    assert {*weightmaps.__all__} <= {*said.split()}
    assert {"Network", "NetworkExplorer", "load_network", "load_sample"} == {*weightmaps.__all__} - {
        "__version__"
    }
    for name in weightmaps.__all__:
        assert getattr(weightmaps, name)
    with pytest.raises(AttributeError, match="has no attribute 'explorer'"):
        weightmaps.explorer  # noqa: B018
