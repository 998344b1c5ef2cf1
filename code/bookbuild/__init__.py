"""The Sphinx extension of this one book."""

import os


def setup(app):
    """Connect the parts to Sphinx; see each module for what it does.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The application that builds the book.

    Returns
    -------
    dict
        What Sphinx wants to know of an extension.
    """
    # Here, as a chapter that imports bookbuild.glue should not wait for them.
    from . import cache, citations, guess, head, links, mathml, pages, pictures, reader, search

    mathml.setup(app)
    cache.setup(app)
    pictures.setup(app)
    pages.setup(app)
    citations.setup(app)
    guess.setup(app)
    head.setup(app)
    search.setup(app)
    reader.setup(app)
    links.setup(app)
    app.connect("config-inited", use_all_processors)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def use_all_processors(app, config):
    """Read and write as many pages at a time as there are processors; Jupyter Book asks for one."""
    app.parallel = os.cpu_count()
    # It numbers the chapters once all are read, and does not say that this is safe.
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True
