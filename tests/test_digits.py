"""The images that ship, full MNIST, and every way in which a file, a cache or a network can be bad."""

import errno
import gzip
import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from small_mnist import CHECKSUMS, IMAGES, NAMES, SMALL, idx, is_whole, mirrors
from weightmaps import digits
from weightmaps import mnist as mnist_module
from weightmaps.digits import Digits, load_mnist, load_sample
from weightmaps.mnist import DataError, read_idx

full_set = pytest.mark.skipif(
    not os.environ.get("WEIGHTMAPS_MNIST"), reason="WEIGHTMAPS_MNIST names no folder with full MNIST"
)
BLANK = np.zeros((2, 784), np.float32)


# Digits


def test_digits_keep_what_they_are_given():
    ink = np.linspace(0, 1, 3 * 784).reshape(3, 784)
    kept = Digits(ink, [7, 0, 7])
    assert kept.images.dtype == np.float32
    assert np.array_equal(kept.images, ink.astype(np.float32))
    assert kept.labels.tolist() == [7, 0, 7]
    assert len(kept) == 3


def test_digits_cannot_be_written_and_leave_their_source_alone():
    own = BLANK.copy()
    kept = Digits(own, [1, 2])
    with pytest.raises(ValueError, match="read-only"):
        kept.images[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        kept.labels[0] = 3
    own[0, 0] = 1
    assert kept.images[0, 0] == 0
    assert np.shares_memory(kept[:1].images, kept.images)


def test_digits_unpack_and_say_so_where_an_array_is_wanted():
    kept = Digits(BLANK, [1, 2])
    images, labels = kept
    assert (images is kept.images, labels is kept.labels) == (True, True)
    with pytest.raises(TypeError, match=r"unpack them, f\(network, \*digits\)"):
        np.asarray(kept)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 28 * 27)), [0, 1], r"images is float64 of shape \(2, 756\).*\(n, 784\)"),
        (np.zeros((2, 28, 28)), [0, 1], r"shape \(2, 28, 28\).*\(n, 784\)"),
        (np.zeros(784), [0], r"shape \(784,\)"),
        ([[0.0], [0.0, 1.0]], [0, 1], "images is not an array"),
        (np.full((2, 784), "ink"), [0, 1], "real numbers"),
        (np.full((2, 784), 255, np.uint8), [0, 1], "from 255 to 255.*divide by 255"),
        (np.full((2, 784), -0.5), [0, 1], "from -0.5 to -0.5; ink must run from 0 to 1$"),
        (np.full((2, 784), np.nan), [0, 1], "images holds NaN"),
        (np.full((2, 784), np.inf), [0, 1], "images holds NaN or infinity"),
        (BLANK, [0, 1, 2], r"labels is int64 of shape \(3,\) for 2 images"),
        (BLANK, [0, 10], "labels holds 0 to 10; labels are 0 to 9"),
        (BLANK, [-1, 9], "labels holds -1 to 9"),
        (BLANK, [0.0, 1.0], "labels is float64.*give one integer an image"),
        (BLANK, [[0], [1]], r"labels is int64 of shape \(2, 1\)"),
    ],
)
def test_digits_refuse(images, labels, message):
    with pytest.raises(ValueError, match=message):
        Digits(images, labels)


def test_only_keeps_order_and_labels():
    mixed = Digits(np.eye(5, 784), [3, 1, 0, 1, 9])
    ones = mixed.only(0, 1)
    assert ones.labels.tolist() == [1, 0, 1]
    assert np.array_equal(ones.images, np.eye(5, 784)[[1, 2, 3]])
    assert len(mixed.only(4)) == 0


@pytest.mark.parametrize("wanted", [(), (10,), ("0",), (0, -1)])
def test_only_refuses_what_is_no_digit(wanted):
    with pytest.raises(ValueError, match="from 0 to 9"):
        load_sample().only(*wanted)


@pytest.mark.parametrize("which", [slice(1, 4, 2), [1, 3], np.array([False, True, False, True, False])])
def test_indexing_gives_digits(which):
    picked = Digits(np.eye(5, 784), [3, 1, 0, 2, 9])[which]
    assert picked.labels.tolist() == [1, 2]
    assert picked.images[1, 3] == 1


