"""Make stuck.json: the question's recipe on ten seeds, and with one thing changed, watched as it trains."""

import json
import platform
import sys

import numpy as np

from weightmaps import digits
from weightmaps.mnist import CHECKSUMS
from weightmaps.network import Network
from weightmaps.training import initialise, train
from weightmaps.zoo import DATA, RECIPES

RECIPE = RECIPES["nielsen"]
EPOCHS, LONGER = 10, 100
TRIED = json.loads((DATA / "nielsen.json").read_text("utf-8"))["seeds_tried"]
STUCK = tuple(row["seed"] for row in TRIED if row["validation"] < RECIPE.passing)
EARLY = (0, 1, 3, 10, 30, 100, 300, 1000, 2000)
# What each variant changes in the recipe: how it starts, layer by layer, or how it is trained.
VARIANTS = {
    "recipe": {},
    "cost": {"cost": "cross_entropy"},
    "start": {"scales": ("fan_in", "fan_in")},
    "start of the outputs": {"scales": ("unit", "fan_in")},
    "start of the hidden layer": {"scales": ("fan_in", "unit")},
    "learning rate": {"learning_rate": 0.5},
    "precision": {"dtype": "float64"},
}


def start(seed, scales, dtype):
    """The start of a seed, each layer drawn at a scale of its own."""
    drawn = [initialise(RECIPE.sizes, scale=scale, seed=seed) for scale in scales]
    weights = [network.weights[layer].astype(dtype) for layer, network in enumerate(drawn)]
    return Network(weights, [b.astype(dtype) for b in drawn[0].biases])


def watch(network, images):
    """For each output, over the images of its own digit: the highest z, and the mean slope of the sigmoid."""
    trace = network.forward(images.images)
    z, a = trace.z[-1].astype(float), trace.a[-1].astype(float)
    slope = a * (1 - a)  # of float32 activations: good to a tenth down to 1e-7, rough below
    own = [images.labels == k for k in range(10)]
    return {
        "highest": [round(z[mine, k].max(), 2) for k, mine in enumerate(own)],
        "slope": [float(f"{slope[mine, k].mean():.1e}") for k, mine in enumerate(own)],
    }


def run(mnist, variant, seed, epochs=EPOCHS):
    """Train one seed of one variant, and watch it in the first steps and after each epoch."""
    changed = VARIANTS[variant]
    an_epoch = len(mnist.train) // RECIPE.batch_size
    _, history = train(
        start(seed, changed.get("scales", (RECIPE.scale,) * 2), changed.get("dtype", "float32")),
        *mnist.train,
        epochs=epochs,
        learning_rate=changed.get("learning_rate", RECIPE.learning_rate),
        batch_size=RECIPE.batch_size,
        cost=changed.get("cost", RECIPE.cost),
        seed=seed,
        checkpoints=(*EARLY, *range(an_epoch, epochs * an_epoch + 1, an_epoch)),
        validation=mnist.validation,
        progress=False,
    )
    watched = {step: watch(network, mnist.validation) for step, network in history.checkpoints.items()}
    return {
        "variant": variant,
        "seed": seed,
        "accuracy": history.accuracy,
        "steps": list(watched),
        "highest": [one["highest"] for one in watched.values()],
        "slope": [one["slope"] for one in watched.values()],
    }


def main(folder=None):
    """Write the table beside this script."""
    mnist = digits.load_mnist(folder)
    jobs = [("recipe", seed, EPOCHS) for seed in RECIPE.seeds]
    jobs += [(variant, seed, EPOCHS) for variant in list(VARIANTS)[1:] for seed in STUCK]
    jobs += [("recipe", STUCK[0], LONGER)]
    runs = []
    for job in jobs:
        runs.append(run(mnist, *job))
        print(*job, f"{runs[-1]['accuracy'][-1]:.1%}", flush=True)
    write(runs)


def write(runs):
    """Write the runs, a line each, with what they were made from."""
    head = {
        "what": "The recipe of 'nielsen' on every seed, and the stuck seeds with one thing changed. "
        "For each output: the highest z and the mean slope of its sigmoid, over the 500 validation images "
        "of its own digit.",
        "changes": VARIANTS,
        "command": "python tools/make_stuck.py [FOLDER WITH FULL MNIST]",
        "data_sha256": CHECKSUMS,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }
    lines = ",\n  ".join(json.dumps(one) for one in runs)
    text = json.dumps(head, indent=1)[:-2] + f',\n "runs": [\n  {lines}\n ]\n}}\n'
    (DATA / "stuck.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
