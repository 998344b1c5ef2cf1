"""TwoInputs: the playground as a widget, its state, and what Python may set it to."""

import numbers

import numpy as np
import traitlets

from weightmaps import plane
from weightmaps.widgets import bundle
from weightmaps.widgets.base import Standalone
from weightmaps.widgets.checks import there_is

STATE = ("data", "noise", "seed", "hidden", "scale", "l2", "neuron", "weights", "bias", "step")
RANGES = {  # name: (what it is, lowest, highest)
    "noise": ("a number", 0, 1),
    "seed": ("a whole number", 0, 99),
    "hidden": ("a whole number", 1, 8),
    "scale": ("a number", 0, 10),
    "l2": ("a number", 0, 1),
}


class TwoInputs(Standalone):
    """Two inputs, one to eight hidden sigmoid neurons and one output: seen whole, and trained live.

    In a live notebook it is a widget: ``playground.neuron = 2`` moves it. On a published page and in a file
    that :meth:`to_html` wrote, the same front end runs in the browser with no kernel.

    Parameters
    ----------
    **state
        What it shows at first, and may be set to later:

        - `data`, one of ``blobs``, ``xor``, ``ring``, ``spiral``; `noise`, 0 to 1, added to each dot;
        - `seed`, 0 to 99, of the dots and of the start;
        - `hidden`, how many hidden neurons, 1 to 8; `scale`, 0 to 10, the standard deviation of the
          random start. A change of any of these starts again;
        - `l2`, 0 to 1: Nielsen's λ; each step first multiplies the weights by ``1 − ηλ/n``;
        - `neuron`, the chosen one, counted from 0;
        - `weights`, a row a hidden neuron: its two weights, its bias, its outgoing weight; None is the
          random start; `bias`, the output's, which counts where `weights` is not None;
        - `step`, how many steps of training they have behind them;
        - `layout`, as for any ipywidget.

    Raises
    ------
    traitlets.TraitError
        If a state lies out of its range, now or when it is set later.

    Examples
    --------
    >>> playground = TwoInputs(data="xor", hidden=3, seed=1)
    >>> playground.network
    <Network 2-3-1, sigmoid/sigmoid>
    >>> playground.neuron = 3
    Traceback (most recent call last):
        ...
    traitlets.traitlets.TraitError: neuron is 3; there are hidden neurons 0 to 2
    """

    _esm = bundle.module("playground.js")
    _css = bundle.style("explorer.css", "playground.css")
    _title = "A network of two inputs"

    data = traitlets.Unicode("blobs").tag(sync=True)
    noise = traitlets.Float(0.1).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    hidden = traitlets.Int(4).tag(sync=True)
    scale = traitlets.Float(1.0).tag(sync=True)
    l2 = traitlets.Float(0.0).tag(sync=True)
    neuron = traitlets.Int(0).tag(sync=True)
    weights = traitlets.Any(None, allow_none=True).tag(sync=True)
    bias = traitlets.Float(0.0).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(self, **state):
        unknown = [name for name in state if name not in (*STATE, "layout")]
        if unknown:
            raise TypeError(f"TwoInputs has no {', '.join(unknown)}; its state is {', '.join(STATE)}")
        if state.get("weights") is not None:
            state = {"hidden": len(state["weights"]), **state}
        self._ready = False
        super().__init__(**state)
        self._ready = True

    @property
    def network(self):
        """The network that it shows, as a :class:`~weightmaps.network.Network`."""
        if self.weights is None:
            return plane.start(self.hidden, scale=self.scale, seed=self.seed)
        return plane.from_rows(self.weights, self.bias)

    @traitlets.validate("data")
    def _a_data_set(self, proposal):
        if proposal.value not in plane.DATA:
            raise traitlets.TraitError(f"data is {proposal.value!r}; it is one of {', '.join(plane.DATA)}")
        return proposal.value

    @traitlets.validate(*RANGES)
    def _in_range(self, proposal):
        name, value = proposal.trait.name, proposal.value
        what, low, high = RANGES[name]
        if not low <= value <= high:
            raise traitlets.TraitError(f"{name} is {value}; it is {what} from {low} to {high}")
        return value

    @traitlets.validate("neuron")
    def _a_neuron(self, proposal):
        return there_is(proposal, self.hidden, "hidden neurons")

    @traitlets.validate("weights")
    def _rows(self, proposal):
        if proposal.value is None:
            return None
        rows = np.asarray(proposal.value)
        if rows.shape != (self.hidden, 4) or rows.dtype.kind not in "fiu" or not np.isfinite(rows).all():
            raise traitlets.TraitError(
                f"weights is {proposal.value!r:.80}; give {self.hidden} rows of 4 finite numbers, "
                "(weight, weight, bias, outgoing weight), or None"
            )
        return tuple(map(tuple, rows.astype(float).tolist()))

    @traitlets.validate("bias", "step")
    def _a_number(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if not (isinstance(value, numbers.Real) and np.isfinite(value) and (name == "bias" or value >= 0)):
            raise traitlets.TraitError(f"{name} is {value}; it is a finite number")
        return value

    @traitlets.observe("data", "noise", "seed", "hidden", "scale")
    def _start_again(self, _):
        if self._ready:
            self.neuron = min(self.neuron, self.hidden - 1)
            self.weights, self.bias, self.step = None, 0.0, 0

    def __repr__(self):
        return f"<TwoInputs of {self.hidden} hidden neurons, {self.data}>"
