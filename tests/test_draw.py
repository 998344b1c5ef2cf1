"""Drawing: MNIST's preparation in Python and in the browser, and the pad by mouse, touch and keyboard."""

import numpy as np
import pytest
from matplotlib import colormaps

from conftest import slow
from engine import Shown, engine
from reader import by_mouse, fingers, on_screen, part, settle
from test_explorer import random_images, random_network
from weightmaps import figures, zoo
from weightmaps.digits import centre, load_sample
from weightmaps.widgets import NetworkExplorer, bundle

CELL, RADIUS = 8, 11
SEVEN = [[(64, 48), (160, 48), (104, 184)]]
FOUR = [[(80, 40), (64, 120), (160, 124)], [(144, 40), (140, 188)]]
LEVEL = 1 / 255
SEEN = ".wm-pads > div:last-child canvas"


def drawn(strokes, shape=(224, 224)):
    """The ink of strokes of a round pen, computed for all units at once."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    ink = np.zeros(shape)
    for points in strokes:
        for (ax, ay), (bx, by) in zip([points[0], *points], points, strict=False):
            dx, dy = bx - ax, by - ay
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx**2 + dy**2 or 1), 0, 1)
            distance = np.hypot(x - ax - along * dx, y - ay - along * dy)
            ink = np.maximum(ink, np.clip(RADIUS + 0.5 - distance, 0, 1))
    return ink


def blocks(x, shape=(28, 28)):
    """An image as ink: each pixel a square of 8 × 8."""
    return np.kron(np.reshape(x, shape).astype(float), np.ones((CELL, CELL)))


def box_and_middle(image):
    """Height, width, and the centre of mass down and across, of an image."""
    image = image.reshape(28, 28).astype(float)
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    middle = [image.sum(axis=axis) @ np.arange(28) / image.sum() for axis in (1, 0)]
    return np.ptp(rows) + 1, np.ptp(columns) + 1, *middle


# The preparation


def test_mnist_is_as_the_docstring_says(full_mnist):
    images = np.concatenate([full_mnist.train.images, full_mnist.validation.images])
    images = np.round(255 * images).astype(np.uint8).reshape(-1, 28, 28)
    places = np.arange(28)
    longer, lost, middles = np.zeros(len(images), int), np.zeros(len(images), bool), []
    for axis in (1, 2):
        marked = images.any(axis=axis)
        first, end = marked.argmax(axis=1), 28 - marked[:, ::-1].argmax(axis=1)
        longer = np.maximum(longer, end - first)
        lost |= (first == 0) | (end == 28)
        totals = images.sum(axis=axis)
        middles.append(totals @ places / totals.sum(axis=1))
    assert (longer[longer != 20] == 19).all()
    assert (longer == 19).sum() == (lost & (longer == 19)).sum() == 13
    assert (~((np.min(middles, axis=0) >= 13.5) & (np.max(middles, axis=0) < 14.5))).sum() == 2


def test_centre_fits_the_box_and_puts_the_mass_in_the_middle():
    rng = np.random.default_rng(0)
    for _ in range(30):
        ink = drawn(rng.uniform(50, 150, (2, 3, 2)), (200, 230))
        height, width, *middle = box_and_middle(centre(ink))
        assert max(height, width) == 20
        assert np.abs(np.array(middle) - 14).max() <= 0.5
        assert np.array_equal(centre(np.pad(ink, ((3, 40), (11, 0)))), centre(ink))
        assert np.array_equal(centre(ink.T).reshape(28, 28).T.ravel(), centre(ink))
        assert np.abs(centre(np.kron(ink, np.ones((2, 2)))) - centre(ink)).max() <= LEVEL


def test_centre_is_the_mean_ink_of_an_area():
    """A box of 40 × 30 with one unit of ink in four: enlarged, shrunk and kept, by hand."""
    scan = np.zeros((60, 60))
    scan[10:50:2, 20:50:2] = 1
    scan[[10, 49], 20] = scan[49, 49] = 1
    image = centre(scan).reshape(28, 28)
    assert box_and_middle(image)[:2] == (20, 15)
    assert np.median(image[image > 0]) == pytest.approx(1 / 4, abs=LEVEL)
    bar = np.zeros((9, 9))
    bar[2:7, 4] = 0.5
    wanted = np.zeros((28, 28))
    wanted[4:24, 12:16] = 128 * LEVEL
    assert centre(bar).reshape(28, 28) == pytest.approx(wanted, abs=1e-7)


def test_centre_overlooks_a_faint_smear_and_takes_a_pale_scan():
    ink = drawn(SEVEN)
    smeared = np.maximum(ink, 0.09 * (np.arange(224) < 30))
    assert np.array_equal(centre(smeared), centre(ink))
    pale = centre(0.3 * ink)
    assert box_and_middle(pale) == pytest.approx(box_and_middle(centre(ink)), abs=0.05)
    assert pale.max() == pytest.approx(0.3, abs=LEVEL)


def test_centre_keeps_all_ink_inside():
    ink = np.zeros((200, 60))
    ink[:8, :] = 1
    ink[:, 30] = 0.3
    image = centre(ink).reshape(28, 28)
    assert box_and_middle(image)[0] == 20
    assert image[-1].any()


@pytest.mark.parametrize("ink", [np.zeros((5, 7)), np.full((3, 3), 1e-4), np.ones((1, 1))])
def test_centre_of_next_to_nothing(ink):
    image = centre(ink)
    assert image.shape == (784,)
    assert image.dtype == np.float32
    assert image.sum() == (400 if ink[0, 0] == 1 else 0)


@pytest.mark.parametrize(
    ("ink", "message"),
    [
        (np.zeros(784), r"shape \(784,\)"),
        (np.zeros((0, 5)), r"shape \(0, 5\)"),
        (np.array([["ink"]]), "must be real"),
        ([[0.0], [0.0, 1.0]], "ink is not an array"),
        (np.array([[0, 255]]), "from 0 to 255; .*divide by 255"),
        (np.array([[-0.5, 1]]), "from -0.5 to 1; ink must run from 0 to 1$"),
        (np.array([[0, np.nan]]), "from nan to nan"),
        (np.array([[0, np.inf]]), "from 0 to inf"),
    ],
)
def test_centre_refuses(ink, message):
    with pytest.raises(ValueError, match=message):
        centre(ink)


# The same in JavaScript


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("draw")
    mnist = random_network((784, 9, 10), 1), *random_images(labels=10)
    NetworkExplorer(*mnist, panels=["outputs", "draw"]).to_html(folder / "mnist.html")
    small = random_network((12, 5, 3)), *random_images(pixels=12)
    NetworkExplorer(*small, shape=(3, 4), panels=["draw"]).to_html(folder / "small.html")
    return folder


@pytest.fixture(scope="module")
def pen():
    """A function that evaluates JavaScript with the names of pen.js."""
    return engine("pen.js")


def test_strokes_and_their_preparation_are_numpys(pen):
    rng = np.random.default_rng(3)
    every = [rng.uniform(-20, 250, (2, 4, 2)).round(2) for _ in range(5)]
    every += [np.array([[(116, 60), (116, 180)]]), np.array(SEVEN), np.array([[(60, 60), (100, 60)]])]
    code = """every.map((strokes) => {
        const ink = new Float64Array(224 * 224);
        for (const points of strokes) {
            points.forEach((point, i) => press(ink, 224, points[Math.max(0, i - 1)], point));
        }
        return [ink, prepare(ink, 224), shrink(ink, 224)];
    })"""
    found = pen(code, every=[strokes.tolist() for strokes in every])
    for strokes, (ink, prepared, shrunk) in zip(every, found, strict=True):
        ink = np.reshape(ink, (224, 224))
        np.testing.assert_allclose(ink, drawn(strokes), rtol=0, atol=1e-9)
        assert np.array_equal(np.float32(prepared), centre(ink))
        means = ink.reshape(28, 8, 28, 8).mean(axis=(1, 3)).ravel()
        np.testing.assert_allclose(shrunk, means, rtol=0, atol=LEVEL / 2 + 1e-6)


def test_images_replayed_through_the_pad_keep_their_answer(pen):
    """Fewer than 3 in 100 answers of the question's own network change; the number is 0."""
    images = load_sample()[::25].images
    found = pen(
        """images.map((x) => {
            const ink = enlarge(x, 28);
            return [prepare(ink, 224), shrink(ink, 224)];
        })""",
        images=images.astype(float).tolist(),
    )
    prepared, shrunk = np.float32(found).transpose(1, 0, 2)
    assert np.array_equal(prepared, [centre(blocks(x)) for x in images])
    assert np.array_equal(shrunk, images)
    network = zoo.load("nielsen")
    changed = (network.predict(prepared) != network.predict(images)).sum()
    print(f"{changed} of {len(images)} answers changed")
    assert len(images) == 200
    assert changed < 0.03 * len(images)


