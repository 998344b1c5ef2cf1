"""What the search page searches: the text of every section, in one script that works from a folder too."""

import json
from html.parser import HTMLParser

__all__ = ["as_script", "sections"]

HEADINGS = ("h1", "h2", "h3", "h4")
SKIPPED = {"script", "summary", "style", "noscript", "svg", "button", "annotation"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "line", "path", "circle"}


class Sections(HTMLParser):
    """Collect the sections of a page's article: anchor, heading, text."""

    def __init__(self):
        super().__init__()
        self.found, self.open, self.tags, self.skipping = [], [], [], 0

    def handle_starttag(self, tag, attributes):
        if tag in VOID:
            return
        attributes = dict(attributes)
        classes = (attributes.get("class") or "").split()
        if tag == "section" and "article" in [name for name, _ in self.tags]:
            self.found.append([attributes.get("id", ""), "", ""])
            self.open.append(self.found[-1])
        skips = (
            tag in SKIPPED or "headerlink" in classes or "cell_input" in classes or "chapter-links" in classes
        )
        self.skipping += skips
        self.tags.append((tag, skips))

    def handle_endtag(self, tag):
        if tag not in [name for name, _ in self.tags]:
            return
        while self.tags:
            name, skipped = self.tags.pop()
            self.skipping -= skipped
            if name == "section" and self.open:
                self.open.pop()
            if name == tag:
                return

    def handle_data(self, data):
        if self.open and not self.skipping:
            heading = any(name in HEADINGS for name, _ in self.tags) and not self.open[-1][2].strip()
            self.open[-1][1 if heading else 2] += data


def sections(page):
    """Read the sections of a page.

    Parameters
    ----------
    page : str
        HTML with an ``article``.

    Returns
    -------
    list of list of str
        Of each section its anchor, its heading and its text, without code of cells and without what its own
        sections hold.

    Examples
    --------
    >>> sections('<article><section id="a"><h1>A</h1> b <em>c</em></section></article>')
    [['a', 'A', 'b c']]
    """
    reader = Sections()
    reader.feed(page)
    return [[anchor, *(" ".join(text.split()) for text in texts)] for anchor, *texts in reader.found]


def as_script(pages):
    """Write the texts of a site as a script.

    Parameters
    ----------
    pages : dict
        HTML by file name.

    Returns
    -------
    str
        It sets ``bookTexts``: of each page its file, its title and its sections.
    """
    texts = []
    for name, page in pages.items():
        found = sections(page)
        if found:
            found[0][0] = ""  # the first section is the page
            texts.append([name, found[0][1], found])
    return f"window.bookTexts={json.dumps(texts, ensure_ascii=False, separators=(',', ':'))};\n"


def setup(app):
    app.connect("builder-inited", replace)
    app.connect("html-collect-pages", lambda app: [("search", {"title": "Search"}, "search.html")])


def replace(app):
    """Leave out Sphinx's own index, which from a folder finds titles alone."""
    app.builder.search = False
