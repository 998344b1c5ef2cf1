"""Every page of the built site in every engine: `make audit ENGINES=1`, which prints one table.

Each page is opened from a server at 360 pixels and from its folder at 1280. Nothing may be in the console or
forbidden; every widget comes to life, its bars, marks and canvases can be seen, and it answers a key. Without
JavaScript every widget is its still. WebKit's driver tells nothing of the console.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tqdm import tqdm
from webkit import in_webkit

from find_browser import find

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "_build" / "engines"  # what npm brings: 200 MB
PUPPETEER = "puppeteer-core@24.43.1"
OLD = {103: "103.0.0", 116: "116.0.0", 122: "122.0.0"}  # of @sparticuz/chromium, built for Linux on x86-64
WIDTHS = (360, 1280)  # from a server, from a folder
WORKS, STILL, BROKEN = "works", "still", "broken"
NO_SCRIPT = "no JavaScript"


def wanted(program, how):
    path = shutil.which(program)
    if not path:
        sys.exit(f"audit needs {program}, which is not installed: {how}")
    return path


def with_puppeteer(program, **wish):
    """What Firefox or a Chromium meets: yields its version, then of each page (name, visits)."""
    script = Path(__file__).with_name("pages.mjs")
    wish["program"] = str(program)
    with subprocess.Popen(
        [wanted("node", "install Node 20 or newer"), script, KEPT, json.dumps(wish)],
        env={**os.environ, "HOME": str(KEPT)},  # Firefox refuses a home of another user
        stdout=subprocess.PIPE,
        text=True,
    ) as driver:
        yield from map(json.loads, driver.stdout)
    if driver.returncode:
        sys.exit(f"{program} failed")


def install():
    """Bring Puppeteer and the old Chromiums, once."""
    packages = [
        PUPPETEER,
        *(f"chromium-{old}@npm:@sparticuz/chromium@{version}" for old, version in OLD.items()),
    ]
    npm = wanted("npm", "install Node 20 or newer")
    options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(KEPT)]
    KEPT.mkdir(parents=True, exist_ok=True)
    made = subprocess.run([npm, "install", *options, *packages], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"npm cannot install {', '.join(packages)}: {made.stderr[-2000:]}")


def engines(visits, names):
    """Each engine's name and what it meets, as `with_puppeteer` yields it."""
    install()
    given = {"visits": visits, "pages": names}
    for old in OLD:
        packed = KEPT / "node_modules" / f"chromium-{old}" / "bin" / "chromium.br"
        yield f"Chromium {old}", with_puppeteer(packed, **given)
    yield "Chromium", with_puppeteer(find(), **given)
    yield NO_SCRIPT, with_puppeteer(find(), scripts=False, **given)
    yield "forced colours", with_puppeteer(find(), forced=True, **given)
    firefox = shutil.which("firefox-esr") or wanted("firefox", "apt-get install firefox-esr")
    yield "Firefox", with_puppeteer(firefox, browser="firefox", **given)
    yield "WebKit", in_webkit(visits, names)


def judged(engine, visits):
    """How a page and each of its widgets fare in an engine, and what is wrong, in words."""
    wrong = [f"{words} ({engine}, {one['where']})" for one in visits for words in one["wrong"]]
    fares = [BROKEN if wrong else WORKS]
    for i, same in enumerate(zip(*(one["widgets"] for one in visits), strict=True)):
        faults = []
        for one, seen in zip(visits, same, strict=True):
            unwanted = seen["trouble"] or (seen["still"] and engine != NO_SCRIPT and "a still picture")
            faults += [
                f"{label(i, seen)}: {words} ({engine}, {one['where']})"
                for words in (*seen["faults"], unwanted)
                if words
            ]
        fares.append(BROKEN if faults else STILL if same[0]["still"] else WORKS)
        wrong += faults
    return fares, wrong


def label(i, widget):
    return widget["name"] or f"Widget {i + 1}"


def tried(visits, names):
    """Every page in every engine: the table, and what is wrong with a page, by its name."""
    versions, rows, missed = {}, {}, {}
    for engine, met in engines(visits, names):
        versions[engine] = next(met)
        for name, seen in tqdm(met, engine, len(names), unit="page"):
            fares, wrong = judged(engine, seen)
            labels = [name, *(f"{name}: {label(i, one)}" for i, one in enumerate(seen[0]["widgets"]))]
            for i, (words, fare) in enumerate(zip(labels, fares, strict=True)):
                rows.setdefault((name, i), [words]).append(fare)
            if wrong:
                missed[name] = [*missed.get(name, []), *wrong]
    lines = [["page, widget", *versions], ["---"] * (1 + len(versions)), *(rows[key] for key in sorted(rows))]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{'; '.join(f'{name}: {version}' for name, version in versions.items())}.\n\n{table}", missed
