"""Generated and mutilated files: a network or the documented error, in bounded memory and time.

A few hundred files of each kind; WEIGHTMAPS_FUZZ=10000 makes it so many, and other ones every time.
"""

import base64
import contextlib
import importlib
import io
import json
import os
import pickle
import tempfile
import time
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network_files import npy, objects, torch_file
from weightmaps import interop
from weightmaps.arrays import Unreadable, read_npy
from weightmaps.network import Network, NotANetwork
from weightmaps.widgets import bundle

LONG = os.environ.get("WEIGHTMAPS_FUZZ")
MEGABYTE = 1 << 20
SECONDS = 5

fuzz = settings(
    max_examples=int(LONG or 100),
    derandomize=not LONG or "CI" in os.environ,  # the same change passes or fails every time
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


for library in ("h5py", "onnx", "scipy.io"):  # else the first file that begins as theirs pays for the import
    with contextlib.suppress(ImportError):
        importlib.import_module(library)


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def tried(path, data, read, error, growth, *, room=6 * MEGABYTE, named=None):
    """Read a file; each byte of it may take so many of memory, `growth`, beside `room`.

    An error says why in words, with the file's path, or `named`.
    """
    path.write_bytes(data)
    found = told = None
    tracemalloc.start()
    start = time.perf_counter()
    try:
        found = read(path)
    except error as caught:
        told = str(caught)
    seconds, (_, peak) = time.perf_counter() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < room + growth * len(data)
    assert seconds < SECONDS
    assert told is None or ((named or str(path)) in told and len(told) < 2000)
    return found


# Bytes: whole files with some of them changed, left out, repeated or put in.

NUMBERS = st.sampled_from(
    [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 63) - 1, (1 << 64) - 1]
)


@st.composite
def mutilated(draw, wholes):
    data = bytearray(draw(st.sampled_from(wholes)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        kind = draw(st.sampled_from(["byte", "number", "cut", "end", "insert", "repeat"]))
        if kind == "byte" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif kind == "number":
            size = draw(st.sampled_from([1, 2, 4, 8]))
            data[at : at + size] = (draw(NUMBERS) & (256**size - 1)).to_bytes(size, "little")
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 40))]
        elif kind == "end":
            del data[at:]
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=20))
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 200))]
    return bytes(data)


def arrays():
    """Small networks' arrays."""
    rng = np.random.default_rng(0)
    return {
        f"{i}.{kind}": rng.normal(size=shape)
        for i, (o, n) in enumerate([(4, 5), (3, 4)])
        for kind, shape in (("weight", (o, n)), ("bias", (o,)))
    }


def npz(save=np.savez, **more):
    file = io.BytesIO()
    save(file, **arrays(), **more)
    return file.getvalue()


def ours():
    w1, b1, w2, b2 = arrays().values()
    with tempfile.TemporaryDirectory() as name:
        Network([w1, w2], [b1, b2], ["relu", "softmax"]).save(f"{name}/n.npz")
        return Path(name, "n.npz").read_bytes()


def safetensors(header, data):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def a_safetensors():
    header, data = {"__metadata__": {"activations": "relu,softmax"}}, b""
    for name, array in arrays().items():
        header[name] = {
            "dtype": "F64",
            "shape": array.shape,
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.tobytes()
    return safetensors(header, data)


def a_json(**more):
    w1, b1, w2, b2 = (array.tolist() for array in arrays().values())
    return json.dumps({"weights": [w1, w2], "biases": [b1, b2], **more}).encode()


NPY = [npy(np.arange(6.0).reshape(2, 3)), npy(np.array("text")), npy(np.array([1, None]))]
NPZ = [
    npz(activations=["relu", "softmax"]),
    npz(np.savez_compressed, activations='["relu", "softmax"]'),
    npz(activations=np.array([None])),
    ours(),
]
SAFETENSORS = [a_safetensors()]


def json_within():
    """Texts that are JSON themselves, and a layer of neurons, each its bias and its weights."""
    w1, b1, w2, b2 = (array.tolist() for array in arrays().values())
    neurons = [[[b], w] for w, b in zip(w1, b1, strict=True)]
    return json.dumps({"1": neurons, "2": {"W": json.dumps(w2), "b": json.dumps(b2)}}).encode()


JSON = [
    a_json(activations=["relu", "softmax"]),
    json_within(),
    a_json(sizes=[5, 4, 3], cost="C"),
    a_json(),
]

PT = [torch_file(arrays()), torch_file(arrays(), old=True), torch_file(arrays(), around="state_dict")]
PKL = [
    *(pickle.dumps(arrays(), protocol) for protocol in (2, 4, 5)),
    pickle.dumps([list(arrays().values())[::2], list(arrays().values())[1::2]]),
    npy(objects(*arrays().values())),
]

# Files made anew, of parts that are right, wrong or monstrous.

SIZE = st.one_of(
    st.integers(0, 6), st.integers(-2, 10**20), st.sampled_from([10**12, 1 << 31, 1 << 63, 10**40])
)
SHAPE = st.lists(SIZE, max_size=4)
NAME = st.one_of(
    st.sampled_from(
        [*arrays(), "W1", "b1", "weights", "header", "activations", "<script>", "a/../b", "a", "x" * 999]
    ),
    st.text(max_size=8),
)
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), SIZE),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@st.composite
def npy_made(draw):
    descr = draw(
        st.one_of(
            st.sampled_from(["<f8", "<f4", "|O", "<U0", "<U3", "|S0", "|V8", ">i2", "<f16", "<m8[s]"]),
            st.text(max_size=6),
        )
    )
    header = {"descr": descr, "fortran_order": draw(st.booleans()), "shape": tuple(draw(SHAPE))}
    text = f"{header}\n".encode()
    version = draw(st.sampled_from([1, 1, 1, 2, 3, 0, 9]))
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + draw(st.binary(max_size=64))


