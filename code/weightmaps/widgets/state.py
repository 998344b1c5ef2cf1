"""The explorer's state: what it shows, as traits that Python and the browser set, each checked."""

import numbers

import numpy as np
import traitlets

from weightmaps.attribution import RANKINGS

PANELS = (
    "draw", "input", "hidden", "find", "outputs", "weight_map", "effective", "product", "outgoing",
    "top", "maps", "ledger", "responses", "ablate",
)  # fmt: skip
DEFAULT_PANELS = ("input", "hidden", "outputs", "weight_map", "product")
MEASURES = (*RANKINGS, "mean", "removal")
CHOICES = {
    "view": ("one", "compare"),
    "scales": ("shared", "separate"),
    "rank_by": MEASURES,
    "colour_by": MEASURES,
}
STATE = (
    "neuron", "output", "sample", "layer", "step", "other", "view", "scales",
    "rank_by", "colour_by", "sorted", "ablated", "pixels",
)  # fmt: skip

NO_DRAWING = "panels has draw; its pad draws in ink, but this network is given colours or a table"

LISTS = (list, tuple, np.ndarray)


class ExplorerState(traitlets.HasTraits):
    """The traits and their ranges; :class:`NetworkExplorer`, which is one, documents them.

    A subclass sets ``_sizes`` (the network's), ``_spec`` (of its inputs), ``_steps`` and ``_keys`` (what
    `step` and `other` may be) and ``_count`` (of its images) before it sets a trait.
    """

    neuron = traitlets.Int(0).tag(sync=True)
    output = traitlets.Int(0).tag(sync=True)
    sample = traitlets.Int(0).tag(sync=True)
    layer = traitlets.Int(1).tag(sync=True)
    # A trait that may be None is never checked when it is; so these and `ablated` are traits of any kind.
    step = traitlets.TraitType(None).tag(sync=True)
    other = traitlets.TraitType(None).tag(sync=True)
    view = traitlets.Unicode("one").tag(sync=True)
    scales = traitlets.Unicode("shared").tag(sync=True)
    rank_by = traitlets.Unicode("weight").tag(sync=True)
    colour_by = traitlets.Unicode("activation").tag(sync=True)
    sorted = traitlets.Bool(False).tag(sync=True)
    ablated = traitlets.TraitType(()).tag(sync=True)
    pixels = traitlets.Any(None, allow_none=True).tag(sync=True)
    panels = traitlets.Tuple(default_value=DEFAULT_PANELS).tag(sync=True)

    @traitlets.validate("neuron", "output", "sample", "layer")
    def _in_range(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "layer":
            return self._hidden_layer(value, "layer")
        if name == "sample":
            count, owner = self._count, "this explorer has samples"
        else:
            at, last = self.layer + (name == "output"), len(self._sizes) - 1
            count = self._sizes[at]
            if at == last:
                owner = "this network has outputs"
            else:
                owner = "this network has neurons" if last == 2 else f"layer {at} has neurons"
        if not 0 <= value < count:
            raise traitlets.TraitError(f"{name} is {value}; {owner} 0 to {count - 1}")
        return value

    def _hidden_layer(self, value, name):
        if not 1 <= value <= len(self._sizes) - 2:
            raise traitlets.TraitError(
                f"{name} is {value}; this network has hidden layers 1 to {len(self._sizes) - 2}"
            )
        return value

    @traitlets.observe("layer")
    def _stay_within_the_layer(self, _):
        for name, count in (("neuron", self._sizes[self.layer]), ("output", self._sizes[self.layer + 1])):
            if getattr(self, name) >= count:
                setattr(self, name, 0)

    @traitlets.validate("step")
    def _a_step(self, proposal):
        if proposal.value not in self._steps:
            wanted = "there are no checkpoints" if self._steps == [None] else f"it is one of {self._steps}"
            raise traitlets.TraitError(f"step is {proposal.value!r}; {wanted}")
        return self._steps[self._steps.index(proposal.value)]

    @traitlets.validate("other")
    def _another(self, proposal):
        if proposal.value not in self._keys or (proposal.value is None and len(self._keys) > 1):
            keys = [key for key in self._keys if key is not None]
            wanted = f"it is one of {keys}" if keys else "there are no others and no checkpoints"
            raise traitlets.TraitError(f"other is {proposal.value!r}; {wanted}")
        return self._keys[self._keys.index(proposal.value)]  # as JSON knows it, where NumPy's integer came

    @traitlets.validate("view")
    def _a_view(self, proposal):
        if proposal.value == "compare" and len(self._keys) < 2:
            raise traitlets.TraitError(
                "view is 'compare', but there is one network; give others= or checkpoints="
            )
        return self._a_choice(proposal)

    @traitlets.validate("rank_by", "colour_by", "scales")
    def _a_choice(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if value not in CHOICES[name]:
            raise traitlets.TraitError(f"{name} is {value!r}; it is one of {', '.join(CHOICES[name])}")
        return value

    @traitlets.validate("ablated")
    def _factors(self, proposal):
        if not isinstance(proposal.value, LISTS):
            raise traitlets.TraitError(
                f"ablated is {proposal.value!r}; give a list of (layer, neuron, factor)"
            )
        entries, seen = [], set()
        for entry in proposal.value:
            if (
                not isinstance(entry, LISTS)
                or len(entry) != 3
                or not all(isinstance(part, numbers.Real) for part in entry)
                or entry[0] % 1
                or entry[1] % 1
            ):
                raise traitlets.TraitError(
                    f"ablated holds {entry!r}; each is (layer, neuron, factor), the first two whole numbers"
                )
            layer, neuron, factor = int(entry[0]), int(entry[1]), float(entry[2])
            self._hidden_layer(layer, "a layer in ablated")
            if not 0 <= neuron < self._sizes[layer]:
                raise traitlets.TraitError(
                    f"ablated names neuron {neuron}; layer {layer} has neurons 0 to {self._sizes[layer] - 1}"
                )
            if not 0 <= factor <= 2:
                raise traitlets.TraitError(f"ablated scales neuron {neuron} by {factor}; a factor is 0 to 2")
            if (layer, neuron) in seen:
                raise traitlets.TraitError(f"ablated names neuron {neuron} of layer {layer} twice")
            seen.add((layer, neuron))
            entries.append((layer, neuron, factor))
        return tuple(entries)

    @traitlets.validate("pixels")
    def _an_image(self, proposal):
        if proposal.value is None:
            return None
        try:
            pixels = np.asarray(proposal.value, dtype=float)
        except (TypeError, ValueError):
            raise traitlets.TraitError(
                f"pixels is {proposal.value!r:.80}; give {self._sizes[0]} numbers, or None"
            ) from None
        if pixels.shape != (self._sizes[0],):
            raise traitlets.TraitError(
                f"pixels has shape {pixels.shape}; this network wants ({self._sizes[0]},)"
            )
        if self._spec.features:
            if not np.isfinite(pixels).all():
                raise traitlets.TraitError(
                    f"pixels holds {pixels.min()} to {pixels.max()}; they must be finite"
                )
        elif not ((pixels >= 0) & (pixels <= 1)).all():
            raise traitlets.TraitError(
                f"pixels holds {pixels.min()} to {pixels.max()}; they must lie in [0, 1]"
            )
        return tuple(pixels.tolist())

    @traitlets.validate("panels")
    def _known_panels(self, proposal):
        names = proposal.value
        if not names or len(set(names)) < len(names) or not set(names) <= set(PANELS):
            raise traitlets.TraitError(f"panels is {names}; choose from {', '.join(PANELS)}, each once")
        if "draw" in names and not self._spec.plain:
            raise traitlets.TraitError(NO_DRAWING)
        return names
