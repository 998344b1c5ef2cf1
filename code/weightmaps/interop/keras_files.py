"""Networks in Keras' files: HDF5, which h5py reads, the zip of Keras 3, and TensorFlow.js."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import numpy as np

from ..arrays import Unreadable, archive, opened
from .build import from_names
from .errors import KERAS, not_opened
from .fold import Stack
from .json_text import parsed
from .keras_models import add_layer
from .names import LIMITS

WEIGHTS = "model.weights.h5"
TFJS = {"float32": "<f4", "int32": "<i4", "uint8": "<u1", "uint16": "<u2", "float16": "<f2"}
H5PY = """\
  import h5py, numpy
  found = {{}}
  with h5py.File({path!r}) as file:
      file.visititems(lambda name, one: found.update({{name: one[()]}}) if hasattr(one, 'shape') else None)
  numpy.savez('plain.npz', **{{name.replace('/', '.'): one for name, one in found.items()}})
where h5py is installed (pip install h5py): then the file is read as it is, too"""


def read_h5(path, activations, transpose):
    """A network in HDF5: of a whole model, or of weights alone."""
    try:
        import h5py
    except ImportError:
        raise not_opened(path, "an HDF5 file, which h5py reads", H5PY) from None
    with opened(path), _hdf5(path), h5py.File(path) as file:  # the first of which checks its size
        config = file.attrs.get("model_config")
        arrays = _arrays(h5py, file.get("model_weights", file))
    if config is not None:
        config = config.decode() if isinstance(config, bytes) else str(config)
        return _configured(parsed(config.encode()), arrays, activations)
    if any("batch_normalization" in name for name in arrays):
        raise ValueError("weights alone, with those of a BatchNormalization: save the whole model, as .keras")
    return from_names(_renamed(arrays), activations, transpose)


def read_keras(path, activations, transpose):
    """A network in a `.keras` file."""
    try:
        import h5py
    except ImportError:
        raise not_opened(path, "a Keras file, which h5py reads", KERAS) from None
    with archive(path) as (zipped, entries):
        if WEIGHTS not in {entry.filename for entry in entries}:
            raise ValueError(f"it has no entry {WEIGHTS}")
        config, weights = zipped.read("config.json"), io.BytesIO(zipped.read(WEIGHTS))
    with _hdf5(path), h5py.File(weights) as file:
        arrays = _arrays(h5py, file)
    return _configured(parsed(config), arrays, activations)


class _hdf5:
    """What h5py raises for a damaged file, as this package's error."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if kind and issubclass(
            kind, (OSError, RuntimeError, KeyError, TypeError, MemoryError, AttributeError)
        ):
            raise Unreadable(f"{self.path}: a damaged HDF5 file ({str(error)[:100]})") from None


def _arrays(h5py, file):
    """Every array of a file but an optimiser's, by its path."""
    found, total = {}, 0
    todo = [("", file)]
    while todo:
        where, group = todo.pop(0)
        for key in group:
            kind = group.get(key, getlink=True)
            if not isinstance(kind, h5py.HardLink) or key.startswith("optimizer"):
                continue  # a link to another file, or round in a circle
            path, one = f"{where}/{key}".lstrip("/"), group[key]
            if isinstance(one, h5py.Group):
                if path.count("/") < LIMITS["depth"]:
                    todo.append((path, one))
            elif one.dtype.kind in "fiub" and len(found) < LIMITS["entries"]:
                total += one.size * one.dtype.itemsize
                if total > LIMITS["hdf5"] or one.external:
                    raise Unreadable(f"{path[:60]!r} is larger than is read, or lies in another file")
                found[path] = one[()]
        if len(todo) > LIMITS["entries"]:
            raise Unreadable("more groups than a network has")
    return found


def _renamed(arrays):
    """Keras 3 numbers a layer's arrays: the first is its kernel, the second its bias."""
    kinds = {"0": "kernel", "1": "bias"}

    def rename(name):
        return re.sub(r"/vars/([01])$", lambda found: f"/{kinds[found[1]]}", name)

    return {rename(name): array for name, array in arrays.items()}


def _configured(config, arrays, activations):
    """The network of a model's own description of itself, and its arrays by path."""
    stack, counts = Stack(), {}
    for kind, options in _layers(config):
        name = str(options.get("name", ""))
        snake = re.sub(r"(?<!^)(?=[A-Z][a-z])", "_", kind).lower()
        count = counts[snake] = counts.get(snake, -1) + 1
        counted = f"{snake}_{count}" if count else snake
        own = next((some for some in (_of(arrays, name), _of(arrays, counted)) if some), [])
        add_layer(stack, kind, options, own)
    return stack.network(activations)


ORDER = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "mean", "variance", "count")


def _of(arrays, layer):
    """The arrays of the layer of this name, in Keras' order."""
    found = []
    for path, array in arrays.items():
        *folders, last = path.split("/")
        if layer in folders:
            last = last.partition(":")[0]
            found.append(
                (ORDER.index(last) if last in ORDER else int(last) if last.isdecimal() else 99, array)
            )
    return [array for _, array in sorted(found, key=lambda one: one[0])]


def _layers(config):
    """The layers of a model's description, as (class, options)."""
    if not isinstance(config, dict):
        raise ValueError("its description of the model is damaged")
    inner = config.get("config", config)
    layers = inner if isinstance(inner, list) else inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(layers, list):
        raise ValueError("its description of the model has no layers")
    for layer in layers:
        kind, options = (layer.get("class_name"), layer.get("config")) if isinstance(layer, dict) else (0, 0)
        if not isinstance(kind, str) or not isinstance(options, dict):
            raise ValueError("its description of the model is damaged")
        if kind in ("Sequential", "Functional", "Model"):
            yield from _layers(layer)
        else:
            yield kind, options
    outputs = inner.get("output_layers") if isinstance(inner, dict) else None
    if isinstance(outputs, list) and len(outputs) != 1 and isinstance(outputs[0], list):
        raise ValueError("its model has several outputs; only one stack of layers is shown here")


def is_keras(entries):
    """Whether these entries of a zip are a model of Keras 3."""
    return {"config.json", WEIGHTS} <= {entry.filename for entry in entries}


def read_tfjs(data, path, activations):
    """A network of TensorFlow.js: its ``model.json``, and the files beside it that this names."""
    arrays = {}
    for group in data["weightsManifest"]:
        parts = []
        for name in group["paths"]:
            file = Path(path).parent / os.path.basename(str(name))
            with opened(file) as (stream, size):
                parts.append(stream.read(size))
        body, at = b"".join(parts), 0
        for one in group["weights"]:
            shape, how = one["shape"], one.get("quantization", {})
            dtype = np.dtype(TFJS[how.get("dtype", one["dtype"])])
            if not all(type(n) is int and n >= 0 for n in shape) or len(shape) > 8:
                raise ValueError("a tensor without a shape")
            count = int(np.prod([float(n) for n in shape])) if shape else 1
            if count * dtype.itemsize > len(body) - at:
                raise ValueError("its files are shorter than it claims")
            array = np.frombuffer(body, dtype, count, at).reshape(shape)
            if "scale" in how:
                array = array * np.float32(how["scale"]) + np.float32(how.get("min", 0))
            arrays[str(one["name"])] = array
            at += count * dtype.itemsize
    topology = data.get("modelTopology")
    model = topology.get("model_config", topology) if isinstance(topology, dict) else None
    if model is None:
        return from_names(arrays, activations)
    return _configured(model, arrays, activations)
