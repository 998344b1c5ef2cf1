"""The list of what the chapters claim, each with what came of it on fresh seeds."""

import json
import re
from collections import Counter
from html import escape
from pathlib import Path

import yaml

from replications import results

KEYS = {"claim", "verdict", "section", "replication", "effect", "control"}
LABORATORY = "the-laboratory.html#explorer=1&preset="
SCORE = '<p class="guess-score" role="status" hidden></p>'  # of the reader's guesses, for book.js to fill
WIDTH, ROW, DOT = 340, 18, 4  # of a strip, in pixels


def claims(path):
    """Every claim, with its results from ``replications.json`` beside the file.

    Parameters
    ----------
    path : path
        A YAML file: for each chapter a list of claims, each with the keys ``claim``, ``verdict`` (it begins
        with True, False or Depends), ``section`` (a heading of the chapter), ``replication`` (the function
        that tries it), ``effect`` and ``control`` (in words, what its two numbers are), and perhaps ``try``
        (the experiment of the laboratory that repeats it, or a page with the number and state of its live
        figure, as in ``chapter.html#explorer=1&left=0``).

    Returns
    -------
    dict of {str: (str, list of dict)}
        By chapter: its title, and its claims; ``anchor`` is the section's, ``found`` the results.

    Raises
    ------
    ValueError
        If a key, a section or a result is missing, or the verdict is not what the results say; it names the
        claim.
    """
    path, found = Path(path), {}
    tried = results.read(path.with_name("replications.json"))["claims"]
    for chapter, entries in yaml.safe_load(path.read_text("utf-8")).items():
        title, anchors = _read(path.with_name(f"{chapter}.ipynb"))
        found[chapter] = title, [_checked(entry, f"{chapter}: ", anchors, tried) for entry in entries]
    return found


def by_replication(path):
    """Every claim by the function that tries it, as `claims` has it."""
    return {one["replication"]: one for _, entries in claims(path).values() for one in entries}


def anchor(name):
    """Where the list has the claim that a function tries.

    >>> anchor("one_pixel_nearly_does_it")
    'one-pixel-nearly-does-it'
    """
    return name.replace("_", "-")


def outcome(one):
    """A claim's verdict, and in how many fresh seeds it held, in a sentence each."""
    return f"{one['verdict']} {_seeds(one['found'])}"


def tally(found):
    """How many claims have each verdict, in a sentence, and how well the reader guessed them."""
    count = _count(found)
    return (
        f"Of {count.total()} claims **{count['true']} are true and {count['false']} are false**; "
        f"{count['depends']} depend on something that the claim does not name.\n\n{SCORE}"
    )


def as_markdown(found):
    """The claims as MyST: a heading a chapter; for each claim its verdict, a strip and a list."""
    parts = [_filter(_count(found))]
    for chapter, (title, entries) in found.items():
        parts.append(f"## [{title}]({chapter}.ipynb)")
        for one in entries:
            part = one["found"]
            numbers = {key: results.in_words(part[key], part["form"]) for key in ("effect", "control")}
            again = f' <a href="{escape(link(one["try"]))}">Try it yourself.</a>' if "try" in one else ""
            parts += (
                f"::::{{container}} claim claim-{part['verdict']}\n:name: {anchor(one['replication'])}",
                f"**“{one['claim']}”** {one['verdict']} *{_seeds(part)}*",
                strip(part),
                f"- ● *Effect*, {one['effect']}: {numbers['effect']}.\n"
                f"- ○ *Control*, {one['control']}: {numbers['control']}.\n"
                f"- *Tried on* {part['tried_on']}. "
                f"*Where*: [{one['section']}]({chapter}.ipynb#{one['anchor']}).{again}",
                "::::",
            )
    return "\n\n".join(parts)


def _count(found):
    return Counter(one["found"]["verdict"] for _, entries in found.values() for one in entries)


def _filter(count):
    """Buttons, for who has JavaScript, that show the claims of one verdict alone."""
    buttons = "".join(
        f'<button type="button" aria-pressed="{str(not verdict).lower()}" data-verdict="{verdict}">'
        f"{words} ({number})</button> "
        for verdict, words, number in (
            ("", "All", count.total()),
            ("true", "True", count["true"]),
            ("false", "False", count["false"]),
            ("depends", "Depends", count["depends"]),
        )
    )
    return f'<div class="claim-filter" role="group" aria-label="Claims to show">{buttons}</div>'


def link(again):
    """Where a claim can be tried, by its key ``try``.

    >>> link("decay")
    'the-laboratory.html#explorer=1&preset=decay'
    """
    return again if "#" in again else LABORATORY + again


def strip(found):
    """A picture of one claim, as HTML: a dot a seed, the effect above and the control below, on one scale."""
    rows = found["by_seed"]
    low, high = min(map(min, rows)), max(map(max, rows))
    across = [
        [DOT + 1 + (value - low) / (high - low or 1) * (WIDTH - 2 * DOT - 2) for value in row] for row in rows
    ]
    # Where the site's style is missing, as in a notebook, a dot of the control is a ring all the same.
    looks = ('class="effect"', 'class="control" fill="none" stroke="currentColor"')
    dots = "".join(
        f"<g {look}>"
        + "".join(f'<circle cx="{x:.1f}" cy="{ROW * (k + 0.5):g}" r="{DOT}"/>' for x in row)
        + "</g>"
        for k, (look, row) in enumerate(zip(looks, across, strict=True))
    )
    low, high = (results.number(value, found["form"]) for value in (low, high))
    said = f"{found['tried']} seeds, a dot each, from {low} to {high}: effect above, control below."
    return (
        f'<div class="strip"><svg viewBox="0 0 {WIDTH} {2 * ROW}" width="{WIDTH}" role="img" '
        f'aria-label="{escape(said)}">{dots}</svg>'
        f"<span>{low}</span> <span>{high}</span></div>"
    )


def _seeds(found):
    """In how many seeds the claim held, and with which choices the verdict is another."""
    tried = found["tried"]
    if found["verdict"] == "false":
        return f"Fell in {tried - found['held']} of {tried} fresh seeds."
    words = f"Held in {found['held']} of {tried} fresh seeds."
    if found["flips"]:
        turned = (
            f"{one.replace('=', ' = ').replace('_', ' ')} ({found['choices'][one]['held']} of {tried})"
            for one in found["flips"]
        )
        words += f" Another choice turns it: {'; '.join(turned)}."
    return words


def _checked(entry, where, anchors, tried):
    where += f"claim {entry.get('claim', '')!r}"
    if entry.keys() - {"try"} != KEYS:
        raise ValueError(f"{where} has the keys {sorted(entry)}; it wants {sorted(KEYS)}, and perhaps try")
    anchor, name = slug(entry["section"]), entry["replication"]
    if anchor not in anchors:
        raise ValueError(f"{where} stands in section {entry['section']!r}, which the chapter does not have")
    if name not in tried:
        raise ValueError(f"{where} has no result of {name!r}; run: make replicate CLAIMS={name}")
    said, came = re.match(r"\w*", entry["verdict"])[0].lower(), tried[name]["verdict"]
    if said != came:
        raise ValueError(f"{where} has the verdict {entry['verdict']!r}; by its replications it is {came!r}")
    return {**entry, "anchor": anchor, "found": tried[name]}


def _read(notebook):
    """A chapter's title, and the anchors of its sections."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    title, *sections = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return title, set(map(slug, sections))


def slug(heading):
    """The anchor that MyST gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
