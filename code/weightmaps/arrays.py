"""Arrays from files that nobody vouches for: `.npy` and `.npz`, without pickles, in bounded memory."""

from __future__ import annotations

import math
import os
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager

import numpy as np

LIMIT = 1 << 30  # bytes, of a file and of what it holds
ENTRIES = 1000  # in an archive; a network of 100 layers has 201
DIRECTORY = 1 << 20  # bytes, of an archive's list of its entries
HEADER = 10_000  # bytes, of an array's header; NumPy's own limit
CHUNK = 1 << 20
DEFLATE = 1032  # no byte of a deflated entry can become more than this many
MAGIC = b"\x93NUMPY"
END = b"PK\x05\x06"  # the record at the end of every zip, 22 bytes and a comment
TAIL = 22 + (1 << 16)

CONVERT = """. Where you trust it:
  old = numpy.load({path!r}, allow_pickle=True)
  numpy.{save}"""

# What zipfile is seen to raise, beside ValueError, for an archive that is damaged or something else.
ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(KeyError, OverflowError, MemoryError),
)


class Unreadable(ValueError):
    """A file that cannot be used: damaged, too large, of another format, or no file at all."""


class Pickled(Unreadable):
    """A file of pickled Python objects, which could run code when opened, and so never is."""


def read_npy(path, *, limit=LIMIT, objects=None):
    """Read the array in an ``.npy`` file.

    Parameters
    ----------
    path : path
    limit : int
        The most bytes that the file may have.
    objects : function, optional
        As for :func:`read_npz`.

    Returns
    -------
    array
        Of numbers, booleans or text, with the shape and type that the file gives.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Unreadable
        If the file is no ``.npy``, is damaged or larger than `limit`, or holds pickled objects (`Pickled`).
        What its header claims is held against the bytes that are there before any memory is taken.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> np.save(f"{folder.name}/three.npy", np.arange(3))
    >>> read_npy(f"{folder.name}/three.npy")
    array([0, 1, 2])
    >>> folder.cleanup()
    """
    path = os.fspath(path)
    try:
        with opened(path, limit=limit) as (stream, size):
            return _array(stream, size, path, objects)
    except Pickled as error:
        lines = CONVERT.format(path=path, save="save('plain.npy', numpy.array(old.tolist()))")
        raise Pickled(f"{error}{lines}") from None


def read_npz(path, *, limit=LIMIT, objects=None):
    """Read every array in an ``.npz`` archive.

    Parameters
    ----------
    path : path
    limit : int
        The most bytes that the file may have, and that its arrays may have together.
    objects : function, optional
        What makes something of the bytes of an array of objects; without it there is none (`Pickled`).

    Returns
    -------
    dict of str to array
        Entries in the archive's order, without the ending ``.npy`` of their names.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Unreadable
        If the file is no ``.npz``, is damaged, encrypted or larger than `limit`, holds an entry twice, one
        that is no array or inflates to more than it claims, or holds pickled objects (`Pickled`).

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> np.savez(f"{folder.name}/two.npz", images=np.zeros((2, 784)), labels=[4, 2])
    >>> {name: array.shape for name, array in read_npz(f"{folder.name}/two.npz").items()}
    {'images': (2, 784), 'labels': (2,)}
    >>> folder.cleanup()
    """
    path = os.fspath(path)
    found = {}
    try:
        with archive(path, limit=limit) as (zipped, entries):
            for entry in entries:
                name, where = entry.filename.removesuffix(".npy"), f"{path}: entry {shown(entry.filename)}"
                if name == entry.filename:
                    raise Unreadable(f"{where} is no array (its name does not end in .npy)")
                with zipped.open(entry) as member:
                    found[name] = _array(member, entry.file_size, f"{path}: entry {shown(name)}", objects)
    except Pickled as error:
        each = "savez('plain.npz', **{k: numpy.array(old[k].tolist()) for k in old})"
        raise Pickled(f"{error}{CONVERT.format(path=path, save=each)}") from None
    return found


