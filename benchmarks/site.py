"""What the site costs beside Jupyter Book's defaults: `python benchmarks/site.py`, after `make test` once.

The tracked files are copied twice; one copy keeps our `_config.yml`, the other gets DEFAULTS. Each is built
without any cache, so that both execute every notebook but `claims.ipynb`; again with nothing changed; again
with one sentence more in one chapter. Ours is built first, and so meets the colder disk.

Then every page of `chapters/` is opened in Chromium from a local server and scrolled to its end by halves of
a screen. Each file that it asks for counts once, compressed with gzip unless it is a picture, which gzip
cannot shrink; a console message counts once a page. Other hosts do not answer here: what they would send is
not weighed, and what breaks without them stays broken. Slider latency is measured as `explorer.py` does, in a
page of the built site. Where other programs run, the processor's seconds say more than the clock's.
"""

import functools
import gzip
import http.server
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from operator import itemgetter
from pathlib import Path
from urllib.parse import urlsplit

import explorer
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from find_browser import ADVICE, find  # noqa: E402  (the tests' folder is no package)

# The order of pages, the title, and what the chapters cannot be read or run without.
DEFAULTS = """
title: What Is the Hidden Layer Looking At?
only_build_toc_files: true
execute:
  execute_notebooks: cache
  timeout: 120
  exclude_patterns: ["claims.ipynb"]
parse:
  myst_enable_extensions: [amsmath, colon_fence, deflist, dollarmath, linkify, substitution, tasklist]
bibtex_bibfiles: [references.bib]
sphinx:
  extra_extensions: [sphinx.ext.autodoc, sphinx.ext.napoleon]
"""
CHAPTER = "raw-weight-maps"  # it gets a sentence, and its sliders are moved
HERE = "127.0.0.1"
OFFLINE = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HERE}"
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) shifted += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SCROLL = """() => { const before = scrollY; scrollBy({ top: innerHeight / 2, behavior: "instant" });
  return scrollY > before; }"""


def host(url):
    return urlsplit(url).hostname


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def copy(folder):
    """The tracked files, as they are now."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in names.stdout.split("\0")[:-1]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())


def build(folder, what):
    """Seconds that one build takes by the clock and of the processor, with the code of this folder."""
    start, before = time.perf_counter(), os.times()
    run = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", "."],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "code")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if run.returncode:
        sys.exit(f"{run.stdout[-4000:]}\nthe site in {folder} could not be built")
    seconds, after = time.perf_counter() - start, os.times()
    spent = sum(after[2:4]) - sum(before[2:4])  # what the programs that it started took
    return {f"{what}, s": seconds, f"{what}, processor s": spent}


def write_a_sentence(folder):
    """Put one sentence behind the first paragraph of a chapter that ends a cell."""
    path = folder / "chapters" / f"{CHAPTER}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    prose = (cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    next(lines for lines in prose if lines[-1].endswith("."))[-1] += " This sentence is new."
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def builds(folder):
    """What a cold build takes, one with nothing changed, and one with a sentence changed."""
    seconds = build(folder, "cold build") | build(folder, "build, nothing changed")
    write_a_sentence(folder)
    return seconds | build(folder, "build, one sentence changed")


def weigh(browser, address):
    """What one page loads and says."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(SHIFTS)
    requests, loaded, messages = set(), {}, set()

    def ask(request):
        if request.url.startswith("http"):
            requests.add(request.url)

    def count(response):
        if response.url in requests and response.url not in loaded:
            body = response.body()
            picture = response.headers.get("content-type", "").startswith("image/png")
            loaded[response.url] = (picture, len(body if picture else gzip.compress(body, 6)) / 1000)

    def hear(message):
        if host(message.location["url"]) == HERE:  # another host's silence is counted as a request
            messages.add(message.text)

    page.on("request", ask)
    page.on("response", count)
    page.on("console", hear)
    page.on("pageerror", lambda error: messages.add(error.message))
    page.goto(address, wait_until="networkidle")
    first = sum(size for _, size in loaded.values())
    while page.evaluate(SCROLL):  # a jump to the end would leave out what waits to be near
        page.wait_for_timeout(250)
    page.wait_for_timeout(1500)  # Playwright calls a page idle once only
    every = sum(size for _, size in loaded.values())
    pictures = sum(size for picture, size in loaded.values() if picture)
    found = {
        "first view": first,
        "pictures": pictures,
        "all else": every - pictures,
        "all that a page loads": every,
        "requests": len(requests),
        "foreign": [host(url) for url in requests if host(url) != HERE],
        "messages": messages,
        "shift": page.evaluate("shifted"),
        "sliders": page.locator("input[type=range]:visible").count(),
    }
    page.close()
    return found


