"""TeX in, MathML out, at build time: the page needs no script to show a formula."""

import html
import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

# latex2mathml numbers `equation` and `align` by itself; here numbers come from Sphinx alone, so the
# starred forms serve for all. It knows neither `aligned`, `split` nor `gathered`.
ENVIRONMENTS = re.compile(r"\\(begin|end)\{(?:equation|align|aligned|alignedat|split|gather|gathered)\*?\}")
# It shows the content of any other environment as if the environment were not there.
KNOWN = {"align*", "array", "cases", "matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"}
# In a formula on its own line these carry their limits above and below; latex2mathml wants to be told.
LIMITS = re.compile(r"\\(sum|prod|max|min)(?=\s*[_^])")
# MathML Core has no named spaces; a browser would drop them.
SPACES = {"negativethinmathspace": "-0.167em"}

# Without a side of its own Firefox takes the sign for a relation, and puts a space before and after it.
NORM = (
    '<mo fence="false" stretchy="false">&#x02016;',
    '<mo stretchy="false" lspace="0em" rspace="0em">&#x02016;',
)

# A browser may break the line on either side of a formula, even before a full stop.
MARKED = re.compile(r'[(“]?<math display="inline"(?:(?!</math>).)*</math>[.,;:?!)”]+')


def to_mathml(tex, *, display=False):
    r"""One TeX formula, without dollar signs, as a ``<math>`` element whose ``alttext`` is the TeX.

    Braces that do not pair, an unknown command or environment are a ``ValueError``.

    >>> to_mathml("x")
    '<math display="inline" alttext="x"><mrow><mi>x</mi></mrow></math>'
    """
    source = " ".join(tex.split())
    bare = re.sub(r"\\.", "", source)
    if bare.count("{") != bare.count("}"):
        raise ValueError(f"formula has {bare.count('{')} '{{' and {bare.count('}')} '}}': {source}")
    if r"\begin" not in source and r"\\" in source:
        source = rf"\begin{{align*}}{source}\end{{align*}}"
    source = ENVIRONMENTS.sub(r"\\\1{align*}", source)
    strange = sorted(set(re.findall(r"\\begin\{([^}]*)\}", source)) - KNOWN)
    if strange:
        raise ValueError(f"formula uses the environment {', '.join(strange)}, which cannot be shown: {tex}")
    if display:
        source = LIMITS.sub(r"\\\1\\limits", source)
    try:
        math = convert(source, display="block" if display else "inline")
    except Exception as error:  # the converter's errors share no base class
        raise ValueError(f"formula cannot be read ({type(error).__name__} {error}): {tex}") from error
    unknown = sorted(set(re.findall(r"\\[A-Za-z]*", math)))
    if unknown:
        raise ValueError(f"formula uses {', '.join(unknown)}, which latex2mathml does not know: {tex}")
    for name, length in SPACES.items():
        math = math.replace(f'"{name}"', f'"{length}"')
    math = math.replace(*NORM)
    alt = html.escape(" ".join(tex.split()))
    return math.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1).replace(
        ">", f' alttext="{alt}">', 1
    )


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("html-page-context", keep_marks)


def keep_marks(app, pagename, templatename, context, doctree):
    """Keep the mark after a formula on the formula's line."""
    if "body" in context:
        context["body"] = MARKED.sub(r'<span class="marked">\g<0></span>', context["body"])


def render(node, *, display):
    try:
        return to_mathml(node.astext(), display=display)
    except ValueError as error:
        raise ExtensionError(f"{node.source or 'a page'}, line {node.line}: {error}") from error


def visit_inline(translator, node):
    translator.body.append(render(node, display=False))
    raise nodes.SkipNode


def visit_block(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f'<div class="formula">{render(node, display=True)}</div>')
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode
