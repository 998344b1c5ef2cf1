"""What the page's worker makes of images and labels, without a browser; Python reads the same."""

import numpy as np
import pytest

from network_files import npy, npz
from small_mnist import idx
from test_command_line import ROWS, TABLE, TABLES
from test_dropzone import template_network
from test_explorer import random_images, random_network
from weightmaps import interop, zoo
from weightmaps.digits import load_sample
from weightmaps.network import Network
from weightmaps.widgets import bundle
from weightmaps.widgets.still import Engine

NETWORK, DIGITS, IMAGES = template_network()
X, Y = DIGITS.images, DIGITS.labels
BYTES = IMAGES.reshape(-1, 28, 28).astype(np.uint8)
ANSWER = """(async () => {
    const layers = weights.map((one, i) => ({
        rows: one.length, columns: one[0].length, weights: Float64Array.from(one.flat()),
        biases: Float64Array.from(biases[i]), activation: activations[i],
    }));
    const inputs = layers[0].columns, page = {
        layers, activations, said: [], name: "page", labels: null, labelled: null, shape: [1, inputs],
        channels: null, features: null, outputs: null, applied: [],
        images: { pixels: new Float64Array(inputs), count: 1, shape: [inputs], name: "", divided: false,
                  own: true, said: [] },
    };
    let kept = page, found;
    for (const { files = [], ...choice } of steps) {
        const held = files.map(({ name, data }) => (
            { name, size: data.length, bytes: new Uint8Array(data).buffer }));
        found = await answer({ files: held, pictures: [], kept, page, choice });
        if (found.trouble) return { trouble: found.trouble };
        kept = found.parts;
    }
    const { parts, notes, ask, better, options } = found, { pixels, count } = parts.images;
    return {
        pixels: Array.from(pixels), count, labels: parts.labels && Array.from(parts.labels), notes, ask,
        features: parts.features, shape: parts.shape, outputs: parts.outputs,
        better: better ?? null, options: options ?? null,
        answers: Array.from({ length: pixels.length / inputs }, (_, i) =>
            argmax(forward(parts.layers, pixels.slice(i * inputs, (i + 1) * inputs)).a.at(-1))),
    };
})()"""


@pytest.fixture(scope="module")
def dropped():
    """What the page holds after files were dropped, and changes chosen, one after the other."""
    engine = Engine("globalThis.self ??= {};" + bundle.script("worker.js"))

    def files(step):
        return [{"name": name.replace("__", "."), "data": list(data)} for name, data in step.items()]

    def drop(*steps, network=NETWORK):
        forms = {list: lambda step: {"change": step}, dict: lambda step: {"files": files(step)}}
        listed = [forms[type(step)](step) if type(step) in forms else {step: True} for step in steps]
        return engine.evaluate(
            f"await {ANSWER}",
            steps=listed,
            weights=[w.tolist() for w in network.weights],
            biases=[b.tolist() for b in network.biases],
            activations=list(network.activations),
        )

    return drop


def assert_shown(found, images=X, labels=Y, tolerance=1e-6):
    assert "trouble" not in found, found["trouble"]
    np.testing.assert_allclose(np.reshape(found["pixels"], (len(images), -1)), images, rtol=0, atol=tolerance)
    assert found["labels"] == (None if labels is None else labels.tolist())


def csv(rows):
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


@pytest.mark.parametrize("name", TABLES)
def test_labels_are_found_in_a_table_as_python_finds_them(dropped, name):
    lines, labels, features, column = TABLES[name]
    network = random_network((3, 4, 2 if labels and isinstance(labels[0], str) else 3), 1)
    found = dropped({"a__csv": "\n".join(lines).encode()}, network=network)
    assert_shown(
        found, np.array(TABLE)[:, :3], None if labels is None else np.unique(labels, return_inverse=True)[1]
    )
    assert found["features"] == features
    said = f"a.csv: labels are its {column} column.".replace("'", "”")
    assert column is None or said.replace("its ”", "its “") in found["notes"]


