"""The built site: every page, every slider, over http and from a folder, against NumPy."""

import ast
import gzip
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from bookbuild.head import POLICY
from conftest import few, slow
from maths_font import CHARACTERS
from reader import (
    TOLERANCE,
    TWO_DECIMALS,
    assert_fits,
    check_still,
    drawn_on,
    numbers,
    open_chapter,
    part,
    pixels,
    settle,
    slider_value,
    wait_until,
    without_scripts,
)
from weightmaps import attribution, digits, zoo

PAGES = (
    "index",
    "the-raw-network",
    "weight-times-input",
    "raw-weight-maps",
    "zero-versus-one",
    "workbench",
)
NOTEBOOKS = (*PAGES, "two-inputs")
CHAPTERS = Path(__file__).parent.parent / "chapters"


class Shown:
    """What the explorer of a page shows, read off its sliders, and what NumPy makes of that."""

    def __init__(self, page, name):
        if name == "zero-versus-one":
            self.images = digits.load_sample().only(0, 1)[::10]
            steps = zoo.checkpoints("zero-one")
            network = steps[list(steps)[slider_value(page, "step")]]
        else:
            self.images = digits.load_sample()[:: 10 if name == "workbench" else 50]
            network = zoo.load("nielsen")
        self.neuron = slider_value(page, "neuron")
        if part(page, "slider-factor").count():
            network = attribution.ablate(network, [self.neuron], by=slider_value(page, "factor") / 10)
        sample = slider_value(page, "sample")
        self.weights, self.bias = (
            network.weights[0][self.neuron].astype(float),
            network.biases[0][self.neuron],
        )
        self.x = self.images.images[sample].astype(float)
        self.trace = network.forward(self.x)

    def check(self, page):
        """Compare each number on screen, whichever panels the page has."""
        z, a = self.trace.z[1][self.neuron], self.trace.a[1][self.neuron]
        total = (self.weights * self.x).sum()
        wanted = {"activation": a, "z": z, "product-activation": a, "bias": self.bias, "sum": total}
        seen = 0
        for name, value in wanted.items():
            for shown in numbers(page, name):
                assert shown == pytest.approx(value, abs=TOLERANCE), name
                seen += 1
        outputs = numbers(page, "output-value")
        if outputs:
            assert outputs == pytest.approx(self.trace.a[2].tolist(), abs=TOLERANCE)
        said = part(page, "sentence").inner_text()
        assert said.startswith(f"Neuron {self.neuron} answers ")
        told = float(re.search(r"answers (\d\.\d+)", said)[1])
        assert told == pytest.approx(a, abs=TWO_DECIMALS)
        return seen + len(outputs)


def open_explorer(page, place, name):
    """Open a chapter without its small figures, which `test_live` and `test_try` look at."""
    page.goto(f"{place}/chapters/{name}.html")
    figures = "document.querySelectorAll('.weightmaps-explorer:has(.wm-live)')"
    page.evaluate(f"{figures}.forEach((one) => one.remove())")
    page.locator(".weightmaps-explorer").first.scroll_into_view_if_needed()
    drawn_on(page)


# How many numbers at least: outputs on four pages, an activation on two, the product on two.
SHOWN = {"index": 11, "the-raw-network": 11, "weight-times-input": 4, "zero-versus-one": 2, "workbench": 14}


@pytest.mark.parametrize("name", few(SHOWN, "index", "zero-versus-one"))
def test_numbers_are_numpys_wherever_a_slider_stands(page, place, name):
    open_explorer(page, place, name)
    assert Shown(page, name).check(page) >= SHOWN[name]
    sliders = page.locator("input[type=range]:visible").all()
    assert len(sliders) >= 3
    for slider in sliders:
        for key in ("Home", "ArrowRight", "End"):
            slider.press(key)
            settle(page)
            Shown(page, name).check(page)
        if part(page, "all-on").count() and part(page, "all-on").is_enabled():
            part(page, "all-on").click()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), slow(360, "dark"), slow(1280, "dark")])
