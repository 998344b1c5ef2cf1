"""How high an explorer will stand, so that a page keeps room: measured in Chromium, held to it by a test."""

from typing import NamedTuple


class Place(NamedTuple):
    """What a panel takes: columns of twelve; pixels of height in a text column of 700; on a screen of 360."""

    columns: int
    height: int
    phone: int


ONE = {
    "draw": Place(8, 400, 417),
    "input": Place(4, 286, 224),
    "hidden": Place(4, 330, 363),
    "find": Place(4, 475, 430),
    "outputs": Place(4, 377, 358),
    "weight_map": Place(4, 318, 319),
    "effective": Place(4, 345, 350),
    "product": Place(8, 368, 359),
    "top": Place(12, 320, 444),
    "maps": Place(12, 698, 376),
    "ledger": Place(12, 451, 623),
    "outgoing": Place(4, 417, 375),
    "responses": Place(12, 615, 1074),
    "ablate": Place(12, 631, 732),
}
PAIR = {
    "hidden": Place(8, 372, 363),
    "find": Place(12, 475, 876),
    "outputs": Place(8, 401, 778),
    "weight_map": Place(8, 360, 341),
    "effective": Place(12, 345, 716),
    "product": Place(12, 432, 780),
    "top": Place(12, 444, 904),
    "maps": Place(12, 418, 280),
    "ledger": Place(12, 623, 1262),
    "outgoing": Place(12, 398, 812),
    "responses": Place(12, 1125, 2248),
    "ablate": Place(12, 732, 1480),
}
GAPS = (24, 20)  # between panels; wide, and on a phone
FRAME = (269, 494)  # sliders, sentence, foot and edges
MORE = (162, 164)  # the controls of several networks, and words on their scales
COMPARED = (155, 382)  # those of two side by side, and a longer sentence
NO_OUTPUT = (-24, -110)  # where no panel speaks of an output, nor does the sentence
NO_OUTPUTS = (0, -157)  # the same, of two
SPEAK_OF_OUTPUT = {"find", "outputs", "top", "ledger", "outgoing", "ablate"}
BARS, BAR = {"outputs", "outgoing"}, 25  # their heights are those of ten bars


def of_explorer(panels, networks, compared, outputs):
    """Height of an explorer, wide and on a phone.

    Parameters
    ----------
    panels : sequence of str
    networks : int
        How many there are to choose from.
    compared : bool
        Whether two stand side by side.
    outputs : int
        Of the network.

    Returns
    -------
    tuple (int, int)
        CSS pixels, in a text column of 700 and on a screen of 360.
    """
    parts = [FRAME, COMPARED if compared else MORE if networks > 1 else (0, 0)]
    if not SPEAK_OF_OUTPUT & set(panels):
        parts.append(NO_OUTPUTS if compared else NO_OUTPUT)
    used, highest = 12, 0
    for name in panels:
        twice = compared and name in PAIR
        columns, height, phone = PAIR[name] if twice else ONE[name]
        fewer = BAR * max(0, 10 - outputs) if name in BARS else 0
        parts.append((0, phone + GAPS[1] - fewer * (2 if twice else 1)))
        if used + columns > 12:
            parts.append((highest + GAPS[0], 0))
            used, highest = 0, 0
        used += columns
        highest = max(highest, height - fewer)
    wide, phone = map(sum, zip(*parts, (highest, 0), strict=True))
    return wide, phone
