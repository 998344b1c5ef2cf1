"""The command line: what it says, what it reads and refuses, and with which exit code."""

import gzip
import os
import re
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import weightmaps
from conftest import few
from network_files import lines_of
from small_mnist import idx
from test_explorer import random_network
from weightmaps import digits, zoo
from weightmaps.__main__ import main
from weightmaps.analysis.evaluation import BINS, TOP, overview, subsample
from weightmaps.cli.explore import MOST_IMAGES
from weightmaps.interop.images import read_images, read_labels
from weightmaps.network import Network

SAMPLE = digits.load_sample()[::25]
PIXELS = np.round(SAMPLE.images * 255).astype(np.uint8).reshape(-1, 28, 28)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, and we are in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explore(*arguments):
    return main(["explore", *map(str, arguments)])


def said(capsys):
    """What was printed, and the error if there is one: one line, but where lines of code would help."""
    out, err = capsys.readouterr()
    assert err.count("\n") <= 1 or "\n  " in err, err
    return out, err.removeprefix("weightmaps: ").rstrip()


# Help and exit codes


@pytest.mark.parametrize("command", [[], ["explore"], ["train"], ["data"]])
def test_help_teaches_by_example(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    assert f"python -m weightmaps {' '.join(command)}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["look"],
        ["explore"],
        ["data", "mnist"],
    ],
)
def test_wrong_usage_is_2(arguments, folder, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("usage: weightmaps")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        *(("--shape", value, f"{value!r} is no shape; give whole numbers from 1, R,C or R,C,3 or 3,R,C")
          for value in ["a,b", "28", "28,x", "28,0", "28.5,28", "28,-1", "28,28,", "1,2,3,4", "", "²,2"]),
        *((option, value, f"{value!r} has an empty name; give names with commas between them")
          for option in ("--activations", "--outputs") for value in ["", "relu,,softmax", "relu,"]),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_form_is_named_with_what_is_wanted(option, value, says, folder, capsys):
    with pytest.raises(SystemExit) as end:
        main(["explore", "nielsen", "-o", "a.html", f"{option}={value}"])
    assert end.value.code == 2
    assert f"error: argument {option}: {says}" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_as_a_program(folder):
    """In a process of its own, as a reader runs it."""
    run = [sys.executable, "-m", "weightmaps", "explore", "nowhere.npz", "-o", "a.html"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"weightmaps: nowhere\.npz: no such file, and .*\n", done.stderr)


@pytest.mark.parametrize("page", ["cp437", "cp1251", "ascii"])
def test_a_code_page_that_lacks_letters_stops_nothing(page, folder):
    run = [sys.executable, "-m", "weightmaps", "explore", "zero-one"]
    environment = os.environ | {"PYTHONIOENCODING": page}
    done = subprocess.run(run, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"images of 28 ? 28" in done.stdout
    assert "<title>What the hidden layer" in (folder / "zero-one.html").read_text(encoding="utf-8")


def test_the_version(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"weightmaps {weightmaps.__version__}\n"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_error(folder, capsys):
    folder.chmod(0o500)
    assert explore("zero-one") == 1
    assert said(capsys) == ("", "zero-one.html: nothing may be written into .; name another folder")


def test_stopped_is_130_and_nothing_is_written(folder, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("weightmaps.cli.explore.NetworkExplorer.to_html", stop)
    assert explore("zero-one", "-o", "a.html") == 130
    assert "stopped; nothing was written" in said(capsys)[1]
    assert list(folder.iterdir()) == []


def test_too_little_memory_is_1(folder, monkeypatch, capsys):
    def fill(*_, **__):
        raise MemoryError

    monkeypatch.setattr("weightmaps.cli.explore.overview", fill)
    assert explore("zero-one", "-o", "a.html") == 1
    assert said(capsys)[1] == "there is not enough memory for this"


# explore: networks


def test_a_network_that_ships(folder, capsys):
    assert explore("zero-one", "-o", "a.html") == 0
    out, err = said(capsys)
    right = zoo.load("zero-one").accuracy(*vars(digits.load_sample().only(0, 1)).values())
    assert err == ""
    assert "network: zero-one, 784-1-2, sigmoid/sigmoid\n" in out
    assert "the digits that ship" in out
    assert f"accuracy: {right:.2%} of all 1,000 images\n" in out
    assert "written: a.html, " in out
    assert [path.name for path in folder.iterdir()] == ["a.html"]


def test_a_file_is_the_same_network(folder, capsys):
    network = random_network((784, 7, 10), 1, ("relu", "softmax"))
    network.save("mine.npz")
    np.savez("given.npz", images=PIXELS, labels=SAMPLE.labels)
    assert explore("mine.npz", "--images", "given.npz", "-o", "a.html") == 0
    out, _ = said(capsys)
    assert "784-7-10, relu/softmax" in out
    assert "200 images of 28 × 28; bytes, divided by 255" in out
    assert f"accuracy: {network.accuracy(SAMPLE.images, SAMPLE.labels):.2%} of all 200 images" in out


@pytest.mark.parametrize("place", few([0, 784], 784))
def test_a_constant_input_becomes_biases_by_the_lines_that_are_printed(place, folder, capsys):
    network = zoo.load("nielsen")
    first = np.insert(network.weights[0], place, network.biases[0], axis=1)
    biases = [np.zeros_like(network.biases[0]), *network.biases[1:]]
    Network([first, *network.weights[1:]], biases, network.activations).save("net.npz")
    assert explore("net.npz") == 1
    err = said(capsys)[1]
    assert "net.npz: takes 785 inputs, 784 and one more: a constant 1 in place of biases?" in err
    shares = [float(share) for share in re.findall(r"([0-9.]+)%", err)]
    assert len(shares) == 2
    code = re.sub(r"-?\d  # 0 for", f"{-1 if place else 0}  # 0 for", lines_of(err))
    exec(code, {})
    plain = Network.load("plain.npz")
    assert np.allclose(plain.weights[0], network.weights[0])
    assert np.allclose(plain.biases[0], network.biases[0])
    assert shares[place > 0] == pytest.approx(100 * network.accuracy(*digits.load_sample()), abs=0.06)


def test_a_file_before_a_network_that_ships(folder, capsys):
    random_network((784, 7, 10), 1).save("nielsen.npz")
    (folder / "nielsen.npz").rename("nielsen")
    assert explore("nielsen", "-o", "a.html") in (0, 1)  # by its content, whatever its name allows
    assert "784-100-10" not in capsys.readouterr().out


def test_activations_are_asked_for_by_name(folder, capsys):
    network = random_network((784, 7, 10), 1)
    np.savez(
        "mine.npz", W1=network.weights[0], b1=network.biases[0], W2=network.weights[1], b2=network.biases[1]
    )
    assert explore("mine.npz", "-o", "a.html") == 1
    assert "activations" in said(capsys)[1]
    given = ["--images", "given.npz", "-o", "a.html"]
    np.savez("given.npz", images=PIXELS, labels=SAMPLE.labels)
    assert explore("mine.npz", *given) == 1
    accuracy = Network(network.weights, network.biases, ("relu", "softmax")).accuracy(
        SAMPLE.images, SAMPLE.labels
    )
    assert f"{accuracy:.1%}  relu,softmax" in said(capsys)[1]
    assert explore("mine.npz", "--activations", "relu,softmax", *given) == 0
    assert "784-7-10, relu/softmax" in said(capsys)[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.npz"], "nowhere.npz: no such file, and no network that ships"),
        (["nielsen", "--activations", "relu,relu"], "ships with its own"),
        (["nielsen", "--images", "nowhere.npz"], "nowhere.npz: no such file"),
        (["nielsen", "--images", "four.npy"], "4 numbers an image, and the network takes 784"),
        (["nielsen", "--labels", "three.txt"], "3 labels for 5,000 images"),
        (["nielsen", "--outputs", "a,b"], "--outputs has 2 names; the network has 10 outputs"),
        (["nielsen", "--shape", "28,29"], "--shape 28,29 makes 812 numbers, and the network takes 784"),
        (["flat.npz"], "hidden layers"),
        (["small.npz"], "give --images FILE: this network takes 4 inputs"),
        (["empty"], "a folder without arrays"),
        (["three.txt"], "three.txt"),
    ],
)
def test_what_cannot_be_used_is_1_in_one_line(arguments, words, folder, capsys):
    np.save("four.npy", np.zeros((3, 4)))
    (folder / "empty").mkdir()
    (folder / "three.txt").write_text("1\n2\n3\n")
    random_network((784, 10), 1).save("flat.npz")
    random_network((4, 3, 2), 1).save("small.npz")
    assert explore(*arguments, "-o", "a.html") == 1
    assert words in said(capsys)[1]
    assert not (folder / "a.html").exists()


# explore: the page is written whole or not at all, and never over what is read


@pytest.mark.parametrize("name", ["mine.npz", "given.npz", "labels.txt", "link.html"])
def test_what_is_read_is_never_written_over(name, folder, capsys):
    random_network((784, 7, 10), 1).save("mine.npz")
    np.savez("given.npz", images=PIXELS)
    (folder / "labels.txt").write_text("\n".join(map(str, SAMPLE.labels)))
    (folder / "link.html").symlink_to("mine.npz")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert explore("mine.npz", "--images", "given.npz", "--labels", "labels.txt", "-o", name) == 1
    assert "is not written over" in said(capsys)[1]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_page_is_replaced_whole(folder, monkeypatch):
    assert explore("zero-one", "-o", "a.html") == 0
    before = (folder / "a.html").read_bytes()

    def fail(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr("weightmaps.widgets.page.place", fail)
    assert explore("zero-one", "-o", "a.html") == 1
    assert [path.name for path in folder.iterdir()] == ["a.html"]
    assert (folder / "a.html").read_bytes() == before


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (".", "a folder"),
        ("no/such/a.html", "there is no folder no/such"),
        pytest.param(os.devnull, "a device", marks=pytest.mark.skipif(os.name == "nt", reason="no devices")),
    ],
)
def test_a_page_that_cannot_be_written_is_refused_first(output, words, folder, capsys):
    assert explore("zero-one", "-o", output) == 1
    out, err = said(capsys)
    assert words in err
    assert out == ""


# Files of images


@pytest.fixture
def kinds(folder):
    """The same images in each kind of file: its name, and what is expected to be read from it."""
    flat = PIXELS.reshape(len(PIXELS), -1)
    np.save("bytes.npy", PIXELS)
    np.save("floats.npy", SAMPLE.images)
    np.savez_compressed("both.npz", images=PIXELS, labels=SAMPLE.labels)
    (folder / "images-idx3-ubyte").write_bytes(idx(PIXELS))
    (folder / "images.gz").write_bytes(gzip.compress((folder / "images-idx3-ubyte").read_bytes()))
    lines = "\n".join(",".join(map(str, row)) for row in flat)
    (folder / "plain.csv").write_text(lines)
    names = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    rows = (f"{label},{line}" for label, line in zip(SAMPLE.labels, lines.split("\n"), strict=True))
    (folder / "named.csv").write_text("\n".join([names, *rows]) + "\n")
    return {
        "bytes.npy": (1, False),
        "floats.npy": (1, False),
        "both.npz": (1, True),
        "images-idx3-ubyte": (1, False),
        "images.gz": (1, False),
        "plain.csv": (255, False),
        "named.csv": (255, True),
    }


def test_every_kind_of_file_holds_the_same_images(kinds):
    for name, (times, labelled) in kinds.items():
        images = read_images(name)
        assert np.array_equal(images.numbers(slice(None)), np.float32(times) * SAMPLE.images) or times > 1, (
            name
        )
        np.testing.assert_allclose(
            images.numbers(slice(None)), times * SAMPLE.images, rtol=0, atol=1e-4, err_msg=name
        )
        assert images.are_bytes == (times == 1 and name != "floats.npy"), name
        assert (images.labels is not None) == labelled, name
        assert not labelled or np.array_equal(images.labels, SAMPLE.labels)
        assert images.shape in ((28, 28), None)
        assert images.features is None


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((5, 8, 6), (8, 6)),
        ((5, 8, 6, 1), (8, 6)),
        ((5, 1, 8, 6), (8, 6)),
        ((5, 8, 6, 3), (8, 6, 3)),
        ((5, 3, 8, 6), (3, 8, 6)),
        ((5, 48), None),
    ],
)
def test_a_shape_that_the_file_gives(shape, wanted, folder):
    np.save("a.npy", np.arange(np.prod(shape), dtype=float).reshape(shape))
    images = read_images("a.npy")
    assert images.shape == wanted
    assert np.array_equal(
        images.numbers(slice(1, 3)), np.arange(np.prod(shape)).reshape(len(images), -1)[1:3]
    )


