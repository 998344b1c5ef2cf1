"""What a chapter owes its readers: short, a picture at once, few numbers, sliders beside what they move."""

import pytest
import yaml

from reader import settle, wait_until
from test_project import ROOT

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [one["file"].partition("/")[2] for one in TOC["parts"][0]["chapters"]]
HIGH, FOLD, MOST = 8000, 720, 4
MEASURE = r"""(most) => {
  const article = document.querySelector("article");
  const pictures = [...article.querySelectorAll("img, svg, .weightmaps-explorer")]
    .map((one) => one.getBoundingClientRect()).filter(({ height }) => height > 60);
  // An interval belongs to its number; a digit that is written or read is a name: "a 3", "the 0s".
  const numbers = (words) => words
    .replace(/\([^()\s]+ to [^()\s]+\)/g, "")
    .replace(/ of \d+\b|\d+s\b|\b(an?|or|the|from|against) \d\b/g, "")
    .match(/(?<![\p{L}\d])[−+-]?\d[\d.,]*%?/gu) ?? [];
  const crowded = [];
  for (const one of article.querySelectorAll("p, li, dd")) {
    if (one.closest(".weightmaps-explorer, figcaption, table, details, .chapter-links")) continue;
    if (one.querySelector("p, ul, ol")) continue;
    const copy = one.cloneNode(true);
    for (const name of copy.querySelectorAll("math, code, .headerlink, a[href*=references]")) name.remove();
    if (numbers(copy.textContent).length > most) crowded.push(copy.textContent.trim().slice(0, 80));
  }
  const columns = (line) => /\S {2,}\S/.test(line);
  const printed = [...article.querySelectorAll(".cell_output pre")].map((one) => one.textContent)
    .filter((words) => words.trimEnd().split("\n").filter(columns).length > 1)
    .map((words) => words.slice(0, 60));
  const isFolded = (one) => one.closest("details:not([open])");
  const folded = [...article.querySelectorAll("div.cell_input")].every(isFolded);
  const first = Math.min(...pictures.map(({ top }) => top + scrollY));
  return { height: article.getBoundingClientRect().height, first, crowded, printed, folded };
}"""
WAITING = {"slider-keep", "slider-l2", "slider-moment"}  # for a button, or for what training makes
# A live figure is there before its data.
DRAWN = """(one) => {
  const widget = one.querySelector(".wm:not(.wm-opening, .wm-still)");
  return widget && (!widget.matches(".wm-live") || widget.querySelector(".wm-sentence:not(:empty)"));
}"""
# The pictures of a slider's widget that are on the page, and what each shows: its pixels or its marks.
SHOWN = "canvas, svg, .wm-grid, .wm-bars, .wm-strip, .wm-confusion"
PICTURES = f"""const pictures = [...slider.closest(".wm").querySelectorAll("{SHOWN}")]
  .filter((one) => one.getClientRects().length)"""
LOOK = f"(slider) => {{ {PICTURES}; return pictures.map((one) => one.toDataURL?.() ?? one.outerHTML); }}"
# Those that moved and cannot be seen whole together with the slider, wherever the reader scrolls. A slider
# that stays in view is for all that it moves; one within a panel is for one picture at least.
APART = f"""([slider, moved]) => {{
  {PICTURES};
  const bar = slider.closest(".wm-sliders, .wm-live-controls") ?? slider;
  const roof = document.querySelector(".mobile-header").offsetHeight;
  const isSeen = ({{ top, bottom }}) => top >= roof && bottom <= innerHeight + 1;
  const overlap = (a, b) =>
    a.top < b.bottom - 1 && b.top < a.bottom - 1 && a.left < b.right && b.left < a.right;
  const places = (picture) => [[picture, "end"], [picture, "center"], [bar, "center"], [bar, "end"]];
  const together = (picture) => places(picture).some(([one, block]) => {{
    one.scrollIntoView({{ block }});
    const [shown, own, controls] = [picture, slider, bar].map((each) => each.getBoundingClientRect());
    return isSeen(shown) && isSeen(own) && !overlap(shown, controls);
  }});
  const name = (one) => one.closest("[class*=wm-panel], [class*=wm-live-]")?.className ?? one.tagName;
  const those = pictures.filter((one, k) => moved.includes(k)), far = those.filter((one) => !together(one));
  const isEnough = getComputedStyle(bar).position === "sticky" ? !far.length : far.length < those.length;
  return isEnough ? [] : far.map(name);
}}"""


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_short_and_begins_with_a_picture(page, site, name):
    page.set_viewport_size({"width": 1280, "height": FOLD})
    page.goto(f"file://{site}/chapters/{name}.html")
    found = page.evaluate(MEASURE, MOST)
    wanted = {"folded": True, "height": min(found["height"], HIGH), "first": min(found["first"], FOLD - 1)}
    assert found == {**wanted, "crowded": [], "printed": []}


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_slider_is_seen_together_with_each_picture_that_it_moves(page, site, name, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"file://{site}/chapters/{name}.html")
    for one in page.locator(".weightmaps-explorer").all():
        one.scroll_into_view_if_needed()  # until then it waits
        wait_until(page, DRAWN, one.element_handle())
    apart = {}
    for slider in page.locator(".wm input[type=range]:visible").all():
        looks = []
        for key in ("Home", "End"):
            slider.press(key)
            settle(page)
            looks.append(slider.evaluate(LOOK))
        moved = [k for k, (first, last) in enumerate(zip(*looks, strict=False)) if first != last]
        name = slider.get_attribute("data-part")
        if far := page.evaluate(APART, [slider.element_handle(), moved]):
            apart[name] = far
        elif not moved and name not in WAITING:
            apart[name] = "moves nothing"
    assert apart == {}
