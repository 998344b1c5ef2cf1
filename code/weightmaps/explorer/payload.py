"""Check what an explorer is given, and code it for the browser: deflated bytes and a few words."""

import itertools
import math
import zlib

import numpy as np

MOST_IMAGES = 2000


def check_network(network, name="network"):
    """Raise ValueError unless the network has exactly one hidden layer and fits in float32."""
    if len(network.sizes) != 3:
        raise ValueError(
            f"{name} has {len(network.sizes) - 2} hidden layers ({'-'.join(map(str, network.sizes))}); "
            "the explorer shows one hidden layer in this version"
        )
    largest = max(float(np.abs(array).max()) for array in (*network.weights, *network.biases))
    if largest > float(np.finfo(np.float32).max):
        raise ValueError(f"{name} holds {largest:.3g}, which is too large for float32; rescale its weights")


def steps_and_networks(network, checkpoints):
    """The networks that the explorer shows, and their training steps: ``[None]`` without checkpoints.

    Parameters
    ----------
    network : Network or None
    checkpoints : dict of {int: Network}, or None

    Raises
    ------
    ValueError
        If there is nothing to show, the steps do not increase, sizes or activations differ, or
        `network` is not the last checkpoint.
    """
    if checkpoints is None:
        if network is None:
            raise ValueError("network is None and there are no checkpoints; give one of them")
        check_network(network)
        return [None], [network]
    if not checkpoints:
        raise ValueError("checkpoints is empty; give {step: network}, or leave it out")
    steps, networks = [], list(checkpoints.values())
    for step in checkpoints:
        if isinstance(step, bool) or not isinstance(step, (int, np.integer)):
            raise ValueError(f"checkpoints has the key {step!r}; its keys are training steps, whole numbers")
        steps.append(int(step))
    if steps[0] < 0 or any(a >= b for a, b in itertools.pairwise(steps)):
        raise ValueError(f"checkpoints has steps {steps}; they must increase, from 0 or above")
    for step, one in zip(steps, networks, strict=True):
        check_network(one, f"checkpoints[{step}]")
        if (one.sizes, one.activations) != (networks[0].sizes, networks[0].activations):
            raise ValueError(
                f"checkpoints[{step}] is {one!r}, and the first is {networks[0]!r}; "
                "all must have the same sizes and activations"
            )
    if network is not None and not _equal(network, networks[-1]):
        raise ValueError(
            "network is not the last of the checkpoints, so the explorer would never show it; "
            "add it to checkpoints, or pass None"
        )
    return steps, networks


def network_payload(networks, steps, outputs):
    """Every weight and bias as little-endian float32, deflated: ``W1, b1, W2, b2`` of each step in turn."""
    parts = [
        np.asarray(array, dtype="<f4").tobytes()
        for network in networks
        for layer in zip(network.weights, network.biases, strict=True)
        for array in layer
    ]
    return {
        "sizes": list(networks[0].sizes),
        "activations": list(networks[0].activations),
        "steps": [step for step in steps if step is not None],
        "outputs": list(outputs),
        "data": zlib.compress(b"".join(parts), 9),
    }


def output_names(outputs, n_out):
    """The outputs' names as text; by default their indices."""
    if outputs is None:
        return tuple(str(k) for k in range(n_out))
    if isinstance(outputs, str) or len(outputs) != n_out:
        raise ValueError(f"outputs is {outputs!r}; it must name each of the {n_out} outputs")
    return tuple(str(name) for name in outputs)


def image_shape(shape, n_in):
    """The (rows, columns) of an image of ``n_in`` pixels; square unless `shape` says otherwise."""
    if shape is None:
        side = math.isqrt(n_in)
        if side * side != n_in:
            raise ValueError(f"images of {n_in} pixels are not square; pass shape=(rows, columns)")
        return side, side
    shape = tuple(int(side) for side in shape)
    if len(shape) != 2 or min(shape) < 1 or math.prod(shape) != n_in:
        raise ValueError(f"shape is {shape}; it must be (rows, columns) of the network's {n_in} inputs")
    return shape


def image_payload(digits, shape, n_out):
    """The images, deflated: a byte a pixel where that is exact, else little-endian float32.

    Parameters
    ----------
    digits : Digits
        ``images`` of shape (n, rows * columns) in [0, 1]; label k says that output k is right.
    shape : tuple of int
        (rows, columns) of one image.
    n_out : int
        Outputs of the network.
    """
    images, labels = np.asarray(digits.images), np.asarray(digits.labels)
    n_in = math.prod(shape)
    if images.ndim != 2 or images.shape[1] != n_in:
        raise ValueError(f"digits holds images of shape {images.shape}; the network wants (n, {n_in})")
    if not 1 <= len(images) <= MOST_IMAGES:
        raise ValueError(
            f"digits holds {len(images):,} images; give 1 to {MOST_IMAGES:,}, for example digits[::10]"
        )
    if not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(f"digits holds pixels {images.min()} to {images.max()}; they must lie in [0, 1]")
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"digits holds {labels.dtype} labels of shape {labels.shape}; give one integer an image"
        )
    if labels.min() < 0 or labels.max() >= n_out:
        raise ValueError(
            f"digits holds labels {labels.min()} to {labels.max()}, but the network has {n_out} outputs; "
            f"labels are 0 to {n_out - 1}, for example digits.only(0, 1)"
        )
    pixels = np.round(images * 255).astype(np.uint8)
    exact = bool(np.abs(pixels / 255 - images).max() < 1e-6)
    return {
        "shape": list(shape),
        "dtype": "uint8" if exact else "float32",
        "labels": labels.tolist(),
        "data": zlib.compress((pixels if exact else images.astype("<f4")).tobytes(), 9),
    }


def _equal(a, b):
    return (
        a.sizes == b.sizes
        and a.activations == b.activations
        and all(np.array_equal(x, y) for x, y in zip(a.weights, b.weights, strict=True))
        and all(np.array_equal(x, y) for x, y in zip(a.biases, b.biases, strict=True))
    )
