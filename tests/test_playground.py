"""The playground of two inputs: data, descent, state, and the widget in a browser, against NumPy."""

import itertools
import json
import re

import numpy as np
import pytest
import traitlets

from conftest import few, slow
from engine import Shown, engine
from reader import assert_fits, assert_no_barrier, check_still, part, settle, show, without_scripts
from weightmaps import plane
from weightmaps.network import Network
from weightmaps.plane import DATA, accuracy, points, start, success_rates, train_many
from weightmaps.training.sgd import Descent
from weightmaps.widgets import TwoInputs


def trained_by_the_book(network, X, y, steps, l2=0.0, rate=plane.RATE):
    """Full batches through the same descent that trains the book's networks."""
    descent = Descent(network, batch_size=len(X), learning_rate=rate, decay=l2 / len(X), cost="cross_entropy")
    ones = np.column_stack([X, np.ones(len(X))])
    for _ in range(steps):
        descent.step(ones, y[:, None].astype(float))
    return descent.network()


def parameters(network):
    return np.concatenate([part.ravel() for part in (*network.weights, *network.biases)])


# The plane in NumPy


def test_random_numbers_are_uniform_and_normal_and_follow_the_seed():
    u, z = plane.uniform(3, 0, 20_000), plane.normal(3, 1, 20_000)
    assert u.min() >= 0
    assert u.max() < 1
    assert np.histogram(u, 10, (0, 1))[0] == pytest.approx(2000, abs=200)
    assert (z.mean(), z.std(), (z**3).mean()) == pytest.approx((0, 1, 0), abs=0.08)
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 0.03
    assert abs(np.corrcoef(u, plane.uniform(4, 0, 20_000))[0, 1]) < 0.03
    assert (plane.uniform(3, 0, 5) == u[:5]).all()


@pytest.mark.parametrize("data", DATA)
def test_data_sets_are_what_their_names_say(data):
    X, y = points(data, noise=0, seed=5, n=1000)
    assert X.shape == (1000, 2)
    assert np.abs(X).max() < plane.REACH
    assert y.mean() == 0.5
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    rules = {
        "blobs": X.sum(axis=1) > 0,
        "xor": X.prod(axis=1) > 0,
        "ring": radius < 1.5,
        "spiral": np.cos(angle - 2 * np.pi * (radius - 0.3) / 2.3) < 0,
    }
    assert ((rules[data] == (y == 1)).mean()) > 0.99
    others, _ = points(data, noise=0, seed=5, held_out=True)
    assert not np.isin(others[:, 0], X[:, 0]).any()
    moved, _ = points(data, noise=0.5, seed=5, n=1000)
    assert (moved - X).std() == pytest.approx(0.5, rel=0.1)


def test_a_neuron_has_the_same_start_however_many_there_are():
    few, _ = plane.to_rows(start(2, scale=0.5, seed=7))
    many, _ = plane.to_rows(start(8, scale=1.0, seed=7))
    assert 2 * few == pytest.approx(many[:2], abs=1e-15)


@pytest.mark.parametrize("l2", [0.0, 0.4])
def test_descent_of_many_networks_is_the_books_for_each(l2):
    draws = [points("spiral", seed=seed) for seed in range(3)]
    starts = [start(5, seed=seed) for seed in range(3)]
    X, y = zip(*draws, strict=True)
    for network, start_of_it, X_of_it, y_of_it in zip(
        train_many(starts, X, y, steps=60, l2=l2), starts, X, y, strict=True
    ):
        wanted = trained_by_the_book(start_of_it, X_of_it, y_of_it, 60, l2)
        assert parameters(network) == pytest.approx(parameters(wanted), abs=1e-11)
        assert np.abs(parameters(network) - parameters(start_of_it)).max() > 0.1


