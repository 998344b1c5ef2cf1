"""What `make audit` says of a page that misses its goals, or fares badly in an engine; what pages weigh."""

import gzip
import importlib.util
import sys
from pathlib import Path

import pytest

# Not by way of sys.path: a benchmark beside it is called as a module of the standard library.
spec = importlib.util.spec_from_file_location(
    "audit", Path(__file__).parent.parent / "benchmarks" / "audit.py"
)
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)
engines = sys.modules["engines"]
EXPLORER, PROSE = audit.EXPLORER, audit.PROSE

GOOD = {**dict.fromkeys(audit.GOALS, 100), "kB": 100, "images": 40, "shift": 0, "console": 0, "axe": []}


@pytest.mark.parametrize(
    ("change", "explorer", "words"),
    [
        ({}, False, []),
        ({"kB": PROSE + 40}, False, []),
        ({"kB": PROSE + 52}, False, [f"12 kB over its {PROSE}"]),
        ({"kB": EXPLORER, "images": 0}, True, []),
        ({"kB": EXPLORER + 7}, True, [f"7 kB over its {EXPLORER}"]),
        ({"performance": 98}, False, ["performance 98"]),
        ({"seo": 99.4}, False, ["seo 99"]),
        ({"shift": 0.02}, False, ["shift 0.020"]),
        ({"console": 1, "axe": ["list"]}, True, ["1 errors in the console", "list"]),
    ],
)
def test_a_page_that_misses_a_goal_is_told_by_how_much(change, explorer, words):
    assert audit.failures({**GOOD, **change}, explorer) == words


@pytest.mark.parametrize(
    ("engine", "change", "fares", "words"),
    [
        ("WebKit", {}, ["works", "works"], []),
        ("no JavaScript", {"still": True}, ["works", "still"], []),
        ("WebKit", {"still": True}, ["works", "broken"], ["Map 1: a still picture (WebKit, file)"]),
        ("WebKit", {"trouble": "Old."}, ["works", "broken"], ["Map 1: Old. (WebKit, file)"]),
        ("WebKit", {"faults": ["dark"]}, ["works", "broken"], ["Map 1: dark (WebKit, file)"]),
        ("WebKit", {"wrong": ["404: x"]}, ["broken", "works"], ["404: x (WebKit, file)"]),
    ],
)
def test_what_is_wrong_at_one_of_two_visits_is_told(engine, change, fares, words):
    good = {"name": "Map 1", "still": engine == "no JavaScript", "trouble": "", "faults": []}
    second = {**good, **{name: value for name, value in change.items() if name != "wrong"}}
    visits = [
        {"where": "http", "wrong": [], "widgets": [good]},
        {"where": "file", "wrong": change.get("wrong", []), "widgets": [second]},
    ]
    assert engines.judged(engine, visits) == (fares, words)


@pytest.mark.slow
def test_each_chapter_loads_within_its_budget(site, serve, new_page):
    """On a phone, with the compression that hosts use."""
    address, page, loaded = serve(site), new_page(viewport={"width": 412, "height": 823}), {}
    page.route("**/*", lambda route: route.continue_())  # which keeps Chromium from its cache
    page.on("response", lambda response: loaded.setdefault(response.url, response))
    for path in sorted((site / "chapters").glob("*.html")):
        loaded.clear()
        page.goto(f"{address}/chapters/{path.name}", wait_until="networkidle")
        sizes, counted = {True: 0, False: 0}, set()  # kB of images, and of what hosts compress
        # More may arrive while a body is read.
        while late := {url for url in loaded if url.startswith("http")} - counted:
            counted.add(url := late.pop())
            body = loaded[url].body()
            image = url.endswith((".png", ".svg"))
            sizes[image] += len(body if image else gzip.compress(body, 6)) / 1000
        seen = {**GOOD, "kB": sum(sizes.values()), "images": sizes[True]}
        assert audit.failures(seen, "data-weightmaps=" in path.read_text("utf-8")) == [], path.name
