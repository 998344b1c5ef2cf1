"""What the book adds to a chapter's page: links to its notebook, and names that a reader's voice finds."""

import json
import os
import re
from urllib.parse import quote

from sphinx.errors import ExtensionError

from .cache import folded
from .reader import FOLDER, file_name, in_order

READING = (
    ' <span class="reading" role="group" aria-label="All code of the book">'
    '<button type="button" aria-pressed="true">Reading</button> '
    '<button type="button" aria-pressed="false">Notebook</button></span>'
)


def chapter_links(pagename, root, repository="", ref="main", *, chapters=(), notebooks=()):
    """The line below a chapter's title, as HTML.

    `root` is the way from the page to the root of the site; `chapters` are all, in their order, `notebooks`
    the pages of which there is a reader's notebook. Binder opens the branch, tag or commit `ref` of the
    GitHub repository ``owner/name``, and is left out where that is not known.
    """
    links = []
    if pagename in chapters:
        links.append(f"Chapter {chapters.index(pagename) + 1} of {len(chapters)}")
    if pagename in notebooks:
        name = file_name(pagename, notebooks.index(pagename))
        source = f"{root}_sources/{pagename}.ipynb"
        links.append(f'<a href="{source}" download="{name}">Download this notebook</a>')
        if repository:
            if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
                raise ValueError(f"WEIGHTMAPS_REPOSITORY is {repository!r}; wanted owner/name")
            address = f"https://mybinder.org/v2/gh/{repository}/{quote(ref, safe='')}"
            path = quote(f"_build/{FOLDER}/{name}", safe="")
            links.append(f'<a href="{address}?labpath={path}">Run it on Binder</a>')
    reading = READING if pagename in notebooks else ""
    return f'<p class="chapter-links">{" · ".join(links)}{reading}</p>' if links else ""


def setup(app):
    # "html" values: when the repository becomes known, Sphinx writes every page anew.
    app.add_config_value("bookbuild_repository", os.environ.get("WEIGHTMAPS_REPOSITORY", ""), "html", str)
    app.add_config_value("bookbuild_ref", os.environ.get("WEIGHTMAPS_REF") or "main", "html", str)
    # Jupyter Book always sets this one, for an extension that this book does not load.
    app.add_config_value("comments_config", {}, "html", dict)
    app.connect("source-read", fold)
    # After Furo, which makes the list of chapters at the usual priority of 500.
    app.connect("html-page-context", furnish, priority=600)


def fold(app, docname, source):
    """Fold all code that a page shows: it is a click away, and a notebook keeps it open."""
    if not str(app.env.doc2path(docname)).endswith(".ipynb"):
        return
    source[0] = json.dumps(folded(json.loads(source[0])))


TABLE = re.compile(r'(?<=<div class="output text_html">)<table.*?</table>', re.DOTALL)
CODE = re.compile(r'(?<=ipython3 notranslate"><div class="highlight"><pre>).*?(?=</pre>)', re.DOTALL)


def by_lines(code):
    """Highlighted code with an element for each line that says how deep it is indented.

    >>> by_lines("    pass")
    '<span class="code-line" style="--deep: 4">    pass</span>'
    """
    lines, opened = [], []
    for line in code.splitlines(keepends=True):
        before = "".join(opened)  # a string may span lines
        for tag in re.findall(r"<span[^>]*>|</span>", line):
            opened.pop() if tag == "</span>" else opened.append(tag)
        words = re.sub(r"<[^>]*>", "", line)
        deep = len(words) - len(words.lstrip(" "))
        after = "</span>" * len(opened)
        lines.append(f'<span class="code-line" style="--deep: {deep}">{before}{line}{after}</span>')
    return "".join(lines)


def furnish(app, pagename, templatename, context, doctree):
    """Add the links to a chapter's notebook below its title, and put names right."""
    if app.builder.format != "html":
        return
    # A heading without a level, says docutils; it is the name of a group of links.
    context["furo_navigation_tree"] = context["furo_navigation_tree"].replace(
        '<p class="caption" role="heading">', '<p class="caption">'
    )
    if doctree is None:
        return
    # What sphinxcontrib-bibtex says of a list of works is out of date.
    body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
    # MyST-NB names a fold otherwise than the words it shows; a voice user says the words.
    body = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    body = CODE.sub(lambda match: by_lines(match.group()), body)
    # As Sphinx has the tables of prose: one that is too wide scrolls.
    body = TABLE.sub(r'<div class="table-wrapper">\g<0></div>', body)
    if app.env.doc2path(pagename, base=False).endswith(".ipynb"):
        root = "../" * pagename.count("/")
        # The first group of _toc.yml; the reference is not numbered.
        chapters = [str(one) for one in app.env.external_site_map.root.subtrees[0].items]
        where = app.config.bookbuild_repository, app.config.bookbuild_ref
        try:
            links = chapter_links(pagename, root, *where, chapters=chapters, notebooks=in_order(app))
        except ValueError as error:
            raise ExtensionError(str(error)) from error
        body = body.replace("</h1>", f"</h1>\n{links}", 1)
    context["body"] = body