def test_trials_are_each_seeds_playground_tested_on_new_points():
    shares = success_rates("ring", 3, seeds=2, steps=200)
    for seed, share in enumerate(shares):
        X, y = points("ring", seed=seed)
        (network,) = train_many([start(3, seed=seed)], [X], [y], steps=200)
        assert share == pytest.approx(
            accuracy(network, *points("ring", seed=seed, n=1000, held_out=True)), abs=0.005
        )


def test_the_plane_is_sampled_from_the_top_left():
    network = plane.from_rows([[1.0, 0.0, 0.0, 2.0], [0.0, 1.0, 0.0, -1.0]], 0.5)
    activations, z = plane.over_the_plane(network, side=30)
    assert activations[0][0, -1] == pytest.approx(1 / (1 + np.exp(-2.9)))
    assert activations[1][0, -1] == pytest.approx(1 / (1 + np.exp(-2.9)))
    assert activations[1][-1, 0] == pytest.approx(1 / (1 + np.exp(2.9)))
    assert z == pytest.approx(2 * activations[0] - activations[1] + 0.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: points("moons"), "unknown data 'moons'; there are: blobs, xor, ring, spiral"),
        (lambda: points("xor", noise=-1), "noise is -1; it must be"),
        (lambda: points("xor", n=0), "n is 0"),
        (lambda: start(0), "hidden is 0"),
        (lambda: start(2, scale=np.inf), "scale is inf"),
    ],
)
def test_what_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# The widget's state


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"data": "moons"}, "data is 'moons'; it is one of blobs, xor, ring, spiral"),
        ({"hidden": 9}, "hidden is 9; it is a whole number from 1 to 8"),
        ({"noise": -0.1}, "noise is -0.1; it is a number from 0 to 1"),
        ({"scale": float("nan")}, "scale is nan"),
        ({"neuron": 4}, "neuron is 4; there are hidden neurons 0 to 3"),
        ({"weights": [[1, 2, 3]]}, "give 1 rows of 4 finite numbers"),
        ({"weights": [[1, 2, 3, np.nan]]}, "give 1 rows of 4 finite numbers"),
        ({"weights": [[1, 2, 3, 4]], "hidden": 2}, "give 2 rows of 4"),
        ({"bias": float("inf")}, "bias is inf"),
        ({"step": -1}, "step is -1"),
    ],
)
def test_states_out_of_range_are_refused(state, words):
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        TwoInputs(**state)


def test_an_unknown_state_is_refused():
    with pytest.raises(TypeError, match="TwoInputs has no layers; its state is data"):
        TwoInputs(layers=3)


def test_a_change_of_what_is_learned_starts_again():
    rows = [[1.0, 2.0, 3.0, 4.0]] * 3
    playground = TwoInputs(weights=rows, bias=0.5, step=40, neuron=2)
    assert (playground.hidden, playground.step) == (3, 40)
    assert playground.network.weights[1].tolist() == [[4.0, 4.0, 4.0]]
    playground.l2 = 0.5
    assert playground.step == 40
    playground.hidden = 2
    assert (playground.weights, playground.bias, playground.step, playground.neuron) == (None, 0, 0, 1)
    assert parameters(playground.network) == pytest.approx(parameters(start(2)))


# The front end


@pytest.fixture(scope="module")
def script():
    """As `javascript`, for the playground's files."""
    return engine("playground.js")


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("test", [False, True])
def test_the_browser_draws_the_same_dots(script, data, test):
    seen = script("points(data, 0.3, 7, test)", data=data, test=test)
    X, y = points(data, noise=0.3, seed=7, n=1000 if test else 100, held_out=test)
    assert np.array(seen["X"]) == pytest.approx(X, abs=1e-12)
    assert seen["y"] == y.tolist()


