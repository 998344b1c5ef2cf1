"""WhosePicture: weight times input of one image, by networks that are named once the reader has guessed."""

import numpy as np
import traitlets

from weightmaps import random
from weightmaps.widgets import bundle
from weightmaps.widgets.encode import encode_arrays
from weightmaps.widgets.live.base import Live

MAPS = 20  # of a network
PLACES = 2  # the stream of random numbers that places the networks in the first round


class WhosePicture(Live):
    """Weight times input of one neuron and one image for some networks, and a guess at which have learned.

    Image, neuron and the places of the networks are drawn anew for each round, the same for every reader. The
    control is blind guessing.

    Parameters
    ----------
    networks : dict of {str: Network}
        By the name that is shown after the guess. With 784 inputs; the first 20 neurons are drawn from.
    learned : sequence of str
        The names of those that have learned what the image is.
    images : array, shape (n, 784)
    round : int
        From 0.
    guesses : list of int
        The places that were pressed, one a round.

    Examples
    --------
    >>> from weightmaps import load_network, load_sample, training
    >>> start = training.initialise((784, 100, 10), scale="unit", seed=0)
    >>> networks = {"trained": load_network("nielsen"), "untrained": start}
    >>> figure = WhosePicture(networks, ["trained"], load_sample().only(3).images[:5])
    >>> figure.guesses = [0, 0]
    >>> figure.measured()
    (0.5, 0.5)
    """

    _esm = bundle.module("live_whose.js")
    _title = "Where does this picture come from?"

    round = traitlets.Int(0, min=0).tag(sync=True)
    guesses = traitlets.List(traitlets.Int(min=0), maxlen=999).tag(sync=True)
    _networks = traitlets.Dict().tag(sync=True)

    def __init__(self, networks, learned, images, **state):
        if not set(learned) <= set(networks):
            raise ValueError(f"learned names {list(learned)}; the networks are {list(networks)}")
        few = min(MAPS, *(one.sizes[1] for one in networks.values()))
        maps = {f"maps{k}": one.weights[0][:few] for k, one in enumerate(networks.values())}
        pixels = np.round(255 * np.asarray(images)).astype(np.uint8)
        self._learned = [name in learned for name in networks]
        names = {"names": list(networks), "learned": self._learned}
        sent = encode_arrays({"images": pixels, **maps}, coarse=list(maps), **names)
        super().__init__(_networks=sent, **state)

    @traitlets.validate("guesses")
    def _places(self, proposal):
        if any(place >= len(self._learned) for place in proposal.value):
            raise traitlets.TraitError(f"guesses is {proposal.value}; there are {len(self._learned)} places")
        return proposal.value

    def measured(self):
        """The share of rounds in which the network at the guessed place has learned, and of all networks."""
        count = len(self._learned)
        right = [
            self._learned[random.permutation(0, PLACES + k, count)[place]]
            for k, place in enumerate(self.guesses)
        ]
        return sum(right) / (len(right) or 1), sum(self._learned) / count
