"""``weightmaps explore``: a reader's network as one page that needs nothing else."""

from __future__ import annotations

import argparse
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from weightmaps import digits, interop, zoo
from weightmaps.analysis.evaluation import overview, subsample
from weightmaps.arrays import shown
from weightmaps.cli import words
from weightmaps.files import check_place
from weightmaps.interop.images import KINDS, Images, as_outputs, read_images, read_labels
from weightmaps.network import ACTIVATIONS, Network
from weightmaps.widgets import PANELS, NetworkExplorer

MOST_IMAGES = 500  # on a page
MOST_PRODUCTS = 10**9  # of weights and images: what a browser computes in a second or two
FEW = 50  # images without labels, of which the answers are printed
CHECKED = 4000  # images that the checks look at
CONSTANT = """\
{path}: takes {n} inputs, {pixels} and one more: a constant 1 in place of biases? {evidence}To make it biases:
  import numpy, weightmaps.interop
  old = weightmaps.interop.read({path!r}, {names!r}{transpose})
  weights, biases, constant = list(old.weights), list(old.biases), {constant}  # 0 for the first, -1 the last
  biases[0] = biases[0] + weights[0][:, constant]
  weights[0] = numpy.delete(weights[0], constant, axis=1)
  # If training subtracted a mean image: biases[0] = biases[0] - weights[0] @ numpy.load('mean.npy').ravel()
  weightmaps.interop.from_arrays(weights, biases, old.activations).save('plain.npz')"""
SMALL = 36  # inputs; fewer are a table, unless somebody says that they are a picture