@pytest.mark.parametrize(
    ("data", "hidden", "scale", "l2"), [("xor", 2, 1, 0), ("spiral", 8, 3, 0.25), ("ring", 5, 0.1, 1)]
)
def test_a_hundred_steps_in_the_browser_are_numpys(script, data, hidden, scale, l2):
    seen = script(
        "(() => { let net = randomStart(hidden, deviation, 11); const learn = points(data, 0.1, 11);"
        " for (let i = 0; i < 100; i++) net = descend(net, learn, l2); return net; })()",
        data=data, hidden=hidden, deviation=scale, l2=l2,
    )  # fmt: skip
    begin = start(hidden, scale=scale, seed=11)
    wanted = trained_by_the_book(begin, *points(data, seed=11), 100, l2)
    assert parameters(plane.from_rows(seen["rows"], seen["bias"])) == pytest.approx(
        parameters(wanted), abs=1e-9
    )
    assert np.abs(parameters(wanted) - parameters(begin)).max() > 0.1


def test_cost_and_share_are_numpys(script):
    z, y = np.array([-800.0, -1.0, 0.5, 2.0, 800.0]), np.array([1, 0, 1, 0, 1])
    seen = script("measure(z, y)", z=z.tolist(), y=y.tolist())
    assert seen["cost"] == pytest.approx((np.logaddexp(0, z) - y * z).mean())
    assert seen["right"] == pytest.approx(3 / 5)


def test_the_plane_its_border_and_a_neurons_line_are_where_they_should_be(script):
    rows, bias = [[3.0, 1.0, -1.5, 2.0], [-1.0, 2.0, 0.5, -3.0]], 0.4
    seen = script("acrossThePlane(layersOf(rows, bias))", rows=rows, bias=bias)
    activations, z = plane.over_the_plane(plane.from_rows(rows, bias), side=40)
    assert np.array([seen["z"], *seen["activations"]]) == pytest.approx(
        np.array([z.ravel(), *(a.ravel() for a in activations)]), abs=1e-12
    )
    path = script("border(z)", z=z.ravel().tolist())
    ends = np.array([point.split() for point in re.split("[ML]", path) if point], dtype=float)
    assert len(ends) > 20
    on_it = plane.from_rows(rows, bias).forward(ends * [1, -1]).z[2]
    assert np.abs(on_it).max() < 0.02
    for level in (0, 2):
        line = script("linePath(neuron, level)", neuron=rows[0], level=level)
        ends = np.array([point.split() for point in re.split("[ML]", line) if point], dtype=float) * [1, -1]
        assert ends @ rows[0][:2] + rows[0][2] == pytest.approx([level, level], abs=0.01)
    assert script("linePath([0, 0, 1, 1]) + arrowPath([0, 0, 1, 1])") == ""


def network_on(page):
    settle(page)
    *rows, bias = json.loads(part(page, "sentence").get_attribute("data-rows"))
    return plane.from_rows(rows, bias)


def steps_on(page):
    return int(part(page, "sentence").get_attribute("data-step"))


def test_training_runs_stops_by_itself_and_is_numpys(page, tmp_path):
    show(page, tmp_path, TwoInputs(data="ring", hidden=4, seed=2, l2=0.05))
    part(page, "train").click()
    page.wait_for_function("document.querySelector('[data-part=train]').textContent === 'Pause'")
    page.wait_for_function("document.querySelector('[data-part=sentence]').dataset.step === '1000'")
    page.wait_for_function("document.querySelector('[data-part=train]').textContent === 'Train'")
    X, y = points("ring", seed=2)
    wanted = trained_by_the_book(start(4, seed=2), X, y, 1000, 0.05)
    assert parameters(network_on(page)) == pytest.approx(parameters(wanted), abs=1e-6)
    right, new = re.findall(r"(\d+)%", part(page, "sentence").inner_text())
    assert int(right) == round(100 * accuracy(wanted, X, y))
    assert int(new) == pytest.approx(
        100 * accuracy(wanted, *points("ring", seed=2, n=1000, held_out=True)), abs=0.51
    )
    cost = float(part(page, "cost").get_attribute("data-value"))
    z = wanted.forward(X).z[2][:, 0]
    assert cost == pytest.approx((np.logaddexp(0, z) - y * z).mean(), abs=1e-6)


