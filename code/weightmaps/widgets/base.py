"""A widget that also lives on a page of its own: the base of explorer, playground, maps and game."""

import difflib
import io
import itertools

import anywidget
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from weightmaps.widgets import page


class Standalone(anywidget.AnyWidget):
    """A widget with a form in HTML, which a published page shows with no kernel.

    A class of it has ``_title``, the heading of its page, and five methods: ``_payloads()`` and ``_state()``
    are the values of its traits, those that never change and the others; ``_poster()`` is a still picture as
    :func:`still` returns it, ``_words()`` its alternative text; ``_room()`` is its height, in a text
    column of 700 pixels a number of them, and on a phone a sum in CSS, such as ``"300px + 50vw"``.
    """

    def __setattr__(self, name, value):
        if not (name.startswith("_") or hasattr(type(self), name)):
            near = difflib.get_close_matches(name, [one for one in self.trait_names() if one[0] != "_"])
            hint = f"; did you mean {near[0]}?" if near else ""
            raise AttributeError(f"{type(self).__name__} has no {name}{hint}")
        super().__setattr__(name, value)

    def to_html(self, path, *, title=None, above="", below=""):
        """Write one HTML file that needs no network and no kernel.

        Parameters
        ----------
        path : str or path
            The file; written whole or not at all.
        title : str, optional
            The page's title, plain text.
        above, below : str
            HTML to stand above and below the widget.
        """
        body = itertools.chain([above], self._pieces(), [below])
        page.write(path, body, self._title if title is None else title)

    def _pieces(self):
        return page.pieces(self, self._payloads(), self._state(), self._poster(), self._words())

    def _html(self):
        return "".join(self._pieces())

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/html": self._html()}, metadata


def still(figure, palette=64):
    """A figure as a small PNG, and its width and height in CSS pixels.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        At twice the resolution of the screen.
    palette : int or PIL.Image.Image
        How many colours to choose, or a picture that has them.

    Returns
    -------
    tuple (bytes, int, int)
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    colours = {"colors": palette} if isinstance(palette, int) else {"palette": palette}
    file = io.BytesIO()
    picture.quantize(**colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue(), picture.width // 2, picture.height // 2
