"""The cells of *Your own network* that a build passes over do what they say."""

import importlib
import itertools

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from test_project import ROOT
from weightmaps import digits, interop, zoo
from weightmaps.widgets import NetworkExplorer

CELLS = [
    cell["source"]
    for cell in nbformat.read(ROOT / "chapters" / "your-own-network.ipynb", as_version=4).cells
    if "skip-execution" in cell["metadata"].get("tags", [])
]


def run(word):
    """Run the cells from the one that imports a library to the next that imports; what they leave."""
    (first,) = (k for k, source in enumerate(CELLS) if f"import {word}" in source)
    rest = itertools.takewhile(lambda source: "import " not in source, CELLS[first + 1 :])
    sample = digits.load_sample()
    names = {
        "interop": interop,
        "NetworkExplorer": NetworkExplorer,
        "network": zoo.load("nielsen"),
        "learn": sample[::2],
        "check": sample[1::2],
    }
    exec("\n".join([CELLS[first], *rest]), names)
    return names


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("library", ["torch", "keras"])
def test_another_librarys_network_is_opened(library, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    pytest.importorskip("torch")
    pytest.importorskip(library)
    names = run(library)
    network, check = names["network"], names["check"]
    if library == "torch":
        torch = importlib.import_module("torch")
        with torch.no_grad():
            theirs = names["module"](torch.from_numpy(check.images).float()).numpy()
    else:
        theirs = names["model"].predict(check.images, verbose=0)
    assert network.accuracy(check.images, check.labels) > 0.5
    np.testing.assert_allclose(network.forward(check.images).a[-1], theirs, atol=1e-5)


def test_an_explorer_is_linked_to_a_slider_and_a_plot(monkeypatch):
    shown = []
    monkeypatch.setattr(
        plt, "show", lambda: shown.append([patch.get_height() for patch in plt.gca().patches])
    )
    names = run("ipywidgets")
    explorer, slider = names["explorer"], names["slider"]
    explorer.neuron = 42
    assert slider.value == 42
    slider.value = 7
    assert explorer.neuron == 7
    heights, _ = np.histogram(names["network"].forward(names["check"].images).a[1][:, 7], bins=30)
    plt.close("all")
    assert len(shown) >= 3
    np.testing.assert_allclose(shown[-1][-30:], heights)
