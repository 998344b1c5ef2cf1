"""The list of what the chapters claim, with the numbers that their executed cells hold."""

import ast
import json
import re
from pathlib import Path

import yaml

KEYS = {"claim", "verdict", "section", "seeds", "effect", "control"}
NAME = re.compile(r"\{([\w-]+)\}")


def claims(path):
    """Every claim, its numbers filled in from the outputs that the chapters beside the file were saved with.

    Parameters
    ----------
    path : path
        A YAML file: for each chapter a list of claims, each with the keys ``claim``, ``verdict``, ``section``
        (a heading of the chapter), ``seeds``, ``effect`` and ``control``; ``{name}`` stands for what the
        chapter glued by that name.

    Returns
    -------
    dict of {str: (str, list of dict)}
        By chapter: its title, and its claims; ``anchor`` is the section's.

    Raises
    ------
    ValueError
        If a key, a section or a number is missing; it names the claim.
    """
    path, found = Path(path), {}
    for chapter, entries in yaml.safe_load(path.read_text("utf-8")).items():
        title, anchors, glued = _read(path.with_name(f"{chapter}.ipynb"))
        found[chapter] = title, [_filled(entry, f"{chapter}: ", anchors, glued) for entry in entries]
    return found


def as_markdown(found):
    """The claims as MyST: a heading a chapter, a paragraph and a list a claim."""
    parts = []
    for chapter, (title, entries) in found.items():
        parts.append(f"## [{title}]({chapter}.ipynb)")
        for one in entries:
            parts.append(
                f"**“{one['claim']}”** {one['verdict']}\n\n"
                f"- *Effect*: {one['effect']}.\n- *Control*: {one['control']}.\n- *Seeds*: {one['seeds']}. "
                f"*Where*: [{one['section']}]({chapter}.ipynb#{one['anchor']})."
            )
    return "\n\n".join(parts)


def _filled(entry, where, anchors, glued):
    where += f"claim {entry.get('claim', '')!r}"
    if entry.keys() != KEYS:
        raise ValueError(f"{where} has the keys {sorted(entry)}; it wants {sorted(KEYS)}")
    anchor = _slug(entry["section"])
    if anchor not in anchors:
        raise ValueError(f"{where} stands in section {entry['section']!r}, which the chapter does not have")
    for name in NAME.findall(entry["effect"] + entry["control"]):
        if name not in glued:
            raise ValueError(f"{where} quotes {name!r}, which the chapter does not glue")
    numbers = {key: NAME.sub(lambda match: glued[match[1]], entry[key]) for key in ("effect", "control")}
    return {**entry, **numbers, "anchor": anchor}


def _read(notebook):
    """A chapter's title, the anchors of its sections, and what it glued, as text."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    title, *sections = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    glued = {}
    for output in (output for cell in cells for output in cell.get("outputs", ())):
        name = output.get("metadata", {}).get("scrapbook", {}).get("name")
        if name:
            (value,) = output["data"].values()
            glued[name] = str(ast.literal_eval("".join(value)))
    return title, set(map(_slug, sections)), glued


def _slug(heading):
    """The anchor that MyST gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
