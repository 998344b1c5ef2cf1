"""One small stylesheet for the site, what its pages use of the theme's and others', and one small script."""

import hashlib
import re
from pathlib import Path

import rcssmin
import rjsmin

from . import search

__all__ = ["bundle", "names_in_page", "prune_rules"]

# How the page's template asks for them; zeroes stand for a hash that is not known before the last page.
LINK = re.compile(r"_static/((?:site|texts)-)[0-9a-f]{16}(\.css|\.js)")
SOURCES = ("pygments.css", "styles/furo.css", "mystnb*.css", "book.css")
# What only a browser makes, and the theme's own states, which its rules and the book's script set.
ALWAYS = {
    "html",
    "body",
    "current",
    "current-page",
    "no-js",
    "scroll-current",
    "scrolled",
    "show-back-to-top",
}
READ = r"var\(\s*(--[\w-]+)"
VARIABLE = re.compile(r"""(?<=[{;])(--[\w-]+):(?:"[^"]*"|'[^']*'|[^;{}"'])*(?:;|(?=}))""")
PART = re.compile(r"[.#]?-?[A-Za-z_][\w-]*")


def names_in_page(page):
    """The names that a selector can ask for in a page.

    Parameters
    ----------
    page : str
        HTML.

    Returns
    -------
    set of str
        Elements and classes as they are, identifiers with a ``#``.

    Examples
    --------
    >>> sorted(names_in_page('<p class="a b" id="c">'))
    ['#c', 'a', 'b', 'p']
    """
    names = {name.lower() for name in re.findall(r"<([A-Za-z][\w-]*)", page)}
    for kind, value in re.findall(r'\s(class|id)="([^"]*)"', page):
        names |= set(value.split()) if kind == "class" else {f"#{value}"}
    return names


def names_in_script(script):
    """Every word of a script, for any may be a class, an element or an identifier that it makes."""
    # What is coded in base64, and the escapes of a script within a string, hold no words.
    words = set(re.findall(r"[A-Za-z_][\w-]*", re.sub(r"[\w+/]{100,}=*|\\[nrt]", " ", script)))
    return words | {f"#{word}" for word in words}


def prune_rules(css, used):
    """Drop the rules that can apply to nothing.

    Parameters
    ----------
    css : str
        A minified stylesheet.
    used : set of str
        The names of elements and classes that occur, and of identifiers, with a ``#``.

    Returns
    -------
    str
        The rules, each with those of its selectors that ask only for names that occur. What stands in
        ``:not(…)``, ``:is(…)`` or ``[…]`` counts for nothing.

    Examples
    --------
    >>> prune_rules("p,.a{x:y}@media print{.a{x:z}}.b:not(.c){x:y}", {"p", "b"})
    'p{x:y}.b:not(.c){x:y}'
    """
    kept = []
    for prelude, body in blocks(css):
        if body is None or prelude.startswith(("@font-face", "@keyframes", "@-webkit-keyframes", "@page")):
            kept.append(prelude if body is None else f"{prelude}{{{body}}}")
        elif prelude.startswith("@"):
            inner = prune_rules(body, used)
            kept.append(f"{prelude}{{{inner}}}" if inner else "")
        else:
            selectors = [one for one in split(prelude) if asks_for(one) - ALWAYS <= used]
            kept.append(f"{','.join(selectors)}{{{body}}}" if selectors else "")
    return "".join(kept)


def blocks(css):
    """The rules of a stylesheet, as (prelude, body); a statement such as ``@import`` has no body."""
    start = depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|url\([^"\')]*\)|[{};]', css):
        token = match.group()
        if token == ";" and depth == 0:
            yield css[start : match.end()], None
            start = match.end()
        elif token == "{":
            depth += 1
            if depth == 1:
                opened = match.start()
        elif token == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : match.start()]
                start = match.end()


def split(prelude):
    """The selectors of a list; a comma within brackets separates none."""
    return re.findall(r"(?:[^,(\[]|\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\])+", prelude)


def asks_for(selector):
    """The names that a selector cannot do without."""
    bare = re.sub(r"\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]|\\.", "", selector)
    bare = re.sub(r"::?[\w-]+", "", bare)
    return {name.lstrip(".") for name in PART.findall(bare)}


def prune_variables(css, others):
    """Drop the custom properties that neither the stylesheet nor anything else reads."""
    outside = set(re.findall(READ, others))
    while True:
        read = outside | set(re.findall(READ, css))
        shorter = VARIABLE.sub(lambda match, read=read: match[0] if match[1] in read else "", css)
        if shorter == css:
            return re.sub(r"[^{}]+\{\}", "", css)
        css = shorter


def bundle(sources, pages, scripts):
    """Join stylesheets into what a site needs of them.

    Parameters
    ----------
    sources : list of str
        Stylesheets, in their order.
    pages, scripts : list of str
        All the HTML and all the JavaScript of the site.

    Returns
    -------
    str
        One stylesheet.
    """
    used = set().union(*map(names_in_page, pages), *map(names_in_script, scripts))
    css = rcssmin.cssmin("\n".join(sources)).replace('@charset "UTF-8";', "")
    css = re.sub(r"/\*!?.*?\*/", "", css, flags=re.DOTALL)
    return prune_variables(prune_rules(css, used), "".join([*pages, *scripts]))


def setup(app):
    # After Furo, which writes pygments.css at the usual priority of 500.
    app.connect("build-finished", write, priority=600)


def write(app, exception):
    """Write stylesheet and script under the hash of their content, and let all pages ask for them."""
    out, static = Path(app.outdir), Path(app.outdir) / "_static"
    if exception or app.builder.format != "html":
        return
    sources = [path for pattern in SOURCES for path in sorted(static.glob(pattern))]
    if len(sources) < len(SOURCES):  # no page had changed, so nothing was copied
        return
    script = rjsmin.jsmin((static / "book.js").read_text("utf-8"))
    paths = sorted(out.rglob("*.html"))
    pages = [path.read_text("utf-8") for path in paths]
    scripts = [script, *(path.read_text("utf-8") for path in static.glob("weightmaps/*.js"))]
    css = bundle([path.read_text("utf-8") for path in sources], pages, scripts)
    texts = search.as_script(
        {path.relative_to(out).as_posix(): page for path, page in zip(paths, pages, strict=True)}
    )
    texts += rjsmin.jsmin((static / "search.js").read_text("utf-8"))
    names = {}
    for kind, text in ((("site-", ".css"), css), (("site-", ".js"), script), (("texts-", ".js"), texts)):
        names[kind] = f"_static/{kind[0]}{hashlib.sha256(text.encode()).hexdigest()[:16]}{kind[1]}"
        (out / names[kind]).write_text(text, "utf-8")
    for path, page in zip(paths, pages, strict=True):
        if (renamed := LINK.sub(lambda match: names[match.groups()], page)) != page:
            path.write_text(renamed, "utf-8")
