"""ImageScatter: maps of the same images side by side, with one image marked in each."""

import numpy as np
import traitlets

from weightmaps.digits import Digits
from weightmaps.widgets import bundle
from weightmaps.widgets.base import Standalone
from weightmaps.widgets.checks import there_is
from weightmaps.widgets.encode import encode_images
from weightmaps.widgets.input_spec import InputSpec

MOST_IMAGES = 1000
SHADES = 15  # levels of grey that travel, beside white: a thumbnail shows no more, and it halves the bytes
SPAN = 1000  # a map's longer side, in the whole numbers that travel


class ImageScatter(Standalone):
    """Maps of the same images, a numeral a dot. Pointing at a dot marks that image in every map.

    By pointer, touch or keyboard: the arrow keys go to the nearest dot in that direction. On a published page
    and in a file that :meth:`to_html` wrote it works with no kernel.

    Parameters
    ----------
    maps : dict of {str: array, shape (n, 2)}
        Where each image lies, by the name of the map. Both axes of a map have the same scale.
    images : array, shape (n, 784)
        At most 1,000, ink from 0 to 1. They travel in 16 shades of grey.
    labels : array of int, shape (n,)
        The digit in each.
    notes : sequence of str, optional
        One an image, said of it, such as "the network answers 9".
    chosen : int
        The image that is marked, counted from 0; to be set and observed.
    shown : sequence of int, optional
        The digits that are shown, the others are faint; by default all. To be set and observed.

    Raises
    ------
    ValueError
        If maps, images and notes do not fit together, or a place is no number.
    traitlets.TraitError
        If `chosen` or `shown` lies out of its range, now or when it is set later.

    Examples
    --------
    >>> from weightmaps.digits import load_sample
    >>> digits = load_sample()[::500]
    >>> scatter = ImageScatter({"ink, width": np.arange(20).reshape(10, 2)}, *digits, chosen=3)
    >>> scatter
    <ImageScatter of 10 images in 1 map>
    >>> scatter.chosen = 10
    Traceback (most recent call last):
        ...
    traitlets.traitlets.TraitError: chosen is 10; there are images 0 to 9
    """

    _esm = bundle.module("scatter.js")
    _css = bundle.style("explorer.css", "scatter.css")
    _title = "What lies near what"

    chosen = traitlets.Int(0).tag(sync=True)
    shown = traitlets.Tuple().tag(sync=True)
    _maps = traitlets.Dict().tag(sync=True)
    _images = traitlets.Dict().tag(sync=True)

    def __init__(self, maps, images, labels, *, notes=None, chosen=0, shown=None):
        if not 1 <= len(images) <= MOST_IMAGES:
            raise ValueError(f"images holds {len(images):,}; give 1 to {MOST_IMAGES:,}")
        if not maps:
            raise ValueError("maps is empty; give one map or more, such as {'pixels': points}")
        self._points = {str(name): _checked(points, name, len(images)) for name, points in maps.items()}
        if notes is not None and len(notes) != len(images):
            raise ValueError(f"notes has {len(notes)} texts for {len(images)} images; give one an image")
        images, self._labels = Digits(images, labels)
        self._notes = [str(note) for note in notes or []]
        self._kinds = tuple(sorted(set(self._labels.tolist())))
        coarse = np.round(images * SHADES) / SHADES
        super().__init__(
            _maps={
                "names": list(self._points),
                "points": [_whole_numbers(points) for points in self._points.values()],
                "notes": self._notes,
            },
            _images=encode_images(coarse, self._labels, InputSpec((28, 28)), 10),
            chosen=chosen,
            shown=self._kinds if shown is None else shown,
        )

    @traitlets.validate("chosen")
    def _an_image(self, proposal):
        return there_is(proposal, len(self._labels), "images")

    @traitlets.validate("shown")
    def _digits_there_are(self, proposal):
        if not set(proposal.value) <= set(self._kinds):
            raise traitlets.TraitError(f"shown is {proposal.value}; these images show {self._kinds}")
        return tuple(map(int, proposal.value))

    def __repr__(self):
        count = len(self._points)
        return f"<ImageScatter of {len(self._labels)} images in {count} map{'s' * (count > 1)}>"


def _checked(points, name, count):
    points = np.asarray(points, dtype=float)
    if points.shape != (count, 2):
        raise ValueError(f"maps[{name!r}] has shape {points.shape}; {count} images want ({count}, 2)")
    if not np.isfinite(points).all():
        raise ValueError(f"maps[{name!r}] holds places that are no numbers")
    return points


def _whole_numbers(points):
    """x and y of each dot, in turn: whole numbers from 0 to 1,000 to the right and down, centred."""
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    span = np.ptp(points, axis=0).max() or 1.0
    places = np.round(SPAN * ((points - middle) / span * [1, -1] + 0.5))
    return places.astype(int).ravel().tolist()
