"""NetworkExplorer: the widget, its state, and what Python may set it to."""

import anywidget
import numpy as np
import traitlets

from weightmaps.attribution import RANKINGS
from weightmaps.explorer import modules, page, payload
from weightmaps.explorer.poster import draw_poster
from weightmaps.files import whole

PANELS = ("input", "hidden", "outputs", "weight_map", "product", "top", "maps", "ledger", "outgoing")
DEFAULT_PANELS = ("input", "hidden", "outputs", "weight_map", "product")
STATE = ("neuron", "output", "sample", "step", "rank_by")


class NetworkExplorer(anywidget.AnyWidget):
    """Look at the hidden layer of a network with sliders: every picture and number follows them.

    In a live notebook it is a widget: ``explorer.neuron = 42`` moves it, ``explorer.observe`` hears
    it. On a published page and in a file that :meth:`to_html` wrote, the same front end runs in the
    browser with no kernel.

    Parameters
    ----------
    network : Network or None
        A network with one hidden layer. With `checkpoints` it must equal the last of them, or be None.
    digits : Digits
        The images to choose from, at most 2,000; about 100 keep a page light. Label k means that
        output k is the right answer.
    checkpoints : dict of {int: Network}, optional
        The network at increasing training steps; a slider then moves through them.
    outputs : sequence of str, optional
        The outputs' names; by default their indices.
    shape : tuple of int, optional
        (rows, columns) of an image; needed only where images are not square.
    panels : sequence of str, optional
        What to show, in this order: ``input``, ``hidden``, ``outputs``, ``weight_map``, ``product``,
        ``top``, ``maps``, ``ledger``, ``outgoing``.
    **state
        What it shows at first: `neuron`, `output`, `sample` (all counted from 0), `step` (one of the
        checkpoints' steps, by default the last; None without checkpoints), `rank_by` (``weight``,
        ``activation`` or ``contribution``); also `layout`, as for any ipywidget.

    Raises
    ------
    ValueError
        If the network, the images and the checkpoints do not fit together.
    traitlets.TraitError
        If a state lies out of its range, now or when it is set later.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from weightmaps.network import Network
    >>> network = Network([np.ones((3, 4)), np.ones((2, 3))], [np.zeros(3), np.zeros(2)])
    >>> digits = SimpleNamespace(images=np.eye(4), labels=np.array([0, 1, 0, 1]))
    >>> explorer = NetworkExplorer(network, digits, panels=["input", "hidden"], neuron=2)
    >>> explorer.neuron
    2
    >>> explorer.neuron = 3
    Traceback (most recent call last):
        ...
    traitlets.traitlets.TraitError: neuron is 3; this network has neurons 0 to 2
    """

    _esm = modules.module()
    _css = modules.read("explorer.css")

    _network = traitlets.Dict().tag(sync=True)
    _images = traitlets.Dict().tag(sync=True)

    neuron = traitlets.Int(0).tag(sync=True)
    output = traitlets.Int(0).tag(sync=True)
    sample = traitlets.Int(0).tag(sync=True)
    step = traitlets.Int(None, allow_none=True).tag(sync=True)
    rank_by = traitlets.Unicode("weight").tag(sync=True)
    panels = traitlets.Tuple(default_value=DEFAULT_PANELS).tag(sync=True)

    def __init__(
        self, network, digits, *, checkpoints=None, outputs=None, shape=None, panels=DEFAULT_PANELS, **state
    ):
        unknown = sorted(set(state) - {*STATE, "layout"})
        if unknown:
            raise TypeError(f"NetworkExplorer has no {', '.join(unknown)}; its state is {', '.join(STATE)}")
        self._steps, self._networks = payload.steps_and_networks(network, checkpoints)
        n_in, _, n_out = self._networks[0].sizes
        names = payload.output_names(outputs, n_out)
        shape = payload.image_shape(shape, n_in)
        images = payload.image_payload(digits, shape, n_out)
        self._digits = digits
        super().__init__(
            _network=payload.network_payload(self._networks, self._steps, names, digits.images, shape),
            _images=images,
            panels=panels,
            **{"step": self._steps[-1], **state},
        )

    @traitlets.validate("neuron", "output", "sample")
    def _in_range(self, proposal):
        name, value = proposal.trait.name, proposal.value
        _, n_hidden, n_out = self._networks[0].sizes
        count = {"neuron": n_hidden, "output": n_out, "sample": len(self._digits.images)}[name]
        if not 0 <= value < count:
            owner = "explorer" if name == "sample" else "network"
            raise traitlets.TraitError(f"{name} is {value}; this {owner} has {name}s 0 to {count - 1}")
        return value

    @traitlets.validate("step")
    def _a_step(self, proposal):
        if proposal.value not in self._steps:
            wanted = "there are no checkpoints" if self._steps == [None] else f"it is one of {self._steps}"
            raise traitlets.TraitError(f"step is {proposal.value}; {wanted}")
        return proposal.value

    @traitlets.validate("rank_by")
    def _a_ranking(self, proposal):
        if proposal.value not in RANKINGS:
            raise traitlets.TraitError(f"rank_by is {proposal.value!r}; it is one of {', '.join(RANKINGS)}")
        return proposal.value

    @traitlets.validate("panels")
    def _known_panels(self, proposal):
        names = proposal.value
        if not names or len(set(names)) < len(names) or not set(names) <= set(PANELS):
            raise traitlets.TraitError(f"panels is {names}; choose from {', '.join(PANELS)}, each once")
        return names

    def to_html(self, path, *, title="What the hidden layer sees"):
        """Write the explorer as one HTML file that needs no network and no kernel.

        Parameters
        ----------
        path : str or path
            The file; written whole or not at all.
        title : str
            The page's title, plain text.
        """
        text = page.document(self._html(), title)
        with whole(path, "w", encoding="utf-8") as file:
            file.write(text)

    def _html(self):
        return page.fragment(self._network, self._images, self._state(), self._poster(), self._words())

    def _state(self):
        return {name: getattr(self, name) for name in (*STATE, "panels")}

    def _poster(self):
        return draw_poster(
            self._networks[self._steps.index(self.step)],
            self._digits,
            outputs=self._network["outputs"],
            shape=self._images["shape"],
            limits=np.max([np.abs(one.weights[0]).max(axis=1) for one in self._networks], axis=0),
            **self._state(),
        )

    def _words(self):
        """Alternative text of the poster."""
        label = self._network["outputs"][int(self._digits.labels[self.sample])]
        at = "" if self.step is None else f" after {self.step:,} training steps"
        return (
            f"The explorer as a still picture: image {self.sample} (label {label}), "
            f"hidden neuron {self.neuron}, output {self._network['outputs'][self.output]}{at}."
        )

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/html": self._html()}, metadata

    def __repr__(self):
        return f"<NetworkExplorer of {self._networks[-1]!r}, {len(self._digits.images)} images>"