def test_no_page_scrolls_sideways_and_every_picture_is_described(page, place, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for name in PAGES:
        open_chapter(page, place, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        pictures = page.locator("main img, article img")
        words = "one.alt || one.closest('[role=img], .wm-still').getAttribute('aria-label')"
        assert all(len(one) > 20 for one in pictures.evaluate_all(f"(all) => all.map((one) => {words})"))
        assert page.locator("h1").count() == 1


def every_page(site):
    """The path of each page that a reader sees: the one at the root only leads on."""
    found = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    return [name for name in found if name != "index.html"]


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
def test_a_still_is_as_high_as_what_comes_in_its_place(page, place, site, width):
    page.set_viewport_size({"width": width, "height": 800})
    for path in sorted((site / "chapters").glob("*.html")):
        explorers = page.locator(".weightmaps-explorer")
        page.goto(f"{place}/chapters/{path.name}", wait_until="networkidle")
        for at in range(explorers.count()):
            explorer = explorers.nth(at)
            still = explorer.locator(".wm-still")
            kept = still.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)")
            explorer.scroll_into_view_if_needed()
            wait_until(page, "(one) => !one.querySelector(':scope > .wm-still')", explorer.element_handle())
            if any(kept):  # nothing, where it has begun to give way
                height = explorer.bounding_box()["height"]
                assert height == pytest.approx(kept[0], abs=60), (path.stem, at)


def test_the_page_at_the_root_leads_to_the_first_one(page, place, site):
    page.goto(f"{place}/index.html")
    page.wait_for_url("**/chapters/index.html")
    root = (site / "index.html").read_text("utf-8")
    assert '<a href="chapters/index.html">' in root  # for who is not led on
    assert POLICY in root


def test_every_page_has_one_title_and_landmarks_with_names_of_their_own(site):
    for name in every_page(site):
        page = (site / name).read_text("utf-8")
        assert page.count("<h1>") == 1, name
        assert 'role="heading"' not in page, name
        assert "<aside class=" not in page.replace('<aside class="footnote', ""), name
        names = re.findall(r'<nav\b[^>]*aria-label="([^"]+)"', page)
        assert len(names) == len(set(names)) == page.count("<nav"), name


def test_every_page_forbids_other_hosts_and_describes_itself(site):
    seen = set()
    for name in every_page(site):
        page = (site / name).read_text("utf-8")
        head = page[: page.index("</head>")]
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        assert head.count(policy) == 1, name
        assert head.index(policy) < head.find("<script") or "<script" not in head, name
        (description,) = re.findall(r'<meta name="description" content="([^"]+)"', head)
        (title,) = re.findall(r"<title>([^<]+)</title>", head)
        assert (title, description) not in seen
        seen.add((title, description))
        if name not in ("404.html", "search.html"):
            assert head.count('property="og:title"') == 1, name


def test_the_policy_stops_another_host(browser, place):
    page = browser.new_page()  # not the fixture's: what the policy stops is told on the console
    page.goto(f"{place}/chapters/glossary.html")
    page.evaluate("() => addEventListener('securitypolicyviolation', (e) => { stopped = e.blockedURI; })")
    answer = page.evaluate("fetch('https://127.0.0.2/').then(() => 'fetched', () => 'refused')")
    assert answer == "refused"
    assert page.evaluate("stopped").startswith("https://127.0.0.2")
    page.close()


def test_search_shows_excerpts_that_lead_to_their_section(page, place):
    page.goto(f"{place}/chapters/glossary.html")
    page.get_by_role("searchbox").fill("noise seeds")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=noise+seeds")
    results = page.locator("#search-results li")
    results.nth(3).wait_for()
    for words in results.locator("p").all()[:3]:
        assert words.locator("mark").first.inner_text().lower() in ("noise", "seeds")
    page.get_by_role("searchbox", name="Words to find").fill("<b>(")
    page.get_by_text("No section holds all these words.").wait_for()
    page.get_by_role("searchbox", name="Words to find").fill("Where the noise comes from")
    results.first.get_by_role("link").click()
    page.wait_for_url("**/chapters/where-the-noise-comes-from.html*", timeout=5000)


def test_the_page_for_no_page_leads_on_from_any_depth(page, site, serve):
    address = serve(site)
    lost = (site / "404.html").read_text("utf-8")
    page.route("**/a/b/lost.html", lambda route: route.fulfill(body=lost, content_type="text/html"))
    page.goto(f"{address}/a/b/lost.html", wait_until="networkidle")
    assert page.locator("h1").inner_text() == "No such page"
    assert page.evaluate("getComputedStyle(document.querySelector('.content')).display") == "flex"
    assert (
        page.get_by_role("link", name="Back to the first page").get_attribute("href").endswith("index.html")
    )
    page.locator(".sidebar-drawer").get_by_role("link", name="Two inputs", exact=True).click()
    page.wait_for_url("**/chapters/two-inputs.html")


def test_a_network_is_read_in_a_worker_on_the_page_of_ones_own(page, place, tmp_path):
    page.goto(f"{place}/chapters/your-own-network.html")
    for explorer in page.locator(".weightmaps-explorer").all():
        explorer.scroll_into_view_if_needed()
    zone = part(page, "drop-files")
    zone.wait_for(state="attached")
    zoo.load("nielsen").save(tmp_path / "mine.npz")
    zone.set_input_files(tmp_path / "mine.npz")
    wait_until(page, "document.body.innerText.includes('mine.npz')")


def test_a_page_loads_few_styles_and_one_script_beside_its_explorers(site):
    for name in every_page(site):
        page = (site / name).read_text("utf-8")
        styles = re.findall(r'<link rel="stylesheet"[^>]*href="[./]*_static/([\w/]+)', page)
        shared = [style for style in styles if style != "maths" and not style.startswith("weightmaps/")]
        assert shared == ["pygments", "styles/furo", "book"], name
        scripts = re.findall(r'<script[^>]*\bsrc="[./]*_static/(?!weightmaps/)([\w/]+)', page)
        assert scripts == ["book", "search"] if name == "search.html" else ["book"], name
    sheets = [(site / "_static" / name).read_bytes() for name in ("styles/furo.css", "book.css")]
    assert sum(len(gzip.compress(sheet)) for sheet in sheets) < 15_000


def test_the_theme_is_chosen_and_kept(new_page, place):
    page = new_page(color_scheme="light")
    page.goto(f"{place}/chapters/index.html")
    themes = []
    for _ in range(4):
        themes.append(page.evaluate("document.body.dataset.theme"))
        page.locator(".theme-toggle:visible").click()
    assert themes == ["auto", "dark", "light", "auto"]
    page.reload()
    assert page.evaluate("document.body.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 22)"


def test_all_code_is_shown_or_folded_and_that_is_kept(new_page, place):
    page = new_page()
    for name in ("zero-versus-one", "two-inputs"):
        page.goto(f"{place}/chapters/{name}.html")
        folds = page.locator("div.cell details")
        if name == "zero-versus-one":
            assert not folds.evaluate_all("(all) => all.some(({ open }) => open)")
            page.get_by_role("button", name="Notebook", exact=True).press("Enter")
        assert folds.evaluate_all("(all) => all.every(({ open }) => open)")
        assert page.locator(".reading [aria-pressed=true]").inner_text() == "Notebook"
    page.get_by_role("button", name="Reading").click()
    assert not folds.evaluate_all("(all) => all.some(({ open }) => open)")


def test_claims_of_one_verdict_are_shown_alone(page, place):
    page.goto(f"{place}/chapters/claims.html")
    every = page.locator(".claim").count()
    for name in ("True", "False", "Depends"):
        button = page.locator(".claim-filter button", has_text=name)
        button.click()
        seen = page.locator(".claim:visible")
        assert button.inner_text() == f"{name} ({seen.count()})"
        assert 0 < seen.count() < every
        assert seen.count() == page.locator(f".claim-{name.lower()}:visible").count()
    page.locator(".claim-filter button", has_text="All").click()
    assert page.locator(".claim:visible").count() == every


def test_a_guess_opens_its_verdict_and_is_counted(page, place):
    def ask(chapter):
        page.goto(f"{place}/chapters/{chapter}.html")
        return page.locator(".guess")

    one = ask("what-a-neuron-is-worth")
    verdict = one.locator("details")
    assert verdict.get_attribute("open") is None
    false = one.get_by_role("button", name="False")
    false.press("Enter")
    assert one.get_by_role("status").inner_text() == "You guessed right."
    assert "of 20 fresh seeds" in verdict.inner_text()
    one.get_by_role("button", name="True").press("Enter")  # the first guess counts
    assert false.get_attribute("aria-pressed") == "true"
    ask("testing-a-picture").get_by_role("button", name="True").click()
    assert ask("what-a-neuron-is-worth").get_by_role("status").inner_text() == "You guessed right."
    verdict.get_by_role("link").click()
    page.locator(".claim:target").wait_for()
    score = page.locator(".guess-score:visible").inner_text()
    assert score == "You guessed 1 of 2 right. By chance it would be 0.7."


def test_pictures_that_change_rest_while_nobody_sees_them(page, place):
    page.goto(f"{place}/chapters/index.html")
    strip = page.locator(".wm-frames")

    def wait(state):
        wait_until(
            page,
            f"(one) => one.getAnimations({{subtree: true}}).length > 9"
            f" && one.getAnimations({{subtree: true}}).every(({{playState}}) => playState === '{state}')",
            strip.element_handle(),
        )

    wait("paused")
    strip.scroll_into_view_if_needed()
    wait("running")
    page.evaluate("scrollTo(0, 0)")
    wait("paused")


def test_the_list_of_sections_follows_the_reader(page, place):
    page.set_viewport_size({"width": 1500, "height": 900})
    page.goto(f"{place}/chapters/the-raw-network.html")
    current = page.locator(".toc-tree li.scroll-current > a")
    assert current.get_attribute("href") == "#"
    page.locator("article h2").nth(1).scroll_into_view_if_needed()
    page.evaluate("document.querySelectorAll('article h2')[1].scrollIntoView()")
    wait_until(page, "!document.querySelector('.toc-tree li.scroll-current > a[href=\"#\"]')")
    assert current.count() == 1


def test_code_is_copied(page, place):
    page.goto(f"{place}/chapters/two-inputs.html")
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
    page.locator("div.cell details.hide > summary").first.click()
    block = page.locator("div.cell_input .highlight").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    block.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("copied") == block.locator("pre").text_content()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.evaluate("() => { document.execCommand = () => { window.copied = `${getSelection()} as text`; }; }")
    block.get_by_role("button").click()
    wait_until(page, "copied.endsWith('as text')")


def test_drawers_open_by_keyboard_on_a_phone(page, place):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{place}/chapters/index.html")
    assert page.locator(".sidebar-drawer a:visible").count() == 0
    page.locator("button.nav-overlay-icon").press("Enter")
    page.locator(".sidebar-drawer").get_by_role("link", name="Two inputs", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.locator(".sidebar-drawer").wait_for(state="hidden")


SOME_PAGES = ("chapters/workbench.html", "chapters/two-inputs.html", "search.html")


@pytest.mark.parametrize(
    ("width", "scheme", "some"),
    [(360, "dark", SOME_PAGES)]
    + [slow(width, scheme, ()) for width in (360, 1280) for scheme in ("light", "dark")],
)
def test_axe_finds_no_violation(page, site, serve, width, scheme, some):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    address = serve(site)
    for name in some or every_page(site):
        page.goto(f"{address}/{name}")
        for explorer in page.locator(".weightmaps-explorer").all() if some else ():
            explorer.scroll_into_view_if_needed()
            explorer.locator("[data-part=sentence]:not(:empty)").wait_for()
        results = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
        assert results.response["passes"], "axe did not look"
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"


@pytest.mark.parametrize("name", few(NOTEBOOKS, "index", "two-inputs"))
def test_without_javascript_each_explorer_is_a_picture(browser, site, name):
    with without_scripts(browser, f"{site.as_uri()}/chapters/{name}.html", 390) as page:
        assert page.locator(".wm-still").count() >= 1
        check_still(page, "Neuron|Image|[Mm]ap|ink|lines|dots|weight")
        assert_fits(page)


def test_each_chapter_offers_its_notebook(site):
    for name in PAGES:
        page = site / "chapters" / f"{name}.html"
        ((source, offered),) = set(
            re.findall(r'<a href="([^"]+\.ipynb)" download="([^"]+)"', page.read_text("utf-8"))
        )
        assert (page.parent / source).read_bytes() == (site.parent / "notebooks" / offered).read_bytes()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), slow(1280, "dark")])
