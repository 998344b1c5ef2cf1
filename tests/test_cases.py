"""Each kind of input that people have: what the page says of it, beside what the command line says."""

import json
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from network_files import arrays, npy, npz, torch_file
from small_mnist import idx
from test_command_line import explore, folder  # noqa: F401
from test_dropzone import drop, opened, part, ready, said, tfjs_files, wrong  # noqa: F401
from weightmaps import zoo
from weightmaps.digits import load_sample

pytestmark = pytest.mark.slow  # a browser and a command for each

NETWORK = zoo.load("nielsen")
SAMPLE = load_sample()[::50]
W, B = NETWORK.weights, NETWORK.biases
BYTES = np.rint(255 * SAMPLE.images).astype(np.uint8)
ROWS = [",".join(map(str, [label, *row])) for label, row in zip(SAMPLE.labels, BYTES.tolist(), strict=True)]
LISTS = {f"{kind}{i + 1}": one.tolist() for kind, some in (("W", W), ("b", B)) for i, one in enumerate(some)}
LAYERS = [
    {"neurons": len(b), "activation": "sigmoid", "weights": w.tolist(), "biases": b.tolist()}
    for w, b in zip(W, B, strict=True)
]
PAIRS = [
    [[[bias], row] for row, bias in zip(w.tolist(), b.tolist(), strict=True)]
    for w, b in zip(W, B, strict=True)
]
NIELSEN = {"sizes": NETWORK.sizes, "cost": "CrossEntropyCost", "weights": [w.tolist() for w in W],
           "biases": [b[:, None].tolist() for b in B]}  # fmt: skip


def text(value):
    return json.dumps(value).encode()


def each(write, ending):
    return {f"{name}{ending}": write(one) for name, one in arrays(NETWORK).items()}


def networks():
    return {
        "x @ W": {"net.npz": npz(**arrays(NETWORK, flip=True))},
        "x @ W, rows": {"net.npz": npz(W1=W[0].T, b1=B[0][None], W2=W[1].T, b2=B[1][None])},
        "x @ W, unnamed": {"net.npz": npz(arr_0=W[0].T, arr_1=B[0], arr_2=W[1].T, arr_3=B[1])},
        "rows of biases": {"net.npz": npz(W1=W[0], b1=B[0][None], W2=W[1], b2=B[1][None])},
        "columns of biases": {
            "net.npz": npz(arr_0=W[0], arr_1=B[0][:, None], arr_2=W[1], arr_3=B[1][:, None])
        },
        "sizes": {"net.npz": npz(layer_sizes=NETWORK.sizes, **arrays(NETWORK, "weights_{}", "biases_{}"))},
        "accuracy": {"net.npz": npz(**arrays(NETWORK), accuracy=np.float32(0.9), epochs=np.int64(60))},
        "an activation each": {
            "net.npz": npz(**arrays(NETWORK), activation0="sigmoid", activation1="sigmoid")
        },
        "no biases": {"net.npz": npz(w1=W[0], w2=W[1])},
        "Theta": {"net.npz": npz(Theta1=np.column_stack([B[0], W[0]]), Theta2=np.column_stack([B[1], W[1]]))},
        "JSON by names": {"net.json": text(LISTS)},
        "JSON in JSON": {"net.json": text({name: json.dumps(one) for name, one in LISTS.items()})},
        "JSON of layers": {"net.json": text([{"neurons": 784, "weights": None}, *LAYERS])},
        "Nielsen's, no ending": {"net": text(NIELSEN)},
        "arrays": each(npy, ".npy"),
        "two archives": {"weights.npz": npz(w1=W[0], w2=W[1]), "biases.npz": npz(b1=B[0], b2=B[1])},
        "a file a layer": {"hidden.json": text(PAIRS[0]), "output.json": text(PAIRS[1])},
        "TensorFlow.js": {name.replace("__", "."): one for name, one in tfjs_files(NETWORK).items()},
        "a state_dict from a GPU": {
            "net.pth": torch_file(arrays(NETWORK, "{}.weight", "{}.bias"), location="cuda:0")
        },
        "trained on (x - 0.5) / 0.5": {
            "net.npz": npz(
                W1=W[0] / 2, b1=B[0] + W[0].sum(axis=1) / 2, W2=W[1], b2=B[1], activations=["sigmoid"] * 2
            )
        },
        "another activation": {"net.npz": npz(**arrays(NETWORK), activations=["relu", "sigmoid"])},
        "never trained": {
            "net.npz": npz(
                W1=np.random.default_rng(0).normal(size=W[0].shape),
                W2=W[1],
                activations=["sigmoid", "sigmoid"],
            )
        },
    }


def seven(paper, ink):
    picture = Image.new("L", (180, 220), paper)
    ImageDraw.Draw(picture).line([(45, 45), (135, 45), (80, 180)], fill=ink, width=11, joint="curve")
    return picture


