"""Pictures of the pages: their size and alternative text, lazy loading, palettes."""

import html
import io
import posixpath
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from PIL import Image, ImageChops, ImageColor
from sphinx.errors import ExtensionError

# Matplotlib draws 100 dots an inch unless told otherwise: one of those dots is one CSS pixel here, so
# a figure saved at 200 dpi is shown at half its pixels, crisp on a dense screen.
DOTS_PER_INCH = 100

# The paper of a page, and what the colours of matplotlibrc and weightmaps.figures become there.
INK, ACCENT = "#767b82", "#0f766e"
KINDS = {
    "#1f5fa8": "#6aa5e8",
    "#b5480a": "#f0904f",
    "#23702f": "#6cc07a",
    "#b01e2e": "#f0737f",
    "#6a3fa6": "#b190e6",
    "#744a3a": "#c79a88",
    "#a82a80": "#e580c4",
    "#4b5157": "#a9b0b8",
    "#6b6300": "#c9bd45",
    "#006d78": "#4cbcc8",
}
SCHEMES = {
    "light": ("#ffffff", {INK: "#1d2125"}),
    "dark": ("#131416", {INK: "#e6e6e3", ACCENT: "#4fd1c0"} | KINDS),
}

IMAGE = re.compile(r"<img\b[^>]*>")
# What docutils makes of the size that IPython notes for a "retina" picture. A height in a style would
# stay while CSS narrows the picture to a phone; the same height as an attribute gives way.
STYLED = re.compile(r'\sstyle="width: ([\d.]+)px; height: ([\d.]+)px;?"')


def png_size(data):
    """Width and height of a PNG in CSS pixels: 100 dots an inch, or as it is where it names no density."""
    with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
        density, _ = picture.info.get("dpi", (DOTS_PER_INCH, None))
        return tuple(round(n * DOTS_PER_INCH / density) for n in picture.size)


def size_images(body, read):
    """Give each PNG of a page its width and height; ``ValueError`` for a picture without alternative text.

    `read` takes a file name in ``_images`` and returns the bytes.
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
        data = read(name)
        tag = add_size(tag, data)
        return in_both_schemes(tag) if is_without_paper(data) else tag

    return IMAGE.sub(describe, body)


def attribute(tag, name):
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else None


def add_size(tag, data):
    if re.search(r"\s(width|height|style)=", tag):
        return tag
    width, height = png_size(data)
    return f'<img width="{width}" height="{height}"{tag[len("<img") :]}'


def is_without_paper(data):
    with Image.open(io.BytesIO(data)) as picture:
        return picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 0


def dark(name):
    """The file that a picture's dark twin has."""
    return re.sub(r"\.png$", "-dark.png", name)


def in_both_schemes(tag):
    """A picture and its dark twin; the theme shows one of them, and a browser asks for no other."""
    source = attribute(tag, "src")
    light = tag.replace("<img", '<img class="only-light"', 1)
    twin = tag.replace("<img", '<img class="only-dark" loading="lazy"', 1)
    return light + twin.replace(html.escape(source), html.escape(dark(source)))


def on_paper(data, scheme):
    """A PNG without paper as a page of that colour scheme shows it.

    The pixels of an ink that a picture's content never has, by whatever share they are covered, become that
    of the scheme; the rest stays.
    """
    paper, inks = SCHEMES[scheme]
    with Image.open(io.BytesIO(data)) as picture:
        pixels = np.asarray(picture)
        dense = {"dpi": picture.info["dpi"]} if "dpi" in picture.info else {}
    # A chart has few colours: each is worked out once.
    colours, where = np.unique(pixels.view(np.uint32), return_inverse=True)
    colours = colours.view(np.uint8).reshape(-1, 4).astype(float)
    shown, covered = colours[:, :3].copy(), colours[:, 3:] / 255
    for old, new in inks.items():
        # What little covers is known the less exactly.
        is_ink = (np.abs(colours[:, :3] - ImageColor.getrgb(old)) * covered).max(axis=-1) <= 3
        shown[is_ink] = ImageColor.getrgb(new)
    flat = shown * covered + np.array(ImageColor.getrgb(paper)) * (1 - covered)
    file = io.BytesIO()
    flat = flat.round().astype(np.uint8)[where].reshape(*pixels.shape[:2], 3)
    Image.fromarray(flat).save(file, "PNG", **dense)
    return file.getvalue()


def load_late(body):
    """Let all pictures but the first wait until the reader comes near; those within the page are there.

    Examples
    --------
    >>> load_late('<img src="a"><img src="b"><img src="data:c">')
    '<img src="a"><img loading="lazy" src="b"><img src="data:c">'
    """
    pictures = re.compile(r'<img\b(?=[^>]*\ssrc="(?!data:))(?![^>]*\sloading=)')
    head, *rest = pictures.split(body, maxsplit=1)
    return "".join([head, *("<img" + pictures.sub('<img loading="lazy"', one) for one in rest)])


def with_palette(data):
    """A PNG with 256 colours, all that a chart needs; `data` where that is no smaller or differs visibly."""
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


def setup(app):
    app.connect("html-page-context", transform_page, priority=610)
    app.connect("build-finished", shrink)


def transform_page(app, pagename, templatename, context, doctree):
    """Size the pictures of one page, and load all but the first late."""
    if doctree is None or app.builder.format != "html":
        return
    pictures = {name: source for source, name in app.builder.images.items()}
    try:
        body = size_images(context["body"], lambda name: (Path(app.srcdir) / pictures[name]).read_bytes())
    except ValueError as error:
        raise ExtensionError(f"{pagename}: {error}") from error
    context["body"] = load_late(body)


def shrink(app, exception):
    """Put pictures on the paper of each scheme, and give those of the site a palette."""
    if exception or app.builder.format != "html":
        return
    with ThreadPoolExecutor() as pool:
        list(pool.map(shrink_file, list(Path(app.outdir).glob("_images/*.png"))))


def shrink_file(path):
    data = path.read_bytes()
    if is_without_paper(data):
        path.with_name(dark(path.name)).write_bytes(with_palette(on_paper(data, "dark")))
        path.write_bytes(with_palette(on_paper(data, "light")))
    elif (smaller := with_palette(data)) is not data:
        path.write_bytes(smaller)
