"""Links within the site lead somewhere: to a file of it, and to a place in that file."""

import posixpath
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.errors import ExtensionError

__all__ = ["Places", "broken_links"]


class Places(HTMLParser):
    """What a page links to, and the names of the places in it.

    Examples
    --------
    >>> page = Places('<h2 id="a">…</h2> <a href="b.html#c">…</a>')
    >>> page.names, page.links
    ({'a'}, ['b.html#c'])
    """

    def __init__(self, text):
        super().__init__()
        self.names, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.names.add(value)
            elif name in ("href", "src") and value and not (tag == "link" and ("rel", "canonical") in attrs):
                self.links.append(value)


def broken_links(pages, files):
    """List the links that lead nowhere.

    Parameters
    ----------
    pages : dict of str to str
        The HTML of each page, by its path in the site.
    files : set of str
        The paths of all files of the site.

    Returns
    -------
    list of (str, str)
        Page and link; other hosts are not asked.
    """
    read = {name: Places(text) for name, text in pages.items()}
    broken = []
    for name, page in read.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
            target = path if parts.path else name
            anchor = unquote(parts.fragment)
            if target not in files or (anchor and target in read and anchor not in read[target].names):
                broken.append((name, link))
    return broken


def setup(app):
    # After the files that no page asks for are gone.
    app.connect("build-finished", check, priority=800)


def check(app, exception):
    """Fail a build with a link that leads nowhere."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    pages = {name: (out / name).read_text("utf-8") for name in files if name.endswith(".html")}
    if broken := broken_links(pages, files):
        told = "\n".join(f"  {page}: {link}" for page, link in sorted(set(broken)))
        raise ExtensionError(f"{len(set(broken))} links lead nowhere:\n{told}")
