"""The laboratory: the page and Python train the same network; its settings, its files, its link."""

import io
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest

from engine import VIEWS, engine
from weightmaps import analysis, interop, training
from weightmaps.digits import load_sample
from weightmaps.random import permutation
from weightmaps.widgets import Lab, bundle
from weightmaps.widgets.page import NOT_STATE
from weightmaps.widgets.still import Engine

TRAIN = """(() => {
  const training = trainer(setup, sparse(bytes, labels));
  for (let i = 0; i < steps; i++) training.step();
  const { W1, b1, W2, b2 } = training.weights;
  return { W1, b1, W2, b2, ...evaluate(setup, training.weights, sparse(held, wanted)) };
})()"""
VARIANTS = {
    "the question's": {},
    "shuffled": {"shuffled": True},
    "three digits": {"digits": (3, 8, 1), "hidden": 7},
    "cross-entropy": {"cost": "cross_entropy", "learning_rate": 0.5, "weight_decay": 5.0},
    "tanh": {"activation": "tanh", "cost": "cross_entropy", "learning_rate": 0.1, "hidden_scale": 0.05},
    "momentum": {"optimizer": "momentum", "learning_rate": 0.1, "weight_decay": 2.0, "batch_size": 32},
    "adam": {"optimizer": "adam", "learning_rate": 0.001, "weight_decay": 1.0, "output_scale": 0.1},
    "softmax": {"outputs": "softmax", "cost": "cross_entropy", "learning_rate": 0.1, "activation": "tanh"},
    "today": {
        "optimizer": "adamw",
        "activation": "relu",
        "outputs": "softmax",
        "cost": "cross_entropy",
        "learning_rate": 0.001,
        "hidden_scale": 0.05,
        "output_scale": 0.1,
        "weight_decay": 3.0,
    },
}


def as_bytes(X):
    return np.round(255 * X).astype(np.uint8).tobytes()


def in_page(setup, steps):
    (X, y), (held, wanted) = training.lab_images(setup)
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(setup).items()}
    values = {"bytes": as_bytes(X), "labels": y.tolist(), "held": as_bytes(held), "wanted": wanted.tolist()}
    return engine("lab.js")(TRAIN, setup=given, steps=steps, **values)


@pytest.mark.parametrize("name", VARIANTS)
def test_page_and_python_train_the_same_network(name):
    setup = training.Setup(**{"hidden": 20, "seed": 7, "images_per_digit": 120, **VARIANTS[name]})
    steps = 500
    found, wanted = in_page(setup, steps), training.lab(setup, steps=steps)
    hidden, outputs = wanted.sizes[1:]
    assert np.abs(np.reshape(found["W1"], (784, hidden)).T - wanted.weights[0]).max() < 1e-9
    assert np.abs(np.reshape(found["W2"], (outputs, hidden)) - wanted.weights[1]).max() < 1e-9
    assert np.abs(found["b1"] - wanted.biases[0]).max() < 1e-9
    assert np.abs(found["b2"] - wanted.biases[1]).max() < 1e-9
    _, (X, y) = training.lab_images(setup)
    assert found["right"] == pytest.approx(wanted.accuracy(X, y))
    trace = wanted.forward(X.astype(float))
    cost = training.COSTS[setup.cost](wanted, trace, np.eye(outputs)[y])
    assert found["cost"] == pytest.approx(cost, rel=1e-6)


@pytest.mark.parametrize("name", ["cross-entropy", "adam"])
def test_without_webassembly_the_last_bit_is_the_same(name):
    setup = training.Setup(**{"hidden": 10, "images_per_digit": 20, **VARIANTS[name]})
    (X, y), _ = training.lab_images(setup)
    given = {"setup": {**vars(setup), "digits": list(setup.digits)}, "steps": 50, "bytes": as_bytes(X)}
    given |= {"labels": y.tolist(), "held": as_bytes(X), "wanted": y.tolist()}
    script = bundle.script("lab.js")
    plain = Engine(f"globalThis.WebAssembly = undefined;\n{script}").evaluate(TRAIN, **given)
    assert engine("lab.js")("workspace([new Float64Array(1)]).gather !== gather")
    assert engine("lab.js")(TRAIN, **given) == plain


