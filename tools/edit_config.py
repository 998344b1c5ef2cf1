"""JupyterLab for `make edit`: it saves what `make refresh` would leave, so a diff shows edits alone."""

import nbformat

from refresh_chapters import kept


def as_committed(model, **_):
    """Before a notebook is saved, leave out what is not committed."""
    if model["type"] == "notebook":
        model["content"] = kept(nbformat.from_dict(model["content"]))


c = get_config()  # noqa: F821
c.FileContentsManager.pre_save_hook = as_committed
