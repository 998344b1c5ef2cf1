"""interop without other libraries: names, and every refusal."""

import io
import json
import os
import pickle
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from network_files import lines_of, npy, npz, objects, torch_file, zipped
from trained_networks import classifier, sample
from weightmaps import interop
from weightmaps.interop.build import from_names
from weightmaps.network import Network, NotANetwork

SIZES = (6, 5, 4, 3)  # no two are equal, so a transposition fails


def toy(*sizes):
    """Random weights and biases; square ones only where the sizes say so."""
    rng = np.random.default_rng(0)
    sizes = sizes or SIZES
    weights = [rng.normal(size=(o, i)) for i, o in pairwise(sizes)]
    return weights, [rng.normal(size=len(w)) for w in weights]


def same(found, expected):
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_from_arrays_takes_lists_columns_and_names_of_others():
    weights, biases = toy()
    network = interop.from_arrays(
        [w.tolist() for w in weights], [b[:, None] for b in biases], ["Logistic", "relu", "linear"]
    )
    assert network.activations == ("sigmoid", "relu", "identity")
    consists_of(network, weights, biases)
    half = interop.from_arrays([w.astype(np.float16) for w in weights], biases, "relu,relu,softmax")
    assert half.weights[0].dtype == np.float32


W, B = toy()


def consists_of(network, weights=W[:2], biases=B[:2]):
    same(network.weights, weights)
    same(network.biases, biases)


@pytest.mark.parametrize(
    ("weights", "biases", "activations", "says"),
    [
        (
            W,
            B,
            None,
            r"the 3 activations are not named.*activations='sigmoid,sigmoid,softmax'; there are: sig",
        ),
        (
            [W[0].T, *W[1:]],
            B,
            "relu,relu,relu",
            r"biases\[0\] has 5 values for the 6 .*weights \(6, 5\), bias",
        ),
        (W, [*B[:2], np.zeros(4)], "relu,relu,relu", r"biases\[2\] has 4 values for the 3 neurons .*layer 3"),
        ([W[0], W[2]], [B[0], B[2]], "relu,relu", r"weights\[1\] takes 4 inputs, but the layer below has 5"),
        (W, B[:2], "relu,relu,relu", "biases has 2 vectors and weights has 3"),
        (W, B, "relu,relu", "activations has 2 names for 3 layers"),
        (W, B, "relu,relu,mish", "unknown activation 'mish'; there are"),
        (W, B, [1, 2, 3], "activations must be names"),
        (W, B, '["relu"', "activations must be names"),
        (W, B, "[" * 100_000, "activations must be names"),
        ([[[1, 2], [3]]], [[0, 0]], "relu", r"weights\[0\] has rows of unequal lengths"),
        ([np.full((2, 2), np.nan)], [[0, 0]], None, "holds NaN or infinity"),
        ([np.eye(2)] * 101, [np.zeros(2)] * 101, None, "at most 100 layers"),
        ([], [], "relu", "weights is empty"),
    ],
)
def test_from_arrays_refuses(weights, biases, activations, says):
    with pytest.raises(ValueError, match=says):
        interop.from_arrays(weights, biases, activations)


def test_missing_activations_come_with_the_accuracy_of_each():
    model = classifier("tanh")
    with pytest.raises(interop.ActivationsMissing) as caught:
        interop.from_arrays([w.T for w in model.coefs_], model.intercepts_)
    images, labels = sample()
    told = str(caught.value.with_evidence(images, labels))
    share = f"{(model.predict(images) == labels).mean():6.1%}"
    assert told.splitlines()[1] == "Accuracy on these 5,000 images with each choice:"
    assert f"{share}  tanh,softmax" in told
    assert len(told.splitlines()) == 6


def test_one_output_becomes_two_of_which_one_is_its_sigmoid():
    weights, biases = toy(4, 3, 1)
    network = interop.from_arrays(weights, biases, "relu,sigmoid")
    two = interop.two_outputs(network)
    X = np.random.default_rng(1).normal(size=(50, 4))
    one = network.forward(X).a[-1][:, 0]
    np.testing.assert_allclose(two.forward(X).a[-1], np.stack([1 - one, one], 1), atol=1e-15)
    for wrong in (two, interop.from_arrays(weights, biases, "relu,identity")):
        with pytest.raises(ValueError, match="two_outputs wants one sigmoid"):
            interop.two_outputs(wrong)
    best = interop.activations_by_accuracy(weights, biases, X, (one > 0.5).astype(int))[0]
    assert best == (("relu", "sigmoid"), 1.0)


