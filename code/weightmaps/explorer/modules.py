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
    "panels.js",
    "ranks.js",
    "ledger.js",
    "explorer.js",
)

IMPORT = re.compile(r"^import\s[^;]*;\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def read(name):
    """The text of one file in ``static/``."""
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def module():
    """The joined module: no import, one ``export default``."""
    return "\n".join(EXPORT.sub("", IMPORT.sub("", read(name))) for name in ORDER)