def add_to(commands):
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "explore",
        help="write a page that shows a network's hidden layers",
        description="Write one HTML file in which sliders move through a network's hidden neurons, its "
        "outputs and your images. It opens with a double click, without a server or a connection.",
        epilog=f"""Examples:
  python -m weightmaps explore nielsen
  python -m weightmaps explore mine.npz --activations relu,softmax -o mine.html
  python -m weightmaps explore mine.safetensors --images test.npz -o mine.html
  python -m weightmaps explore nielsen --images photo.jpg
  python -m weightmaps explore mine.npz --images flowers.csv --labels kinds.csv \\
      --outputs setosa,versicolor,virginica -o flowers.html

NETWORK is a file, .npz, .json, .safetensors, .pt, .pth, .pkl, .keras, .h5, .onnx or .mat, a folder of .npy,
.csv or .json files, or a network that ships: {", ".join(zoo.names()[:2])}, {", ".join(zoo.names()[-2:])} …
(python -m weightmaps train --help lists them all).

FILE is {KINDS}:
an image a row, or (n, rows, columns); .npz has an entry images, and maybe labels. A .csv may begin
with the names of its columns, and have a column of labels. Bytes are divided by 255; numbers are
taken as they are. Digits in pictures are found, and prepared as MNIST's were; in a folder of
folders, each is a class.
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
    mend = parser.add_argument_group(
        "what training had done to its images", "said by “look at this”, and done in this order"
    )
    mend.add_argument(
        "--standardise",
        metavar="HOW",
        type=_standard,
        action="append",
        default=[],
        help="M,S: subtract M and divide by S; image or pixel: by the mean and deviation of each; "
        "undo:M,S or undo:image: back",
    )
    mend.add_argument("--scale", metavar="FACTOR", type=_factor, default=1, help="multiply, as by 1/255")
    mend.add_argument("--invert", action="store_true", help="swap ink and paper")
    mend.add_argument("--transpose-images", action="store_true", help="exchange rows and columns")
    mend.add_argument(
        "--shift-labels", metavar="N", type=int, default=0, help="add N, as -1 where labels begin at 1"
    )
    parser.add_argument("--outputs", metavar="NAMES", type=_names, help="names of the outputs: cat,dog")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="the page to write (default: NETWORK's name with .html, here)"
    )
    parser.set_defaults(run=run)


def _shape(text):
    sides = text.split(",")
    if len(sides) not in (2, 3) or not all(side.strip().isdecimal() and int(side) for side in sides):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no shape; give whole numbers from 1, R,C or R,C,3 or 3,R,C, as in 28,28"
        )
    return tuple(map(int, sides))


def _standard(text):
    """The parameter of `interop.mend`, and its value."""
    how = text.removeprefix("undo:")
    name = "standardise" if how == text else "undo"
    if how == "image" or (how == "pixel" and name == "standardise"):
        return name, how
    try:
        mean, deviation = map(float, how.split(","))
        if math.isfinite(mean) and 0 < deviation < math.inf:
            return name, (mean, deviation)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(
        f"{text!r} is no standardisation; give a mean and a deviation, as in 0.1307,0.3081, or image, pixel, "
        "undo:0.5,0.5, undo:image"
    )


def _factor(text):
    over, _, under = text.partition("/")
    try:
        factor = float(over) / float(under or 1)
        if 0 < factor < math.inf:
            return factor
    except (ValueError, ZeroDivisionError):
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no factor; give a number above 0, as in 1/255 or 255")


def _names(text):
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name; give names with commas between them")
    return names


def run(options):
    """Read, check, choose, write; returns the exit code."""
    output = Path(options.output or f"{Path(options.network).stem or 'network'}.html")
    _check_output(output, [options.network, options.images, options.labels])
    try:
        with interop.heard() as notes:
            network = _network(options)
    except interop.ActivationsMissing as error:
        print(*notes, sep="\n", end="\n" if notes else "")
        raise _with_evidence(error, options) from None
    print(f"network: {options.network}, {words.network(network)}")
    print(*notes, sep="\n", end="\n" if notes else "")
    if network.sizes[0] == digits.PIXELS + 1 and not options.images:
        raise ValueError(_with_a_constant(options, network))
    images, labels = _images(options, network.sizes)
    shape, features = _kind(options, network, images)
    outputs, named = _outputs(options, network.sizes[-1], labels)
    said = [*images.said, *named]
    if len(outputs) != network.sizes[-1]:
        raise ValueError(f"--outputs has {len(outputs)} names; the network has {network.sizes[-1]} outputs")
    if labels is not None:
        labels = as_outputs(labels, outputs)
    print(f"images: {words.images(images, shape, features)}")
    for one in said:
        print(one)

    some = _spread(images)
    as_given = images.numbers(some).reshape(len(some), *(images.shape or (-1,)))
    findings = interop.diagnose(network, as_given, None if labels is None else labels[some])
    for finding in findings:
        print(f"look at this: {words.finding(finding)}")

    seen = overview(network, images, labels)
    if labels is not None:
        print(f"accuracy: {seen.right / len(images):.2%} of all {len(images):,} images")
    elif len(images) <= FEW:
        answers = network.predict(images.numbers(slice(None)))
        print(f"answers: {' '.join(outputs[k] for k in answers)}")
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
        above=words.above(network, images, [*notes, *said], seen, which, how, ink, findings),
        below=words.below(seen, outputs),
    )
    print(f"written: {output}, {output.stat().st_size / 1e6:.1f} MB; open it in a browser")
    return 0


def _outputs(options, n, labels):
    """The outputs' names, and what to say of them."""
    names = sorted(set(labels.tolist())) if labels is not None and labels.dtype.kind in "US" else []
    if options.outputs or len(names) != n or set(names) == {str(k) for k in range(n)}:
        return options.outputs or [str(k) for k in range(n)], []
    return names, [f"outputs are named as the labels are, in alphabetical order: {shown(', '.join(names))}"]


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
            f"{name}: has sizes {network.sizes}; the explorer shows hidden layers, and there is none. If "
            "the other layers are in files beside it, give their folder"
        )
    if network.sizes[-1] == 1 and network.activations[-1] == "sigmoid":
        print("its one sigmoid output is shown as two: 1 minus it, and it")
        network = interop.two_outputs(network)
    return network


