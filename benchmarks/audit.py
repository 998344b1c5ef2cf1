"""Lighthouse, axe and every engine over every page of the built site: `make book`, then `make audit`.

The site is served by nginx with gzip. Each page is opened by Lighthouse as a phone, three times, of which
the middle counts, by axe at 360 and 1280 pixels, light and dark, and in the engines as `engines.py` says.
With `--engines` these alone try. Two tables; the exit code says whether every page reaches the goals.

Lighthouse makes a phone of a fast desktop by taking its processor for 4 times as slow. Of a slower
machine, by its own index, that would make a far slower phone; so that one is slowed less, in proportion, as
Lighthouse's docs/throttling.md advises. The table tells the index and the slowdown. What else the machine
does still counts: use a quiet one.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tqdm import tqdm

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "tests"))
sys.path.append(str(ROOT / "benchmarks"))  # last: a file here is called as a module of the standard library

from engines import WIDTHS, tried, wanted  # noqa: E402  (beside this file)
from webkit import free_port  # noqa: E402  (the same)

from find_browser import find  # noqa: E402  (the tests' folder is no package)

LIGHTHOUSE = "lighthouse@12.8.2"
GOALS = {"performance": 99, "accessibility": 100, "best-practices": 100, "seo": 100}
SLOWDOWN, FAST = 4, 1500  # Lighthouse's default, and the least index of the desktops that it is meant for
PROSE, EXPLORER = 120, 350  # kB of a first view: without an explorer and images; with one, everything
NGINX = """daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 128; }}
http {{
  include {types};
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  gzip on; gzip_comp_level 6; gzip_min_length 256;
  gzip_types text/css text/javascript application/javascript application/json image/svg+xml;
  server {{ listen 127.0.0.1:{port}; root {site}; }}
}}
"""


@contextlib.contextmanager
def served(site):
    """The site at an address, from nginx with gzip."""
    nginx = wanted("nginx", "apt-get install nginx-light, or brew install nginx")
    port = free_port()
    types = next(
        (
            path
            for path in ("/etc/nginx/mime.types", "/opt/homebrew/etc/nginx/mime.types")
            if Path(path).exists()
        ),
        None,
    )
    if types is None:
        sys.exit("audit found nginx, but not its mime.types")
    with tempfile.TemporaryDirectory() as folder:
        conf = Path(folder) / "nginx.conf"
        conf.write_text(NGINX.format(folder=folder, types=types, port=port, site=site))
        server = subprocess.Popen([nginx, "-c", str(conf), "-e", f"{folder}/log"])
        try:
            time.sleep(1)
            if server.poll() is not None:
                sys.exit(f"nginx did not start: {Path(folder, 'log').read_text()}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def lighthouse(address, runs, slowdown):
    """Scores, kB and layout shift of one page, and the machine's index meanwhile: the middle of some runs."""
    npx = wanted("npx", "install Node 20 or newer")
    found = []
    for _ in range(runs):
        made = subprocess.run(
            [
                *(npx, "--yes", LIGHTHOUSE, address, "--output=json", "--quiet"),
                f"--throttling.cpuSlowdownMultiplier={slowdown}",
                "--chrome-flags=--headless=new --no-sandbox --disable-background-networking",
            ],
            env={**os.environ, "CHROME_PATH": find()},
            capture_output=True,
            text=True,
        )
        if made.returncode:
            sys.exit(f"Lighthouse failed on {address}: {made.stderr[-2000:]}")
        report = json.loads(made.stdout)
        requests = [
            one
            for one in report["audits"]["network-requests"]["details"]["items"]
            if not one["url"].startswith("data:")  # it came with the file that holds it
        ]
        images = sum(one["transferSize"] for one in requests if one.get("resourceType") == "Image")
        found.append(
            {
                **{name: 100 * report["categories"][name]["score"] for name in GOALS},
                "kB": sum(one["transferSize"] for one in requests) / 1000,
                "images": images / 1000,
                "shift": report["audits"]["cumulative-layout-shift"]["numericValue"],
                "index": report["environment"]["benchmarkIndex"],
                "console": len(report["audits"]["errors-in-console"]["details"]["items"]),
            }
        )
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def violations(browser, address):
    """What axe finds, at two widths and in both schemes: the names of the rules."""
    rules = set()
    for width in (360, 1280):
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.goto(address, wait_until="networkidle")
            rules |= {one["id"] for one in Axe().run(page).response["violations"]}
            page.close()
    return sorted(rules)


def failures(page, explorer):
    """What a page misses, in words."""
    missed = [f"{name} {page[name]:.0f}" for name, goal in GOALS.items() if page[name] < goal]
    weight, budget = (page["kB"], EXPLORER) if explorer else (page["kB"] - page["images"], PROSE)
    if weight > budget:
        missed.append(f"{weight - budget:.0f} kB over its {budget}")
    if page["shift"] > 0.001:
        missed.append(f"shift {page['shift']:.3f}")
    if page["console"]:
        missed.append(f"{page['console']:.0f} errors in the console")
    return missed + page["axe"]


def in_chromium(address, names, runs, missed):
    """The rows of the table; what a page misses is put into `missed`."""
    rows, slowdown = [], SLOWDOWN
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for name in tqdm(names, unit="page"):
            page = lighthouse(f"{address}/{name}.html", runs, slowdown)
            page["axe"] = violations(browser, f"{address}/{name}.html")
            explorer = "data-weightmaps=" in (SITE / f"{name}.html").read_text("utf-8")
            if wrong := failures(page, explorer):
                missed[name] = wrong
            scores = " | ".join(f"{page[goal]:.0f}" for goal in GOALS)
            rows.append(
                f"| {name} | {scores} | {page['kB']:.0f} | {page['images']:.0f} | {page['shift']:.3f} "
                f"| {', '.join(page['axe']) or 'clean'} | {page['index']:.0f} | {slowdown:.1f} |"
            )
            slowdown = SLOWDOWN * min(1, page["index"] / FAST)  # the machine is as it just was
        browser.close()
    return rows


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="such as chapters/index (default: all)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of Lighthouse, a page (default: 3)")
    parser.add_argument("--engines", action="store_true", help="only try every page in every engine")
    options = parser.parse_args()
    paths = sorted(SITE.rglob("*.html"))
    # The page at the root only leads on.
    paths = [path for path in paths if "_static" not in path.parts and path != SITE / "index.html"]
    names = [path.relative_to(SITE).with_suffix("").as_posix() for path in paths]
    if not names:
        sys.exit("there is no built site; run: make book")
    unknown = set(options.pages) - set(names)
    if unknown:
        sys.exit(f"no such page: {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    rows, missed = [], {}
    with served(SITE) as address:
        if not options.engines:
            rows = in_chromium(address, options.pages or names, options.runs, missed)
        table, broken = tried(
            list(zip((address, SITE.as_uri()), WIDTHS, strict=True)), options.pages or names
        )
    for name, wrong in broken.items():
        missed[name] = [*missed.get(name, []), *wrong]
    if rows:
        print(f"| page | {' | '.join(GOALS)} | kB | of these images | shift | axe | index | slowdown |")
        print("| --- |" + " --- |" * (len(GOALS) + 6))
        print("\n".join(rows), end="\n\n")
    print(table)
    for name, wrong in missed.items():
        print(f"{name}: {'; '.join(wrong)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