def test_a_neuron_starts_the_same_at_every_scale_and_beside_any_number_of_others():
    one, many = (training.lab_start(training.Setup(hidden=n, hidden_scale=s)) for n, s in ((2, 0.5), (5, 1)))
    assert np.allclose(2 * one.weights[0], many.weights[0][:2])
    assert many.weights[0].std() == pytest.approx(1, rel=0.05)


def test_random_orders_are_the_same_in_the_page():
    found = engine("lab.js")("permutation(3, 1005, 50)")
    assert found == permutation(3, 1005, 50).tolist()
    assert sorted(found) == list(range(50))


def test_smoothness_is_that_of_python():
    maps = np.random.default_rng(0).standard_normal((3, 784)).astype(np.float32)
    maps[1] = analysis.blur(maps[1:2])[0]
    where = np.random.default_rng(1).random(784) < 0.6
    found = engine("lab.js")("smoothness(maps, where)", maps=maps.ravel(), where=where.astype(int))
    assert found == pytest.approx(analysis.smoothness(maps, where=where), abs=1e-9)


def test_what_is_downloaded_opens(tmp_path):
    network = training.lab(
        training.Setup(hidden=3, digits=(0, 1), images_per_digit=20, activation="tanh"), epochs=1
    )
    arrays = {
        **{f"W{k + 1}": {"shape": w.shape, "values": w.ravel()} for k, w in enumerate(network.weights)},
        **{f"b{k + 1}": {"shape": b.shape, "values": b} for k, b in enumerate(network.biases)},
        "activations": {"shape": [2], "values": list(network.activations)},
    }
    file = bytes(engine("lab.js")("npz(arrays)", arrays=arrays))
    path = tmp_path / "lab.npz"
    path.write_bytes(file)
    found = interop.read(path)
    assert found.activations == ("tanh", "sigmoid")
    assert np.allclose(found.weights[0], network.weights[0])
    assert np.load(io.BytesIO(file))["W2"].shape == (2, 3)


BAD = [
    ({"hidden": 0}, "hidden"),
    ({"hidden": 2.5}, "hidden"),
    ({"digits": [3]}, "digits"),
    ({"digits": [3, 3]}, "digits"),
    ({"digits": [3, 10]}, "digits"),
    ({"learning_rate": 0}, "learning_rate"),
    ({"optimizer": "lbfgs"}, "optimizer"),
    ({"seed": -1}, "seed"),
    ({"images_per_digit": 401}, "images_per_digit"),
    ({"outputs": "softmax"}, "quadratic cost"),
    ({"weight_decay": 1000.0, "images_per_digit": 20}, "wipe"),
]


@pytest.mark.parametrize(("change", "word"), BAD)
def test_page_and_python_refuse_the_same_settings(change, word):
    settings = {**vars(training.Setup()), **change}
    with pytest.raises(ValueError, match=word):
        training.Setup(**settings)
    said = engine("lab.js")("trouble(setup)", setup={**settings, "digits": list(settings["digits"])})
    assert word in said or (word == "quadratic cost" and word in said)


def test_every_preset_can_be_trained_and_differs_in_what_it_says():
    presets = engine("lab.js")(
        "Object.entries(PRESETS).map(([name, { state }]) => [name, state, differences(state.a, state.b)])"
    )
    assert len(presets) == 7
    for name, state, words in presets:
        training.Setup(**{**state["a"], **state["b"]})
        assert (name == "adam") == ("belong together" in words)
        assert "not isolated" not in words


