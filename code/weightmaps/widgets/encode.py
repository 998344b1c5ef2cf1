"""Encoding of networks and images for the browser: few bytes, and no number on screen changed."""

import itertools
import math
import zlib

import numpy as np

from weightmaps import checks
from weightmaps.digits import load_sample
from weightmaps.network import Network, activate
from weightmaps.widgets.checks import reach
from weightmaps.widgets.input_spec import InputSpec

MOST_IMAGES = 2000
UNIT = 1 / 10240
FINER = (1, 0.9, 0.8, *(0.5**k for k in range(1, 8)))  # shares of the unit, tried in turn
FINER_AT_ONCE = (1, 1 / 4, 1 / 16, 1 / 64)  # for many weights, where a try takes seconds
FEW_WEIGHTS = 50_000  # up to here a quarter of the unit costs little, and images not given gain by it
MANY_WEIGHTS = 1_000_000  # from here on the sample would take seconds to check
LARGEST_WHOLE = 2**23 - 1  # three bytes, one bit of them for the sign
LARGEST_ERROR = 9.5e-4  # of a number on screen, over the images checked; 1e-3 is promised
BATCH = 200  # images at once, fewer where a layer is wide: memory
BLOCK = 128  # neurons at once: memory


def encode_network(networks, steps, others, outputs, images, spec):
    """Every weight and bias, deflated; the first layer's weights as whole multiples of one unit.

    Each is rounded to a multiple of 1/10240 (finer where numbers on screen, or colours, need it; float32
    where that is not enough), and the pixels after it make up for what it lost. `nielsen` is then 158 KB
    on the wire and no number is off by more than 9.0e-4 over all 5,000 images of the sample; float32 is
    298 KB, float16 151 KB but 1.6e-2 off, int16 with a scale a neuron 160 KB and 2.2e-3 off
    (``benchmarks/payload.py``). Networks are worked through by blocks of neurons, so that a large one needs
    little memory beside its own.

    Parameters
    ----------
    networks : list of Network
        One a step, then the others, all of the same sizes.
    steps : list of int or None
        Their training steps.
    others : list of str
        The others' names.
    outputs : sequence of str
        The outputs' names.
    images : array, shape (n, n_in)
        The images that the explorer shows. The numbers on screen are checked for these, and for the
        sample that ships where that fits.
    spec : InputSpec

    Returns
    -------
    dict
        ``unit`` is None where the first layer is float32 too. ``data`` holds, for each network in turn,
        ``W1, b1, W2, b2, …`` as little-endian float32, without ``W1`` if there is a unit; then the multiples
        of all ``W1``, in three planes of bytes, the lowest first: 0, -1, 1, -2, 2 are 0, 1, 2, 3, 4.
    """
    payload = {
        "sizes": list(networks[0].sizes),
        "activations": list(networks[0].activations),
        "steps": [step for step in steps if step is not None],
        "others": list(others),
        "outputs": list(outputs),
    }
    count = sum(network.weights[0].size for network in networks)
    largest = max(reach(network.weights[0]) for network in networks)
    many = count >= MANY_WEIGHTS
    if spec == InputSpec((28, 28)) and not many:  # a reader may draw a digit that was not given
        images = np.concatenate([images, load_sample().images])
    for share in FINER_AT_ONCE if many else FINER:
        unit, planes = UNIT * share, None  # the last try's are freed before the next are made
        if count <= FEW_WEIGHTS and share > 0.25:
            continue
        if largest / unit > LARGEST_WHOLE - 1:
            break
        planes = _planes(networks, unit, spec)
        if _looks_the_same(networks, planes, unit, images):
            return {**payload, "unit": unit, "data": _pack(networks, planes, 6 if many else 9)}
    return {**payload, "unit": None, "data": _pack(networks, None, 1 if many else 9)}


