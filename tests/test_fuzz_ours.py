"""Mutilated and made-up files, links and payloads of our own kinds: what they hold, or the words for it.

As many as in `test_fuzz_files.py`, and by the same strategies.
"""

import base64
import gzip
import hashlib
import io
import json
import struct
import time
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from small_mnist import IMAGES, LABELS, idx
from test_explorer import random_images, random_network
from test_fuzz_files import (
    ANY_JSON,
    MEGABYTE,
    NPZ,
    NUMBERS,
    SECONDS,
    SIZE,
    fuzz,
    mutilated,
    npz_made,
    ours,
    tried,
)
from test_share import NOTE
from test_training import start, toy_digits
from weightmaps import digits, zoo
from weightmaps.digits import load_sample
from weightmaps.mnist import DataError, read_idx
from weightmaps.network import Network, NotANetwork
from weightmaps.training import resume, train
from weightmaps.widgets import NetworkExplorer
from weightmaps.widgets.state import STATE

read_sample = load_sample.__wrapped__  # each time from the file


@st.composite
def changed(draw, whole):
    """JSON with some of its parts, however deep, changed, left out or put in."""
    value = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(0, 3))):
        at = value
        while True:
            places = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not places:
                break
            place = draw(st.sampled_from(places))
            if not isinstance(at[place], dict | list) or draw(st.integers(0, 2)) == 0:
                old = at[place]
                near = [float(old), -old, old + 1, str(old), [old]] if isinstance(old, int) else [[old], {}]
                at[place] = draw(st.one_of(st.sampled_from(near), SIZE, ANY_JSON))
                if draw(st.integers(0, 9)) == 0:
                    del at[place]
                break
            at = at[place]
    return value


def text_of(value):
    return json.dumps(value).encode()


# IDX


IDX = [idx(IMAGES), idx(LABELS)]


@st.composite
def idx_made(draw):
    sizes = draw(st.lists(st.one_of(st.integers(0, 3), st.just(28), NUMBERS), max_size=4))
    kind = draw(st.sampled_from([1, 3, len(sizes)]))
    header = bytes([0, 0, 8, kind]) + b"".join(struct.pack(">I", size & 0xFFFFFFFF) for size in sizes)
    return header + draw(st.one_of(st.binary(max_size=40), st.just(bytes(784)), st.just(bytes(2352))))


@fuzz
@given(
    data=st.one_of(
        mutilated(IDX),
        mutilated([gzip.compress(one) for one in IDX]),
        st.one_of(mutilated(IDX), idx_made()).map(gzip.compress),
        idx_made(),
        st.binary(max_size=300),
    )
)
def test_idx(tmp_path, data):
    found = tried(tmp_path / "train-images-idx3-ubyte", data, read_idx, DataError, 1100, room=100 * MEGABYTE)
    assert found is None or (found.dtype == np.uint8 and found.shape[1:] in ((), (28, 28)) and len(found))


# The sample: a sprite and its card


SHEET = np.random.default_rng(0).integers(0, 256, (56, 140), np.uint8)  # 2 rows of 5 images
TILES = SHEET.reshape(2, 28, 5, 28).transpose(0, 2, 1, 3).reshape(10, 784)
SPRITE_CARD = {"sha256": hashlib.sha256(TILES).hexdigest(), "layout": {"rows": 2, "columns": 5}, "count": 10}


def picture(kind="PNG", mode="L"):
    file = io.BytesIO()
    Image.fromarray(SHEET).convert(mode).save(file, kind)
    return file.getvalue()


@st.composite
def png_made(draw):
    """A PNG of chunks that are changed and yet have the checksums of what they then hold."""
    data, at, made = picture(), 8, b"\x89PNG\r\n\x1a\n"
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if draw(st.integers(0, 2)) == 0:
            kind = draw(st.sampled_from([kind, kind, b"tRNS", b"PLTE", b"zTXt", b"iCCP", b"acTL", b"fcTL"]))
            content = draw(mutilated([content]))
        if draw(st.integers(0, 9)):
            checksum = struct.pack(">I", zlib.crc32(kind + content))
            made += struct.pack(">I", len(content)) + kind + content + checksum
        at += length + 12
    return made


@pytest.fixture
def sample(tmp_path, monkeypatch):
    monkeypatch.setattr(digits, "SAMPLE", tmp_path / "mnist-5k.png")
    monkeypatch.setattr(digits, "HELD_OUT", 1)
    return tmp_path / "mnist-5k.png"


def is_the_sample(found):
    return found is None or np.array_equal(np.rint(found.images * 255), TILES)


OTHER_PICTURES = [picture("GIF"), picture("TIFF"), picture("BMP"), picture(mode="RGB"), picture(mode="P")]