def _with_a_constant(options, network):
    """What to say of a network that takes one input more than an image has pixels."""
    evidence, constant = "", -1
    if network.sizes[-1] == 10:
        sample = digits.load_sample()
        one = np.ones((len(sample.images), 1))
        first = network.accuracy(np.hstack([one, sample.images]), sample.labels)
        last = network.accuracy(np.hstack([sample.images, one]), sample.labels)
        evidence = (
            f"If it is the first, {first:.1%} of the digits that ship are right; if the last, {last:.1%}. "
        )
        constant = 0 if first > last + interop.diagnosis.MARGIN else -1
    return CONSTANT.format(
        path=options.network,
        n=network.sizes[0],
        pixels=digits.PIXELS,
        evidence=evidence,
        names=",".join(network.activations),
        transpose=", transpose=True" if options.transpose else "",
        constant=constant,
    )


def _with_evidence(error, options):
    """The error that activations are not named, with the accuracy of each choice where labels are at hand."""
    sizes = (error.weights[0].shape[1], *map(len, error.biases))
    try:
        images, labels = _images(options, sizes)
        if labels is None:
            return error
        some = _spread(images)
        labels = as_outputs(labels, _outputs(options, sizes[-1], labels)[0])
        return error.with_evidence(images.numbers(some), labels[some])
    except (ValueError, OSError):
        return error  # which comes first


def _spread(images):
    """Which images the checks look at."""
    return np.unique(np.linspace(0, len(images) - 1, CHECKED).astype(int))


def _images(options, sizes):
    """The images and their labels; those that ship where none are given and they can serve."""
    if options.images:
        images = read_images(options.images, sizes[0])
        size = math.prod(images.values.shape[1:])
        if size != sizes[0]:
            raise ValueError(
                f"{options.images}: {size:,} numbers an image, and the network takes {sizes[0]:,}"
            )
    elif sizes[0] == digits.PIXELS:
        sample, named = digits.load_sample(), set(options.outputs or ())
        if named and named <= set("0123456789"):
            sample = sample.only(*map(int, named))
            images = Images(sample.images, sample.labels.astype(str))
        else:
            sample = sample.only(0, 1) if sizes[-1] == 2 else sample
            images = Images(sample.images, sample.labels if sizes[-1] in (2, 10) else None)
        print("no --images given: the digits that ship are shown")
    else:
        raise ValueError(
            f"give --images FILE: this network takes {sizes[0]:,} inputs, and the digits that ship "
            f"have {digits.PIXELS}; a FILE is {KINDS}"
        )
    labels, said = read_labels(options.labels) if options.labels else (images.labels, ())
    images = replace(images, said=(*images.said, *said))
    changes = _changes(options)
    if changes:
        values = images.numbers(slice(None)).reshape(images.values.shape)
        values, labels = interop.mend(values, labels, **changes)
        done = f"applied as asked: {interop.Finding('', '', changes).option}"
        images = replace(images, values=values, said=(*images.said, done))
    if labels is not None and len(labels) != len(images):
        raise ValueError(
            f"{options.labels}: {len(labels):,} labels for {len(images):,} images; one each is wanted"
        )
    return images, labels if sizes[-1] > 1 else None


def _changes(options):
    """What `interop.mend` is to do."""
    given = {
        "scale": options.scale != 1 and options.scale,
        "invert": options.invert,
        "transpose": options.transpose_images,
        "shift_labels": options.shift_labels,
        **dict(options.standardise),
    }
    return {name: value for name, value in given.items() if value}


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
    value = f"(pixel + {-low:g})" if low else "pixel"
    ink = (
        f"pixels run from {low:g} to {high:g}; they are shown as ink from 0 to 1, {value} / {size:g}, and "
        "the first layer's weights and biases are scaled to match, so that every z is what it was"
    )
    return same, pixels, ink