def test_a_pause_costs_nothing_and_a_step_is_one_step(page, tmp_path):
    page.add_init_script("""
        window.frames_asked = 0;
        const ask = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (done) => { window.frames_asked++; return ask(done); };
    """)
    show(page, tmp_path, TwoInputs(data="spiral", hidden=8))
    part(page, "train").press("Enter")
    page.wait_for_function("Number(document.querySelector('[data-part=sentence]').dataset.step) > 20")
    part(page, "train").press("Enter")
    settle(page)
    before, asked = steps_on(page), page.evaluate("window.frames_asked")
    page.wait_for_timeout(300)
    assert page.evaluate("window.frames_asked") == asked
    assert steps_on(page) == before
    network = network_on(page)
    part(page, "step").press("Space")
    wanted = trained_by_the_book(network, *points("spiral"), 1)
    assert parameters(network_on(page)) == pytest.approx(parameters(wanted), abs=1e-9)
    assert steps_on(page) == before + 1
    part(page, "again").click()
    assert parameters(network_on(page)) == pytest.approx(parameters(start(8)), abs=1e-12)
    assert steps_on(page) == 0


def test_a_start_at_zero_stops_at_once_and_says_why(page, tmp_path):
    show(page, tmp_path, TwoInputs(data="xor", scale=0))
    part(page, "train").click()
    page.wait_for_function(
        "document.querySelector('[data-part=sentence]').textContent.includes('Nothing moves')"
    )
    assert part(page, "train").inner_text() == "Train"
    assert "no direction" in part(page, "sentence").inner_text()


def test_who_wants_less_motion_sees_the_end_alone(page, tmp_path):
    page.emulate_media(reduced_motion="reduce")
    show(page, tmp_path, TwoInputs())
    page.evaluate("""() => {
        window.seen = new Set();
        const place = document.querySelector('[data-part=sentence]');
        new MutationObserver(() => window.seen.add(place.dataset.step)).observe(place, { attributes: true });
    }""")
    part(page, "train").click()
    page.wait_for_function("document.querySelector('[data-part=sentence]').dataset.step === '1000'")
    seen = page.evaluate("[...window.seen]")
    assert seen[-1] == "1000"
    assert len(seen) <= 2  # the other is when "Train" became "Pause"


@pytest.mark.parametrize("width", [360, slow(1280)])
def test_every_control_by_keyboard(page, tmp_path, width):
    show(page, tmp_path, TwoInputs(data="xor", hidden=3, seed=4), width)
    assert_fits(page)
    for name, key, network in [
        ("w1", "ArrowRight", None),
        ("seed", "ArrowRight", start(3, seed=5)),
        ("hidden", "End", start(8, seed=5)),
        ("scale", "End", start(8, scale=10, seed=5)),
        ("noise", "Home", start(8, scale=10, seed=5)),
    ]:
        before = network_on(page)
        part(page, f"slider-{name}").press(key)
        after = network_on(page)
        if network is None:
            change = parameters(after) - parameters(before)
            assert np.flatnonzero(change).tolist() == [0]
            assert after.weights[0][0, 0] == pytest.approx(round(10 * before.weights[0][0, 0] + 1) / 10)
        else:
            assert parameters(after) == pytest.approx(parameters(network), abs=1e-12)
    part(page, "neurons").focus()
    page.keyboard.press("End")
    part(page, "slider-v").press("Home")
    assert network_on(page).weights[1][0, 7] == -20
    part(page, "choice-spiral").press("Space")
    part(page, "slider-l2").press("ArrowRight")
    part(page, "step").click()
    wanted = trained_by_the_book(start(8, scale=10, seed=5), *points("spiral", noise=0, seed=5), 1, 0.05)
    assert parameters(network_on(page)) == pytest.approx(parameters(wanted), abs=1e-9)