@contextmanager
def archive(path, *, limit=LIMIT):
    """Open a zip whose bytes nobody vouches for, once its list of entries is seen to be an honest one.

    Parameters
    ----------
    path : path
    limit : int
        The most bytes that it may have, and that its entries may have together.

    Yields
    ------
    zipped : zipfile.ZipFile
    entries : list of zipfile.ZipInfo

    Raises
    ------
    FileNotFoundError, Unreadable
        As :func:`read_npz` does, inside the block too.
    """
    path = os.fspath(path)
    with opened(path, limit=limit) as (stream, size):
        _check_directory(stream, size, path)
        try:
            with zipfile.ZipFile(stream) as zipped:
                entries = zipped.infolist()
                _check_entries(entries, size, limit, path)
                yield zipped, entries
        except Unreadable:
            raise
        except ZIP_ERRORS as error:
            raise Unreadable(f"{path}: a damaged zip file ({str(error)[:100]})") from None


@contextmanager
def opened(path, *, limit=LIMIT):
    """Open a file whose bytes nobody vouches for, and give it with its size.

    Parameters
    ----------
    path : path
    limit : int
        The most bytes that it may have.

    Yields
    ------
    stream : binary file
    size : int
        In bytes.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Unreadable
        If it is a folder or a pipe, is empty, has more than `limit` bytes, may not be read, or ceases to be
        readable while it is.
    """
    path = os.fspath(path)
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise Unreadable(f"{path}: a folder; name the file in it")
        if not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for somebody to write to it
            raise Unreadable(f"{path}: no ordinary file; copy what it holds into one")
        with open(path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size == 0:
                raise Unreadable(f"{path}: an empty file; write or download it again")
            if size > limit:
                raise Unreadable(f"{path}: {size:,} bytes; at most {limit:,} are read")
            yield stream, size
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file") from None
    except OSError as error:
        raise Unreadable(
            f"{path}: cannot be read ({error.strerror or error}); check its permissions"
        ) from None


def shown(text):
    """A name that came from a file, quoted, and cut where it is long.

    >>> shown("w" * 1000) == repr("w" * 60 + "…")
    True
    """
    text = str(text)
    return repr(text if len(text) <= 60 else text[:60] + "…")


def _array(stream, size, where, objects):
    """The array in a stream of an ``.npy`` file's `size` bytes."""
    start = stream.read(12)
    if start[:6] != MAGIC or len(start) < 12:
        raise Unreadable(f"{where}: no .npy array (it does not begin as one)")
    if start[6] == 1:
        length, rest = int.from_bytes(start[8:10], "little"), start[10:]
    elif start[6] in (2, 3):
        length, rest = int.from_bytes(start[8:12], "little"), b""
    else:
        raise Unreadable(f"{where}: version {start[6]} of .npy is unknown; versions 1 to 3 are read")
    if length > HEADER:
        raise Unreadable(f"{where}: a header of {length:,} bytes; at most {HEADER:,} are read")
    header = rest + stream.read(max(length - len(rest), 0))
    text = header[:length].decode("latin-1")
    if objects and re.search(r"'descr':\s*'\|O'", text):
        return objects(stream, where)
    dtype, shape, fortran = _parsed(text, where)
    wanted, there = math.prod(shape) * dtype.itemsize, size - (12 - len(rest)) - length
    if wanted != there:
        claim = f"its header claims shape {_short(shape)} of {dtype}, {_short(wanted)} bytes"
        raise Unreadable(f"{where}: damaged, {claim}, but {max(there, 0):,} follow")
    try:
        array = np.empty(shape, dtype, order="F" if fortran else "C")
    except (ValueError, MemoryError) as error:
        raise Unreadable(f"{where}: shape {_short(shape)} of {dtype} is no array ({error})") from None
    _fill(array.reshape(-1, order="A").view(np.uint8), stream, where)
    return array


def _parsed(header, where):
    """The dtype, the shape, and whether columns come first; read without evaluating anything."""
    descr = re.search(r"'descr':\s*(?:'([^']{1,20})'|\[)", header)
    order = re.search(r"'fortran_order':\s*(True|False)", header)
    shape = re.search(r"'shape':\s*\(\s*((?:\d{1,18}\s*,\s*){0,31}(?:\d{1,18}\s*)?)\)", header)
    if not (descr and order and shape):
        raise Unreadable(f"{where}: damaged, its header gives no type and shape")
    kind = re.fullmatch(r"[<>=|]?([fiubUSO])\d{0,7}", descr[1] or "a record")
    if kind and kind[1] == "O":
        raise Pickled(f"{where}: pickled Python objects, which could run code; it was not opened")
    try:
        dtype = np.dtype(descr[1]) if kind else None
    except TypeError:  # such as 'f3'
        dtype = None
    if dtype is None or not dtype.itemsize:
        raise Unreadable(f"{where}: its type {shown(descr[1] or 'a record')} is neither numbers nor text")
    return dtype, tuple(map(int, re.findall(r"\d+", shape[1]))), order[1] == "True"


def _fill(flat, stream, where):
    """Read exactly as many bytes as `flat` has, and see that the stream then ends."""
    done = 0
    while done < len(flat):
        chunk = stream.read(min(CHUNK, len(flat) - done))
        if not chunk:
            raise Unreadable(f"{where}: damaged, it ends after {done:,} of {len(flat):,} bytes")
        flat[done : done + len(chunk)] = np.frombuffer(chunk, np.uint8)
        done += len(chunk)
    if stream.read(1):  # which also lets zipfile compare the checksum
        raise Unreadable(f"{where}: damaged, more bytes follow than it claims")


def _check_directory(stream, size, path):
    """Refuse an archive whose list of entries would fill the memory: zipfile reads all of it at once."""
    stream.seek(max(size - TAIL, 0))
    tail = stream.read(TAIL)
    plain = tail[-22:-18] == END and tail[-2:] == b"\0\0"  # where zipfile looks first
    at = len(tail) - 22 if plain else tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        raise Unreadable(f"{path}: not an .npz file, or damaged (no archive ends here)")
    entries, listed = struct.unpack_from("<HI", tail, at + 10)
    locator = tail[max(at - 20, 0) : at]
    if locator[:4] == b"PK\x06\x07":  # a second record, for archives above 4 GB, which PyTorch always writes
        stream.seek(min(struct.unpack_from("<Q", locator, 8)[0], size))
        record = stream.read(56)
        entries, listed = struct.unpack_from("<QQ", record, 32) if len(record) == 56 else (ENTRIES + 1, 0)
    if entries > ENTRIES or listed > DIRECTORY:
        raise Unreadable(f"{path}: an archive of too many entries; at most {ENTRIES:,} are read")
    stream.seek(0)


def _check_entries(entries, size, limit, path):
    """Refuse what no honest archive of arrays has, from its list alone."""
    if len(entries) > ENTRIES:
        raise Unreadable(f"{path}: {len(entries):,} entries; at most {ENTRIES:,} are read")
    seen, total = set(), 0
    for entry in entries:
        name, where = entry.filename, f"{path}: entry {shown(entry.filename)}"
        if name in seen:
            raise Unreadable(f"{where} is there twice")
        if entry.flag_bits & 1:
            raise Unreadable(f"{where} is encrypted; save it without a password")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(f"{where} is compressed in another way than numpy.savez_compressed does")
        if entry.compress_size > size or entry.file_size > entry.compress_size * DEFLATE + CHUNK:
            raise Unreadable(f"{where}: damaged, it claims more bytes than are there")
        seen.add(name)
        total += entry.file_size
    if total > limit:
        raise Unreadable(f"{path}: unpacks to {total:,} bytes; at most {limit:,} are read")


def _short(number):
    """A claimed number or shape, which may have hundreds of digits."""
    text = f"{number:,}" if isinstance(number, int) else str(number)
    return text if len(text) <= 40 else text[:40] + "…"
