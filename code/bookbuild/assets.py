"""Size the pictures of a page, let them wait, and drop a kernel's leftovers."""

import html
import io
import posixpath
import re
import struct
from pathlib import Path
from urllib.parse import unquote

from PIL import Image, ImageChops
from sphinx.errors import ExtensionError

from .widgets import FOLDER, STATE

__all__ = ["png_size", "size_images"]

# Matplotlib draws 100 dots an inch unless told otherwise: one of those dots is one CSS pixel here, so
# a figure saved at 200 dpi is shown at half its pixels, crisp on a dense screen.
DOTS_PER_INCH = 100

IMAGE = re.compile(r"<img\b[^>]*>")
# What docutils makes of the size that IPython notes for a "retina" picture. A height in a style would
# stay while CSS narrows the picture to a phone; the same height as an attribute gives way.
STYLED = re.compile(r'\sstyle="width: ([\d.]+)px; height: ([\d.]+)px;?"')


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
        source = attribute(tag, "src") or ""
        if "/_images/" not in f"/{source}":
            return tag  # a widget's own
        # Sphinx writes the path of a picture that has no alt text in its place.
        if attribute(tag, "alt") in ("", None, source):
            raise ValueError(f"picture without alt text: {tag[:200]}")
        tag = STYLED.sub(
            lambda size: ' width="{:.0f}" height="{:.0f}"'.format(*map(float, size.groups())), tag
        )
        name = posixpath.basename(unquote(source))
        if not name.endswith(".png"):
            return tag
        return add_size(tag, read(name))

    return IMAGE.sub(describe, body)


def load_late(body):
    """Let all pictures but the first wait until the reader comes near; those within the page are there.

    Examples
    --------
    >>> load_late('<img src="a"><img src="b"><img src="data:c">')
    '<img src="a"><img loading="lazy" src="b"><img src="data:c">'
    """
    pictures = re.compile(r'<img\b(?=[^>]*\ssrc="(?!data:))')
    head, *rest = pictures.split(body, maxsplit=1)
    return "".join([head, *("<img" + pictures.sub('<img loading="lazy"', one) for one in rest)])


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
    for path in Path(app.outdir).glob("_images/*.png"):
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
    pictures = {name: source for source, name in app.builder.images.items()}
    try:
        body = size_images(context["body"], lambda name: (Path(app.srcdir) / pictures[name]).read_bytes())
    except ValueError as error:
        raise ExtensionError(f"{pagename}: {error}") from error
    body = load_late(body)
    # What sphinxcontrib-bibtex says of a list of works is out of date.
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    # myst-nb names a fold otherwise than the words it shows; a voice user says the words.
    context["body"] = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    # A published page has no widget manager: every widget's state, whole networks again, is dead weight.
    context["script_files"] = [
        file for file in context["script_files"] if getattr(file, "attributes", {}).get("type") != STATE
    ]


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
