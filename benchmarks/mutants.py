"""Do the tests notice bugs? Thirty realistic ones, planted one at a time in a copy of the repository.

    python benchmarks/mutants.py             # all; fails where one is not
    python benchmarks/mutants.py ledger top  # those whose name holds one of these words

Each is tried against the narrowest tests of `make test` that should fail. All of these first pass in the
untouched copy, or nothing would be shown.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE, STATIC = "code/weightmaps", "code/weightmaps/widgets/static"
ATTRIBUTION = "tests/test_attribution.py"
METHODS = "tests/test_attribution_methods.py"
TRAINING = "tests/test_training.py"
EXTREMES = "tests/test_extremes.py"


class Mutant(NamedTuple):
    """A bug: in a file, text that stands there once, what stands there instead, and who should notice."""

    name: str
    file: str
    old: str
    new: str
    tests: str


MUTANTS = [
    Mutant(
        "a sign flipped in the ledger",
        f"{PACKAGE}/attribution/neurons.py",
        "    contributions = outgoing * trace.a[layer]",
        "    contributions = -outgoing * trace.a[layer]",
        ATTRIBUTION,
    ),
    Mutant(
        "the ledger takes z for the activation",
        f"{PACKAGE}/attribution/neurons.py",
        "    contributions = outgoing * trace.a[layer]",
        "    contributions = outgoing * trace.z[layer]",
        ATTRIBUTION,
    ),
    Mutant(
        "off by one in the top k",
        f"{PACKAGE}/attribution/neurons.py",
        "return _descending(outgoing)[:k]",
        "return _descending(outgoing)[1 : k + 1]",
        ATTRIBUTION,
    ),
    Mutant(
        "a neuron switched off no longer hears, and still speaks",
        f"{PACKAGE}/attribution/ablation.py",
        "weights[layer][:, neurons] *= by",
        "weights[layer - 1][neurons] *= by",
        ATTRIBUTION,
    ),
    Mutant(
        "a neuron's cost is that of its mean, not of its absence",
        f"{PACKAGE}/attribution/ablation.py",
        "without[:, j] = 0",
        "without[:, j] = without[:, j].mean()",
        ATTRIBUTION,
    ),
    Mutant(
        "the slope of tanh without its square",
        f"{PACKAGE}/network.py",
        "d * (1.0 - a * a)",
        "d * (1.0 - a)",
        METHODS,
    ),
    Mutant(
        "integrated gradients leave the baseline out of their last factor",
        f"{PACKAGE}/attribution/gradients.py",
        "attributions = (rows - baseline) * (",
        "attributions = rows * (",
        METHODS,
    ),
    Mutant(
        "integrated gradients walk a path of twice the length",
        f"{PACKAGE}/attribution/gradients.py",
        "start + (t + 1) / 2 * (end - start)",
        "start + (t + 1) * (end - start)",
        METHODS,
    ),
    Mutant(
        "occlusion stops a patch before the edge",
        f"{PACKAGE}/attribution/patches.py",
        "range(0, length - patch + stride, stride)",
        "range(0, length - patch + 1, stride)",
        METHODS,
    ),
    Mutant(
        "a pattern of images that are not centred",
        f"{PACKAGE}/attribution/patterns.py",
        "X -= X.mean(axis=0)",
        "X -= 0",
        METHODS,
    ),
    Mutant(
        "neurons renamed in the layer below, not in the one above",
        f"{PACKAGE}/analysis/representation.py",
        "[W1[order], W2[:, order]]",
        "[W1[order], W2]",
        "tests/test_axioms.py",
    ),
    Mutant(
        "weight decay applied to the biases",
        f"{PACKAGE}/training/sgd.py",
        "        layer.room[:, -1] = 0.0\n",
        "",
        TRAINING,
    ),
    Mutant(
        "weight decay by the batch, not by the whole set",
        f"{PACKAGE}/training/loop.py",
        "decay=weight_decay / n",
        "decay=weight_decay / batch_size",
        TRAINING,
    ),
    Mutant(
        "backpropagation through weights that have just moved",
        f"{PACKAGE}/training/sgd.py",
        "            delta_below = np.dot(layer.back, delta)\n"
        "            delta_below *= below.slope(below.a)\n"
        "            self.update(layer, delta, below.for_gradient)\n",
        "            self.update(layer, delta, below.for_gradient)\n"
        "            delta_below = np.dot(layer.back, delta)\n"
        "            delta_below *= below.slope(below.a)\n",
        TRAINING,
    ),
    Mutant(
        "the last, smaller batch of an epoch is skipped",
        f"{PACKAGE}/training/loop.py",
        "for start in range(0, len(x), batch_size):",
        "for start in range(0, len(x) - batch_size + 1, batch_size):",
        TRAINING,
    ),
    Mutant(
        "every epoch in the same order",
        f"{PACKAGE}/training/loop.py",
        "order = rng.permutation(n)",
        "order = np.random.default_rng(seed).permutation(n)",
        TRAINING,
    ),
    Mutant(
        "a softmax that overflows",
        f"{PACKAGE}/network.py",
        "np.exp(z - z.max(axis=-1, keepdims=True))",
        "np.exp(z)",
        EXTREMES,
    ),
    Mutant(
        "held-out images left among those to train on",
        f"{PACKAGE}/digits.py",
        "rest[held_out] = False",
        "rest[held_out] = True",
        "tests/test_digits.py",
    ),
    Mutant(
        "a wrong download passes, if only it can be read",
        f"{PACKAGE}/mnist.py",
        "if digest != CHECKSUMS[name]:",
        "if not digest:",
        "tests/test_digits.py",
    ),
    Mutant(
        "scikit-learn's weights taken over transposed",
        f"{PACKAGE}/interop/scikit_learn.py",
        "stack.dense(w.T, b)",
        "stack.dense(w.reshape(w.shape[::-1]), b)",
        "tests/test_diagnosis.py",
    ),
    Mutant(
        "a weight map transposed in a figure",
        f"{PACKAGE}/figures.py",
        "picture = ax.imshow(square, cmap=SIGNED",
        "picture = ax.imshow(square.T, cmap=SIGNED",
        "tests/test_figures.py",
    ),
    Mutant(
        "the colour map of a figure not centred on zero",
        f"{PACKAGE}/figures.py",
        'return {"vmin": -limit, "vmax": limit}',
        'return {"vmin": np.min(values), "vmax": limit}',
        "tests/test_figures.py",
    ),
    Mutant(
        "the line of a plane upside down",
        f"{PACKAGE}/figures.py",
        'extent=box, origin="upper"',
        'extent=box, origin="lower"',
        "tests/test_figures.py",
    ),
    Mutant(
        "a table of answers with its sides exchanged",
        f"{PACKAGE}/analysis/evaluation.py",
        "(labels[start : start + size], answers)",
        "(answers, labels[start : start + size])",
        "tests/test_training_peers.py -k scikit",
    ),
    Mutant(
        "JavaScript: w where w·a is meant",
        f"{STATIC}/view.js",
        "contributions: products(outgoing, a)",
        "contributions: products(outgoing, a.map(() => 1))",
        "tests/test_panels.py -k sigmoid",
    ),
    Mutant(
        "JavaScript: the second network's panels show the first",
        f"{STATIC}/explorer.js",
        "one.draw(views[one.side]) ??",
        "one.draw(views[0]) ??",
        "tests/test_panels.py -k others",
    ),
    Mutant(
        "JavaScript: the slider of steps moves the network beside",
        f"{STATIC}/explorer.js",
        "(k) => update({ step: steps[k] })",
        "(k) => update({ other: steps[k] })",
        "tests/test_controls.py -k play",
    ),
    Mutant(
        "JavaScript: the colour map not centred on zero",
        f"{STATIC}/paint.js",
        "SIGNED[clamp(((v / limit + 1) / 2) * 256)]",
        "SIGNED[clamp((v / limit) * 256)]",
        "tests/test_panels.py -k softmax",
    ),
    Mutant(
        "JavaScript: inputs below zero taken for blank",
        f"{STATIC}/maths.js",
        "if (x[i] !== 0) inked.push(i);",
        "if (x[i] > 0) inked.push(i);",
        EXTREMES,
    ),
    Mutant(
        "JavaScript: the effective map goes through neurons that are off",
        f"{STATIC}/maths.js",
        "a[l], scaled(d, factors?.[l])",
        "a[l], d",
        EXTREMES,
    ),
]


def copied(place):
    """Copy what git knows of, as it stands now, and nothing that was made from it."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)


