"""Networks in ONNX, against the reference evaluator that onnx has; where it is installed."""

import numpy as np
import pytest

from weightmaps import interop
from weightmaps.network import NotANetwork

onnx = pytest.importorskip("onnx")
RNG = np.random.default_rng(0)
W1, B1, W2, B2, Q = (RNG.random(s).astype(np.float32) + 0.1 for s in ((6, 5), 5, (5, 3), 3, 5))
CHAINS = {
    "gemm": (
        [("Gemm", "x a b", {"transB": 1}), ("Relu", "0", {}), ("Gemm", "1 c d", {}), ("Softmax", "2", {})],
        {"a": W1.T.copy(), "b": B1, "c": W2, "d": B2},
    ),
    "matmul": (
        [
            *(
                ("Div", "x k", {}),
                ("MatMul", "0 a", {}),
                ("Add", "1 b", {}),
                ("LeakyRelu", "2", {"alpha": 0.2}),
            ),
            *(("BatchNormalization", "3 b q q q", {}), ("MatMul", "4 c", {}), ("Add", "d 5", {})),
        ],
        {"k": np.float32(255), "a": W1, "b": B1, "c": W2, "d": B2, "q": Q},
    ),
}


def written(path, nodes, arrays):
    make, floats = onnx.helper, onnx.TensorProto.FLOAT
    made = [
        make.make_node(kind, inputs.split(), [str(i) if i + 1 < len(nodes) else "y"], **how)
        for i, (kind, inputs, how) in enumerate(nodes)
    ]
    ends = [make.make_tensor_value_info(name, floats, [None, n]) for name, n in (("x", 6), ("y", 3))]
    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    onnx.save(make.make_model(make.make_graph(made, "g", ends[:1], ends[1:], tensors)), path)
    return path


@pytest.mark.parametrize("chain", CHAINS)
def test_a_chain_gives_what_the_reference_gives(chain, tmp_path):
    from onnx.reference import ReferenceEvaluator

    path = written(tmp_path / "net.onnx", *CHAINS[chain])
    X = RNG.random((9, 6)).astype(np.float32)
    with interop.heard():
        network = interop.read(path)
    (expected,) = ReferenceEvaluator(str(path)).run(None, {"x": X})
    np.testing.assert_allclose(network.forward(X).a[-1], expected, rtol=1e-5)


def test_what_is_no_chain_of_dense_layers(tmp_path):
    conv = [("Conv", "x a", {})]
    with pytest.raises(NotANetwork, match=r"Conv '' is not shown here"):
        interop.read(written(tmp_path / "net.onnx", conv, {"a": np.ones((1, 1, 3, 3), np.float32)}))
    apart = [("Gemm", "x a", {}), ("Gemm", "x a", {})]
    with pytest.raises(NotANetwork, match="does not follow the operation before it"):
        interop.read(written(tmp_path / "net.onnx", apart, {"a": W1}))
    whole = written(tmp_path / "net.onnx", *CHAINS["gemm"]).read_bytes()
    for end in range(1, len(whole) - 60, 7):  # what follows the graph may be missing
        (tmp_path / "cut.onnx").write_bytes(whole[:end])
        with interop.heard(), pytest.raises(NotANetwork, match=r"cut\.onnx"):
            interop.read(tmp_path / "cut.onnx")
