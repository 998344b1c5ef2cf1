"""Keep executed notebooks as long as the code they ran is unchanged, and no longer."""

import copy
import hashlib
import logging
import os
import shutil
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path, PurePath

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors import load_executor
from sphinx.errors import ExtensionError
from sphinx.util import logging as sphinx_logging

from replications import results

logger = sphinx_logging.getLogger(__name__)

HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}  # tags of cells that need no fold
# What a chapter's numbers and pictures come from, beside its own cells and our package.
DRAWING = Path(__file__).with_name("matplotlibrc")
LIBRARIES = ("numpy", "matplotlib", "ipywidgets", "anywidget", "scikit-learn")


def digest(folder):
    """16 hexadecimal digits for names and contents of the files in a folder, but caches and hidden ones."""
    folder = Path(folder)
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    names = [name for name in names if not any(p.startswith((".", "__pycache__")) for p in name.parts)]
    if not names:
        raise ValueError(f"folder {folder} holds no file to hash; wanted the source of a package")
    total = hashlib.sha256()
    for name in names:
        content = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        total.update(f"{name.as_posix()} {content}\n".encode())
    return total.hexdigest()[:16]


def package_folder(name):
    return Path(find_spec(name).origin).parent


def execution_key():
    glue = package_folder("bookbuild") / "glue.py"  # which the chapters import, and which reads the results
    read = [path.read_text("utf-8") for path in (glue, results.RESULTS, DRAWING)]
    parts = [digest(package_folder("weightmaps")), *read, f"python {sys.version_info[:2]}"]
    parts += [f"{name} {version(name)}" for name in LIBRARIES]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def setup(app):
    # A change of this extension makes Sphinx read and write every page anew; one of the styles, write them.
    app.add_config_value("bookbuild_digest", digest(package_folder("bookbuild")), "env", str)
    app.add_config_value("bookbuild_static_digest", digest(Path(app.srcdir) / "_static"), "html", str)
    app.connect("config-inited", choose_cache)
    app.connect("env-before-read-docs", run_chapters)


def cache_folder(build):
    """Where a build in this folder keeps its executed notebooks; it is named after the code that they run."""
    return Path(build) / ".jupyter_cache" / execution_key()


def choose_cache(app, config):
    """Give jupyter-cache its folder, and drop the folders of older code."""
    current = cache_folder(Path(app.outdir).parent)
    for old in current.parent.glob("*"):
        if old != current:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    config.nb_execution_cache_path = str(current)


def run_chapters(app, env, docnames):
    """Run the chapters that are not in the cache, as many at a time as there are processors.

    Sphinx would run each when it reads it, one after the other. A cell that raises stops the build.
    """
    excluded = app.config.nb_execution_excludepatterns
    paths = [env.doc2path(name) for name in docnames]
    paths = [path for path in paths if path.endswith(".ipynb")]
    paths = [path for path in paths if not any(PurePath(path).match(pattern) for pattern in excluded)]
    cache = get_cache(app.config.nb_execution_cache_path)
    for path in paths:
        cache.add_nb_to_project(path)
    os.environ["MATPLOTLIBRC"] = str(DRAWING)
    if stale := cache.list_unexecuted(filter_uris=paths):
        logger.info("running %d chapters", len(stale))
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # kernels side by side share the processors
        progress = logging.getLogger("chapters")
        progress.setLevel(logging.INFO)  # each chapter is named when it begins and ends
        timeout = app.config.nb_execution_timeout
        done = load_executor("local-parallel", cache, progress).run_and_cache(
            filter_uris=paths, timeout=timeout
        )
        succeeded, excepted, errored = done.succeeded, done.excepted, done.errored
        if errored:  # no cell raised: a kernel did not start, or another process held the cache
            logger.info("running %d chapters once more, one by one", len(errored))
            again = load_executor("local-serial", cache, progress).run_and_cache(
                filter_uris=errored, timeout=timeout
            )
            succeeded += again.succeeded
            excepted, errored = excepted + again.excepted, again.errored
        for path in succeeded:
            join_streams(cache, path)
        failed = [f"{path}: {cache.get_project_record(path).traceback}" for path in excepted]
        failed += [f"{path}: not run, though no cell raised; the error is above" for path in errored]
        if failed:
            raise ExtensionError("\n".join(failed))


def join_streams(cache, path):
    """Make one output of what a cell of a run chapter printed in pieces.

    A kernel sends what was printed when its timer rings, and a page shows each piece as a block of its own.
    MyST-NB's ``nb_merge_streams`` would end the line after each, so a page would have an empty line where the
    timer rang between a line and its end.
    """
    record = cache.get_cached_project_nb(path)
    notebook = cache.get_cache_bundle(record.pk).nb
    for cell in notebook.cells:
        outputs = []
        for output in cell.get("outputs", ()):
            if outputs and output.output_type == "stream" and output.name == outputs[-1].get("name"):
                outputs[-1].text += output.text
            else:
                outputs.append(output)
        if outputs:
            cell.outputs = outputs
    # MyST-NB looks for the notebook that a page folds, the next build for the one that stands in the folder.
    for one in (notebook, folded(copy.deepcopy(notebook))):
        bundle = CacheBundleIn(one, path, data=record.data)
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def folded(notebook):
    """A notebook whose code a page folds."""
    for cell in notebook["cells"]:
        tags = cell["metadata"].setdefault("tags", [])
        if cell["cell_type"] == "code" and HIDDEN.isdisjoint(tags):
            tags.append("hide-input")
    return notebook
