"""Run the widgets' JavaScript without a browser: what a widget draws, as HTML, and what its files compute."""

import io
import json
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from weightmaps.widgets import bundle


class Engine:
    """A script in an engine that has no page: a stand-in offers what the widgets build on.

    Its clock stands still but for timers, which ring as soon as nothing else is left to do, so that the same
    input gives the same answer.

    Parameters
    ----------
    script : str
        Such as :func:`weightmaps.widgets.bundle.script` joins from files.

    Raises
    ------
    ModuleNotFoundError
        Where `mini-racer` is not installed.

    Examples
    --------
    >>> from weightmaps.widgets import bundle
    >>> Engine(bundle.script("maths.js")).evaluate("activate('relu', z)", z=[-1.5, 2])
    [0, 2]
    """

    def __init__(self, script):
        from py_mini_racer import MiniRacer  # optional, and large

        self._context = MiniRacer()
        self._context.eval(bundle.read("still_dom.js"))
        self._context.eval(script)

    def evaluate(self, expression, **values):
        """Evaluate an expression over what the script names and over values, each by its name.

        Parameters
        ----------
        expression : str
            It may await.
        **values
            Numbers, text, lists, dictionaries, arrays; bytes arrive as a ``Uint8Array``.

        Returns
        -------
        object
            As JSON would carry it, but with NaN, infinities and −0; a typed array is a list.

        Raises
        ------
        RuntimeError
            With the JavaScript error's message and stack, or if it awaits what never comes.
        """
        self._context.eval("globalThis.given = []")
        names = "".join(f"const {name} = {self._source(value)};\n" for name, value in values.items())
        self._context.eval(f"run(async () => {{\n{names}return {expression};\n}})")
        while (outcome := self._context.eval("outcome")) is None:
            if not self._context.eval("ring()"):
                raise RuntimeError(f"{expression} awaits what never comes")
        answer = json.loads(outcome, object_hook=_number)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def bytes(self, expression):
        """The bytes that an expression's typed array holds."""
        return bytes(self._context.eval(expression))

    def _source(self, value):
        """A value as JavaScript; bytes are copied beside it."""
        if isinstance(value, dict):
            parts = (f"{json.dumps(str(key))}: {self._source(one)}" for key, one in value.items())
            return f"{{{', '.join(parts)}}}"
        if isinstance(value, bytes):
            place = self._context.eval(f"given[given.length] = new Uint8Array({len(value)})")
            place[:] = value
            return f"given[{self._context.eval('given.length')} - 1]"
        return json.dumps(value, default=np.ndarray.tolist)


@dataclass(frozen=True)
class Still:
    """What a widget draws.

    Attributes
    ----------
    html : str
        In which ``{picture 0}`` stands for the address of the first picture.
    words : str
        The sentence that tells the state.
    pictures : list of bytes
        PNGs, in exactly the colours of the page.
    """

    html: str
    words: str
    pictures: list


def draw(module, state):
    """Draw a widget in the state that it is in.

    Parameters
    ----------
    module : str
        The widget's JavaScript, ``_esm``.
    state : dict
        The values of its traits; what is deflated in them is under ``data``.

    Returns
    -------
    Still

    Raises
    ------
    ModuleNotFoundError
        Where `mini-racer` is not installed.
    """
    engine = Engine(f"const {{ render }} = (() => {{{module.replace('export default', 'return')}}})();")
    state = {name: _inflated(value) for name, value in state.items()}
    found = engine.evaluate("drawn(render, state)", state=state)
    pictures = [_png(engine.bytes(f"pictures[{i}].data"), *size) for i, size in enumerate(found["sizes"])]
    return Still(found["html"], found["words"], pictures)


def _inflated(value):
    if isinstance(value, dict) and "data" in value:
        return {**value, "data": zlib.decompress(value["data"])}
    return value


def _png(pixels, width, height):
    """A PNG of exactly these colours: a palette where 256 are enough; what is transparent is paper, white."""
    pixels = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)
    colours = np.where(pixels[..., 3:] == 0, 255, pixels[..., :3])
    palette, index = np.unique(colours.reshape(-1, 3), axis=0, return_inverse=True)
    if len(palette) <= 256:
        picture = Image.fromarray(index.reshape(height, width).astype(np.uint8), "P")
        picture.putpalette(palette.tobytes())
    else:
        picture = Image.fromarray(colours)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _number(entry):
    return float(entry["float"]) if entry.keys() == {"float"} else entry
