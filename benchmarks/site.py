"""What a page of the built site weighs: `make book`, then `python benchmarks/site.py`.

Every page is opened in Chromium from a local server, scrolled to its end, and each file that it asks for is
counted once, compressed with gzip unless it is a picture, which gzip cannot shrink.
"""

import functools
import gzip
import http.server
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "tests"))

from find_browser import find  # noqa: E402  (the tests' folder is no package)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def weigh(browser, address):
    """Bytes of the first view, of everything a page loads as {kind: bytes}, and the number of requests."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    weights, requests = {"pictures": 0, "all else": 0}, set()

    def count(response):
        if response.url in requests or not response.url.startswith("http"):
            return
        requests.add(response.url)
        body = response.body()
        if response.headers.get("content-type", "").startswith("image/png"):
            weights["pictures"] += len(body)
        else:
            weights["all else"] += len(gzip.compress(body, 6))

    page.on("response", count)
    page.goto(address, wait_until="networkidle")
    first = sum(weights.values())
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    page.close()
    return first, weights, len(requests)


def main():
    if not (SITE / "chapters").exists():
        sys.exit("there is no built site; run: make book")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"{'page':28}{'requests':>10}{'first view':>12}{'pictures':>12}{'all else':>12}{'kB in all':>12}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        for path in sorted((SITE / "chapters").glob("*.html")):
            address = f"http://127.0.0.1:{server.server_port}/chapters/{path.name}"
            first, weights, requests = weigh(browser, address)
            numbers = [weight / 1000 for weight in (first, *weights.values(), sum(weights.values()))]
            print(f"{path.stem:28}{requests:10}" + "".join(f"{number:12.1f}" for number in numbers))
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
