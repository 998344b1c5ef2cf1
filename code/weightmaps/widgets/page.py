"""A widget as HTML: a place, its data and scripts by content key, and a still picture for no script."""

import base64
import hashlib
import html
import json

from weightmaps.files import atomic_write
from weightmaps.widgets import bundle

# What the page keeps free before the widget stands there: below 675 pixels its panels lie below each other.
ROOM = "calc({wide}px + clamp(0px, 1000 * (675px - 100vw), {phone} - {wide}px))"
HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TITLE</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem;
  font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#f6f5f2, #121416);
  color: light-dark(#1d2125, #e6e6e3); }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
img { max-width: 100%; height: auto; }
</style>
</head>
<body>
<main>
<h1>TITLE</h1>
"""
TAIL = """
</main>
</body>
</html>
"""
CHUNK = 3 << 18  # bytes coded at a time; base64 takes them by three


def fragment(widget, payloads, state, poster, words):
    """A widget's place in a page, followed by the scripts it needs; see :func:`pieces`."""
    return "".join(pieces(widget, payloads, state, poster, words))


def pieces(widget, payloads, state, poster, words):
    """The text of a widget's place in a page and of the scripts it needs, in pieces: it may be long.

    Parameters
    ----------
    widget : AnyWidget or its class
        Its ``_esm`` and ``_css`` are what shows it; ``_room()`` is its height.
    payloads : dict
        The value of each trait that does not change, by the trait's name without its underscore.
    state : dict
        What it shows at first.
    poster : tuple (bytes, int, int)
        A PNG of the same state, its width and height in CSS pixels.
    words : str
        The poster's alternative text.
    """
    contents = {"module": {"js": widget._esm, "css": widget._css}, **payloads}
    place = {name: _key(_json(content)) for name, content in contents.items()}
    png, width, height = poster
    wide, phone = widget._room()
    yield (
        f'<div class="weightmaps-explorer" style="min-height: {ROOM.format(wide=wide, phone=phone)}" '
        f'data-weightmaps="{html.escape("".join(_json({**place, "state": state})))}">'
        "<noscript><style>.weightmaps-explorer { min-height: 0 !important; }</style>"
        f'<img data-weightmaps-poster src="data:image/png;base64,{_base64(png)}" '
        f'alt="{html.escape(words)}" width="{width}" height="{height}"></noscript></div>\n'
    )
    for name, content in contents.items():
        yield f'<script data-weightmaps-asset="{place[name]}">'
        yield f'(window.weightmapsAssets ??= {{}})["{place[name]}"] = '
        yield from _json(content)
        yield ";</script>\n"
    host = bundle.read("host.js")
    yield f'<script data-weightmaps-host="{_key([host])}">{host}</script>'


def write(path, body, title):
    """Write a complete page around a body, which comes in pieces; the file is written whole or not at all."""
    with atomic_write(path, "w", encoding="utf-8") as file:
        file.write(HEAD.replace("TITLE", html.escape(title)))
        file.writelines(body)
        file.write(TAIL)


def document(body, title):
    """A complete page around a fragment."""
    return HEAD.replace("TITLE", html.escape(title)) + body + TAIL


def _json(value):
    """JSON in pieces; what is long, bytes as base64, by the chunk."""
    if isinstance(value, dict):
        for i, (name, one) in enumerate(value.items()):
            yield f"{',' if i else '{'}{json.dumps(name)}:"
            yield from _json(one)
        yield "}" if value else "{}"
    elif isinstance(value, bytes | bytearray):
        yield '"'
        yield from (_base64(value[at : at + CHUNK]) for at in range(0, len(value), CHUNK))
        yield '"'
    else:
        # No "<" may stand in a script: "</script" would end it, "<!--" would change how it is read.
        yield json.dumps(value, default=_base64, separators=(",", ":")).replace("<", "\\u003c")


def _base64(data):
    return base64.b64encode(data).decode("ascii")


def _key(text):
    digest = hashlib.sha256()
    for piece in text:
        digest.update(piece.encode())
    return digest.hexdigest()[:16]
