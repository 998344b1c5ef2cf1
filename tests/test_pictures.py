"""Pictures of digits: what is found on paper of many kinds, and files that hold pictures."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from test_command_line import explore, folder, said  # noqa: F401
from weightmaps import digits, zoo
from weightmaps.interop import read_images
from weightmaps.pictures import prepare
from weightmaps.widgets import bundle
from weightmaps.widgets.still import Engine

SAMPLE = digits.load_sample()[::200]
LEGIBLE = zoo.load("fan-in-decay5-seed0")
SIDE = 112  # four times as large


def large(image, pad=30):
    """The ink of an image, enlarged, with paper around it."""
    whole = Image.fromarray(np.round(255 * image.reshape(28, 28)).astype(np.uint8))
    return np.pad(np.asarray(whole.resize((SIDE, SIDE), Image.Resampling.BICUBIC)) / 255, pad)


INK = np.array([large(image) for image in SAMPLE.images])
ROWS, COLUMNS = INK[0].shape
NOISE = np.random.default_rng(0).normal(0, 0.02, (ROWS, COLUMNS))
SHADE = np.linspace(0.5, 0.9, COLUMNS) * np.linspace(1, 0.8, ROWS)[:, None]


def ruled(paper, strength, tilt=0.0):
    paper = np.full((ROWS, COLUMNS), paper)
    for y in range(20, ROWS, 40):
        for thick in (0, 1):
            ys = np.round(y + thick + tilt * np.arange(COLUMNS)).astype(int) % ROWS
            paper[ys, np.arange(COLUMNS)] -= strength
    return paper


PAPER = {
    "white": lambda ink: 1 - ink,
    "grey": lambda ink: 0.65 - 0.4 * ink + NOISE,
    "shaded": lambda ink: SHADE * (1 - 0.6 * ink) + NOISE,
    "pencil": lambda ink: 0.95 - 0.25 * ink + NOISE / 2,
    "blackboard": lambda ink: 0.2 + 0.6 * ink + NOISE,
    "ruled": lambda ink: ruled(0.85, 0.2) * (1 - 0.75 * ink) + NOISE,
    "ruled darkly": lambda ink: ruled(0.85, 0.5) * (1 - 0.75 * ink) + NOISE,
    "ruled at a tilt": lambda ink: ruled(0.85, 0.5, 0.02) * (1 - 0.75 * ink) + NOISE,
    "on a table": lambda ink: np.where(np.arange(COLUMNS) < 20, 0.2, 0.8 - 0.6 * ink) + NOISE,
}


def pictured(paper, ink):
    return np.round(255 * PAPER[paper](ink).clip(0, 1)).astype(np.uint8)


@pytest.mark.parametrize("paper", PAPER)
def test_a_digit_is_found_on_paper_of_any_kind(paper):
    found = [prepare(pictured(paper, ink)) for ink in INK]
    assert all(len(one.images) == 1 for one in found)
    assert all(one.dark == (paper != "blackboard") for one in found)
    assert {one.ruled for one in found} <= {paper in ("ruled darkly", "ruled at a tilt"), paper == "ruled"}
    images = np.concatenate([one.images for one in found])
    white = np.array([digits.centre(ink) for ink in INK])
    assert LEGIBLE.accuracy(images, SAMPLE.labels) >= LEGIBLE.accuracy(white, SAMPLE.labels) - 0.02
    overlap = (images * white).sum(axis=1) / np.sqrt((images**2).sum(axis=1) * (white**2).sum(axis=1))
    assert np.median(overlap) > 0.93


def test_digits_on_one_page_are_told_apart_in_reading_order():
    wanted = SAMPLE.images[np.arange(0, 24, 2)].reshape(3, 4, 784)
    ink = np.block([[large(image, 12)[:, 20:-20] for image in row] for row in wanted])
    ink = np.pad(ink, 30)
    found = prepare(1 - 0.8 * ink)
    white = np.array([digits.centre(large(image)) for image in wanted.reshape(-1, 784)])
    assert found.images.shape == (12, 784)
    assert np.abs(found.images - white).mean() < 0.03
    lines = np.array(found.boxes).reshape(3, 4, 4)
    assert (np.diff(lines[..., 0], axis=1) > 0).all()
    assert (np.diff(lines[..., 1].min(axis=1)) > 0).all()
    (left, top, right, bottom) = prepare(1 - 0.8 * ink, several=False).boxes[0]
    assert (right - left) * (bottom - top) < ink.size / 8


def test_thin_strokes_become_as_wide_as_mnists():
    picture = np.full((200, 160), 255, np.uint8)
    picture[40:160, 78:81] = 0
    picture[158:161, 50:110] = 0
    found = prepare(picture)
    assert found.thickened == 1
    across = found.images.reshape(28, 28)[10].sum()
    assert 1.7 < across < 2.7
    thick = np.full((200, 160), 255, np.uint8)
    thick[40:160, 70:90] = 0
    assert prepare(thick).thickened == 0


def test_a_thicker_pen_never_makes_a_thinner_stroke():
    widths = []
    for pixels in range(4, 20):
        picture = np.full((220, 160), 255, np.uint8)
        picture[40:180, 70 : 70 + pixels] = 0
        widths.append(prepare(picture).images.reshape(28, 28)[10].sum())
    assert np.diff(widths).min() > 0
    assert min(widths) > 1.9


def test_an_image_of_mnist_stays_as_it_is():
    found = prepare(np.round(255 * SAMPLE.images[7]).astype(np.uint8).reshape(28, 28))
    assert np.array_equal(found.images[0], SAMPLE.images[7])
    on_white = prepare(1 - SAMPLE.images[7].reshape(28, 28).astype(float))
    assert on_white.dark
    assert np.abs(on_white.images[0] - SAMPLE.images[7]).mean() < 0.05


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (np.full((50, 50), 0.7), "no digit can be made out"),
        (np.zeros((1, 1)), "no digit can be made out"),
        (np.full((50, 50), 2.0), r"picture runs from 2 to 2; give 0 to 1, or uint8"),
        (np.full((50, 50), np.nan), "picture runs from nan"),
        (np.zeros((5, 5, 4)), r"shape \(5, 5, 4\)"),
        (np.zeros(9), r"shape \(9,\)"),
        (np.zeros((0, 9)), r"shape \(0, 9\)"),
        (np.array([["a"]]), "picture is <U1"),
    ],
)
def test_what_is_no_picture_of_a_digit_is_refused(picture, says):
    with pytest.raises(ValueError, match=says):
        prepare(picture)


def test_pictures_in_files(folder):  # noqa: F811
    ink = INK[16]
    grey = Image.fromarray(pictured("grey", ink))
    grey.save("a.png")
    grey.convert("RGB").save("b.jpg", quality=80)
    Image.fromarray(np.round(65535 * (1 - ink)).astype(np.uint16)).save("c.png")
    turned = grey.rotate(90, expand=True)  # as a camera that was held upright has it
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save("d.jpg", exif=exif)
    alpha = np.zeros((ROWS, COLUMNS, 4), np.uint8)
    alpha[..., 3] = np.round(255 * ink)
    Image.fromarray(alpha).save("e.png")  # black on nothing
    alpha[..., :3] = 255
    Image.fromarray(alpha).save("f.png")  # white on nothing
    grey.convert("P").save("g.png")
    made = [read_images(path.name) for path in sorted(folder.iterdir())]
    assert len(made) == 7
    for one in made:
        assert one.shape == (28, 28)
        assert LEGIBLE.predict(one.numbers(slice(None))).tolist() == [SAMPLE.labels[16]]
        assert np.abs(one.values - made[0].values).mean() < 0.03
        assert one.said[0].startswith("1 digit in 1 picture: ")


def test_a_folder_of_pictures_and_a_folder_a_class(folder, capsys):  # noqa: F811
    for name, which in (("plain", [3, 11]), ("classes/3", [8, 9]), ("classes/7", [18]), ("classes/no", [])):
        (folder / name).mkdir(parents=True)
        for i in which:
            Image.fromarray(pictured("white", INK[i])).save(folder / name / f"{i:02}.png")
    plain, classes = read_images("plain"), read_images("classes")
    assert (len(plain), plain.labels) == (2, None)
    assert classes.labels.tolist() == [3, 3, 7]
    assert explore("nielsen", "--images", "classes") == 0
    assert "accuracy: 100.00% of all 3 images" in said(capsys)[0]
    assert "3 digits in 3 pictures: dark ink on light paper" in (folder / "nielsen.html").read_text("utf-8")
    assert explore("nielsen", "--images", "plain") == 0
    assert f"answers: {SAMPLE.labels[3]} {SAMPLE.labels[11]}\n" in said(capsys)[0]
    Image.new("L", (60, 60), 200).save("plain/blank.png")
    assert "left out: 'blank.png'" in read_images("plain").said[-1]
    (folder / "classes" / "5.png").write_bytes((folder / "plain" / "03.png").read_bytes())
    with pytest.raises(ValueError, match="classes: holds pictures and folders of pictures"):
        read_images("classes")
    with pytest.raises(ValueError, match=r"classes/no: a folder without a PNG or JPEG"):
        read_images("classes/no")


def test_pictures_for_a_network_of_other_inputs_are_taken_as_they_are(folder):  # noqa: F811
    pixels = np.random.default_rng(0).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    Image.fromarray(pixels).save("a.png")
    Image.fromarray(pixels[..., 0]).save("b.png")
    assert np.array_equal(read_images("a.png", inputs=144).values[0], pixels)
    assert np.array_equal(read_images("b.png", inputs=48).values[0], pixels[..., 0])
    with pytest.raises(ValueError, match=r"b\.png: a picture of 6 × 8; the network takes 100 numbers"):
        read_images("b.png", inputs=100)


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def huge(side):
    """A small PNG that claims to be huge."""
    head = chunk(b"IHDR", struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (huge(9000), "a picture of 9,000 × 9,000; at most"),
        (huge(100_000), "at most|cannot be read"),
        (huge(100), "cannot be read"),
        (b"\x89PNG\r\n\x1a\n", "cannot be read"),
        (b"\xff\xd8\xff\xe0", "cannot be read"),
        (b"\xff\xd8\xff" + bytes(500), "cannot be read"),
    ],
)
def test_a_damaged_picture_is_one_error(content, says, folder, capsys):  # noqa: F811
    (folder / "a.png").write_bytes(content)
    assert explore("nielsen", "--images", "a.png") == 1
    _, err = capsys.readouterr()
    assert err.startswith("weightmaps: a.png: a picture")
    assert err.count("\n") == 1
    with pytest.raises(ValueError, match=says):
        read_images("a.png")


@pytest.fixture(scope="module")
def scan():
    """The browser's twin."""
    run = Engine(bundle.script("scan.js")).evaluate

    def scanned(picture, several=True):
        rows, columns = picture.shape
        call = """((made) => ({ ...made, images: made.images.map((one) => [...one]) }))(
            scan({ values: new Float64Array(values), rows, columns }, several))"""
        return run(call, values=picture.ravel().tolist(), rows=rows, columns=columns, several=several)

    return scanned