def encode_images(images, labels, spec, n_out):
    """The images, deflated: a byte a pixel where that is exact, else little-endian float32.

    Parameters
    ----------
    images : array, shape (n, n_in)
        In [0, 1] or, of a table, any numbers.
    labels : array of int, shape (n,), or None
        Label k says that output k is right; None where one output answers by its size.
    spec : InputSpec
    n_out : int
        Outputs of the network.
    """
    n_in = len(spec.features or ()) or math.prod(spec.shape) * len(spec.planes)
    if images.ndim != 2 or images.shape[1] != n_in or images.dtype.kind not in "fiub":
        raise ValueError(
            f"images is {images.dtype} of shape {images.shape}; the network wants numbers, (n, {n_in})"
        )
    if not 1 <= len(images) <= MOST_IMAGES:
        raise ValueError(
            f"images holds {len(images):,}; give 1 to {MOST_IMAGES:,}, for example images[::10], labels[::10]"
        )
    low, high = images.min(), images.max()
    if spec.features and not max(-low, high) <= np.finfo(np.float32).max:
        raise ValueError(f"images holds values {low} to {high}; they must be finite, in float32 too")
    if not (spec.features or (low >= 0 and high <= 1)):
        raise ValueError(f"images holds pixels {low} to {high}; they must lie in [0, 1]")
    if labels is not None:
        if n_out == 1:
            raise ValueError(
                "labels are given, but the network's one output answers by its size; give labels=None"
            )
        labels = checks.labels(labels, len(images), n_out, "labels").tolist()
    pixels = np.round(np.clip(images, 0, 1) * 255).astype(np.uint8)
    exact = bool(np.abs(pixels / 255 - images).max() < 1e-6)
    return {
        "shape": spec.shape and list(spec.shape),
        "channels": spec.channels,
        "features": spec.features and list(spec.features),
        "dtype": "uint8" if exact else "float32",
        "labels": labels,
        "data": zlib.compress((pixels if exact else images.astype("<f4")).tobytes(), 9),
    }


def decode_network(payload):
    """The networks in the result of :func:`encode_network`, number for number as the browser reads them."""
    shapes = [(rows, columns) for columns, rows in itertools.pairwise(payload["sizes"])]
    count, data = max(1, len(payload["steps"])) + len(payload["others"]), zlib.decompress(payload["data"])
    first = math.prod(shapes[0])
    coded = 0 if payload["unit"] is None else 3 * count * first
    numbers = np.frombuffer(data[: len(data) - coded], dtype="<f4").reshape(count, -1)
    if coded:
        planes = np.frombuffer(data[-coded:], dtype=np.uint8).reshape(3, count, first)
        numbers = np.hstack([_multiples(planes, payload["unit"]), numbers])
    ends = np.cumsum([size for rows, columns in shapes for size in (rows * columns, rows)])
    networks = []
    for row in numbers:
        parts = np.split(row, ends[:-1])
        weights = [part.reshape(shape) for part, shape in zip(parts[::2], shapes, strict=True)]
        networks.append(Network(weights, parts[1::2], payload["activations"]))
    return networks


def encode_arrays(arrays, *, coarse=(), **more):
    """Named arrays of numbers, deflated, for a small figure.

    Parameters
    ----------
    arrays : dict of {str: array}
        Whole numbers from 0 to 255 travel as they are, all else as float32.
    coarse : sequence of str
        Those of them that are maps, shape (n, 784), and travel as one byte a weight: whole multiples of
        1/127 of the largest, dithered, which no eye sees and hardly a sum over an image.
    **more
        What else is to travel, as JSON.

    Returns
    -------
    dict
        ``arrays`` lists the name, kind, shape and unit of each; ``data`` holds their numbers in that order,
        which a dictionary would not keep in a notebook.
    """
    heads, data = [], bytearray()
    for name, array in arrays.items():
        array, unit = np.asarray(array), 1.0
        if name in coarse:
            unit = float(np.abs(array).max()) / 127 or 1.0
            array = np.clip(_dither(array / unit, (28, 28)), -127, 127).astype("i1")
        elif array.dtype != np.uint8:
            array = array.astype("<f4")
        heads.append([name, array.dtype.str[1:], list(array.shape), unit])
        data += array.tobytes()
    return {**more, "arrays": heads, "data": zlib.compress(bytes(data), 9)}


def decode_arrays(payload):
    """The arrays in the result of :func:`encode_arrays`, number for number as the browser reads them."""
    data, at, found = zlib.decompress(payload["data"]), 0, {}
    for name, kind, shape, unit in payload["arrays"]:
        array = np.frombuffer(data, f"<{kind}", math.prod(shape), at).reshape(shape)
        found[name] = array if kind == "u1" else (unit * array).astype(np.float32)
        at += array.nbytes
    return found


def _planes(networks, unit, spec):
    """All first weights as codes of whole multiples of the unit: three planes of bytes, neurons, inputs."""
    planes = np.empty((3, sum(network.sizes[1] for network in networks), networks[0].sizes[0]), np.uint8)
    at = 0
    for block in itertools.chain.from_iterable(_blocks(network.weights[0]) for network in networks):
        wholes = _rounded(block / unit, spec)
        codes = 2 * np.abs(wholes) - (wholes < 0)
        for plane, bits in zip(planes, (0, 8, 16), strict=True):
            plane[at : at + len(block)] = codes >> bits & 255
        at += len(block)
    return planes