def test_indexing_with_one_number_says_what_to_write():
    with pytest.raises(TypeError, match=r"digits\.images\[i\]"):
        load_sample()[3]


# The sample


def test_sample_is_what_its_card_says():
    sample, card = load_sample(), json.loads(digits.SAMPLE.with_suffix(".json").read_text(encoding="utf-8"))
    pixels = np.rint(sample.images * 255).astype(np.uint8)
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == card["sha256"]
    assert np.array_equal(sample.images, pixels.astype(np.float32) / np.float32(255))
    assert len(sample) == card["count"] == 5000
    assert sample.labels.tolist() == [i // card["per_digit"] for i in range(5000)]
    assert card["licence"] == "CC BY-SA 3.0"


def test_a_tile_of_the_sheet_is_the_image_of_that_number():
    with Image.open(digits.SAMPLE) as picture:
        tile = np.asarray(picture.crop((7 * 28, 12 * 28, 8 * 28, 13 * 28)))  # row 12, column 7
    image = load_sample().images[1207]
    assert image.max() == 1
    assert np.array_equal(np.rint(image.reshape(28, 28) * 255), tile)


@pytest.fixture
def sample_copy(tmp_path, monkeypatch):
    for suffix in (".png", ".json"):
        shutil.copy(digits.SAMPLE.with_suffix(suffix), tmp_path)
    monkeypatch.setattr(digits, "SAMPLE", tmp_path / "mnist-5k.png")
    load_sample.cache_clear()
    yield tmp_path / "mnist-5k.png"
    load_sample.cache_clear()


def test_sample_with_one_changed_pixel_is_refused(sample_copy):
    with Image.open(sample_copy) as picture:
        picture.load()
        picture.putpixel((0, 0), 1)
        picture.save(sample_copy)
    with pytest.raises(DataError, match=r"mnist-5k\.png: its pixels.*reinstall"):
        load_sample()


@pytest.mark.parametrize("content", [b"", b"not a picture", "half"])
def test_sample_that_is_no_picture_is_refused(sample_copy, content):
    whole = sample_copy.read_bytes()
    sample_copy.write_bytes(whole[: len(whole) // 2] if content == "half" else content)
    with pytest.raises(DataError, match=r"mnist-5k\.png: the sample cannot be read.*reinstall"):
        load_sample()


def test_sample_of_another_size_is_refused(sample_copy):
    Image.new("L", (28, 28)).save(sample_copy)
    with pytest.raises(DataError, match=r"of kind \('L', 28, 28\).*reinstall"):
        load_sample()


def test_sample_in_colour_is_refused(sample_copy):
    with Image.open(sample_copy) as picture:
        picture.convert("RGB").save(sample_copy)
    with pytest.raises(DataError, match=r"of kind \('RGB', \d+, \d+\).*reinstall"):
        load_sample()


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_sample_that_claims_to_be_huge_is_refused_before_it_is_unpacked(sample_copy, side):
    """Pillow warns of the first and refuses the second."""
    whole = sample_copy.read_bytes()
    header = b"IHDR" + struct.pack(">II", side, side) + whole[24:29]
    sample_copy.write_bytes(whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:])
    with pytest.raises(DataError, match=r"mnist-5k\.png: the sample cannot be read.*reinstall"):
        load_sample()


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "[" * 9999, '{"sha256": "", "layout": {"rows": 100.0, "columns": 50}}'],
    ids=["empty", "nothing", "list", "deep", "float"],
)
def test_sample_with_a_bad_card_is_refused(sample_copy, content):
    sample_copy.with_suffix(".json").write_text(content)
    with pytest.raises(DataError, match=r"mnist-5k\.json: the sample's card.*reinstall"):
        load_sample()


# IDX files


GOOD = idx(IMAGES)


@pytest.mark.parametrize("squeeze", [bytes, gzip.compress])
def test_read_idx_plain_and_gzipped(tmp_path, squeeze):
    (tmp_path / "images").write_bytes(squeeze(GOOD))
    (tmp_path / "labels").write_bytes(squeeze(idx(np.array([5, 0, 4]))))
    assert np.array_equal(read_idx(tmp_path / "images"), IMAGES)
    assert read_idx(str(tmp_path / "labels")).tolist() == [5, 0, 4]


