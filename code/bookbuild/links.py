"""Checks of the built site: its links lead to a file and a place in it; nothing comes from another host."""

import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.errors import ExtensionError

LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object|link(?![^>]*\brel=\"canonical\"))\b[^>]*?"
    r"\b(?:src|href|srcset|data)=[\"']?((?:https?:)?//[^\"'\s>]+)|url\(\s*[\"']?((?:https?:)?//[^\"')]+)"
    r"|@import\s+[\"']((?:https?:)?//[^\"']+)"
)


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
        self.names, self.links, self.widgets = set(), [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.names.add(value)
            elif name in ("href", "src") and value:
                self.links.append(value)
            elif name == "data-weightmaps":  # whose link begins with its number, and goes on with its state
                self.widgets += 1
                self.names.add(f"explorer={self.widgets}")


def broken_links(pages, files, root="/"):
    """The links within a site that lead nowhere, as (page, link).

    `pages` is HTML by path, `files` the paths of all files; links with a slash before them begin at `root`,
    the site's own path on its host.
    """
    read = {name: Places(text) for name, text in pages.items()}
    broken = []
    for name, page in read.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = posixpath.join(root, posixpath.dirname(name), unquote(parts.path))
            target = posixpath.normpath(path).removeprefix(root) if parts.path else name
            anchor = unquote(parts.fragment.partition("&")[0])
            if target not in files or (anchor and target in read and anchor not in read[target].names):
                broken.append((name, link))
    return broken


def foreign_requests(text):
    """The addresses on other hosts that a browser would fetch for HTML or CSS; links do not count."""
    return [next(filter(None, match)) for match in LOADED.findall(text)]


def setup(app):
    app.connect("build-finished", check, priority=800)  # when all files are written


def check(app, exception):
    """Fail a build with a link that leads nowhere, or with a page that asks another host for something."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    texts = {name: (out / name).read_text("utf-8") for name in files if name.endswith((".html", ".css"))}
    for name in sorted(texts):
        if found := foreign_requests(texts[name]):
            raise ExtensionError(f"{name} asks another host for {found[0]}")
    pages = {name: text for name, text in texts.items() if name.endswith(".html")}
    if broken := broken_links(pages, files, app.config.notfound_urls_prefix):
        told = "\n".join(f"  {page}: {link}" for page, link in sorted(set(broken)))
        raise ExtensionError(f"{len(set(broken))} links lead nowhere:\n{told}")