def images():
    return {
        "standardised": {"a.npz": npz(images=(SAMPLE.images - 0.5) / 0.5, labels=SAMPLE.labels)},
        "labels first": {"a.csv": "\n".join(ROWS).encode()},
        "class last": {
            "a.csv": "\n".join(
                [
                    ",".join([*(f"pixel{i}" for i in range(784)), "class"]),
                    *(",".join([*row.split(",")[1:], row.split(",")[0]]) for row in ROWS),
                ]
            ).encode()
        },
        "Kaggle's": {
            "a.csv": "\n".join([",".join(["label", *(f"pixel{i}" for i in range(784))]), *ROWS]).encode()
        },
        "Keras'": {"a.npz": npz(x_test=BYTES.reshape(-1, 28, 28), y_test=SAMPLE.labels.astype(np.uint8))},
        "dotted IDX": {
            "t10k-images.idx3-ubyte": idx(BYTES.reshape(-1, 28, 28)),
            "t10k-labels.idx1-ubyte": idx(SAMPLE.labels.astype(np.uint8)),
        },
        "black on white": {"a.png": seven(255, 0)},
        "on grey paper": {"a.png": seven(170, 40)},
        "in pale pencil": {"a.png": seven(255, 160)},
    }


def written(files, place):
    """The files in a folder of their own; what one names to read them."""
    place.mkdir()
    for name, one in files.items():
        one.save(place / name) if isinstance(one, Image.Image) else (place / name).write_bytes(one)
    names = sorted(files)
    alone = next(
        (name for name in names if name == "model.json" or len(names) == 1 or "images" in name), None
    )
    return place / alone if alone else place


def dropped(page, place):
    """What the page says: its notes, its sentence, and its finding's button, pressed if there is one."""
    drop(page, **{path.name: path.read_bytes() for path in place.iterdir()})
    assert wrong(page) == ""
    if "does not name its activations" in said(page):
        for name in ("hidden", "outputs"):
            part(page, f"select-drop-{name}").select_option("sigmoid")
        part(page, "drop-open").click()
        ready(page)
    return [one.text_content() for one in part(page, "drop-note").all()], said(page)


def share(words):
    return float(re.search(r"([\d.]+)% of", words)[1])


def test_networks(opened, folder, capsys):  # noqa: F811
    np.savez("sample.npz", images=SAMPLE.images, labels=SAMPLE.labels)
    page = opened(network=NETWORK, digits=SAMPLE)
    for name, files in networks().items():
        path = written(files, folder / name.replace("/", "over"))
        named = name in (
            "an activation each",
            "JSON of layers",
            "TensorFlow.js",
            "Nielsen's, no ending",
        ) or any(b"activations" in one for one in files.values())
        options = [] if named else ["--activations", "sigmoid,sigmoid"]
        assert explore(path, "--images", "sample.npz", "-o", "a.html", *options) == 0, name
        first, *lines = capsys.readouterr().out.splitlines()
        end = next(i for i, line in enumerate(lines) if line.startswith("images: "))
        notes, sentence = dropped(page, path if path.is_dir() else path.parent)
        hidden = "relu" if name == "another activation" else "sigmoid"
        assert f"784-100-10, {hidden}/sigmoid" in first, name
        assert f": 784-100-10, {hidden}, sigmoid." in sentence, name
        for line in lines[:end]:
            assert any(f"{line}." in note for note in notes), (name, line, notes)
        accuracy = next(line for line in lines if line.startswith("accuracy: "))
        assert share(sentence) == pytest.approx(share(accuracy), abs=0.06), name
        odd = [line for line in lines if line.startswith("look at this: ")]
        found = [
            one for one in part(page, "drop-finding").all_text_contents() + notes if "Look at this" in one
        ]
        assert len(odd) == len(found), (name, odd, found)
        for line, one in zip(odd, found, strict=True):
            assert (
                re.search(r"hardly better than chance|training looks standardised|look like \w+", line)[0]
                in one
            )


def test_images(opened, folder, capsys):  # noqa: F811
    page = opened(network=NETWORK, digits=SAMPLE)
    for name, files in images().items():
        path = written(files, folder / name)
        options = ["--labels", path.parent / "t10k-labels.idx1-ubyte"] if name == "dotted IDX" else []
        assert explore("nielsen", "--images", path, *options, "-o", "a.html") == 0, name
        lines = capsys.readouterr().out.splitlines()
        mend = [re.search(r"; (--\S+) (\S+) does it", line) for line in lines]
        mend = [one.groups() for one in mend if one]
        notes, sentence = dropped(page, path.parent)
        if mend:
            assert explore("nielsen", "--images", path, *mend[0], "-o", "a.html") == 0, name
            lines = capsys.readouterr().out.splitlines()
            part(page, "drop-change").first.click()
            ready(page)
            notes, sentence = [one.text_content() for one in part(page, "drop-note").all()], said(page)
            assert any("changed as you asked" in note for note in notes), (name, notes)
        (result,) = [line for line in lines if line.startswith(("accuracy: ", "answers: "))]
        if result.startswith("accuracy: "):
            assert share(sentence) == pytest.approx(share(result), abs=0.06), name
        else:
            assert result == "answers: 7"
            assert "The network answers: 7." in " ".join(notes), (name, notes)


def test_what_only_python_reads(opened, folder):  # noqa: F811
    page = opened(network=NETWORK, digits=SAMPLE)
    for name, data in {"net.mat": b"MATLAB 5.0", "net.h5": b"\x89HDF\r\n", "net.onnx": b"\x08\x07"}.items():
        drop(page, **{name: data})
        assert "in Python, weightmaps.interop.read opens it" in wrong(page), name