def _multiples(planes, unit):
    low, middle, high = planes.astype(np.int32)
    codes = low + 256 * middle + 65536 * high
    return (unit * (codes >> 1 ^ -(codes & 1))).astype(np.float32)


def _blocks(weights):
    return (weights[start : start + BLOCK] for start in range(0, len(weights), BLOCK))


def _rounded(weights, spec):
    """Whole numbers; over a picture each channel is dithered."""
    if spec.features:
        return np.rint(weights).astype(np.int32)
    wholes = np.empty(weights.shape, np.int32)
    for plane in spec.planes:
        wholes[:, plane] = _dither(weights[:, plane], spec.shape)
    return wholes


def _dither(weights, shape):
    """Round each row, an image of `shape`, to whole numbers; later pixels make up for what earlier ones lost.

    The shares are Floyd and Steinberg's (1976). Neighbouring pixels hold similar ink, so what is lost and
    what makes up for it nearly cancel in the sum over an image.
    """
    rows, columns = shape
    values = np.zeros((rows + 1, columns + 2, len(weights)))  # the margin takes what leaves the image
    values[:rows, 1:-1] = weights.T.reshape(rows, columns, -1)
    wholes = np.zeros((rows, columns, len(weights)), dtype=np.int32)
    for r in range(rows):
        for c in range(columns):
            value = values[r, c + 1]
            wholes[r, c] = np.rint(value)
            lost = value - wholes[r, c]
            values[r, c + 2] += lost * 7 / 16
            values[r + 1, c] += lost * 3 / 16
            values[r + 1, c + 1] += lost * 5 / 16
            values[r + 1, c + 2] += lost * 1 / 16
    return wholes.reshape(rows * columns, -1).T


def _pack(networks, planes, level):
    """All weights and biases deflated; the first layers' weights as planes, if there are any."""
    deflate, data = zlib.compressobj(level), bytearray()
    for network in networks:
        for layer, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
            for block in _blocks(weights) if layer or planes is None else ():
                data += deflate.compress(np.ascontiguousarray(block, "<f4"))
            data += deflate.compress(np.ascontiguousarray(biases, "<f4"))
    for plane in () if planes is None else planes:
        for block in _blocks(plane):
            data += deflate.compress(block)
    data += deflate.flush()
    return data


def _looks_the_same(networks, planes, unit, images):
    """Whether no number on screen is off by more than LARGEST_ERROR, and no weight by one of 256 colours."""
    for k, exact in enumerate(networks):
        W1, mine = exact.weights[0], planes[:, k * exact.sizes[1] : (k + 1) * exact.sizes[1]]

        def coded(mine=mine):
            return (_multiples(mine[:, at : at + BLOCK], unit) for at in range(0, mine.shape[1], BLOCK))

        for block, other in zip(_blocks(W1), coded(), strict=True):
            if (np.abs(other - block).max(axis=1) > np.abs(block).max(axis=1) / 256).any():
                return False
        batch = min(BATCH, 1 + BATCH * 2000 // max(exact.sizes))
        for start in range(0, len(images), batch):
            x = np.asarray(images[start : start + batch], dtype=float)
            one = _forward(exact, _blocks(W1), x)
            two = _forward(exact, coded(), x, np.float32)
            errors = [np.abs(b - a).max() for (_, a), (_, b) in zip(one, two, strict=True)]
            errors += [np.abs(b - a).max() for (a, _), (b, _) in zip(one, two, strict=True)]
            for W, (_, a), (_, b) in zip(exact.weights[1:], one, two, strict=False):
                errors.append((np.abs(b - a).max(axis=0) * np.abs(W)).max())  # of a contribution
            if max(errors) > LARGEST_ERROR:
                return False
    return True


def _forward(network, blocks, x, dtype=None):
    """Each layer's z and a; the first layer's weights come in blocks, all else is cast to `dtype`."""
    trace = []
    for layer, (W, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        some = blocks if layer == 0 else _blocks(W.astype(dtype or W.dtype, copy=False))
        z = np.concatenate([x @ block.T for block in some], axis=1) + b.astype(dtype or b.dtype, copy=False)
        x = activate(network.activations[layer], z)
        trace.append((z, x))
    return trace
