"""The site's machinery, on strings small enough to read."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_cache import get_cache
from PIL import Image
from py_mini_racer import MiniRacer

from bookbuild import cache, pictures
from bookbuild.cache import choose_cache, digest, execution_key
from bookbuild.citations import with_back_links
from bookbuild.head import POLICY, site_address
from bookbuild.links import broken_links, foreign_requests
from bookbuild.mathml import keep_marks, to_mathml
from bookbuild.pages import chapter_links
from bookbuild.pictures import load_late, on_paper, png_size, size_images, with_palette
from bookbuild.search import as_script, sections
from weightmaps import figures


def png(width, height, dpi=None):
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG", **({"dpi": (dpi, dpi)} if dpi else {}))
    return file.getvalue()


# MathML


def test_mathml_keeps_the_parts_of_a_fraction_in_order():
    math = ET.fromstring(to_mathml(r"\frac{1}{1+e^{-z}}", display=True))
    above, below = math.find(".//mfrac")
    assert math.get("display") == "block"
    assert "".join(above.itertext()) == "1"
    assert "".join(below.itertext()) == "1+e−z"


def test_mathml_aligns_at_the_ampersand_without_numbers_of_its_own():
    for name in ("aligned", "align", "split", "align*"):
        math = ET.fromstring(to_mathml(rf"\begin{{{name}}} z &= Wx \\ a &= z \end{{{name}}}", display=True))
        rows = [["".join(cell.itertext()) for cell in row] for row in math.iter("mtr")]
        assert rows == [["z", "=Wx"], ["a", "=z"]]


def test_a_mark_after_a_formula_stays_on_its_line():
    z, block = to_mathml("z"), to_mathml("z", display=True)
    context = {"body": f"{z} and ({z}), {z} {block}."}
    keep_marks(None, "page", "page.html", context, None)
    assert context["body"] == f'{z} and <span class="marked">({z}),</span> {z} {block}.'


def test_mathml_breaks_lines_without_an_environment():
    assert len(list(ET.fromstring(to_mathml(r"a \\ b", display=True)).iter("mtr"))) == 2


def test_mathml_puts_the_limits_of_a_displayed_sum_above_and_below():
    tex = r"\left(\sum_{i=1}^{784} w_i\right)"
    assert "<munderover>" in to_mathml(tex, display=True)
    assert "<munderover>" not in to_mathml(tex)


def test_mathml_has_no_named_spaces():
    assert 'width="-0.167em"' in to_mathml(r"\sigma\!(z)")


def test_mathml_sets_a_norm_close_to_what_is_within():
    # Firefox takes a sign with no side of its own for a relation, with a space on both.
    assert to_mathml(r"\|w\|").count('lspace="0em" rspace="0em">&#x02016;') == 2


def test_mathml_says_the_tex_to_who_cannot_see_it():
    assert ET.fromstring(to_mathml('a < "b"')).get("alttext") == 'a < "b"'


@pytest.mark.parametrize(
    ("tex", "complaint"),
    [
        (r"\foo{x}", r"\\foo"),
        (r"\frac{1", "braces|'{'"),
        (r"\left(x", "formula"),
        (r"\begin{foo}x\end{foo}", "environment foo"),
    ],
)
def test_mathml_refuses_what_it_cannot_show(tex, complaint):
    with pytest.raises(ValueError, match=complaint):
        to_mathml(tex)


# Pictures


@pytest.mark.parametrize(("dpi", "shown"), [(None, (300, 200)), (100, (300, 200)), (200, (150, 100))])
def test_a_png_is_shown_at_a_hundred_dots_an_inch(dpi, shown):
    assert png_size(png(300, 200, dpi)) == shown


def test_images_get_their_size_and_keep_one_they_have():
    read = {"a b.png": png(80, 60, dpi=200)}.__getitem__
    body = '<img alt="map" src="../_images/a%20b.png" />'
    assert size_images(body, read) == f'<img width="40" height="30"{body[4:]}'
    retina = '<img alt="map" src="../_images/a%20b.png" style="width: 39.6px; height: 30px;" />'
    assert size_images(retina, read) == '<img alt="map" src="../_images/a%20b.png" width="40" height="30" />'
    fixed = '<img alt="map" src="../_images/a%20b.png" style="width: 10%;" />'
    assert size_images(fixed, read) == fixed


@pytest.mark.parametrize("alt", ["", 'alt=""', 'alt="../_images/a.png"'])
def test_a_picture_without_alt_text_fails(alt):
    with pytest.raises(ValueError, match="alt text"):
        size_images(f'<img {alt} src="../_images/a.png" />', lambda name: png(2, 2))


def without_paper():
    """Ink, half an ink, nothing, and a grey of a picture."""
    pixels = Image.new("RGBA", (4, 1))
    ink = pictures.ImageColor.getrgb(pictures.INK)
    for x, colour in enumerate([(*ink, 255), (*ink, 128), (0, 0, 0, 0), (118, 118, 118, 255)]):
        pixels.putpixel((x, 0), colour)
    file = io.BytesIO()
    pixels.save(file, "PNG", dpi=(200, 200))
    return file.getvalue()


def test_ink_is_dark_on_light_paper_and_light_on_dark():
    for scheme, ink, half, paper in (
        ("light", (29, 33, 37), (142, 144, 146), (255, 255, 255)),
        ("dark", (230, 230, 227), (125, 125, 125), (19, 20, 22)),
    ):
        data = on_paper(without_paper(), scheme)
        with Image.open(io.BytesIO(data)) as picture:
            found = [picture.getpixel((x, 0)) for x in range(4)]
        assert found == [ink, half, paper, (118, 118, 118)]
        assert png_size(data)[0] == 2


def test_a_picture_without_paper_has_a_dark_twin_that_loads_when_it_is_shown():
    tag = '<img alt="map" src="../_images/a.png" width="2" height="1" />'
    both = size_images(tag, lambda _: without_paper())
    assert 'class="only-light" alt="map" src="../_images/a.png"' in both
    assert 'class="only-dark" loading="lazy" alt="map" src="../_images/a-dark.png"' in both
    assert load_late(both) == both


def test_the_colours_that_turn_light_are_those_that_figures_draw_with():
    assert figures.ACCENT == pictures.ACCENT
    assert list(pictures.KINDS) == list(figures.KINDS)
    drawn = (Path(pictures.__file__).parent / "matplotlibrc").read_text("utf-8")
    assert pictures.INK[1:] in drawn


def test_a_palette_keeps_size_and_density_and_what_is_seen():
    chart = Image.effect_noise((200, 100), 8).convert("RGB")
    file = io.BytesIO()
    chart.save(file, "PNG", dpi=(200, 200))
    smaller = with_palette(file.getvalue())
    assert len(smaller) < 0.8 * len(file.getvalue())
    assert png_size(smaller) == (100, 50)
    assert with_palette(smaller) is smaller


def test_a_photograph_or_a_transparent_picture_keeps_its_colours():
    noise = [Image.effect_noise((99, 99), 200) for _ in range(4)]
    for mode in ("RGB", "RGBA"):
        file = io.BytesIO()
        Image.merge(mode, noise[: len(mode)]).save(file, "PNG")
        assert with_palette(file.getvalue()) == file.getvalue()


# Pages


def test_chapter_links_offer_the_notebook_and_binder_only_where_known():
    book = {"notebooks": ["index", "chapters/a-b"]}
    plain = chapter_links("chapters/a-b", "../", **book)
    assert 'href="../_sources/chapters/a-b.ipynb" download="01-a-b.ipynb"' in plain
    assert "binder" not in plain
    known = chapter_links("chapters/a-b", "../", "me/maps", "dev/x", **book)
    assert 'mybinder.org/v2/gh/me/maps/dev%2Fx?labpath=_build%2Fnotebooks%2F01-a-b.ipynb"' in known


def test_chapter_links_say_where_in_the_book_a_chapter_is():
    assert ">Chapter 2 of 3</p>" in chapter_links("b", "", chapters=["a", "b", "c"])
    assert chapter_links("reference/d", "", chapters=["a", "b", "c"]) == ""


def test_chapter_links_refuse_what_is_no_repository():
    with pytest.raises(ValueError, match="owner/name"):
        chapter_links("a", "../", '"><script>', notebooks=["a"])


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<script async src='//cdn.example/x.js'>",
        '<link rel="stylesheet" href="https://cdn.example/x.css">',
        '<img alt="" src="http://cdn.example/x.png">',
        "@font-face { src: url(https://cdn.example/x.woff2) }",
        '@import "https://cdn.example/x.css";',
    ],
)
def test_foreign_requests_are_seen(page):
    (address,) = foreign_requests(page)
    assert re.match(r"(https?:)?//cdn\.example/x\.\w+$", address)


def test_links_that_a_reader_follows_are_no_requests():
    assert foreign_requests('<a href="https://example.org">x</a><script src="../a.js"></script>') == []


# The head of a page


def test_an_address_ends_in_a_slash():
    assert site_address("https://example.org/book") == site_address("https://example.org/book/")
    assert site_address("http://127.0.0.1:8000") == "http://127.0.0.1:8000/"
    assert site_address("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "ftp://example.org",
        'https://e.org/"><script>',
        "https://e.org/?a",
        "https:///x",
        "https://a b",
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="WEIGHTMAPS_ADDRESS is"):
        site_address(text)


def test_the_policy_names_no_host():
    assert not re.search(r"\*|https?:|\w\.\w", POLICY)
    assert POLICY.startswith("default-src 'none'")


# Search


def test_sections_are_read_without_code_and_without_each_other():
    page = (
        '<h1>Not this</h1><article><section id="a"><h1>A &amp; B<a class="headerlink">#</a></h1>'
        "<p>one <br>two</p>"
        '<div class="cell_input"><pre>x = 1</pre></div><section id="c"><h2>C</h2><script>y</script>three'
        "<math><mi>z</mi></math></section>four</section></article><p>nor this</p>"
    )
    assert sections(page) == [["a", "A & B", "one twofour"], ["c", "C", "threez"]]


def test_a_claim_is_found_by_itself():
    page = (
        '<article><section id="a"><h1>A</h1><div class="claim claim-true" id="b"><p><strong>“B.”</strong> '
        '<em>True.</em></p><div class="strip">7%</div>\nwhy</div>more</section></article>'
    )
    assert sections(page) == [["a", "A", "more"], ["b", "“B.”", "True. why"]]


DOM = """
const element = () => ({
  items: [], value: "", addEventListener() {}, prepend() {},
  replaceChildren() { this.items = []; }, append(...more) { this.items.push(...more); },
});
const window = { bookTexts: %s }, location = { search: "" }, places = {};
const document = {
  querySelector: (name) => (places[name] ??= element()), createElement: element,
  createTextNode: (textContent) => ({ textContent }),
};
function URLSearchParams() { return { get: () => %s }; }
"""
MARKED = """JSON.stringify(places["#search-results"].items.map(({ items: [link, { items }] }) =>
  [link.href, items.filter((_, i) => i % 2).map(({ textContent }) => textContent)]))"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ours", {"#a": ["ours"]}),  # not our, hours or colours
        ("our", {"#a": ["our"], "#b": ["our"]}),
        ("hours", {"#b": ["hours"]}),
        ("maps", {"#c": ["map"]}),  # no section has the plural
        ("this", {}),
        ("is", {"#a": ["Is"]}),
        ("class", {}),
        ("784-100-10", {"#c": ["784-100-10"]}),
        ("(a+", {"#c": ["(a+"]}),
        ("hours colours", {"#b": ["hours", "colours"]}),
    ],
)
def test_a_section_is_found_by_the_words_that_it_holds(words, found):
    texts = [["Is it ours", "a"], ["our hours in colours", "b"], ["a map of 784-100-10 (a+b)", "c"]]
    pages = [["p.html", "P", [[anchor, "", text] for text, anchor in texts]]]
    engine = MiniRacer()
    script = Path(__file__).parent.parent / "_static" / "search.js"
    engine.eval(DOM % (json.dumps(pages), json.dumps(words)) + script.read_text("utf-8"))
    assert {link[len("p.html") :]: marked for link, marked in json.loads(engine.eval(MARKED))} == found


