"""The two readers of network files, Python's and the browser's: one network from both, or from neither."""

import json
import pickle
import random
import re
import shutil

import numpy as np
import pytest

from network_files import npy, npz, objects, safetensors, torch_file
from weightmaps import arrays, interop
from weightmaps.interop.names import NAMES
from weightmaps.network import ACTIVATIONS, Network, NotANetwork
from weightmaps.widgets import bundle
from weightmaps.widgets.still import Engine

FILES = 250  # of each kind
# Names of a layer's weights and biases, by its number and its word.
CONVENTIONS = [
    ("W{n}", "b{n}"),
    ("w_{n}", "B_{n}"),
    ("weights{n}", "biases{n}"),
    ("{n:02}.weight", "{n:02}.bias"),
    ("net.{n}.weight", "net.{n}.bias"),
    ("{word}.weight", "{word}.bias"),
    ("{word}", "{word}.bias"),
    ("{word}_kernel", "{word}_b"),
    ("{word}/kernel:0", "{word}/bias:0"),
    ("kernels_{n}", "biases_{n}"),
    ("coefs_{n}", "intercepts_{n}"),
    ("coef {n} ", " intercept {n}"),
    ("Wx{n}", "bx{n}"),
    ("w{word}", "b{word}"),
    ("hiddenWeights{n}", "hiddenBias{n}"),
    ("Theta{n}", "b{n}"),
    ("model.module.{n}.weight", "model.module.{n}.bias"),
    ("w.{word}", "b.{word}"),
    ("b/{word}/W", "b/{word}/b"),
    ("W/{n}", "bias of {word}"),
    ("arr_{n}", "arr_{m}"),
    ("{n}", "{m}"),
    ("schicht-{word}-Ü/w", "schicht-{word}-ü/b"),
]
WORDS = [
    ["a", "b", "c", "d"],
    ["xh", "hh", "hy", "yy"],
    ["b", "a", "w", "k"],
    ["input", "hidden", "middle", "output"],
    ["one", "two", "three", "four"],
    ["fc9", "fc10", "fc11", "fc100"],
    ["𐐀", "Ａ", "z", "é"],
]


def spelt(rng, name):
    other = {"sigmoid": "logistic", "identity": "linear", "softmax": "log_softmax", "silu": "Swish"}.get(
        name, name
    )
    if name in ("leaky_relu", "elu"):
        other += rng.choice([":0.2", ":1", ":1e-2"])
    return rng.choice([name, name, other, name.upper(), name.capitalize(), f" {name}"])


def activations_of(rng, count):
    """The names as a file gives them: a list or a text; now and then wrong, or none."""
    names = [spelt(rng, rng.choice(list(ACTIVATIONS))) for _ in range(count)]
    kind = rng.randrange(20)
    if kind in (0, 1):
        return None
    if kind == 2:
        names[-1] = rng.choice(
            ["mish", "", "re lu", "toString", "tanh:2", "elu:", "elu:x", "leaky_relu:1e999"]
        )
    if kind == 3:
        names.append("relu")
    return [names, names, ",".join(names), json.dumps(names), f" {json.dumps(names)}"][rng.randrange(5)]