def test_a_table_with_names(folder):
    (folder / "a.csv").write_text('"petal length","petal, width"\n1.5,2\n-3,1e2\n')
    (folder / "b.csv").write_text('"petal length";"petal width"\n1.5;2\n-3;1e2\n')
    for name, width in (("a.csv", "petal, width"), ("b.csv", "petal width")):
        images = read_images(name)
        assert images.features == ["petal length", width]
        assert images.numbers(slice(None)).tolist() == [[1.5, 2], [-3, 100]]


TABLE = [[3.5, 0, 7, 1], [1, 2, 0.5, 0], [0, 0, 9, 2]]
ROWS = ["3.5,0,7,1", "1,2,0.5,0", "0,0,9,2"]
TABLES = {
    "last, no names": (ROWS, [1, 0, 2], None, "last"),
    "first, no names": (["1,3.5,0,7", "0,1,2,0.5", "2,0,0,9"], [1, 0, 2], None, "first"),
    "last, called class": (["a,b,c,Class", *ROWS], [1, 0, 2], ["a", "b", "c"], "'Class'"),
    "the only one that is no pixel": (
        ["pixel1,pixel2,pixel3,kind", *ROWS], [1, 0, 2], None, "'kind'"),
    "counted": (["label,1x1,1x2,1x3", "1,3.5,0,7", "0,1,2,0.5", "2,0,0,9"],
                [1, 0, 2], None, "'label'"),
    "names, first": (["cat,3.5,0,7", "dog,1,2,0.5", "cat,0,0,9"],
                     ["cat", "dog", "cat"], None, "first"),
    "names, last, named": (['a;b;c;"what"', "3.5;0;7;cat", "1;2;0.5;dog", "0;0;9;cat"],
                           ["cat", "dog", "cat"], ["a", "b", "c"], "'what'"),
    "spaces": ([" ".join(row.split(",")) for row in ROWS], [1, 0, 2], None, "last"),
    "tabs, blank lines": (["", *("\t".join(row.split(",")) + "\n" for row in ROWS)],
                          [1, 0, 2], None, "last"),
    "a comment that names": (["# a Sunday", "# a b c label", *(row.replace(",", " ") for row in ROWS)],
                             [1, 0, 2], ["a", "b", "c"], "'label'"),
    "no labels": (["3.5,0,7", "1,2,0.5", "0,0,9"], None, None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_labels_are_found_in_a_table(name, folder):
    lines, labels, features, column = TABLES[name]
    (folder / "a.csv").write_text("\n".join(lines) + "\n")
    images = read_images("a.csv", inputs=3)
    assert images.values.tolist() == [row[:3] for row in TABLE]
    assert (images.labels if labels is None else images.labels.tolist()) == labels
    assert images.features == features
    assert list(images.said) == ([f"labels are its {column} column"] if column else [])


def test_a_table_that_savetxt_wrote(folder):
    rows = np.column_stack([SAMPLE.labels, SAMPLE.images])
    np.savetxt("a.txt", rows)
    np.savetxt("b.csv", rows, delimiter=",", header="label," + ",".join(f"pixel{i}" for i in range(784)))
    for name in ("a.txt", "b.csv"):
        images = read_images(name)
        assert np.array_equal(images.values, SAMPLE.images), name
        assert images.labels.tolist() == SAMPLE.labels.tolist()
        assert images.features is None


def test_a_table_of_two_possible_labels_is_asked_about(folder):
    (folder / "a.csv").write_text("1,0.5,0.5,2\n0,0.5,0.5,1\n")
    with pytest.raises(ValueError, match=r"a\.csv: its first and its last column could both be the labels"):
        read_images("a.csv", inputs=3)
    (folder / "a.csv").write_text("x,y,cat,dog\n1,2,a,b\n")
    with pytest.raises(ValueError, match="one column of words at most"):
        read_images("a.csv", inputs=3)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"images": 0, "labels": 1}, []),
        ({"x_train": 2, "y_train": 3, "x_test": 0, "y_test": 1}, ["'x_test', labels 'y_test'"]),
        ({"X": 0, "y": 1}, ["'X', labels 'y'"]),
        ({"digits": 0, "which": 1, "epochs": 4}, ["'digits', labels 'which'"]),
    ],
)  # fmt: skip
def test_entries_by_other_names(entries, said, folder):
    values = [PIXELS, SAMPLE.labels, PIXELS[:3], SAMPLE.labels[:3], np.arange(7)]
    np.savez("a.npz", **{name: values[which] for name, which in entries.items()})
    images = read_images("a.npz")
    assert np.array_equal(images.values, PIXELS)
    assert images.labels.tolist() == SAMPLE.labels.tolist()
    assert list(images.said) == [f"images are its entry {one}" for one in said]


