"""Move what pages share out of them (explorer scripts, posters), size pictures, drop a kernel's leftovers."""

import base64
import hashlib
import html
import io
import posixpath
import re
import struct
from pathlib import Path
from urllib.parse import unquote

from PIL import Image, ImageChops
from sphinx.errors import ExtensionError

__all__ = ["extract_assets", "extract_posters", "png_size", "size_images"]

FOLDER = "_static/weightmaps"
# Matplotlib draws 100 dots an inch unless told otherwise: one of those dots is one CSS pixel here, so
# a figure saved at 200 dpi is shown at half its pixels, crisp on a dense screen.
DOTS_PER_INCH = 100

ASSET = re.compile(r'<script data-weightmaps-(asset|host)="([^"]*)">(.*?)</script>', re.DOTALL)
POSTER = re.compile(r"<img\b[^>]*\bdata-weightmaps-poster\b[^>]*>")
EMBEDDED = re.compile(r'\bsrc="data:image/png;base64,([^"]*)"')
IMAGE = re.compile(r"<img\b[^>]*>")
# What docutils makes of the size that IPython notes for a "retina" picture. A height in a style would
# stay while CSS narrows the picture to a phone; the same height as an attribute gives way.
STYLED = re.compile(r'\sstyle="width: ([\d.]+)px; height: ([\d.]+)px;?"')
WIDGET_VIEW = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-view\+json">.*?</script>', re.DOTALL
)
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


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


def png_size(data):
    """Say how large a PNG is to be shown.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    tuple of (int, int)
        Width and height in CSS pixels: its dots at 100 an inch where the file says how dense it is,
        else its dots as they are.

    Raises
    ------
    ValueError
        If the bytes are not a PNG.
    """
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        raise ValueError(f"picture begins with {data[:8]!r}; wanted a PNG")
    size = struct.unpack(">II", data[16:24])
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"pHYs":
            per_metre, _, unit = struct.unpack(">IIB", data[at + 8 : at + 17])
            scale = DOTS_PER_INCH / (per_metre * 0.0254) if unit == 1 and per_metre else 1
            return tuple(round(n * scale) for n in size)
        if kind == b"IDAT":
            break
        at += 12 + length
    return size


def size_images(body, read):
    """Give each PNG of a page its width and height, and insist on its alt text.

    Parameters
    ----------
    body : str
        The HTML of one page.
    read : callable
        Takes the file name in ``_images`` and returns the bytes.

    Returns
    -------
    str
        The page.

    Raises
    ------
    ValueError
        If a picture has no alt text.
    """

    def describe(match):
        tag = match.group()
        source = attribute(tag, "src")
        # Sphinx writes the path of a picture that has no alt text in its place.
        if attribute(tag, "alt") in ("", None, source):
            raise ValueError(f"picture without alt text: {tag[:200]}")
        tag = STYLED.sub(
            lambda size: ' width="{:.0f}" height="{:.0f}"'.format(*map(float, size.groups())), tag
        )
        name = posixpath.basename(unquote(source))
        if "/_images/" not in f"/{source}" or not name.endswith(".png"):
            return tag
        return add_size(tag, read(name))

    return IMAGE.sub(describe, body)


def load_late(body):
    """Let all pictures but the first wait until the reader comes near them.

    Examples
    --------
    >>> load_late('<img src="a"><img src="b"><img loading="eager" src="c">')
    '<img src="a"><img loading="lazy" src="b"><img loading="eager" src="c">'
    """
    first, rest = re.match(r"(.*?<img\b|.*)(.*)", body, re.DOTALL).groups()
    return first + re.sub(r"<img\b(?![^>]*\sloading=)", '<img loading="lazy"', rest)


def with_palette(data):
    """Write a PNG with 256 colours, which is all that a chart needs.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    bytes
        The smaller file; the same where it is not smaller, is transparent, or would differ visibly.
    """
    with Image.open(io.BytesIO(data)) as picture:
        if picture.mode == "P" or picture.convert("RGBA").getchannel("A").getextrema()[0] < 255:
            return data
        colours = picture.convert("RGB")
        dense = {"dpi": picture.info["dpi"]} if "dpi" in picture.info else {}
    few = colours.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    # Of 255: the largest error of a pixel in red, green or blue.
    wrong = max(most for _, most in ImageChops.difference(colours, few.convert("RGB")).getextrema())
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True, **dense)
    return file.getvalue() if wrong <= 12 and file.tell() < 0.8 * len(data) else data


def shrink(app, exception):
    """Give the pictures of the site a palette."""
    if exception or app.builder.format != "html":
        return
    for path in [*Path(app.outdir).glob("_images/*.png"), *Path(app.outdir, FOLDER).glob("*.png")]:
        data = path.read_bytes()
        if (smaller := with_palette(data)) is not data:
            path.write_bytes(smaller)


def attribute(tag, name):
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else None


def add_size(tag, data):
    if re.search(r"\s(width|height|style)=", tag):
        return tag
    width, height = png_size(data)
    return f'<img width="{width}" height="{height}"{tag[len("<img") :]}'


def setup(app):
    # After myst-nb, which adds the widgets' state to the page at the usual priority of 500.
    app.connect("html-page-context", transform_page, priority=600)
    app.connect("build-finished", shrink)
    app.connect("build-finished", prune, priority=700)  # when the stylesheet is written


def transform_page(app, pagename, templatename, context, doctree):
    """Apply the above to one page, and write the files it needs."""
    if doctree is None or app.builder.format != "html":
        return
    root = "../" * pagename.count("/")
    pictures = {name: source for source, name in app.builder.images.items()}
    try:
        body, scripts = extract_assets(context["body"], root)
        body, posters = extract_posters(body, root)
        body = size_images(body, lambda name: (Path(app.srcdir) / pictures[name]).read_bytes())
    except ValueError as error:
        raise ExtensionError(f"{pagename}: {error}") from error
    body = load_late(body)
    # A published page has no widget manager: a progress bar's place holder, and every widget's state (the
    # explorer's whole module and networks, a second time), would be dead weight.
    body = WIDGET_VIEW.sub("", body)
    # What sphinxcontrib-bibtex says of a list of works is out of date.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # myst-nb names a fold otherwise than the words it shows; a voice user says the words.
    context["body"] = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    context["script_files"] = [
        file
        for file in context["script_files"]
        if getattr(file, "attributes", {}).get("type") != WIDGET_STATE
    ]
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in scripts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, data in posters.items():
        (folder / name).write_bytes(data)


def prune(app, exception):
    """Delete the files in ``_static`` that no page and no stylesheet asks for."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = "".join(path.read_text("utf-8") for path in out.rglob("*.html"))
    static = [path for path in (out / "_static").rglob("*") if path.is_file()]
    kept = [path for path in static if f"_static/{path.relative_to(out / '_static').as_posix()}" in pages]
    # An explorer asks for its parts by their keys.
    kept += [path for path in static if path.parent == out / FOLDER and path.stem in pages]
    styles = "".join(path.read_text("utf-8") for path in kept if path.suffix == ".css")
    for path in static:
        if path not in kept and f"({path.name})" not in styles:
            path.unlink()
