"""How long a key on a slider of the explorer holds up the page: `python benchmarks/explorer.py`.

    pip install -e ".[test,lab]"

Chromium's processor is slowed 4 ×. Real arrow keys move each slider 100 times, the next after all that is on
screen is drawn, which takes the explorer several frames. A time is that of the longest of them: from the
frame's first callback until the first task after style, layout, paint and commit; to the first belongs what
the listeners of the slider's `input` event do. Waiting for the display's clock is not counted, nor is turning
the layers into pixels, which other threads do. Beside it stands how long it takes from the event until all is
drawn, with nothing left out, on a display whose clock does not hold it up.

The floor is the same for a page whose one slider repaints one 28 × 28 canvas and nothing else, measured
before each explorer: machines differ and are shared, so the ratio to it says more than the milliseconds. The
columns after it are a check that other programs disturb less: the main thread's processor time for each key
by Chromium's own counters, not slowed, with all that it does from the key's arrival on.

Beside it stands what `ipywidgets.interactive` takes in a live kernel, not slowed: from sending the slider's
message until Matplotlib's figure (weight map, image, bars) is back as a PNG. The browser's part comes on top.
"""

import gzip
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from jupyter_client.manager import start_new_kernel
from playwright.sync_api import sync_playwright

from weightmaps import zoo
from weightmaps.digits import load_sample
from weightmaps.training import initialise
from weightmaps.widgets import PANELS, NetworkExplorer
from weightmaps.widgets.state import DEFAULT_PANELS

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from find_browser import find

EVENTS = 100
SLOWED = 4
LAST = {"sample": 99, "neuron": 99, "output": 9}
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-frame-rate-limit",
    "--disable-gpu-vsync",
]

FLOOR = """<!doctype html><meta charset="utf-8"><title>floor</title>
<input type="range" min="0" max="99" value="0" data-part="slider-sample">
<canvas width="28" height="28" style="width: 14rem; display: block; image-rendering: pixelated"></canvas>
<script>
const data = new ImageData(28, 28), pen = document.querySelector("canvas").getContext("2d");
document.querySelector("input").addEventListener("input", (event) => requestAnimationFrame(() => {
  data.data.fill(Number(event.target.value) + 100);
  pen.putImageData(data, 0, 0);
}));
</script>"""

# The listeners stand on the window, the first and the last that the event meets; each callback is asked for
# before the explorer asks for its own, so it is the frame's first. All is drawn when nobody awaits a frame.
WATCH = """
window.times = [];
const channel = new MessageChannel(), ask = requestAnimationFrame.bind(window);
let waiting = 0, next, pressed, handled, longest, began, done;
window.requestAnimationFrame = (draw) => {
  waiting++;
  return ask((now) => { waiting--; draw(now); });
};
function frame() {
  next = ask(frame);
  began = performance.now();
  channel.port2.postMessage(0);
}
channel.port1.onmessage = () => {
  if (!done) return; // all was drawn by the frame before
  longest = Math.max(longest, handled + performance.now() - began);
  handled = 0;
  if (waiting) return;
  cancelAnimationFrame(next);
  times.push([longest, performance.now() - pressed]);
  done();
  done = null;
};
addEventListener("input", () => {
  pressed = performance.now();
  handled = -pressed;
  longest = 0;
  window.painted = new Promise((resolve) => { done = resolve; });
  cancelAnimationFrame(next);
  next = ask(frame);
}, true);
addEventListener("input", () => { handled += performance.now(); });
"""

INTERACT = """
%matplotlib inline
import matplotlib.pyplot as plt
from IPython.display import display
from ipywidgets import interactive
from weightmaps import zoo
from weightmaps.digits import load_sample
network, digits = zoo.load("nielsen"), load_sample()[::50]
def show(neuron, sample):
    x = digits.images[sample]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 3))
    weights = network.weights[0][neuron].reshape(28, 28)
    limit = abs(weights).max()
    left.imshow(weights, cmap="RdBu_r", vmin=-limit, vmax=limit)
    middle.imshow(x.reshape(28, 28), cmap="Greys")
    right.barh(range(10), network.forward(x).a[2])
    plt.show()
controls = interactive(show, neuron=(0, 99), sample=(0, 99))
display(controls)
print("model", controls.children[0].model_id)
"""


def keys(last):
    """Arrow keys that move a slider at every press, up and down between its ends."""
    return ("ArrowRight" if i // last % 2 == 0 else "ArrowLeft" for i in range(EVENTS))


def press(page, key):
    """One key, and the frames after it; nothing else is asked of the page meanwhile."""
    page.keyboard.down(key)
    time.sleep(0.015)
    page.evaluate("painted")
    page.keyboard.up(key)


def move(page, name, place=None):
    """Milliseconds of each key's longest frame, and until all is drawn, on one slider of a place."""
    slider = (place or page).locator(f"[data-part=slider-{name}]")
    slider.press("Home")
    page.wait_for_timeout(700)  # the sentence for screen readers follows half a second later
    page.evaluate("times.length = 0")
    for key in keys(int(slider.get_attribute("max"))):
        press(page, key)
    times = page.evaluate("times")
    if len(times) != EVENTS:
        sys.exit(f"{len(times)} of {EVENTS} keys moved the slider {name}")
    return np.transpose(times)


def summary(times):
    """Median and 95th percentile of the longest frames, and the median until all is drawn."""
    longest, drawn = times
    return {
        "median": float(np.median(longest)),
        "95th": float(np.percentile(longest, 95)),
        "drawn": float(np.median(drawn)),
    }


def opened(browser, address, slowed, wanted="[data-part=slider-sample]"):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)
    page.add_init_script(WATCH)
    page.goto(address)
    if wanted:
        page.wait_for_selector(wanted)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    return page, session