@pytest.mark.parametrize("shape", [(784,), (28, 28), (1, 28, 28), (28, 28, 1), (1, 784), (1, 1, 28, 28)])
def test_a_single_image(shape, folder):
    np.save("a.npy", PIXELS[0].reshape(shape))
    assert np.array_equal(read_images("a.npy").numbers(slice(None)), SAMPLE.images[:1])


LABELS = np.array([2, 0, 1, 1])


def test_every_kind_of_labels(folder):
    np.save("a.npy", LABELS)
    np.save("column.npy", LABELS[:, None].astype(float))
    np.savez("a.npz", labels=LABELS)
    (folder / "a-ubyte").write_bytes(idx(LABELS))
    (folder / "a.txt").write_text("2\n0\n1\n1\n")
    (folder / "a.csv").write_text("label\n2\n0\n1\n1\n")
    (folder / "empty lines.csv").write_text("\n2\r\n0\n\n1\n1")
    for path in folder.iterdir():
        labels, said = read_labels(path)
        assert (labels.tolist(), labels.dtype, said) == (LABELS.tolist(), np.int64, []), path.name


def test_one_hot_labels_are_read_and_it_is_said(folder):
    hot = np.eye(3)[LABELS]
    np.save("a.npy", hot.astype(np.uint8))
    np.savez("a.npz", images=np.zeros((4, 9)), labels=hot)
    np.savetxt("a.txt", hot)
    (folder / "a.csv").write_text("\n".join(",".join(map(str, row)) for row in hot.astype(int)))
    for path in folder.iterdir():
        labels, said = read_labels(path)
        assert labels.tolist() == LABELS.tolist(), path.name
        assert said == ["labels are one-hot rows: each is where its 1 is"]
    assert read_images("a.npz").labels.tolist() == LABELS.tolist()
    np.save("two.npy", hot + np.eye(3)[::-1][LABELS])
    with pytest.raises(ValueError, match="rows are read where each has one 1"):
        read_labels("two.npy")


