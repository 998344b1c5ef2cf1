"""Render the widgets of a notebook: a still picture in the page, and the files that bring it to life."""

import base64
import copy
import hashlib
import html
from pathlib import Path

from docutils import nodes
from rjsmin import jsmin
from sphinx.errors import ExtensionError

from weightmaps.widgets import bundle, page

FOLDER = "_static/weightmaps"
VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
INLINE = 2000  # bytes of a PNG up to which a request costs more than a third of it


class WidgetRenderer:
    """MyST-NB asks it first about each output; see its ``MimeRenderPlugin``."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(renderer, data, inline):
        """The place of a widget that needs no kernel; nothing for one that does, such as a progress bar."""
        if data.mime_type != VIEW:
            return None
        models = renderer.renderer.nb_client.nb_metadata.get("widgets", {}).get(STATE, {}).get("state", {})
        env, name = renderer.renderer.sphinx_env, data.content["model_id"]
        if name not in models:
            raise ExtensionError(f"{env.docname}: a widget's state was not saved with its notebook")
        traits = traits_of(models[name])
        if "_esm" not in traits:
            return []
        text, files = render(traits, "../" * env.docname.count("/") + FOLDER)
        folder = Path(env.app.outdir, FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return [nodes.raw(text=text, format="html", classes=["output", "text_html"])]


def traits_of(model):
    """The value of each trait of a saved widget.

    Parameters
    ----------
    model : dict
        As in a notebook's metadata: ``state``, and ``buffers`` in base64 with the places they belong to.

    Returns
    -------
    dict
    """
    traits = copy.deepcopy(dict(model["state"]))
    for buffer in model.get("buffers", ()):
        *way, last = buffer["path"]
        place = traits
        for step in way:
            place = place[step]
        place[last] = base64.b64decode(buffer["data"])
    return traits


def render(traits, folder):
    """A widget's place in a page, and the files that it needs.

    The page asks for the host alone, which asks for the others, by their keys, when a reader comes near.

    Parameters
    ----------
    traits : dict
        The value of each trait.
    folder : str
        Where the page finds the files.

    Returns
    -------
    tuple (str, dict)
        HTML, and bytes by the name of the file.
    """
    files = {}

    def put(data, ending):
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
        files[name] = data
        return html.escape(f"{folder}/{name}")

    def address(png):
        return page.data_url(png) if len(png) <= INLINE else put(png, "png")

    body, assets = page.place(traits, page.still_html(traits, address))
    for key, value in assets.items():
        files[f"{key}.js"] = "".join(page.asset_script(key, value)).encode()
    shared = bundle.style("explorer.css")  # all widgets begin with it
    styles = [one.encode() for one in (shared, traits["_css"].removeprefix(shared)) if one]
    links = "".join(f'<link rel="stylesheet" href="{put(style, "css")}">\n' for style in styles)
    host = put(jsmin(bundle.read("host.js")).encode(), "js")
    return f'{links}{body}<script defer src="{host}"></script>', files
