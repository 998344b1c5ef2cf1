"""Find the Chromium or Chrome that the tests drive; `--install` gets one and fonts, where that is easy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["find"]

# The headless shell draws no window, which is most of what a page costs the others.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# As wide as Arial, which most readers see; with another, pages have other lengths.
FONTS = "/usr/share/fonts/truetype/liberation"
ADVICE = "no Chromium or Chrome found: install one, or set WEIGHTMAPS_BROWSER to its path"


def find():
    """Look for a browser.

    Returns
    -------
    str or None
        Its path: what ``WEIGHTMAPS_BROWSER`` says, else the first on ``PATH``, else macOS's application.

    Raises
    ------
    ValueError
        If ``WEIGHTMAPS_BROWSER`` is set and no such program exists.
    """
    chosen = os.environ.get("WEIGHTMAPS_BROWSER")
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise ValueError(f"WEIGHTMAPS_BROWSER is {chosen!r}; wanted the path of a program")
        return path
    found = [path for path in map(shutil.which, NAMES) if path]
    found += [path for path in MAC if Path(path).exists()]
    return found[0] if found else None


def install(packages):
    """Install Debian packages; only root on a system with apt-get can."""
    print(f"Installing {' and '.join(packages)} with apt-get", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, stdin=subprocess.DEVNULL, check=True)


def main():
    if "--install" in sys.argv and os.geteuid() == 0 and shutil.which("apt-get"):
        wanted = [] if find() else ["chromium-headless-shell"]
        if not Path(FONTS).exists():
            wanted.append("fonts-liberation")
        if wanted:
            install(wanted)
    path = find()
    if path is None:
        sys.exit(ADVICE) if os.environ.get("CI") else print(ADVICE + "; its tests are skipped")
    else:
        print(f"Browser: {path}")


if __name__ == "__main__":
    main()