def assert_same(found, theirs):
    assert np.asarray(theirs["boxes"]).tolist() == [list(box) for box in found.boxes]
    assert (theirs["dark"], theirs["thickened"], theirs["ruled"]) == (
        found.dark, found.thickened, found.ruled)  # fmt: skip
    np.testing.assert_allclose(theirs["images"], found.images, rtol=0, atol=1.5 / 255)


@pytest.mark.parametrize("paper", PAPER)
def test_the_browser_prepares_a_picture_as_python_does(scan, paper):
    for ink in INK[::9]:
        picture = pictured(paper, ink) / 255
        assert_same(prepare(picture), scan(picture))


def test_the_browser_tells_digits_on_a_page_apart_as_python_does(scan):
    rows = SAMPLE.images[:24].reshape(4, 6, 784)
    page = 0.9 - 0.7 * np.block([[large(one) for one in row] for row in rows])
    assert max(page.shape) > 600
    assert_same(prepare(page), scan(page))
    assert_same(prepare(page, several=False), scan(page, False))
    mnist = SAMPLE.images[3].reshape(28, 28).astype(float)
    assert_same(prepare(mnist), scan(mnist))
    assert scan(np.full((50, 40), 0.7))["images"] == []
    assert scan(np.zeros((1, 700)))["images"] == []
