"""Arrays out of a pickle, without unpickling it: an interpreter of the opcodes that build arrays.

Nothing is imported and nothing is called but the functions of this module: they make arrays, dicts, lists and
numbers. Any other opcode or global is an error that names it. The browser's ``pickle.js`` does the same.
"""

from __future__ import annotations

import math
import pickletools
import re
import warnings

import numpy as np

from ..arrays import shown
from .names import LIMITS, NAMES

STORAGES = NAMES["storages"]
MARK = object()


class Foreign(ValueError):
    """A pickle of something else than arrays, dicts, lists, numbers and text.

    Attributes
    ----------
    whole : bool
        Whether it is all of it, and not a part.
    """

    def __init__(self, name, whole):
        super().__init__(f"it asks for {shown(name)}, which is no array")
        self.whole = whole


class Global(str):
    """The name of something that a pickle asks for."""


class Storage:
    """Numbers of PyTorch's, which lie elsewhere in the file; `data` is filled in when they are found."""

    def __init__(self, kind, key, count):
        self.kind, self.key, self.count, self.data = kind, key, count, None

    @property
    def size(self):
        """Bytes."""
        return self.count * (2 if self.kind == "bf" else int(self.kind[1]))


class Tensor:
    """A tensor of PyTorch's: a view of a storage."""

    def __init__(self, storage, offset, shape, strides):
        counts = (offset, *shape, *strides)
        if len(shape) != len(strides) or len(shape) > 8 or not all(map(_is_count, counts)):
            raise ValueError("a tensor without a shape and strides")
        last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
        count = math.prod(shape)
        if count and (count > storage.count or last >= storage.count):
            raise ValueError(f"a tensor of shape {shown(shape)} in a storage of {storage.count} numbers")
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides
        self.ndim = len(shape)

    def __array__(self, dtype=None, copy=None):
        if not math.prod(self.shape):
            return np.zeros(self.shape, np.float32)
        kind = self.storage.kind
        flat = np.frombuffer(self.storage.data, "<u2" if kind == "bf" else f"<{kind}")
        strides = [step * flat.itemsize for step in self.strides]
        array = np.lib.stride_tricks.as_strided(flat[self.offset :], self.shape, strides, writeable=False)
        return (array.astype("<u4") << 16).view("<f4") if kind == "bf" else array


def _is_count(number):
    return type(number) is int and 0 <= number < 1 << 48


class Shell:
    """A NumPy array, or a dtype, before its state is known."""

    def __init__(self, kind=None):
        self.kind = kind