def test_outputs_that_are_named_as_digits_are_shown_with_these(folder, capsys):
    nielsen, chosen = zoo.load("nielsen"), [9, 4]
    (first, last), (bias, biases) = nielsen.weights, nielsen.biases
    network = Network([first, last[chosen]], [bias, biases[chosen]], nielsen.activations)
    network.save("two.npz")
    assert explore("two.npz", "--outputs", "9,4") == 0
    both = digits.load_sample().only(4, 9)
    right = network.accuracy(both.images, np.where(both.labels == 4, 1, 0))
    assert f"accuracy: {right:.2%} of all 1,000 images" in said(capsys)[0]
    assert right > 0.97


def test_labels_may_be_names_of_outputs(folder, capsys):
    rng = np.random.default_rng(0)
    random_network((4, 3, 3), 1, ("relu", "softmax")).save("mine.npz")
    np.save("a.npy", rng.normal(size=(4, 4)))
    (folder / "a.csv").write_text("cat\ndog\ncat\nbird\n")
    names = ["--outputs", "bird,cat,dog"]
    arguments = ["mine.npz", "--images", "a.npy", "--labels", "a.csv", "-o", "a.html"]
    assert explore(*arguments, *names) == 0
    assert explore(*arguments) == 0
    assert "outputs are named as the labels are, in alphabetical order: 'bird, cat, dog'" in said(capsys)[0]
    assert explore(*arguments, "--outputs", "bird,cat,cow") == 1
    assert "labels hold 'dog', which is no output" in said(capsys)[1]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("3\n0\n0\n", "run from 0 to 3, but the network has 3 outputs"),
        ("-1\n0\n0\n", "run from -1 to 0"),
        ("0.5\n0\n0\n", "no whole numbers"),
        ("0\n0\n", "2 labels for 3 images"),
        ("nan\n0\n0\n", "no whole numbers"),
        ("\n", "labels"),
    ],
)
def test_labels_that_do_not_fit(labels, words, folder, capsys):
    random_network((4, 3, 3), 1).save("mine.npz")
    np.save("a.npy", np.zeros((3, 4)))
    (folder / "a.txt").write_text(labels)
    assert explore("mine.npz", "--images", "a.npy", "--labels", "a.txt", "-o", "a.html") == 1
    assert words in said(capsys)[1]


