"""Mutilated tables, labels, IDX files and pictures: read, or refused in one line."""

import io
import os
import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from small_mnist import idx
from weightmaps.interop import read_images, read_labels
from weightmaps.widgets import bundle
from weightmaps.widgets.still import Engine

LONG = os.environ.get("WEIGHTMAPS_FUZZ")
FILES = int(LONG or 100)


def picture(kind):
    grey = np.full((60, 50), 200, np.uint8)
    grey[10:50, 20:26] = 40
    file = io.BytesIO()
    Image.fromarray(grey).save(file, kind)
    return file.getvalue()


WHOLE = {
    "a.csv": [
        b"label,p1,p2,p3\n1,2,3,4\n0,5,6,7\n",
        b'1;2;3;4\n"a";1;2;3\n',
        b"# x y z\n1e0 2 3 4\n5 6 7 8\n",
        b"1,0,0\n0,1,0\n",
    ],
    "labels.txt": [b"a\nb\nc\n", b"1 0\n0 1\n", b"label\n1\n2\n"],
    "a-ubyte": [idx(np.zeros((2, 28, 28))), idx(np.arange(5))],
    "a.png": [picture("PNG")],
    "a.jpg": [picture("JPEG")],
}
TEXT = b'0123456789,;\t\n "ae-.#nif'


def mutilated(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([0, 1, 1, 2, 5, 20])):
        if not data:
            break
        at = rng.randrange(len(data))
        match rng.randrange(5):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randrange(1, 20)]
            case 2:
                data[at:at] = bytes(rng.choices(TEXT, k=rng.randrange(1, 9)))
            case 3:
                data = data[:at]
            case 4:
                data[at:at] = data[at // 2 : at]
    return bytes(data)


def outcomes(name, read, named=""):
    """How many of the mutilated files were read, and how many refused."""
    rng = random.Random(None if LONG and "CI" not in os.environ else name)
    ends = {"read": 0, "refused": 0}
    for _ in range(FILES):
        data = mutilated(rng, rng.choice(WHOLE[name]))
        told = read(data, rng.choice([784, 3, 4]))
        assert told is None or 0 < len(told) < 600, data
        assert told is None or ("\n" not in told and named in told), data
        ends["read" if told is None else "refused"] += 1
    return ends


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("what", ["images", "labels"])
def test_python_reads_or_refuses(name, what, tmp_path):
    path = Path(tmp_path) / name

    def read(data, inputs):
        path.write_bytes(data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read_images(path, inputs) if what == "images" else read_labels(path)
        except ValueError as error:
            return str(error)
        return None

    ends = outcomes(name, read, named=str(path))
    assert ends["refused"] > FILES / 10
    assert ends["read"] or (what == "labels" and name[-3:] in ("png", "jpg"))


CALL = """await (async () => {
    try {
        const { images } = await readFile(bytes, name);
        if (images) imagesFor(images, inputs);
        return null;
    } catch (error) {
        if (error instanceof Refused) return error.message;
        throw error;
    }
})()"""


@pytest.mark.parametrize("name", ["a.csv", "labels.txt", "a-ubyte"])
def test_the_page_reads_or_refuses(name):
    engine = Engine("globalThis.self ??= {};" + bundle.script("worker.js"))
    ends = outcomes(name, lambda data, n: engine.evaluate(CALL, bytes=data, name=name, inputs=n))
    assert min(ends.values()) > FILES / 20


SCAN = """(() => {
    const { images, boxes } = scan({ values: new Float64Array(values), rows, columns }, several);
    return { images: images.map((one) => [...one]), boxes };
})()"""


def scribbled(rng):
    """A picture of anything: blank, noise, a slope, and on it strokes, lines from edge to edge and specks."""
    rows, columns = (rng.choice([1, 2, 9, 28, 60, rng.randrange(1, 90)]) for _ in range(2))
    grain = np.random.default_rng(rng.randrange(1 << 30))
    paper = rng.choice([0.0, 1.0, rng.random()])
    values = np.full((rows, columns), paper) + rng.choice([0, 0, 0.05, 1]) * grain.normal(
        size=(rows, columns)
    )
    values += rng.choice([0, 0.5]) * np.linspace(0, 1, columns)
    for _ in range(rng.choice([0, 1, 1, 3, 40])):
        top, left = rng.randrange(rows), rng.randrange(columns)
        tall, wide = (rng.choice([1, 2, size, rng.randrange(1, size + 1)]) for size in (rows, columns))
        values[top : top + tall, left : left + wide] = rng.random()
    return np.clip(values, 0, 1)


def test_any_picture_gives_digits_or_none():
    engine, rng = Engine(bundle.script("scan.js")), random.Random(None if LONG else 0)
    counts = []
    for _ in range(FILES):
        values, several = scribbled(rng), rng.random() < 0.7
        rows, columns = values.shape
        given = {"values": values.ravel().tolist(), "rows": rows, "columns": columns, "several": several}
        found = engine.evaluate(SCAN, **given)
        images, boxes = np.array(found["images"]).reshape(-1, 784), found["boxes"]
        assert ((images >= 0) & (images <= 1)).all(), values.tolist()
        assert len(boxes) == len(images) <= (500 if several else 1)
        for left, top, right, bottom in boxes:
            assert 0 <= left < right <= columns
            assert 0 <= top < bottom <= rows
        counts.append(len(images))
    assert min(counts) == 0
    assert max(counts) > 1