def test_two_inputs_has_a_playground_that_trains_and_lines_to_drag(page, place, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{place}/chapters/two-inputs.html")
    first, second = page.locator(".weightmaps-explorer").all()
    first.scroll_into_view_if_needed()
    part(page, "train").click()
    wait_until(page, "document.querySelector('[data-part=sentence]').dataset.step === '1000'")
    assert "100% of 1000 new ones" in part(page, "sentence").first.inner_text()
    second.scroll_into_view_if_needed()
    second.locator("[data-part=sentence]:not(:empty)").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for image in page.locator("article img").all():
        assert len(image.get_attribute("alt") or "") > 20


def test_pages_with_formulas_ask_for_a_font_that_has_their_characters(site):
    seen = set()
    for name in every_page(site):
        page = (site / name).read_text("utf-8")
        formulas = "".join(re.findall(r"<math\b.*?</math>", page, re.DOTALL))
        assert ("_static/maths.css" in page) == bool(formulas), name
        seen |= set(html.unescape(re.sub(r"<[^>]*>", "", formulas)))
    assert "∑" in seen
    assert seen <= set(CHARACTERS)


def test_brackets_are_as_tall_as_what_they_hold(page, place):
    page.goto(f"{place}/chapters/where-the-noise-comes-from.html")
    bracket, fraction = (
        page.locator(f"math[display=block] {name}").first.bounding_box()["height"] for name in ("mo", "mfrac")
    )
    assert bracket > 0.9 * fraction


def test_formulas_are_mathml(page, place):
    page.goto(f"{place}/chapters/the-raw-network.html")
    formula = page.locator("math[display=block]").first
    assert formula.bounding_box()["height"] > 20
    assert "σ" in formula.text_content()


def notebook(name):
    return json.loads((CHAPTERS / f"{name}.ipynb").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_are_kept_without_pictures_and_with_what_nbval_compares(name):
    compared = 0
    for cell in notebook(name)["cells"]:
        if cell["cell_type"] != "code":
            continue
        tags = cell["metadata"].get("tags", [])
        if "nbval-check-output" in tags:
            assert cell["outputs"], "run: make refresh"
            compared += 1
        else:
            assert cell["outputs"] == []
        assert not any("image/" in kind for output in cell["outputs"] for kind in output.get("data", ()))
        if "remove-cell" not in tags:
            lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
            assert len(lines) <= 20
        if "figure" in cell["metadata"].get("mystnb", {}):
            figure, image = cell["metadata"]["mystnb"]["figure"], cell["metadata"]["mystnb"]["image"]
            assert figure["name"].startswith("fig-")
            assert len(figure["caption"]) > 20
            assert image["alt"] != figure["caption"]
    assert compared >= 1


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_who_runs_a_chapter_sees_its_numbers(name):
    """JupyterLab shows names where the prose quotes numbers: the cells print both, their code folded away."""
    for cell in notebook(name)["cells"]:
        outputs = cell.get("outputs", ())
        printed = "".join(text for output in outputs for text in output.get("text", ()))
        kept = [output for output in outputs if "scrapbook" in output.get("metadata", ())]
        for output in kept:
            value = ast.literal_eval("".join(output["data"]["application/papermill.record/text/plain"]))
            assert f"{output['metadata']['scrapbook']['name']}: {value}\n" in printed
        assert not kept or cell["metadata"]["jupyter"] == {"source_hidden": True}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_numbers_in_prose_are_glued(name):
    """A number with a decimal point or a per cent sign in prose must come from a computation."""
    cells = notebook(name)["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    prose = re.sub(
        r"```.*?```|\$\$.*?\$\$|\{glue:text\}`[^`]*`|`[^`]*`|\]\([^)]*\)", "", prose, flags=re.DOTALL
    )
    allowed = {"0.01", "0.1", "0.9", "95%", "99%"}  # bounds that the text itself sets
    typed = set(re.findall(r"\d+\.\d+|\d+(?:\.\d+)?%", prose)) - allowed
    assert typed == set()


def test_the_maps_of_the_site_are_the_networks(page, place):
    """Pixels on screen against weights: a map that is transposed, flipped or off zero fails."""
    open_explorer(page, place, "index")
    shown = Shown(page, "index")
    colours = pixels(page, "[data-part=panel-weight_map] canvas").reshape(28, 28, 4)
    redness = colours[..., 0].astype(int) - colours[..., 2]
    strong = np.abs(shown.weights) > np.abs(shown.weights).max() / 4
    assert strong.sum() > 50
    assert (np.sign(redness.ravel()[strong]) == np.sign(shown.weights[strong])).all()
