"""Move what pages share out of them (explorer scripts, posters), drop a kernel's leftovers."""

import base64
import hashlib
import re
from pathlib import Path

from sphinx.errors import ExtensionError

from .pictures import add_size, with_palette

__all__ = ["extract_assets", "extract_posters"]

FOLDER = "_static/weightmaps"

ASSET = re.compile(r'<script data-weightmaps-(asset|host)="([^"]*)">(.*?)</script>', re.DOTALL)
POSTER = re.compile(r"<img\b[^>]*\bdata-weightmaps-poster\b[^>]*>")
EMBEDDED = re.compile(r'\bsrc="data:image/png;base64,([^"]*)"')
WIDGET_VIEW = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-view\+json">.*?</script>', re.DOTALL
)


def extract_assets(body, root):
    """Move inline explorer scripts to shared files.

    The page asks for the host alone, which asks for the others, by their keys, when a reader comes near.

    Parameters
    ----------
    body : str
        The HTML of one page.
    root : str
        The way from that page to the root of the site, such as ``"../"``.

    Returns
    -------
    tuple of (str, dict)
        The page, its host referenced once, and the files: name to text.

    Raises
    ------
    ValueError
        If a key is not 16 hexadecimal digits, or one key stands for two different scripts.
    """
    files = {}

    def move(match):
        kind, key, script = match.groups()
        if not re.fullmatch(r"[0-9a-f]{16}", key):
            raise ValueError(f"data-weightmaps-{kind} is {key!r}; wanted 16 hexadecimal digits")
        name = f"{key}.js"
        new = name not in files
        if files.setdefault(name, script) != script:
            raise ValueError(f"data-weightmaps-{kind} {key} stands for two different scripts")
        return f'<script defer src="{root}{FOLDER}/{name}"></script>' if new and kind == "host" else ""

    return ASSET.sub(move, body), files


def extract_posters(body, root):
    """Replace embedded poster pictures by references to shared files.

    Parameters
    ----------
    body : str
        The HTML of one page.
    root : str
        The way from that page to the root of the site, such as ``"../"``.

    Returns
    -------
    tuple of (str, dict)
        The page and the files: name to bytes.

    Raises
    ------
    ValueError
        If a poster is not an embedded PNG.
    """
    files = {}

    def move(match):
        tag = match.group()
        source = EMBEDDED.search(tag)
        if not source:
            raise ValueError(f"poster without an embedded PNG: {tag[:120]}")
        data = base64.b64decode(source.group(1), validate=True)
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.png"
        files[name] = data
        tag = tag.replace(source.group(), f'loading="lazy" src="{root}{FOLDER}/{name}"')
        return add_size(tag, data)

    return POSTER.sub(move, body), files


def setup(app):
    app.connect("html-page-context", transform_page, priority=600)


def transform_page(app, pagename, templatename, context, doctree):
    """Apply the above to one page, and write the files it needs."""
    if doctree is None or app.builder.format != "html":
        return
    root = "../" * pagename.count("/")
    try:
        body, scripts = extract_assets(context["body"], root)
        body, posters = extract_posters(body, root)
    except ValueError as error:
        raise ExtensionError(f"{pagename}: {error}") from error
    # A published page has no widget manager: a progress bar's place holder, and every widget's state (the
    # explorer's whole module and networks, a second time), would be dead weight.
    context["body"] = WIDGET_VIEW.sub("", body)
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in scripts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, data in posters.items():
        (folder / name).write_bytes(with_palette(data))
