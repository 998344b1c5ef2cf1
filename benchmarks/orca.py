"""What Orca says of an explorer while its main job is done by keyboard: `python benchmarks/orca.py firefox`.

The job: choose an image and draw one, hear the answer; move to a neuron, hear what it does; find who pushed
hardest; switch it off, hear what changed. Orca and the browser run on a screen that nobody sees, and what it
would say goes to a file, so no sound is needed. One at a time: each Orca ends the others. A busy machine
makes it miss words. With `--page` and `--tabs` Tab goes through a page of the site.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from weightmaps import NetworkExplorer, load_network, load_sample

ADVICE = "apt-get install orca at-spi2-core dbus-x11 openbox xauth xdotool xvfb, and firefox-esr or chromium"
PROGRAMS = {"firefox": ("firefox-esr", "firefox"), "chromium": ("chromium", "google-chrome")}
PANELS = ["draw", "input", "hidden", "outputs", "ledger", "ablate"]
FIRST, QUIET = 6, 2  # seconds until a first word, and without another: an explorer speaks half a second late
MOST_TABS = 40
PATIENCE = 60  # seconds until a page is open
SETTINGS = """import orca.settings
import orca.speech

orca.settings.enableKeyEcho = False
orca.settings.sayAllOnLoad = False


def heard(text, *_):
    with open({log!r}, "a") as log:
        log.write(" ".join(text.split()) + "\\n")


orca.speech._speak = orca.speech.speakCharacter = heard
"""
STROKE = ["shift+Up", "shift+Up", "space", *["shift+Down"] * 4, "space"]  # a 1
JOB = [
    ("Choose another image", "Image", ["Right"]),
    ("Draw a 1", "Drawing pad|^$", STROKE),  # a stop that Orca passes over in silence is taken for the pad
    ("Choose an image again", "Image", ["Right"], "shift+Tab"),
    ("Move to a neuron", "Hidden neurons", ["Right", "Down"]),
    ("Choose an output", "answer|radio button", ["Down", "space"]),
    ("Find who pushed hardest", "order of the ledger", ["Home"]),
    ("Switch it off", "Switch off neuron", ["Return"]),
    ("Keep only the top", "Switch off all others", ["Return"]),
]


class Listener:
    """Somebody at a keyboard who hears Orca."""

    def __init__(self, log, told):
        self.log, self.told, self.read = log, told, 0

    def hear(self):
        """What Orca says until it is quiet."""
        said, since = [], time.monotonic()
        while time.monotonic() - since < (QUIET if said else FIRST):
            time.sleep(0.05)
            text = self.log.read_text("utf-8", "replace")
            end = text.rfind("\n") + 1
            new = text[self.read : end].splitlines()
            self.read = end
            if new:
                said += new
                since = time.monotonic()
        for words in said:
            self.told(f"    {words}")
        return " ".join(said)

    def press(self, key):
        self.told(f"  [{key}]")
        subprocess.run(["xdotool", "key", "--clearmodifiers", key], check=True)
        return self.hear()

    def tab_to(self, words, key="Tab"):
        """Press Tab until Orca says these words."""
        for _ in range(MOST_TABS):
            if re.search(words, self.press(key)):
                return True
        self.told(f"  (no stop says {words!r})")
        return False


def wanted(*names):
    for name in names:
        if path := shutil.which(name):
            return path
    sys.exit(f"{names[0]} is not installed: {ADVICE}")


def browser(name, folder, address):
    """The command that opens an address in a fresh profile, with its accessibility on."""
    program, profile = wanted(*PROGRAMS[name]), Path(folder, "profile")
    profile.mkdir()
    if name == "chromium":
        own = ["--no-sandbox", "--no-first-run", "--force-renderer-accessibility", "--disable-gpu"]
        return [program, *own, f"--user-data-dir={profile}", "--window-size=1280,900", address]
    settings = {"accessibility.force_disabled": -1, "browser.aboutwelcome.enabled": False}
    settings |= {"datareporting.policy.dataSubmissionEnabled": False, "app.update.enabled": False}
    lines = [f'user_pref("{key}", {str(value).lower()});' for key, value in settings.items()]
    Path(profile, "user.js").write_text("\n".join(lines))
    return [program, "--no-remote", "--profile", str(profile), "--width=1280", "--height=900", address]


def on_the_screen(options):
    """Run within a display and a session bus: start all programs, do the job, print what was heard."""
    with tempfile.TemporaryDirectory() as folder:
        address = options.page
        if not address:
            page = Path(folder, "explorer.html")
            explorer = NetworkExplorer(load_network("nielsen"), *load_sample()[::50], panels=PANELS)
            explorer.to_html(page)
            address = page.as_uri()
        log, own = Path(folder, "orca.log"), Path(folder, ".local", "share", "orca")
        own.mkdir(parents=True)
        Path(own, "orca-customizations.py").write_text(SETTINGS.format(log=str(log)))
        log.touch()
        env = {**os.environ, "HOME": folder, "GTK_MODULES": "gail:atk-bridge", "GNOME_ACCESSIBILITY": "1"}
        running = []
        with open(Path(folder, "noise"), "w") as noise:

            def start(*command):
                running.append(
                    subprocess.Popen(command, env=env, stdout=noise, stderr=noise, start_new_session=True)
                )
                time.sleep(3)

            try:
                start(wanted("openbox"))
                start(wanted("orca"), "--replace")
                start(*browser(options.browser, folder, address))
                listener = Listener(log, lambda words: print(words, flush=True))
                print("Open the page")
                begun, heard = time.monotonic(), ""
                while "Finished loading" not in heard and time.monotonic() - begun < PATIENCE:
                    heard += listener.hear()
                for _ in range(options.tabs):
                    listener.press("Tab")
                for title, words, keys, *way in [] if options.tabs else JOB:
                    print(f"\n{title}")
                    if listener.tab_to(words, *way):
                        for key in keys:
                            listener.press(key)
            finally:
                for one in reversed(running):
                    os.killpg(one.pid, signal.SIGKILL)
                    one.wait()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("browser", choices=sorted(PROGRAMS))
    parser.add_argument("--page", metavar="ADDRESS", help="a page in place of an explorer by itself")
    parser.add_argument("--tabs", type=int, default=0, metavar="N", help="only press Tab, N times")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return on_the_screen(options)
    for name in ("orca", "openbox", "xdotool"):
        wanted(name)
    screen = [wanted("xvfb-run"), "-a", "-s", "-screen 0 1400x1000x24", wanted("dbus-run-session"), "--"]
    return subprocess.run([*screen, sys.executable, __file__, *sys.argv[1:], "--inside"]).returncode


if __name__ == "__main__":
    sys.exit(main())