def unpickled(stream):
    """What a pickle of arrays says.

    Parameters
    ----------
    stream : io.BytesIO
        In memory, since a pickle may claim any length of what follows. It is read to the pickle's end.

    Returns
    -------
    dict, list, tuple, array, Tensor, number, text or None

    Raises
    ------
    Foreign
        If it asks for anything but arrays of NumPy and PyTorch.
    ValueError
        If it is damaged, or holds what no saved network has.

    Examples
    --------
    >>> import io, pickle
    >>> unpickled(io.BytesIO(pickle.dumps({"W1": np.ones((2, 3)), "epochs": 9})))["W1"].shape
    (2, 3)
    >>> unpickled(io.BytesIO(pickle.dumps(print)))
    Traceback (most recent call last):
        ...
    weightmaps.interop.pickles.Foreign: it asks for 'builtins.print', which is no array
    """
    stack, memo = [], {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape that Python does not know, in a name or a text
            for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
                if count > LIMITS["opcodes"]:
                    raise ValueError(f"a pickle of more than {LIMITS['opcodes']:,} steps")
                if opcode.name == "STOP":
                    return stack.pop()
                _step(opcode.name, argument, stack, memo)
    except Foreign:
        raise
    except (
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        MemoryError,
        RecursionError,
    ) as error:
        raise ValueError(f"a damaged pickle ({str(error)[:100]})") from None
    raise ValueError("a damaged pickle (it has no end)")


def _step(name, argument, stack, memo):
    if name in LITERALS:
        stack.append(argument)
    elif name in CONSTANTS:
        stack.append(CONSTANTS[name]())
    elif name in ("PROTO", "FRAME"):
        pass
    elif name == "MARK":
        stack.append(MARK)
    elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
        memo[argument] = stack[-1]
    elif name == "MEMOIZE":
        memo[len(memo)] = stack[-1]
    elif name in ("BINGET", "LONG_BINGET", "GET"):
        stack.append(_once(memo[argument]))
    elif name == "GLOBAL":
        stack.append(_global(argument.replace(" ", ".", 1), stack))
    elif name == "STACK_GLOBAL":
        last, module = _typed(stack.pop(), str), _typed(stack.pop(), str)
        stack.append(_global(f"{module}.{last}", stack))
    elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
        count = int(name[-1])
        stack[-count:] = [(*stack[-count:],)]
    elif name in ("TUPLE", "LIST", "DICT"):
        items = _since_mark(stack)
        stack.append({"TUPLE": tuple, "LIST": list, "DICT": _pairs}[name](items))
    elif name in ("APPEND", "APPENDS"):
        items = _since_mark(stack) if name == "APPENDS" else [stack.pop()]
        _typed(stack[-1], list).extend(items)
    elif name in ("SETITEM", "SETITEMS"):
        items = _since_mark(stack) if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
        _typed(stack[-1], dict).update(_pairs(items))
    elif name == "BINPERSID":
        stack.append(_storage(stack.pop()))
    elif name == "REDUCE":
        arguments, function = _typed(stack.pop(), tuple), stack.pop()
        stack.append(_made(_typed(function, Global), arguments))
    elif name == "BUILD":
        state = stack.pop()
        stack[-1] = _built(stack[-1], state)
    else:
        raise Foreign(f"opcode {name}", _is_whole(stack))


LITERALS = {
    *("BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "BINFLOAT", "FLOAT"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "UNICODE", "STRING", "BINSTRING", "SHORT_BINSTRING"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}
CONSTANTS = {
    **{"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "NONE": lambda: None},
    **{"NEWTRUE": lambda: True, "NEWFALSE": lambda: False},
}


def _since_mark(stack):
    at = next((i for i in reversed(range(len(stack))) if stack[i] is MARK), None)
    if at is None:
        raise ValueError("no mark")
    items = stack[at + 1 :]
    del stack[at:]
    return items


def _pairs(items):
    if len(items) % 2 or not all(type(key) in (str, int) for key in items[::2]):
        raise ValueError("a dict whose keys are neither text nor numbers")
    return dict(zip(items[::2], items[1::2], strict=True))


def _typed(value, kind):
    if type(value) is not kind:
        raise ValueError(f"a {kind.__name__.lower()} was expected")
    return value


def _once(value):
    """Something that is used again: never a container, so that none lies within itself."""
    nested = type(value) is tuple and any(type(one) in (tuple, list, dict) for one in value)
    if nested or type(value) in (list, dict) or value is MARK:
        raise ValueError("it uses one list or dict twice, as no saved network does")
    return value


def _is_whole(stack):
    """Whether nothing has been begun that what comes next would be a part of."""
    return not any(type(one) in (dict, list) for one in stack)


def _global(name, stack):
    name = name.replace("numpy._core.", "numpy.core.").replace("__builtin__.", "builtins.")
    module, _, last = name.rpartition(".")
    if name not in GLOBALS and not (module == "torch" and last in STORAGES):
        raise Foreign(name, _is_whole(stack))
    return Global(name)


def _storage(said):
    kind, cls, key, _, count = _typed(said, tuple)[:5]
    last = _typed(cls, Global).rpartition(".")[2]
    if kind != "storage" or last not in STORAGES or type(key) not in (str, int) or not _is_count(count):
        raise ValueError("a storage that says neither type nor size")
    if len(said) > 5 and said[5] is not None:
        raise ValueError("a storage that is part of another")
    return Storage(STORAGES[last], str(key), count)


def _made(name, arguments):
    """The result of one of the few functions that are known, which are these."""
    if name == "collections.OrderedDict":
        pairs = arguments[0] if arguments else []
        return _pairs([one for pair in pairs for one in pair])
    if name in ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor"):
        storage, offset, shape, strides = arguments[:4]
        return Tensor(_typed(storage, Storage), offset, _typed(shape, tuple), _typed(strides, tuple))
    if name == "torch._utils._rebuild_parameter":
        return _typed(arguments[0], Tensor)
    if name == "torch.Size":
        return _typed(arguments[0], tuple)
    if name == "numpy.core.multiarray._reconstruct":
        return Shell()
    if name == "numpy.dtype":
        return Shell(_typed(arguments[0], str))
    if name == "numpy.core.multiarray.scalar":
        return _array(arguments[0], (), False, arguments[1]) if len(arguments) > 1 else None
    if name == "numpy.core.numeric._frombuffer":
        data, kind, shape, order = arguments
        return _array(kind, shape, order == "F", bytes(data))
    if name == "_codecs.encode":
        return _typed(arguments[0], str).encode("latin-1")
    return None  # a device, which says where a tensor was


GLOBALS = {
    *("collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor"),
    *("torch._utils._rebuild_parameter", "torch.Size", "torch.device", "_codecs.encode"),
    *("numpy.ndarray", "numpy.dtype", "numpy.core.multiarray._reconstruct"),
    *("numpy.core.multiarray.scalar", "numpy.core.numeric._frombuffer"),
}


def _built(value, state):
    """What BUILD makes of an array, a dtype, or a dict, whose attributes are of no interest."""
    if isinstance(value, dict):
        return value
    shell = _typed(value, Shell)
    if shell.kind is None:
        _, shape, kind, fortran, data = _typed(state, tuple)
        return _array(kind, shape, fortran, data)
    if state[1] == ">":
        shell.kind = f">{shell.kind}"
    return shell


def _array(kind, shape, fortran, data):
    """An array of the bytes that a pickle holds; of an array of objects, a list of these."""
    kind = _typed(kind, Shell).kind
    shape = (shape,) if type(shape) is int else _typed(shape, tuple)
    if not re.fullmatch(r">?[<=|]?[fiubUSO]\d{0,7}", kind):
        raise ValueError("an array of something else than numbers and text")
    if "O" in kind and type(data) is list:
        return data
    if type(data) is str:  # Python 2's
        data = data.encode("latin-1")
    dtype = np.dtype(kind)
    if dtype.kind == "O" or not all(map(_is_count, shape)) or len(shape) > 8:
        raise ValueError("an array without bytes, or without a shape")
    if type(data) not in (bytes, bytearray) or math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"an array of shape {shown(shape)} that has another number of bytes")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