NAMES = {
    "numbered": (["W1", "b1", "W2", "b2", "W3", "b3"], False),
    "shuffled": (["b3", "W2", "b1", "W3", "W1", "b2"], False),
    "to ten": (["w9", "b9", "w10", "b10", "w11", "b11"], False),
    "torch": (["0.weight", "0.bias", "2.weight", "2.bias", "10.weight", "10.bias"], False),
    "torch, nested": (["net.fc1.weight", "net.fc1.bias", "net.fc2.weight", "net.fc2.bias"], False),
    "torch, named": (
        ["input.weight", "input.bias", "hidden.weight", "hidden.bias", "end.weight", "end.bias"],
        False,
    ),
    "numpy": (["arr_0", "arr_1", "arr_2", "arr_3", "arr_4", "arr_5"], False),
    "letters": (["Wxh", "bxh", "Whh", "bhh", "Why", "bhy"], False),
    "letters, with others": (["Wx", "bh", "Wh", "by"], False),
    "letters of layers": (["wab", "b_ab", "who", "b_ho"], False),
    "words": (["weights_hidden", "biases_hidden", "weights_output", "biases_output"], False),
    "words, joined": (["hiddenWeights", "hiddenBias", "lastWeights", "lastBias"], False),
    "data parallel": (
        ["module.fc1.weight", "module.fc1.bias", "module.fc2.weight", "module.fc2.bias"],
        False,
    ),
    "scikit-learn": (["coefs_0", "intercepts_0", "coefs_1", "intercepts_1"], True),
    "keras": (["dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0"], True),
}


