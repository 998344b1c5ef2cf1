"""MapGame: which of two digits drives a neuron more? Asked with nothing but its weight map."""

import zlib

import numpy as np
import traitlets

from weightmaps import checks
from weightmaps.widgets import bundle
from weightmaps.widgets.base import Standalone

ROUNDS = 10  # in a game
LEVELS = 15  # of colour on each side of zero: more the eye does not see, and fewer bytes travel


class MapGame(Standalone):
    """Ten rounds of guessing, from its weight map, which of two digits drives a neuron more.

    The maps come from several networks in turn, mixed and unnamed, one number of rounds from each. Only the
    score at the end says which were whose. In each round the two digits are those with the largest and the
    smallest mean activation of that neuron, in an order drawn by lot. After each answer both mean digits are
    laid over the map, each with the sum of its products; a perfect reader would go by these two sums.

    Parameters
    ----------
    networks : dict of {str: Network}
        Two or five, so that ten rounds can be shared out; by what the score calls them.
    images : array, shape (n, 784)
        Those whose mean activations are the truth.
    labels : array of int, shape (n,)
        The digit in each, all ten at least once.
    games : int
        How many games of ten rounds there are until the first comes again.
    seed : int
        Of the lots: which neurons, in which order.
    answers : list of int, optional
        What was answered so far in this game: 0 for the first digit of a round's pair, 1 for the second.

    Raises
    ------
    ValueError
        If the networks cannot share the rounds, or are no match for the images.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> network = training.initialise((784, 20, 10), scale="unit", seed=0)
    >>> other = training.initialise((784, 20, 10), scale="unit", seed=1)
    >>> MapGame({"one": network, "other": other}, *load_sample()[::50])
    <MapGame of 10 rounds, one against other>
    """

    _esm = bundle.module("game.js")
    _css = bundle.style("explorer.css", "game.css")
    _title = "Guess the neuron"

    answers = traitlets.Tuple().tag(sync=True)
    game = traitlets.Int(0, min=0).tag(sync=True)
    _rounds = traitlets.Dict().tag(sync=True)

    def __init__(self, networks, images, labels, *, games=2, seed=0, answers=()):
        if len(networks) < 2 or ROUNDS % len(networks):
            raise ValueError(
                f"networks holds {len(networks)}; {ROUNDS} rounds can be shared out among 2 or 5"
            )
        if games < 1:
            raise ValueError(f"games is {games}; it is 1 or more")
        images, labels = np.asarray(images), checks.labels(labels, len(images), 10, "labels")
        if len(set(labels.tolist())) < 10:
            raise ValueError(f"labels holds {sorted(set(labels.tolist()))}; each digit, 0 to 9, is wanted")
        rng = np.random.default_rng(seed)
        digits = np.array([images[labels == k].mean(axis=0) for k in range(10)])
        each = ROUNDS // len(networks)
        drawn = {
            name: _draw(name, network, images, labels, digits, each * games, rng)
            for name, network in networks.items()
        }
        rounds, maps = [], []
        for k in range(games):
            dealt = [one for some in drawn.values() for one in some[k * each : (k + 1) * each]]
            for i in rng.permutation(ROUNDS):
                question, weights = dealt[i]
                rounds.append(question)
                maps.append(np.round(LEVELS * weights / np.abs(weights).max()).astype(np.int8))
        inks = np.round(255 * digits).astype(np.uint8)
        super().__init__(
            _rounds={
                "names": list(networks),
                "levels": LEVELS,
                "rounds": rounds,
                "data": zlib.compress(b"".join(part.tobytes() for part in (*maps, inks)), 9),
            },
            answers=tuple(answers),
        )

    @traitlets.validate("answers")
    def _some_answers(self, proposal):
        answers = proposal.value
        if len(answers) > ROUNDS or not set(answers) <= {0, 1}:
            raise traitlets.TraitError(f"answers is {answers}; it is 0 or 1 for each of {ROUNDS} rounds")
        return tuple(map(int, answers))

    def __repr__(self):
        return f"<MapGame of {ROUNDS} rounds, {' against '.join(self._rounds['names'])}>"


def _draw(name, network, images, labels, digits, count, rng):
    """Of `count` neurons: the question with its truth, and the weights."""
    if network.sizes[0] != 784 or network.sizes[1] < count:
        raise ValueError(
            f"networks[{name!r}] has sizes {network.sizes}; it wants 784 inputs and at least {count} neurons "
            "in the first hidden layer"
        )
    a = network.forward(images).a[1]
    means = np.array([a[labels == k].mean(axis=0) for k in range(10)])
    drawn = []
    for neuron in rng.choice(network.sizes[1], count, replace=False):
        pair = [int(means[:, neuron].argmax()), int(means[:, neuron].argmin())]
        rng.shuffle(pair)
        question = {
            "name": name,
            "neuron": int(neuron),
            "pair": pair,
            "means": means[pair, neuron].astype(float).round(4).tolist(),
            "sums": (digits[pair] @ network.weights[0][neuron]).astype(float).round(4).tolist(),
        }
        drawn.append((question, network.weights[0][neuron]))
    return drawn
