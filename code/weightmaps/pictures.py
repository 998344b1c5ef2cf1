"""Pictures of digits (photographs, scans, drawings) prepared as MNIST prepared its own.

The browser's ``scan.js`` does the same arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from weightmaps.digits import areas, centre
from weightmaps.mnist import PIXELS, SIDE

WORKING = 600  # pixels of the longer side that are worked on
BOX = 80  # pixels of a digit's longer side while its strokes are measured and thickened
STROKE = 2.2  # pixels of the 20 that a digit fills; half of MNIST's strokes are wider
MOST_DIGITS = 500  # in a picture
FAINTEST = 0.04  # of black to white: less contrast is no ink
RULED = 0.7  # of the picture's width that a ruled line crosses at least


@dataclass(frozen=True, eq=False)
class Prepared:
    """Digits found in a picture.

    Attributes
    ----------
    images : array, shape (n, 784)
        ``float32``, each digit as :func:`weightmaps.digits.centre` leaves it, in reading order.
    boxes : list of tuple of int
        Where each was: left, top, right and bottom in the picture's pixels.
    dark : bool
        Whether the ink is darker than the paper.
    thickened : int
        Of how many digits the strokes were thinner than MNIST's and have been thickened.
    ruled : bool
        Whether ruled lines were taken out.
    """

    images: np.ndarray
    boxes: list
    dark: bool
    thickened: int
    ruled: bool


def prepare(picture, *, several=True):
    """Find the digits in a picture, and prepare each as MNIST prepared its own.

    The paper's level is estimated around each pixel and subtracted, so that grey paper and shadows become
    blank; whether ink is dark or light is told from which is rarer. What remains of noise and of faint
    ruled lines is cut off, lines from edge to edge are erased, and what hangs together is a digit. Strokes
    thinner than MNIST's are thickened, and :func:`weightmaps.digits.centre` does the rest. A picture of
    28 × 28 with light ink on black is taken for one of MNIST's and kept as it is.

    Parameters
    ----------
    picture : array, shape (rows, columns), or with 3 colours last
        ``uint8``, or numbers from 0 to 1; 0 is black.
    several : bool
        Whether there may be several digits; otherwise the one with the most ink is taken.

    Returns
    -------
    Prepared

    Raises
    ------
    ValueError
        If `picture` is no picture, or no digit can be made out in it.

    Examples
    --------
    A bar in pencil on grey paper:

    >>> picture = np.full((120, 90), 170, np.uint8)
    >>> picture[30:90, 40:47] = 120
    >>> found = prepare(picture)
    >>> found.images.shape, found.dark, found.boxes
    ((1, 784), True, [(40, 30, 47, 90)])
    """
    grey = _grey(picture)
    if grey.shape == (SIDE, SIDE) and np.median(grey) < 0.1 and _border(grey).max() < 0.1 < grey.max():
        return Prepared(grey.reshape(1, PIXELS).astype(np.float32), [(0, 0, SIDE, SIDE)], False, 0, False)
    step = -(-max(grey.shape) // WORKING)
    rows, columns = (max(1, side // step) for side in grey.shape)
    small = grey[: rows * step, : columns * step]
    if step > 1:
        small = small.reshape(rows, step, columns, step).mean(axis=(1, 3))
    ink, dark = _ink(small)
    ink, ruled = _without_lines(ink)
    groups = _groups(ink)
    if not groups:
        raise ValueError("no digit can be made out in the picture; it may be blank, or too pale")
    if not several:
        groups = [max(groups, key=lambda one: one[1].sum())]
    made = [_thickened(crop) for _, crop in groups]
    boxes = [tuple(int(step * edge) for edge in box) for box, _ in groups]
    images = np.array([centre(crop) for crop, _ in made])
    return Prepared(images, boxes, dark, sum(thin for _, thin in made), ruled)


def _grey(picture):
    picture = np.asarray(picture)
    if (
        picture.dtype.kind not in "fiub"
        or picture.ndim not in (2, 3)
        or not picture.size
        or (picture.ndim == 3 and picture.shape[2] != 3)
    ):
        raise ValueError(
            f"picture is {picture.dtype} of shape {picture.shape}; it must be numbers, (rows, columns) or "
            "(rows, columns, 3)"
        )
    grey = picture.astype(float) / (255 if picture.dtype == np.uint8 else 1)
    if not (grey.min() >= 0 and grey.max() <= 1):
        raise ValueError(f"picture runs from {grey.min():g} to {grey.max():g}; give 0 to 1, or uint8")
    return grey if grey.ndim == 2 else grey @ [0.299, 0.587, 0.114]


def _border(values):
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _window_sums(values, reach):
    """The sum over the window that reaches so far from each pixel, as far as it lies inside."""
    for axis in (0, 1):
        n = values.shape[axis]
        total = np.concatenate([np.zeros_like(np.take(values, [0], axis)), values.cumsum(axis)], axis)
        at = np.arange(n)
        high, low = np.minimum(n, at + reach + 1), np.maximum(0, at - reach)
        values = np.take(total, high, axis) - np.take(total, low, axis)
    return values


def _means(values, reach, chosen=None):
    """The mean of the window around each pixel; over the chosen pixels, where there are any."""
    if chosen is None:
        chosen = np.ones(values.shape)
    counts = _window_sums(chosen, reach)
    total = chosen.sum()
    overall = (values * chosen).sum() / total if total else values.mean()
    return np.where(counts > 0.5, _window_sums(values * chosen, reach) / np.maximum(counts, 1), overall)


def _threshold(values):
    """Otsu's: the level that parts the values into two groups with the least variance within."""
    low, high = values.min(), values.max()
    if high <= low:
        return high
    bins = np.minimum(255, ((values - low) * (256 / (high - low))).astype(int))
    counts = np.bincount(bins.ravel(), minlength=256).astype(float)
    below, sums = counts.cumsum(), (counts * np.arange(256)).cumsum()
    above = below[-1] - below
    with np.errstate(invalid="ignore", divide="ignore"):
        between = (sums[-1] * below / below[-1] - sums) ** 2 / (below * above)
    return low + (np.nanargmax(np.where(below * above > 0, between, -1)) + 1) * (high - low) / 256


