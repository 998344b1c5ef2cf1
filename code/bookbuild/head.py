"""The head of each page: the policy of what it may load, its address, its styles and scripts."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.errors import ExtensionError

TEMPLATES = Path(__file__).parent / "templates"
# Nothing from another host. Explorers are modules and workers in Blob URLs; from a folder, `file:` is what
# 'self' is on a server. WebAssembly is the laboratory's; text is not evaluated.
OURS = "'self' file:"
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src {OURS} blob: 'unsafe-inline' 'wasm-unsafe-eval'",
        "worker-src blob:",
        f"style-src {OURS} 'unsafe-inline'",
        f"img-src {OURS} data: blob:",
        "font-src data:",
        f"connect-src {OURS} data: blob:",
        f"form-action {OURS}",
        "base-uri 'none'",
    )
)
THEME_COLOURS = (("light", "#ffffff"), ("dark", "#131416"))
DESCRIPTIONS = {
    "search": "Search all chapters and the reference of the book.",
    "404": "There is no such page in the book.",
    "index": "An interactive book: what does the hidden layer of a small network do to handwritten digits?",
}
# Of all that theme and extensions offer; book.css has what cells need of MyST-NB's, which colours terminals.
STYLES = re.compile(r"_static/(pygments|styles/furo|book)\.css")
SCRIPTS = re.compile(r"_static/book\.js")


def site_address(text):
    """The address that a site will have, ending in a slash; empty where it is not known.

    Raises ``ValueError`` for what is not an ``http`` or ``https`` address of a folder.
    """
    if text and not re.fullmatch(r"https?://[\w.:-]+(/[^\s\"'<>?#]*)?", text):
        raise ValueError(f"WEIGHTMAPS_ADDRESS is {text!r}; wanted such as https://example.org/book/")
    return text and text.rstrip("/") + "/"


def setup(app):
    try:
        address = site_address(os.environ.get("WEIGHTMAPS_ADDRESS", ""))
    except ValueError as error:
        raise ExtensionError(str(error)) from error
    if address:
        app.setup_extension("sphinx_sitemap")
    app.connect("config-inited", lambda app, config: configure(config, address))
    app.connect("html-collect-pages", lambda app: [("index", {"title": app.config.project}, "lead.html")])
    # After Furo, MyST-NB and sphinxext-opengraph, at the usual priority of 500.
    app.connect("html-page-context", furnish, priority=600)


def configure(config, address):
    """Tell each extension the site's address."""
    config.templates_path.insert(0, str(TEMPLATES))
    config.html_baseurl = config.ogp_site_url = address
    config.notfound_urls_prefix = urlsplit(address).path or "/"
    if address:
        config.ogp_image = f"{address}_static/card.png"
        config.sitemap_url_scheme = "{link}"
        config.sitemap_excludes = [f"{name}.html" for name in DESCRIPTIONS]


def furnish(app, pagename, templatename, context, doctree):
    """Write the policy of one page before all that it loads, and leave out what it has no use for."""
    if app.builder.format != "html":
        return
    tags = [f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">']
    tags += [
        f'<meta name="theme-color" content="{colour}" media="(prefers-color-scheme: {scheme})">'
        for scheme, colour in THEME_COLOURS
    ]
    if doctree is None:
        tags.append(f'<meta name="description" content="{DESCRIPTIONS[pagename]}">')
    if pagename == "404":
        home = context["pathto"](app.config.master_doc)
        context["body"] += f'<p><a href="{home}">Back to the first page of the book</a></p>'
    # Furo has a viewport of its own; docutils adds a second one.
    metatags = re.sub(r'<meta name="viewport"[^>]*>\s*', "", context.get("metatags", ""))
    context["metatags"] = "".join(tags) + metatags
    for kind, wanted in (("css_files", STYLES), ("script_files", SCRIPTS)):
        context[kind] = [file for file in context[kind] if wanted.match(str(file.filename))]