@st.composite
def npz_made(draw):
    file = io.BytesIO()
    with zipfile.ZipFile(
        file, "w", draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    ) as archive:
        for name in draw(st.lists(NAME, max_size=5, unique=True)):
            parts = st.one_of(
                st.sampled_from([npy(a) for a in arrays().values()]), npy_made(), st.binary(max_size=50)
            )
            ending = draw(st.sampled_from([".npy", ".npy", ".pkl", ""]))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # without its zeroes a name may be there twice
                archive.writestr("w" + name.replace("\0", "") + ending, draw(parts))
    return file.getvalue()


@st.composite
def json_made(draw):
    number = st.one_of(st.floats(), st.integers(), st.sampled_from([1e308, 10**400, True, None, "1"]))
    matrix = st.one_of(st.lists(st.lists(number, max_size=3), max_size=3), ANY_JSON)
    data = {
        "weights": draw(st.one_of(st.lists(matrix, max_size=3), ANY_JSON)),
        "biases": draw(st.one_of(st.lists(st.lists(number, max_size=3), max_size=3), ANY_JSON)),
    }
    for name in draw(st.sets(st.sampled_from(["sizes", "cost", "activations", "x"]))):
        data[name] = draw(ANY_JSON)
    for name in draw(st.sets(st.sampled_from(sorted(data)))):
        data[name] = json.dumps(data[name])
    return json.dumps(draw(st.sampled_from([data, data, [data], {"network": data}]))).encode()


@st.composite
def safetensors_made(draw):
    data = draw(st.binary(max_size=64))
    offset = st.one_of(st.integers(0, len(data)), SIZE)
    entry = st.fixed_dictionaries(
        {},
        optional={
            "dtype": st.one_of(st.sampled_from(["F64", "F32", "F16", "BF16", "I64", "BOOL"]), ANY_JSON),
            "shape": st.one_of(SHAPE, ANY_JSON),
            "data_offsets": st.one_of(st.lists(offset, min_size=2, max_size=2), ANY_JSON),
        },
    )
    header = draw(st.one_of(st.dictionaries(NAME, st.one_of(entry, ANY_JSON), max_size=4), ANY_JSON))
    return safetensors(header, data)


# Opcodes out of order; names that are asked for, right and wrong; and arguments without end.
OPCODES = st.sampled_from(
    [
        *(
            b"(",
            b"}",
            b"]",
            b")",
            b"t",
            b"\x85",
            b"\x86",
            b"\x87",
            b"a",
            b"e",
            b"s",
            b"u",
            b"d",
            b"l",
            b"0",
            b"2",
        ),
        *(
            b"q\x00",
            b"h\x00",
            b"\x94",
            b"N",
            b"\x88",
            b"K\x05",
            b"J\xff\xff\xff\x7f",
            b"\x8a\x08" + b"\x7f" * 8,
        ),
        *(b"X\x01\0\0\0w", b"X\xff\xff\xff\x7f", b"B\x10\0\0\0" + bytes(16), b"Q", b"R", b"b", b"\x81", b"i"),
        *(b"X\x07\0\0\0storage", b"ctorch\nFloatStorage\n", b"ctorch._utils\n_rebuild_tensor_v2\n"),
        *(b"ccollections\nOrderedDict\n", b"cos\nsystem\n", b"cnumpy.core.multiarray\n_reconstruct\n"),
        *(
            b"cnumpy\ndtype\n",
            b"cnumpy\nndarray\n",
            b"X\x02\0\0\0f8",
            b"cnumpy.core.multiarray\nscalar\n",
            b".",
        ),
    ]
)
PICKLE = st.lists(OPCODES, max_size=60).map(lambda parts: b"\x80\x02" + b"".join(parts) + b".")


