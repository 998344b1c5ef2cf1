"""Files that are written whole or not at all."""

import os
from contextlib import contextmanager


@contextmanager
def whole(path, mode="wb", **options):
    """Open a file for writing under a temporary name, and give it its own once all is written.

    Parameters
    ----------
    path : path
        Where the file is to stand; what stood there before stays until then, and for good if writing fails.
    mode, **options
        As for :func:`open`.
    """
    path = os.fspath(path)
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, mode, **options) as file:
            yield file
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)
