"""``weightmaps explore``: a reader's network as one page that needs nothing else."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

import numpy as np

from weightmaps import digits, interop, zoo
from weightmaps.analysis.evaluation import overview, subsample
from weightmaps.cli import words
from weightmaps.files import check_place
from weightmaps.interop.images import KINDS, Images, as_outputs, read_images, read_labels
from weightmaps.network import ACTIVATIONS, Network
from weightmaps.widgets import PANELS, NetworkExplorer

MOST_IMAGES = 500  # on a page
MOST_PRODUCTS = 10**9  # of weights and images: what a browser computes in a second or two
CHECKED = 2000  # images that the checks look at
SMALL = 36  # inputs; fewer are a table, unless somebody says that they are a picture


def add_to(commands):
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "explore",
        help="write a page that shows a network's hidden layers",
        description="Write one HTML file in which sliders move through a network's hidden neurons, its "
        "outputs and your images. It opens with a double click, without a server or a connection.",
        epilog=f"""Examples:
  python -m weightmaps explore nielsen -o nielsen.html
  python -m weightmaps explore mine.npz --activations relu,softmax -o mine.html
  python -m weightmaps explore mine.safetensors --images test.npz -o mine.html
  python -m weightmaps explore mine.npz --images flowers.csv --labels kinds.csv \\
      --outputs setosa,versicolor,virginica -o flowers.html

NETWORK is a file, .npz, .json, .safetensors, .pt, .pth, .pkl, .keras, .h5, .onnx or .mat, a folder of .npy or
.csv files, or a network that ships: {", ".join(zoo.names()[:2])}, {", ".join(zoo.names()[-2:])} …
(python -m weightmaps train --help lists them all).

FILE is {KINDS}:
an image a row, or (n, rows, columns); .npz has an entry images, and maybe labels. A .csv may begin
with the names of its columns. Bytes are divided by 255; all else is taken as it is.
Without --images, a network of 784 inputs is shown with the digits that ship.

Of many images the page holds a few; accuracy and the images that drive a neuron most are of all.
No file is ever unpickled. For scikit-learn, PyTorch and Keras: weightmaps.interop, in Python.""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("network", metavar="NETWORK", help="a file, or the name of a network that ships")
    parser.add_argument("--images", metavar="FILE", help="images, or a table, to show it with")
    parser.add_argument(
        "--labels", metavar="FILE", help="which output is right for each image: 0, 1, … or a name"
    )
    parser.add_argument(
        "--activations",
        metavar="NAMES",
        type=_names,
        help=f"of each layer, where the file does not say: {', '.join(ACTIVATIONS)}; as in relu,softmax",
    )
    parser.add_argument(
        "--transpose",
        action="store_true",
        help="columns of the weights are neurons, where shapes do not tell: where all are square",
    )
    parser.add_argument(
        "--shape",
        metavar="R,C",
        type=_shape,
        help="rows and columns of an image, where it is not square; R,C,3 or 3,R,C with colours",
    )
    parser.add_argument("--outputs", metavar="NAMES", type=_names, help="names of the outputs: cat,dog")
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the page to write")
    parser.set_defaults(run=run)


def _shape(text):
    sides = text.split(",")
    if len(sides) not in (2, 3) or not all(side.strip().isdecimal() and int(side) for side in sides):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no shape; give whole numbers from 1, R,C or R,C,3 or 3,R,C, as in 28,28"
        )
    return tuple(map(int, sides))


def _names(text):
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name; give names with commas between them")
    return names


