"""Join JavaScript files into the one module that a widget can carry."""

import re
from functools import cache
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

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
    "inputs.js",
    "pen.js",
    "draw.js",
    "panels.js",
    "ranks.js",
    "ledger.js",
    "responses.js",
    "ablate.js",
    "share.js",
    "explorer.js",
    "main.js",
)

IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def read(name):
    """The text of one file: a name in ``static/``, or the whole path of a file elsewhere."""
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def module(order=ORDER):
    """The files joined to one module: no import, one ``export default``, no comments, little space."""
    return jsmin("\n".join(EXPORT.sub("", IMPORT.sub("", read(name))) for name in order))


@cache
def style(order=("explorer.css",)):
    """The style sheets joined to one, without comments and needless space."""
    return cssmin("\n".join(map(read, order)))
