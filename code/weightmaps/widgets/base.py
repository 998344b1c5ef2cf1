"""A widget that also lives on a page of its own: the base of explorer, playground, maps and game."""

import difflib
import itertools

import anywidget

from weightmaps.widgets import page


class Standalone(anywidget.AnyWidget):
    """A widget with a form in HTML, which a published page shows with no kernel.

    A class of it has ``_title``, the heading of its page. Its synchronised traits are all that its JavaScript
    gets: those whose name begins with an underscore never change and are loaded late, the others are its
    state.
    """

    def __setattr__(self, name, value):
        if not (name.startswith("_") or hasattr(type(self), name)):
            near = difflib.get_close_matches(name, [one for one in self.trait_names() if one[0] != "_"])
            hint = f"; did you mean {near[0]}?" if near else ""
            raise AttributeError(f"{type(self).__name__} has no {name}{hint}")
        super().__setattr__(name, value)

    def to_html(self, path, *, title=None, above="", below=""):
        """Write one HTML file that needs no network and no kernel.

        Where `mini-racer` is installed, the file also shows a still picture to readers without JavaScript,
        unless the network is very large.

        Parameters
        ----------
        path : str or path
            The file; written whole or not at all.
        title : str, optional
            The page's title, plain text.
        above, below : str
            HTML to stand above and below the widget.
        """
        body = itertools.chain([above], page.pieces(self.get_state()), [below])
        page.write(path, body, self._title if title is None else title)