def entries_of(rng, conventions=CONVENTIONS):
    """Named arrays, mostly of a network, in any order."""
    count = rng.choice([1, *[2] * 7, *[3] * 3, 4])
    sizes = [rng.choice([1, 2, 3, 4]) for _ in range(count + 1)]
    weights, biases = rng.choice(conventions)
    words, flip, within = rng.choice(WORDS), rng.random() < 0.2, rng.random() < 0.1
    flip ^= any(word in weights for word in ("kernel", "coef"))
    named = []
    for i in range(count):
        values = np.random.default_rng(rng.randrange(2**32)).normal(size=(sizes[i + 1], sizes[i] + 1))
        w, b = values[:, 1:], values[:, 0]
        one = {"n": 2 * i, "m": 2 * i + 1, "word": words[i]}
        if within:
            named.append((weights.format(**one), np.concatenate([w.T, b[None]]) if flip else values))
            continue
        b = rng.choice([b, b, b, b[:, None], b[None]])
        named += [(weights.format(**one), w.T if flip else w), (biases.format(**one), b)]
    for _ in range(rng.choice([0] * 10 + [1, 1, 2])):
        at = rng.randrange(len(named))
        name, array = named[at]
        match rng.randrange(12):
            case 0:
                del named[at]
            case 1:
                with np.errstate(invalid="ignore"):
                    named[at] = (name, np.rint(array).astype(rng.choice(["i4", "i1", "?", "f2", "i8"])))
            case 2:
                named[at] = (name, np.full(array.shape, rng.choice([np.nan, np.inf, 1e300])))
            case 3:
                named[at] = (name, array[: max(1, len(array) - 1)] if array.ndim else array)
            case 4:
                named.append((f"{name}.running_mean", array))
            case 5:
                named.append((rng.choice(["conv", "scale"]), np.ones((2, 2, 2))))
            case 6:
                named[at] = (rng.choice(["x", name.upper(), name + "1"]), array)
            case 7:
                named.append((rng.choice(["m_{}", "{}/Adam/v", "d{}", "v{}"]).format(name), array))
            case 8:
                named.append((rng.choice(["epochs", "accuracy", "lr\x07", "a" * 99]), np.float64(0.5)))
            case 9:
                named.append((rng.choice(["layer_sizes", "losses"]), np.arange(rng.randrange(4))))
            case 10:
                named += [(f"more{i}", np.float64(i)) for i in range(12)]
            case 11:
                named = [(name, array) for name, array in named if array.ndim > 1] or named
        if not named:
            break
    order = rng.randrange(4)
    if order == 1:
        named.reverse()
    elif order == 2:
        rng.shuffle(named)
    elif order == 3:
        named.sort(key=lambda pair: pair[0])
    return dict(named), activations_of(rng, count)


def an_npz(rng, tmp_path):
    if rng.random() < 0.1:
        path = tmp_path / "own.npz"
        Network([np.ones((3, 2)), np.eye(3)], [np.arange(3.0), np.zeros(3)], ["relu", "softmax"]).save(path)
        return path.read_bytes()
    entries, activations = entries_of(rng)
    layouts = [np.asarray, np.asfortranarray, lambda a: a.astype(a.dtype.newbyteorder(">"))]
    entries = {name: rng.choice(layouts)(array) for name, array in entries.items()}
    if isinstance(activations, list) and rng.random() < 0.2:
        name = rng.choice(["activation{}", "act_{}", "layer{}.activation"])
        entries |= {name.format(i): np.array(one) for i, one in enumerate(activations)}
    elif activations is not None:
        entries["activations"] = np.array(activations if rng.random() < 0.95 else [activations])
    if rng.random() < 0.1:
        entries |= {"images": np.ones((3, 2)), "labels": np.arange(3), "features": np.array(["x", "y"])}
    return npz(**entries)


def a_safetensors(rng, tmp_path):
    entries, activations = entries_of(rng)
    if isinstance(activations, list):
        activations = ",".join(activations)
    with np.errstate(all="ignore"):
        return safetensors(
            entries, activations and {"activations": activations}, rng.choice(["F64", "F32", "F16", "BF16"])
        )


def floats(entries, rng):
    """Only what PyTorch keeps in a file: numbers, no text; some as views of their transpose."""
    kept = {name: array for name, array in entries.items() if array.dtype.kind == "f"}
    return {
        name: rng.choice([np.ascontiguousarray, np.asfortranarray])(array) for name, array in kept.items()
    }


def a_pt(rng, tmp_path):
    entries, _ = entries_of(rng)
    around = rng.choice([None, None, "state_dict", "model", "mine"])
    return torch_file(floats(entries, rng), old=rng.random() < 0.3, around=around)


