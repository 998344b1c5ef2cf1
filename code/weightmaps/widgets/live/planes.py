"""HalfPlanes: the lines of one to three hidden neurons, drawn by hand."""

from itertools import product

import numpy as np
import traitlets

from weightmaps import plane
from weightmaps.widgets import bundle
from weightmaps.widgets.encode import decode_arrays, encode_arrays
from weightmaps.widgets.live.base import Live

MOST = 3
END = traitlets.Float(min=-plane.REACH, max=plane.REACH)


class HalfPlanes(Live):
    """Draw the lines of one to three hidden neurons, and see how many dots the best output gets right.

    Each neuron says on which side of its line a dot lies: 0 or 1, as sigmoids of very large weights do. The
    output is the best that a weighted sum of these answers allows. The control is the best single line of
    all.

    Parameters
    ----------
    puzzles : dict of {str: (X, y)}
        By name the dots, shape (n, 2), and their classes, 0 or 1.
    puzzle : str
        The one that is shown; by default the first.
    count : int
        How many lines, 1 to 3.
    ends : list of three lists of four numbers
        Of each line two points, x₁, x₂, x₁, x₂, from −3 to 3.

    Examples
    --------
    >>> dots = [[1, 1], [-1, 1], [-1, -1], [1, -1]], [1, 0, 1, 0]
    >>> HalfPlanes({"XOR": dots}, count=2).measured()
    (0.75, 0.75)
    """

    _esm = bundle.module("live_planes.js")
    _css = bundle.style("explorer.css", "playground.css", "live.css")
    _title = "Half-planes"

    puzzle = traitlets.Unicode().tag(sync=True)
    count = traitlets.Int(2, min=1, max=MOST).tag(sync=True)
    ends = traitlets.List(
        traitlets.List(END, minlen=4, maxlen=4),
        [[0.1, -2.2, 0.1, 2.2], [-2.2, -0.1, 2.2, -0.1], [-2.6, -1.0, -0.8, -2.6]],
        minlen=MOST,
        maxlen=MOST,
    ).tag(sync=True)
    _dots = traitlets.Dict().tag(sync=True)

    def __init__(self, puzzles, **state):
        arrays = {}
        for k, (X, y) in enumerate(puzzles.values()):
            arrays |= {f"X{k}": X, f"y{k}": np.asarray(y, np.uint8)}
        dots = encode_arrays(arrays, puzzles=list(puzzles))
        super().__init__(_dots=dots, **{"puzzle": next(iter(puzzles)), **state})

    @traitlets.validate("puzzle")
    def _a_puzzle(self, proposal):
        names = self._dots["puzzles"]
        if proposal.value not in names:
            raise traitlets.TraitError(f"puzzle is {proposal.value!r}; there are: {', '.join(names)}")
        return proposal.value

    def measured(self):
        """The share of dots right with these lines and the best output, and with the best single line."""
        arrays, k = decode_arrays(self._dots), self._dots["puzzles"].index(self.puzzle)
        X, y = arrays[f"X{k}"].astype(float), arrays[f"y{k}"].astype(int)
        ax, ay, bx, by = np.array(self.ends)[: self.count].T
        sides = (by - ay) * X[:, [0]] + (ax - bx) * X[:, [1]] + (ay * bx - ax * by) > 0
        weights = np.array([*product(range(-2, 3), repeat=self.count)])  # enough for any output of three
        sums = sides @ weights.T
        right = [((sums > cut) == (y == 1)[:, None]).mean(axis=0).max() for cut in np.arange(-6.5, 7)]
        return float(max(right)), plane.best_line(X, y)
