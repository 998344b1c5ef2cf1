"""What every small figure shares: its frame, and networks and images as they travel to the page."""

import numpy as np
import traitlets

from weightmaps.digits import Digits
from weightmaps.network import Network
from weightmaps.widgets import bundle
from weightmaps.widgets.base import Standalone
from weightmaps.widgets.checks import there_is
from weightmaps.widgets.encode import decode_arrays, encode_arrays, encode_images
from weightmaps.widgets.input_spec import InputSpec

FEW = 10_000  # weights that travel as they are
INKED = 0.1  # the share of the images in which a pixel has ink, from which on its weights count as seen


class Live(Standalone):
    """A small figure for one claim: pictures, up to three controls, a sentence, an effect beside its control.

    A figure has a JavaScript file of its own, which opens in the frame of ``static/live.js`` and draws and
    measures; its state, as traits; and :meth:`measured`.
    """

    _css = bundle.style("explorer.css", "live.css")

    def measured(self):
        """Effect and control as the figure states them now, by NumPy: two floats."""
        raise NotImplementedError


class LiveNetwork(Live):
    """A figure of a network, ``_shown`` as the page has it, and of images to answer, ``_digits``."""

    _network = traitlets.Dict().tag(sync=True)
    _images = traitlets.Dict().tag(sync=True)

    def __init__(self, network, images, labels, **more):
        sent = travelling_network(network)
        pictures = travelling_images(images, labels, network.sizes[-1])
        self._shown, self._digits = travelled_network(sent), Digits(images, labels)
        super().__init__(_network=sent, _images=pictures, **more)


class LiveNeuron(LiveNetwork):
    """The same of which one hidden neuron is shown."""

    neuron = traitlets.Int(0, min=0).tag(sync=True)

    @traitlets.validate("neuron")
    def _a_neuron(self, proposal):
        return there_is(proposal, len(self._shown.biases[0]), "neurons")


def inked(images):
    """The pixels with ink in a tenth of the images, over which the smoothness of maps is taken."""
    return (np.asarray(images) > 0).mean(axis=0) >= INKED


def travelling_images(images, labels, outputs=10):
    """What a figure sends of images, the same bytes for every figure that shows the same ones."""
    return encode_images(np.asarray(images), labels, InputSpec((28, 28)), outputs)


def travelling_network(network):
    """What a figure sends of a network: a byte a weight of maps, if they are many; float32 for all else."""
    layers = enumerate(zip(network.weights, network.biases, strict=True), 1)
    arrays = {f"{kind}{k}": one for k, pair in layers for kind, one in zip("Wb", pair, strict=True)}
    coarse = ["W1"] if network.weights[0].size > FEW else []
    return encode_arrays(arrays, coarse=coarse, activations=list(network.activations))


def travelling_maps(network):
    """What a figure sends of a network's maps alone, a byte a weight."""
    return encode_arrays({"W1": network.weights[0]}, coarse=["W1"])


def travelled_network(payload):
    """The network in the result of :func:`travelling_network`, number for number as the page has it."""
    found, layers = decode_arrays(payload), range(1, len(payload["activations"]) + 1)
    weights, biases = ([found[f"{kind}{k}"] for k in layers] for kind in "Wb")
    return Network(weights, biases, payload["activations"])
