"""The directive ``guess``: a claim that the reader judges before reading what came of it on fresh seeds."""

from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from . import claims

ASKED = "Your guess: true, false, or does it depend?"
BUTTONS = "".join(
    f'<button type="button" aria-pressed="false" data-verdict="{verdict}">{verdict.capitalize()}</button> '
    for verdict in ("true", "false", "depends")
)


class Guess(SphinxDirective):
    """``{guess} replication``: the claim of ``chapters/claims.yml`` that this function tries."""

    required_arguments = 1

    def run(self):
        path = Path(self.env.srcdir, "chapters", "claims.yml")
        for file in (path, path.with_name("replications.json")):
            self.env.note_dependency(str(file))
        try:
            return [nodes.raw(text=as_html(self.arguments[0], _claims(path)), format="html")]
        except ValueError as error:
            raise self.error(str(error)) from error


@cache
def _claims(path):
    return claims.by_replication(path)


def setup(app):
    app.add_directive("guess", Guess)


def as_html(name, found):
    """A guess for a page: buttons where there is JavaScript, and a fold that holds the verdict."""
    one = _named(name, found)
    link = f'<a href="claims.html#{claims.anchor(name)}">The claim and its numbers</a>'
    return (
        f'<div class="guess" data-claim="{claims.anchor(name)}" data-verdict="{one["found"]["verdict"]}">'
        f"<p><strong>“{escape(one['claim'])}”</strong> {ASKED}</p>"
        f'<p class="guess-choices" role="group" aria-label="Your guess">{BUTTONS}'
        '<span role="status"></span></p>'
        f"<details><summary>The verdict</summary><p>{escape(claims.outcome(one))} {link}.</p></details></div>"
    )


def as_markdown(name, found):
    """The same for a reader's notebook."""
    one = _named(name, found)
    return (
        f"**“{one['claim']}”** {ASKED}\n\n"
        f"<details><summary>The verdict</summary>\n\n{claims.outcome(one)}\n\n</details>"
    )


def _named(name, found):
    if name not in found:
        raise ValueError(
            f"guess names {name!r}, which no claim of chapters/claims.yml has as its replication"
        )
    return found[name]
