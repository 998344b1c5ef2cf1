"""Each work in the list of references links back to where chapters cite it."""

import html
import re

from sphinx.errors import ExtensionError

WORK = re.compile(r'(<div class="citation" id="([^"]*)".*?)(</div>)', re.DOTALL)


def with_back_links(body, places):
    """Say below each work of the list which pages cite it, in the order given, each once.

    `places` has, by the identifier of a work, the links that cite it: address and title of the page. A work
    that no chapter cites is a ``ValueError``.

    >>> with_back_links('<div class="citation" id="a">A book.</div>', {"a": [("b.html#id1", "B")]})
    '<div class="citation" id="a">A book.<p class="cited">Cited in <a href="b.html#id1">B</a>.</p></div>'
    """

    def add(match):
        work, name, end = match.groups()
        if not places.get(name):
            raise ValueError(f"no chapter cites the work {name}")
        first = {title: address for address, title in reversed(places[name])}
        links = [
            f'<a href="{html.escape(first[title])}">{html.escape(title)}</a>' for title in reversed(first)
        ]
        return f'{work}<p class="cited">Cited in {", ".join(links)}.</p>{end}'

    return WORK.sub(add, body)


def setup(app):
    app.connect("env-get-outdated", refresh)
    app.connect("html-page-context", link_back, priority=600)


def refresh(app, env, added, changed, removed):
    """The list is written anew when a page changes, which may cite otherwise."""
    lists = {key.docname for key in env.get_domain("cite").bibliographies}
    return lists & env.found_docs if added or changed or removed else ()


def link_back(app, pagename, templatename, context, doctree):
    """Add the links to the page that has the list."""
    cite = app.env.get_domain("cite")
    if doctree is None or pagename not in {key.docname for key in cite.bibliographies}:
        return
    works = {work.key: work.citation_id for work in cite.citations}
    order = list(app.env.external_site_map)
    places = {}
    for ref in sorted(cite.citation_refs, key=lambda ref: order.index(ref.docname)):
        title = app.env.titles[ref.docname].astext()
        address = f"{context['pathto'](ref.docname)}#{ref.citation_ref_id}"
        for target in ref.targets:
            places.setdefault(works[target.key], []).append((address, title))
    try:
        context["body"] = with_back_links(context["body"], places)
    except ValueError as error:
        raise ExtensionError(f"{pagename}: {error}") from error
