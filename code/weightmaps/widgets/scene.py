"""One state of an explorer, worked out for its still picture: what is shown, and on which scales."""

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace

import numpy as np

from weightmaps import attribution
from weightmaps.network import Network
from weightmaps.widgets.checks import reach
from weightmaps.widgets.input_spec import InputSpec


@dataclass(frozen=True, eq=False)
class Scene:
    """What one state shows of one network.

    Attributes
    ----------
    network : Network
        As trained.
    title : str
        What tells it from the other networks: its step or its name.
    state : SimpleNamespace
        The explorer's state, one attribute a name.
    digits : Digits
    outputs : list of str
    kind : InputSpec
        What the images are.
    networks : list of Network
        All that the explorer has; they share their weights' colour scales.
    peers : list of Scene
        Those in this picture, this one among them; they share the scales of what depends on the image.
    """

    network: Network
    title: str
    state: SimpleNamespace
    digits: object
    outputs: list
    kind: InputSpec
    networks: list
    peers: list

    @property
    def last(self):
        """Whether the layer shown is the last hidden one, so that `output` is one of the network's."""
        return self.state.layer == len(self.network.sizes) - 2

    @property
    def target(self):
        """What `output` is, in words."""
        name, layer = self.state.output, self.state.layer
        return f"output {self.outputs[name]}" if self.last else f"neuron {name} of layer {layer + 1}"

    @property
    def lone(self):
        """Whether there is one output, which answers by its size."""
        return len(self.outputs) == 1

    @property
    def labelled(self):
        return self.digits.labels is not None

    @cached_property
    def labels(self):
        """What is right: the labels, or what the network answers with every neuron on."""
        return np.asarray(self.digits.labels) if self.labelled else self.network.predict(self.digits.images)

    @property
    def digit(self):
        """The label that mean activations are over."""
        state = self.state
        return state.output if self.last else int(self.labels[state.sample])

    @property
    def cells(self):
        """(rows, columns) of a picture of the weights of one neuron."""
        if self.state.layer == 1 and self.kind.shape:
            return self.kind.shape
        return grid_shape(self.network.sizes[self.state.layer - 1])

    @cached_property
    def x(self):
        state = self.state
        image = self.digits.images[state.sample] if state.pixels is None else state.pixels
        return np.asarray(image, dtype=self.network.weights[0].dtype)  # else all weights would be copied

    @cached_property
    def heard(self):
        """The network with neurons switched off or scaled."""
        network, groups = self.network, {}
        for layer, neuron, factor in self.state.ablated:
            groups.setdefault((layer, factor), []).append(neuron)
        for (layer, factor), neurons in groups.items():
            network = attribution.ablate(network, neurons, layer=layer, by=factor)
        return network

    @cached_property
    def trace(self):
        return self.heard.forward(self.x)

    @cached_property
    def everywhere(self):
        """The trace of all images."""
        return self.heard.forward(self.digits.images)

    def sends(self, layer):
        """What the neurons of a layer send on: their activations, 0 where they are switched off."""
        sent = self.trace.a[layer].copy()
        for at, neuron, factor in self.state.ablated:
            if at == layer:
                sent[neuron] *= factor
        return sent

    @property
    def weights(self):
        return self.network.weights[self.state.layer - 1]

    @property
    def outgoing(self):
        """The weights of the layer's neurons to `output`."""
        return self.network.weights[self.state.layer][self.state.output]

    @property
    def contributions(self):
        return self.outgoing * self.sends(self.state.layer)

    def measure(self, name):
        """One number a neuron, as `rank_by` and `colour_by` name it."""
        layer, labels = self.state.layer, self.labels
        if name == "weight":
            return self.outgoing
        if name == "activation":
            return self.sends(layer)
        if name == "contribution":
            return self.contributions
        if name == "mean":
            mine = self.everywhere.a[layer][labels == self.digit]
            return mine.mean(axis=0) if len(mine) else np.zeros(len(self.weights))
        return attribution.removal_costs(self.heard, self.digits.images, labels, layer=layer)

    def measure_words(self, name):
        """What a measure is, in words."""
        things = f"{self.kind.noun}s"
        which = "" if self.lone else f" {'of' if self.labelled else 'answered'} {self.outputs[self.digit]}"
        return {
            "weight": f"weight to {self.target}",
            "activation": "activation now",
            "contribution": f"contribution to {self.target} now",
            "mean": f"mean activation over {things}{which}",
            "removal": f"{things} lost without it",
        }[name]

    def order(self):
        """All neurons, the first of `rank_by` first; where many sigmoids are 1, their z tells them apart."""
        values = self.measure(self.state.rank_by)
        ties = self.trace.z[self.state.layer] if self.state.rank_by == "activation" else values
        return np.lexsort((-ties, -values))

    @property
    def confusion(self):
        """How often each label (row) is answered with each output (column)."""
        return _confusion(self.everywhere.a[-1], self.labels)

    @property
    def untouched(self):
        """The same with every neuron on."""
        return _confusion(self.network.forward(self.digits.images).a[-1], self.labels)

    @cached_property
    def effective(self):
        """How the chosen neuron's z changes with each input, at this image."""
        if self.state.layer == 1:  # without the gradient's copy of all weights
            return self.weights[self.state.neuron]
        return attribution.gradient(self.heard, self.x, neuron=self.state.neuron, layer=self.state.layer)

    def reach(self, layer, neuron=slice(None)):
        """Where the colour scale of a layer's weights ends, or of one neuron's among them."""
        networks = [self.network] if self.state.scales == "separate" else self.networks
        return max(reach(one.weights[layer - 1][neuron]) for one in networks) or 1.0

    def over_peers(self, number):
        """The largest of a number over the scenes that share a scale."""
        return max(number(one) for one in ([self] if self.state.scales == "separate" else self.peers))


def scenes(networks, keys, digits, state, outputs, kind):
    """The networks on screen, one or two, each with what the state shows of it.

    Parameters
    ----------
    networks : list of Network
    keys : list
        What the states `step` and `other` call them.
    digits : Digits
    state : dict
    outputs : sequence of str
    kind : InputSpec

    Returns
    -------
    list of Scene
    """
    state, peers = SimpleNamespace(**state), []
    outputs = [_text(name) for name in outputs]
    for key in [state.step, state.other][: 1 + (state.view == "compare")]:
        network, title = networks[keys.index(key)], _text(title_of(key))
        peers.append(Scene(network, title, state, digits, outputs, kind, networks, peers))
    return peers


def title_of(key):
    """What `step` or `other` calls a network, in words."""
    return "This network" if key is None else key if isinstance(key, str) else f"Step {key:,}"


def off_words(ablated):
    """How many neurons are off and how many scaled, in words; empty where there are none."""
    factors = [factor for _, _, factor in ablated if factor != 1]
    off = factors.count(0)
    counts = [(count, what) for count, what in ((off, "off"), (len(factors) - off, "scaled")) if count]
    nouns = [" neuron" if count == 1 else " neurons" for count, _ in counts[:1]] + [""]
    return ", ".join(f"{count}{noun} {what}" for (count, what), noun in zip(counts, nouns, strict=False))


def grid_shape(count):
    """(rows, columns) of a grid of cells that is nearly square."""
    across = int(np.ceil(count**0.5))
    return -(-count // across), across


def _text(name):
    return name.replace("$", r"\$")  # not Matplotlib's mathematics


def _confusion(answers, labels):
    counts = np.zeros((answers.shape[1],) * 2, int)
    np.add.at(counts, (np.asarray(labels), answers.argmax(axis=1)), 1)
    return counts