def test_nothing_and_any_shape(pen):
    code = """((wide) => [
        prepare(new Float64Array(224 * 224), 224), [wide.length, wide[24 * 8 + 23]], shrink(wide, 24),
    ])(enlarge([0, 0.2, 0.4, 0.6, 0.8, 1], 3))"""
    blank, wide, shrunk = pen(code)
    assert blank == [0] * 784
    assert wide == [2 * 3 * 64, 1]
    assert shrunk == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])


# The pad

MOUNT = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { default: explorer } = await import(url);
    const place = JSON.parse(document.querySelector("[data-weightmaps]").dataset.weightmaps);
    const [network, images] = [weightmapsAssets[place.network], weightmapsAssets[place.images]];
    window.state = { ...place.state, _network: network, _images: images };
    window.saves = 0;
    const heard = {}, el = document.createElement("div");
    const model = {
        get: (name) => state[name], set: (name, value) => { state[name] = value; },
        save_changes: () => { saves++; },
        on: (event, callback) => { heard[event] = callback; }, off() {},
    };
    window.fromPython = (name, value) => { state[name] = value; heard[`change:${name}`](); };
    document.querySelector(".weightmaps-explorer").replaceWith(el);
    await explorer.render({ model, el });
}"""


def mounted(page, folder, name="mnist"):
    """An explorer whose state the test can read, and set as a kernel would."""
    page.goto((folder / f"{name}.html").as_uri())
    page.wait_for_selector("[data-part=sentence]:not(:empty)")
    page.evaluate(MOUNT, bundle.module("explorer.js"))
    part(page, "pad").scroll_into_view_if_needed()
    return page


@pytest.fixture(params=[360, slow(1280)])
def sheet(request, page, folder):
    """A page with an empty pad."""
    page.set_viewport_size({"width": request.param, "height": 740})
    yield mounted(page, folder)
    assert page.evaluate("document.documentElement.scrollWidth") == request.param


def pixels(page):
    """What the state holds once all is painted, as an array, or None."""
    settle(page)
    found = page.evaluate("state.pixels")
    return found and np.array(found)


def paper(page, canvas="[data-part=pad] canvas"):
    """The ink that a canvas shows."""
    reds = page.evaluate(
        """(name) => {
            const canvas = document.querySelector(name), { width, height } = canvas;
            const copy = new OffscreenCanvas(width, height).getContext("2d");
            copy.drawImage(canvas, 0, 0);
            return [...copy.getImageData(0, 0, width, height).data].filter((_, i) => i % 4 === 0).join();
        }""",
        canvas,
    )
    ink = np.linspace(1, 0, 256)
    return np.interp(np.fromstring(reds, sep=","), 255 * colormaps.get_cmap(figures.INK)(ink)[:, 0], ink)


def near(found, wanted):
    """Within what half a screen pixel may change."""
    return found is not None and np.abs(found - wanted).mean() < 0.02


def test_the_mouse_draws_and_the_network_sees_it(sheet):
    page = sheet
    assert pixels(page) is None
    by_mouse(page, FOUR)
    found = pixels(page)
    assert near(found, centre(drawn(FOUR)))
    assert near(paper(page), drawn(FOUR).ravel())
    assert near(paper(page, SEEN), found)
    outputs = [float(one.get_attribute("data-value")) for one in part(page, "output-value").all()]
    network = random_network((784, 9, 10), 1)
    assert outputs == pytest.approx(network.forward(found).a[2].tolist(), abs=1e-3)


def test_one_state_a_frame(sheet):
    page = sheet
    by_mouse(page, [FOUR[0][:1]])
    pixels(page)
    before, first = page.evaluate("saves"), on_screen(page, [(10, 10)])[0]
    page.evaluate(
        """([x, y]) => {
            const pad = document.querySelector("[data-part=pad]");
            pad.setPointerCapture = () => {};
            const send = (kind, i) =>
                pad.dispatchEvent(new PointerEvent(kind, { pointerId: 9, clientX: x + i, clientY: y }));
            send("pointerdown", 0);
            for (let i = 0; i < 90; i++) send("pointermove", i);
            send("lostpointercapture", 90);
        }""",
        first,
    )
    pixels(page)
    assert page.evaluate("saves") == before + 1
    assert paper(page).reshape(224, 224)[10, 10:99].min() > 0.9


def test_the_keyboard_draws(sheet):
    page = sheet
    part(page, "pad").focus()
    for key in [
        "ArrowUp",
        "Shift+ArrowUp",
        "Space",
        *["ArrowDown"] * 6,
        "Shift+ArrowRight",
        "Enter",
        "ArrowUp",
    ]:
        page.keyboard.press(key)
    first = [(116, 76), (116, 124), (148, 124)]
    assert np.array_equal(np.float32(pixels(page)), centre(drawn([first])))
    assert page.locator(".wm-cursor").is_visible()
    assert page.inner_text(".wm-announcer") == "Pen up, row 14, column 18"
    for key in ["Shift+ArrowUp", "Space", "ArrowUp", "Escape", "ArrowUp"]:
        page.keyboard.press(key)
    both = centre(drawn([first, [(148, 84), (148, 76)]]))
    assert np.array_equal(np.float32(pixels(page)), both)
    page.keyboard.press("Space")
    assert page.inner_text(".wm-announcer") == "Pen down, row 8, column 18"
    page.keyboard.press("Backspace")
    assert np.array_equal(np.float32(pixels(page)), both)
    page.keyboard.press("Control+z")
    assert np.array_equal(np.float32(pixels(page)), centre(drawn([first])))
    page.keyboard.press("Delete")
    assert pixels(page) is None
    for _ in range(9):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Space")
    assert pixels(page) is not None
    assert page.inner_text(".wm-announcer") == "Pen down, row 8, column 0"
    assert page.evaluate("scrollX") == 0


def test_the_answer_is_said_once_the_pen_is_lifted(sheet):
    page = sheet
    pad = page.locator("[data-part=pad]")
    pad.focus()
    assert page.inner_text(".wm-announcer") == "Drawing pad. Pen up, row 14, column 14"
    for key in ("Space", "Shift+ArrowDown"):
        pad.press(key)
    page.wait_for_timeout(700)
    assert page.inner_text(".wm-announcer") == "Pen down, row 18, column 14"
    pad.press("Space")
    page.wait_for_timeout(700)
    assert page.inner_text(".wm-announcer").startswith("The network says ")


def test_a_drawing_chooses_its_answer_and_who_pushed_hardest_until_the_reader_chooses():
    network = random_network((784, 12, 10), 3)
    shown = Shown(
        NetworkExplorer(network, *random_images(n=4, labels=10), panels=("draw", "outputs", "hidden"))
    )

    def draw(arrow):
        for key in (" ", *[arrow] * 6, " "):
            shown.key("pad", key)
            shown.wait(20)
        trace = network.forward(np.array(shown.state["pixels"]))
        answer = int(trace.a[2].argmax())
        return {"output": answer, "neuron": int((network.weights[1][answer] * trace.a[1]).argmax())}

    found = draw("ArrowDown")
    assert {name: shown.state[name] for name in found} == found
    assert f"you drew a {found['output']}. ".replace("a 8", "an 8") in shown.text("sentence")
    assert f"Neuron {found['neuron']} pushed hardest for it." in shown.text("sentence")
    other = (found["neuron"] + 1) % 12
    shown.slide("neuron", other)
    draw("ArrowRight")
    assert shown.state["neuron"] == other
    shown.click("clear")
    shown.wait(20)
    found = draw("ArrowLeft")
    assert {name: shown.state[name] for name in found} == found


def test_undo_clear_and_start_from_the_image(sheet):
    page = sheet
    by_mouse(page, FOUR)
    part(page, "undo").click()
    assert near(pixels(page), centre(drawn(FOUR[:1])))
    part(page, "clear").click()
    assert pixels(page) is None
    assert page.get_by_text("Draw here").is_visible()
    assert np.allclose(paper(page, SEEN), random_images().images[0], atol=0.02)
    part(page, "undo").click()
    assert near(pixels(page), centre(drawn(FOUR[:1])))
    assert not page.get_by_text("Draw here").is_visible()
    for _ in range(3):
        part(page, "undo").click()
    assert pixels(page) is None
    part(page, "start").click()
    assert np.array_equal(np.float32(pixels(page)), centre(blocks(random_images().images[0])))


def test_preparation_can_be_switched_off(sheet):
    page = sheet
    by_mouse(page, [[(30, 30), (60, 90)]])
    part(page, "prepare").click()
    means = drawn([[(30, 30), (60, 90)]]).reshape(28, 8, 28, 8).mean(axis=(1, 3)).ravel()
    assert near(pixels(page), means)
    part(page, "prepare").press("Space")
    assert near(pixels(page), centre(drawn([[(30, 30), (60, 90)]])))
    part(page, "prepare").press("Space")
    part(page, "start").click()
    assert np.array_equal(np.float32(pixels(page)), random_images().images[0])


def test_the_pad_follows_the_state(sheet):
    page = sheet
    by_mouse(page, FOUR)
    pixels(page)
    before, other = page.evaluate("saves"), random_images(seed=5).images[0].astype(float)
    page.evaluate("(pixels) => fromPython('pixels', pixels)", other.tolist())
    assert np.array_equal(pixels(page), other)
    np.testing.assert_allclose(paper(page), blocks(other).ravel(), rtol=0, atol=0.02)
    assert page.evaluate("saves") == before
    assert not part(page, "prepare").is_checked()
    by_mouse(page, [[(4, 4)]])
    assert pixels(page)[0] == 1
    assert np.allclose(pixels(page)[84:], other[84:], atol=LEVEL)
    page.evaluate("fromPython('pixels', null)")
    assert pixels(page) is None
    assert paper(page).max() == 0
    by_mouse(page, SEVEN)
    part(page, "slider-sample").press("ArrowRight")
    assert pixels(page) is None
    assert paper(page).max() == 0
    part(page, "undo").click()
    assert pixels(page) is not None


@pytest.mark.parametrize("strokes_before", [[], SEVEN])
def test_what_is_chosen_while_a_stroke_is_on_its_way_stands(sheet, strokes_before):
    """Pen and slider within one frame: the slider came last."""
    page = sheet
    by_mouse(page, strokes_before)
    pixels(page)
    page.evaluate(
        """([[x, y]]) => {
            const pad = document.querySelector("[data-part=pad]");
            const slider = document.querySelector("[data-part=slider-sample]");
            pad.setPointerCapture = () => {};
            const pen = { clientX: x, clientY: y, pointerId: 7, bubbles: true };
            pad.dispatchEvent(new PointerEvent("pointerdown", pen));
            pad.dispatchEvent(new PointerEvent("lostpointercapture", pen));
            slider.value = 1;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        on_screen(page, [(100, 100)]),
    )
    assert pixels(page) is None
    assert paper(page).max() == 0
    assert page.evaluate("state.sample") == 1
    part(page, "undo").click()
    assert pixels(page) is not None


