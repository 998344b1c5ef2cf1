"""Networks in ONNX and in MATLAB's files, where the libraries that read these are installed."""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Unreadable, opened, shown
from .build import from_names
from .errors import not_opened
from .fold import Stack
from .names import LIMITS
from .notes import say

ONNX = """\
  import numpy, onnx
  from onnx import numpy_helper
  graph = onnx.load({path!r}).graph
  numpy.savez('plain.npz', **{{one.name: numpy_helper.to_array(one) for one in graph.initializer}})
where onnx is installed (pip install onnx): then the file is read as it is, too"""
MAT = """\
  import numpy, scipy.io
  old = scipy.io.loadmat({path!r})
  numpy.savez('plain.npz', **{{name: array for name, array in old.items() if name[0] != '_'}})
where SciPy is installed (pip install scipy): then the file is read as it is, too"""
OPERATIONS = {
    **{
        "Relu": "relu",
        "Sigmoid": "sigmoid",
        "Tanh": "tanh",
        "Softmax": "softmax",
        "LogSoftmax": "log_softmax",
    },
    **{"LeakyRelu": "leaky_relu", "Elu": "elu", "Gelu": "gelu"},
}
WITHOUT_EFFECT = {"Flatten", "Reshape", "Identity", "Dropout", "Cast", "Squeeze", "Unsqueeze"}


def read_mat(path, activations, transpose):
    """The matrices of a `.mat` file."""
    try:
        import scipy.io
    except ImportError:
        raise not_opened(path, "a file of MATLAB's, which SciPy reads", MAT) from None
    with opened(path) as (stream, _):
        if stream.read(10) == b"MATLAB 7.3":
            raise ValueError("of version 7.3; in MATLAB, save it with the option -v7")
        stream.seek(0)
        try:
            found = scipy.io.loadmat(stream)
        except Exception as error:  # whatever a damaged file comes to
            raise Unreadable(f"{path}: a damaged .mat file ({str(error)[:100]})") from None
    plain = {
        k: v for k, v in found.items() if k[:1] != "_" and isinstance(v, np.ndarray) and v.dtype.kind in "fiu"
    }
    network = from_names(plain, activations, transpose)
    say("MATLAB numbers an image's pixels by columns, and labels from 1: in its course, 10 is the digit 0")
    return network


def read_onnx(path, activations, transpose):
    """A network in ONNX: a chain of dense layers and activations."""
    try:
        import onnx
    except ImportError:
        raise not_opened(path, "an ONNX file, which onnx reads", ONNX) from None
    with opened(path, limit=LIMITS["hdf5"]) as (stream, size):
        try:
            graph = onnx.load_model_from_string(stream.read(size)).graph
        except Exception as error:  # whatever a damaged file comes to
            raise Unreadable(f"{path}: a damaged .onnx file ({str(error)[:100]})") from None
    arrays = {one.name: _tensor(onnx, one) for one in graph.initializer}
    stack, given = Stack(), next((one.name for one in graph.input if one.name not in arrays), None)
    for node in graph.node:
        how = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
        if node.op_type == "Constant":
            arrays[node.output[0]] = _tensor(onnx, how["value"]) if "value" in how else np.zeros(())
            continue
        if given not in node.input:
            raise ValueError(
                f"{_called(node)} does not follow the operation before it; only one chain is shown here"
            )
        try:
            _add(stack, node, how, [None if one == given else arrays[one] for one in node.input if one])
        except KeyError as error:
            raise ValueError(f"{_called(node)} takes {error}, which is no constant") from None
        given = node.output[0]
    return stack.network(activations)


def _tensor(onnx, tensor):
    """The array of a tensor, its claims compared with its bytes."""
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise ValueError(f"its tensor {shown(tensor.name)} lies in another file")
    if math.prod(tensor.dims) > LIMITS["hdf5"] or any(n < 0 for n in tensor.dims):
        raise ValueError(f"its tensor {shown(tensor.name)} is larger than is read")
    try:
        return onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, RuntimeError) as error:
        raise ValueError(f"its tensor {shown(tensor.name)} is damaged ({str(error)[:100]})") from None


def _add(stack, node, how, inputs):
    """Put an operation on a stack; of its inputs, None is what the one before gives."""
    kind, more = node.op_type, [one for one in inputs if one is not None]
    if kind == "Gemm" and inputs[0] is None and len(more) and not how.get("transA"):
        weights = more[0] if how.get("transB") else more[0].T
        stack.dense(how.get("alpha", 1.0) * weights)
        if len(more) > 1:
            stack.biases[-1] = how.get("beta", 1.0) * np.broadcast_to(more[1].ravel(), weights.shape[:1])
    elif kind == "MatMul" and len(more) == 1 and more[0].ndim == 2:
        stack.dense(more[0].T if inputs[0] is None else more[0])
    elif kind == "Add" and len(more) == 1 and stack.names and stack.names[-1] is None:
        stack.biases[-1] = stack.biases[-1] + more[0].ravel()
    elif kind in ("Add", "Sub", "Mul", "Div") and len(more) == 1 and inputs[0] is None:
        by = more[0].ravel() if more[0].size > 1 else more[0].item()
        scale, shift = {"Add": (1.0, by), "Sub": (1.0, -by), "Mul": (by, 0.0), "Div": (1 / by, 0.0)}[kind]
        stack.scale(scale, shift, _called(node))
    elif kind == "BatchNormalization" and len(more) == 4:
        gamma, beta, mean, var = more
        scale = gamma / np.sqrt(var + how.get("epsilon", 1e-5))
        stack.scale(scale, beta - mean * scale, _called(node))
    elif kind in OPERATIONS and how.get("approximate", b"none") == b"none":
        number = f":{how['alpha']:.7g}" if kind in ("LeakyRelu", "Elu") and "alpha" in how else ""
        stack.activation(OPERATIONS[kind] + number, _called(node))
    elif kind not in WITHOUT_EFFECT:
        raise ValueError(
            f"{_called(node)} is not shown here: a network is a chain of Gemm or MatMul, and activations"
        )


def _called(node):
    return f"{str(node.op_type)[:40]} {str(node.name)[:40]!r}"