@fuzz
@given(data=st.one_of(mutilated([picture()]), png_made(), mutilated(OTHER_PICTURES), st.binary(max_size=300)))
def test_sprite(sample, data):
    sample.with_suffix(".json").write_text(json.dumps(SPRITE_CARD))
    assert is_the_sample(tried(sample, data, lambda _: read_sample(), DataError, 1100))


@fuzz
@given(
    data=st.one_of(
        changed(SPRITE_CARD).map(text_of), mutilated([text_of(SPRITE_CARD)]), ANY_JSON.map(text_of)
    )
)
def test_sprites_card(sample, data):
    sample.write_bytes(picture())
    card = sample.with_suffix(".json")
    assert is_the_sample(tried(card, data, lambda _: read_sample(), DataError, 50, named=sample.stem))


# The zoo: a network, its checkpoints and its card


STEPS = (0, 5, 60)
TOY = replace(zoo.RECIPES["zero-one"], sizes=(5, 4, 3), checkpoints=STEPS)
CARD = {"name": "toy", **{name: zoo.card("zero-one")[name] for name in zoo.CARD if name != "name"}}


def checkpoints():
    file = io.BytesIO()
    arrays = [np.ones((3, 4, 5)), np.ones((3, 3, 4)), np.zeros((3, 4)), np.zeros((3, 3))]
    names = ["weights0", "weights1", "biases0", "biases1"]
    np.savez(file, steps=STEPS, **dict(zip(names, arrays, strict=True)))
    return file.getvalue()


@pytest.fixture
def toy(tmp_path, monkeypatch):
    monkeypatch.setattr(zoo, "DATA", tmp_path)
    monkeypatch.setitem(zoo.RECIPES, "toy", TOY)
    (tmp_path / "toy.npz").write_bytes(ours())
    return tmp_path


@fuzz
@given(data=st.one_of(mutilated([ours()]), mutilated([ours(), *NPZ]), npz_made(), st.binary(max_size=300)))
def test_zoos_network(toy, data):
    found = tried(toy / "toy.npz", data, lambda _: zoo.load("toy"), NotANetwork, 1100)
    assert found is None or found.sizes == (5, 4, 3)


@fuzz
@given(data=st.one_of(mutilated([checkpoints()]), npz_made(), st.binary(max_size=300)))
def test_zoos_checkpoints(toy, data):
    found = tried(toy / "toy-checkpoints.npz", data, lambda _: zoo.checkpoints("toy"), NotANetwork, 1100)
    assert found is None or tuple(found) == STEPS


@fuzz
@given(data=st.one_of(changed(CARD).map(text_of), mutilated([text_of(CARD)]), ANY_JSON.map(text_of)))
def test_zoos_card(toy, data):
    found = tried(toy / "toy.json", data, lambda _: zoo.card("toy"), ValueError, 50)
    assert found is None or (found["name"] == "toy" and set(found) >= set(zoo.CARD))


# A training run that was cut off


RUN = {"epochs": 3, "learning_rate": 0.5, "checkpoints": (0, 4), "progress": False}


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """The file after one epoch of three, as its bytes and as its entries; and what the run ends with."""
    path, honest = tmp_path_factory.mktemp("run") / "run.npz", resume.save
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resume, "save", lambda *given: None if path.exists() else honest(*given))
        trained, _ = train(start((784, 2, 3)), *toy_digits(), resume=path, **RUN)
    with np.load(path) as file:
        return path.read_bytes(), dict(file), trained


@fuzz
@given(draw=st.data())
def test_training_run(tmp_path, cut, draw):
    data, entries, trained = cut
    header = json.loads(str(entries["header"]))
    kind = draw.draw(st.sampled_from(["mutilated", "header", "entry", "made"]))
    if kind == "mutilated":
        data = draw.draw(mutilated([data]))
    elif kind == "made":
        data = draw.draw(npz_made())
    else:
        file, forged = io.BytesIO(), dict(entries)
        if kind == "header":
            forged["header"] = np.array(json.dumps(draw.draw(changed(header))))
        else:
            forged[draw.draw(st.sampled_from(list(entries)))] = draw.draw(
                st.sampled_from([*entries.values(), np.zeros((2, 0)), np.array(1.5), np.array("text")])
            )
        np.savez(file, **forged)
        data = file.getvalue()
    found = tried(
        tmp_path / "run.npz",
        data,
        lambda path: train(start((784, 2, 3)), *toy_digits(), resume=path, **RUN)[0],
        ValueError,
        1100,
    )
    if found is not None and kind == "mutilated":
        assert all(map(np.array_equal, found.weights + found.biases, trained.weights + trained.biases))


# Links


