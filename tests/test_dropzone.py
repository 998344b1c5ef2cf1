"""Networks dropped on a page: every form that is read, what is asked and said, and files that are refused."""

import base64
import io
import json
import pickle
import re
import struct
import time
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import trained_networks
from conftest import slow
from network_files import (
    arrays,
    every_form,
    npy,
    npz,
    plain_json,
    raw_npy,
    safetensors,
    zipped,
)
from reader import assert_no_barrier, part, settle
from test_explorer import random_images, random_network
from test_pictures import INK, SAMPLE, huge, large, pictured
from weightmaps import zoo
from weightmaps.digits import Digits, load_sample
from weightmaps.network import Network
from weightmaps.pictures import prepare
from weightmaps.widgets import NetworkDrop, bundle

IMAGES = random_images(n=20, labels=10)
SHOWN = random_network((784, 6, 10), 1)
MINE = random_network((784, 5, 10), 2, ("relu", "softmax"))
SMALL = random_network((12, 5, 3), 3, ("tanh", "softmax"))
SMALL_IMAGES = random_images(n=9, labels=3, pixels=12)
PANELS = ["input", "hidden", "outputs", "weight_map"]


@pytest.fixture(scope="session")
def own_bytes(tmp_path_factory):
    def saved(network):
        path = tmp_path_factory.mktemp("own") / "own.npz"
        network.save(path)
        return path.read_bytes()

    return saved


@pytest.fixture(params=["file", slow("http")])
def where(request, tmp_path, serve):
    return tmp_path.as_uri() if request.param == "file" else serve(tmp_path)


@pytest.fixture
def opened(page, tmp_path):
    def show(where=None, network=SHOWN, digits=IMAGES, **options):
        NetworkDrop(network, *digits, **{"panels": PANELS, **options}).to_html(tmp_path / "it.html")
        page.goto(f"{where or tmp_path.as_uri()}/it.html")
        page.wait_for_selector("[data-part=sentence]:not(:empty)")
        return page

    return show


def drop(page, **files):
    """Drop files as a browser would tell of it; by name, with a dot for the double underscore."""
    listed = [[name.replace("__", "."), base64.b64encode(data).decode()] for name, data in files.items()]
    page.evaluate(
        """(files) => {
            const carried = new DataTransfer();
            for (const [name, text] of files) {
                carried.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
            }
            const target = document.querySelector("[data-part=sentence]");
            for (const kind of ["dragenter", "dragover", "drop"]) {
                target.dispatchEvent(new DragEvent(kind, {
                    dataTransfer: carried, bubbles: true, cancelable: true }));
            }
        }""",
        listed,
    )
    ready(page)


def choose(page, **files):
    payload = [
        {"name": name.replace("__", "."), "mimeType": "application/octet-stream", "buffer": data}
        for name, data in files.items()
    ]
    part(page, "drop-files").set_input_files(payload)
    ready(page)


def ready(page):
    """Wait until the worker has answered, and the explorer is drawn."""
    page.wait_for_function(
        "!/^(Reading|One moment)/.test(document.querySelector('[data-part=drop-status]').textContent)"
    )
    settle(page)


def said(page):
    return part(page, "drop-status").text_content()


def wrong(page):
    return part(page, "drop-trouble").text_content()


def on_screen(page):
    return page.locator(".wm-panels:visible")


def outputs(page):
    places = on_screen(page).locator("[data-part=output-value]")
    return [float(place.get_attribute("data-value")) for place in places.all()]


def move(page, name, value):
    """Move a slider of the explorer that is on screen."""
    slider = page.locator(f"[data-part=slider-{name}]:visible")
    slider.evaluate("(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }", value)
    settle(page)


def check(page, network, images, tolerance=1e-3):
    """The explorer on screen is this network's, on these images."""
    for sample in (0, len(images) - 1):
        move(page, "sample", sample)
        wanted = network.forward(np.asarray(images[sample], dtype=float)).a[-1]
        assert outputs(page) == pytest.approx(wanted.tolist(), abs=tolerance)