def processor(browser, address, name):
    """Milliseconds of the main thread's processor time a key: script, style, layout, all else."""
    page, session = opened(browser, address, slowed=1)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent():
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        parts = [metrics[f"{part}Duration"] for part in ("Script", "RecalcStyle", "Layout")]
        return np.array([*parts, metrics["TaskDuration"] - sum(parts)]) * 1000 / EVENTS

    move(page, name)  # the first keys also compile the scripts
    before = spent()
    move(page, name)
    after = spent()
    page.close()
    return after - before


def measure(browser, folder, name, sliders=LAST):
    """Print a line a slider; the floor first."""
    page, _ = opened(browser, (folder / "floor.html").as_uri(), SLOWED)
    floor = summary(move(page, "sample"))["median"]
    page.close()
    address = (folder / f"{name}.html").as_uri()
    for slider in sliders:
        page, _ = opened(browser, address, SLOWED)
        found = summary(move(page, slider))
        page.close()
        low, high, drawn = found.values()
        parts = "".join(f"{part:8.2f}" for part in processor(browser, address, slider))
        print(f"{name:22}{slider:8}{low:8.1f}{high:8.1f}{low / floor:8.1f}{drawn:8.1f}{parts}", flush=True)


def pages(browser, site):
    """Of each explorer in the book, milliseconds for a key on its slowest slider."""
    found = {}
    for path in sorted((site / "chapters").glob("*.html")):
        page, _ = opened(browser, path.as_uri(), SLOWED, wanted=None)
        for place in page.locator(".weightmaps-explorer").all():
            place.scroll_into_view_if_needed()
            place.locator(":is(input, button):visible").first.wait_for()
            slowest = None
            for name in LAST:
                if not place.locator(f"[data-part=slider-{name}]:visible").count():
                    continue
                place.evaluate("(one) => one.scrollIntoView({ behavior: 'instant' })")  # most panels are seen
                found_here = summary(move(page, name, place))
                if slowest is None or found_here["95th"] > slowest["95th"]:
                    slowest = {"slider": name, **found_here}
            if slowest:
                found[f"{path.stem} {place.get_attribute('data-explorer') or 1}"] = slowest
                print(path.stem, slowest, flush=True)
        page.close()
    return found


def interact():
    """Milliseconds from a slider's message to the figure, in a live kernel."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        figures, name = [], None
        client.execute_interactive(INTERACT, output_hook=figures.append, timeout=120)
        for message in figures:
            text = message["content"].get("text", "")
            name = text.split()[1] if text.startswith("model ") else name
        times = []
        for i in range(1, 31):
            state = {"method": "update", "state": {"value": i}, "buffer_paths": []}
            message = client.session.msg("comm_msg", {"comm_id": name, "data": state})
            start = time.perf_counter()
            client.shell_channel.send(message)
            while (answer := client.get_iopub_msg(timeout=60))["msg_type"] != "display_data":
                pass
            times.append(1000 * (time.perf_counter() - start))
            if "image/png" not in answer["content"]["data"]:
                sys.exit("the kernel showed no figure")
        return times
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def explorers():
    """Each file's name, network and panels."""
    yield "100", zoo.load("nielsen"), DEFAULT_PANELS
    yield "100, all panels", zoo.load("nielsen"), PANELS
    for hidden in (1000, 10_000):
        yield f"{hidden:,}", initialise((784, hidden, 10), scale="unit", seed=0), DEFAULT_PANELS


def main():
    digits = load_sample()[::50]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        folder = Path(folder)
        (folder / "floor.html").write_text(FLOOR)
        names = []
        print(f"{'hidden neurons':30}{'seconds to make':>16}{'MB, gzip':>10}")
        for name, network, panels in explorers():
            start = time.perf_counter()
            NetworkExplorer(network, *digits, panels=panels).to_html(folder / f"{name}.html")
            made = time.perf_counter() - start
            size = len(gzip.compress((folder / f"{name}.html").read_bytes(), 6)) / 1e6
            print(f"{name:30}{made:16.2f}{size:10.2f}", flush=True)
            names.append(name)
        print(f"\n{'':30}{'ms, slowed 4 ×':>32}{'ms of processor, not slowed':>32}")
        print(f"{'hidden neurons':22}{'slider':8}{'median':>8}{'95th':>8}{'/floor':>8}{'drawn':>8}", end="")
        print("".join(f"{part:>8}" for part in ("script", "style", "layout", "rest")))
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        measure(browser, folder, "floor", ["sample"])
        for name in names:
            measure(browser, folder, name)
        browser.close()
    times = interact()
    low, high = statistics.median(times), np.percentile(times, 95)
    print(f"{'Matplotlib in a kernel':30}{low:8.1f}{high:8.1f}  (not slowed)")


if __name__ == "__main__":
    main()
