"""The numbers that a chapter's prose quotes."""

import re

import myst_nb

from replications import results


def glue(name, value):
    """Keep a value for the prose, and print it beside its name.

    The site shows the value where the prose says ``{glue:text}`name```. JupyterLab shows the name there, so
    somebody who runs the chapter looks it up in what this prints.

    Parameters
    ----------
    name : str
        The name, unique in the book; it begins with the chapter's own prefix.
    value : object
        What its ``repr`` says is quoted, a string without its quotation marks.
    """
    myst_nb.glue(name, value, display=False)
    print(f"{name}: {value}")


def replicated(name, *choices):
    """Glue what came of a claim on fresh seeds, from ``replications.json`` beside the chapter.

    The names are those of the claim's function with ``-`` for ``_``, and then: ``-effect``, ``-control`` and
    ``-difference``, each a median and its 95% interval; ``-held``, in how many seeds the claim holds. A
    choice comes between, with ``-`` for what is no letter or digit: ``function-name-recipe-large-effect``.

    Parameters
    ----------
    name : str
        The function's name.
    *choices : str
        Other choices whose outcome is quoted, in the words of `Claim.variants`: ``"recipe=large"``.
    """
    found = results.read("replications.json")["claims"][name]
    for words, one in {"": found, **{choice: found["choices"][choice] for choice in choices}}.items():
        word = re.sub(r"[^\w.]+|_", "-", f"{name} {words}".strip())
        for part in ("effect", "control", "difference"):
            glue(f"{word}-{part}", results.in_words(one[part], found["form"]))
        glue(f"{word}-held", f"{one['held']} of {found['tried']}")