@pytest.mark.slow
def test_every_form_of_a_network_is_read_alike(opened, where, own_bytes):
    page = opened(where)
    check(page, SHOWN, IMAGES.images)
    for name, data in every_form(MINE, own_bytes(MINE)).items():
        drop(page, **{name: data})
        assert (wrong(page), said(page)[: len(name) + 12]) == ("", f"{name}: 784-5-10, "), name
        check(page, MINE, IMAGES.images)
        part(page, "drop-back").click()
        check(page, SHOWN, IMAGES.images)


def check_files(page, files):
    for path, expected in files:
        drop(page, **{path.name: path.read_bytes()})
        assert wrong(page) == "", path.name
        for sample in (0, 7, 19):
            move(page, "sample", sample)
            assert outputs(page) == pytest.approx(expected[250 * sample].tolist(), abs=1e-3), path.name


@pytest.mark.slow
def test_networks_that_libraries_trained_answer_as_they_did_there(opened, tmp_path):
    """The same files as in test_interop_peers, opened by drag and drop."""
    check_files(opened(digits=load_sample()[::250]), trained_networks.write_files(tmp_path))


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_networks_of_torch_and_keras_answer_as_they_did_there(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    torch, keras = pytest.importorskip("torch"), pytest.importorskip("keras")
    check_files(opened(digits=load_sample()[::250]), trained_networks.write_peers(tmp_path, torch, keras))


def test_images_without_labels_colours_tables_and_a_single_output_are_shown(opened, own_bytes):
    page = opened()
    drop(page, net__npz=own_bytes(MINE), data__npz=npz(images=IMAGES.images))
    check(page, MINE, IMAGES.images)
    assert "label" not in said(page)
    two = random_network((784, 5, 2), 6)
    drop(page, two__npz=own_bytes(two), images__npy=npy(IMAGES.images))
    check(page, two, IMAGES.images)
    lone = random_network((784, 5, 1), 6)
    part(page, "drop-back").click()
    drop(page, lone__npz=own_bytes(lone))
    assert "one output" in part(page, "drop-note").text_content()
    check(page, lone, IMAGES.images)
    part(page, "drop-back").click()
    drop(page, two__npz=own_bytes(two))
    assert "The page’s labels are left out" in part(page, "drop-note").text_content()
    check(page, two, IMAGES.images)
    for shape in ((3, 2, 4), (2, 4, 3)):
        colours = random_network((24, 5, 3), 7)
        images = np.random.default_rng(0).random((6, *shape))
        drop(page, net__npz=own_bytes(colours), data__npz=npz(images=images, labels=[0, 1, 2, 0, 1, 2]))
        check(page, colours, images.reshape(6, -1))
        size = on_screen(page).locator(".wm-input canvas").first.evaluate("(one) => [one.width, one.height]")
        assert size == [4, 2]
    table = np.random.default_rng(0).normal(size=(6, 12))
    drop(page, net__npz=own_bytes(SMALL), data__npz=npz(images=table, features=list("abcdefghijkl")))
    check(page, SMALL, table)
    assert "l" in on_screen(page).locator(".wm-input .wm-name").all_inner_texts()
    drop(page, net__npz=own_bytes(SMALL), data__npz=npz(images=table.reshape(6, 3, 4)))
    assert "pictures are of numbers from 0 to 1" in said(page)
    part(page, "drop-table").click()
    ready(page)
    check(page, SMALL, table)


def test_images_and_labels_come_with_the_network_or_after_it(opened, own_bytes):
    page = opened()
    data = npz(images=SMALL_IMAGES.images.reshape(-1, 3, 4), labels=SMALL_IMAGES.labels)
    drop(page, small__npz=own_bytes(SMALL))
    assert "small.npz is a network of 12-5-3" in said(page)
    assert said(page).endswith("Add a .npz with images of 12 numbers each and their labels.")
    drop(page, constant__npz=own_bytes(random_network((785, 3, 10), 4)))
    assert said(page).endswith("prints lines that make it biases.")
    drop(page, small__npz=own_bytes(SMALL))
    check(page, SHOWN, IMAGES.images)
    drop(page, data__npz=data)
    check(page, SMALL, SMALL_IMAGES.images)
    assert "of 9 images" in said(page)
    part(page, "drop-back").click()
    check(page, SHOWN, IMAGES.images)
    choose(page, small__npz=own_bytes(SMALL), data__npz=data)
    check(page, SMALL, SMALL_IMAGES.images)
    drop(page, other__npz=own_bytes(MINE))
    check(page, MINE, IMAGES.images)


def test_arrays_that_stand_alone_are_told_by_their_file_s_name(opened, own_bytes):
    page = opened()
    parts = {"my_images__npy": npy(IMAGES.images[::-1]), "labels__npy": npy(IMAGES.labels[::-1])}
    drop(page, **parts, net__npz=own_bytes(MINE))
    check(page, MINE, IMAGES.images[::-1])
    drop(page, array__npy=npy(IMAGES.images))
    assert "call it images.npy or labels.npy" in wrong(page)


def test_images_that_are_no_square_ask_for_their_sides(opened, own_bytes):
    page = opened()
    flat = npz(images=SMALL_IMAGES.images, labels=SMALL_IMAGES.labels)
    drop(page, net__npz=own_bytes(SMALL), data__npz=flat)
    assert "no square" in said(page)
    assert part(page, "select-drop-shape").locator("option").all_inner_texts()[1:7] == [
        *("3 × 4", "4 × 3", "2 × 6", "6 × 2", "1 × 12", "12 × 1")
    ]
    part(page, "select-drop-shape").select_option("4 × 3")
    ready(page)
    check(page, SMALL, SMALL_IMAGES.images)
    size = on_screen(page).locator(".wm-input canvas").evaluate("(one) => [one.width, one.height]")
    assert size == [3, 4]


def test_activations_that_the_file_does_not_name_are_asked_for_with_their_accuracy(opened):
    page = opened()
    drop(page, net__npz=npz(**arrays(MINE)))
    check(page, SHOWN, IMAGES.images)
    options = part(page, "select-drop-hidden").locator("option").all_inner_texts()
    for text, name in zip(options[1:], ["sigmoid", "relu", "tanh", "identity"], strict=True):
        share = Network(MINE.weights, MINE.biases, (name, "softmax")).accuracy(IMAGES.images, IMAGES.labels)
        assert text == f"{name}: {100 * share:.1f}% right"
    assert part(page, "drop-open").is_disabled()
    part(page, "select-drop-hidden").select_option("relu")
    part(page, "select-drop-outputs").select_option("softmax")
    part(page, "drop-open").click()
    ready(page)
    check(page, MINE, IMAGES.images)


def template_network(scale=1.0):
    """A network that knows which of ten templates an image is, its digits, and these as bytes."""
    rng = np.random.default_rng(8)
    images = rng.integers(0, 2, (10, 784)) * 0.8 + 0.1
    images = np.round(images.repeat(4, axis=0) * 255).astype(np.uint8)
    centred = images[::4] / 255 - 0.5
    weights = np.sign(centred) * 0.02
    biases = -weights.sum(axis=1) / 2 - 4.0
    network = Network([weights * scale, 9 * np.eye(10)], [biases, np.zeros(10)], ("sigmoid", "softmax"))
    return network, Digits(images / 255, np.arange(40) // 4), images


def test_bytes_are_divided_by_255_and_it_is_said(opened, own_bytes):
    page = opened()
    network, digits, images = template_network()
    drop(page, net__npz=own_bytes(network), data__npz=npz(images=images, labels=digits.labels))
    assert "(uint8), so each was divided by 255" in part(page, "drop-note").text_content()
    assert "100.0% of 40 images" in said(page)
    check(page, network, digits.images)


def test_of_many_images_2000_are_shown_evenly_spaced_with_their_labels(opened, own_bytes):
    page = opened()
    many = np.random.default_rng(0).integers(0, 256, (4100, 12), dtype=np.uint8)
    labels = SMALL.predict(many / 255)
    drop(page, net__npz=own_bytes(SMALL), data__npz=npz(images=many.reshape(-1, 3, 4), labels=labels))
    assert "Of 4,100 images 2,000 are shown" in part(page, "drop-more").text_content()
    assert "100.0% of 2000 images" in said(page)
    move(page, "sample", 1999)
    wanted = SMALL.forward(many[4100 * 1999 // 2000] / 255).a[-1]
    assert outputs(page) == pytest.approx(wanted.tolist(), abs=1e-3)


def test_images_on_another_scale_are_reported_with_evidence_and_changed_on_request(opened, own_bytes):
    page = opened()
    network, digits, _ = template_network()
    inverted = npz(images=1 - digits.images, labels=digits.labels)
    drop(page, net__npz=own_bytes(network), data__npz=inverted)
    share = 100 * network.accuracy(1 - digits.images, digits.labels)
    words = f"Accuracy on 20 images is {share:.1f}% as given, 100.0% with 1 − images."
    assert words in part(page, "drop-finding").text_content()
    check(page, network, 1 - digits.images)
    part(page, "drop-change").click()
    ready(page)
    check(page, network, digits.images)
    assert part(page, "drop-finding").count() == 0


def test_numbers_up_to_255_that_are_no_bytes_wait_for_the_reader(opened, own_bytes):
    page = opened()
    network, digits, images = template_network()
    drop(page, net__npz=own_bytes(network), data__npz=npz(images=images * 1.0, labels=digits.labels))
    assert "The images hold 26.0 to 230; pictures are of numbers from 0 to 1." in said(page)
    check(page, SHOWN, IMAGES.images)
    part(page, "drop-change").click()
    ready(page)
    check(page, network, digits.images)


def test_a_network_of_images_up_to_255_is_found_out(opened, own_bytes):
    page = opened()
    network, digits, images = template_network(scale=1 / 255)
    drop(page, net__npz=own_bytes(network), data__npz=npz(images=images, labels=digits.labels))
    assert "with images × 255" in part(page, "drop-finding").text_content()
    part(page, "drop-change").click()
    ready(page)
    check(page, network, images.astype(float))


def png(picture, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def test_pictures_of_digits_are_prepared_and_it_is_said(opened, where):
    network = zoo.load("nielsen")
    page = opened(where, network=network)
    drop(page, seven__png=png(pictured("grey", INK[17])), nine__jpg=png(pictured("white", INK[23]), "JPEG"))
    notes = part(page, "drop-note").all_text_contents()
    assert f"The network answers: {SAMPLE.labels[17]}, {SAMPLE.labels[23]}." in notes
    assert "2 digits in 2 pictures: dark ink on light paper; the paper was subtracted" in notes[0]
    assert wrong(page) == ""
    wanted = [prepare(pictured(paper, INK[i])).images[0] for paper, i in (("grey", 17), ("white", 23))]
    check(page, network, wanted, tolerance=0.05)
    sheet = np.block([[large(one) for one in SAMPLE.images[[5, 10, 20]]]])
    choose(page, sheet__png=png(np.round(255 * (1 - sheet)).astype(np.uint8)))
    assert "3 digits in 1 picture" in part(page, "drop-note").first.text_content()
    check(page, network, prepare(1 - sheet).images, tolerance=0.05)
    drop(page, blank__png=png(np.full((50, 50), 200, np.uint8)))
    assert wrong(page) == (
        "blank.png: no digit can be made out in the picture; it may be blank, or too pale. "
        "What was shown stays."
    )
    drop(page, cut__png=png(np.eye(50, dtype=np.uint8))[:60])
    assert wrong(page).startswith("cut.png: it is a picture that cannot be read.")
    drop(page, text__png=b"hello")
    assert wrong(page).startswith("text.png: it is damaged, or neither PNG nor JPEG.")
    drop(page, huge__png=huge(9000))
    assert wrong(page).startswith("huge.png: a picture of 9,000 × 9,000; at most 64 million pixels are read.")


# Files that must be refused: what is in them, and a part of the one sentence that is said.

HEADER = "{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}"
GOOD = plain_json(MINE)
SAFE = safetensors(arrays(MINE), {"activations": "relu,softmax"})
OWN = npz(**arrays(MINE), activations=list(MINE.activations))
NAN = [w * np.nan for w in MINE.weights]


def tensor(shape=(2, 2), span=(0, 16), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(span)}


def lying(claim, name="W"):
    """A deflated entry that claims another length."""
    data = zipped(**{name: npy(np.zeros(1000))})
    real = len(npy(np.zeros(1000)))
    return data.replace(struct.pack("<I", real), struct.pack("<I", claim))


def bad():
    return {
        "empty__npz": (b"", "it is empty"),
        "text__xyz": (b"hello", "none of .npz"),
        "text__json": (b"hello", "no JSON"),
        "cut__npz": (OWN[:-30], "cut short"),
        "cut__json": (GOOD[:-30], "cut short"),
        "cut__safetensors": (SAFE[:-30], "reaches beyond the file"),
        "long__safetensors": (struct.pack("<Q", 2**62) + SAFE[8:], "longer than the file"),
        "bomb__npz": (zipped(W=bytes(2**28), b=bytes(2**28), c=bytes(2**20)), "at most 512 MB are read"),
        "more__npz": (lying(500), "larger than it claims"),
        "less__npz": (lying(9000), "smaller than it claims"),
        "claim__npz": (lying(2**31), "cannot be in it"),
        "damaged__npz": (OWN[:200] + bytes([OWN[200] ^ 255]) + OWN[201:], "damaged"),
        "shape__npz": (
            zipped(W=raw_npy(HEADER.format("<f8", (10**6, 10**6)))),
            "claims 1,000,000 × 1,000,000",
        ),
        "nothing__npz": (zipped(W=raw_npy(HEADER.format("<f8", (0, 10**12)))), "no matrix of weights"),
        "objects__npz": (zipped(W=raw_npy(HEADER.format("|O", (3,)), bytes(24))), "pickled Python"),
        "record__npz": (
            zipped(W=raw_npy(HEADER.replace("'{}'", "[('a', '<f4')]", 1).format((1,)))),
            "real numbers",
        ),
        "complex__npz": (npz(W=np.ones((2, 2), complex)), "real numbers"),
        "header__npz": (zipped(W=raw_npy("{}")), "header that cannot be read"),
        "torch__pt": (zipped(**{"archive/data": b""}).replace(b"data.npy", b"data.pkl"), "pickle is damaged"),
        "old__pkl": (b"\x80\x04\x95", "pickle is damaged"),
        "evil__pkl": (pickle.dumps(print, 2), "which could run code: it asks for __builtin__.print"),
        "keras__h5": (b"\x89HDF\r\n", "HDF5 file; in Python, weightmaps.interop.read opens it"),
        "model__keras": (
            zipped(**{"model.weight": b""}).replace(b"model.weight.npy", b"model.weights.h5"),
            "a model of Keras'; in Python, weightmaps.interop.read opens it",
        ),
        "model__onnx": (b"\x08\x07", "no page reads; in Python, weightmaps.interop.read opens it"),
        "net__h": (b"float w1[1] = {1};", "the text of a program; “python -m weightmaps explore”"),
        "deep__json": (b"[" * 200 + b"]" * 200, "more than 20 levels deep"),
        "lists__json": (b"[" + b"[]," * 500_000 + b"[]]", "more than 400,000 lists"),
        "infinite__json": (GOOD.replace(b"[[[", b"[[[1e999, ", 1), "different lengths"),
        "large__json": (
            b'{"weights": [[[1e999]], [[1]]], "biases": [[1], [1]], "activations": ["relu", "relu"]}',
            "NaN, infinity",
        ),
        "nan__json": (b'{"weights": [[[NaN]], [[1]]], "biases": [[1], [1]]}', "holds NaN or Infinity"),
        "words__json": (
            b'{"weights": [[["1"]], [[1]]], "biases": [[1], [1]]}',
            "something else than numbers",
        ),
        "none__json": (b'{"layers": 3}', "no matrix of weights"),
        "overlap__safetensors": (
            safetensors({"W0": np.ones((5, 2))}, header={"W0": tensor(), "W1": tensor(span=(8, 24))}),
            "overlap",
        ),
        "lie__safetensors": (
            safetensors({"W0": np.ones((5, 2))}, header={"W0": tensor((2, 3))}),
            "claims 2 × 3",
        ),
        "size__safetensors": (
            safetensors({"W0": np.ones((5, 2))}, header={"W0": tensor((10**6, 10**6))}),
            "claims 1,000,000 × 1,000,000",
        ),
        "type__safetensors": (
            safetensors({"W0": np.ones((5, 2))}, header={"W0": tensor(dtype="I64")}),
            "type I64",
        ),
        "shape__safetensors": (
            safetensors({}, header={"W0": {"dtype": "F32", "shape": "2"}}),
            "cannot be read",
        ),
        "nan__npz": (npz(**arrays(SimpleNamespace(weights=NAN, biases=MINE.biases))), "holds NaN"),
        "unpaired__npz": (
            npz(W0=MINE.weights[0], b0=MINE.biases[0], b1=MINE.biases[1]),
            "1 matrix and 2 vectors;",
        ),
        "biased__npz": (npz(**{**arrays(MINE), "b0": np.zeros(4)}), "b0 has 4 biases"),
        "broken__npz": (npz(**{**arrays(MINE), "W1": np.zeros((10, 6))}), "the layer below has 5 neurons"),
        "flat__npz": (npz(W0=np.ones((3, 4)), b0=np.ones(3)), "no hidden layer"),
        "tower__npz": (npz(**arrays(random_network([2] * 110))), "at most 100 are read"),
        "cube__npz": (npz(**arrays(MINE), conv=np.ones((2, 2, 2))), "has the shape 2 × 2 × 2"),
        "norm__npz": (npz(**arrays(MINE), running_mean=np.ones(5)), "batch normalisation"),
        "mish__npz": (npz(**arrays(MINE), activations=["mish", "softmax"]), "activation mish is not known"),
        "count__npz": (npz(**arrays(MINE), activations=["relu"]), "1 activations for 2 layers"),
        "script__npz": (
            npz(**{"<script>alert(1)</script>": np.ones((2, 2, 2))}),
            "<script>alert(1)</script>",
        ),
        "wide__npz": (
            npz(images=np.ones((3, 5)), labels=[0, 1, 2]),
            "5 numbers each, but the network takes 784",
        ),
        "short__npz": (npz(images=IMAGES.images, labels=IMAGES.labels[1:]), "19 labels for 20 images"),
        "off__npz": (npz(images=IMAGES.images, labels=IMAGES.labels + 5), "labels do not match"),
        "hot__npz": (npz(images=IMAGES.images, labels=np.ones((20, 10))), "rows of one 1"),
        "real__npz": (npz(images=IMAGES.images, labels=IMAGES.labels * 0.5), "one whole number an image"),
        "labels__npy": (npy(np.arange(3)), "3 labels for 20 images"),
        "volume__npz": (npz(images=np.ones((3, 2, 4, 98)), labels=[0, 1, 2]), "with or without 3 channels"),
    }


def test_what_cannot_be_used_is_refused_in_one_sentence_and_the_state_stays(opened, own_bytes):
    page = opened()
    drop(page, mine__npz=own_bytes(MINE))
    move(page, "neuron", 3)
    before = said(page)
    for name, (data, words) in bad().items():
        start = time.monotonic()
        drop(page, **{name: data})
        assert words in wrong(page), f"{name}: {wrong(page)}"
        assert wrong(page).startswith(name.replace("__", ".")), name
        assert re.fullmatch(r"[^\n]*\. What was shown stays\.", wrong(page)), wrong(page)
        assert len(wrong(page)) < 300
        assert time.monotonic() - start < 10, name
        assert (said(page), on_screen(page).count()) == (before, 1)
    assert page.locator("[data-part=slider-neuron]:visible").input_value() == "3"
    check(page, MINE, IMAGES.images)


def test_what_was_found_out_in_a_file_is_said(opened):
    page = opened()
    turned = npz(**arrays(MINE, flip=True), activations=["relu", "softmax"], epochs=np.array(9))
    drop(page, turned__npz=turned)
    assert [one.text_content() for one in part(page, "drop-note").all()] == [
        "turned.npz: the matrices were (inputs, neurons), so each was transposed.",
        "turned.npz: passed over: epochs.",
    ]
    check(page, MINE, IMAGES.images)


def test_square_matrices_are_transposed_with_a_button(opened):
    page = opened()
    square = Network(MINE.weights[0][:4, :4][None].repeat(2, 0), [np.zeros(4)] * 2, ["relu", "softmax"])
    images = np.eye(4)
    drop(
        page,
        net__npz=npz(**arrays(square, flip=True), activations=["relu", "softmax"]),
        images__npy=npy(images),
    )
    part(page, "drop-turn").click()
    settle(page)
    check(page, square, images)
    assert "transposed, as you asked" in part(page, "drop-note").first.text_content()


def test_a_network_in_several_files(opened):
    page = opened()
    names = ["relu", "softmax"]
    apart = {f"{name}__npy": npy(array) for name, array in arrays(MINE).items()}
    drop(page, **apart, activations__npy=npy(np.array(names)))
    check(page, MINE, IMAGES.images)
    part(page, "drop-back").click()
    drop(page, **tfjs_files(MINE))
    check(page, MINE, IMAGES.images)
    drop(page, model__json=tfjs_files(MINE)["model__json"])
    assert "its numbers are in group.bin; choose that file together with it" in wrong(page)


def test_a_network_in_two_archives_or_a_file_a_layer(opened):
    page = opened()
    names = list(MINE.activations)
    for first, second in (("weights", "biases"), ("net_W", "net_b")):
        two = dict(zip((first, second), (MINE.weights, MINE.biases), strict=True))
        archives = {f"{kind}__npz": npz(**{f"a{i}": one for i, one in enumerate(two[kind])}) for kind in two}
        texts = {
            f"{kind}__json": json.dumps(
                {f"a{i}": json.dumps(one.tolist()) for i, one in enumerate(two[kind])}
            ).encode()
            for kind in two
        }
        for files in (archives, texts):
            drop(page, **files)
            assert "784-5-10. It does not name its activations" in said(page)
    notes = [one.text_content() for one in part(page, "drop-note").all()]
    assert all("text that was JSON itself was read as such: a0, a1." in one for one in notes[:2])
    layers = [
        [[[b], w] for b, w in zip(b.tolist(), w.tolist(), strict=True)]
        for w, b in zip(MINE.weights, MINE.biases, strict=True)
    ]
    hidden, output = (json.dumps(one).encode() for one in layers)
    unused = json.dumps([[bias, [*row, 0.5]] for bias, row in layers[1]]).encode()
    drop(page, hidden__json=hidden, output__json=unused)
    assert "the layer below has 5 neurons; if only the first are used, " in wrong(page)
    drop(page, hidden__json=hidden, output__json=output)
    for key, name in zip(("hidden", "outputs"), names, strict=True):
        part(page, f"select-drop-{key}").select_option(name)
    part(page, "drop-open").click()
    ready(page)
    check(page, MINE, IMAGES.images)


def tfjs_files(network):
    """What TensorFlow.js saves: what the layers are, and beside it their numbers."""
    named = arrays(network, "dense_{}/kernel", "dense_{}/bias", flip=True)
    layers = [
        {"class_name": "Dense", "config": {"name": f"dense_{i}", "activation": name}}
        for i, name in enumerate(network.activations)
    ]
    listed = [{"name": name, "shape": one.shape, "dtype": "float32"} for name, one in named.items()]
    said = {
        "modelTopology": {"model_config": {"class_name": "Sequential", "config": {"layers": layers}}},
        "weightsManifest": [{"paths": ["group.bin"], "weights": listed}],
    }
    numbers = b"".join(one.astype("<f4").tobytes() for one in named.values())
    return {"model__json": json.dumps(said).encode(), "group__bin": numbers}


def test_names_in_files_are_text(opened, own_bytes):
    page = opened()
    drop(page, **{"<img src=x onerror=alert(1)>.npz": own_bytes(MINE)})
    assert said(page).startswith("<img src=x onerror=alert(1)>.npz: 784-5-10")
    assert page.locator("[data-part=drop] img").count() == 0


def test_a_file_that_vanishes_is_told_and_so_is_a_folder(opened, tmp_path):
    page = opened()
    path = tmp_path / "mine.npz"
    MINE.save(path)
    options = "{ capture: true, once: true }"
    held = f"(one) => addEventListener('change', (event) => event.stopImmediatePropagation(), {options})"
    part(page, "drop-files").evaluate(held)
    part(page, "drop-files").set_input_files(path)
    path.unlink()
    part(page, "drop-files").evaluate("(one) => one.dispatchEvent(new Event('change', { bubbles: true }))")
    ready(page)
    assert "mine.npz: it cannot be read" in wrong(page)
    folder = tmp_path / "folder"
    folder.mkdir()
    carry(page, folder)
    assert "That is a folder in which no pictures can be read; drop the files in it." in wrong(page)
    MINE.save(path)
    carry(page, path)
    assert wrong(page) == ""
    check(page, MINE, IMAGES.images)


def carry(page, path):
    """Drop a file or a folder of the computer's, as a mouse would bring it."""
    box = part(page, "drop").bounding_box()
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"x": box["x"] + 50, "y": box["y"] + 50}
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
    ready(page)


def test_a_kernel_hears_of_its_own_network_alone(page, own_bytes):
    """As in a live notebook, the bytes being those of a kernel."""
    drop_zone = NetworkDrop(SHOWN, *IMAGES, panels=PANELS)
    state = {name: value for name, value in drop_zone.get_state().items() if name != "layout"}
    for name in ("_network", "_images"):
        state[name] = {**state[name], "data": list(state[name]["data"])}
    page.set_content("<!doctype html><html lang=en><title>it</title><main></main>")
    page.evaluate(
        """async ({ source, state }) => {
            for (const name of ["_network", "_images"]) {
                state[name].data = new DataView(Uint8Array.from(state[name].data).buffer);
            }
            window.told = [];
            const model = {
                get: (name) => state[name], on() {}, off() {}, save_changes() {},
                set(name, value) { state[name] = value; told.push([name, value]); },
            };
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { default: widget } = await import(url);
            window.stop = await widget.render({ model, el: document.querySelector("main") });
        }""",
        {"source": drop_zone._esm, "state": state},
    )
    move(page, "neuron", 2)
    assert page.evaluate("told") == [["neuron", 2]]
    drop(page, mine__npz=own_bytes(MINE))
    check(page, MINE, IMAGES.images)
    move(page, "neuron", 4)
    assert page.evaluate("told") == [["neuron", 2]]
    part(page, "drop-back").click()
    assert page.locator("[data-part=slider-neuron]:visible").input_value() == "2"
    drop(page, mine__npz=own_bytes(MINE))
    page.evaluate("stop()")
    assert page.locator("main").inner_html() == ""


def test_reading_that_takes_too_long_is_stopped(page, tmp_path, own_bytes, monkeypatch):
    drop_zone = NetworkDrop(SHOWN, *IMAGES, panels=PANELS)
    drop_zone._worker = "for (;;);"
    drop_zone.to_html(tmp_path / "it.html")
    page.clock.install()
    page.goto((tmp_path / "it.html").as_uri())
    page.wait_for_selector("[data-part=sentence]")
    page.clock.run_for(1000)
    part(page, "drop-files").set_input_files([{"name": "it.npz", "mimeType": "", "buffer": own_bytes(MINE)}])
    page.clock.run_for(19_000)
    assert said(page) == "Reading it.npz …"
    page.clock.run_for(2_000)
    assert wrong(page) == "Reading took more than 20 seconds, so it was stopped. What was shown stays."


def test_the_keyboard_reaches_the_files_and_all_that_is_asked(opened):
    page = opened()
    drop(page, net__npz=npz(**arrays(MINE)))
    part(page, "drop-files").focus()
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.part"))
    assert reached[:2] == ["select-drop-hidden", "select-drop-outputs"]
    part(page, "select-drop-hidden").focus()
    page.keyboard.type("r")
    page.keyboard.press("Tab")
    page.keyboard.type("so")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    ready(page)
    check(page, MINE, IMAGES.images)
    assert page.evaluate("document.activeElement.dataset.part") == "drop-files"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_barrier_is_found(new_page, tmp_path, own_bytes, scheme, width):
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    NetworkDrop(SHOWN, *IMAGES, panels=PANELS).to_html(tmp_path / "it.html")
    page.goto((tmp_path / "it.html").as_uri())
    page.wait_for_selector("[data-part=sentence]:not(:empty)")
    network, digits, _ = template_network()
    states = [
        {},
        {"net__npz": npz(**arrays(MINE))},
        {"bad__npz": b"PK"},
        {"net__npz": own_bytes(network), "data__npz": npz(images=1 - digits.images, labels=digits.labels)},
    ]
    for files in states:
        if files:
            drop(page, **files)
        assert_no_barrier(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


# Python, and the joined modules


def test_the_page_carries_the_worker():
    drop_zone = NetworkDrop(SHOWN, *IMAGES, panels=PANELS)
    assert drop_zone._worker == bundle.module("worker.js")