BAD = {
    "empty": (b"", "is empty"),
    "empty gzip": (gzip.compress(b""), "is empty"),
    "magic": (b"PK\3\4" + GOOD, "50 4b 03 04.*no IDX file"),
    "three bytes": (GOOD[:3], "no IDX file"),
    "header": (GOOD[:13], "cut short inside its header"),
    "truncated": (GOOD[:-1], "promises 2352 bytes and it holds only 2351"),
    "trailing": (GOOD + b"\0", "promises 2352 bytes and it holds more"),
    "trailing gzip": (gzip.compress(GOOD + b"\0"), "it holds more"),
    "28 x 27": (idx(IMAGES[:, :, 1:]), r"shape \(3, 28, 27\)"),
    "no images": (idx(IMAGES[:0]), r"shape \(0, 28, 28\)"),
    "huge": (struct.pack(">4B3I", 0, 0, 8, 3, 2**32 - 1, 28, 28), r"shape \(4294967295, 28, 28\)"),
    "half gzip": (gzip.compress(GOOD)[:-300], "gzip data is damaged or cut short"),
    "no gzip trailer": (gzip.compress(GOOD)[:-8], "gzip data is damaged or cut short"),
    "wrong crc": (gzip.compress(GOOD)[:-8] + bytes(8), "gzip data is damaged or cut short"),
    "gzip of nothing": (b"\x1f\x8b\x08\0" + b"\xff" * 40, "gzip data is damaged or cut short"),
}


@pytest.mark.parametrize("content", BAD)
def test_read_idx_refuses(tmp_path, content):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(BAD[content][0])
    with pytest.raises(DataError, match=BAD[content][1]) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "get it again" in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(GOOD + bytes(50_000_000)))
    asked = []
    honest = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, n=-1: asked.append(n) or honest(self, n))
    with pytest.raises(DataError, match="it holds more"):
        read_idx(path)
    assert asked == [4, 12, IMAGES.size + 1]


# Full MNIST in miniature


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Expect the miniature, keep the cache in tmp_path, and reach no mirror."""
    monkeypatch.setattr(mnist_module, "CHECKSUMS", CHECKSUMS)
    monkeypatch.setattr(digits, "HELD_OUT", 1)
    monkeypatch.setattr(mnist_module, "MIRRORS", ())
    monkeypatch.delenv("WEIGHTMAPS_MNIST", raising=False)
    monkeypatch.setenv("WEIGHTMAPS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def folder(small, tmp_path):
    """A folder of the user's: two files plain, two gzipped."""
    place = tmp_path / "mine"
    place.mkdir()
    for name in NAMES[:2]:
        (place / name).write_bytes(SMALL[name])
    for name in NAMES[2:]:
        (place / f"{name}.gz").write_bytes(gzip.compress(SMALL[name]))
    return place


@pytest.fixture
def mirror(small, monkeypatch):
    with mirrors() as mirror:
        monkeypatch.setattr(mnist_module, "MIRRORS", mirror.urls)
        yield mirror


