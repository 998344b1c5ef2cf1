"""What tests share: full MNIST, a browser, a page that must stay silent, and a server of files."""

import functools
import http.server
import os
import re
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine import engine
from find_browser import ADVICE, find
from weightmaps.digits import load_mnist
from weightmaps.widgets import bundle

SITE = Path(__file__).parent.parent / "_build" / "html"
OUR_HOSTS = {None, "127.0.0.1"}


def slow(*values):
    """A parameter that only `make test-all` tries."""
    return pytest.param(*values, marks=pytest.mark.slow)


def few(every, *some):
    """Parameters of which `make test` tries only some, and `make test-all` the others."""
    return [one if one in some else slow(*(one if isinstance(one, tuple) else (one,))) for one in every]


def pytest_collection_modifyitems(items):
    """Mark what needs a browser or the built site, and the tests of hostile files."""
    for item in items:
        if item.path.name.startswith("test_fuzz_"):
            item.add_marker("fuzz")
        if {"browser", "site"} & set(item.fixturenames):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium or Chrome; skipped where there is none, except in CI."""
    path = find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(ADVICE)
        pytest.skip(ADVICE)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=path, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def shared_context(browser):
    """A context for pages without wishes of their own: a new one each would cost half a second."""
    return browser.new_context(viewport={"width": 1280, "height": 900})


@pytest.fixture
def new_page(browser, shared_context):
    """A function that opens pages, by default of 1280 × 900; it takes the options of a browser's context.

    A console message, an uncaught error or a foreign request on one of them fails the test.
    """
    opened, trouble = [], []

    def watch(request):
        if urlsplit(request.url).hostname not in OUR_HOSTS and not request.url.startswith(("data:", "blob:")):
            trouble.append(f"foreign request: {request.url}")

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # as what still loads is when a page is left for the next
            trouble.append(f"failed: {request.failure} {request.url[:200]}")

    def make(viewport=None, **options):
        context = browser.new_context(**options) if options else shared_context
        page = context.new_page()
        page.set_viewport_size(viewport or {"width": 1280, "height": 900})
        opened.append((context, page))
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"uncaught: {error}"))
        page.on("requestfailed", failed)
        page.on("request", watch)
        return page

    yield make
    seen = list(trouble)  # what closing interrupts is no failure
    for context, page in opened:
        if context is shared_context:
            page.evaluate("() => { try { localStorage.clear(); } catch {} }")
            page.close()
        else:
            context.close()
    assert seen == []


@pytest.fixture
def page(new_page):
    """A page as `new_page` opens it by default."""
    return new_page()


@pytest.fixture
def in_page(page):
    """A function that evaluates an expression of the explorer's files and of values, in a browser."""
    order = bundle.order("explorer.js")
    files = "\n".join(map(bundle.read, order))
    names = ", ".join(re.findall(r"^export (?:async )?(?:function\*?|const) (\w+)", files, re.MULTILINE))
    module = page.evaluate_handle(
        "(source) => import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })))",
        f"{bundle.module(order[-1])}\nexport {{ {names} }};",
    )

    def evaluate(expression, **values):
        given = f"const {{ {names} }} = module, {{ {', '.join(values)} }} = values"
        body = f"({{ module, values }}) => {{ {given}; return {expression}; }}"
        return page.evaluate(body, {"module": module, "values": values})

    return evaluate


@pytest.fixture(scope="session")
def javascript():
    """A function that evaluates an expression of the explorer's files and of values, without a browser."""
    return engine("explorer.js")


@pytest.fixture(scope="session")
def serve():
    """A function that serves a folder on 127.0.0.1 and returns its address, each time the same."""
    servers = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    @functools.cache
    def start(folder):
        handler = functools.partial(Quiet, directory=os.fspath(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def site():
    """The built site; without it there is nothing to test, and `make test` builds it first."""
    if not (SITE / "chapters" / "index.html").exists():
        if os.environ.get("CI"):
            pytest.fail("there is no built site; run: make book")
        pytest.skip("there is no built site; run: make book")
    return SITE


@pytest.fixture(params=["http", slow("file")])
def place(request, site, serve):
    return serve(site) if request.param == "http" else site.as_uri()


@pytest.fixture(scope="session")
def full_mnist():
    """All of MNIST, from the folder that WEIGHTMAPS_MNIST names; skipped where it names none."""
    if not os.environ.get("WEIGHTMAPS_MNIST"):
        pytest.skip("WEIGHTMAPS_MNIST names no folder with full MNIST")
    return load_mnist()
