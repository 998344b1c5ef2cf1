"""What a coding of the weights costs, and how far it moves numbers: `python benchmarks/payload.py`.

Every coding is of the first layer of `nielsen` (784-100-10); the rest stays float32. Sizes are those of a
page's script: deflated, base64, and compressed with gzip as by a server. Errors are the largest over all
5,000 images of the sample: of a hidden neuron's z, of its contribution to an output, of an output's z, of an
output.
"""

import base64
import gzip
import json
import zlib

import numpy as np

from weightmaps import zoo
from weightmaps.digits import load_sample
from weightmaps.network import Network
from weightmaps.widgets import encode
from weightmaps.widgets.input_spec import InputSpec

SAMPLE = load_sample()
IMAGES = SAMPLE.images.astype(float)
GIVEN = SAMPLE[::50]
OUTPUTS = [str(digit) for digit in range(10)]


def wire(content):
    """Bytes of a payload's script after gzip."""
    text = json.dumps(content, default=lambda data: base64.b64encode(data).decode(), separators=(",", ":"))
    return len(gzip.compress(f'(window.weightmapsAssets ??= {{}})["{"0" * 16}"] = {text};'.encode(), 6))


def planes(numbers, count):
    """The bytes of integers, signs last, all lowest bytes first."""
    codes = (2 * np.abs(numbers) - (numbers < 0)).astype("<u4").ravel()
    return codes.view(np.uint8).reshape(-1, 4)[:, :count].T.tobytes()


def codings(weights):
    """Each coding's name, the weights after it, and their bytes before deflate."""
    for kind in ("<f4", "<f2"):
        coded = weights.astype(kind)
        yield {"<f4": "float32", "<f2": "float16"}[kind], coded, coded.tobytes()
    scale = np.abs(weights).max(axis=1, keepdims=True) / 32767
    wholes = np.rint(weights / scale).astype(int)
    yield "int16, a scale a neuron", wholes * scale, wholes.astype("<i2").tobytes()
    yield "the same, in planes", wholes * scale, planes(wholes, 3)
    ink = np.sqrt((GIVEN.images.astype(float) ** 2).mean(axis=0))
    for least in (0.2, 0.05):
        scale = 2.5e-5 / np.maximum(ink, least)
        wholes = np.rint(weights / scale).astype(int)
        yield f"a scale a pixel, ink ≥ {least}", wholes * scale, planes(wholes, 3)
    wholes = np.rint(weights / encode.UNIT).astype(int)
    yield "one unit, rounded", wholes * encode.UNIT, planes(wholes, 3)


def errors(network, shown):
    """The four largest errors."""
    exact, other = network.forward(IMAGES), shown.forward(IMAGES)
    a1 = np.abs(other.a[1] - exact.a[1]).max(axis=0)
    z1, z2, a2 = (
        np.abs(x - y).max()
        for x, y in zip(
            (exact.z[1], exact.z[2], exact.a[2]), (other.z[1], other.z[2], other.a[2]), strict=True
        )
    )
    return z1, (a1 * np.abs(network.weights[1])).max(), z2, a2


def line(name, size, four):
    print(f"{name:28}{size:>10,}" + "".join(f"{error:12.1e}" for error in four), flush=True)


def main():
    network = zoo.load("nielsen")
    rest = [network.biases[0], network.weights[1], network.biases[1]]
    tail = b"".join(array.astype("<f4").tobytes() for array in rest)
    kept = encode.encode_network([network], [None], [], OUTPUTS, GIVEN.images, InputSpec((28, 28)))
    print(f"{'first layer':28}{'bytes':>10}{'z':>12}{'w·a':>12}{'output z':>12}{'output':>12}")
    for name, weights, data in codings(network.weights[0]):
        shown = Network([weights.astype(float), network.weights[1]], network.biases, network.activations)
        size = wire({**kept, "data": zlib.compress(data + tail, 9)})
        line(name, size, errors(network, shown))
    [shown] = encode.decode_network(kept)
    line(f"one unit, 1/{1 / kept['unit']:.0f}, dithered", wire(kept), errors(network, shown))

    checkpoints = zoo.checkpoints("zero-one")
    networks, pairs = list(checkpoints.values()), SAMPLE.only(0, 1)[::10]
    kept = encode.encode_network(
        networks, list(checkpoints), [], OUTPUTS[:2], pairs.images, InputSpec((28, 28))
    )
    each = [errors(*both) for both in zip(networks, encode.decode_network(kept), strict=True)]
    line(f"zero-one, {len(networks)} checkpoints", wire(kept), np.max(each, axis=0))
    print(f"{'100 images':28}{wire(encode.encode_images(*GIVEN, InputSpec((28, 28)), 10)):>10,}")


if __name__ == "__main__":
    main()
