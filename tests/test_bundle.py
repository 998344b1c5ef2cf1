"""The JavaScript files: each resolves alone, and each entry joins to one module that stands alone."""

import re

import pytest

from weightmaps.widgets import bundle

TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
EXPORTED = re.compile(r"^export (?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
IMPORTED = re.compile(r"^import\s*\{([^}]*)\}\s*from \"\./([\w.]+)\";$", re.MULTILINE)
FILES = sorted(path.name for path in bundle.STATIC.glob("*.js"))
WORKERS = ("worker.js", "lab_worker.js")
FIGURES = [name for name in FILES if name.startswith("live_") and "export default" in bundle.read(name)]
ENTRIES = (
    *("explorer.js", "playground.js", "scatter.js", "game.js", "drop.js", "lab.js"),
    *FIGURES,
    *WORKERS,
)


@pytest.mark.parametrize("name", FILES)
def test_every_import_names_what_another_file_exports(name):
    text = bundle.read(name)
    imports, tables = IMPORTED.findall(text), bundle.TABLE.findall(text)
    assert all(bundle.read(path) for _, path in tables)
    assert len(imports) + len(tables) == len(re.findall(r"^import\b", text, re.MULTILINE))
    for names, source in imports:
        exported = EXPORTED.findall(bundle.read(source))
        for one in filter(None, map(str.strip, names.split(","))):
            assert one in exported, f"{name} imports {one!r} from {source}"
            assert len(re.findall(rf"\b{one}\b", text)) > 1, f"{name} does not use {one}"


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_joined_module_stands_alone(entry):
    text = bundle.module(entry)
    stated = re.findall(r"^(?:import|export)\b.*", text, re.MULTILINE)
    assert [line for line in stated if not line.startswith("export default{")] == []
    assert len(stated) == (entry not in WORKERS)
    names = [name for file in bundle.order(entry) for name in TOP_LEVEL.findall(bundle.read(file))]
    assert sorted(names) == sorted(set(names))


def test_every_file_is_joined_to_some_widget():
    assert {file for entry in ENTRIES for file in bundle.order(entry)} == {*FILES} - {
        "host.js",
        "still_dom.js",
    }


@pytest.mark.parametrize("name", sorted(path.name for path in bundle.STATIC.glob("*.css")))
def test_the_minifier_keeps_the_space_before_a_pseudo_class(name):
    """It drops the first one in an at-rule, which makes another selector; write that one without `:is`."""
    space = re.compile(r" :(?:is|has|not|where)\(")
    assert len(space.findall(bundle.style(name))) == len(space.findall(bundle.read(name)))
