"""What the search page searches: the text of every section, in one script that works from a folder too."""

import json
from pathlib import Path

from bs4 import BeautifulSoup

SKIPPED = (
    "script, style, summary, noscript, svg, button, annotation, "
    ".headerlink, .cell_input, .chapter-links, .weightmaps-explorer, .strip"
)


def sections(page):
    """Anchor, heading and text of each section of a page, without code and what its own sections hold.

    A claim is a section, too, and its first words in bold are the heading.

    >>> sections('<article><section id="a"><h1>A</h1> b <em>c</em></section></article>')
    [['a', 'A', 'b c']]
    """
    article = BeautifulSoup(page, "html.parser").article
    if article is None:
        return []
    for skipped in article.select(SKIPPED):
        skipped.decompose()
    found = []
    for section in reversed(article.select("section, .claim")):  # the inner ones first
        section.extract()
        heading = section.find(["h1", "h2", "h3", "h4", "strong"]).extract()
        found.append([section.get("id", ""), words(heading), words(section)])
    return found[::-1]


def words(element):
    return " ".join(element.get_text().split())


def as_script(pages):
    """The script that sets ``bookTexts``: of each page its file, its title and its sections."""
    texts = []
    for name, page in pages.items():
        if found := sections(page):
            found[0][0] = ""  # the first section is the page
            texts.append([name, found[0][1], found])
    return f"window.bookTexts={json.dumps(texts, ensure_ascii=False, separators=(',', ':'))};\n"


def setup(app):
    app.connect("builder-inited", replace)
    app.connect("html-collect-pages", lambda app: [("search", {"title": "Search"}, "search.html")])
    app.connect("build-finished", write)


def replace(app):
    """Leave out Sphinx's own index, which from a folder finds titles alone."""
    app.builder.search = False


def write(app, exception):
    """Write the texts of all pages into a script beside the others."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {
        path.relative_to(out).as_posix(): path.read_text("utf-8") for path in sorted(out.rglob("*.html"))
    }
    (out / "_static" / "texts.js").write_text(as_script(pages), "utf-8")
