"""Large networks: `explore` finishes, and takes at most three times the memory of their weights."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from weightmaps.network import Network

# What is imported, and what any page takes (the still picture, about 50 MB), is not counted: it is measured
# with a small network, after a first one. Linux forgets the peak so far when it is told to.
MEASURE = """
import sys
from weightmaps.__main__ import main

def status(name):
    with open("/proc/self/status") as lines:
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name))

def beyond(*arguments):
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status("VmRSS")
    assert main(["explore", *arguments, "-o", "page.html"]) == 0
    return status("VmHWM") - before

small = ["small.npz", "--images", "small_images.npy"]
beyond(*small)
fixed = beyond(*small)
print("bytes beyond:", beyond(*sys.argv[1:]) - fixed)
"""


def made(sizes):
    """A network of random float32 weights."""
    rng = np.random.default_rng(0)
    pairs = list(itertools.pairwise(sizes))
    weights = [
        rng.standard_normal((n_out, n_in), np.float32) / np.float32(n_in**0.5) for n_in, n_out in pairs
    ]
    activations = (*["relu"] * (len(weights) - 1), "softmax")
    return Network(weights, [np.zeros(len(w), np.float32) for w in weights], activations)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells how much memory was used")
@pytest.mark.parametrize(
    ("sizes", "shape"), [((784, 10_000, 10), (28, 28)), ((3072, 2048, 512, 10), (32, 32, 3))]
)
def test_a_large_network_takes_three_times_its_weights(sizes, shape, tmp_path):
    rng = np.random.default_rng(1)
    network = made(sizes)
    network.save(tmp_path / "large.npz")
    images = rng.integers(0, 255, (100, *shape), dtype=np.uint8)
    np.savez(tmp_path / "large_images.npz", images=images, labels=rng.integers(0, 10, 100))
    made((64, 12, 10)).save(tmp_path / "small.npz")
    np.save(tmp_path / "small_images.npy", rng.random((60, 8, 8)))
    run = [sys.executable, "-c", MEASURE, "large.npz", "--images", "large_images.npz"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    beyond = int(done.stdout.rpartition("bytes beyond: ")[2])
    weights = sum(w.nbytes for w in network.weights)
    assert beyond <= 3 * weights, f"{beyond / weights:.2f} times its weights"
    assert (tmp_path / "page.html").stat().st_size < weights