def test_texts_are_a_script_of_pages_that_have_any():
    page = '<article><section id="t"><h1>T</h1>x</section></article>'
    script = as_script({"a.html": page, "index.html": "<p>y</p>"})
    assert json.loads(script.removeprefix("window.bookTexts=").rstrip(";\n")) == [
        ["a.html", "T", [["", "T", "x"]]]
    ]


# The execution cache


def test_digest_changes_with_a_name_or_a_byte_and_not_with_bytecode(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    first = digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("compiled")
    assert digest(tmp_path) == first
    (tmp_path / "a.py").write_text("x = 2")
    second = digest(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, digest(tmp_path)}) == 3


def test_digest_of_nothing_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="holds no file"):
        digest(tmp_path)


def test_what_chapters_import_of_bookbuild_decides_whether_they_run_again(monkeypatch, tmp_path):
    (tmp_path / "glue.py").write_text("first")
    (tmp_path / "pages.py").write_text("first")
    monkeypatch.setattr(cache, "package_folder", lambda name: tmp_path)
    monkeypatch.setattr(cache, "digest", lambda folder: "the package")
    first = execution_key()
    (tmp_path / "pages.py").write_text("second")
    assert execution_key() == first
    (tmp_path / "glue.py").write_text("second")
    second = execution_key()
    (tmp_path / "replications.json").write_text("{}")
    monkeypatch.setattr(cache.results, "RESULTS", tmp_path / "replications.json")
    assert len({first, second, execution_key()}) == 3


