"""Pictures in files, PNG and JPEG, one or a folder of them, as the inputs of a network."""

from __future__ import annotations

import os
import warnings

import numpy as np
from PIL import Image, ImageOps

from ..arrays import Unreadable, shown
from ..mnist import PIXELS, SIDE
from ..pictures import prepare

MOST_PIXELS = 64_000_000  # of a picture
MOST_FILES = 20_000  # in a folder
ENDINGS = (".png", ".jpg", ".jpeg")


def read_pictures(path, inputs):
    """Read a picture, a folder of pictures, or a folder with one for each class.

    Parameters
    ----------
    path : str
    inputs : int
        How many numbers the network takes. For 784 the digits in the pictures are prepared as MNIST's were
        (:func:`weightmaps.pictures.prepare`); for others pictures must have that many pixels, or a third.

    Returns
    -------
    values : array
        ``float32`` of shape (n, 28, 28), or ``uint8`` of shape (n, rows, columns), with 3 colours last.
    labels : array, shape (n,), or None
        The names of the folders, where there is one for each class; numbers, if all are.
    said : list of str
        What was found out.

    Raises
    ------
    Unreadable
        If there is no picture, or none that can be used.
    """
    files, labels = _listed(path) if os.path.isdir(path) else ([path], None)
    made = [decode(file) for file in files]
    if inputs != PIXELS:
        return _as_they_are(files, made, inputs), labels, []
    found, kept, blank = [], [], []
    for i, (file, picture) in enumerate(zip(files, made, strict=True)):
        try:
            found.append(prepare(picture, several=labels is None))
            kept += [i] * len(found[-1].images)
        except ValueError as error:
            if len(files) == 1:
                raise Unreadable(f"{path}: {error}") from None
            blank.append(os.path.basename(file))
    if not found:
        raise Unreadable(f"{path}: no digit can be made out in any of its {len(files)} pictures")
    values = np.concatenate([one.images for one in found]).reshape(-1, SIDE, SIDE)
    return values, None if labels is None else labels[kept], _said(found, blank)


def decode(path):
    """The picture in a PNG or JPEG file: turned upright, on paper where it is transparent.

    Parameters
    ----------
    path : path

    Returns
    -------
    array of uint8, shape (rows, columns), or (rows, columns, 3) if there are colours

    Raises
    ------
    Unreadable
        If the file is damaged, is of another format or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=["PNG", "JPEG"]) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    problem = f"a picture of {width:,} × {height:,}; at most {MOST_PIXELS:,} pixels are read"
                    raise Unreadable(f"{path}: {problem}")
                return _pixels(ImageOps.exif_transpose(picture))
    except (Unreadable, FileNotFoundError):
        raise
    except Exception as error:  # Pillow has many ways to refuse a picture
        raise Unreadable(f"{path}: a picture that cannot be read ({shown(str(error))})") from None


def _pixels(picture):
    if picture.mode.startswith("I"):  # 16 bits
        return (np.asarray(picture).clip(0, 65535) / 257).round().astype(np.uint8)
    if "A" in picture.mode or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        values = np.asarray(picture).astype(float)
        inked = values[..., 3] > 127
        light = inked.any() and values[inked][:, :3].mean() > 127
        paper = Image.new("RGBA", picture.size, "black" if light else "white")
        paper.alpha_composite(picture)
        picture = paper
    picture = picture.convert("L" if picture.mode in ("1", "L") else "RGB")
    values = np.asarray(picture)
    if values.ndim == 3 and (values == values[..., :1]).all():
        values = values[..., 0]
    return values


def _listed(folder):
    """The pictures in a folder, and the names of the folders in it that hold them, if any do."""
    here = sorted(entry.path for entry in os.scandir(folder) if _is_picture(entry))
    classes = sorted(entry.path for entry in os.scandir(folder) if entry.is_dir())
    inside = {path: sorted(one.path for one in os.scandir(path) if _is_picture(one)) for path in classes}
    inside = {path: files for path, files in inside.items() if files}
    if len(here) + sum(map(len, inside.values())) > MOST_FILES:
        raise Unreadable(f"{folder}: more than {MOST_FILES:,} pictures; give fewer, or an .npz")
    if here and inside:
        raise Unreadable(
            f"{folder}: holds pictures and folders of pictures; give one or the other: a folder for each "
            "class names the labels"
        )
    if here:
        return here, None
    if not inside:
        raise Unreadable(f"{folder}: a folder without a PNG or JPEG; give a file, or a folder of pictures")
    names = [os.path.basename(path) for path, files in inside.items() for _ in files]
    numbers = all(name.isdecimal() for name in names)
    return [one for files in inside.values() for one in files], np.array(names, int if numbers else str)


def _is_picture(entry):
    return entry.is_file() and entry.name.lower().endswith(ENDINGS) and not entry.name.startswith(".")


def _as_they_are(files, made, inputs):
    """Pictures whose pixels are the network's inputs."""
    for file, picture in zip(files, made, strict=True):
        rows, columns = picture.shape[:2]
        if rows * columns not in (inputs, inputs / 3) or picture.shape[:2] != made[0].shape[:2]:
            raise Unreadable(
                f"{file}: a picture of {columns} × {rows}; the network takes {inputs:,} numbers, so that "
                f"many pixels are wanted, or a third in colour, in all alike. For {PIXELS} inputs, pictures "
                "of any size are prepared as MNIST's were"
            )
    if rows * columns == inputs:
        return np.array([one if one.ndim == 2 else _grey(one) for one in made])
    return np.array([one if one.ndim == 3 else np.repeat(one[..., None], 3, axis=2) for one in made])


def _grey(picture):
    return (picture @ [0.299, 0.587, 0.114]).round().astype(np.uint8)


def _said(found, blank):
    """What was found out in pictures of digits."""
    dark = sum(one.dark for one in found)
    paper = (
        "dark ink on light paper"
        if dark == len(found)
        else "light ink on dark paper"
        if not dark
        else f"dark ink on light paper in {dark:,}, light ink on dark in {len(found) - dark:,}"
    )
    n = sum(len(one.images) for one in found)
    said = [
        f"{n:,} {'digit' if n == 1 else 'digits'} in {len(found):,} "
        f"{'picture' if len(found) == 1 else 'pictures'}: {paper}; the paper was subtracted, and each digit "
        "scaled and centred as MNIST's were"
    ]
    thin = sum(one.thickened for one in found)
    if thin:
        said.append(f"strokes were thinner than MNIST's in {thin:,} of {n:,}, and were thickened")
    ruled = sum(one.ruled for one in found)
    if ruled:
        said.append(f"ruled lines were taken out of {ruled:,} of {len(found):,}")
    if blank:
        said.append(f"no digit can be made out in {len(blank):,}, left out: {shown(', '.join(blank))}")
    return said