def test_a_tap_chooses_a_neuron(new_page, tmp_path):
    page = new_page(viewport={"width": 360, "height": 800}, has_touch=True)
    show(page, tmp_path, TwoInputs(hidden=4), 360)
    grid = part(page, "neurons")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.75 * box["height"])
    settle(page)
    assert "Neuron 3 rises" in part(page, "sentence").inner_text()


def test_the_pictures_show_the_signs_of_the_numbers(page, tmp_path):
    show(page, tmp_path, TwoInputs(weights=[[4, 0, -4, 3.0], [0, 4, 0, -3.0]], bias=0.0))
    pixels = "(c) => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)"
    image = np.array(page.locator("[data-part=panel-sum] canvas").first.evaluate(pixels)).reshape(40, 40, 4)
    redness = image[..., 0].astype(int) - image[..., 2]
    assert redness[35, 38] > 50  # lower right: the first neuron alone
    assert redness[5, 2] < -50  # upper left: the second alone
    tiles = np.array(part(page, "neurons").locator("canvas").evaluate(pixels)).reshape(42, 84, 4)
    redness = tiles[..., 0].astype(int) - tiles[..., 2]
    assert redness[20, 38] > 50
    assert abs(redness[20, 5]) < 10
    assert redness[5, 60] < -50


@pytest.mark.parametrize(
    ("width", "scheme"), few(itertools.product((1280, 360), ("light", "dark")), (360, "dark"))
)
def test_axe_finds_no_violation(page, tmp_path, scheme, width):
    page.emulate_media(color_scheme=scheme)
    show(page, tmp_path, TwoInputs(data="xor", hidden=5), width)
    settle(page)
    assert_no_barrier(page)


def test_a_kernel_moves_it_and_hears_it():
    shown = Shown(TwoInputs(hidden=2, neuron=1), "playground.js")
    shown.change(hidden=1)  # the rest comes later
    shown.change(neuron=0)
    [place] = shown.find("[data-part=sentence]")
    assert len(json.loads(place["attributes"]["data-rows"])) == 2
    shown.change(weights=[[1, 0, 0, 5]])
    [place] = shown.find("[data-part=sentence]")
    assert json.loads(place["attributes"]["data-rows"]) == [[1, 0, 0, 5], 0]
    shown.click("step")
    assert shown.state["step"] == 1
    assert shown.state["weights"][0][3] != 5
    assert shown.stop() == [0, []]


def test_the_still_picture_stands_where_scripts_do_not_run(browser, tmp_path):
    TwoInputs(data="ring", hidden=7).to_html(tmp_path / "it.html")
    with without_scripts(browser, (tmp_path / "it.html").as_uri()) as page:
        check_still(page, "Neuron 0 rises")
        assert page.locator(".wm-still img").count() > 1


def test_a_cut_through_three_images_is_the_network_itself():
    rng = np.random.default_rng(4)
    network = Network(
        [rng.normal(size=(7, 12)), rng.normal(size=(3, 7))], [rng.normal(size=7), rng.normal(size=3)]
    )
    images = rng.random((3, 12))
    cut, places, size = plane.slice_through(network, images, output=2)
    assert cut.sizes == (2, 7, 1)
    assert cut.forward(places).z[2][:, 0] == pytest.approx(network.forward(images).z[2][:, 2])
    assert cut.forward(places).a[1] == pytest.approx(network.forward(images).a[1])
    assert np.hypot(*places.T).max() == pytest.approx(2)
    between = np.linalg.norm(images[0] - images[1])
    assert np.linalg.norm(places[0] - places[1]) * size / 2 == pytest.approx(between)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((2, 12)), r"images has shape \(2, 12\); this network wants \(3, 12\)"),
        (np.arange(3)[:, None] * np.ones(12), "images lie on one line"),
    ],
)
def test_three_images_that_span_no_plane_are_refused(images, words):
    network = Network([np.ones((2, 12)), np.ones((1, 2))], [np.zeros(2), np.zeros(1)])
    with pytest.raises(ValueError, match=words):
        plane.slice_through(network, images, output=0)
