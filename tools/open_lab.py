"""Open copies of the reader's notebooks in JupyterLab, the index first: `make lab`."""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

BUILD = Path(__file__).parent.parent / "_build"
GIVEN = ".given.json"  # a hash of each copy as it was given


def copies(source, folder):
    """Copy notebooks, but over none that its reader has changed; return the names of these.

    Parameters
    ----------
    source, folder : path

    Returns
    -------
    list of str
    """
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / GIVEN
    given = json.loads(note.read_text()) if note.exists() else {}
    changed = []
    for path in sorted(source.glob("*.ipynb")):
        copy = folder / path.name
        if copy.exists() and _hash(copy) != given.get(path.name):
            changed.append(path.name)
            continue
        shutil.copyfile(path, copy)
        given[path.name] = _hash(copy)
    note.write_text(json.dumps(given))
    return changed


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for name in copies(BUILD / "notebooks", BUILD / "lab"):
        print(f"{name} is yours: it was changed and stays. Delete _build/lab/{name} for a fresh copy.")
    first = BUILD / "lab" / "00-index.ipynb"
    os.execv(Path(sys.executable).with_name("jupyter-lab"), ["jupyter-lab", str(first), *sys.argv[1:]])
