"""NetworkExplorer: the widget, its state, and what Python may set it to."""

import numpy as np
import traitlets

from weightmaps.widgets import bundle, checks, encode
from weightmaps.widgets.base import Standalone
from weightmaps.widgets.input_spec import InputSpec
from weightmaps.widgets.state import DEFAULT_PANELS, NO_DRAWING, STATE, ExplorerState


class NetworkExplorer(ExplorerState, Standalone):
    """Look at the hidden layer of a network with sliders: every picture and number follows them.

    In a live notebook it is a widget: ``explorer.neuron = 42`` moves it, ``explorer.observe`` hears
    it. On a published page and in a file that :meth:`to_html` wrote, the same front end runs in the
    browser with no kernel.

    Parameters
    ----------
    network : Network or None
        With one hidden layer or more. With `checkpoints` it must equal the last of them, or be None.
    images : array, shape (n, n_in)
        To choose from and to measure on, at most 2,000: 100 keep a page light, 500 make an accuracy worth
        reading.
    labels : array of int, shape (n,), optional
        Label k means that output k is the right answer. Without labels, right is what the network answers
        with every neuron on. A network of one output has none.
    checkpoints : dict of {int: Network}, optional
        The network at increasing training steps; a slider then moves through them.
    others : dict of {str: Network}, optional
        Networks to compare with, by name; of the same sizes and activations.
    name : str, optional
        The network's own name beside them; by default "This network". Steps of training are called by their
        number.
    outputs : sequence of str, optional
        The outputs' names; by default their indices.
    shape : tuple of int, optional
        (rows, columns) of an image; needed only where images are not square. With three channels, red, green
        and blue, (rows, columns, 3) or (3, rows, columns), in the order of the network's inputs.
    features : sequence of str, optional
        The names of the inputs where they are no picture but a table: bars then stand in place of maps, and
        values may be any finite numbers.
    panels : sequence of str, optional
        What to show, in this order: ``draw`` (a pad), ``input``, ``hidden``, ``find`` (the hidden neurons,
        coloured and sorted by what the reader chooses), ``outputs``, ``weight_map``, ``effective`` (how the
        neuron's z changes with each input, for this image), ``product``, ``outgoing``, ``top``, ``maps``,
        ``ledger``, ``responses`` (the neuron's activation for each label, and the images that drive it most
        and least), ``ablate`` (switch neurons off; what that costs over all images).
    **state
        What it shows at first, and may be set to later:

        - `layer`, the hidden layer, counted from 1;
        - `neuron` of that layer, and `output`, one of the layer after it: an output of the network if
          `layer` is the last hidden one; both counted from 0;
        - `sample`, the image, counted from 0; `pixels`, numbers in [0, 1] to show in its place, or None;
        - `step`, one of the checkpoints' steps, by default the last; None without checkpoints;
        - `view`, ``one`` or ``compare``: then the network that `other` names, a step or a key of `others`,
          stands beside it; `scales`, ``shared`` or ``separate``: whether they share a colour scale;
        - `ablated`, a (layer, neuron, factor) for each changed neuron: what it sends on is multiplied by the
          factor, 0 to 2; 0 switches it off;
        - `rank_by`, the order of the top neurons, and `colour_by`: ``weight`` (outgoing, to `output`),
          ``activation``, ``contribution``, ``mean`` (activation over the images whose label is `output`) or
          ``removal`` (images lost when it is switched off); `sorted`, whether ``find`` has that order;
        - `layout`, as for any ipywidget.

    Raises
    ------
    ValueError
        If the network, the images and the checkpoints do not fit together.
    traitlets.TraitError
        If a state lies out of its range, now or when it is set later.

    Examples
    --------
    >>> import numpy as np
    >>> from weightmaps.network import Network
    >>> network = Network([np.ones((3, 4)), np.ones((2, 3))], [np.zeros(3), np.zeros(2)])
    >>> explorer = NetworkExplorer(network, np.eye(4), [0, 1, 0, 1], panels=["input", "hidden"], neuron=2)
    >>> explorer.neuron
    2
    >>> explorer.neuron = 3
    Traceback (most recent call last):
        ...
    traitlets.traitlets.TraitError: neuron is 3; this network has neurons 0 to 2
    """

    _esm = bundle.module("explorer.js")
    _css = bundle.style("explorer.css")
    _title = "What the hidden layer sees"

    _network = traitlets.Dict().tag(sync=True)
    _images = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        network,
        images,
        labels=None,
        *,
        checkpoints=None,
        others=None,
        name=None,
        outputs=None,
        shape=None,
        features=None,
        panels=DEFAULT_PANELS,
        **state,
    ):
        unknown = [name for name in state if name not in (*STATE, "layout")]
        if unknown:
            raise TypeError(f"NetworkExplorer has no {', '.join(unknown)}; its state is {', '.join(STATE)}")
        if not isinstance(name, str | None):
            raise ValueError(f"name is {name!r}; it is text, such as 'trained', or None")
        self._steps, names, self._networks = checks.keys_and_networks(network, checkpoints, others)
        self._keys = self._steps + names
        self._sizes = self._networks[0].sizes
        outputs = checks.output_names(outputs, self._sizes[-1])
        self._spec = InputSpec.of(self._sizes[0], shape, features)
        images = np.asarray(images)
        self._count = len(images) if images.ndim else 0
        if "draw" in panels and not self._spec.plain:
            raise ValueError(NO_DRAWING)
        beside = (names or self._steps)[0]
        super().__init__(
            _images=encode.encode_images(images, labels, self._spec, self._sizes[-1]),
            _network={
                "name": name,
                **encode.encode_network(self._networks, self._steps, names, outputs, images, self._spec),
            },
            panels=panels,
            **{"step": self._steps[-1], "other": beside, **state},
        )

    def __repr__(self):
        return f"<NetworkExplorer of {self._networks[-1]!r}, {self._count} {self._spec.noun}s>"