def test_a_table_of_two_possible_labels_or_of_words_is_refused(dropped):
    network = random_network((3, 4, 3), 1)
    for rows, says in (
        (["1,0.5,0.5,2", "0,0.5,0.5,1"], "both be the labels"),
        (["x,y,cat,dog", "1,2,a,b"], "one column of words at most"),
        ([ROWS[0], "1,2"], "row 2 has 2, not 4"),
        (["1,2,3", "1,2,x", "1,2,3"], "row 2 holds x"),
        (["a,b,c"], "a table without rows"),
        ([], "it holds no labels"),
        (["0,1,2"] * 3, None),
    ):
        found = dropped({"a__csv": "\n".join(rows).encode() or b"\n"}, network=network)
        assert says in found["trouble"] if says else "trouble" not in found, (rows, found)
    assert "no text in UTF-8" in dropped({"a__csv": b"1,2,\xff"}, network=network)["trouble"]


def test_bytes_in_a_table_are_divided_when_the_reader_asks(dropped):
    names = ["label", *(f"pixel{i}" for i in range(784))]
    table = {"kaggle__csv": csv([names, *np.column_stack([Y, IMAGES.astype(int)])])}
    found = dropped(table)
    assert found["ask"] == "range"
    assert found["better"]["keys"] == ["divided"]
    assert_shown(dropped(table, ["divided"]))
    assert_shown(dropped({"label-first__csv": table["kaggle__csv"]}, ["divided"]))


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"data__npz": npz(images=X, labels=Y)}, None),
        ({"m__npz": npz(x_train=BYTES[:3], y_train=Y[:3], x_test=BYTES, y_test=Y)}, "labels “y_test”"),
        ({"xy__npz": npz(X=X, y=Y)}, "“X”, labels “y”"),
        ({"images-idx3-ubyte": idx(BYTES), "labels__idx1-ubyte": idx(Y)}, None),
        ({"images__npy": npy(BYTES[:, None]), "labels__npy": npy(np.eye(10)[Y])}, "one-hot rows"),
        ({"images__npy": npy(X), "labels__csv": csv(np.eye(10, dtype=int)[Y])}, "one-hot rows"),
        ({"images__npy": npy(X), "y__txt": "\n".join(map(str, Y)).encode()}, None),
        ({"images__npy": npy(X), "y__npy": npy(Y.astype(float))}, None),
    ],
)  # fmt: skip
def test_every_kind_of_file_holds_the_same_images(dropped, files, note):
    found = dropped(files)
    assert_shown(found, tolerance=1e-3 if "trouble" in found else 1e-6)
    assert note is None or note in " ".join(found["notes"])
    assert found["shape"] in ([28, 28], [1, 784])


@pytest.mark.parametrize("shape", [(784,), (28, 28), (1, 28, 28), (28, 28, 1), (1, 784), (1, 1, 28, 28)])
def test_a_single_image(dropped, shape):
    assert_shown(dropped({"images__npy": npy(BYTES[0].reshape(shape))}), X[:1], None)


def test_labels_that_are_names_name_the_outputs(dropped):
    names = np.array([f"kind {k}" for k in range(10)])
    found = dropped({"images__npy": npy(X), "labels__txt": "\n".join(names[Y]).encode()})
    assert_shown(found)
    assert found["outputs"] == names.tolist()
    assert "in alphabetical order: kind 0, kind 1" in " ".join(found["notes"])
    found = dropped({"images__npy": npy(X), "labels__txt": "\n".join(["a", "b"] * 20).encode()})
    assert "2 different names, but the network has 10 outputs" in found["trouble"]


def test_damaged_idx_is_refused(dropped):
    whole = idx(BYTES)
    for data, says in (
        (whole[:-1], "promises 40 × 28 × 28 bytes"),
        (whole + b"0", "promises"),
        (whole[:9], "damaged"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "promises"),
        (b"\0\0\x08\x02" + whole[4:], "damaged"),
    ):
        assert says in dropped({"a-ubyte": data})["trouble"]


@pytest.mark.parametrize(
    ("how", "key"),
    [((0.5, 0.5), "half"), ((0.1307, 0.3081), "mnist"), ("image", "image"), ("pixel", "pixel")],
)  # fmt: skip
def test_standardised_pixels_are_found_and_a_button_mends_them(dropped, how, key):
    standard, _ = interop.mend(X, standardise=how)
    if key != "pixel":
        found = dropped({"data__npz": npz(images=standard, labels=Y)}, [f"un{key}"])
        assert_shown(found, X if key != "image" else interop.mend(standard, undo="image")[0], tolerance=1e-4)
        assert any("changed as you asked: " in one for one in found["notes"])
    # A network for standardised images answers as Python's does to such.
    mean, deviation = (0.5, 0.5) if key == "half" else (0.1307, 0.3081)
    weights, biases = (
        deviation * NETWORK.weights[0],
        NETWORK.biases[0] + mean * NETWORK.weights[0].sum(axis=1),
    )
    other = Network([weights, NETWORK.weights[1]], [biases, NETWORK.biases[1]], NETWORK.activations)
    found = dropped({"data__npz": npz(images=X, labels=Y)}, [key], network=other)
    assert found["answers"] == other.predict(standard.astype(float)).tolist()
    assert min(found["pixels"]) >= 0
    assert max(found["pixels"]) <= 1
    if key in ("half", "mnist"):
        assert any(one.startswith("Applied as you asked: (images − ") for one in found["notes"])


