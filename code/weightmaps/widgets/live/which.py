"""Which: the same image times the weights of several networks; which network has learned nothing?"""

import numpy as np
import traitlets

from weightmaps import analysis, attribution, random
from weightmaps.widgets import bundle
from weightmaps.widgets.checks import there_is
from weightmaps.widgets.encode import decode_arrays, encode_arrays
from weightmaps.widgets.live.base import Live, travelling_images


class Which(Live):
    """A round an image: find, among pictures of weight × image, the one of a network that learned nothing.

    Parameters
    ----------
    networks : dict of {str: Network}
        By what they are called once a guess is made; the first is the one to find. 784 inputs, one hidden
        layer.
    images : array, shape (n, 784)
    labels : array of int, shape (n,)
        The output that is explained, of each.
    of : {"neuron", "output"}
        Whose picture: the image times the weights of the neuron that contributes most to the output, or times
        the gradient of the output's z.
    round : int
        From 0, the image.
    answers : tuple of int
        The place of the picture that was pressed, of each round so far.
    by : {"you", "shape", "grain"}
        Who guesses: the reader; or, in all rounds, a rule that takes the picture whose strengths are least
        like the image's ink, or whose weights are least like their neighbours' where there is ink.

    Examples
    --------
    >>> from weightmaps import load_sample, training
    >>> start, other = (training.initialise((784, 9, 10), scale="unit", seed=seed) for seed in range(2))
    >>> figure = Which({"one": start, "two": other}, *load_sample()[::1000], answers=(0, 0, 0))
    >>> figure.measured()
    (0.3333333333333333, 0.5)
    """

    _esm = bundle.module("live_which.js")
    _title = "Which network has learned nothing?"

    of = traitlets.Enum(["neuron", "output"], "neuron").tag(sync=True)
    round = traitlets.Int(0, min=0).tag(sync=True)
    answers = traitlets.Tuple().tag(sync=True)
    by = traitlets.Enum(["you", "shape", "grain"], "you").tag(sync=True)
    _names = traitlets.List().tag(sync=True)
    _weights = traitlets.Dict().tag(sync=True)
    _images = traitlets.Dict().tag(sync=True)

    def __init__(self, networks, images, labels, **state):
        if len(networks) < 2 or any(len(one.sizes) != 3 or one.sizes[0] != 784 for one in networks.values()):
            raise ValueError(
                f"networks holds {[one.sizes for one in networks.values()]}; "
                "give two or more with 784 inputs and one hidden layer"
            )
        images, labels = np.asarray(images), np.asarray(labels)
        travels = {
            of: np.concatenate([weights(one, images, labels) for one in networks.values()])
            for of, weights in (("neuron", _of_neurons), ("output", _of_outputs))
        }
        self._ink = images.astype(float)
        payload = encode_arrays(travels, coarse=list(travels))
        self._decoded = {
            of: one.astype(float).reshape(len(networks), *images.shape)
            for of, one in decode_arrays(payload).items()
        }
        super().__init__(
            _names=list(networks), _weights=payload, _images=travelling_images(images, labels), **state
        )

    @traitlets.validate("round")
    def _a_round(self, proposal):
        return there_is(proposal, len(self._ink), "rounds")

    @traitlets.validate("answers")
    def _places(self, proposal):
        places, count = range(len(self._decoded["neuron"])), len(self._ink)
        if len(proposal.value) > count or any(one not in places for one in proposal.value):
            raise traitlets.TraitError(
                f"answers is {proposal.value}; at most {count} are wanted, each from 0 to {places[-1]}"
            )
        return proposal.value

    def measured(self):
        """The share of rounds in which the guess is right, and what blind guessing gets: two floats."""
        weights = self._decoded[self.of]
        count = len(weights)
        if self.by == "you":
            right = [random.permutation(0, k, count)[place] == 0 for k, place in enumerate(self.answers)]
        else:
            right = [
                np.argmin([self._score(w, x) for w in some]) == 0
                for some, x in zip(weights.swapaxes(0, 1), self._ink, strict=True)
            ]
        return float(np.mean(right or [0])), 1 / count

    def _score(self, weights, ink):
        if self.by == "grain":
            return analysis.smoothness(weights[None], where=ink > 0)
        return np.corrcoef(np.abs(weights * ink), ink)[0, 1]


def _of_neurons(network, images, labels):
    """For each image the weights of the neuron that contributes most to its label's output."""
    neurons = np.argmax(network.weights[-1][labels] * network.forward(images).a[1], axis=1)
    return analysis.maxabs_scale(network.weights[0][neurons])


def _of_outputs(network, images, labels):
    return analysis.maxabs_scale(attribution.gradient(network, images, output=labels))
