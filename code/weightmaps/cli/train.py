"""``weightmaps train``: make a network of the zoo again."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from weightmaps import digits, zoo
from weightmaps.network import Network


def add_to(commands):
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "train",
        help="make a network of the zoo again",
        description="Train a network of the zoo from full MNIST; say whether it equals the one that ships.",
        epilog="Example: python -m weightmaps train --recipe zero-one --mnist mnist -o made\n\n"
        "Full MNIST comes from --mnist, else from the folder that WEIGHTMAPS_MNIST names,\n"
        "else from the cache, else by download (11 MB).\n\n"
        "Stopped in the middle, the same command goes on after the last epoch it finished.\n\nRecipes:\n"
        + "\n".join(f"  {name:32} {recipe.title}" for name, recipe in zoo.RECIPES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--recipe",
        required=True,
        choices=zoo.names(),
        metavar="NAME",
        help="which network to make; the names are listed below",
    )
    parser.add_argument("--mnist", metavar="FOLDER", help="a folder with the four IDX files, .gz or plain")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        default=".",
        help="where to write it (default: here); made if missing",
    )
    parser.add_argument(
        "--every-seed",
        action="store_true",
        help="try every seed of the recipe and keep the first that passes (default: only the one that ships)",
    )
    parser.set_defaults(run=run, stopped="the same command goes on after the last epoch it finished")


def run(options):
    """Train, write, compare; returns the exit code."""
    name = options.recipe
    mnist = digits.load_mnist(options.mnist)
    shipped = _shipped(name)
    card = zoo.make(name, mnist, options.output, every_seed=options.every_seed)
    for row in card["seeds_tried"]:
        print(f"seed {row['seed']}: validation {row['validation']:.2%}, test {row['test']:.2%}")
    print(f"seed {card['seed']} written, with its card: {Path(options.output) / name}.npz")
    if shipped:
        made = _numbers(Network.load(Path(options.output) / f"{name}.npz"))
        gap = max(np.abs(a - b).max() for a, b in zip(made, shipped, strict=True))
        print(
            "equal to the network that ships, bit for bit"
            if gap == 0
            else f"differs from it by up to {gap:g}"
        )
    return 0


def _shipped(name):
    """The numbers of a network that ships; None while a new recipe has none yet."""
    try:
        return _numbers(zoo.load(name))
    except FileNotFoundError:
        return None


def _numbers(network):
    return (*network.weights, *network.biases)
