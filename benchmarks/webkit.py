"""WebKitGTK, the engine of Safari, driven over WebDriver: its pages, and what goes wrong on the book's."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ADVICE = "apt-get install webkit2gtk-driver xvfb"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element, by the standard
SCREEN = 900
# The same as in firefox.mjs, but for what only its protocol hears: the console and requests.
LOOK = """
const places = [...document.querySelectorAll(".weightmaps-explorer")], wrong = [];
const { clientWidth, scrollWidth } = document.documentElement;
if (scrollWidth > clientWidth) wrong.push(`scrolls sideways by ${scrollWidth - clientWidth} px`);
places.forEach((place, i) => {
  const trouble = place.querySelector("[data-part=trouble]");
  if (trouble) wrong.push(`explorer ${i + 1}: ${trouble.textContent}`);
  else if (place.querySelector(".wm-still") || !place.querySelector("button, input")) {
    wrong.push(`explorer ${i + 1} is not mounted`);
  }
});
return [places.length, wrong];
"""
READY = """
return [...document.querySelectorAll(".weightmaps-explorer")].every((one) => !one.querySelector(".wm-still"));
"""
SAID = """
const copy = document.querySelectorAll(".weightmaps-explorer")[arguments[0]].cloneNode(true);
for (const own of copy.querySelectorAll("output")) own.remove();
return String(copy.textContent.match(/\\d+/g));
"""
FOLLOWED = f"return (function () {{{SAID}}})(arguments[0]) !== arguments[1];"
SLIDERS = """
const place = document.querySelectorAll(".weightmaps-explorer")[arguments[0]];
return [...place.querySelectorAll("input[type=range]:enabled")].filter((one) => one.getClientRects().length);
"""


class WebKit:
    """One browser, from its driver."""

    def __init__(self, address):
        self.address = address
        binary = next(iter(sorted(Path("/usr").glob("lib*/*/webkit2gtk-4*/MiniBrowser"))), None)
        if binary is None:
            sys.exit(f"there is no MiniBrowser: {ADVICE}")
        options = {"binary": str(binary), "args": ["--automation"]}
        made = self._ask(
            "POST", "/session", {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        )
        self.version = made["capabilities"]["browserVersion"]
        self.address += f"/session/{made['sessionId']}"

    def _ask(self, method, path, body=None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            self.address + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def go(self, address):
        self._ask("POST", "/url", {"url": address})

    def resize(self, width, height=SCREEN):
        """Make the window so wide that a page in it has this width."""
        self._ask("POST", "/window/rect", {"width": width, "height": height})
        inner = self.run("return innerWidth;")
        self._ask("POST", "/window/rect", {"width": width + width - inner, "height": height})

    def run(self, script, *arguments):
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, element, key):
        """One key, on an element that has the focus."""
        self.run("arguments[0].focus();", element)
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def click(self, element):
        self._ask("POST", f"/element/{element[ELEMENT]}/click")

    def shot(self):
        return base64.b64decode(self._ask("GET", "/screenshot"))

    def wait(self, script, *arguments, seconds=10):
        """Whether a script comes to say true."""
        for _ in range(10 * seconds):
            if self.run(script, *arguments):
                return True
            time.sleep(0.1)
        return False

    def quit(self):
        self._ask("DELETE", "")


@contextlib.contextmanager
def opened():
    """WebKit on a screen that nobody sees."""
    programs = [shutil.which(name) for name in ("WebKitWebDriver", "xvfb-run")]
    if None in programs:
        sys.exit(f"WebKit is not installed: {ADVICE}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [programs[1], "-a", "-s", "-screen 0 1600x1200x24", programs[0], f"--port={port}"]
    driver = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _ in range(100):
            time.sleep(0.1)
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        browser = WebKit(f"http://127.0.0.1:{port}")
        yield browser
        browser.quit()
    finally:
        os.killpg(driver.pid, 15)
        driver.wait()


def visit(browser, address, width):
    """What is wrong with a page that is scrolled through, and whose sliders are moved by keyboard."""
    browser.resize(width)
    browser.go(address)
    height = browser.run("return document.documentElement.scrollHeight;")
    for y in range(0, height, SCREEN // 2):
        browser.run("scrollTo({ top: arguments[0], behavior: 'instant' });", y)
        time.sleep(0.1)
    browser.wait(READY, seconds=30)
    count, wrong = browser.run(LOOK)
    for i in range(count):
        sliders = browser.run(SLIDERS, i)
        for slider in sliders:
            before = browser.run(SAID, i)
            last = browser.run("return arguments[0].value === arguments[0].max;", slider)
            browser.press(slider, "\ue012" if last else "\ue014")  # an arrow to the left, to the right
            if browser.wait(FOLLOWED, i, before, seconds=5):
                break
        else:
            if sliders:
                wrong.append(f"explorer {i + 1}: no number follows its sliders")
    return wrong


def in_webkit(roots, names):
    """What WebKit meets on each page, from each root: yields (name, words)."""
    with opened() as browser:
        for name in names:
            found = []
            for root in roots:
                if name == "404" and root.startswith(
                    "file:"
                ):  # it is for servers: its links begin at their root
                    continue
                for width in (360, 1280):
                    where = f"WebKit, {root.split(':')[0]}, {width} px"
                    found += [f"{words} ({where})" for words in visit(browser, f"{root}/{name}.html", width)]
            yield name, found
