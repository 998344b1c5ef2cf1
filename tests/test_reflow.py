"""Every page on small screens, at high zoom and with spaced-out text: nothing cut, nothing too small."""

import pytest

from conftest import slow
from reader import settle, wait_until
from test_site import every_page

# In CSS pixels: a window of 1280 at a zoom of 200 and 400% is 640 and 320 wide.
SCREENS = [(320, 256), (320, 800), (360, 740), (390, 844), (640, 450), (740, 360)]
PHONE = (390, 844)
# WCAG 1.4.12.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
# What is wrong, in words: sideways scrolling; text that its box cuts; and, WCAG 2.5.8, targets below 24
# pixels that are neither in a sentence nor far enough from every other one.
LOOK = """([often]) => {
  const wrong = [], hides = ["hidden", "clip"];
  const seen = (one) => one.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
  const textOf = (one) => one.textContent.trim();
  const nameOf = (one) => `${one.localName} ${one.className} ${JSON.stringify(textOf(one).slice(0, 30))}`;
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) wrong.push(`scrolls sideways by ${wide} px`);
  for (const one of document.querySelectorAll("body, body *")) {
    const { overflowX, overflowY } = getComputedStyle(one);
    if (![overflowX, overflowY].some((how) => hides.includes(how)) || !seen(one)) continue;
    if (one.clientWidth < 2 || !one.innerText?.trim()) continue;
    const [x, y] = [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight];
    if (hides.includes(overflowX) && x > 1) wrong.push(`cuts ${x} px off the width of ${nameOf(one)}`);
    if (hides.includes(overflowY) && y > 1) wrong.push(`cuts ${y} px off the height of ${nameOf(one)}`);
  }
  const kinds = "a[href], button, input, select, summary, [role=listbox], [role=slider]";
  const targets = [...document.querySelectorAll(kinds)].filter(seen)
    .map((one) => one.closest("label") ?? one);
  const boxes = targets.map((one) => one.getBoundingClientRect());
  const far = ({ left, right, top, bottom }, x, y) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
  targets.forEach((one, i) => {
    const { left, top, width, height } = boxes[i], [x, y] = [left + width / 2, top + height / 2];
    const size = `${width.toFixed()} × ${height.toFixed()} px: ${nameOf(one)}`;
    const isLink = one.localName === "a";
    if (!width || !height) return;
    if (often && one.closest(".wm") && !isLink && height < 44) wrong.push(size);
    if (Math.min(width, height) >= 23.5) return;
    const sentence = one.closest("p, li, td, dd, dt, figcaption, h1, h2, h3, h4");
    if (isLink && sentence && textOf(sentence).length > textOf(one).length) return;
    const apart = (other) => other !== one && !other.contains(one) && !one.contains(other);
    const close = targets.some((other, k) => apart(other) && far(boxes[k], x, y) < 12);
    if (close) wrong.push(`too close: ${size}`);
  });
  return [...new Set(wrong)];
}"""


def all_drawn(page):
    """Scroll to each explorer, which comes in place of its still."""
    for one in page.locator(".weightmaps-explorer").all():
        one.scroll_into_view_if_needed()
        wait_until(page, "(one) => !one.querySelector('.wm-still')", one.element_handle())
    page.evaluate("document.fonts.ready")


@pytest.mark.parametrize("part", [slow("chapters"), slow("reference"), slow(".")])
def test_a_page_fits_every_screen_with_nothing_cut_and_targets_large_enough(page, site, serve, part):
    address, wrong = serve(site), []
    for name in every_page(site):
        if name.rpartition("/")[0] != part.strip("."):
            continue
        page.goto(f"{address}/{name}")
        all_drawn(page)

        def look(how, screen, name=name):
            page.set_viewport_size({"width": screen[0], "height": screen[1]})
            settle(page)
            wrong.extend(f"{name}, {how}: {words}" for words in page.evaluate(LOOK, [screen == PHONE]))

        for screen in SCREENS:
            look(f"{screen[0]} × {screen[1]}", screen)
        page.evaluate(SPACING)
        for screen in ((320, 800), (1280, 900)):
            look(f"{screen[0]} px with text spacing", screen)
    assert not wrong, "\n".join(wrong)
