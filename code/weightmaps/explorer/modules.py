"""Join the explorer's JavaScript files into the one module that a widget can carry."""

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"

# Each file may import only from those before it.
ORDER = (
    "codec.js",
    "maths.js",
    "survey.js",
    "view.js",
    "paint.js",
    "parts.js",
    "charts.js",
    "pen.js",
    "draw.js",
    "panels.js",
    "ranks.js",
    "ledger.js",
    "responses.js",
    "ablate.js",
    "share.js",
    "explorer.js",
)

IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
# Comments that fill their lines, and indentation: a quarter of what would travel.
COMMENT = re.compile(r"^\s*(?://.*|/\*(?s:.*?)\*/\s*)\n", re.MULTILINE)
INDENT = re.compile(r"^\s+", re.MULTILINE)


def read(name):
    """The text of one file in ``static/``."""
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def module():
    """The joined module: no import, one ``export default``, no comment lines, no indentation."""
    joined = "\n".join(EXPORT.sub("", IMPORT.sub("", read(name))) for name in ORDER)
    return INDENT.sub("", COMMENT.sub("", joined))


@cache
def style():
    """The style sheet, without comment lines and indentation."""
    return INDENT.sub("", COMMENT.sub("", read("explorer.css")))