def run(options):
    """Read, check, choose, write; returns the exit code."""
    output = Path(options.output)
    _check_output(output, [options.network, options.images, options.labels])
    try:
        with interop.heard() as notes:
            network = _network(options)
    except interop.ActivationsMissing as error:
        _say(notes)
        raise _with_evidence(error, options) from None
    print(f"network: {options.network}, {words.network(network)}")
    _say(notes)
    images, labels = _images(options, network.sizes)
    shape, features = _kind(options, network, images)
    outputs = options.outputs or [str(k) for k in range(network.sizes[-1])]
    if len(outputs) != network.sizes[-1]:
        raise ValueError(f"--outputs has {len(outputs)} names; the network has {network.sizes[-1]} outputs")
    if labels is not None:
        labels = as_outputs(labels, outputs)
    print(f"images: {words.images(images, shape, features)}")

    some = _spread(images)
    as_given = images.numbers(some).reshape(len(some), *(images.shape or (-1,)))
    findings = interop.check(network, as_given, None if labels is None else labels[some])
    for finding in findings:
        print(f"look at this: {finding.problem}: {finding.evidence}")

    seen = overview(network, images, labels)
    if labels is not None:
        print(f"accuracy: {seen.right / len(images):.2%} of all {len(images):,} images")
    most = min(MOST_IMAGES, max(50, MOST_PRODUCTS // sum(w.size for w in network.weights)))
    which, how = subsample(seen, labels, most)
    if how:
        print(f"on the page: {len(which)} of the {len(images):,} images: {how}")
    pixels, ink = images.numbers(which), None
    if shape and not (seen.low >= 0 and seen.high <= 1):
        network, pixels, ink = _in_ink(network, pixels, seen.low, seen.high)
        print(f"shown: {ink}")
    explorer = NetworkExplorer(
        network,
        pixels,
        None if labels is None else labels[which],
        outputs=outputs,
        panels=_panels(network, shape),
        **_at_first(network, pixels[0]),
        **({"features": features} if features else {"shape": shape}),
    )
    explorer.to_html(
        output,
        title=f"What the hidden layer of {Path(options.network).stem} sees",
        above=words.above(network, images, seen, which, how, ink, findings, notes),
        below=words.below(seen, outputs),
    )
    print(f"written: {output}, {output.stat().st_size / 1e6:.1f} MB; open it in a browser")
    return 0


def _say(notes):
    for note in notes:
        print(f"found out: {note}")


def _check_output(output, inputs):
    """Refuse, before any work, a page that could not be written, or would be written over what is read."""
    check_place(output)
    for path in filter(None, inputs):
        if os.path.exists(path) and output.exists() and os.path.samefile(path, output):
            raise ValueError(f"{output}: is read, so it is not written over; name another file after -o")


def _network(options):
    name = options.network
    if name in zoo.names() and not os.path.exists(name):
        if options.activations:
            raise ValueError(f"--activations: network {name!r} ships with its own; leave them out")
        return zoo.load(name)
    if not os.path.exists(name):
        raise ValueError(
            f"{name}: no such file, and no network that ships (nielsen does, and zero-one; "
            "python -m weightmaps train --help lists all)"
        )
    network = interop.read(name, options.activations, transpose=options.transpose or None)
    if len(network.sizes) < 3:
        raise ValueError(
            f"{name}: has sizes {network.sizes}; the explorer shows hidden layers, and there is none"
        )
    if network.sizes[-1] == 1 and network.activations[-1] == "sigmoid":
        print("its one sigmoid output is shown as two: 1 minus it, and it")
        network = interop.two_outputs(network)
    return network


def _with_evidence(error, options):
    """The error that activations are not named, with the accuracy of each choice where labels are at hand."""
    sizes = (error.weights[0].shape[1], *map(len, error.biases))
    try:
        images, labels = _images(options, sizes)
        if labels is None:
            return error
        some = _spread(images)
        labels = as_outputs(labels, options.outputs or [str(k) for k in range(sizes[-1])])
        return error.with_evidence(images.numbers(some), labels[some])
    except (ValueError, OSError):
        return error  # which comes first


def _spread(images):
    """Which images the checks look at."""
    return np.unique(np.linspace(0, len(images) - 1, CHECKED).astype(int))


def _images(options, sizes):
    """The images and their labels; those that ship where none are given and they can serve."""
    if options.images:
        images = read_images(options.images)
        size = math.prod(images.values.shape[1:])
        if size != sizes[0]:
            raise ValueError(
                f"{options.images}: {size:,} numbers an image, and the network takes {sizes[0]:,}"
            )
    elif sizes[0] == digits.PIXELS:
        sample = digits.load_sample()
        if sizes[-1] == 2:
            sample = sample.only(0, 1)
        images = Images(sample.images, sample.labels if sizes[-1] in (2, 10) else None)
        print("no --images given: the digits that ship are shown")
    else:
        raise ValueError(
            f"give --images FILE: this network takes {sizes[0]:,} inputs, and the digits that ship "
            f"have {digits.PIXELS}; a FILE is {KINDS}"
        )
    labels = read_labels(options.labels) if options.labels else images.labels
    if labels is not None and len(labels) != len(images):
        raise ValueError(
            f"{options.labels}: {len(labels):,} labels for {len(images):,} images; one each is wanted"
        )
    return images, labels if sizes[-1] > 1 else None


def _kind(options, network, images):
    """The shape of a picture, or the names of a table's columns."""
    n_in = network.sizes[0]
    if options.shape:
        if math.prod(options.shape) != n_in:
            raise ValueError(
                f"--shape {','.join(map(str, options.shape))} makes {math.prod(options.shape):,} numbers, "
                f"and the network takes {n_in:,}"
            )
        return options.shape, None
    if images.shape:
        return images.shape, None
    if images.features:
        return None, images.features
    side = math.isqrt(n_in)
    if side * side == n_in and n_in >= SMALL:
        return (side, side), None
    print(f"{n_in:,} inputs are taken for a table; for pictures, give --shape R,C")
    return None, [f"input {i}" for i in range(n_in)]


def _panels(network, shape):
    """All that can be shown, but for what would show the same again; the pen draws digits only."""
    left_out = {"hidden"}
    if len(network.sizes) == 3:
        left_out.add("effective")
    if shape != (digits.SIDE, digits.SIDE):
        left_out.add("draw")
    return [panel for panel in PANELS if panel not in left_out]


def _at_first(network, x):
    """What answers most in the second layer to an image, and the neuron that adds most to it."""
    trace = network.forward(x)
    output = int(trace.a[2].argmax())
    return {"output": output, "neuron": int((network.weights[1][output] * trace.a[1]).argmax())}


def _in_ink(network, pixels, low, high):
    """The same network for pixels from 0 to 1, which is how pictures are shown, and words that say so."""
    low, size = min(low, 0.0), high - min(low, 0.0)
    first, *rest = network.weights
    weights, biases = first * first.dtype.type(size), network.biases[0] + first.sum(axis=1) * low
    same = Network([weights, *rest], [biases, *network.biases[1:]], network.activations)
    pixels = np.clip((pixels - np.float32(low)) / np.float32(size), 0, 1)
    value = f"(pixel − {low:g})" if low else "pixel"
    ink = (
        f"pixels run from {low:g} to {high:g}; they are shown as ink from 0 to 1, {value} / {size:g}, and "
        "the first layer's weights and biases are scaled to match, so that every z is what it was"
    )
    return same, pixels, ink