def test_standardised_images_and_labels_from_one_are_mended(dropped):
    network, sample = zoo.load("nielsen"), load_sample()[::50]
    files = {"data__npz": npz(images=(sample.images - 0.5) / 0.5, labels=sample.labels)}
    better = dropped(files, network=network)["better"]
    assert (better["keys"], better["looks"]) == (["unhalf"], "images look standardised")
    assert better["share"] > 0.9 > 0.5 > better["given"]
    mended = dropped(files, ["unhalf"], network=network)
    assert mended["better"] is None
    assert mended["answers"] == network.predict(sample.images).tolist()
    found = dropped({"data__npz": npz(images=X, labels=Y + 1)})
    assert (found["ask"], found["options"]["keys"]) == ("labels", ["lower"])
    assert_shown(dropped({"data__npz": npz(images=X, labels=Y + 1)}, ["lower"]))
    turned = X.reshape(-1, 28, 28).swapaxes(1, 2)
    assert_shown(dropped({"data__npz": npz(images=turned, labels=Y)}, ["transposed"]))


def test_another_activation_is_found_and_a_button_takes_it(dropped):
    network, sample = zoo.load("relu-sgd"), load_sample()[::50]
    other = Network(network.weights, network.biases, ["sigmoid", *network.activations[1:]])
    assert network.accuracy(*sample) > 0.9 > 0.7 > other.accuracy(*sample)
    files = {"data__npz": npz(images=sample.images, labels=sample.labels)}
    better = dropped(files, network=other)["better"]
    assert (better["keys"], better["looks"]) == (["as relu"], "hidden activations look like relu")
    mended = dropped(files, better["keys"], network=other)
    assert mended["answers"] == network.predict(sample.images).tolist()
    assert (mended["better"], mended["ask"]) == (None, None)
    assert "Applied as you asked: relu in hidden layers." in mended["notes"]


def test_square_matrices_are_turned_when_the_reader_asks(dropped):
    rng = np.random.default_rng(0)
    weights, biases = rng.normal(size=(2, 4, 4)), rng.normal(size=(2, 4))
    images, names = rng.random((9, 4)), ["tanh", "softmax"]
    right, other = Network(weights, biases, names), Network(weights.swapaxes(1, 2), biases, names)
    file = npz(W1=weights[0].T, b1=biases[0], W2=weights[1].T, b2=biases[1], activations=names)

    def answers(*turns):
        found = dropped({"net__npz": file}, {"images__npy": npy(images)}, *turns, network=right)
        return found["answers"], found["notes"][:1]

    assert right.predict(images).tolist() != other.predict(images).tolist()
    rows = "net.npz: the shapes would fit another way round too; rows were taken for neurons."
    columns = "net.npz: the matrices were transposed, as you asked."
    assert answers() == (other.predict(images).tolist(), [rows])
    assert answers("turn") == (right.predict(images).tolist(), [columns])
    assert answers("turn", "turn") == (other.predict(images).tolist(), [rows])


def test_any_range_can_be_shown_as_ink(dropped):
    found = dropped({"data__npz": npz(images=7 * X - 3, labels=Y)})
    assert found["ask"] == "range"
    mended = dropped({"data__npz": npz(images=7 * X - 3, labels=Y)}, ["ink"])
    assert (min(mended["pixels"]), max(mended["pixels"])) == (0, pytest.approx(1, abs=0.5))
    assert mended["answers"] == NETWORK.predict((7 * X - 3).astype(float)).tolist()


def test_a_network_that_was_never_trained_is_hardly_better_than_chance(dropped):
    many = random_images(n=200, labels=10)
    found = dropped(
        {"data__npz": npz(images=many.images, labels=many.labels)}, network=random_network((784, 30, 10), 8)
    )
    assert any(
        "hardly better than chance, and nothing that was tried mends it" in one for one in found["notes"]
    )
    assert found["better"] is None