@pytest.mark.parametrize("convention", NAMES)
def test_names_are_paired(convention):
    names, inputs_first = NAMES[convention]
    weights, biases = toy(*SIZES[: len(names) // 2 + 1])
    stored = [w.T if inputs_first else w for w in weights]
    ordered = sorted(names, key=lambda n: (n[1:], n[0] == "b")) if convention == "shuffled" else names
    entries = dict(zip(ordered, (a for pair in zip(stored, biases, strict=True) for a in pair), strict=True))
    network = from_names({name: entries[name] for name in names}, ["relu"] * len(weights))
    consists_of(network, weights, biases)


def test_what_a_layer_has_not_is_nought_and_that_is_said():
    weights, biases = toy(*SIZES[:3])
    for names in (("0.weight", "1.weight", "1.bias"), ("W1", "W2", "b2")):
        entries = dict(zip(names, (*weights, biases[1]), strict=True))
        with interop.heard() as notes:
            network = from_names(entries, "relu,relu")
        same(network.biases, [np.zeros(5), biases[1]])
        assert notes == ["there are no biases for layer 1, so they are 0 there"]
    with interop.heard() as notes:
        assert not np.any(interop.from_arrays(weights, activations="relu,relu").biases[0])
    assert notes == ["there are no biases, so they are 0"]


def turned(arrays):
    return [w.T for w in arrays]


KEPT = {  # what people keep in a file, as {name: array}, and what is said of it
    "inputs first": ({"W1": W[0].T, "b1": B[0], "W2": W[1].T, "b2": B[1]}, "transposed"),
    "inputs first, rows": ({"W1": W[0].T, "b1": B[0][None], "W2": W[1].T, "b2": B[1][None]}, "transposed"),
    "inputs first, unnamed": (
        {"arr_0": W[0].T, "arr_1": B[0][:, None], "arr_2": W[1].T, "arr_3": B[1]},
        "transposed",
    ),
    "columns, unnamed": (
        {"arr_0": W[0], "arr_1": B[0][:, None], "arr_2": W[1], "arr_3": B[1][:, None]},
        None,
    ),
    "a column of biases": (
        {"Theta1": np.column_stack([B[0], W[0]]), "Theta2": np.column_stack([B[1], W[1]])},
        "first column of each",
    ),
    "a row of biases": (
        {"W1": np.vstack([W[0].T, B[0]]), "W2": np.vstack([W[1].T, B[1]])},
        "transposed; the last row of each",
    ),
    "numbers": (
        {"W1": W[0], "b1": B[0], "W2": W[1], "b2": B[1], "accuracy": np.float32(0.9), "loss": np.ones(9)},
        "passed over: accuracy, loss",
    ),
    "sizes": (
        {"layer_sizes": np.array([6, 5, 4]), "w_0": W[0], "b_0": B[0], "w_1": W[1], "b_1": B[1]},
        "passed over: layer_sizes",
    ),
    "optimiser": (
        {"W1": W[0], "b1": B[0], "W2": W[1], "b2": B[1], "mW1": W[0], "v_W1": W[0], "W2_velocity": W[1]},
        "passed over: mW1, v_W1, W2_velocity",
    ),
    "text": (
        {"W1": W[0], "b1": B[0], "W2": W[1], "b2": B[1], "author": np.array("me"), "by": np.array(b"me")},
        "passed over: author, by",
    ),
}


@pytest.mark.parametrize("kept", KEPT)
def test_what_is_unambiguous_is_read_and_said(kept, tmp_path):
    entries, says = KEPT[kept]
    np.savez(tmp_path / "kept.npz", **entries)
    with interop.heard() as notes:
        network = interop.read(tmp_path / "kept.npz", "tanh,softmax")
    consists_of(network)
    assert len(notes) == (says is not None)
    assert says is None or says in notes[0]


def test_square_matrices_are_taken_as_they_are_unless_somebody_says_otherwise(tmp_path):
    square, biases = toy(4, 4, 4)
    np.savez(tmp_path / "square.npz", W1=square[0], b1=biases[0], W2=square[1], b2=biases[1])
    with interop.heard() as notes:
        same(interop.read(tmp_path / "square.npz", "relu,relu").weights, square)
    assert "fit another way round too; rows were taken for neurons" in notes[0]
    same(interop.read(tmp_path / "square.npz", "relu,relu", transpose=False).weights, square)
    same(interop.read(tmp_path / "square.npz", "relu,relu", transpose=True).weights, turned(square))
    kernels = {"a/kernel": square[0], "a/bias": biases[0]}
    same(from_names(kernels, "relu").weights, [square[0].T])


def test_a_note_points_at_the_line_that_called():
    with pytest.warns(interop.Note, match="no biases") as caught:
        interop.from_arrays(W, activations="relu,relu,relu")
    assert caught[0].filename == __file__


def test_activations_in_several_texts(tmp_path):
    entries = {"W0": W[0], "b0": B[0], "W1": W[1], "b1": B[1]}
    texts = {"activation0": np.array("tanh"), "activation1": np.array("softmax")}
    assert from_names(entries | texts).activations == ("tanh", "softmax")
    assert from_names(entries | {"act": np.array(["tanh", "softmax"])}).activations == ("tanh", "softmax")
    del entries["W1"], entries["b1"]
    with interop.heard() as notes, pytest.raises(interop.ActivationsMissing):
        from_names(entries | texts)
    assert notes == ["passed over: activation0, activation1"]


def test_pairs_and_nested_names_of_arrays():
    pairs = list(zip(W, B, strict=True))
    flax = {"params": {f"Dense_{i}": {"kernel": w.T, "bias": b} for i, (w, b) in enumerate(pairs)}}
    listed = {"weights": [w.tolist() for w in W], "biases": [b.tolist() for b in B]}
    for given in (pairs, flax, listed):
        network = interop.from_arrays(given, activations="relu,relu,softmax")
        consists_of(network, W, B)
    deep = entries = {}
    for _ in range(30):
        entries["a"] = {}
        entries = entries["a"]
    with pytest.raises(ValueError, match="nested deeper than 20"):
        interop.from_arrays(deep)


def test_arrays_that_python_pickled(tmp_path):
    """Whatever the protocol, the container, the order of bytes."""
    named = {
        "W1": W[0],
        "b1": B[0].astype(">f8"),
        "W2": np.asfortranarray(W[1]),
        "b2": B[1],
        "n": np.float32(3),
    }
    files = {f"{k}.pkl": pickle.dumps({"net": named, "epoch": 3}, k) for k in range(6)}
    files["lists.npz"] = npz(weights=objects(*W[:2]), biases=objects(*B[:2]))
    files["lists.npy"] = npy(objects(W[0], B[0], W[1], B[1]))
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        with interop.heard():
            network = interop.read(tmp_path / name, "relu,softmax")
        consists_of(network)


@pytest.mark.parametrize("old", [False, True])
def test_state_dicts_without_torch(old, tmp_path):
    arrays = {"module.0.weight": W[0], "module.0.bias": B[0], "module.2.weight": W[1], "module.2.bias": B[1]}
    for around in (None, "state_dict", "mine"):
        data = torch_file(arrays, old=old, around=around, location="cuda:0")
        (tmp_path / "net.pth").write_bytes(data)
        with interop.heard() as notes:
            network = interop.read(tmp_path / "net.pth", "relu,softmax")
        consists_of(network)
        assert notes == ([f"the network is in the entry {around}", "passed over: epoch"] if around else [])


def test_a_folder_of_arrays_is_one_network(tmp_path):
    for name, array in {"W1": W[0], "b1": B[0], "W2": W[1], "b2": B[1]}.items():
        np.save(tmp_path / f"{name}.npy", array)
        (tmp_path / "text").mkdir(exist_ok=True)
        np.savetxt(tmp_path / "text" / f"{name}.csv", array, delimiter=",", fmt="%.17g")
    for folder in (tmp_path, tmp_path / "text"):
        network = interop.read(folder, "relu,softmax")
        consists_of(network)
    for kind, arrays in (("weights", W[:2]), ("biases", B[:2])):
        for form in ("lists", "archives"):
            (tmp_path / form).mkdir(exist_ok=True)
        np.save(tmp_path / "lists" / f"{kind}.npy", objects(*arrays))
        np.savez(
            tmp_path / "archives" / f"{kind}.npz", **{f"{kind[0]}{i}": one for i, one in enumerate(arrays)}
        )
    for folder in ("lists", "archives"):
        network = interop.read(tmp_path / folder, "relu,softmax")
        consists_of(network)
    (tmp_path / "archives" / "biases.npz").rename(tmp_path / "archives" / "other.npz")
    with pytest.raises(NotANetwork, match=r"a folder without arrays .*; name the file in it"):
        interop.read(tmp_path / "archives", "relu,softmax")
    (tmp_path / "text" / "W1.csv").write_text("1,2\n3\n")
    with pytest.raises(NotANetwork, match=r"W1\.csv: no rows of equally many numbers"):
        interop.read(tmp_path / "text", "relu,softmax")


def test_a_file_of_weights_and_one_of_biases(tmp_path):
    """As they come: the same names in both, texts that are JSON, other files beside them."""
    lists = {"weights": [w.tolist() for w in W[:2]], "biases": [b.tolist() for b in B[:2]]}
    (tmp_path / "notes.txt").write_text("no numbers\n")
    for shape in (
        lambda kind, one: one,
        lambda kind, one: {f"{kind}_{i}": inner for i, inner in enumerate(one)},
        lambda kind, one: {f"syn_weights_{i}": json.dumps(inner) for i, inner in enumerate(one)},
    ):
        for kind, arrays in lists.items():
            (tmp_path / f"{kind}.json").write_text(json.dumps(shape(kind, arrays)))
        with interop.heard() as notes:
            network = interop.read(tmp_path, "relu,softmax")
        consists_of(network)
    said = "text that was JSON itself was read as such: syn_weights_0, syn_weights_1"
    assert notes == [said, said]
    with interop.heard() as notes:
        interop.read(tmp_path / "weights.json", "relu,softmax")
    assert notes[0].startswith("'biases.json' lies beside it: to read both, give their folder")
    for kind in lists:
        (tmp_path / f"{kind}.json").write_text("{")
    with pytest.raises(NotANetwork, match=r"biases\.json: no JSON"):
        interop.read(tmp_path, "relu,softmax")


def neurons(i, more=0):
    """A layer as a list of neurons, each its bias and its weights; and with weights that nothing uses."""
    return [[[b], [*w, *[0.5] * more]] for w, b in zip(W[i].tolist(), B[i].tolist(), strict=True)]


def test_a_file_a_layer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "net"
    folder.mkdir()
    for turned in (False, True):
        for name, i in (("hidden", 0), ("output", 1)):
            layer = [one[::-1] for one in neurons(i)] if turned else neurons(i)
            (folder / f"{name}_layer.json").write_text(json.dumps(layer))
        network = interop.read(folder, "relu,softmax")
        consists_of(network)
    (folder / "output_layer.json").write_text(json.dumps(neurons(1, 3)))
    with pytest.raises(NotANetwork, match=r"If training used the first 5 of these inputs alone") as error:
        interop.read("net", "relu,softmax")
    exec(lines_of(error.value), {})
    network = interop.read("plain.npz", "relu,softmax")
    consists_of(network)
    (folder / "output_layer.json").unlink()
    with pytest.raises(NotANetwork, match="a folder without arrays"):
        interop.read(folder)


JSON = {
    "by name": {"W1": W[0].tolist(), "b1": B[0].tolist(), "W2": W[1].tolist(), "b2": B[1].tolist()},
    "by name, within": {
        "net": {"W1": W[0].T.tolist(), "b1": B[0].tolist(), "W2": W[1].T.tolist(), "b2": B[1].tolist()}
    },
    "layers": [
        {"weights": W[0].tolist(), "biases": B[0].tolist()},
        {"weights": W[1].tolist(), "biases": B[1].tolist()},
    ],
    "layers, named": {
        "layers": [
            {"neurons": 6, "weights": None, "biases": None},
            {"weights": W[0].tolist(), "bias": B[0][:, None].tolist(), "activation": "tanh"},
            {"weights": W[1].tolist(), "bias": B[1][:, None].tolist(), "activation": "softmax"},
        ]
    },
    "scikit-learn's": {"coefs_": [w.T.tolist() for w in W[:2]], "intercepts_": [b.tolist() for b in B[:2]]},
    "two lists": {"weights": [w.tolist() for w in W[:2]], "biases": [b.tolist() for b in B[:2]]},
    "neurons": {
        "layers": [
            {
                "neurons": [
                    {"weights": w, "bias": b} for w, b in zip(W[0].tolist(), B[0].tolist(), strict=True)
                ]
            },
            {
                "neurons": [
                    {"weights": w, "bias": b} for w, b in zip(W[1].tolist(), B[1].tolist(), strict=True)
                ]
            },
        ]
    },
    "pairs": [[W[0].tolist(), B[0].tolist()], [W[1].tolist(), B[1].tolist()]],
}


@pytest.mark.parametrize("form", JSON)
def test_json_of_other_forms(form, tmp_path):
    (tmp_path / "net").write_text(json.dumps(JSON[form]))
    with interop.heard():
        network = interop.read(tmp_path / "net", None if "named" in form else "tanh,softmax")
    consists_of(network)
    assert network.activations == ("tanh", "softmax")


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({}, "0 matrices and 0 vectors, .*there are no entries"),
        (
            {"conv.weight": np.ones((2, 3, 3, 3))},
            r"'conv\.weight' has shape \(2, 3, 3, 3\), as a convolution's",
        ),
        ({"1.running_mean": np.ones(3)}, "belongs to a batch normalisation"),
        (
            {"rnn.weight_ih_l0": np.ones((8, 3))},
            "belongs to a recurrent layer; .* those after it can be looked at",
        ),
        ({"block.in_proj_weight": np.ones((9, 3))}, "belongs to an attention layer"),
        ({"W": np.ones((2, 2)), "b": np.array([True, False])}, "'b' is bool of shape"),
        (
            {"W1": W[0], "b1": B[0], "b2": B[1]},
            r"1 matrices and 2 vectors, which do not pair.*'W1', 'b1', 'b2'",
        ),
        ({"W.1": np.ones((2, 2)), "W_1": np.ones((2, 2))}, "two entries have the same role"),
    ],
)
def test_names_that_do_not_pair(entries, says):
    with pytest.raises(ValueError, match=says):
        from_names(entries, "relu")


