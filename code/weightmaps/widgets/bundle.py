"""Join a JavaScript file and what it imports into the one module that a widget can carry."""

import re
from functools import cache
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

STATIC = Path(__file__).parent / "static"

IMPORT = re.compile(r'^import\s[^;]*?\sfrom "\./([^"]*)";\n', re.MULTILINE)
TABLE = re.compile(r'^import (\w+) from "([^"]*\.json)" with \{ type: "json" \};\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
DEFAULT = re.compile(r"^export default [^;]*;\n", re.MULTILINE)


def read(name):
    """The text of one file in ``static/``."""
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def order(entry):
    """The files that one needs, itself the last.

    >>> order("charts.js")
    ('paint.js', 'parts.js', 'charts.js')
    """
    names = dict.fromkeys(one for imported in IMPORT.findall(read(entry)) for one in order(imported))
    return (*names, entry)


def script(*entries):
    """Files and all that they import as one script, without exports: all that they name is there."""
    names = dict.fromkeys(name for entry in entries for name in order(entry))
    return "\n".join(DEFAULT.sub("", _bare(name)) for name in names)


@cache
def module(entry):
    """A file and all that it imports as one module: no import, its ``export default``, little space."""
    *before, last = order(entry)
    return jsmin("\n".join([*(DEFAULT.sub("", _bare(name)) for name in before), _bare(last)]))


@cache
def style(*names):
    """Style sheets joined to one, without comments and needless space."""
    return cssmin("\n".join(map(read, names)))


def _bare(name):
    """A file's text without what joins it to others; a table of JSON stands in it."""
    text = TABLE.sub(lambda found: f"const {found[1]} = {read(found[2])};\n", read(name))
    return EXPORT.sub("", IMPORT.sub("", text))