def bomb(path, shape="(1000000, 784)"):
    """A small archive that unpacks to nearly a gigabyte, or claims a shape beyond all memory."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("images.npy", "w") as member,
    ):
        member.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for _ in range(1100):
            member.write(bytes(1 << 20))


def pickled(path):
    np.savez(path, images=np.array([{}, None], dtype=object))


HOSTILE = {
    "empty.npy": lambda path: path.write_bytes(b""),
    "folder.npz": lambda path: path.mkdir(),
    "bomb.npz": bomb,
    "huge.npz": lambda path: bomb(path, "(1000000000000, 784)"),
    "pickled.npz": pickled,
    "short.npy": lambda path: path.write_bytes(
        b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'shape': (10**12,)}"
    ),
    "other.npz": lambda path: np.savez(path, one=np.zeros((2, 4)), two=np.zeros((2, 4))),
    "text.npy": lambda path: np.save(path, np.array([["a", "b", "c", "d"]])),
    "flat.npy": lambda path: np.save(path, np.zeros(5)),
    "none.npy": lambda path: np.save(path, np.zeros((0, 4))),
    "nan.npy": lambda path: np.save(path, np.full((2, 4), np.nan)),
    "complex.npy": lambda path: np.save(path, np.zeros((2, 4), complex)),
    "sides.npy": lambda path: np.save(path, np.zeros((2, 2, 2, 1, 1))),
    "idx.gz": lambda path: path.write_bytes(gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12)),
    "cut.gz": lambda path: path.write_bytes(gzip.compress(b"\0\0\x08\x03" + bytes(5000))[:20]),
    "picture.png": lambda path: path.write_bytes(b"\x89PNG\r\n"),
    "binary.csv": lambda path: path.write_bytes(b"1,2,3,\xff\n"),
    "words.csv": lambda path: path.write_text("a,b,c,d\n1,2,3,<script>alert(1)</script>\n"),
    "uneven.csv": lambda path: path.write_text("1,2,3,4\n1,2,3\n"),
    "names.csv": lambda path: path.write_text("a,b,c\n1,2,3,4\n"),
    "header.csv": lambda path: path.write_text("a,b,c,d\n"),
    "blank.csv": lambda path: path.write_text("\n\n"),
    "infinite.csv": lambda path: path.write_text("1,2,3,1e999\n"),
    "quote.csv": lambda path: path.write_text('"1,2,3,4\n1,2,3,4\n'),
    "labels.csv": lambda path: path.write_text("a,label,b,c,d\n1,0.5,2,3,4\n"),
}


@pytest.mark.parametrize(
    "name", few(HOSTILE, "empty.npy", "pickled.npz", "cut.gz", "picture.png", "words.csv")
)
def test_hostile_images_are_one_error_of_one_line(name, folder, capsys):
    random_network((4, 3, 2), 1).save("mine.npz")
    HOSTILE[name](folder / name)
    assert explore("mine.npz", "--images", name, "-o", "a.html") == 1
    err = said(capsys)[1]
    assert name in err
    assert len(err) < 500
    assert not (folder / "a.html").exists()


# What is made of many images


def test_many_images_are_summarised_and_few_are_embedded(folder, capsys):
    network, many = zoo.load("nielsen"), digits.load_sample()
    np.savez("many.npz", images=np.round(many.images * 255).astype(np.uint8), labels=many.labels)
    assert explore("nielsen", "--images", "many.npz", "-o", "a.html") == 0
    out, _ = said(capsys)
    accuracy = network.accuracy(many.images, many.labels)
    assert f"accuracy: {accuracy:.2%} of all 5,000 images" in out
    assert f"on the page: {MOST_IMAGES} of the 5,000 images: 250 spread evenly" in out
    page = (folder / "a.html").read_text(encoding="utf-8")
    assert f"Over all 5,000 images it is right {round(5000 * accuracy):,} times, {accuracy:.2%}." in page
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (many.labels, network.predict(many.images)), 1)
    cells = [int(cell.replace(",", "")) for cell in re.findall(r"<td(?: class=right)?>([\d,]+)</td>", page)]
    assert cells == confusion.ravel().tolist()


class Counted:
    """Images that note how many are asked for at once."""

    def __init__(self, numbers):
        self.values, self.most = numbers, 0

    def __len__(self):
        return len(self.values)

    def numbers(self, which):
        rows = self.values[which]
        self.most = max(self.most, len(rows))
        return rows


def test_an_overview_is_worked_out_in_batches():
    rng = np.random.default_rng(0)
    network, images = random_network((12, 9, 7, 3), 1), Counted(rng.random((2500, 12)))
    labels = rng.integers(0, 3, 2500)
    seen = overview(network, images, labels, progress=False)
    trace = network.forward(images.values)
    assert images.most <= 1016
    assert (seen.count, seen.right) == (2500, int((trace.a[-1].argmax(axis=1) == labels).sum()))
    assert (seen.low, seen.high) == (images.values.min(), images.values.max())
    for layer, counts in enumerate(seen.histograms, start=1):
        low, high = seen.ranges[layer - 1]
        wanted = [np.histogram(a, BINS, (low, high))[0] for a in trace.a[layer].T]
        assert counts.tolist() == [one.tolist() for one in wanted]
    for layer, top in enumerate(seen.top, start=1):
        assert top.tolist() == np.argsort(-trace.z[layer], axis=0, kind="stable")[:TOP].tolist()


def test_few_images_keep_the_labels_shares_and_each_neurons_top_images():
    rng = np.random.default_rng(1)
    images, labels = Counted(rng.random((3000, 12))), np.repeat([0, 1, 2], [300, 900, 1800])
    seen = overview(random_network((12, 9, 3), 1), images, labels, progress=False)
    which, words = subsample(seen, labels, 120)
    assert len(set(which.tolist())) == 120
    ranks = int(re.search(r"the (\d) images that drive it most", words)[1])
    drivers = set(seen.top[0][:ranks].ravel().tolist())
    assert drivers <= set(which.tolist())
    spread = int(re.match(r"(\d+) spread evenly", words)[1])
    assert spread >= 60
    rest = labels[[one for one in which if one not in set(seen.top[0].ravel().tolist())]]
    assert np.bincount(rest) / len(rest) == pytest.approx([0.1, 0.3, 0.6], abs=0.03)
    assert subsample(seen, labels, 3000)[1] == ""


def test_odd_images_are_reported_and_the_page_is_written(folder, capsys):
    sample = digits.load_sample()[::10]
    np.savez("inverted.npz", images=1 - sample.images, labels=sample.labels)
    assert explore("nielsen", "--images", "inverted.npz", "-o", "a.html") == 0
    out = said(capsys)[0]
    assert "look at this: ink looks inverted" in out
    assert "accuracy on 250 images is" in out
    assert "; --invert does it\n" in out
    assert "ink looks inverted" in (folder / "a.html").read_text(encoding="utf-8")
    assert explore("nielsen", "--images", "inverted.npz", "--invert") == 0
    out = said(capsys)[0]
    assert f"accuracy: {zoo.load('nielsen').accuracy(*sample):.2%} of all 500 images" in out
    assert "look at this" not in out
    assert "<p>Applied as asked: --invert.</p>" in (folder / "nielsen.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (lambda x, y: (255 * x, y), ["--scale", "1/255"]),
        (lambda x, y: ((x - 0.5) / 0.5, y), ["--standardise", "undo:0.5,0.5"]),
        (lambda x, y: ((1 - x - 0.1307) / 0.3081, y + 1),
         ["--shift-labels=-1", "--invert", "--standardise", "undo:.1307,.3081"]),
        (lambda x, y: (x.reshape(-1, 28, 28).swapaxes(1, 2), y), ["--transpose-images"]),
    ],
)  # fmt: skip
def test_what_was_found_is_mended_by_options(change, options, folder, capsys):
    sample = digits.load_sample()[::25]
    images, labels = change(sample.images, sample.labels)
    np.savez("odd.npz", images=images, labels=labels)
    assert explore("nielsen", "--images", "odd.npz", *options) == 0
    out = said(capsys)[0]
    assert "applied as asked: " in out
    assert f"accuracy: {zoo.load('nielsen').accuracy(*sample):.2%} of all 200 images" in out


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--standardise", "3", "no standardisation"),
        ("--standardise", "0.5,0", "no standardisation"),
        ("--standardise", "undo:pixel", "no standardisation"),
        ("--scale", "1/0", "no factor"),
        ("--scale", "-2", "no factor"),
        ("--scale", "half", "no factor"),
        ("--shift-labels", "x", "invalid int value"),
    ],
)
def test_a_change_of_the_wrong_form_is_named(option, value, says, folder, capsys):
    with pytest.raises(SystemExit) as end:
        explore("nielsen", f"{option}={value}")
    assert end.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(("low", "high"), [(0, 16), (-0.42, 2.8), (0, 255)])
def test_pixels_beyond_0_to_1_are_shown_in_ink_with_every_z_as_it_was(low, high):
    from weightmaps.cli.explore import _in_ink

    network = random_network((12, 5, 3), 1)
    pixels = np.random.default_rng(0).uniform(low, high, (9, 12)).astype(np.float32)
    same, ink, words = _in_ink(network, pixels, low, high)
    assert ink.min() >= 0
    assert ink.max() <= 1
    assert same.forward(ink.astype(float)).z[1] == pytest.approx(network.forward(pixels).z[1], abs=1e-4)
    assert f"from {low:g} to {high:g}" in words


# data


def test_data_says_where_mnist_is(full_mnist, monkeypatch, capsys):
    assert main(["data"]) == 0
    out = capsys.readouterr().out
    assert "(WEIGHTMAPS_MNIST)" in out
    assert out.count("SHA-256 as it should be") == 4
    assert "55,000 images to train on, 5,000 to validate with, 10,000 to test with" in out


def test_data_refuses_a_folder_that_lacks_a_file(folder, capsys):
    assert main(["data", "--mnist", str(folder)]) == 1
    assert "lacks train-images-idx3-ubyte" in said(capsys)[1]


def test_data_without_a_folder_downloads_into_the_cache(folder, monkeypatch, capsys):
    monkeypatch.delenv("WEIGHTMAPS_MNIST", raising=False)
    monkeypatch.setenv("WEIGHTMAPS_CACHE", str(folder))
    monkeypatch.setattr("weightmaps.mnist.MIRRORS", ())
    assert main(["data"]) == 1
    out, err = capsys.readouterr()
    assert out == f"downloading 4 of 4 files into {folder / 'mnist'}\n"
    assert "no mirror gave this file" in err
