"""Lab: two networks that differ in what a reader chose, trained side by side, and what Python may set."""

import zlib
from dataclasses import asdict, replace

import numpy as np
import traitlets

from weightmaps import digits, training
from weightmaps.network import Network
from weightmaps.widgets import bundle
from weightmaps.widgets.base import Standalone

LATE = {f"_late_digit{digit}": traitlets.Dict().tag(sync=True) for digit in range(10)}


class Lab(Standalone):
    """A laboratory: two networks of one hidden layer, all equal but for what differs, trained in the browser.

    In a live notebook it is a widget: ``lab.b = {"hidden_scale": 0.01}`` changes the experiment. On a
    published page and in a file that :meth:`to_html` wrote, the same front end runs with no kernel. Python
    trains the same two networks, to the rounding of the last digits: see :meth:`networks`.

    Parameters
    ----------
    a : Setup, optional
        What network A is and how it is trained; by default the question's recipe.
    **changes
        The settings of :class:`~weightmaps.training.Setup` that are others in network B.

    Attributes
    ----------
    history : tuple of list of dict
        What the last run in a live notebook gave, A's and B's: at each moment that was kept its ``step``, and
        on held-out images the share ``right`` and the ``cost``; of the maps, how ``smooth`` they are and how
        ``like`` their start. To be observed.
    trained : tuple of Network
        The two networks at the end of that run.

    Raises
    ------
    ValueError, traitlets.TraitError
        If a setting has a value that cannot be trained.

    Examples
    --------
    >>> lab = Lab(hidden_scale=0.01)
    >>> lab
    <Lab: hidden_scale 1.0 against 0.01>
    """

    _esm = bundle.module("lab.js")
    _css = bundle.style("explorer.css", "lab.css")
    _title = "The laboratory"

    _worker = traitlets.Unicode(bundle.module("lab_worker.js")).tag(sync=True)
    _late_explorer = traitlets.Unicode(bundle.module("explorer.js")).tag(sync=True)
    locals().update(LATE)

    a = traitlets.Dict().tag(sync=True)
    b = traitlets.Dict().tag(sync=True)
    epochs = traitlets.Int(30, min=1, max=1000).tag(sync=True)
    neuron = traitlets.Int(0, min=0).tag(sync=True)
    without_start = traitlets.Bool(False).tag(sync=True)
    inked = traitlets.Bool(False).tag(sync=True)
    blurred = traitlets.Bool(False).tag(sync=True)
    history = traitlets.Tuple()
    trained = traitlets.Tuple()

    def __init__(
        self, a=None, *, epochs=30, neuron=0, without_start=False, inked=False, blurred=False, **changes
    ):
        images = digits.load_sample().images.reshape(10, -1)
        super().__init__(
            a=asdict(training.Setup() if a is None else a),
            b=changes,
            epochs=epochs,
            neuron=neuron,
            without_start=without_start,
            inked=inked,
            blurred=blurred,
            **{
                name: {"data": zlib.compress(np.round(255 * some).astype(np.uint8).tobytes(), 7)}
                for name, some in zip(LATE, images, strict=True)
            },
        )

        self.on_msg(lambda _, content, buffers: self._heard(content, buffers))

    def _heard(self, content, buffers):
        """What the page sends when a run has come to rest: W1, b1, W2 and b2 of each network as float32."""
        parts = [np.frombuffer(part, "<f4") for part in buffers]
        networks = []
        for setup, (W1, b1, W2, b2) in zip(self.setups, (parts[:4], parts[4:]), strict=True):
            weights = [W1.reshape(-1, 784), W2.reshape(len(setup.digits), -1)]
            networks.append(Network(weights, [b1, b2], [setup.activation, setup.outputs]))
        self.trained = tuple(networks)
        self.history = tuple(content["history"])

    @property
    def setups(self):
        """The two set-ups, each a :class:`~weightmaps.training.Setup`."""
        a = training.Setup(**self.a)
        return a, replace(a, **self.b)

    def networks(self):
        """Train both in Python for as many epochs as the page: two :class:`~weightmaps.network.Network`."""
        return tuple(training.lab(setup, epochs=self.epochs) for setup in self.setups)

    @traitlets.validate("a", "b")
    def _trainable(self, proposal):
        name, value = proposal.trait.name, proposal.value
        settings = {**(value if name == "a" else self.a), **(self.b if name == "a" else value)}
        unknown = sorted(settings.keys() - asdict(training.Setup()).keys())
        if unknown:
            raise traitlets.TraitError(
                f"{name} has no setting {unknown[0]!r}; there are {', '.join(asdict(training.Setup()))}"
            )
        try:
            if name == "a":
                training.Setup(**value)
            training.Setup(**settings)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        return value

    def __repr__(self):
        changes = (f"{name} {self.a[name]} against {value}" for name, value in self.b.items())
        return f"<Lab: {', '.join(changes) or 'nothing differs'}>"
