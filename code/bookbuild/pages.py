"""What the book adds around a chapter: head, links to its notebook, and a last look for foreign requests."""

import html
import os
import re
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.errors import ExtensionError

__all__ = ["chapter_links", "describe", "foreign_requests"]

TEMPLATES = Path(__file__).parent / "templates"
THEME_COLOURS = (("light", "#ffffff"), ("dark", "#131416"))
LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object|link(?![^>]*\brel=\"canonical\"))\b[^>]*?"
    r"\b(?:src|href|srcset|data)=[\"']?((?:https?:)?//[^\"'\s>]+)|url\(\s*[\"']?((?:https?:)?//[^\"')]+)"
    r"|@import\s+[\"']((?:https?:)?//[^\"']+)"
)


def describe(text, limit=160):
    """Shorten a paragraph to what a search result shows.

    Parameters
    ----------
    text : str
        The paragraph.
    limit : int
        The longest answer, in characters.

    Returns
    -------
    str
        Whole words, with an ellipsis where some are missing.

    Examples
    --------
    >>> describe("One two three", limit=8)
    'One two…'
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(",;:.–— ") + "…"


def chapter_links(pagename, root, repository="", ref="main", *, chapters=()):
    """Make the line below a chapter's title.

    Parameters
    ----------
    pagename : str
        Such as ``"chapters/index"``.
    root : str
        The way from the page to the root of the site.
    repository : str
        ``owner/name`` on GitHub; empty where the build does not know it, and Binder is left out.
    ref : str
        The branch, tag or commit that Binder opens.
    chapters : sequence of str
        The names of the chapters, in their order, to say which one this is.

    Returns
    -------
    str
        A paragraph of HTML.

    Raises
    ------
    ValueError
        If the repository is not of the form ``owner/name``.
    """
    name = pagename.rsplit("/", 1)[-1] + ".ipynb"
    links = []
    if pagename in chapters:
        links.append(f"Chapter {chapters.index(pagename) + 1} of {len(chapters)}")
    links.append(f'<a href="{root}_sources/{pagename}.ipynb" download="{name}">Download this notebook</a>')
    if repository:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            raise ValueError(f"WEIGHTMAPS_REPOSITORY is {repository!r}; wanted owner/name")
        address = f"https://mybinder.org/v2/gh/{repository}/{quote(ref, safe='')}"
        links.append(f'<a href="{address}?labpath={quote(pagename, safe="")}.ipynb">Run it on Binder</a>')
    return f'<p class="chapter-links">{" · ".join(links)}</p>'


def foreign_requests(page):
    """List the addresses on other hosts that a browser would fetch to show a page.

    Parameters
    ----------
    page : str
        HTML or CSS.

    Returns
    -------
    list of str
        The addresses; links that a reader follows do not count.
    """
    return [next(filter(None, match)) for match in LOADED.findall(page)]


def setup(app):
    # "html" values: when the address becomes known, Sphinx writes every page anew.
    app.add_config_value("bookbuild_repository", os.environ.get("WEIGHTMAPS_REPOSITORY", ""), "html", str)
    app.add_config_value("bookbuild_ref", os.environ.get("WEIGHTMAPS_REF") or "main", "html", str)
    # Jupyter Book always sets this one, for an extension that this book does not load.
    app.add_config_value("comments_config", {}, "html", dict)
    app.connect("config-inited", lambda app, config: config.templates_path.insert(0, str(TEMPLATES)))
    # After Furo, which makes the list of chapters at the usual priority of 500.
    app.connect("html-page-context", furnish, priority=600)
    app.connect("build-finished", look_outside)


def furnish(app, pagename, templatename, context, doctree):
    """Add the meta tags of one page, and the links to its notebook below its title."""
    if app.builder.format != "html":
        return
    tags = [
        f'<meta name="theme-color" content="{colour}" media="(prefers-color-scheme: {scheme})">'
        for scheme, colour in THEME_COLOURS
    ]
    if doctree is not None:
        text = next((node.astext() for node in doctree.findall(nodes.paragraph)), "")
        if not text:
            raise ExtensionError(f"{pagename}: no paragraph to describe the page by")
        context["description"] = describe(text)
        tags.append(f'<meta name="description" content="{html.escape(context["description"])}">')
        if app.env.doc2path(pagename, base=False).endswith(".ipynb"):
            root = "../" * pagename.count("/")
            # The first group of _toc.yml; the reference is not numbered.
            chapters = [str(one) for one in app.env.external_site_map.root.subtrees[0].items]
            where = app.config.bookbuild_repository, app.config.bookbuild_ref
            try:
                links = chapter_links(pagename, root, *where, chapters=chapters)
            except ValueError as error:
                raise ExtensionError(str(error)) from error
            context["body"], count = re.subn("</h1>", lambda _: f"</h1>\n{links}", context["body"], count=1)
            if not count:
                raise ExtensionError(f"{pagename}: no title to put the notebook's links under")
    # A heading without a level, says docutils; it is the name of a group of links.
    tree = context["furo_navigation_tree"]
    context["furo_navigation_tree"] = tree.replace(
        '<p class="caption" role="heading">', '<p class="caption">'
    )
    # Furo has a viewport of its own; docutils adds a second one.
    metatags = re.sub(r'<meta name="viewport"[^>]*>\s*', "", context.get("metatags", ""))
    context["metatags"] = metatags + "".join(tags)


def look_outside(app, exception):
    """Fail a build whose pages or style sheets ask another host for something."""
    if exception or app.builder.format != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*")):
        if path.suffix in (".html", ".css") and (found := foreign_requests(path.read_text("utf-8"))):
            raise ExtensionError(f"{path.relative_to(app.outdir)} asks another host for {found[0]}")