def _ink(grey):
    """Ink from 0 to 1 on blank paper, and whether it was darker than the paper."""
    longer = max(grey.shape)
    away = grey - _means(grey, max(2, longer // 4))
    dark = bool((away**3).sum() <= 0)  # the rarer of the two lies farther from the mean
    level = 1 - grey if dark else grey
    away = -away if dark else away
    marked = away > _threshold(away)
    near = _window_sums(marked.astype(float), max(1, longer // 150)) > 0.5
    level = level - _means(level, max(3, longer // 8), (~near).astype(float))
    strong = level > _threshold(level)
    strength = level[strong].mean() if strong.any() else 0
    if strength < FAINTEST:
        return np.zeros(grey.shape), dark
    blank = level[~near]
    noise = np.sqrt((blank**2).mean()) if blank.size else 0
    low = min(max(0.25 * strength, 3 * noise), 0.6 * strength)
    return np.clip((level - low) / (0.8 * strength - low), 0, 1), dark


def _without_lines(ink):
    """Ink without ruled lines: thin ones, level or upright to 3 degrees, that cross the whole picture."""
    found = False
    for turned in (False, True):
        if turned:
            ink = ink.T
        rows, columns = ink.shape
        thin = max(2, rows // 80)
        if min(rows, columns) >= 100:
            marked = ink > 0.1
            # How long each pixel's upright run is: lines are thin, strokes that cross them are not.
            lone = marked & (_run_lengths(marked) <= thin)
            across = np.arange(columns)
            best = None
            for slope in range(-6, 7):
                shift = np.round(slope / 120 * (across - columns / 2)).astype(int)
                at = (np.arange(rows)[:, None] + shift) % rows
                share = _window_sums(lone[at, across].astype(float).sum(axis=1)[:, None], 1)[:, 0] / columns
                if best is None or share.max() > best[0].max():
                    best = share, at
            share, at = best
            lines = np.zeros((rows, columns), bool)
            lines[at, across] = (_window_sums((share > RULED).astype(float)[:, None], 1)[:, 0] > 0.5)[:, None]
            if lines.any():
                found = True
                ink = np.where(lines & (_run_lengths(marked) <= 2 * thin), 0, ink)
    return ink.T, found


def _run_lengths(marked):
    """For each marked pixel the length of the upright run that it belongs to."""
    rows, _ = marked.shape
    up = np.zeros(marked.shape, int)
    down = np.zeros(marked.shape, int)
    for y in range(rows):
        up[y] = np.where(marked[y], (up[y - 1] if y else 0) + 1, 0)
    for y in reversed(range(rows)):
        down[y] = np.where(marked[y], (down[y + 1] if y < rows - 1 else 0) + 1, 0)
    return np.where(marked, up + down - 1, 0)


def _parts(marked):
    """What hangs together, corner to corner too: the number of each pixel's part, from 1, and 0 elsewhere."""
    parent, runs, above = [], [], []
    for y, row in enumerate(marked):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8))).tolist()
        here = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            me = len(parent)
            parent.append(me)
            for first, last, other in above:
                if first <= end and start <= last:
                    parent[_root(parent, other)] = _root(parent, me)
            here.append((start, end, me))
        runs += [(y, *one) for one in here]
        above = here
    numbers, parts = {}, np.zeros(marked.shape, int)
    for y, start, end, me in runs:
        parts[y, start:end] = numbers.setdefault(_root(parent, me), len(numbers) + 1)
    return parts, len(numbers)


def _root(parent, one):
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


def _groups(ink):
    """The digits in reading order, each as its box (left, top, right, bottom) and its ink alone."""
    rows, columns = ink.shape
    parts, n = _parts(ink > 0.1)
    ys, xs = np.nonzero(parts)
    which = parts[ys, xs] - 1
    edges = np.full((4, n), max(rows, columns))
    for edge, at in zip(edges, (xs, ys, -xs - 1, -ys - 1), strict=True):
        np.minimum.at(edge, which, at)
    boxes = (edges * [[1], [1], [-1], [-1]]).T.tolist()
    masses = np.bincount(which, ink[ys, xs], minlength=n).tolist()
    pieces = [(box, mass, [k]) for k, (box, mass) in enumerate(zip(boxes, masses, strict=True), start=1)]
    most = max((mass for _, mass, _ in pieces), default=0)
    pieces = [one for one in pieces if one[1] >= 0.02 * most]
    inside = [one for one in pieces if one[0][0] and one[0][1] and one[0][2] < columns and one[0][3] < rows]
    if inside and max(box[3] - box[1] for box, *_ in inside) >= 0.15 * rows:
        pieces = inside  # what touches an edge is the table, a shadow or half a digit
    tallest = max((max(_sides(box)) for box, *_ in pieces), default=0)
    groups = []
    for box, mass, names in sorted(pieces, key=lambda one: -one[1]):
        for group in groups:
            if _belong(group[0], box, tallest):
                group[0] = _around(group[0], box)
                group[1] += mass
                group[2] += names
                break
        else:
            groups.append([box, mass, list(names)])
    groups = [one for one in groups if max(_sides(one[0])) >= 0.4 * tallest][:MOST_DIGITS]
    crops = []
    for box, _, names in _in_order(groups):
        left, top, right, bottom = box
        mine = np.isin(parts[top:bottom, left:right], names)
        crops.append((box, ink[top:bottom, left:right] * mine))
    return crops


def _sides(box):
    return box[2] - box[0], box[3] - box[1]


def _around(one, two):
    return [min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3])]


def _belong(one, two, tallest):
    """Whether two pieces are of one digit: one above the other, or nearly within it, and close."""
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    narrower = min(_sides(one)[0], _sides(two)[0])
    return across >= 0.5 * narrower and down >= -0.2 * tallest


def _in_order(groups):
    """Lines from the top, each from the left: a digit is of a line if its middle lies within it."""
    lines = []
    for group in sorted(groups, key=lambda one: one[0][1] + one[0][3]):
        middle = (group[0][1] + group[0][3]) / 2
        if lines and middle <= max(one[0][3] for one in lines[-1]):
            lines[-1].append(group)
        else:
            lines.append([group])
    return [group for line in lines for group in sorted(line, key=lambda one: one[0][0])]


def _thickened(crop):
    """A digit's ink, its longer side `BOX`, with strokes as wide as MNIST's, and whether they were thin."""
    height, width = crop.shape
    longer = max(height, width)
    ink = np.floor(255 * (areas(height, longer, BOX) @ crop @ areas(width, longer, BOX).T) + 0.500001) / 255
    missing = (STROKE * BOX / 20 - _stroke(ink)) / 2
    if missing <= 0:
        return ink, False
    # By the fraction too: whole pixels alone would make a jump of what noise does to an outline.
    reach = int(missing)
    padded, part = np.pad(ink, reach + 1), missing - reach
    return (1 - part) * _widened(padded, reach) + part * _widened(padded, reach + 1), missing >= 0.5


def _widened(ink, reach):
    """The most ink within the disc of so many pixels around each."""
    wide = np.zeros_like(ink)
    rows, columns = ink.shape
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if dy * dy + dx * dx <= reach * reach + reach:
                here = slice(max(0, dy), rows + min(0, dy)), slice(max(0, dx), columns + min(0, dx))
                there = slice(max(0, -dy), rows + min(0, -dy)), slice(max(0, -dx), columns + min(0, -dx))
                wide[here] = np.maximum(wide[here], ink[there])
    return wide


def _stroke(ink):
    """How wide the strokes are: twice the inked area over the length of its outline."""
    padded = np.pad(ink, 1)
    corner = padded[:-1, :-1]
    outline = np.hypot(padded[:-1, 1:] - corner, padded[1:, :-1] - corner).sum()
    return 2 * ink.sum() / outline if outline else 0.0
