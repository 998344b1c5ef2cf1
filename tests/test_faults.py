"""Each file of the site in turn is missing, refused or cut short: the text of its pages stays."""

import re
from functools import cache, partial

import pytest

from conftest import slow
from reader import check_still, part

KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
# The text that can be seen, and whatever lies on top of it at its beginning, middle and end.
READ = """() => {
  const words = document.querySelectorAll(":is(article, main) :is(h1, h2, h3, p, li, td, pre)");
  const seen = [...words].filter((one) =>
    !one.closest(".weightmaps-explorer, details:not([open]), #search-results, #search-count") &&
    one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.innerText.trim());
  const covered = [seen[0], seen[seen.length >> 1], seen.at(-1)].filter((one) => {
    one.scrollIntoView({ block: "center", behavior: "instant" });
    const [{ x, y, width, height }] = one.getClientRects();
    const top = document.elementFromPoint(x + Math.min(width / 2, 20), y + Math.min(height / 2, 10));
    return !top?.closest("article, main");
  });
  return { text: seen.map((one) => one.textContent), covered: covered.map((one) => one.textContent) };
}"""


def answer(fault, file, route):
    """Answer for a server that has trouble with a file."""
    if fault == "cut":
        data = file.read_bytes()
        route.fulfill(body=data[: len(data) // 2], content_type=KINDS[file.suffix])
    else:
        status = {"missing": 404, "refused": 500}[fault]
        route.fulfill(status=status, body="<h1>No</h1>", content_type="text/html")


@pytest.fixture(scope="module")
def pages(site):
    """Each page's path and HTML; the page at the root only leads on."""
    paths = [path for path in sorted(site.rglob("*.html")) if path != site / "index.html"]
    return {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in paths}


@pytest.fixture(scope="module")
def undisturbed(browser, site, serve):
    """A function of a page's name: the text that is there without a fault."""
    page = browser.new_page(viewport={"width": 412, "height": 823})

    @cache
    def text(name):
        page.goto(f"{serve(site)}/{name}")
        return page.evaluate(READ)["text"]

    yield text
    page.close()


@pytest.mark.parametrize(
    ("fault", "every"),
    [("missing", False), *(slow(fault, True) for fault in ("missing", "refused", "cut"))],
)
def test_a_fault_in_a_file_leaves_the_text(browser, site, serve, pages, undisturbed, fault, every):
    """In any file, or in one of each kind in each folder."""
    address = serve(site)
    page = browser.new_page(viewport={"width": 412, "height": 823})  # no fixture's: a fault is on the console
    files = sorted(path for path in site.rglob("*") if path.suffix in KINDS)
    if not every:
        files = {(path.parent, path.suffix): path for path in files}.values()
    tried = 0
    for file in files:
        data = (
            f'.weightmaps-explorer[data-weightmaps*="{file.stem}"]'  # an explorer asks for its parts by key
        )
        using = [
            name for name, text in pages.items() if file.name in text or f"&quot;{file.stem}&quot;" in text
        ]
        page.route(f"**/{file.name}", partial(answer, fault, file))
        for name in using if len(using) > 3 and every else using[:1]:
            where = f"{name} where {file.name} is {fault}"
            page.goto(f"{address}/{name}")
            found = page.evaluate(READ)
            assert found["text"] == undisturbed(name), where
            assert found["covered"] == [], where
            explorer = page.locator(data).first
            # What is late is fetched when it is needed, and its widget is there without it.
            if explorer.count() and not re.search(
                rf'"late_\w+": ?"{file.stem}"', explorer.get_attribute("data-weightmaps")
            ):
                explorer.scroll_into_view_if_needed()
                part(explorer, "trouble").wait_for()
                assert explorer.locator(".wm-still").is_visible()
            tried += 1
        page.unroute_all()
    page.close()
    assert tried > (100 if every else 5)


def test_an_explorer_without_its_host_is_a_picture(browser, site, serve):
    page = browser.new_page()
    page.route("**/_static/weightmaps/*.js", lambda route: route.abort())
    page.goto(f"{serve(site)}/chapters/the-raw-network.html")
    check_still(page, "Neuron")
    page.close()
