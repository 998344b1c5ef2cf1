"""A widget as HTML: a still picture where it will be, its data and scripts by content key."""

import base64
import hashlib
import html
import json
import re

import anywidget

from weightmaps.files import atomic_write
from weightmaps.widgets import bundle, still

NOT_STATE = {*anywidget.AnyWidget.class_trait_names(sync=True), "_esm", "_css", "_anywidget_id"}
MOST_DRAWN = 2**22  # deflated bytes; the engine takes seven times the memory of a large network
NO_STILL = '<p class="wm-still">An interactive figure appears here once JavaScript runs.</p>'
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
  font: 1rem/1.5 system-ui, sans-serif; background: #f6f5f2; color: #1d2125; }
@media (prefers-color-scheme: dark) { body { background: #121416; color: #e6e6e3; } }
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


def place(traits, picture):
    """Where a widget will be on a page with no kernel, and what it is made of.

    Parameters
    ----------
    traits : dict
        The value of each synchronised trait, by its name.
    picture : str
        HTML of its still picture.

    Returns
    -------
    tuple (str, dict)
        HTML, and its assets by content key: its module, which is text, and the traits that do not change.
    """
    ours = own(traits)
    state = {name: value for name, value in ours.items() if name[0] != "_"}
    late = {"module": traits["_esm"]} | {name[1:]: ours[name] for name in ours if name[0] == "_"}
    keys = {name: key(_json(value)) for name, value in late.items()}
    data = html.escape("".join(_json({**keys, "state": state})))
    body = f'<div class="weightmaps-explorer" data-weightmaps="{data}">{picture}</div>\n'
    return body, {keys[name]: value for name, value in late.items()}


def still_html(traits, address):
    """A widget's still picture.

    Parameters
    ----------
    traits : dict
        The value of each synchronised trait, by its name.
    address : callable
        Takes the bytes of a PNG and returns where a page finds it.

    Returns
    -------
    str

    Raises
    ------
    ModuleNotFoundError
        Where `mini-racer` is not installed.
    """
    drawn = still.draw(traits["_esm"], own(traits))
    inside = re.sub(r"\{picture (\d+)\}", lambda match: address(drawn.pictures[int(match[1])]), drawn.html)
    label = html.escape(f"A still picture. {drawn.words}".strip())
    return f'<div class="wm-still" role="group" aria-label="{label}">{inside}</div>'


def data_url(png):
    """A PNG as an address that holds it."""
    return f"data:image/png;base64,{_base64(png)}"


def pieces(traits):
    """The text of a widget's place, and of the style and scripts that it needs, in pieces: it may be long."""
    size = sum(len(value["data"]) for value in traits.values() if isinstance(value, dict) and "data" in value)
    try:
        picture = still_html(traits, data_url) if size <= MOST_DRAWN else NO_STILL
    except ModuleNotFoundError:
        picture = NO_STILL
    body, assets = place(traits, picture)
    yield f"<style>{traits['_css']}</style>\n{body}"
    for name, value in assets.items():
        yield "<script>"
        yield from asset_script(name, value)
        yield "</script>\n"
    yield f"<script>{bundle.read('host.js')}</script>"


def asset_script(name, value):
    """The script, in pieces, that brings an asset: its key and its value."""
    yield f'(window.weightmapsAssets ??= {{}})["{name}"] = '
    yield from _json(value)
    yield ";"


def write(path, body, title):
    """Write a complete page around a body, which comes in pieces; the file is written whole or not at all."""
    with atomic_write(path, "w", encoding="utf-8") as file:
        file.write(HEAD.replace("TITLE", html.escape(title)))
        file.writelines(body)
        file.write(TAIL)


def key(pieces):
    """What text in pieces is called: a hash of it."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece.encode())
    return digest.hexdigest()[:16]


def own(traits):
    """The traits that are the widget's own, not those that every widget has, in the order of their names."""
    return {name: value for name, value in sorted(traits.items()) if name not in NOT_STATE}


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
