"""A widget as HTML: a place, its data and scripts by content key, and a still picture for no script."""

import base64
import hashlib
import html
import json

from weightmaps.explorer import modules

# What the page keeps free before the explorer stands there, from the poster's height: measured over six
# sets of panels, which lie below each other on a narrow screen.
ROOM = "calc({}px + max(0px, 800px - 100vw))"


def fragment(widget, payloads, state, poster, words):
    """A widget's place in a page, followed by the scripts it needs.

    Parameters
    ----------
    widget : AnyWidget or its class
        Its ``_esm`` and ``_css`` are what shows it.
    payloads : dict
        The value of each trait that does not change, by the trait's name without its underscore.
    state : dict
        What it shows at first.
    poster : tuple (bytes, int, int)
        A PNG of the same state, its width and height in CSS pixels.
    words : str
        The poster's alternative text.
    """
    module = {"js": widget._esm, "css": widget._css}
    place, scripts = {}, []
    for name, content in {"module": module, **payloads}.items():
        body = _json(content)
        place[name] = _key(body)
        code = f'(window.weightmapsAssets ??= {{}})["{place[name]}"] = {body};'
        scripts.append(_script(place[name], code))
    host = modules.read("host.js")
    scripts.append(_script(_key(host), host))
    place["state"] = state
    png, width, height = poster
    return (
        f'<div class="weightmaps-explorer" style="min-height: {ROOM.format(2 * height + 80)}" '
        f'data-weightmaps="{html.escape(_json(place))}">'
        "<noscript><style>.weightmaps-explorer { min-height: 0 !important; }</style>"
        f'<img data-weightmaps-poster src="data:image/png;base64,{_base64(png)}" '
        f'alt="{html.escape(words)}" width="{width}" height="{height}"></noscript></div>\n'
    ) + "\n".join(scripts)


def document(body, title):
    """A complete page around a fragment."""
    title = html.escape(title)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem;
  font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#f6f5f2, #121416);
  color: light-dark(#1d2125, #e6e6e3); }}
h1 {{ font-size: 1.4rem; margin: 0 0 1rem; }}
img {{ max-width: 100%; height: auto; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def _json(value):
    # No "<" may stand in a script: "</script" would end it, "<!--" would change how it is read.
    return json.dumps(value, default=_base64, separators=(",", ":")).replace("<", "\\u003c")


def _base64(data):
    return base64.b64encode(data).decode("ascii")


def _key(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _script(key, body):
    return f'<script data-weightmaps-asset="{key}">{body}</script>'
