"""Check what an explorer is given, and code it for the browser: deflated bytes and a few words."""

import itertools
import math
import zlib

import numpy as np

from weightmaps.digits import load_sample
from weightmaps.explorer.kinds import Kind
from weightmaps.network import Network

UNIT = 1 / 10240
FINER = (1, 0.9, 0.8, *(0.5**k for k in range(1, 8)))  # shares of the unit, tried in turn
FEW_WEIGHTS = 50_000  # up to here a quarter of the unit costs little, and images not given gain by it
MANY_WEIGHTS = 1_000_000  # from here on the sample would take seconds to check
LARGEST_WHOLE = 2**23 - 1  # three bytes, one bit of them for the sign
LARGEST_ERROR = 9.5e-4  # of a number on screen, over the images checked; 1e-3 is promised
BATCH = 200  # images at once: memory


def check_network(network, name="network"):
    """Raise ValueError unless it is a network with a hidden layer that fits in float32."""
    if not isinstance(network, Network):
        raise ValueError(f"{name} is {network!r}; give a Network")
    if len(network.sizes) < 3:
        raise ValueError(
            f"{name} has sizes {network.sizes}; the explorer shows hidden layers, so give one or more"
        )
    largest = max(float(np.abs(array).max()) for array in (*network.weights, *network.biases))
    if largest > float(np.finfo(np.float32).max):
        raise ValueError(f"{name} holds {largest:.3g}, which is too large for float32; rescale its weights")


def keys_and_networks(network, checkpoints, others):
    """The networks that the explorer shows, and what its states `step` and `other` call them.

    Parameters
    ----------
    network : Network or None
    checkpoints : dict of {int: Network}, or None
    others : dict of {str: Network}, or None

    Returns
    -------
    tuple (list, list of str, list of Network)
        The training steps (``[None]`` without checkpoints), the others' names, and all their networks.

    Raises
    ------
    ValueError
        If there is nothing to show, one is no network, the steps do not increase, sizes or activations
        differ, or `network` is not the last checkpoint.
    """
    if checkpoints is None and network is None:
        raise ValueError("network is None and there are no checkpoints; give one of them")
    for name, some, key in (("checkpoints", checkpoints, "step"), ("others", others, "name")):
        if not isinstance(some, dict | None):
            raise ValueError(f"{name} is {some!r:.80}; it is {{{key}: network}}")
    if checkpoints is not None and not checkpoints:
        raise ValueError("checkpoints is empty; give {step: network}, or leave it out")
    steps = _steps(checkpoints) if checkpoints else [None]
    shown = {f"checkpoints[{step}]": one for step, one in (checkpoints or {}).items()} or {"network": network}
    for name, one in (others or {}).items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"others has the key {name!r}; its keys are names, text")
        shown[f"others[{name!r}]"] = one
    (first_name, first), *_ = shown.items()
    for name, one in shown.items():
        check_network(one, name)
        if (one.sizes, one.activations) != (first.sizes, first.activations):
            raise ValueError(
                f"{name} is {one!r}, and {first_name} is {first!r}; "
                "all must have the same sizes and activations"
            )
    networks = list(shown.values())
    if checkpoints and network is not None and not _equal(network, networks[len(steps) - 1]):
        raise ValueError(
            "network is not the last of the checkpoints, so the explorer would never show it; "
            "add it to checkpoints, or pass None"
        )
    return steps, list(others or {}), networks


def _steps(checkpoints):
    steps = []
    for step in checkpoints:
        if isinstance(step, bool) or not isinstance(step, (int, np.integer)):
            raise ValueError(f"checkpoints has the key {step!r}; its keys are training steps, whole numbers")
        steps.append(int(step))
    if steps[0] < 0 or any(a >= b for a, b in itertools.pairwise(steps)):
        raise ValueError(f"checkpoints has steps {steps}; they must increase, from 0 or above")
    return steps


