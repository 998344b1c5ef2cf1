"""The four files of MNIST: found in a folder or the cache, or downloaded, and always verified."""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import os
import tempfile
import threading
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pooch

SIDE = 28
PIXELS = SIDE * SIDE

# Mirrors compress the files differently, so what is checked is the SHA-256 of each one uncompressed.
CHECKSUMS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
LARGEST = 60_000  # images, or labels, in the largest of the files
TIMEOUT = 15  # seconds without an answer before the next mirror is tried
PATIENCE = 300  # seconds for a whole file: 33 KB a second will do
MOST = 50_000_000  # bytes of a download, more than the largest file has uncompressed


class DataError(ValueError):
    """A data file that is missing, damaged, or not what its name says."""


def read_idx(path):
    """Read one of MNIST's IDX files, plain or gzipped.

    Parameters
    ----------
    path : path
        The file; whether it is gzipped is seen from its first bytes, not from its name.

    Returns
    -------
    array of uint8, shape (n, 28, 28) for images or (n,) for labels
        Pixels from 0 (blank) to 255 (ink), or digits.

    Raises
    ------
    DataError
        If the file is empty, cut short, too long, or not images or labels in IDX form.
    """
    return _read_idx(Path(path))[0]


def _read_idx(path):
    """The array in an IDX file, and the SHA-256 of the whole file uncompressed."""
    try:
        with open(path, "rb") as raw:
            opened = gzip.open if raw.read(2) == b"\x1f\x8b" else open
        with opened(path, "rb") as file:
            header = file.read(4)
            if not header:
                raise DataError(f"{path}: the file is empty; get it again")
            if header not in (b"\0\0\x08\x01", b"\0\0\x08\x03"):
                raise DataError(
                    f"{path}: starts with the bytes {header.hex(' ')}, not with 00 00 08 01 (labels) or "
                    "00 00 08 03 (images); this is no IDX file of MNIST: get it again"
                )
            sizes = file.read(4 * header[3])
            shape = tuple(np.frombuffer(sizes[: len(sizes) // 4 * 4], ">u4").tolist())
            if len(shape) < header[3]:
                raise DataError(f"{path}: cut short inside its header; get it again")
            if not 1 <= shape[0] <= LARGEST or shape[1:] not in ((), (SIDE, SIDE)):
                raise DataError(
                    f"{path}: its header says shape {shape}, but MNIST's are (n,) or (n, 28, 28), "
                    f"n from 1 to {LARGEST}; get it again"
                )
            # One byte more than the header promises shows a file too long, and no gzip bomb can swell.
            content = file.read(math.prod(shape) + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path}: its gzip data is damaged or cut short ({error}); get it again") from error
    if len(content) != math.prod(shape):
        problem = "more" if len(content) > math.prod(shape) else f"only {len(content)}"
        raise DataError(
            f"{path}: its header promises {math.prod(shape)} bytes and it holds {problem}; get it again"
        )
    digest = hashlib.sha256(header + sizes)
    digest.update(content)
    return np.frombuffer(content, np.uint8).reshape(shape), digest.hexdigest()


def _verified(path, name):
    """The array in the file, once its checksum has shown that it is the MNIST file of this name."""
    array, digest = _read_idx(path)
    if digest != CHECKSUMS[name]:
        raise DataError(
            f"{path}: uncompressed it has SHA-256 {digest}, but MNIST's {name} has {CHECKSUMS[name]}; "
            "get it again"
        )
    return array.reshape(len(array), -1) if array.ndim == 3 else array


def cache_folder():
    """Where this user's cache has MNIST, or will have it; ``WEIGHTMAPS_CACHE`` moves it."""
    cache = os.environ.get("WEIGHTMAPS_CACHE") or pooch.os_cache("weightmaps")
    return Path(cache).expanduser() / "mnist"


def places(folder, name):
    """The files that can hold this part of MNIST, of those that exist."""
    names = (name, name.replace("-idx", ".idx"))  # some unpackers write a dot
    return [path for one in names for path in (folder / one, folder / f"{one}.gz") if path.is_file()]


def from_folder(folder):
    """MNIST from a folder that the user named, which is read and never changed.

    Parameters
    ----------
    folder : Path
        Holds the four files, plain or ``.gz``.

    Returns
    -------
    dict
        A ``uint8`` array under each name in `CHECKSUMS`: images ``(n, 784)``, labels ``(n,)``.

    Raises
    ------
    DataError
        If a file is missing, or is not the MNIST file of its name.
    """
    missing = [name for name in CHECKSUMS if not places(folder, name)]
    if missing:
        problem = "lacks" if folder.is_dir() else "is no folder, so it lacks"
        raise DataError(
            f"{folder}: {problem} {', '.join(missing)} (plain or .gz); add what is missing, or name no "
            "folder (neither here nor in WEIGHTMAPS_MNIST) and MNIST is downloaded"
        )
    try:
        return {name: _verified(places(folder, name)[0], name) for name in CHECKSUMS}
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read ({error})") from error


def from_cache(*, progress=True):
    """MNIST from the cache of this user; what it lacks, or holds damaged, is downloaded.

    Parameters
    ----------
    progress : bool
        Show a bar while downloading.

    Returns
    -------
    dict
        As `from_folder`.

    Raises
    ------
    DataError
        If no mirror gives a file, or the cache cannot be written.
    """
    folder = cache_folder()
    files = {}
    for name in CHECKSUMS:
        for path in places(folder, name):
            try:
                files[name] = _verified(path, name)
                break
            except DataError:
                with suppress(OSError):  # somebody else may have been sooner, or the cache is read-only
                    path.unlink()  # half a download, say: the cache is ours to heal
            except OSError:
                pass  # gone since it was listed, say: as if it had not been there
        else:
            files[name] = _download(name, folder, progress)
    return files


class _Bounded(io.BytesIO):
    """Takes what a mirror sends, until that is too much or nobody waits for it any more."""

    waited_for = True

    def write(self, data):
        if not self.waited_for or self.tell() + len(data) > MOST:
            raise DataError(f"sent more than {MOST:,} bytes, which no file of MNIST has")
        return super().write(data)


def _fetched(url, progress):
    """The bytes that a mirror sends, or what went wrong."""
    content, answers, wrong = _Bounded(), [], []
    hooks = {"response": lambda answer, **_: answers.append(answer)}
    download = pooch.HTTPDownloader(progressbar=progress, timeout=TIMEOUT, hooks=hooks)

    def fetch():
        try:
            download(url, content, None)
        except Exception as error:  # whatever a mirror can do wrong is for the next to make good
            wrong.append(error)
        for answer in answers:  # pooch leaves the connection open where something was wrong
            answer.close()

    # A time-out is for silence alone: who sends a byte a second is left by not waiting any longer.
    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    try:
        thread.join(PATIENCE)
        if thread.is_alive():
            raise DataError(f"sent {content.tell():,} bytes in {PATIENCE} seconds and was not done")
    finally:
        content.waited_for = False
    if wrong:
        # requests wraps a refused connection in many words; its reason is the part to read.
        (error,) = wrong
        raise DataError(str(getattr(error.args[0], "reason", error) if error.args else error))
    return content.getvalue()


def _download(name, folder, progress):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A name of its own until it is verified: nobody ever finds half a file under the real one.
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            part, reasons = Path(scratch) / f"{name}.gz", []
            for mirror in MIRRORS:
                try:
                    part.write_bytes(_fetched(f"{mirror}{name}.gz", progress))
                    array = _verified(part, name)
                except DataError as error:
                    reasons.append(f"  {mirror}: {error}".replace(f"{part}: ", ""))
                    continue
                os.replace(part, folder / part.name)
                return array
    except OSError as error:
        raise DataError(
            f"{folder}: the cache cannot be written ({error}); name another in WEIGHTMAPS_CACHE"
        ) from error
    raise DataError(
        "\n".join([f"{name}.gz: no mirror gave this file of MNIST:", *reasons])
        + "\nOnly training on the full set needs it; all else works with the images that ship, "
        f"load_sample(). To add it by hand, put the files {', '.join(CHECKSUMS)} (plain or .gz) in {folder}, "
        "or in a folder that WEIGHTMAPS_MNIST names."
    )