def test_the_cache_of_older_code_is_dropped(tmp_path):
    config = SimpleNamespace()
    app = SimpleNamespace(outdir=tmp_path / "html")
    choose_cache(app, config)
    current = tmp_path / ".jupyter_cache" / config.nb_execution_cache_path.rsplit("/", 1)[-1]
    current.mkdir(parents=True)
    (current.parent / "older").mkdir()
    choose_cache(app, config)
    assert list(current.parent.iterdir()) == [current]


RUN = """
import sys
from multiprocessing import parent_process
from types import SimpleNamespace
from jupyter_cache.executors import basic
from bookbuild.cache import run_chapters
config = SimpleNamespace(
    nb_execution_excludepatterns=["out.ipynb"], nb_execution_cache_path="cache", nb_execution_timeout=60
)
env = SimpleNamespace(doc2path=lambda name: f"{folder}/{name}.ipynb")

def broken(*values):
    if parent_process() or where == "everywhere":
        raise OSError("the cache is locked")
    return kept(*values)

folder, where, *names = sys.argv[1:]
if where != "nowhere":
    kept, basic.create_cache_bundle = basic.create_cache_bundle, broken
run_chapters(SimpleNamespace(config=config), env, names)
"""


def run_in_process(folder, where, *sources):
    """Run chapters of one cell each, in a process that may fork: one with a browser must not."""
    for name, source in sources:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        nbformat.write(notebook, folder / f"{name}.ipynb")
    names = [name for name, _ in sources]
    return subprocess.run(
        [sys.executable, "-c", RUN, folder, where, *names],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def kept_chapters(folder):
    records = get_cache(folder / "cache").list_cache_records()  # as they stand in the folder, and folded
    return sorted({Path(record.uri).stem for record in records})


def test_chapters_run_and_one_that_raises_stops_the_build_with_its_cell(tmp_path):
    done = run_in_process(tmp_path, "nowhere", ("good", "1 + 1"), ("bad", "3 / 0"), ("out", "4 / 0"))
    assert done.returncode == 1
    told = done.stderr[done.stderr.index("ExtensionError: ") :]
    assert "bad.ipynb" in told
    assert "3 / 0" in told
    assert "ZeroDivisionError" in told
    assert "good.ipynb" not in told
    assert "4 / 0" not in done.stderr
    assert kept_chapters(tmp_path) == ["good"]


@pytest.mark.slow
def test_what_a_cell_printed_in_pieces_is_one_output(tmp_path):
    pieces = (
        "import sys\nfor piece in ('a', '\\nb', '\\n'):\n    sys.stdout.write(piece)\n    sys.stdout.flush()"
    )
    done = run_in_process(tmp_path, "nowhere", ("one", pieces))
    assert done.returncode == 0, done.stderr
    cache = get_cache(tmp_path / "cache")
    for record in cache.list_cache_records():
        (output,) = cache.get_cache_bundle(record.pk).nb.cells[0].outputs
        assert output.text == "a\nb\n"


@pytest.mark.slow
def test_a_chapter_that_could_not_be_run_beside_others_is_run_once_more(tmp_path):
    done = run_in_process(tmp_path, "in workers", ("one", "1 + 1"), ("two", "2 + 2"))
    assert done.returncode == 0, done.stderr
    assert "the cache is locked" in done.stderr
    assert sorted(kept_chapters(tmp_path)) == ["one", "two"]


@pytest.mark.slow
def test_a_chapter_that_cannot_be_run_at_all_stops_the_build(tmp_path):
    done = run_in_process(tmp_path, "everywhere", ("one", "1 + 1"))
    assert done.returncode == 1
    assert "the cache is locked" in done.stderr
    assert "one.ipynb: not run, though no cell raised; the error is above" in done.stderr
    assert kept_chapters(tmp_path) == []


# Citations


def test_each_work_says_where_it_is_cited():
    body = '<div class="citation" id="id3" role="listitem"><p>A &amp; B.</p></div><p>After.</p>'
    places = {"id3": [("../a.html#id1", "A < B"), ("../a.html#id2", "A < B"), ("../c.html#id9", "C")]}
    told = (
        '<p class="cited">Cited in <a href="../a.html#id1">A &lt; B</a>, <a href="../c.html#id9">C</a>.</p>'
    )
    assert with_back_links(body, places) == body.replace("</div>", f"{told}</div>")
    with pytest.raises(ValueError, match="no chapter cites the work id3"):
        with_back_links(body, {})


# Links


def test_links_that_lead_nowhere_are_named():
    pages = {
        "a.html": '<p id="x"><a href="#x">1</a> <a href="b/c.html#y">2</a> <a href="#">top</a>',
        "b/c.html": '<p id="y"><img src="../d.png"> <a href="../a.html#x%20z">3</a> <a href="https://a.b/#d">4</a>',
    }
    files = {*pages, "d.png"}
    assert broken_links(pages, files) == [("b/c.html", "../a.html#x%20z")]
    assert broken_links(pages, files - {"d.png"}) == [
        ("b/c.html", "../d.png"),
        ("b/c.html", "../a.html#x%20z"),
    ]
    assert broken_links({"404.html": '<a href="/b/a.html"><a href="/c/a.html">'}, {"a.html"}, "/b/") == [
        ("404.html", "/c/a.html")
    ]
    assert broken_links({"a.html": '<a href="b.html">1</a><a href="#gone">2</a>'}, {"a.html"}) == [
        ("a.html", "b.html"),
        ("a.html", "#gone"),
    ]


# A whole build, of a book of two pages


@pytest.mark.slow
def test_a_second_build_shows_what_was_edited(tmp_path):
    root = Path(__file__).parent.parent
    for name in ("_static", "code/bookbuild"):
        shutil.copytree(root / name, tmp_path / name)
    for name in ("_config.yml", "references.bib"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: first\nparts:\n- chapters:\n  - file: last\n")
    (tmp_path / "first.md").write_text("# First\n\nA page < of words.\n")
    cells = [
        nbformat.v4.new_markdown_cell("# Last\n\nA number."),
        nbformat.v4.new_code_cell("from bookbuild.glue import glue\nglue('number', 3)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "last.ipynb")
    site = tmp_path / "_build" / "html"

    def built():
        made = subprocess.run(
            [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "-n"],
            cwd=tmp_path,
            env=os.environ
            | {
                "PYTHONPATH": f"{tmp_path / 'code'}:{root / 'code'}",
                "WEIGHTMAPS_ADDRESS": "https://example.org/book",
            },
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert made.returncode == 0, made.stderr
        return (site / "last.html").read_text("utf-8")

    before = built()
    assert "number: 3" in before
    static = ("book.css", "book.js", "search.js")
    for name in static:
        with (tmp_path / "_static" / name).open("a") as file:
            file.write("/* edited */")
    after = built()
    for name in static:
        assert (site / "_static" / name).read_text().endswith("/* edited */")
    for name in ("book.css", "book.js"):  # by another address, or a browser would show the copy that it kept
        old, new = (re.search(rf"_static/{name}\?v=(\w+)", page)[1] for page in (before, after))
        assert old != new
    glue = tmp_path / "code" / "bookbuild" / "glue.py"
    glue.write_text(glue.read_text("utf-8").replace("{name}: {value}", "{name} is {value}"), "utf-8")
    assert "number is 3" in built()
    # And what needs the site's address is there when it is known.
    first = (site / "first.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://example.org/book/first.html">' in first
    assert 'content="https://example.org/book/_static/card.png"' in first
    assert '<meta name="description" content="A page &lt; of words." />' in first
    assert ET.parse(site / "sitemap.xml").getroot()[0][0].text == "https://example.org/book/first.html"
    lost = (site / "404.html").read_text("utf-8")
    assert 'href="/book/last.html"' in lost
    assert "application/ld+json" not in first