def network_payload(networks, steps, others, outputs, images, kind):
    """Every weight and bias, deflated; the first layer's weights as whole multiples of one unit.

    Each is rounded to a multiple of 1/10240 (finer where numbers on screen, or colours, need it; float32
    where that is not enough), and the pixels after it make up for what it lost. `nielsen` is then 158 KB
    on the wire and no number is off by more than 9.0e-4 over all 5,000 images of the sample; float32 is
    298 KB, float16 151 KB but 1.6e-2 off, int16 with a scale a neuron 160 KB and 2.2e-3 off
    (``benchmarks/payload.py``).

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
    kind : Kind

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
    weights = np.concatenate([network.weights[0] for network in networks])
    if kind == Kind((28, 28)) and weights.size < MANY_WEIGHTS:  # a reader may draw a digit that was not given
        images = np.concatenate([images, load_sample().images])
    for share in FINER:
        unit = UNIT * share
        if weights.size <= FEW_WEIGHTS and share > 0.25:
            continue
        if np.abs(weights).max() / unit > LARGEST_WHOLE - 1:
            break
        coded = {**payload, "unit": unit, "data": _pack(networks, _rounded(weights / unit, kind))}
        if _looks_the_same(networks, decode(coded), images):
            return coded
    return {**payload, "unit": None, "data": _pack(networks)}


def decode(payload):
    """The networks in the result of :func:`network_payload`, number for number as the browser reads them."""
    shapes = [(rows, columns) for columns, rows in itertools.pairwise(payload["sizes"])]
    count, data = max(1, len(payload["steps"])) + len(payload["others"]), zlib.decompress(payload["data"])
    first = math.prod(shapes[0])
    planes = 0 if payload["unit"] is None else 3 * count * first
    numbers = np.frombuffer(data[: len(data) - planes], dtype="<f4").reshape(count, -1)
    if planes:
        low, middle, high = np.frombuffer(data[-planes:], dtype=np.uint8).reshape(3, -1).astype(int)
        codes = low + 256 * middle + 65536 * high
        multiples = payload["unit"] * np.where(codes % 2, -(codes + 1) // 2, codes // 2)
        numbers = np.hstack([multiples.astype(np.float32).reshape(count, -1), numbers])
    ends = np.cumsum([size for rows, columns in shapes for size in (rows * columns, rows)])
    networks = []
    for row in numbers:
        parts = np.split(row, ends[:-1])
        weights = [part.reshape(shape) for part, shape in zip(parts[::2], shapes, strict=True)]
        networks.append(Network(weights, parts[1::2], payload["activations"]))
    return networks


def output_names(outputs, n_out):
    """The outputs' names as text; by default their indices."""
    if outputs is None:
        return tuple(str(k) for k in range(n_out))
    if isinstance(outputs, str) or len(outputs) != n_out:
        raise ValueError(f"outputs is {outputs!r}; it must name each of the {n_out} outputs")
    return tuple(str(name) for name in outputs)


def _rounded(weights, kind):
    """Whole numbers; over a picture each channel is dithered."""
    if kind.features:
        return np.rint(weights).astype(int)
    wholes = np.empty(weights.shape, int)
    for plane in kind.planes:
        wholes[:, plane] = _dither(weights[:, plane], kind.shape)
    return wholes


def _dither(weights, shape):
    """Round each row, an image of `shape`, to whole numbers; later pixels make up for what earlier ones lost.

    The shares are Floyd and Steinberg's (1976). Neighbouring pixels hold similar ink, so what is lost and
    what makes up for it nearly cancel in the sum over an image.
    """
    rows, columns = shape
    values = np.zeros((rows + 1, columns + 2, len(weights)))  # the margin takes what leaves the image
    values[:rows, 1:-1] = weights.T.reshape(rows, columns, -1)
    wholes = np.zeros((rows, columns, len(weights)), dtype=int)
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


def _pack(networks, wholes=None):
    arrays = [
        array
        for network in networks
        for layer, pair in enumerate(zip(network.weights, network.biases, strict=True))
        for array in (pair if wholes is None or layer else pair[1:])
    ]
    parts = [np.asarray(array, dtype="<f4").tobytes() for array in arrays]
    if wholes is not None:
        codes = (2 * np.abs(wholes) - (wholes < 0)).ravel()
        parts += [(codes >> bits & 255).astype(np.uint8).tobytes() for bits in (0, 8, 16)]
    return zlib.compress(b"".join(parts), 9)


def _looks_the_same(networks, decoded, images):
    """Whether no number on screen is off by more than LARGEST_ERROR, and no weight by one of 256 colours."""
    for exact, other in zip(networks, decoded, strict=True):
        W1 = exact.weights[0]
        if (np.abs(other.weights[0] - W1).max(axis=1) > np.abs(W1).max(axis=1) / 256).any():
            return False
        for start in range(0, len(images), BATCH):
            x = np.asarray(images[start : start + BATCH], dtype=float)
            one, two = exact.forward(x), other.forward(x)
            errors = [
                np.abs(b - a).max() for a, b in zip(one.z[1:] + one.a[1:], two.z[1:] + two.a[1:], strict=True)
            ]
            for W, a, b in zip(exact.weights[1:], one.a[1:], two.a[1:], strict=False):
                errors.append((np.abs(b - a).max(axis=0) * np.abs(W)).max())  # of a contribution
            if max(errors) > LARGEST_ERROR:
                return False
    return True


def _equal(a, b):
    return (
        a.sizes == b.sizes
        and a.activations == b.activations
        and all(np.array_equal(x, y) for x, y in zip(a.weights, b.weights, strict=True))
        and all(np.array_equal(x, y) for x, y in zip(a.biases, b.biases, strict=True))
    )
