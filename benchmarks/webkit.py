"""WebKitGTK, the engine of Safari, driven over WebDriver: its pages, and what goes wrong on the book's."""

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
from itertools import count
from pathlib import Path

ADVICE = "apt-get install webkit2gtk-driver xvfb"
SCREEN = 900
LOOK = Path(__file__).with_name("look.js").read_text("utf-8")
KEYS = {"ArrowLeft": "\ue012", "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Enter": "\ue007", " ": " "}


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

    def ask(self, call):
        """A call of a function of look.js in the page."""
        return self.run(f"{LOOK}\nreturn {call};")

    def press(self, key):
        """One key, where the focus is."""
        actions = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def wait(self, call, seconds):
        """Whether a function of look.js comes to say true."""
        for _ in range(10 * seconds):
            if self.ask(call):
                return True
            time.sleep(0.1)
        return False

    def quit(self):
        self._ask("DELETE", "")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def opened():
    """WebKit on a screen that nobody sees."""
    programs = [shutil.which(name) for name in ("WebKitWebDriver", "xvfb-run")]
    if None in programs:
        sys.exit(f"WebKit is not installed: {ADVICE}")
    port = free_port()
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


def answers(browser, i):
    """Press a key on widget i's controls until one changes what it says; whether one does."""
    for k in count():
        if (key := browser.ask(f"reach({i}, {k})")) is None:
            return False
        browser.press(key)
        if browser.wait(f"answered({i})", 1):
            return True


def visit(browser, address, width):
    """What is wrong with a page, and how each of its widgets fares."""
    browser.resize(width)
    browser.go(address)
    for k in count():
        if not browser.ask(f"approach({k})"):
            break
        time.sleep(0.1)
    browser.wait("ready()", 20)
    wrong, widgets = browser.ask("look()")
    for i, one in enumerate(widgets):
        if not one["still"] and not answers(browser, i):
            one["faults"].append("answers no key")
    return {"where": f"{address.split(':')[0]}, {width} px", "wrong": wrong, "widgets": widgets}


def in_webkit(visits, names):
    """What WebKit meets on each page: yields its version, then (name, visits)."""
    with opened() as browser:
        yield f"WebKitGTK {browser.version}"
        for name in names:
            # The page for no page is for servers: its links begin at their root.
            some = [one for one in visits if name != "404" or not one[0].startswith("file:")]
            yield name, [visit(browser, f"{root}/{name}.html", width) for root, width in some]
