"""Atomic writing: a file is there whole or not at all."""

import os
from contextlib import contextmanager


def check_place(path):
    """Raise an OSError in words where no file can be written: over a folder or a device, in no folder, …"""
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path}: a folder; give the name of a file in it")
    if os.path.exists(path) and not os.path.isfile(path):
        raise FileExistsError(f"{path}: a device, which a file would replace; give another name")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"{path}: there is no folder {folder}; make it first")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{path}: nothing may be written into {folder}; name another folder")


@contextmanager
def atomic_write(path, mode="wb", **options):
    """Open a file for writing under a temporary name, and give it its own once all is written.

    Parameters
    ----------
    path : path
        Where the file is to stand; what stood there before stays until then, and for good if writing fails.
    mode, **options
        As for :func:`open`.

    Raises
    ------
    OSError
        If it cannot be written: its folder is missing, it is a folder itself, …; the error names `path`.
    """
    path = os.fspath(path)
    check_place(path)
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, mode, **options) as file:
            yield file
        os.replace(part, path)
    except OSError as error:
        if error.filename != part:
            raise
        raise OSError(error.errno, error.strerror, path) from None
    finally:
        if os.path.exists(part):
            os.remove(part)