def run(place, tests):
    """Pytest's answer: 0 where all passed, 1 where a test failed; and its last words."""
    environment = {**os.environ, "PYTHONPATH": str(place / "code"), "PYTHONDONTWRITEBYTECODE": "1", "CI": ""}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--tb=no",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
        *tests.split(),
    ]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    failed = [line[len("FAILED ") :].split(" - ")[0] for line in lines if line.startswith("FAILED ")]
    return done.returncode, (failed or lines[-1:] or [done.stderr[-200:]])[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="only those whose name holds one of these")
    parser.add_argument("--json", type=Path, help="where to write the figures, too")
    options = parser.parse_args()
    words = options.words
    chosen = [one for one in MUTANTS if not words or any(word in one.name for word in words)]
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        copied(place)
        for tests in dict.fromkeys(one.tests for one in chosen):
            code, said = run(place, tests)
            if code or " skipped" in said.split(" passed")[0]:
                sys.exit(f"without any bug, {tests} says: {said}")
        print(f"| {'bug':70} | {'answer':7} | seconds | first test that fails |\n| --- | --- | ---: | --- |")
        for one in chosen:
            file, began = place / one.file, time.perf_counter()
            before = file.read_text("utf-8")
            if before.count(one.old) != 1:
                answer, said = "no bug", f"its text stands {before.count(one.old)} times in {one.file}"
            else:
                file.write_text(before.replace(one.old, one.new), "utf-8")
                code, said = run(place, one.tests)
                answer = {0: "escaped", 1: "caught"}.get(code, "no test")
                file.write_text(before, "utf-8")
            answers.append({"bug": one.name, "answer": answer, "test": said})
            print(f"| {one.name:70} | {answer:7} | {time.perf_counter() - began:7.1f} | {said} |", flush=True)
    caught = sum(one["answer"] == "caught" for one in answers)
    print(f"\n{caught} of {len(chosen)} caught")
    if options.json:
        options.json.write_text(json.dumps(answers), "utf-8")
    trouble = any(one["answer"].startswith("no ") for one in answers)
    sys.exit(trouble or caught < len(chosen))


if __name__ == "__main__":
    main()