def a_pkl(rng, tmp_path):
    entries, activations = entries_of(rng, [("W{n}", "b{n}")])
    if activations:
        entries["activations"] = activations
    lists = [[one for name, one in entries.items() if name[0] == kind] for kind in "Wb"]
    value = rng.choice(
        [
            entries,
            {"net": entries, "epoch": 3},
            lists,
            {"weights": lists[0], "biases": lists[1]},
            list(entries.values()),
        ]
    )
    if rng.random() < 0.2:
        return npz(**{name: objects(*one) for name, one in zip(("weights", "biases"), lists, strict=True)})
    return pickle.dumps(value, rng.randrange(2, 6))


def neurons(layer):
    """A layer as a list of its neurons, of as many as there are both weights and biases for."""
    weights, biases = (
        [one] if isinstance(one, float) else one
        for one in (layer.get("weights", []), layer.get("biases", []))
    )
    return [{"weights": w, "bias": b} for w, b in zip(weights, biases, strict=False)]


def nested_json(rng, entries, activations):
    """Other forms in which people write a network down."""
    plain = {name: array.tolist() for name, array in entries.items()}
    layers = [{} for _ in plain]
    for name, one in plain.items():
        number = int("".join(c for c in name if c.isdigit()) or 0) // 2
        layers[number % len(layers)]["weights" if name[0] == "W" else "biases"] = one
    for layer, name in zip(layers, activations or [], strict=False):
        layer["activation"] = name
    layers = [one for one in layers if one]
    lists = {
        "coefs_": [one.get("weights") for one in layers],
        "intercepts_": [one.get("biases") for one in layers],
    }
    pairs = [[[one["bias"], one["weights"]] for one in neurons(layer)] for layer in layers]
    listed = [[[[b], w][:: rng.choice([1, -1])] for b, w in layer] for layer in pairs]
    return rng.choice(
        [
            {name: json.dumps(one) for name, one in plain.items()} | {"by": "[me]", "more": "[[1, "},
            {"net": json.dumps(plain)},
            listed,
            plain | ({"activations": activations} if activations else {}),
            plain | {"epochs": 3, "done": True, "note": None, "by": "me"},
            layers,
            {"layers": [{"neurons": 3, "weights": None}, *layers]},
            {"model": plain},
            lists,
            list(plain.values()),
            [[one.get("weights"), one.get("biases")] for one in layers],
            {"layers": [{"neurons": neurons(one)} for one in layers]},
        ]
    )


def a_json(rng, tmp_path):
    entries, activations = entries_of(rng, [("W{n}", "b{n}")])
    if rng.random() < 0.5:
        listed = activations if isinstance(activations, list) else None
        return json.dumps(nested_json(rng, entries, listed)).encode()
    listed = [(name, array.tolist()) for name, array in sorted(entries.items())]
    data = {
        "weights": [one for name, one in listed if name[0] == "W"],
        "biases": [one for name, one in listed if name[0] != "W"],
    }
    if rng.random() < 0.1:
        return json.dumps(json.dumps(data)).encode()
    if activations is not None and rng.random() < 0.7:
        data["activations"] = activations
    if rng.random() < 0.3:
        shapes = [np.shape(one) for one in data["weights"]]
        sizes = [shape[-1] for shape in shapes[:1] if shape] + [shape[0] for shape in shapes if shape]
        if sizes:
            sizes[0] += rng.choice([0, 0, 0, 1])
        data |= rng.choice([{"sizes": sizes, "cost": "C"}, {"sizes": sizes}, {"cost": "C"}])
    text = json.dumps(data)
    if rng.random() < 0.05:
        text = text.replace("{", '{"weights": [], ', 1)
    return text.encode()