def pages(browser, site):
    """What each page of the chapters loads and says, by its name."""
    server = http.server.ThreadingHTTPServer((HERE, 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://{HERE}:{server.server_port}/chapters"
    paths = sorted((site / "chapters").glob("*.html"))
    found = {path.stem: weigh(browser, f"{address}/{path.name}") for path in paths}
    server.shutdown()
    return found


def latency(browser, address):
    """Milliseconds of the longest frame after a key on each slider, slowed."""
    medians = {}
    for slider in explorer.LAST:
        page, _ = explorer.opened(browser, address, explorer.SLOWED)
        medians[slider] = explorer.summary(explorer.move(page, slider))["median"]
        page.close()
    return medians


def compare(seconds, found, medians):
    """Print the table; a ratio is the defaults' number in times ours."""

    def row(what, ours, defaults, digits=0):
        ratio = f"{defaults / ours:.1f}" if ours else "–"
        print(f"| {what} | {ours:.{digits}f} | {defaults:.{digits}f} | {ratio} |")

    def both(what, value, over, digits=0):
        row(what, *(over([value(one) for one in site.values()]) for site in found), digits)

    print("| what | ours | Jupyter Book's defaults | ratio |\n| --- | ---: | ---: | ---: |")
    for what in seconds[0]:
        row(what, *(one[what] for one in seconds), digits=1)
    for kind in ("first view", "all that a page loads"):
        both(f"{kind}, kB, median page", itemgetter(kind), statistics.median)
        both(f"{kind}, kB, heaviest page", itemgetter(kind), max)
    both("requests, median page", itemgetter("requests"), statistics.median)
    both("requests to other hosts, all pages", lambda one: len(one["foreign"]), sum)
    both("console messages, different ones a page, all pages", lambda one: len(one["messages"]), sum)
    both("layout shift, worst page", itemgetter("shift"), max, digits=3)
    both(f"pages with a slider, of {len(found[0])}", lambda one: one["sliders"] > 0, sum)
    other = "no slider without another host" if not any(one["sliders"] for one in found[1].values()) else ""
    for slider, median in medians.items():
        print(f"| key on a slider ({slider}) to frame, slowed 4 ×, ms | {median:.1f} | {other} | – |")


def list_pages(found):
    kinds = ("first view", "pictures", "all else", "requests")
    print("\n| page, in kB |", " | ".join(kinds), "| defaults:", " | ".join(kinds), "|")
    print("| --- |" + " ---: |" * 8)
    for name in found[0]:
        numbers = [f"{site[name][kind]:.0f}" for site in found for kind in kinds]
        print(f"| {name} | {' | '.join(numbers)} |")


def list_trouble(name, site):
    hosts = Counter(one for page in site.values() for one in page["foreign"])
    said = Counter(text.splitlines()[0][:120] for page in site.values() for text in page["messages"])
    shifts = {page: one["shift"] for page, one in site.items() if one["shift"]}
    print(f"\n{name} ask these hosts:", ", ".join(f"{one} {n} ×" for one, n in hosts.most_common()) or "none")
    print("These pages shift:", ", ".join(f"{page} {by:.3f}" for page, by in shifts.items()) or "none")
    print("The console says:", "; ".join(f"{text} ({n} ×)" for text, n in said.most_common()) or "nothing")


def main():
    browser_path = find() or sys.exit(ADVICE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        folders = [Path(folder) / name for name in ("ours", "defaults")]
        for one in folders:
            copy(one)
        (folders[1] / "_config.yml").write_text(DEFAULTS, "utf-8")
        seconds = [builds(one) for one in folders]
        sites = [one / "_build" / "html" for one in folders]
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", OFFLINE])
        found = [pages(browser, site) for site in sites]
        browser.close()
        browser = playwright.chromium.launch(executable_path=browser_path, args=explorer.FLAGS)
        medians = latency(browser, (sites[0] / "chapters" / f"{CHAPTER}.html").as_uri() + "#explorer=1")
        browser.close()
    compare(seconds, found, medians)
    list_pages(found)
    for name, site in zip(("Our pages", "The defaults' pages"), found, strict=True):
        list_trouble(name, site)


if __name__ == "__main__":
    main()
