"""``weightmaps data``: where full MNIST is, whether it is all there, and its download if it is not."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from weightmaps import digits, mnist


def add_to(commands):
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "data",
        help="fetch full MNIST, check it, say where it is",
        description="Find full MNIST (60,000 + 10,000 images) or download it (11 MB), check each file's "
        "SHA-256, and say where it is.",
        epilog="""Examples:
  python -m weightmaps data                  what the cache has; what it lacks is downloaded
  python -m weightmaps data --mnist mnist    check a folder of yours, which is only read

Without --mnist, WEIGHTMAPS_MNIST may name the folder; with neither, the cache of this user
serves, which WEIGHTMAPS_CACHE moves. Only training needs full MNIST: the 5,000 images that
the book and the explorer show are part of the package.""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--mnist", metavar="FOLDER", help="a folder with the four IDX files, .gz or plain")
    parser.set_defaults(run=run)


def run(options):
    """Find or fetch, verify, say; returns the exit code."""
    named = options.mnist or os.environ.get("WEIGHTMAPS_MNIST")
    if named:
        folder = Path(named).expanduser()
        files, why = mnist.from_folder(folder), "--mnist" if options.mnist else "WEIGHTMAPS_MNIST"
    else:
        folder = mnist.cache_folder()
        lacking = [name for name in mnist.CHECKSUMS if not mnist.places(folder, name)]
        if lacking:
            print(f"downloading {len(lacking)} of 4 files into {folder}")
        files, why = mnist.from_cache(), "the cache"
    print(f"MNIST is in {folder} ({why})")
    for name, array in files.items():
        path = mnist.places(folder, name)[0]
        what = f"{len(array):,} {'images' if array.ndim == 2 else 'labels'}"
        print(f"  {path.name:28}{path.stat().st_size:>12,} bytes {what:>15}  SHA-256 as it should be")
    train, held_out = len(files["train-labels-idx1-ubyte"]), 10 * digits.HELD_OUT
    print(
        f"{train - held_out:,} images to train on, {held_out:,} to validate with, "
        f"{len(files['t10k-labels-idx1-ubyte']):,} to test with"
    )
    print(f"The {held_out:,} to validate with are part of the package: {digits.SAMPLE}")
    return 0