@st.composite
def pt_made(draw):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "a/data.pkl",
            draw(st.one_of(PICKLE, mutilated([zipfile.ZipFile(io.BytesIO(PT[0])).read("net/data.pkl")]))),
        )
        for key in range(4):
            archive.writestr(
                f"{draw(st.sampled_from(['a', 'net']))}/data/{key}", draw(st.binary(max_size=160))
            )
    return file.getvalue()


FORMATS = {
    "pt": st.one_of(mutilated(PT), mutilated(PT), pt_made()),
    "pkl": st.one_of(mutilated(PKL), mutilated(PKL), PICKLE),
    "npy": st.one_of(mutilated(NPY), npy_made(), st.binary(max_size=300)),
    "npz": st.one_of(mutilated(NPZ), mutilated(NPZ), npz_made(), st.binary(max_size=300)),
    "safetensors": st.one_of(
        mutilated(SAFETENSORS), mutilated(SAFETENSORS), safetensors_made(), st.binary(max_size=300)
    ),
    "json": st.one_of(mutilated(JSON), json_made(), ANY_JSON.map(lambda value: json.dumps(value).encode())),
}
GROWTH = {"npz": 1100, "safetensors": 50, "json": 50, "pt": 1100, "pkl": 400}  # 1100 times can deflate shrink


@fuzz
@given(data=FORMATS["npy"])
def test_npy(folder, data):
    found = tried(folder / "a.npy", data, read_npy, Unreadable, 3)
    assert found is None or found.dtype.kind in "fiubUS"


@pytest.mark.parametrize("kind", GROWTH)
@fuzz
@given(draw=st.data())
def test_networks(folder, kind, draw):
    network = tried(folder / f"a.{kind}", draw.draw(FORMATS[kind]), quietly, NotANetwork, GROWTH[kind])
    if network is not None:
        with np.errstate(all="ignore"):  # weights of 1e300 overflow
            assert network.forward(np.zeros(network.sizes[0])).a[-1].shape == (network.sizes[-1],)


def quietly(path):
    """Read a network, whatever is found out on the way."""
    with interop.heard():
        return interop.read(path)


READ = """async ({ readers, name, text }) => {
    try {
        await readers.readFile(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), name);
        return "";
    } catch (error) {
        if (!(error instanceof readers.Refused && error.message)) throw error;
        return error.message;
    }
}"""


@pytest.fixture
def browsers(page):
    """The browser's reader: what it says of a file that it refuses, else nothing."""
    readers = page.evaluate_handle(
        "(source) => import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })))",
        f"{bundle.module('files.js')}\nexport {{ readFile, Refused }};",
    )

    def read(data, kind):
        given = {"readers": readers, "name": f"images.{kind}", "text": base64.b64encode(data).decode()}
        return page.evaluate(READ, given)

    return read


@pytest.mark.parametrize("kind", FORMATS)
@fuzz
@given(draw=st.data())
def test_the_browsers_reader_reads_or_refuses(browsers, kind, draw):
    data = draw.draw(FORMATS[kind])
    start = time.perf_counter()
    browsers(data, kind)
    assert time.perf_counter() - start < SECONDS


def test_the_files_that_are_mutilated_are_whole(folder, browsers):
    """Otherwise all of the above would be refused at the door."""
    for kind, files in (
        ("npz", NPZ[:2] + NPZ[3:]),
        ("safetensors", SAFETENSORS),
        ("json", JSON[:3]),
        ("pt", PT),
        ("pkl", PKL),
    ):
        for data in files:
            (folder / f"whole.{kind}").write_bytes(data)
            with interop.heard():
                assert interop.read(folder / f"whole.{kind}", "relu,softmax").sizes == (5, 4, 3)
            assert browsers(data, kind) == ""
    assert browsers(NPY[0], "npy") == ""
