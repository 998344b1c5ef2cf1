"""The oldest browsers that the book runs in: Chrome 103, Firefox 102, Safari 15.4."""

import re
import zlib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = [
    path
    for folder in (ROOT / "_static", ROOT / "code" / "weightmaps")
    for path in sorted(folder.rglob("*"))
    if path.suffix in (".css", ".js") and path.name not in ("still_dom.js", "maths.css")
]
# What one of the three lacks, and no older browser can read past or do without.
NEWER = {
    ".js": re.compile(
        r"\.(?:toSorted|toReversed|toSpliced|with|findLast|findLastIndex|checkVisibility|groupBy|fromAsync"
        r"|withResolvers|isWellFormed|toBase64|transfer|union|intersection|difference|isSubsetOf|setHTML)\("
        r"|(?:Object|Map)\.groupBy|Array\.fromAsync|fromBase64|OffscreenCanvas|requestIdleCallback"
        r"|AbortSignal\.(?:any|timeout)|showPopover|\bstatic \{|\(\?<[=!]|/[dgimsuy]*v[dgimsuy]*[;,)]"
    ),
    ".css": re.compile(
        r"light-dark\(|\d(?:r?lh|[sld]v[hw])\b|[^-\w](?:rotate|scale|translate):|oklch\(|oklab\(|[{;] *&"
    ),
}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_files_need_no_newer_browser(path):
    comments = r"/\*[^*]*\*/" if path.suffix == ".css" else r"(?<!:)//.*"
    text = re.sub(comments, "", path.read_text("utf-8"))
    assert NEWER[path.suffix].findall(text) == []


def test_what_is_newer_is_found():
    for suffix, text in (
        (".js", "list.toSorted(byKey)"),
        (".js", "(?<!a)"),
        (".css", "light-dark(#fff, #000)"),
        (".css", "2lh"),
    ):
        assert NEWER[suffix].search(text)


@pytest.fixture(scope="module")
def inflated(javascript):
    def inflate(data):
        return bytes(javascript("inflateRaw(Uint8Array.from(data))", data=list(data)))

    return inflate


@pytest.mark.parametrize("level", [0, 1, 6, 9])
@pytest.mark.parametrize("strategy", [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY])
def test_inflating_by_hand_is_zlib(inflated, level, strategy):
    random = np.random.default_rng(level)
    samples = [
        b"", b"a", b"a" * 1000, random.integers(0, 256, 3000).astype(np.uint8).tobytes(),
        random.integers(0, 3, 70_000).astype(np.uint8).tobytes(), Path(__file__).read_bytes(),
    ]  # fmt: skip
    for sample in samples:
        packer = zlib.compressobj(level, zlib.DEFLATED, -15, strategy=strategy)
        assert inflated(packer.compress(sample) + packer.flush()) == sample


def test_damaged_bytes_end_in_an_error(javascript):
    data = zlib.compress(Path(__file__).read_bytes())[2:]
    random = np.random.default_rng(0)
    call = "inflateRaw(Uint8Array.from(data)).length"
    tried = f"(() => {{ try {{ return {call}; }} catch (error) {{ return error.message; }} }})()"
    seen = set()
    for _ in range(50):
        broken = bytearray(data[: random.integers(1, len(data))])
        broken[random.integers(len(broken))] ^= 1 << random.integers(8)
        seen.add(javascript(tried, data=list(broken)))
    assert "cut short" in seen


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 200_000])
def test_bytes_are_packed_without_a_compressor(javascript, length):
    data = np.random.default_rng(0).integers(0, 256, length).astype(np.uint8).tobytes()
    packed = bytes(javascript("stored(Uint8Array.from(data))", data=list(data)))
    assert zlib.decompress(packed[2:], -15) == data
    assert packed[:2] == zlib.compress(b"", 1)[:2]
