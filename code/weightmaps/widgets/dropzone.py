"""NetworkDrop: an explorer with a place to drop a network file, read in the browser and sent nowhere."""

import traitlets

from weightmaps.widgets import bundle
from weightmaps.widgets.explorer import NetworkExplorer


class NetworkDrop(NetworkExplorer):
    """An explorer that a reader can open with a network of their own, by dropping its file.

    At first it shows the network and the images that it was given. A ``.npz``, ``.json``, ``.safetensors``,
    ``.pt`` or ``.pkl`` file that is dropped on it, or chosen, is read in the browser by a worker, checked,
    and shown in their place; nothing leaves the page, and a kernel does not hear of it.
    Images of 784 pixels stay for a network
    of 784 inputs; for another, or in their place, images are dropped with it, or later: pictures of digits
    (PNG, JPEG), a table, an ``.npz``, MNIST's own files. What looks odd is said, with a button that mends it.

    Parameters
    ----------
    network, images, labels, **options
        As for :class:`~weightmaps.widgets.NetworkExplorer`: what it shows at first.

    Raises
    ------
    ValueError, traitlets.TraitError
        As that does.

    Examples
    --------
    >>> import numpy as np
    >>> from weightmaps.network import Network
    >>> network = Network([np.ones((3, 4)), np.ones((2, 3))], [np.zeros(3), np.zeros(2)])
    >>> NetworkDrop(network, np.eye(4), [0, 1, 0, 1], panels=["input", "hidden"]).panels
    ('input', 'hidden')
    """

    _esm = bundle.module("drop.js")
    _css = bundle.style("explorer.css", "dropzone.css")

    _worker = traitlets.Unicode(bundle.module("worker.js")).tag(sync=True)