LAYERS = {step: random_network((12, 5, 4, 3), seed=step) for step in (0, 10, 1000)}
OTHERS = {"null": random_network((12, 5, 4, 3), seed=7), "a&b": random_network((12, 5, 4, 3), seed=8)}
PANELS = (
    *("input", "hidden", "find", "outputs", "weight_map", "effective", "product", "top"),
    *("maps", "ledger", "outgoing", "responses", "ablate"),
)


def explorer(**state):
    images = random_images(pixels=12, n=20)
    return NetworkExplorer(
        None, *images, checkpoints=LAYERS, others=OTHERS, shape=(3, 4), panels=PANELS, **state
    )


# Drawing at once instead of sixty times a second; and every error where the test sees whose it is.
AT_ONCE = """
    window.requestAnimationFrame = (draw) => setTimeout(draw);
    window.cancelAnimationFrame = clearTimeout;
    window.wrong = [];
    for (const kind of ["error", "unhandledrejection"]) {
        addEventListener(kind, (event) => wrong.push(String(event.message ?? event.reason)));
    }
    window.drawn = () => new Promise((done) => setTimeout(() => setTimeout(done)));
"""

FOLLOW = """async (fragment) => {
    history.replaceState(null, "", fragment);
    dispatchEvent(new HashChangeEvent("hashchange"));
    await drawn();
    const said = (name) => document.querySelector(`[data-part=${name}]`).textContent;
    const text = document.querySelector(".wm").textContent;
    return { sentence: said("sentence"), note: said("link-note"), text, wrong: wrong.splice(0) };
}"""