def cached(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache" / "mnist").iterdir())


ALL_CACHED = sorted(f"{name}.gz" for name in NAMES)


def test_folder_as_argument(folder):
    assert is_whole(load_mnist(folder))


def test_folder_in_the_environment(folder, monkeypatch):
    monkeypatch.setenv("WEIGHTMAPS_MNIST", str(folder))
    assert is_whole(load_mnist())


def test_argument_goes_before_the_environment(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("WEIGHTMAPS_MNIST", str(tmp_path / "nowhere"))
    assert is_whole(load_mnist(folder))


def test_names_with_a_dot_as_some_unpackers_write_them(folder):
    for path in list(folder.iterdir()):
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert is_whole(load_mnist(folder))


def test_folder_that_lacks_files_lists_them_and_downloads_nothing(folder, mirror):
    (folder / NAMES[0]).unlink()
    (folder / f"{NAMES[3]}.gz").unlink()
    with pytest.raises(DataError, match=f"lacks {NAMES[0]}, {NAMES[3]} ") as caught:
        load_mnist(folder)
    assert str(folder) in str(caught.value)
    assert mirror.asked == []


def test_folder_that_is_not_there(small, tmp_path):
    with pytest.raises(DataError, match=r"nowhere: is no folder"):
        load_mnist(tmp_path / "nowhere")


def test_bad_file_of_the_user_is_reported_and_not_touched(folder, mirror):
    bad = SMALL[NAMES[1]][:-1] + b"\5"
    (folder / NAMES[1]).write_bytes(bad)
    with pytest.raises(DataError, match=rf"{NAMES[1]}: uncompressed it has SHA-256"):
        load_mnist(folder)
    assert (folder / NAMES[1]).read_bytes() == bad
    assert mirror.asked == []


def test_download_fills_the_cache_once(mirror, tmp_path):
    assert is_whole(load_mnist(progress=False))
    assert cached(tmp_path) == ALL_CACHED
    assert mirror.asked == [f"/first/{name}.gz" for name in NAMES]
    assert is_whole(load_mnist(progress=False))
    assert len(mirror.asked) == 4


def test_download_shows_its_progress(mirror, capsys):
    load_mnist()
    assert capsys.readouterr().err.count("100%") == 4
    shutil.rmtree(os.environ["WEIGHTMAPS_CACHE"])
    load_mnist(progress=False)
    assert capsys.readouterr().err == ""


def fault(mirror, kind):
    """Spoil the first training file on the first mirror."""
    path = f"/first/{NAMES[0]}.gz"
    whole = mirror.served[path]
    if kind == "missing":
        del mirror.served[path]
    elif kind == "cut off":
        mirror.cut[path] = 99
    elif kind == "redirect loop":
        mirror.loops.add(path)
    elif kind in ("silent", "trickling", "slow headers", "endless", "odd length"):
        getattr(mirror, kind.replace(" ", "_")).add(path)
    else:
        mirror.served[path] = {
            "truncated": whole[:-20],
            "longer": gzip.compress(SMALL[NAMES[0]] + bytes(9)),
            "another": gzip.compress(SMALL[NAMES[2]]),
            "one bit": gzip.compress(SMALL[NAMES[0]][:-1] + b"\xdd"),
            "a page": b"<html>Please log in</html>",
            "nothing": b"",
        }[kind]


FAULTS = {
    "missing": "404",
    "truncated": "cut short",
    "cut off": "IncompleteRead",
    "redirect loop": "Exceeded 30 redirects",
    "silent": "Read timed out",
    "trickling": "bytes in 1 seconds and was not done",
    "slow headers": "sent 0 bytes in 1 seconds and was not done",
    "odd length": "a few",
    "endless": "sent more than 1,000,000 bytes",
    "longer": "it holds more",
    "another": "SHA-256",
    "one bit": "SHA-256",
    "a page": "no IDX file",
    "nothing": "is empty",
}


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(mnist_module, "TIMEOUT", 0.5)
    monkeypatch.setattr(mnist_module, "PATIENCE", 1)
    monkeypatch.setattr(mnist_module, "MOST", 1_000_000)


@pytest.mark.parametrize("kind", FAULTS)
def test_second_mirror_makes_good_what_the_first_does_wrong(mirror, impatient, tmp_path, kind):
    fault(mirror, kind)
    assert is_whole(load_mnist(progress=False))
    tries = [f"/first/{NAMES[0]}.gz"] * (31 if kind == "redirect loop" else 1)
    assert mirror.asked == [*tries, f"/second/{NAMES[0]}.gz", *(f"/first/{name}.gz" for name in NAMES[1:])]
    assert cached(tmp_path) == ALL_CACHED


@pytest.mark.parametrize("kind", FAULTS)
def test_when_no_mirror_serves_each_is_listed_with_its_reason(mirror, impatient, tmp_path, kind):
    fault(mirror, kind)
    del mirror.served[f"/second/{NAMES[0]}.gz"]
    with pytest.raises(DataError, match="no mirror gave this file") as caught:
        load_mnist(progress=False)
    title, first, second, advice = str(caught.value).splitlines()
    assert title.startswith(f"{NAMES[0]}.gz")
    assert first.startswith(f"  {mnist_module.MIRRORS[0]}: ")
    assert FAULTS[kind] in first
    assert second.startswith(f"  {mnist_module.MIRRORS[1]}: 404")
    assert "WEIGHTMAPS_MNIST" in advice
    assert cached(tmp_path) == []


def test_half_a_download_in_the_cache_is_healed(mirror, tmp_path):
    load_mnist(progress=False)
    half = tmp_path / "cache" / "mnist" / f"{NAMES[2]}.gz"
    whole = half.read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    mirror.asked.clear()
    assert is_whole(load_mnist(progress=False))
    assert mirror.asked == [f"/first/{NAMES[2]}.gz"]
    assert half.read_bytes() == whole


def test_bad_plain_file_in_the_cache_gives_way_to_a_good_gzipped_one(mirror, tmp_path):
    load_mnist(progress=False)
    (tmp_path / "cache" / "mnist" / NAMES[1]).write_bytes(b"")
    mirror.asked.clear()
    assert is_whole(load_mnist(progress=False))
    assert mirror.asked == []
    assert cached(tmp_path) == ALL_CACHED


def test_without_network_the_error_says_what_still_works(small, monkeypatch, tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        monkeypatch.setattr(mnist_module, "MIRRORS", (url, url))
        with pytest.raises(DataError) as caught:
            load_mnist(progress=False)
    message = str(caught.value)
    assert message.count(f"\n  {url}: ") == 2
    assert message.count("Connection refused") + message.count("actively refused") == 2  # Unix, Windows
    assert "Max retries" not in message
    assert "load_sample()" in message
    assert f"in {tmp_path / 'cache' / 'mnist'}, or in a folder that WEIGHTMAPS_MNIST names" in message


def test_cache_that_cannot_be_written_is_named(mirror, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"cache cannot be written.*WEIGHTMAPS_CACHE"):
        load_mnist(progress=False)
    assert mirror.asked == []


def test_a_download_that_ends_early_is_never_taken_for_the_file(mirror, tmp_path):
    """At no byte, and at every tenth, also where the mirror takes what it sends for all."""
    path = f"/first/{NAMES[2]}.gz"
    whole = mirror.served[path]
    for tenth in range(10):
        for promised in (True, False):
            end = len(whole) * tenth // 10
            mirror.served[path], mirror.cut[path] = (
                (whole, len(whole) - end) if promised else (whole[:end], 0)
            )
            mirror.asked.clear()
            assert is_whole(load_mnist(progress=False))
            assert f"/second/{NAMES[2]}.gz" in mirror.asked
            assert cached(tmp_path) == ALL_CACHED
            shutil.rmtree(tmp_path / "cache")


def test_a_full_disk_is_named_and_no_other_mirror_is_blamed(mirror, monkeypatch, tmp_path):
    load_mnist(progress=False)
    (tmp_path / "cache" / "mnist" / ALL_CACHED[0]).unlink()
    mirror.asked.clear()

    def full(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(DataError, match=r"cannot be written.*No space left.*WEIGHTMAPS_CACHE") as caught:
            load_mnist(progress=False)
    assert "mirror" not in str(caught.value)
    assert cached(tmp_path) == ALL_CACHED[1:]
    assert is_whole(load_mnist(progress=False))


def read_only(patch):
    """Nothing can be made or deleted; permissions would not hold the superuser back."""

    def refuse(*_, dir=None, missing_ok=False, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), dir)

    patch.setattr(tempfile, "mkdtemp", refuse)
    patch.setattr(Path, "unlink", refuse)


def test_a_read_only_cache_serves_while_it_is_whole_and_is_named_when_not(mirror, monkeypatch, tmp_path):
    load_mnist(progress=False)
    mirror.asked.clear()
    half = tmp_path / "cache" / "mnist" / f"{NAMES[2]}.gz"
    with monkeypatch.context() as patch:
        read_only(patch)
        assert is_whole(load_mnist(progress=False))
        half.write_bytes(half.read_bytes()[:99])
        with pytest.raises(DataError, match=r"cannot be written.*Read-only.*WEIGHTMAPS_CACHE"):
            load_mnist(progress=False)
    assert mirror.asked == []
    assert is_whole(load_mnist(progress=False))


def test_a_cache_deleted_while_it_is_read_is_filled_again(mirror, monkeypatch, tmp_path):
    load_mnist(progress=False)
    listed = mnist_module.places

    def and_gone(folder, name):
        found = listed(folder, name)
        if name == NAMES[2]:
            shutil.rmtree(folder)
        return found

    monkeypatch.setattr(mnist_module, "places", and_gone)
    assert is_whole(load_mnist(progress=False))
    assert cached(tmp_path) == sorted(f"{name}.gz" for name in NAMES[2:])


def test_a_cache_deleted_while_it_is_filled_is_an_error_that_says_so(mirror, tmp_path):
    mirror.meanwhile = lambda: shutil.rmtree(tmp_path / "cache")
    with pytest.raises(DataError, match=r"cache.*cannot be written.*No such file.*WEIGHTMAPS_CACHE"):
        load_mnist(progress=False)
    mirror.meanwhile = lambda: None
    assert is_whole(load_mnist(progress=False))
    assert cached(tmp_path) == ALL_CACHED


def test_a_file_of_the_user_that_cannot_be_read_is_named(folder, monkeypatch):
    listed = mnist_module.places
    gone = [folder / NAMES[0]]
    monkeypatch.setattr(mnist_module, "places", lambda *how: gone if how[1] == NAMES[0] else listed(*how))
    (folder / NAMES[0]).unlink()
    with pytest.raises(DataError, match=f"{NAMES[0]}: cannot be read .*No such file"):
        load_mnist(folder)


CHILD = """
import json, sys
from weightmaps import digits
from weightmaps import mnist as mnist_module
mnist_module.CHECKSUMS, mnist_module.MIRRORS = json.loads(sys.argv[1])
digits.HELD_OUT = 1
print("ready", flush=True)
sys.stdin.readline()
print(digits.load_mnist(progress=False).test.labels.tolist())
"""


def test_two_processes_fill_one_cache_at_once(mirror, tmp_path):
    """Where both find half a file, both heal it."""
    (tmp_path / "cache" / "mnist").mkdir(parents=True)
    (tmp_path / "cache" / "mnist" / NAMES[0]).write_bytes(SMALL[NAMES[0]][:99])
    command = [sys.executable, "-c", CHILD, json.dumps([mnist_module.CHECKSUMS, mnist_module.MIRRORS])]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as other:
        for child in (one, other):
            assert child.stdout.readline() == "ready\n"
        mirror.meanwhile = lambda: time.sleep(0.05)
        for child in (one, other):
            child.stdin.write("\n")
            child.stdin.flush()
        assert [child.communicate(timeout=60)[0] for child in (one, other)] == ["[7, 2, 1]\n"] * 2
    assert len(mirror.asked) >= 4
    assert cached(tmp_path) == ALL_CACHED
    assert is_whole(load_mnist(progress=False))


def test_mirrors_are_several_hosts_over_https():
    hosts = {urllib.parse.urlsplit(url).hostname for url in mnist_module.MIRRORS}
    assert len(hosts) >= 2
    assert all(url.startswith("https://") and url.endswith("/") for url in mnist_module.MIRRORS)


# Full MNIST itself


@pytest.fixture(scope="module")
def mnist():
    return load_mnist()


@full_set
def test_split_sizes(mnist):
    assert [len(part) for part in (mnist.train, mnist.validation, mnist.test)] == [55_000, 5_000, 10_000]
    assert np.bincount(mnist.test.labels)[:2].tolist() == [980, 1135]  # as MNIST's own page counts them


@full_set
def test_validation_is_the_sample(mnist):
    sample = load_sample()
    assert np.array_equal(mnist.validation.images, sample.images)
    assert np.array_equal(mnist.validation.labels, sample.labels)


@full_set
def test_no_held_out_image_is_trained_on(mnist):
    trained = {image.tobytes() for image in mnist.train.images}
    assert len(trained) == 55_000
    assert trained.isdisjoint(image.tobytes() for image in mnist.validation.images)
    assert trained.isdisjoint(image.tobytes() for image in mnist.test.images)
