"""A network of Nielsen's book, *Neural Networks and Deep Learning*: its Network, or what that saved."""

from __future__ import annotations

import os

from .build import from_arrays
from .errors import wrong_object
from .json_files import read_json


def from_nielsen(network):
    """Take over a ``Network`` of the book's ``network.py`` or ``network2.py``, or the JSON that it saved.

    Parameters
    ----------
    network : object or path
        With the attributes ``sizes``, ``weights`` and ``biases``; every layer is a sigmoid.

    Returns
    -------
    Network
        Its outputs are ``network.feedforward(x)``.

    Raises
    ------
    FileNotFoundError, NotANetwork
        As :func:`read` does, for a path.
    ValueError
        If it is something else.

    Examples
    --------
    >>> import types
    >>> import numpy as np
    >>> weights, biases = [np.ones((3, 5)), np.ones((2, 3))], [np.zeros((3, 1)), np.zeros((2, 1))]
    >>> from_nielsen(types.SimpleNamespace(sizes=[5, 3, 2], weights=weights, biases=biases))
    <Network 5-3-2, sigmoid/sigmoid>
    """
    if isinstance(network, (str, os.PathLike)):
        return read_json(network, nielsen=True)
    if not all(hasattr(network, name) for name in ("sizes", "weights", "biases")):
        raise wrong_object(
            "from_nielsen", network, "a Network of network.py or network2.py, or the file it saved"
        )
    found = from_arrays(network.weights, network.biases, ["sigmoid"] * len(network.weights))
    if list(found.sizes) != list(network.sizes):
        raise ValueError(f"sizes says {list(network.sizes)}, but the weights are those of {found}")
    return found
