"""A training run that was cut off goes on, and ends with the bits of one that was not."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from small_mnist import NAMES, idx
from test_training import start, toy_digits
from weightmaps import digits, zoo
from weightmaps.__main__ import main
from weightmaps.digits import Mnist
from weightmaps.training import SGD, Adam, resume, train
from weightmaps.training.sgd import Descent

EPOCHS = 4
RECIPE = {
    "epochs": EPOCHS,
    "batch_size": 10,
    "learning_rate": 0.5,
    "weight_decay": 0.3,
    "checkpoints": (0, 2, 3, 7),
    "progress": False,
}


class Cut(Exception):
    """The run ends here, as if it had been killed."""


def cut_after(monkeypatch, epochs):
    """Let the run end once so many more epochs are saved, and one batch of the next is done."""
    steps = iter(range(epochs * 3 + 1))
    honest = Descent.step

    def step(*given):
        if next(steps, None) is None:
            raise Cut
        honest(*given)

    monkeypatch.setattr(Descent, "step", step)


def same(one, other):
    (a, history), (b, another) = one, other
    networks = [(a, b), *((history.checkpoints[k], another.checkpoints[k]) for k in another.checkpoints)]
    for x, y in networks:
        for ours, theirs in zip(x.weights + x.biases, y.weights + y.biases, strict=True):
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
    assert list(history.checkpoints) == list(another.checkpoints)
    assert (history.cost, history.accuracy) == (another.cost, another.accuracy)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("cuts", [[0], [1], [2, 1], [1, 1, 1], [0, 3]])
def test_a_run_that_was_cut_off_ends_with_the_same_bits(cuts, dtype, tmp_path, monkeypatch):
    network, images, path = start(dtype=dtype), toy_digits(), tmp_path / "run.npz"
    unbroken = train(network, *images, validation=toy_digits(9, seed=1), **RECIPE)
    for epochs in cuts:
        with monkeypatch.context() as patch:
            cut_after(patch, epochs)
            with pytest.raises(Cut):
                train(network, *images, validation=toy_digits(9, seed=1), resume=path, **RECIPE)
        assert path.exists() == (sum(cuts[: cuts.index(epochs) + 1]) > 0)
    resumed = train(network, *images, validation=toy_digits(9, seed=1), resume=path, **RECIPE)
    same(resumed, unbroken)


@pytest.mark.parametrize(
    "more",
    [
        {"optimizer": SGD(momentum=0.9)},
        {"optimizer": Adam(), "learning_rate": 0.01},
        {"dropout": 0.3, "optimizer": Adam(), "learning_rate": 0.01},
    ],
    ids=["momentum", "Adam", "dropout"],
)
@pytest.mark.parametrize("cuts", [1, 3])
def test_what_the_optimiser_keeps_and_what_is_dropped_go_on_too(cuts, more, tmp_path, monkeypatch):
    network, images, path = start(), toy_digits(), tmp_path / "run.npz"
    recipe = {**RECIPE, **more}
    unbroken = train(network, *images, **recipe)
    with monkeypatch.context() as patch:
        cut_after(patch, cuts)
        with pytest.raises(Cut):
            train(network, *images, resume=path, **recipe)
    same(train(network, *images, resume=path, **recipe), unbroken)


def test_the_file_stays_until_it_is_deleted_and_gives_the_result_again(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    first = train(start(), *toy_digits(), resume=path, **RECIPE)
    cut_after(monkeypatch, 0)  # a second step would raise
    same(train(start(), *toy_digits(), resume=path, **RECIPE), first)
    assert list(tmp_path.iterdir()) == [path]


def test_what_goes_on_is_said(tmp_path, monkeypatch, capsys):
    path = tmp_path / "run.npz"
    with monkeypatch.context() as patch:
        cut_after(patch, 2)
        with pytest.raises(Cut):
            train(start(), *toy_digits(), resume=path, **RECIPE)
    assert capsys.readouterr().err == ""
    train(start(), *toy_digits(), resume=path, **{**RECIPE, "progress": True})
    assert f"{path}: going on after epoch 2 of 4" in capsys.readouterr().err


OTHERS = {
    "epochs": {"epochs": 9},
    "batch size": {"batch_size": 9},
    "rate": {"learning_rate": 0.25},
    "decay": {"weight_decay": 0.0},
    "cost": {"cost": "cross_entropy"},
    "optimiser": {"optimizer": SGD(momentum=0.5)},
    "dropout": {"dropout": 0.5},
    "seed": {"seed": 1},
    "checkpoints": {"checkpoints": (0, 2, 3)},
    "validation": {"validation": toy_digits(9)},
    "start": {"network": start((784, 5, 3))},
    "a weight": {"network": start(dtype=np.float32)},
    "activations": {"network": start(activations=["tanh", "sigmoid"])},
    "images": dict(zip("Xy", toy_digits(seed=1), strict=True)),
    "labels": {"y": 2 - toy_digits().labels},
}


@pytest.mark.parametrize("other", OTHERS)
def test_the_file_of_another_run_is_refused_and_left_alone(other, tmp_path):
    path = tmp_path / "run.npz"
    usual = {"network": start(), **dict(zip("Xy", toy_digits(), strict=True)), **RECIPE, "resume": path}
    train(**usual)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"run\.npz: .*another run.*; delete it to start anew$"):
        train(**{**usual, **OTHERS[other]})
    assert path.read_bytes() == before


def test_another_numpy_may_round_differently(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    train(start(), *toy_digits(), resume=path, **RECIPE)
    monkeypatch.setattr(np, "__version__", "0.1")
    with pytest.raises(ValueError, match="or NumPy"):
        train(start(), *toy_digits(), resume=path, **RECIPE)


def changed(entries, name, how):
    entries[name] = how(entries[name])


def reheaded(**change):
    return lambda entries: changed(
        entries, "header", lambda old: np.array(json.dumps({**json.loads(str(old)), **change}))
    )


DAMAGED = {
    "its header": lambda entries: entries.pop("header"),
    "its generator": reheaded(generator={"bit_generator": "MT19937"}),
    "no generator": reheaded(generator=7),
    "another format": reheaded(format="weightmaps run 0"),
    "a list": lambda entries: changed(entries, "header", lambda _: np.array("[]")),
    "no JSON": lambda entries: changed(entries, "header", lambda _: np.array("{")),
    "NaN": lambda entries: changed(entries, "weights1", lambda w: w * np.nan),
    "another shape": lambda entries: changed(entries, "weights1", lambda w: w[:, 1:]),
    "another type": lambda entries: changed(entries, "weights0", lambda w: w.astype(np.float32)),
    "a missing layer": lambda entries: entries.pop("weights0"),
    "too many epochs": lambda entries: changed(entries, "history", lambda h: np.hstack([h, h])),
    "no epochs": lambda entries: changed(entries, "history", lambda h: h[:, :0]),
    "one row": lambda entries: changed(entries, "history", lambda h: h[:1]),
    "no table": lambda entries: changed(entries, "history", lambda h: h[0]),
    "words": lambda entries: changed(entries, "history", lambda h: h.astype(str)),
    "other steps": lambda entries: changed(entries, "steps", lambda s: s + 1),
    "a step less": lambda entries: changed(entries, "steps", lambda s: s[:-1]),
    "a checkpoint less": lambda entries: changed(entries, "kept0", lambda k: k[:-1]),
    "no checkpoints": lambda entries: entries.pop("kept1"),
    "pickled": lambda entries: changed(entries, "steps", lambda _: np.array([{}])),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_one_clear_error(damage, tmp_path):
    path = tmp_path / "run.npz"
    train(start(), *toy_digits(), resume=path, **RECIPE)
    with np.load(path) as file:
        entries = dict(file)
    DAMAGED[damage](entries)
    np.savez(path, **entries)
    with pytest.raises(
        ValueError, match=r"run\.npz: training cannot go on.*; delete it to start anew$"
    ) as told:
        train(start(), *toy_digits(), resume=path, **RECIPE)
    assert "\n" not in str(told.value)


def test_a_file_larger_than_the_run_can_need_is_not_read(tmp_path):
    path = tmp_path / "run.npz"
    np.savez(path, header=np.zeros(resume.SMALL))
    with pytest.raises(ValueError, match=r"at most .* are read"):
        train(start(), *toy_digits(), resume=path, **RECIPE)


def test_a_folder_that_is_not_there_is_named_before_training(tmp_path):
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere"):
        train(start(), *toy_digits(), resume=tmp_path / "nowhere" / "run.npz", **RECIPE)


# The command line


@pytest.fixture
def few(monkeypatch):
    sample = digits.load_sample()[::100]
    monkeypatch.setattr(digits, "load_mnist", lambda folder: Mnist(sample, sample, sample))
    monkeypatch.setitem(zoo.RECIPES, "zero-one", replace(zoo.RECIPES["zero-one"], passing=0.0, epochs=2))


def stop(*_):
    raise KeyboardInterrupt


def test_a_card_is_never_that_of_another_network(few, tmp_path, monkeypatch, capsys):
    """Cut off between the network and its card, there is no card, and what was trained is not lost."""
    run = ["train", "--recipe", "zero-one", "-o", str(tmp_path)]
    assert main(run) == 0
    whole = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "zero-one.json").write_text("an older card")
    with monkeypatch.context() as patch:
        patch.setattr(zoo, "_save_checkpoints", stop)
        assert main(run) == 130
    assert "stopped; the same command goes on after the last epoch" in capsys.readouterr().err
    assert not (tmp_path / "zero-one.json").exists()
    monkeypatch.setattr(Descent, "step", stop)
    assert main(run) == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == whole


CHILD = """
import json, sys
from dataclasses import replace
from weightmaps import digits, mnist, zoo
from weightmaps.__main__ import main
checksums, epochs, *arguments = json.loads(sys.argv[1])
mnist.CHECKSUMS, digits.HELD_OUT = checksums, 10
zoo.RECIPES["zero-one"] = replace(zoo.RECIPES["zero-one"], passing=0.0, epochs=epochs)
sys.exit(main(["train", "--recipe", "zero-one", *arguments]))
"""


@pytest.fixture
def command(tmp_path):
    """A function that gives the command to train on a made-up MNIST and write to a folder."""
    rng = np.random.default_rng(0)
    labels = [np.resize(np.arange(10), 1200), np.resize(np.arange(10), 50)]
    arrays = [rng.integers(0, 256, (len(labels[0]), 28, 28)), labels[0]]
    arrays += [rng.integers(0, 256, (len(labels[1]), 28, 28)), labels[1]]
    (tmp_path / "mnist").mkdir()
    checksums = {}
    for name, array in zip(NAMES, arrays, strict=True):
        (tmp_path / "mnist" / name).write_bytes(idx(array))
        checksums[name] = sha256(idx(array)).hexdigest()
    return lambda place: [
        *(sys.executable, "-c", CHILD),
        json.dumps([checksums, 150, "--mnist", str(tmp_path / "mnist"), "-o", str(tmp_path / place)]),
    ]


@pytest.mark.slow
def test_a_killed_process_leaves_nothing_under_the_final_name_and_the_next_ends_with_the_same_bytes(
    command, tmp_path
):
    subprocess.run(command("unbroken"), check=True, capture_output=True)
    whole = {path.name: path.read_bytes() for path in (tmp_path / "unbroken").iterdir()}
    assert set(whole) == {"zero-one.npz", "zero-one-checkpoints.npz", "zero-one.json"}

    partial, epochs = tmp_path / "killed" / "zero-one.seed0.partial.npz", [0]
    for _ in range(3):
        before = partial.stat().st_mtime_ns if partial.exists() else 0
        with subprocess.Popen(
            command("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as child:
            patience = time.monotonic() + 60
            while not (partial.exists() and partial.stat().st_mtime_ns > before):
                assert child.poll() is None
                assert time.monotonic() < patience
                time.sleep(0.002)
            child.kill()
        assert child.returncode != 0
        assert all(".partial.npz" in path.name for path in partial.parent.iterdir())
        with np.load(partial) as file:
            epochs.append(file["history"].shape[1])
    assert epochs == sorted(set(epochs))
    assert epochs[-1] < 150

    last = subprocess.run(command("killed"), check=True, capture_output=True, text=True)
    assert f"{partial}: going on after epoch {epochs[-1]} of 150" in last.stderr
    assert {path.name: path.read_bytes() for path in partial.parent.iterdir()} == whole
