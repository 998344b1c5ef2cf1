"""Arrays from files that nobody vouches for: what NumPy writes comes back, all else is one error."""

import io
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from network_files import npy
from weightmaps.arrays import Pickled, Unreadable, read_npy, read_npz

ARRAYS = [
    np.arange(12, dtype=np.uint8).reshape(3, 4),
    np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    np.arange(3, dtype=">i2"),
    np.array("text, as a header is"),
    np.array([True, False]),
    np.zeros((0, 7), np.float16),
]


def header(text, version=1):
    """An .npy file's beginning, of any claim."""
    text = text.encode() + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(2 if version == 1 else 4, "little") + text


def claim(shape, descr="<f8"):
    return header(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}")


def zipped(*entries, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_what_numpy_writes_comes_back(array, tmp_path):
    np.save(tmp_path / "a.npy", array)
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", a=array, b=array)
        assert list(read_npz(tmp_path / "a.npz")) == ["a", "b"]
        for back in (read_npy(tmp_path / "a.npy"), *read_npz(tmp_path / "a.npz").values()):
            assert back.dtype == array.dtype
            assert back.flags.writeable
            np.testing.assert_array_equal(back, array)


NPY = {
    "empty": (b"", "an empty file"),
    "text": (b"hello, this is no array", "does not begin as one"),
    "magic alone": (b"\x93NUMPY\x01\x00", "does not begin as one"),
    "version 9": (header("{}", 9), "version 9 of .npy is unknown"),
    "truncated": (npy(np.ones(100))[:-1], r"shape \(100,\) of float64, 800 bytes, but 799 follow"),
    "longer": (npy(np.ones(100)) + b"!", "800 bytes, but 801 follow"),
    "10^12": (claim("(1000000, 1000000)"), "8,000,000,000,000 bytes, but 0 follow"),
    "huge text": (claim("(1000000000000,)", "<U0") + b"1", "neither numbers nor text"),
    "10^500": (claim("(" + "9" * 500 + ",)"), "gives no type and shape"),
    "negative": (claim("(-1, 8)"), "gives no type and shape"),
    "nothing times 10^54": (claim(f"(0, {10**17}, {10**17}, {10**17})"), "is no array"),
    "a record": (npy(np.zeros(2, [("a", "f8")])), "neither numbers nor text"),
    "code": (header("__import__('os').system('false')"), "gives no type and shape"),
    "a long header": (header("{" + " " * 20_000), "at most 10,000 are read"),
}


@pytest.mark.parametrize("name", NPY)
def test_npy_files_that_lie_are_refused(name, tmp_path):
    data, says = NPY[name]
    (tmp_path / "a.npy").write_bytes(data)
    with pytest.raises(Unreadable, match=says):
        read_npy(tmp_path / "a.npy")
    if data:
        (tmp_path / "a.npz").write_bytes(zipped(("a.npy", data)))
        with pytest.raises(Unreadable, match=r"a\.npz: entry 'a'"):
            read_npz(tmp_path / "a.npz")


def test_pickles_are_refused_with_the_lines_that_convert(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    numbers = np.array([[1, 2], [3, 4]], dtype=object)
    np.save("a.npy", numbers)
    np.savez("a.npz", a=numbers)
    for read, name in ((read_npy, "a.npy"), (read_npz, "a.npz")):
        with pytest.raises(Pickled, match=r"could run code; it was not opened. Where you trust it") as caught:
            read(name)
        exec("\n".join(line.strip() for line in str(caught.value).splitlines()[1:]), {"numpy": np})
    assert read_npy("plain.npy").tolist() == read_npz("plain.npz")["a"].tolist() == [[1, 2], [3, 4]]


def marked(archive, offset, value):
    """The archive with a field of its list of entries changed."""
    at = archive.rfind(b"PK\x01\x02") + offset
    return archive[:at] + value + archive[at + len(value) :]


ONE = npy(np.ones((30, 40)))
NPZ = {
    "no zip": (b"hello" * 100, "no archive ends here"),
    "half": (zipped(("a.npy", ONE))[:100], "no archive ends here"),
    "twice": (None, "is there twice"),
    "another file": (zipped(("data.pkl", b"")), r"'data\.pkl' is no array"),
    "encrypted": (marked(zipped(("a.npy", ONE)), 8, b"\x01"), "is encrypted"),
    "bzip2": (zipped(("a.npy", ONE), compression=zipfile.ZIP_BZIP2), "compressed in another way"),
    "claims more": (marked(zipped(("a.npy", ONE)), 24, b"\xff\xff\xff\x3f"), "claims more bytes"),
    "inflates to more": (marked(zipped(("a.npy", ONE)), 24, b"\x90\x01\x00\x00"), "damaged"),
    "many entries": (zipped(*((f"{i}.npy", b"") for i in range(1001))), "at most 1,000 are read"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", NPZ)
def test_archives_that_lie_are_refused(name, tmp_path):
    data, says = NPZ[name]
    (tmp_path / "a.npz").write_bytes(zipped(("a.npy", ONE), ("a.npy", ONE)) if data is None else data)
    with pytest.raises(Unreadable, match=says):
        read_npz(tmp_path / "a.npz")


def test_a_bomb_is_refused_before_it_unpacks(tmp_path):
    zeros = claim("(30000000,)", "|u1") + bytes(30_000_000)
    bomb = zipped(*((f"{i}.npy", zeros) for i in range(4)))
    assert len(bomb) < 200_000
    (tmp_path / "bomb.npz").write_bytes(bomb)
    code = (
        "import resource, sys; from weightmaps.arrays import Unreadable, read_npz\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_npz(sys.argv[1], limit=10**8)\n"
        "except Unreadable as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "bomb.npz"], capture_output=True, text=True, check=True
    )
    error, kilobytes = done.stdout.splitlines()
    assert "unpacks to 120,000" in error
    assert int(kilobytes) < 10_000


def test_places_that_are_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz: no such file"):
        read_npz(tmp_path / "nowhere.npz")
    with pytest.raises(Unreadable, match="a folder; name the file in it"):
        read_npz(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="no ordinary file"):
        read_npy(tmp_path / "pipe")
    np.save(tmp_path / "a.npy", np.ones(100))
    with pytest.raises(Unreadable, match="928 bytes; at most 500 are read"):
        read_npy(tmp_path / "a.npy", limit=500)


def test_a_file_that_shrinks_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a.npy"
    np.save(path, np.ones(1000))
    whole = os.fstat

    def shrunk(descriptor):
        found = whole(descriptor)
        os.truncate(path, 500)
        return found

    monkeypatch.setattr(os, "fstat", shrunk)
    with pytest.raises(Unreadable, match="it ends after 372 of 8,000 bytes"):
        read_npy(path)
