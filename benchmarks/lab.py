"""What the laboratory and the explorers cost a machine: `make book`, then `python benchmarks/lab.py`.

An epoch is one of 784-100-10 over 4,000 images at batch 10: by the laboratory's loop in a worker of Chromium
and of Firefox, in Node, in Node without WebAssembly, and there over every pixel, blank or not; by
TensorFlow.js; and by the laboratory's own worker, which also measures and sends pictures to the page. All in
turns, medians, as ratios to the loop in Node.

A frame is what the page's main thread, slowed 4 ×, has to do between two pictures: while both networks train
in their workers; and after a key on a slider of an explorer, as `explorer.py` says. A phone is the same
slowdown; it cannot be put on a worker, so that there the page trains both networks itself, too.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import explorer
import numpy as np
from playwright.sync_api import sync_playwright

from bookbuild.head import POLICY
from weightmaps import training
from weightmaps.widgets import Lab, bundle

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from find_browser import find  # noqa: E402  (the tests' folder is no package)

SITE = ROOT / "_build" / "html"
NPM = ("puppeteer-core@24.43.1", "@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0")
FLOOR = "a page of one slider and one small canvas"
ROUNDS, SLOWED, SECONDS = 7, explorer.SLOWED, 5
STEADY = training.Setup(cost="cross_entropy", learning_rate=0.5)
PUZZLE = training.Setup(digits=(0, 1), hidden=1, cost="cross_entropy", learning_rate=0.5)

# `late` is from one frame to the next, `work` from its first callback until it is painted.
FRAMES = """(seconds) => new Promise((done) => {
  const channel = new MessageChannel(), late = [], work = [], end = performance.now() + 1000 * seconds;
  let began, last;
  channel.port1.onmessage = () => work.push(performance.now() - began);
  requestAnimationFrame(function frame(now) {
    began = performance.now();
    if (last) late.push(now - last);
    last = now;
    channel.port2.postMessage(0);
    if (began < end) requestAnimationFrame(frame);
    else done({ late, work });
  });
})"""


def node(script, *arguments):
    """What a script prints for Node, as JSON, with the packages of NPM in its first argument's folder."""
    npm, program = shutil.which("npm"), shutil.which("node")
    if not program:
        sys.exit("this needs Node 20 or newer")
    folder = arguments[0]
    subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, *NPM], check=True
    )
    home = {**os.environ, "HOME": str(folder)}  # Firefox refuses a home of another user
    made = subprocess.run(
        [program, script, *map(str, arguments)], env=home, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(made.stdout.splitlines()[-1])


def epochs():
    """Milliseconds of an epoch, for each that trains it."""
    (X, y), _ = training.lab_images(training.Setup())
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "images").write_bytes(np.round(255 * X).astype(np.uint8).tobytes())
        (folder / "labels").write_bytes(y.astype(np.uint8).tobytes())
        (folder / "setup").write_text(json.dumps(asdict(training.Setup())))
        (folder / "policy").write_text(POLICY)
        (folder / "loop.js").write_text(bundle.script("sgd.js"))
        (folder / "worker.js").write_text(bundle.module("lab_worker.js"))
        return node(Path(__file__).with_suffix(".mjs"), folder, find(), firefox, ROUNDS)


def slowed(browser, address, script=""):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(script)
    page.goto(address)
    page.locator("[data-part=start]").wait_for()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return page


def high(times):
    return {"median": statistics.median(times), "95th": float(np.percentile(times, 95))}


def frames(browser, folder):
    """Milliseconds of the frames while two networks of 100 neurons train, and those of a page at rest."""
    Lab(STEADY, hidden_scale=1 / 28, epochs=1000).to_html(folder / "lab.html")
    page = slowed(browser, (folder / "lab.html").as_uri())
    rest = page.evaluate(FRAMES, SECONDS)
    page.locator("[data-part=start]").click()
    page.wait_for_timeout(1000)
    trains = page.evaluate(FRAMES, SECONDS)
    drawn = page.locator("[data-part=sentence]").inner_text()
    page.close()
    if "At epoch" not in drawn:
        sys.exit(f"the laboratory does not train: {drawn}")
    return {
        name: {part: high(times) for part, times in found.items()}
        for name, found in (("at rest", rest), ("while both train", trains))
    }


def phone(browser, folder):
    """Seconds from a press on Start to the end of *0 against 1*: with workers, and without."""
    Lab(PUZZLE, hidden_scale=0).to_html(folder / "puzzle.html")
    found = {}
    for name, script in (("in workers", ""), ("on the page", "delete window.Worker")):
        times = []
        for _ in range(3):
            page = slowed(browser, (folder / "puzzle.html").as_uri(), script)
            began = time.perf_counter()
            page.locator("[data-part=start]").click()
            page.wait_for_function(
                "document.querySelector('[data-part=sentence]').textContent.startsWith('At epoch 30,')"
                " && document.querySelector('[data-part=start]').textContent === 'Go on'"
            )
            times.append(time.perf_counter() - began)
            page.close()
        found[name] = statistics.median(times)
    return found


def floor(browser, folder):
    """The same for a page whose one slider repaints one small canvas."""
    (folder / "floor.html").write_text(explorer.FLOOR)
    page, _ = explorer.opened(browser, (folder / "floor.html").as_uri(), SLOWED)
    found = explorer.summary(explorer.move(page, "sample"))
    page.close()
    return {"slider": "sample", **found}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to write the figures, too")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    figures = {"load": load, **epochs()}
    print(figures, flush=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=find(), args=args)
        figures["frames"] = frames(browser, Path(folder))
        figures["phone"] = phone(browser, Path(folder))
        browser.close()
        print(figures["frames"], figures["phone"], flush=True)
        browser = playwright.chromium.launch(executable_path=find(), args=explorer.FLAGS)
        figures["explorers"] = {FLOOR: floor(browser, Path(folder)), **explorer.pages(browser, SITE)}
        browser.close()
    if options.json:
        options.json.write_text(json.dumps(figures), "utf-8")


if __name__ == "__main__":
    main()
