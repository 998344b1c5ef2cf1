"""The head of each page: what it may load, what others show of it; sitemap, card, page for no page."""

import html
import json
import os
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from sphinx.errors import ExtensionError

__all__ = ["POLICY", "card_tags", "draw_card", "site_address", "sitemap", "structured_data"]

# Nothing from another host. Explorers are modules and workers in Blob URLs; from a folder, `file:` is what
# 'self' is on a server.
OURS = "'self' file:"
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src {OURS} blob: 'unsafe-inline'",
        "worker-src blob:",
        f"style-src {OURS} 'unsafe-inline'",
        f"img-src {OURS} data: blob:",
        "font-src data:",
        f"connect-src {OURS} data: blob:",
        f"form-action {OURS}",
        "base-uri 'none'",
    )
)
CARD = "_static/card.png"
CARD_WORDS = (
    "The weights of nine hidden neurons as pictures: red where ink counts for one, blue where against"
)
LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"
DESCRIPTIONS = {
    "search": "Search all chapters and the reference of the book.",
    "404": "There is no such page in the book.",
    "index": "An interactive book: what does the hidden layer of a small network do to handwritten digits?",
}


def site_address(text):
    """Check the address that a site will have.

    Parameters
    ----------
    text : str
        Such as ``"https://example.org/book/"``; empty where it is not known.

    Returns
    -------
    str
        It, ending in a slash, or nothing.

    Raises
    ------
    ValueError
        If it is not an ``http`` or ``https`` address of a folder.
    """
    if not text:
        return ""
    parts = urlsplit(text)
    if (
        parts.scheme not in ("http", "https")
        or not re.fullmatch(r"[\w.:-]+", parts.netloc)
        or (parts.query or parts.fragment or re.search(r"[\s\"'<>]", text))
    ):
        raise ValueError(f"WEIGHTMAPS_ADDRESS is {text!r}; wanted such as https://example.org/book/")
    return text.rstrip("/") + "/"


def card_tags(title, book, description, address="", page=""):
    """Make the tags by which a message shows a page.

    Parameters
    ----------
    title, book, description : str
        The page's title, the book's, and what the page is about.
    address : str
        The site's, with a slash at its end; empty where it is not known, as is then what needs it.
    page : str
        The page's file.

    Returns
    -------
    str
        HTML.
    """
    tags = {"og:type": "article", "og:site_name": book, "og:title": title, "og:description": description}
    links = ""
    if address:
        url = address + quote(page)
        links = f'<link rel="canonical" href="{html.escape(url)}">'
        tags |= {"og:url": url, "og:image": address + CARD, "og:image:alt": CARD_WORDS}
        tags |= {"og:image:width": "1200", "og:image:height": "630"}
    tags["twitter:card"] = "summary_large_image" if address else "summary"
    for name, value in tags.items():
        kind = "name" if name.startswith("twitter") else "property"
        links += f'<meta {kind}="{name}" content="{html.escape(value)}">'
    return links


def structured_data(title, book, author, description, *, chapter, url=""):
    """Describe a page to a search engine, in the words of schema.org.

    Parameters
    ----------
    title, book, author, description : str
        The page's title, the book's title and author, and what the page is about.
    chapter : bool
        Whether it is a chapter, or the book's first page.
    url : str
        The page's address, where it is known.

    Returns
    -------
    str
        A script of JSON, in which no text can end the script.
    """
    whole = {"@type": "Book", "name": book, "author": {"@type": "Organization", "name": author}}
    whole |= {"inLanguage": "en", "license": LICENCE}
    data = {"@type": "Chapter", "name": title, "isPartOf": whole} if chapter else whole
    data = {
        "@context": "https://schema.org",
        **data,
        "description": description,
        **({"url": url} if url else {}),
    }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def sitemap(address, pages):
    """List a site's pages for search engines, as https://www.sitemaps.org has it."""
    urls = "".join(f"<url><loc>{html.escape(address + quote(page))}</loc></url>\n" for page in pages)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{urls}</urlset>\n"


def draw_card(path, title):
    """Draw the picture that a message shows of the book: its title beside real weight maps.

    Parameters
    ----------
    path : path-like
        The PNG to write, 1200 × 630.
    title : str
        The book's.
    """
    import textwrap

    from matplotlib.figure import Figure

    from weightmaps import figures, zoo

    weights = zoo.load("fan-in-decay5-seed0").weights[0]
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
    figure.text(0.055, 0.5, textwrap.fill(title, 15), size=46, weight="bold", va="center", linespacing=1.25)
    for i, one in enumerate(weights[:9]):
        ax = figure.add_axes([0.49 + i % 3 * 0.157, 0.655 - i // 3 * 0.3, 0.147, 0.28])
        figures.weight_map(one, ax=ax)
        ax.set_axis_off()
    figure.savefig(path)


def setup(app):
    # An "html" value: when the address becomes known, Sphinx writes every page anew.
    app.add_config_value("bookbuild_address", os.environ.get("WEIGHTMAPS_ADDRESS", ""), "html", str)
    app.connect("config-inited", check)
    app.connect("html-collect-pages", pages_without_text)
    # After the description, which comes at 600.
    app.connect("html-page-context", furnish, priority=610)
    app.connect("build-finished", write_for_others, priority=800)


def pages_without_text(app):
    """The page for no page, and the one at the root."""
    yield "404", {"title": "No such page"}, "404.html"
    yield "index", {"title": app.config.project}, "lead.html"


def check(app, config):
    try:
        config.bookbuild_address = site_address(config.bookbuild_address)
    except ValueError as error:
        raise ExtensionError(str(error)) from error


def furnish(app, pagename, templatename, context, doctree):
    """Add to the head of one page."""
    if app.builder.format != "html":
        return
    address, book = app.config.bookbuild_address, context["docstitle"]
    tags = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' + context["metatags"]
    described = context.get("description") or DESCRIPTIONS[pagename]
    if not context.get("description"):
        tags += f'<meta name="description" content="{html.escape(described)}">'
    title = html.unescape(re.sub("<[^>]*>", "", context["title"]))
    if doctree is not None:
        page = f"{pagename}.html"
        tags += card_tags(title, book, described, address, page)
        url = address and address + quote(page)
        chapter = pagename != app.config.root_doc
        tags += structured_data(title, book, app.config.author, described, chapter=chapter, url=url)
    context["metatags"] = tags
    context["site_path"] = urlsplit(address).path


def write_for_others(app, exception):
    """Write the sitemap and the card, which need the site's address."""
    address, out = app.config.bookbuild_address, Path(app.outdir)
    if exception or app.builder.format != "html":
        return
    if not address:
        (out / "sitemap.xml").unlink(missing_ok=True)
        return
    pages = sorted(f"{name}.html" for name in app.env.found_docs)
    (out / "sitemap.xml").write_text(sitemap(address, pages), "utf-8")
    if not (out / CARD).exists():
        draw_card(out / CARD, app.config.project)
