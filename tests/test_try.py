"""What a claim says to try shows its effect and control, and comes out as its verdict says."""

from pathlib import Path

import pytest
import yaml

from bookbuild.claims import link
from conftest import few, slow
from replications.claim import claims

CLAIMS = Path(__file__).resolve().parents[1] / "chapters" / "claims.yml"
TRIED = {
    one["replication"]: one
    for entries in yaml.safe_load(CLAIMS.read_text("utf-8")).values()
    for one in entries
    if "try" in one
}
FIGURES = [name for name, one in TRIED.items() if "#" in one["try"]]
ONE_A_PAGE = {TRIED[name]["try"].split("#")[0]: name for name in FIGURES}.values()
PRESETS = sorted({one["try"] for one in TRIED.values()} - {TRIED[name]["try"] for name in FIGURES})


def agrees(name, bars):
    """Whether effect and control, as bars on the page, come out as the verdict says."""
    found = [
        float(one.get_attribute("data-value")) for one in bars.locator("[data-part=measure-value]").all()
    ]
    assert len(found) == 2
    held = bool(claims()[name].holds(*found))
    word = TRIED[name]["verdict"].split()[0].strip(".,")
    return word == "Depends" or held == (word == "True")


@pytest.mark.parametrize("name", few(FIGURES, *ONE_A_PAGE))
def test_a_figure_shows_the_claim_s_effect_beside_its_control(page, place, name):
    address = link(TRIED[name]["try"])
    page.goto(f"{place}/chapters/{address}")
    number = address.split("#explorer=")[1].split("&")[0]
    figure = page.locator(f"[data-explorer='{number}'] .wm-live")
    figure.locator("[data-part=measure-value]").first.wait_for()
    assert figure.locator("[data-part=link-note]").inner_text() == ""
    assert agrees(name, figure)


@pytest.mark.parametrize("preset", [slow(one) for one in PRESETS])
def test_an_experiment_of_the_laboratory_comes_out_as_the_book_says(page, place, preset):
    page.goto(f"{place}/chapters/{link(preset)}")
    lab = page.locator(".wm-lab")
    lab.locator("[data-part=start]").click()
    lab.locator("[data-part=measure-value]").first.wait_for(timeout=60_000)
    for name in (name for name, one in TRIED.items() if one["try"] == preset):
        assert agrees(name, lab.locator(f"[data-replication={name}]"))