def test_what_differs_is_named():
    said = engine("lab.js")
    assert said("differences({}, {})").startswith("Nothing differs")
    assert said("differences({}, { hidden_scale: 0 })").startswith(
        "Only the starting scale of the hidden layer differs"
    )
    assert said("differences({}, { cost: 1, seed: 2 })") == (
        "The cost and the seed differ. So whatever comes out, its cause is not isolated."
    )


def test_a_run_that_overflows_stops_and_names_the_step():
    setup = training.Setup(activation="relu", hidden=5, digits=(0, 1), images_per_digit=50)
    (X, y), _ = training.lab_images(setup)
    heard = engine("lab.js")(
        """(async () => {
          const heard = [], say = conversation((answer) => heard.push(answer), 1e9);
          say({ setup: { ...setup, learning_rate: 1e308 }, learned: images, held: images, until: 300 });
          await new Promise((done) => setTimeout(done, 50));
          return heard.map(({ overflow = null, step = null }) => ({ overflow, step }));
        })()""",
        setup={**vars(setup), "digits": [0, 1], "cost": "cross_entropy"},
        images={"bytes": as_bytes(X), "labels": y.tolist()},
    )
    assert [one["step"] for one in heard] == [None]
    assert 1 <= heard[0]["overflow"] <= 3


SIDE = """(() => {
  const learned = { bytes, labels }, run = session(setup, learned, learned);
  const moments = run.advance(40, () => false), moment = moments[moments.length - 1], { epoch } = run;
  const { maps } = moment, start = moments[0].maps, where = inkedPixels(bytes);
  return { setup, moment, maps, start, learned, where, epoch };
})"""
MEASURE = f"""(() => {{
  const {{ of }} = Object.values(MEASURES).flat().find((one) => one.replication === name);
  return of(...both.map(({{ setup, bytes, labels }}) => {SIDE}()));
}})()"""


def correlation(one, other):
    return np.corrcoef(one, other)[0, 1]


@pytest.fixture(scope="module")
def trained_pair():
    """Two networks of one neuron after 40 steps, and a function that measures a claim of them in the page."""
    a = training.Setup(digits=(0, 1), hidden=1, images_per_digit=150, cost="cross_entropy", learning_rate=0.5)
    setups = a, replace(a, hidden_scale=0.1, weight_decay=5.0, shuffled=True)

    def measured(name):
        both = []
        for setup in setups:
            (X, y), _ = training.lab_images(setup)
            given = {
                key: list(value) if isinstance(value, tuple) else value for key, value in vars(setup).items()
            }
            both.append({"setup": given, "bytes": list(as_bytes(X)), "labels": y.tolist()})
        return engine("lab.js")(MEASURE, both=both, name=name)

    return setups, measured


def test_the_laboratory_measures_the_book_s_claims(trained_pair):
    (a, b), measured = trained_pair
    (X, y), _ = training.lab_images(a)
    nets = [training.lab(one, steps=40) for one in (a, b)]
    starts = [training.lab_start(one).weights[0] for one in (a, b)]
    ends = [net.weights[0] for net in nets]
    share = (X > 0).mean(axis=0)
    where, rim, blank = share >= 0.1, (share > 0) & (share < 0.01), share == 0

    smooth = [analysis.smoothness(maps, where=where) for maps in ends]
    np.testing.assert_allclose(measured("decay_makes_maps_smooth"), smooth[::-1], atol=1e-6)
    left = np.median(ends[1][:, blank] / starts[1][:, blank]), np.exp(-0.5 * 5.0 * 40 / 30 / 10)
    np.testing.assert_allclose(measured("start_fades_as_computed"), left, atol=1e-6)
    loud = [
        analysis.loudness(end - start, rim, beside=where) for end, start in zip(ends, starts, strict=True)
    ]
    np.testing.assert_allclose(measured("adam_learns_the_rim"), loud[::-1], atol=1e-6)
    dealt = y[permutation(b.seed, 24, len(y))]
    right = [nets[1].accuracy(X, labels) for labels in (dealt, y)]
    np.testing.assert_allclose(measured("shuffled_labels_are_learned_by_heart"), right, atol=1e-6)

    sign = [1 if net.weights[1][1, 0] > net.weights[1][0, 0] else -1 for net in nets]
    other = training.lab_start(replace(a, seed=a.seed + 1)).weights[0][0]
    end, logistic = sign[0] * ends[0][0], sign[1] * ends[1][0][where]
    begun = [sign[0] * one for one in (starts[0][0], other)]
    alike = [correlation((end - one)[where], logistic) for one in begun]
    np.testing.assert_allclose(
        measured("minus_its_start_the_neuron_is_logistic_regression"), alike, atol=1e-6
    )
    mixed = []
    for one in begun:
        columns = np.column_stack([logistic, one[where], np.ones(where.sum())])
        mixed.append(correlation(columns @ np.linalg.lstsq(columns, end[where])[0], end[where]))
    np.testing.assert_allclose(measured("neuron_is_logistic_regression_plus_its_start"), mixed, atol=1e-6)