def good(**changes):
    """A file of network2's, as an object of JSON."""
    data = {"sizes": [3, 2], "weights": [[[1, 2, 3], [4, 5, 6]]], "biases": [[[0.5], [1]]], "cost": "C"}
    return json.dumps(data | changes)


def tensors(header, data=b"", length=None):
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def tensor(shape, start, stop, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def torch_zip(opcodes):
    return zipped(zipfile.ZIP_STORED, **{"a/data": b"\x80\x02" + opcodes}).replace(b"data.npy", b"data.pkl")


PT = torch_file({"0.weight": W[0], "0.bias": B[0]}, old=True)
PAIR = {"w": tensor([2, 3], 0, 24), "b": tensor([2], 24, 32)}
FILES = {
    "empty.npz": (b"", "an empty file"),
    "empty.json": (b"", "an empty file"),
    "empty.safetensors": (b"", "an empty file"),
    "text.npz": (b"hello", "no archive ends here"),
    "objects.npz": (npz(weights=np.array([W[0], print], object)), "asks for 'builtins.print'"),
    "array.npy": (npy(W[0]), r"one array of shape \(5, 6\); a network has several.*give their folder"),
    "other.npz": (
        npz(images=np.ones((3, 3)), labels=np.ones(3)),
        "0 matrices and 0 vectors, which do not pair",
    ),
    "script.npz": (npz(**{"<script>alert(1)</script>": np.ones((2, 2, 2))}), "entry '<script>alert"),
    "silent.npz": (
        npz(W1=W[0], b1=B[0]),
        r"activations are not named.*add an entry to the file: numpy\.savez",
    ),
    "mish.npz": (npz(W1=W[0], b1=B[0], activations=["mish"]), "unknown activation 'mish'"),
    "list.json": (b"[1, 2]", "0 matrices and 1 vectors"),
    "number.json": (b" [[[3]]", "no JSON, or damaged"),
    "keras.json": (
        b'{"class_name": "Sequential", "config": []}',
        "a Keras model, without its weights; give the file that holds them",
    ),
    "kernel.json": (
        json.dumps(
            {"fc.weight": np.ones((2, 8)).tolist(), "conv.weight": np.ones((1, 1, 5, 5)).tolist()}
        ).encode(),
        r"entry 'conv\.weight' has more than two dimensions, as a convolution's",
    ),
    "text.json": (b"hello", "no JSON, or damaged"),
    "half.json": (good()[:40].encode(), "no JSON, or damaged"),
    "binary.json": (b"\xff\xfe\x00", "not text in UTF-8"),
    "deep.json": (b"[" * 200, "nested deeper than 20"),
    "very deep.json": (b"[" * 10**6, "nested deeper than 20"),
    "wide.json": (b"[" + b"[]," * 10**6 + b"[]]", "more lists or texts"),
    "texts.json": (json.dumps({str(i): "" for i in range(9999)}).encode(), "more lists or texts"),
    "nan.json": (good(biases=[[float("nan"), 0]]).encode(), "NaN is no number"),
    "infinite.json": (good().replace("0.5", "1e999").encode(), "holds NaN or infinity"),
    "large.json": (good().replace("0.5", "9" * 400).encode(), "a number too large"),
    "larger.json": (good().replace("0.5", "9" * 5000).encode(), "no JSON, or damaged|larger.json"),
    "mixed.json": (good(weights=[[[1, "x" * 10**6, 3], [4, 5, 6]]]).encode(), "a list of rows of numbers"),
    "true.json": (good(biases=[[True, False]]).encode(), "a list of numbers, and nothing else"),
    "ragged.json": (
        good(weights=[[[1, 2, 3], [4, 5]]]).encode(),
        r"weights\[0\] has rows of unequal lengths",
    ),
    "object.json": (good(weights={"a": 1}).encode(), '"weights" must be a list'),
    "deep weights.json": (good(weights=[[[[1]]]]).encode(), "a list of rows of numbers"),
    "no rows.json": (good(weights=[[]]).encode(), "a list of rows of numbers"),
    "empty rows.json": (good(weights=[[[], []]]).encode(), r"weights\[0\] is float64 of shape \(2, 0\)"),
    "sizes.json": (good(sizes=[3, 3]).encode(), r'"sizes" are not \[3, 2\]'),
    "silent.json": (b'{"weights": [[[1]]], "biases": [[1]]}', 'not named.*add to the file: "activations"'),
    "twice.json": (b'{"weights": [[[1]]], "weights": [[[2]]]}', "a name is there twice"),
    "short.safetensors": (b"\x02\0\0\0\0\0\0\0", "its header does not fit"),
    "long header.safetensors": (tensors(PAIR, bytes(32), 1 << 60), "its header does not fit"),
    "no json.safetensors": (tensors("hello"), "its header: no JSON"),
    "list.safetensors": (tensors([1]), "no object of text"),
    "metadata.safetensors": (tensors({"__metadata__": {"a": 1}}), "no object of text"),
    "nothing.safetensors": (tensors({}), "0 matrices and 0 vectors"),
    "silent.safetensors": (tensors(PAIR, bytes(32)), "not named.*metadata: save_file"),
    "truncated.safetensors": (tensors(PAIR, bytes(31)), "tensors of 32 bytes, but 31 follow"),
    "longer.safetensors": (tensors(PAIR, bytes(33)), "tensors of 32 bytes, but 33 follow"),
    "overlap.safetensors": (
        tensors(PAIR | {"b": tensor([2], 20, 28)}, bytes(32)),
        "'b' overlaps another, or leaves a gap",
    ),
    "gap.safetensors": (
        tensors(PAIR | {"b": tensor([2], 28, 36)}, bytes(36)),
        "overlaps another, or leaves a gap",
    ),
    "huge.safetensors": (tensors({"w": tensor([10**6, 10**6], 0, 4 * 10**12)}), "but 0 follow"),
    "lie.safetensors": (tensors({"w": tensor([10**6, 10**6], 0, 32)}, bytes(32)), "is not 32 bytes"),
    "negative.safetensors": (tensors({"w": tensor([-2, -4], 0, 32)}, bytes(32)), "no type, shape and place"),
    "integers.safetensors": (tensors({"w": tensor([4], 0, 32, "I64")}, bytes(32)), "'I64'; F64, F32"),
    "true.safetensors": (tensors({"w": tensor([True], 0, 4)}, bytes(4)), "no type, shape and place"),
    "listed.safetensors": (
        tensors({"w": tensor([1], 0, 4, ["F32"])}, bytes(4)),
        "no type, shape and place|of type",
    ),
    "model.onnx.txt": (b"\x08\x07", r"no format that is read"),
    "model": (b"hello", r"no format that is read, .*there are \.npz"),
    "nothing": (b"", "an empty file"),
    "pickle": (pickle.dumps([1.5]), "0 matrices and 1 vectors"),
    "cut.pkl": (pickle.dumps([W[0]])[:99], "a damaged pickle"),
    "old.pkl": (b"(dp0\nS'W'\np1\n", "a damaged pickle .pickle exhausted"),
    "print.pkl": (pickle.dumps(print), r"asks for 'builtins\.print'(.|\n)*pickle\.load(.|\n)*from_sklearn"),
    "print.joblib": (pickle.dumps([print]), r"asks for 'builtins\.print'(.|\n)*joblib\.load"),
    "whole.pt": (
        torch_zip(b"c__main__\nNet\n)\x81."),
        r"a whole module: it asks for '__main__\.Net'(.|\n)*from_torch",
    ),
    "args.pt": (
        torch_zip(b"}X\1\0\0\0acargparse\nNamespace\n)R."),
        r"'argparse\.Namespace'(.|\n)*torch\.save",
    ),
    "opcode.pkl": (b"\x80\x02}\x81.", "asks for 'opcode NEWOBJ'"),
    "cycle.pkl": (b"\x80\x02]q\0h\0a.", "one list or dict twice"),
    "nested.pkl": (b"\x80\x02" + b"(" * 5000 + b"l" * 5000 + b".", "nested deeper than 20"),
    "keys.pkl": (b"\x80\x02})Ns.", "keys are neither text nor numbers"),
    "long.pkl": (b"\x80\x02" + b"N" * 600_000 + b".", "more than 500,000 steps"),
    "far.pt": (PT.replace(b"J\x1e\0\0\0tQ", b"J\x1f\0\0\0tQ"), "of another size than it claims"),
    "view.pt": (
        PT.replace(b"(J\5\0\0\0J\6\0\0\0t", b"(J\5\0\0\0J\7\0\0\0t"),
        r"of shape '\(5, 7\)' in a storage of 30",
    ),
    "cut.pt": (torch_file({"w": W[0], "b": B[0]}, old=True)[:-9], "cut short"),
    "shape.pkl": (pickle.dumps({"W": W[0]}).replace(b"K\x05K\x06", b"K\x05K\x07"), "another number of bytes"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_network(name, tmp_path):
    data, says = FILES[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(NotANetwork, match=says) as caught:
        interop.read(tmp_path / name)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert str(caught.value).count(str(tmp_path / name)) <= 2  # once, and in the lines that convert
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("ending", [".npz", ".json", ".safetensors", ".pt", ".foo"])
def test_places_that_are_no_file(ending, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        interop.read(tmp_path / f"nowhere{ending}")
    folder = tmp_path / f"folder{ending}"
    folder.mkdir()
    with pytest.raises(NotANetwork, match="a folder without arrays"):
        interop.read(folder)
    os.mkfifo(tmp_path / f"pipe{ending}")
    with pytest.raises(NotANetwork, match="no ordinary file"):
        interop.read(tmp_path / f"pipe{ending}")


def test_pickles_are_never_run(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    file = io.BytesIO()
    np.lib.format.write_array(file, np.array([Bomb()], object))
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w") as archive:
        archive.writestr("weights0.npy", file.getvalue())
    (tmp_path / "bomb.pkl").write_bytes(pickle.dumps(Bomb()))
    for name in ("bomb.npz", "bomb.pkl"):
        for read in (interop.read, Network.load):
            with pytest.raises(NotANetwork):
                read(tmp_path / name)
    assert not (tmp_path / "ran").exists()


def test_a_name_that_python_could_not_escape_is_refused_like_any_other(tmp_path):
    (tmp_path / "odd.pkl").write_bytes(b"ct\\orch\nTensor\n.")
    with pytest.raises(NotANetwork, match="asks for"):
        interop.read(tmp_path / "odd.pkl")


def test_activations_given_come_before_those_of_the_file(tmp_path):
    network = interop.from_arrays(W, B, "relu,relu,identity")
    network.save(tmp_path / "ours.npz")
    np.savez(tmp_path / "theirs.npz", W1=W[0], b1=B[0], activations=["relu"])
    assert interop.read(tmp_path / "ours.npz").activations[-1] == "identity"
    assert interop.read(tmp_path / "ours.npz", "relu,relu,softmax").activations[-1] == "softmax"
    assert interop.read(tmp_path / "theirs.npz", ["tanh"]).activations == ("tanh",)


@pytest.mark.parametrize("name", ["mine", "mine.json", "mine.of.me"])
def test_a_file_is_known_by_its_content(tmp_path, name):
    network = interop.from_arrays(W, B, "relu,relu,identity")
    network.save(tmp_path / name)
    assert repr(interop.read(tmp_path / name)) == repr(network)
    (tmp_path / name).write_bytes(good().encode())
    assert interop.read(tmp_path / name).sizes == (3, 2)
    (tmp_path / name).write_bytes(tensors(PAIR, bytes(32)))
    assert interop.read(tmp_path / name, "relu").sizes == (3, 2)


def test_safetensors_of_half_precision(tmp_path):
    data = np.array([1.5, -2], "<f2").tobytes() + np.array([1.5, -2], "<f4").view("<u2")[1::2].tobytes()
    header = {"w": tensor([2, 1], 0, 4, "F16"), "b": tensor([2], 4, 8, "BF16")}
    (tmp_path / "h.safetensors").write_bytes(tensors(header, data))
    network = interop.read(tmp_path / "h.safetensors", "relu")
    assert network.weights[0].tolist() == [[1.5], [-2]]
    assert network.biases[0].tolist() == [1.5, -2]
    assert network.weights[0].dtype == network.biases[0].dtype == np.float32


@pytest.mark.parametrize(
    ("function", "value", "says"),
    [
        (interop.from_sklearn, 3, "from_sklearn was given a builtins.int; it wants a fitted MLPClassifier"),
        (interop.from_torch, 3, r"it wants a torch\.nn\.Module"),
        (interop.from_keras, 3, r"it wants a keras\.Sequential"),
        (interop.from_nielsen, 3, r"it wants a Network of network\.py"),
    ],
)
def test_objects_of_other_kinds(function, value, says):
    with pytest.raises(ValueError, match=says):
        function(value)


def test_scikit_learns_other_models():
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline

    with pytest.raises(ValueError, match=r"not trained yet; call its fit"):
        interop.from_sklearn(MLPClassifier())
    with pytest.raises(ValueError, match=r"PCA, is no StandardScaler.*from_sklearn\(pipeline\[-1\]\)"):
        interop.from_sklearn(make_pipeline(PCA(), MLPClassifier()))
    with pytest.raises(ValueError, match="LogisticRegression; it wants"):
        interop.from_sklearn(LogisticRegression())


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # that few epochs are few
def test_scikit_learns_pipelines_and_searches():
    from sklearn.model_selection import GridSearchCV
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    X = np.random.default_rng(0).normal(3, 2, size=(90, 5))
    y = np.array(["four", "nine", "ten"])[(X[:, 0] > 3).astype(int) + (X[:, 1] > 3)]
    scaled = make_pipeline(StandardScaler(), MLPClassifier([4], max_iter=20, random_state=0))
    twice = make_pipeline(MinMaxScaler(), "passthrough", StandardScaler(with_mean=False), scaled[-1])
    search = GridSearchCV(scaled, {"mlpclassifier__alpha": [0.1, 1]}, cv=2)
    for model, says in (
        (scaled, "StandardScaler"),
        (twice, "MinMaxScaler and StandardS"),
        (search, "best est"),
    ):
        model.fit(X, y)
        with interop.heard() as notes:
            network = interop.from_sklearn(model)
        np.testing.assert_allclose(network.forward(X).a[-1], model.predict_proba(X), atol=1e-10)
        assert says in notes[0]
        assert notes[-1].startswith("the outputs are the classes four,nine,ten; ")


def test_matlabs_files(tmp_path):
    scipy_io = pytest.importorskip("scipy.io")
    thetas = {
        f"Theta{i + 1}": np.column_stack([b, w]) for i, (w, b) in enumerate(zip(W[:2], B[:2], strict=True))
    }
    scipy_io.savemat(tmp_path / "net.mat", thetas)
    with interop.heard() as notes:
        network = interop.read(tmp_path / "net.mat", "sigmoid,sigmoid")
    consists_of(network)
    assert "first column" in notes[0]
    assert "by columns" in notes[-1]
    (tmp_path / "net.mat").write_bytes((tmp_path / "net.mat").read_bytes()[:200])
    with pytest.raises(NotANetwork, match=r"net\.mat: a damaged \.mat file|0 matrices"):
        interop.read(tmp_path / "net.mat", "sigmoid,sigmoid")


def tfjs(folder, **changes):
    arrays = {"dense/kernel": W[0].T, "dense/bias": B[0], "dense_1/kernel": W[1].T, "dense_1/bias": B[1]}
    (folder / "group.bin").write_bytes(b"".join(a.astype("<f4").tobytes() for a in arrays.values()))
    listed = [{"name": name, "shape": a.shape, "dtype": "float32"} for name, a in arrays.items()]
    kinds = zip(("dense", "dense_1"), ("relu", "softmax"), strict=True)
    dense = [{"class_name": "Dense", "config": {"name": name, "activation": act}} for name, act in kinds]
    model = {"class_name": "Sequential", "config": {"layers": dense}}
    said = {
        "modelTopology": {"model_config": model},
        "weightsManifest": [{"paths": ["group.bin"], "weights": listed}],
    }
    (folder / "model.json").write_text(json.dumps(said | changes))
    return folder / "model.json"


def test_tensorflow_js(tmp_path):
    network = interop.read(tfjs(tmp_path))
    assert network.activations == ("relu", "softmax")
    consists_of(network, [w.astype(np.float32) for w in W[:2]], [b.astype(np.float32) for b in B[:2]])
    assert interop.read(tfjs(tmp_path, modelTopology=None), "tanh,tanh").activations == ("tanh", "tanh")
    layers = [
        {"class_name": "Reshape", "config": {"name": "flat", "target_shape": [6]}},
        {"class_name": "Dense", "config": {"name": "dense", "activation": "relu"}},
        {"class_name": "Dense", "config": {"name": "dense_1", "activation": {"config": "softmax_v2"}}},
    ]
    path = tfjs(tmp_path, modelTopology={"class_name": "Sequential", "config": {"layers": layers}})
    assert interop.read(path).activations == ("relu", "softmax")
    for wrong, says in (({"weightsManifest": [3]}, "a damaged model"), ({"modelTopology": {}}, "no layers")):
        with pytest.raises(NotANetwork, match=says):
            interop.read(tfjs(tmp_path, **wrong))
    path = tfjs(tmp_path)
    (tmp_path / "group.bin").write_bytes(b"123")
    with pytest.raises(NotANetwork, match="shorter than it claims"):
        interop.read(path)
    (tmp_path / "group.bin").unlink()
    with pytest.raises(FileNotFoundError, match=r"group\.bin"):
        interop.read(path)


def test_hdf5_of_weights_alone(tmp_path):
    h5py = pytest.importorskip("h5py")
    for name, kernel, bias in (("net.weights.h5", "vars/0", "vars/1"), ("net.h5", "kernel:0", "bias:0")):
        with h5py.File(tmp_path / name, "w") as file:
            for i, (w, b) in enumerate(zip(W[:2], B[:2], strict=True)):
                layer = f"layers/dense{f'_{i}' if i else ''}"
                file[f"{layer}/{kernel}"], file[f"{layer}/{bias}"] = w.T, b
            file["optimizer/vars/0"] = W[0]
            file["round"] = h5py.SoftLink("/")
        network = interop.read(tmp_path / name, "relu,softmax")
        consists_of(network)
    (tmp_path / "net.h5").write_bytes((tmp_path / "net.h5").read_bytes()[:300])
    with pytest.raises(NotANetwork, match=r"net\.h5: a damaged HDF5 file"):
        interop.read(tmp_path / "net.h5", "relu,softmax")


SOURCES = {
    "net.h": """#define HIDDEN 2  // neurons = 2
static const float w1[HIDDEN][3] = {{1.0f, -2.f, 3e-1f}, {.5f, 0, 6}};
const float b1[2] PROGMEM = {7.0F, 8};
float w2[1][2] = { { 9.f, 1.f }, };
float b2[1] = {0};
""",
    "net.js": """// made by hand
export const w1 = [[1, -2, 0.3], [0.5, 0, 6]]; const b1 = new Float32Array([7, 8]);
const w2 = [
  [9, 1],
], b2 = [0];
""",
    "net.ts": """const net: Net = {
  "w1": [[1, -2, 0.3], [0.5, 0, 6]], b1: [7, 8],
};
export const w2: number[][] = [[9, 1]], b2: number[] = [0];
""",
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_lines_that_convert_the_text_of_a_program(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(SOURCES[name])
    with pytest.raises(NotANetwork, match="arrays in the text of a program") as caught:
        interop.read(name)
    exec(lines_of(caught.value), {})
    network = interop.read("plain.npz", "relu,sigmoid")
    consists_of(network, [[[1, -2, 0.3], [0.5, 0, 6]], [[9, 1]]], [[7, 8], [0]])


@pytest.mark.parametrize("library", ["h5py", "onnx", "scipy.io"])
def test_where_a_library_is_not_there_its_lines_are_printed(library, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    name, start = {"h5py": ("a.h5", b"\x89HDF"), "onnx": ("a.onnx", b"1"), "scipy.io": ("a.mat", b"MATLAB")}[
        library
    ]
    (tmp_path / name).write_bytes(start)
    with pytest.raises(
        NotANetwork, match=r"(?s)which \w+ reads.*  import .*numpy\.savez.*pip install"
    ) as caught:
        interop.read(tmp_path / name)
    compile(lines_of(caught.value), "lines", "exec")