def a_folder(rng, tmp_path):
    """Files of one network: weights and biases in two, or each array, or each layer, in its own."""
    weights = biases = {}
    while not (weights and biases):
        names = rng.choice([[("W{n}", "b{n}")], [("Layer{n}W", "Layer{n}b")], CONVENTIONS])
        entries, _ = entries_of(rng, names)
        weights = {name: array for name, array in entries.items() if array.ndim > 1}
        biases = {name: array for name, array in entries.items() if name not in weights}
    kinds = rng.choice([("weights", "biases"), ("net_W", "net_b")])
    two = dict(zip(kinds, (weights, biases), strict=True))
    match rng.randrange(5):
        case 0:
            return {f"{re.sub(r'[^a-zA-Z0-9]', '_', name)}.npy": npy(one) for name, one in entries.items()}
        case 1:
            return {f"{kind}.npz": npz(**some) for kind, some in two.items()}
        case 2:
            write = rng.choice([list, json.dumps])
            files = {kind: {name: write(one.tolist()) for name, one in some.items() if one.ndim}
                     for kind, some in two.items()}  # fmt: skip
        case 3:
            files = {kind: [one.tolist() for one in some.values()] for kind, some in two.items()}
        case 4:
            pairs = [
                [[[b], w] for b, w in zip(b.ravel().tolist(), w.tolist(), strict=False)]
                for w, b in zip(weights.values(), biases.values(), strict=False)
            ]
            files = {f"layer{k}": one for k, one in enumerate(pairs)}
    return {f"{name}.json": json.dumps(one).encode() for name, one in files.items()}


def python_s(path):
    """Activations, or None where they are not named, float32 numbers and notes; or the words of a refusal."""
    with interop.heard() as notes:
        try:
            network = interop.read(path)
            weights, biases, activations = network.weights, network.biases, list(network.activations)
        except interop.ActivationsMissing as error:
            weights, biases, activations = error.weights, error.biases, None
        except NotANetwork as error:
            return str(error)
    if len(weights) < 2:
        return "no hidden layer"
    with np.errstate(over="ignore"):
        layers = [
            np.concatenate([np.ravel(part).astype("f4") for part in one])
            for one in zip(weights, biases, strict=True)
        ]
    if not all(np.isfinite(layer).all() for layer in layers):
        return "too large for float32"
    return [activations, [list(w.shape) for w in weights], [layer.tolist() for layer in layers], notes]


THEIRS = """(async () => {
    try {
        const all = new Map(Object.entries(files)), [name] = all.keys(), many = together([...all.keys()]);
        const network = many.length
            ? await readTogether(all, many)
            : (await readFile(all.get(name), name)).network;
        return network && [network.activations, network.layers.map((one) => [one.rows, one.columns]),
            network.layers.map((one) => [...one.weights, ...one.biases]), network.said];
    } catch (error) {
        if (error instanceof Refused) return error.message;
        throw error;
    }
})()"""


@pytest.fixture(scope="module")
def engine():
    return Engine(bundle.script("files.js"))


@pytest.mark.parametrize("make", [an_npz, a_safetensors, a_json, a_pt, a_pkl, a_folder])
def test_a_file_is_the_same_network_to_both_or_to_neither(engine, tmp_path, make):
    rng, path = random.Random(make.__name__), tmp_path / "net" / make.__name__.replace("_", ".")
    ends = {"read": 0, "asked": 0, "refused": 0}
    for i in range(FILES):
        data = make(rng, tmp_path)
        files = data if make is a_folder else {path.name: data}
        path.parent.mkdir()
        for name, content in files.items():
            (path.parent / name).write_bytes(content)
        ours = python_s(path.parent if len(files) > 1 else path.parent / next(iter(files)))
        theirs = engine.evaluate(f"await {THEIRS}", files=files)
        shutil.rmtree(path.parent)
        refused = isinstance(ours, str), isinstance(theirs, str) or theirs is None
        assert refused in ((True, True), (False, False)), (i, ours, theirs, data)
        if not refused[0]:
            assert ours == theirs, (i, data)
        ends["refused" if refused[0] else "read" if ours[0] else "asked"] += 1
    nameless = make in (a_pt, a_folder)
    assert ends["asked" if nameless else "read"] > FILES / 6, ends
    del ends["read" if nameless else "asked"]  # a tensor is no text
    assert min(ends.values()) > FILES / 50, ends


def test_the_table_is_that_of_the_mathematics():
    assert set(NAMES["activations"].values()) == set(ACTIVATIONS)
    assert (NAMES["limits"]["entries"], NAMES["limits"]["array_header"]) == (arrays.ENTRIES, arrays.HEADER)
