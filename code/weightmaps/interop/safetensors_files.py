"""The format safetensors: a length, a header in JSON, and the tensors one after another."""

from __future__ import annotations

import math
import os

import numpy as np

from ..arrays import Unreadable, opened, shown
from .json_text import parsed
from .names import LIMITS

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read_safetensors(path):
    """Read every tensor of a ``.safetensors`` file.

    Parameters
    ----------
    path : path

    Returns
    -------
    tensors : dict of str to array
        In the order of the file. ``F16`` and ``BF16`` become ``float32``, exactly.
    metadata : dict of str to str

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    Unreadable
        If the file is damaged or another, has tensors that overlap or do not fill it, or of other types
        than ``F64``, ``F32``, ``F16``, ``BF16``. No memory is taken before all claims have been compared
        with its size.
    """
    path = os.fspath(path)
    with opened(path) as (stream, size):
        length = int.from_bytes(stream.read(8), "little")
        if size < 10 or length > min(LIMITS["safetensors_header"], size - 8):
            raise Unreadable(f"{path}: no .safetensors file, or damaged (its header does not fit)")
        try:
            header = parsed(stream.read(length))
        except ValueError as error:
            raise Unreadable(f"{path}: no .safetensors file, or damaged (its header: {error})") from None
        metadata = header.pop("__metadata__", {}) if isinstance(header, dict) else None
        if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
            raise Unreadable(f"{path}: damaged, its header or its metadata is no object of text")
        if len(header) > LIMITS["entries"]:
            raise Unreadable(f"{path}: {len(header):,} tensors; at most {LIMITS['entries']:,} are read")
        places = {name: _place(entry, f"{path}: tensor {shown(name)}") for name, entry in header.items()}
        end = 0
        places = dict(sorted(places.items(), key=lambda item: item[1][2:]))
        for name, (_, _, start, stop) in places.items():
            if start != end:
                raise Unreadable(f"{path}: tensor {shown(name)} overlaps another, or leaves a gap before it")
            end = stop
        if end != size - 8 - length:
            raise Unreadable(f"{path}: damaged, tensors of {end:,} bytes, but {size - 8 - length:,} follow")
        tensors = {}
        for name, (dtype, shape, start, _) in places.items():
            stream.seek(8 + length + start)
            flat = np.fromfile(stream, DTYPES[dtype], math.prod(shape))
            if len(flat) != math.prod(shape):
                raise Unreadable(f"{path}: tensor {shown(name)}: the file ends before it does")
            if dtype == "BF16":  # the first half of a float32
                flat = (flat.astype("<u4") << 16).view("<f4")
            tensors[name] = (flat.astype(np.float32) if dtype == "F16" else flat).reshape(shape)
        return tensors, metadata


def _place(entry, where):
    """The type, shape, and bytes from and to, of one tensor, which agree."""
    try:
        dtype, shape, (start, stop) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        whole = all(type(number) is int and 0 <= number < 1 << 48 for number in (*shape, start, stop))
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole or len(shape) > 8:
        raise Unreadable(f"{where}: damaged, its header gives no type, shape and place")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise Unreadable(f"{where} is of type {shown(dtype)}; {', '.join(DTYPES)} are read")
    if start > stop or stop - start != math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize:
        raise Unreadable(f"{where}: damaged, shape {list(shape)} of {dtype} is not {stop - start:,} bytes")
    return dtype, shape, start, stop
