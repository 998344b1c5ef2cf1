"""ScaleDecay: networks in a table of starting scale and weight decay, their maps, smoothness and accuracy."""

import itertools

import numpy as np
import traitlets

from weightmaps import analysis
from weightmaps.digits import Digits
from weightmaps.widgets import bundle
from weightmaps.widgets.encode import decode_arrays, encode_arrays
from weightmaps.widgets.live.base import Live, inked

MAPS = 12  # of a network


class ScaleDecay(Live):
    """A table of recipes, some seeds each: the maps of one, how smooth they are, and how often it is right.

    Only the first twelve maps travel; smoothness and accuracy are those of the whole networks.

    Parameters
    ----------
    cells : dict of {(str, str): sequence of Network}
        By row and column of the table, every pair of them in order; as many seeds in each. With 784 inputs.
    images : array, shape (n, 784)
        Held-out images, on which the answers are counted.
    labels : array of int, shape (n,)
    cell, beside : int
        Which cell, row by row, and which it is measured beside.
    seed : int
        The place in its cell of the network whose maps are shown.
    measure : {"smoothness", "accuracy"}
        What is measured, the median of the seeds: ``weightmaps.analysis.smoothness`` of the maps over the
        pixels with ink in a tenth of the images; or the share of right answers.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> pairs = [(start, decay) for start in ("unit", "fan_in") for decay in ("no decay", "decay")]
    >>> cells = {pair: [training.initialise((784, 12, 10), scale=pair[0], seed=0)] for pair in pairs}
    >>> effect, control = ScaleDecay(cells, *load_sample()[::50], cell=2).measured()
    >>> bool(np.isclose(effect, control))
    True
    """

    _esm = bundle.module("live_scale_decay.js")
    _title = "Starting scale and weight decay"

    cell = traitlets.Int(0, min=0).tag(sync=True)
    beside = traitlets.Int(0, min=0).tag(sync=True)
    seed = traitlets.Int(0, min=0).tag(sync=True)
    measure = traitlets.Enum(["smoothness", "accuracy"], "smoothness").tag(sync=True)
    _cells = traitlets.Dict().tag(sync=True)

    def __init__(self, cells, images, labels, **state):
        rows, columns = (list(dict.fromkeys(names)) for names in zip(*cells, strict=True))
        seeds = {len(networks) for networks in cells.values()}
        if list(cells) != list(itertools.product(rows, columns)) or len(seeds) > 1:
            raise ValueError(f"cells has {list(cells)}; every row wants the same columns, and as many seeds")
        digits = Digits(images, labels)
        where = inked(digits.images)
        found = {
            "smoothness": [
                [analysis.smoothness(n.weights[0], where=where) for n in c] for c in cells.values()
            ],
            "accuracy": [[one.accuracy(*digits) for one in networks] for networks in cells.values()],
        }
        self._count = {"cell": len(cells), "beside": len(cells), "seed": seeds.pop()}
        maps = {
            f"maps{k}": np.concatenate([one.weights[0][:MAPS] for one in networks])
            for k, networks in enumerate(cells.values())
        }
        travels = encode_arrays({**found, **maps}, coarse=list(maps), rows=rows, columns=columns)
        self._found = decode_arrays(travels)
        super().__init__(_cells=travels, **state)

    @traitlets.validate("cell", "beside", "seed")
    def _one_of_them(self, proposal):
        name, count = proposal.trait.name, self._count[proposal.trait.name]
        if proposal.value >= count:
            raise traitlets.TraitError(f"{name} is {proposal.value}; there are 0 to {count - 1}")
        return proposal.value

    def measured(self):
        """Effect and control, by NumPy: the chosen cell's median, and that of the one beside it."""
        values = self._found[self.measure].astype(float)
        return tuple(float(np.median(values[k])) for k in (self.cell, self.beside))