RUN = """(async () => {
  const sent = [], el = document.createElement("div"), model = {
    get: (name) => state[name], set() {}, save_changes() {}, on() {}, off() {},
    send({ history }, _, parts) {
      sent.push({ history, buffers: parts.map((one) => new Float32Array(one)) });
    },
  };
  const stop = await render({ model, el });
  el.querySelectorAll("[data-part=start]")[0].dispatchEvent({ type: "click", preventDefault() {} });
  for (let k = 0; k < 500 && !sent.length; k++) await passed(20);
  stop();
  return sent[0];
})()"""


def test_a_kernel_is_told_what_came_out_of_a_run():
    setup = training.Setup(
        digits=(0, 1), hidden=2, images_per_digit=20, cost="cross_entropy", learning_rate=0.5
    )
    lab, heard = Lab(setup, epochs=3, hidden_scale=0.1), []
    lab.observe(heard.append, "history")
    state = {name: value for name, value in lab.get_state().items() if name not in NOT_STATE}
    for name in ("_late_digit0", "_late_digit1"):
        state[name] = {"data": zlib.decompress(state[name]["data"])}
    sent = engine("lab.js")(RUN, state=state)
    lab._heard(sent, [np.array(part, "<f4").tobytes() for part in sent["buffers"]])
    assert [len(one) for one in lab.history] == [len(one) for one in heard[0]["new"]] > [3, 3]
    for network, wanted, history in zip(lab.trained, lab.networks(), lab.history, strict=True):
        assert np.abs(network.weights[0] - wanted.weights[0]).max() < 1e-6
        assert np.abs(network.biases[1] - wanted.biases[1]).max() < 1e-6
        assert history[-1]["step"] == 12
        assert history[-1]["right"] == network.accuracy(*training.lab_images(setup)[1])


def test_each_experiment_measures_claims_of_its_own():
    presets = engine("lab.js")("Object.keys(PRESETS)")
    measures = engine("lab.js")("Object.entries(MEASURES).map(([name, some]) => [name, some.length])")
    assert sorted(name for name, count in measures if count) == sorted(presets)


ATTENTION = """
let sight;
IntersectionObserver = class {
  constructor(heard) {
    sight = (isIntersecting) => heard([{ isIntersecting }]);
  }
  observe() {}
  disconnect() {}
};
Date.now = () => (clock += 1); // so that a slice holds few steps

async function attended(state, button, moments) {
  let ended = 0;
  const el = document.createElement("div"), said = () => el.querySelector("[data-part=sentence]").textContent;
  const model = {
    get: (name) => state[name], set() {}, save_changes() {}, on() {}, off() {}, send: () => ended++,
  };
  const stop = await render({ model, el });
  const heard = [];
  el.querySelector(`[data-part=${button}]`).click();
  await passed(60);
  for (const seen of moments) {
    sight(seen);
    await passed(seen ? 4000 : 30);
    heard.push(said());
    await passed(100);
    heard.push(said());
  }
  stop();
  return { heard, ended };
}
"""


