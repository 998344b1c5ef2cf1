"""The command line: ``python -m weightmaps``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from . import digits, zoo
from .network import Network


def main(arguments=None):
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError) as error:
        print(f"weightmaps: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("weightmaps: stopped; nothing was written", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="weightmaps",
        description="See what the hidden layer of a small neural network does to its input.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="make a network of the zoo again",
        description="Train a network of the zoo from full MNIST; say whether it equals the one that ships.",
        epilog="Example: python -m weightmaps train --recipe zero-one --mnist mnist -o made\n\n"
        "Full MNIST comes from --mnist, else from the folder that WEIGHTMAPS_MNIST names,\n"
        "else from the cache, else by download (11 MB).\n\nRecipes:\n"
        + "\n".join(f"  {name:32} {recipe.title}" for name, recipe in zoo.RECIPES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument(
        "--recipe",
        required=True,
        choices=zoo.names(),
        metavar="NAME",
        help="which network to make; the names are listed below",
    )
    train.add_argument("--mnist", metavar="FOLDER", help="a folder with the four IDX files, .gz or plain")
    train.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        default=".",
        help="where to write it (default: here); made if missing",
    )
    train.add_argument(
        "--every-seed",
        action="store_true",
        help="try every seed of the recipe and keep the first that passes (default: only the one that ships)",
    )
    train.set_defaults(run=_train)
    return parser


def _train(options):
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


if __name__ == "__main__":
    sys.exit(main())
