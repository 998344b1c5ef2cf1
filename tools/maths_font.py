"""Make the font of the formulas: what they need of TeX Gyre Pagella Math.

Browsers draw tall brackets, sums and roots from a font's MATH table, and few readers have a font with one.
Its stylesheet holds the font itself: so no browser refuses it from a folder, and it is there before the
first formula is drawn, which then never moves. To make it again, with the font from Debian's
``fonts-texgyre-math``::

    pip install brotli
    python tools/maths_font.py texgyrepagella-math.otf _static/maths.css
"""

import argparse
import base64
import io
from pathlib import Path

from fontTools import subset

__all__ = ["CHARACTERS", "make"]

LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
GREEK = "ΓΔΘΛΣΦΨΩαβγδεζηθκλμνξπρστφχψω"
CHARACTERS = LATIN + GREEK + "0123456789 \xa0.,:;!%'()[]{}|/+-−±×·⋅=<>≈≠≤≥∈∑∏∂∇√∞→‖∥′^ˆ~˜¯…⋯⌈⌉⌊⌋"
NAME = "WeightmapsMaths"  # its makers ask that what is not whole goes by another name
LICENCE = "From TeX Gyre Pagella Math; GUST Font License, http://tug.org/fonts/licenses/GUST-FONT-LICENSE.txt"


def italic(letter):
    """The letter that a browser draws where a formula has this one alone, as in ``<mi>x</mi>``."""
    if letter == "h":
        return "ℎ"  # Unicode had it before the others
    if letter in LATIN:
        return chr(0x1D434 + LATIN.index(letter))
    return chr(ord(letter) + (0x1D6E2 - ord("Α") if letter.isupper() else 0x1D6FC - ord("α")))


def make(source):
    """Draw the subset of a font that formulas need, with all sizes of its brackets and signs.

    Parameters
    ----------
    source : path-like
        The whole font.

    Returns
    -------
    str
        A stylesheet.
    """
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False, desubroutinize=True)
    font = subset.load_font(source, options)
    for table in font["cmap"].tables:
        if ord("′") in table.cmap:
            table.cmap[ord("′")] = "minute.st"  # the one to be raised, as a prime always is
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=CHARACTERS + "".join(map(italic, LATIN + GREEK)))
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = NAME
    font["CFF "].cff.fontNames = [NAME]
    file = io.BytesIO()
    subset.save_font(font, file, options)
    data = base64.b64encode(file.getvalue()).decode()
    return (
        f"/* {LICENCE} */\n"
        f"@font-face {{ font-family: {NAME}; src: url(data:font/woff2;base64,{data}) }}\n"
        f"math {{ font-family: {NAME}, math }}\n"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", help="the whole font, an .otf file")
    parser.add_argument("target", type=Path, help="the stylesheet to write")
    options = parser.parse_args()
    options.target.write_text(make(options.source), "utf-8")