GOOD = {
    "neuron": ["0", "3", "1e0"],
    "output": ["0", "2"],
    "sample": ["19", "7"],
    "layer": ["1", "2"],
    "step": ["0", "10", "1000"],
    "other": ["0", '"null"', "a%26b", "10"],
    "view": ["one", "compare"],
    "scales": ["shared", "separate"],
    "rank_by": ["weight", "activation", "contribution", "mean", "removal"],
    "colour_by": ["weight", "activation", "contribution", "mean", "removal"],
    "sorted": ["true", "false"],
    "ablated": ["", "1,0,0", "1,0,0;2,3,0.5", "1,1,2;1,1,0"],
    "pixels": ["null", "AAw", "AAv_", "_" * 16],
}
BAD = {
    "neuron": ["4", "5", "-1", "1.5", "0x1"],
    "output": ["3", "4", ""],
    "sample": ["20", "null", "true"],
    "layer": ["3", "0"],
    "step": ["7", "null", '"0"'],
    "other": ["null", "a&b", "[0]"],
    "view": ["two"],
    "rank_by": ["toString"],
    "colour_by": ["__proto__"],
    "sorted": ["1"],
    "ablated": ["2,4,0", "1,0,3", "1,0", "null", '"a"', "[1,0,0]", "1,0,1e999", ";", "1,0,0,0"],
    "pixels": ["", "AA", "AP8A", "%%%", "é"],
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def fragments(draw):
    text = "#explorer=" + draw(st.sampled_from([*"1111111", "2", "0", "", "__proto__"]))
    for name in draw(st.lists(st.sampled_from(list(GOOD)), unique=True, max_size=8)):
        value = st.sampled_from(GOOD[name])
        if draw(st.integers(0, 14)) == 0:
            value = st.one_of(
                st.sampled_from(BAD.get(name, [""])), TEXT, ANY_JSON.map(json.dumps), SIZE.map(str)
            )
        text += f"&{name}={draw(value)}"
    if draw(st.integers(0, 9)) == 0:
        text += "&" + draw(
            st.sampled_from(["panels=1", "constructor", "__proto__=1", "", "=", "é", "step=0"])
        )
    return text


WHOLE_LINK = (
    "#explorer=1&neuron=3&output=2&layer=2&other=%22null%22&view=compare&ablated=1,0,0;2,3,0.5&pixels=AAw"
)


@fuzz
@given(draw=st.data())
def test_links(new_page, tmp_path, draw):
    """The page shows what the link asks for, or says that it could not be read, and never stands still."""
    if not hasattr(new_page, "open"):
        explorer(neuron=2, step=10).to_html(tmp_path / "one.html")
        new_page.open = new_page()
        new_page.open.add_init_script(AT_ONCE)
        new_page.open.goto((tmp_path / "one.html").as_uri())
        new_page.open.wait_for_selector("[data-part=sentence]:not(:empty)")
        assert new_page.open.evaluate(FOLLOW, WHOLE_LINK)["note"] == ""
    fragment = draw.draw(
        st.one_of(
            fragments(), fragments(), mutilated([WHOLE_LINK.encode()]).map(lambda b: b.decode("latin-1"))
        )
    )
    if not fragment.startswith("#"):
        fragment = f"#{fragment}"
    began = time.perf_counter()
    seen = new_page.open.evaluate(FOLLOW, fragment)
    assert time.perf_counter() - began < SECONDS
    assert seen["wrong"] == []
    assert seen["note"] in ("", NOTE)
    assert seen["sentence"]
    assert "undefined" not in seen["text"]
    assert "NaN" not in seen["text"]


# Payloads


RENDER = """(async () => {
    const { network, images, state } = Function(`return ${sent}`)();
    const all = { ...state, _network: network, _images: images }, el = document.createElement("div");
    const model = { get: (name) => all[name], set() {}, on() {}, off() {}, save_changes() {} };
    el.dataset.explorer = "1";
    document.body.append(el);
    let stop = () => {}, trouble = "";
    try {
        stop = await render({ model, el });
        await drawn();
        trouble = el.querySelector("[data-part=trouble]")?.textContent ?? "";
    } catch { // where the host says so
        trouble = "This explorer could not start";
    }
    // What could not start must not come to life by a link.
    history.replaceState(null, "", "#explorer=1&sample=1");
    dispatchEvent(new HashChangeEvent("hashchange"));
    await drawn();
    history.replaceState(null, "", "#");
    const sentence = el.querySelector("[data-part=sentence]")?.textContent, shown = el.textContent;
    stop();
    el.remove();
    return { trouble, sentence, shown, wrong: wrong.splice(0) };
})()"""


def payloads():
    """Those of a picture, a table and pictures with colours, as Python would send them."""
    small = random_network((12, 4, 3), seed=1)
    tables = random_images(pixels=12, n=5)
    for one in (
        explorer(),
        NetworkExplorer(small, *tables, features=[f"f{i}" for i in range(12)], panels=PANELS),
        NetworkExplorer(small, *tables, shape=(2, 2, 3), panels=PANELS),
    ):
        traits = one.get_state()
        state = {name: traits[name] for name in (*STATE, "panels")}
        yield {"network": one._network, "images": one._images, "state": state}


PAYLOADS = list(payloads())


@st.composite
def payloads_made(draw):
    whole = draw(st.sampled_from(PAYLOADS))
    data = {name: bytes(whole[name]["data"]) for name in ("network", "images")}
    found = {part: {k: v for k, v in whole[part].items() if k != "data"} for part in whole}
    for part in draw(st.lists(st.sampled_from(["network", "images", "state", "state"]), max_size=2)):
        found[part] = draw(changed(found[part]))
    for name, deflated in data.items():
        kind = draw(st.sampled_from([*["whole"] * 9, "numbers", "stream", "text"]))
        if kind == "numbers":
            deflated = zlib.compress(draw(mutilated([zlib.decompress(deflated)])))
        elif kind == "stream":
            deflated = draw(mutilated([deflated]))
        text = base64.b64encode(deflated).decode()
        found[name]["data"] = draw(st.one_of(TEXT, ANY_JSON)) if kind == "text" else text
    return found


@pytest.fixture
def rendered(page, in_page):
    """A function that renders a payload, and returns what then stands there and what went wrong."""
    page.evaluate(AT_ONCE)
    in_text = {"default": lambda data: base64.b64encode(data).decode()}
    return lambda payload: in_page(RENDER, sent=json.dumps(payload, **in_text))


# A table has no channels.
COLOURED = PAYLOADS[2]
COLOURED_TABLE = {**COLOURED, "images": {**COLOURED["images"], "shape": None, "features": ["a"] * 4}}


@fuzz
@given(payload=payloads_made())
@example(payload=COLOURED_TABLE)
def test_payloads(rendered, payload):
    """An explorer, or the words of trouble; never an error that nobody hears."""
    began = time.perf_counter()
    seen = rendered(payload)
    assert time.perf_counter() - began < SECONDS
    assert seen["wrong"] == []
    assert seen["trouble"] or seen["sentence"]
    assert seen["trouble"] or "undefined" not in seen["shown"]


def test_what_is_mutilated_is_whole(sample, toy, rendered):
    """Otherwise all of the above would be refused at the door."""
    sample.write_bytes(picture())
    sample.with_suffix(".json").write_text(json.dumps(SPRITE_CARD))
    assert len(read_sample()) == 10
    (toy / "toy-checkpoints.npz").write_bytes(checkpoints())
    (toy / "toy.json").write_text(json.dumps(CARD))
    assert isinstance(zoo.load("toy"), Network)
    assert tuple(zoo.checkpoints("toy")) == STEPS
    assert zoo.card("toy") == CARD
    for whole in PAYLOADS:
        seen = rendered(whole)
        assert (seen["trouble"], seen["wrong"]) == ("", [])
        assert "Neuron 0" in seen["sentence"]