def test_pixels_that_python_set_first_are_on_the_pad(page, folder):
    mounted(page, folder)
    other = random_images(seed=5).images[0].astype(float)
    page.evaluate(
        "(pixels) => { fromPython('pixels', pixels); fromPython('panels', ['draw']); }", other.tolist()
    )
    assert np.array_equal(pixels(page), other)
    np.testing.assert_allclose(paper(page), blocks(other).ravel(), rtol=0, atol=0.02)


def test_a_pad_of_another_shape(page, folder):
    mounted(page, folder, "small")
    assert part(page, "prepare").count() == 0
    assert page.evaluate(
        "(({ width, height }) => [width, height])(document.querySelector('.wm-pad canvas'))"
    ) == [32, 24]
    box = part(page, "pad").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.875, box["y"] + box["height"] / 2)
    found = pixels(page).reshape(3, 4)
    assert found == pytest.approx(
        drawn([[(28, 12)]], (24, 32)).reshape(3, 8, 4, 8).mean(axis=(1, 3)), abs=0.02
    )


# Touch


@pytest.fixture(params=[360, slow(1280)])
def touch(request, new_page, folder):
    """A page with a pad, and what touches it."""
    size = {"width": request.param, "height": 500}
    page = mounted(new_page(viewport=size, has_touch=True), folder)
    return page, fingers(page)


def test_a_finger_draws_and_the_page_stays(touch):
    page, send = touch
    before = page.evaluate("scrollY")
    (first, *rest) = on_screen(page, SEVEN[0])
    send("Start", first)
    for point in rest:
        send("Move", point)
    send("End")
    assert near(pixels(page), centre(drawn(SEVEN)))
    assert page.evaluate("scrollY") == before
    x, y = on_screen(page, [(110, -20)])[0]
    send("Start", (x, y))
    for i in range(10):
        send("Move", (x, y + 10 * i) if before else (x, y - 10 * i))
    send("End")
    page.wait_for_function(f"scrollY !== {before}")  # elsewhere it does scroll, or this test could not fail


def test_a_second_finger_draws_nothing(touch):
    page, send = touch
    first, far, a, b = on_screen(page, [(60, 60), (180, 180), (60, 150), (150, 60)])
    send("Start", first)
    send("Start", first, far)
    send("Move", a, b)
    send("End")
    assert near(pixels(page), centre(drawn([[(60, 60), (60, 150)]])))
    part(page, "undo").click()
    assert pixels(page) is None
