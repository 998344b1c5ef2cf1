"""Networks in files that Python pickled, PyTorch's among them, without PyTorch and without unpickling."""

from __future__ import annotations

import io
import os

from ..arrays import Unreadable, archive, opened
from .names import LIMITS, NAMES, flat
from .notes import said, say
from .pickles import Tensor, unpickled

MAGIC = 0x1950A86A20F9469CFC6C  # of PyTorch before 1.6


def read_pickled(path):
    """The arrays of a pickle, or of what ``torch.save`` wrote, by name.

    Parameters
    ----------
    path : path
        A state_dict, arrays in dicts and lists, or a dict that has one of these beside other things.

    Returns
    -------
    dict of str to array

    Raises
    ------
    Foreign
        If it holds a module, or anything else but arrays and plain values.
    FileNotFoundError, Unreadable, ValueError
        If it is not there, or damaged.
    """
    path = os.fspath(path)
    with opened(path) as (file, size):
        if file.read(2) == b"PK":
            return _named(_zipped(path))
        file.seek(0)
        stream = io.BytesIO(file.read(size))
    value = unpickled(stream)
    return _named(_old(stream) if type(value) is int and value == MAGIC else value)


def of_objects(stream, where):
    """What an array of objects of NumPy's holds, a pickle in an ``.npy``."""
    try:
        return unpickled(io.BytesIO(stream.read()))
    except ValueError as error:
        raise Unreadable(f"{where}: pickled, and {error}") from None


def _zipped(path):
    """What a file of PyTorch 1.6 or later holds."""
    with archive(path) as (zipped, entries):
        sizes = {entry.filename: entry.file_size for entry in entries}
        name = next(name for name in sizes if _is_pickle(name))
        folder = name.removesuffix("data.pkl")
        if sizes[name] > LIMITS["pickle"]:
            raise ValueError(f"a pickle of {sizes[name]:,} bytes; at most {LIMITS['pickle']:,} are read")
        if f"{folder}byteorder" in sizes and zipped.read(f"{folder}byteorder") != b"little":
            raise ValueError("its numbers have their highest byte first")
        value = unpickled(io.BytesIO(zipped.read(name)))
        read = {}  # two tensors may share one storage
        for storage in _storages(value):
            place = f"{folder}data/{storage.key}"
            if sizes.get(place) != storage.size:
                raise ValueError(f"its storage {storage.key[:20]!r} is not as large as it claims")
            read[place] = read[place] if place in read else zipped.read(place)
            storage.data = read[place]
        return value


def _is_pickle(name):
    return name == "data.pkl" or name.endswith("/data.pkl")


def is_torch(entries):
    """Whether these entries of a zip are a file of PyTorch's."""
    return any(_is_pickle(entry.filename) for entry in entries)


def _old(stream):
    """What a file of PyTorch before 1.6 holds, whose magic number has been read."""
    version, system, value, keys = (unpickled(stream) for _ in range(4))
    if version != 1001 or not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ValueError("a file of PyTorch's of a version that is unknown")
    storages = {}
    for storage in _storages(value):
        storages.setdefault(storage.key, []).append(storage)
    for key in keys if isinstance(keys, list) else ():
        count, same = int.from_bytes(stream.read(8), "little"), storages.pop(key, None)
        if same is None or any(one.count != count for one in same):
            raise ValueError("a storage that no tensor has, or of another size than it claims")
        data = stream.read(same[0].size)
        for one in same:
            one.data = data
            if len(data) != one.size:
                raise ValueError("cut short")
    if storages:
        raise ValueError("cut short: a tensor has no numbers")
    return value


def _storages(value):
    """The storages of all tensors."""
    found, todo = {}, [value]
    while todo:
        one = todo.pop()
        if isinstance(one, Tensor):
            found[id(one.storage)] = one.storage
        elif isinstance(one, (dict, list, tuple)):
            todo += one.values() if isinstance(one, dict) else one
    return found.values()


def _named(value):
    """The arrays by name; where a dict has them in one of its entries, those."""
    if isinstance(value, dict) and not any(_is_array(one) for one in value.values()):
        inside = [key for key, one in value.items() if _has_arrays(one)]
        if any(key in NAMES["biases"] for key in inside):  # beside a list of weights
            return flat(value)
        chosen = [key for key in NAMES["checkpoint"] if key in inside] or inside
        if chosen and (len(inside) == 1 or chosen[0] in NAMES["checkpoint"]):
            more = [str(key) for key in value if key != chosen[0]]
            if more:
                say(said("inside", chosen[0]), said("passed_over", *more))
            return _named(value[chosen[0]])
    return flat(value)


def _is_array(value):
    return getattr(value, "ndim", 0) > 0


def _has_arrays(value):
    """Whether a dict or a list holds arrays itself."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(_is_array(one) for one in inside)
