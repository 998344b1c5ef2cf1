"""What a chapter owes its readers: not too long, a picture at once, few numbers a paragraph, tables as tables."""

import pytest
import yaml

from test_project import ROOT

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [one["file"].partition("/")[2] for one in TOC["parts"][0]["chapters"]]
HIGH, FOLD, MOST = 8000, 720, 4
MEASURE = r"""() => {
  const article = document.querySelector("article");
  const pictures = [...article.querySelectorAll("img, svg, .weightmaps-explorer")]
    .map((one) => one.getBoundingClientRect()).filter(({ height }) => height > 60);
  // An interval belongs to its number; a digit that is written or read is a name: "a 3", "the 0s".
  const numbers = (words) => words
    .replace(/\([^()\s]+ to [^()\s]+\)/g, "").replace(/ of \d+\b|\d+s\b|\b(an?|or|the|from|against) \d\b/g, "")
    .match(/(?<![\p{L}\d])[−+-]?\d[\d.,]*%?/gu) ?? [];
  const crowded = [];
  for (const one of article.querySelectorAll("p, li, dd")) {
    if (one.closest(".weightmaps-explorer, figcaption, table, details, .chapter-links")) continue;
    if (one.querySelector("p, ul, ol")) continue;
    const copy = one.cloneNode(true);
    for (const name of copy.querySelectorAll("math, code, .headerlink, a[href*=references]")) name.remove();
    if (numbers(copy.textContent).length > MOST) crowded.push(copy.textContent.trim().slice(0, 80));
  }
  const columns = (line) => /\S {2,}\S/.test(line);
  const printed = [...article.querySelectorAll(".cell_output pre")].map((one) => one.textContent)
    .filter((words) => words.trimEnd().split("\n").filter(columns).length > 1).map((words) => words.slice(0, 60));
  const folded = [...article.querySelectorAll("div.cell_input")].every((one) => one.closest("details:not([open])"));
  return { height: article.getBoundingClientRect().height, first: Math.min(...pictures.map(({ top }) => top + scrollY)), crowded, printed, folded };
}"""


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_short_and_begins_with_a_picture(page, site, name):
    page.set_viewport_size({"width": 1280, "height": FOLD})
    page.goto(f"file://{site}/chapters/{name}.html")
    found = page.evaluate(MEASURE.replace("MOST", str(MOST)))
    assert found["folded"], "code is not folded"
    assert found["height"] <= HIGH
    assert found["first"] < FOLD
    assert found["crowded"] == []
    assert found["printed"] == []