def state_of_a_pair(epochs, **recipe):
    """The state of a laboratory whose networks tell 0 from 1, the second from a start at zero."""
    setup = training.Setup(digits=(0, 1), hidden=1, cost="cross_entropy", **recipe)
    images = load_sample().images.reshape(10, -1)[:2]
    return {
        **{"a": vars(setup), "b": {"hidden_scale": 0}, "epochs": epochs, "neuron": 0},
        **dict.fromkeys(("without_start", "inked", "blurred"), False),
        **{f"_late_digit{digit}": {"data": as_bytes(some)} for digit, some in enumerate(images)},
    }


def test_what_is_hidden_rests_and_then_goes_on_to_where_it_was_to_go():
    state = state_of_a_pair(epochs=2, images_per_digit=100, batch_size=1)
    run = Engine(bundle.script("lab.js") + VIEWS + ATTENTION).evaluate
    for button, end in (("epoch", "At epoch 1,"), ("start", "At epoch 2,")):
        found = run("attended(state, button, [false, true, false, true])", state=state, button=button)
        hidden, later, *seen = found["heard"]
        assert hidden == later
        assert re.match(r"At step \d+,", hidden)
        assert {words[: len(end)] for words in seen} == {end}
        assert found["ended"] == 1


def test_a_strip_of_seeds_gives_both_medians_alike():
    pairs = [[{"right": 0.9 + k / 1000, "smooth": 0.1}, {"right": 0.95, "smooth": 0.6}] for k in range(3)]
    words = engine("lab.js")("seedStrip(found, 0).textContent", found=pairs)
    assert "B is above A in 3 of 3 seeds; medians 90.1% and 95.0%." in words
    assert "medians 0.10 and 0.60." in words


def test_a_guess_is_called_one_and_a_dead_output_named(trained_pair):
    run = engine("lab.js")
    assert run("[0.1, 0.118, 0.12, 1].map((right) => isGuess(right, 10, 1000))") == [True, True, False, False]
    assert run("[[3], [3, 8], [1, 3, 8]].map(anyOf)") == ["3", "3 or 8", "1, 3 or 8"]
    setup = training.Setup(images_per_digit=20, hidden=2, cost="cross_entropy")
    (X, y), _ = training.lab_images(setup)
    given = {**vars(setup), "digits": list(setup.digits)}
    moment = f"(({SIDE})()).moment"
    found = run(moment, setup=given, bytes=list(as_bytes(X)), labels=y.tolist())
    answers = training.lab(setup, steps=40).predict(X)
    assert found["never"] == sorted({*range(10)} - {*answers.tolist()}) != []


SLICED = "Date.now = () => (clock += 1);"  # so that a slice holds few steps
SEVERAL = """(async () => {
  const passed = (time) => new Promise((done) => setTimeout(done, time));
  const el = document.createElement("div"), part = (name) => el.querySelectorAll(`[data-part=${name}]`)[0];
  const model = { get: (name) => state[name], set() {}, save_changes() {}, on() {}, off() {}, send() {} };
  const stop = await render({ model, el }), seen = () => [part("five").textContent, part("done").textContent];
  const press = async (time) => {
    part("five").click();
    await passed(time);
    return seen();
  };
  const heard = [seen(), await press(30), await press(30), await press(10000)];
  const dots = el.querySelectorAll("circle").length;
  stop();
  return { heard, dots };
})()"""


def test_several_seeds_can_be_stopped_and_tried_again():
    state = state_of_a_pair(epochs=50, images_per_digit=20)
    found = Engine(bundle.script("lab.js") + SLICED).evaluate(SEVERAL, state=state)
    again = "Again with 5 seeds"
    assert found["heard"] == [[again, ""], ["Stop", "Seed 1 of 5 …"], [again, "Stopped."], [again, ""]]
    assert found["dots"] == 2 * 2 * 5
