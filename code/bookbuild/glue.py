"""The numbers that a chapter's prose quotes."""

import myst_nb


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
