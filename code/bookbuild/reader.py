"""Reader's notebooks: the chapters to download and run, with their numbers in the prose, and no Sphinx."""

import base64
import io
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import nbformat
from bs4 import BeautifulSoup
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image, ImageOps
from pybtex.database import parse_file
from pybtex.richtext import Text

from weightmaps.widgets import page, still

from . import guess
from .claims import by_replication, slug
from .widgets import STATE, VIEW, traits_of

GLOSSARY, CLAIMS = "glossary", "claims"  # pages that run no code
FOLDER = "notebooks"  # beside the site
HEIGHT, WIDTH, GAP = 168, 1000, 12  # of a still picture, in pixels
ROLE = re.compile(r"\{(glue:text|cite:t|cite|term)\}`([^`]+)`")
LINK = re.compile(r"\]\(([\w-]+)\.(?:ipynb|md)(?:#([\w-]+))?\)")
ROOMY = '<details style="margin-bottom: 1em">'  # JupyterLab leaves no room below a fold that is shut
TO_STATE = re.compile(r'<a href="(?:([\w-]+)\.html)?#explorer=[^"]*">([^<]*)</a>')  # a widget's, on a page
FOLD = re.compile(
    r"^(:{3,}|`{3,})\{(\w+)\} *(.*?)\n((?::[\w-]+:.*?\n)*)\n?(.*?)^\1 *$", re.MULTILINE | re.DOTALL
)
LIBRARIES = {"weightmaps": None, "sklearn": "%pip install --quiet scikit-learn"}
OPTIONAL = ("skip-execution", "raises-exception")  # tags of cells for readers who have another library
PAGE_ONLY = "page-only"  # a cell whose text is true on the site alone
# Links to the state of a widget on a page; of the list of claims, the buttons and the reader's score.
OF_PAGE = re.compile(
    r' <a href="[^"]*\.html[^"]*">[^<]*</a>|<div class="claim-filter".*?</div>|<p class="guess-score".*?</p>'
)
STRIP = re.compile(
    r'<div class="strip"><svg (.*?aria-label="([^"]*)".*?</svg>)<span>(.*?)</span> <span>(.*?)</span></div>'
)
INK = "#767b82"  # on light paper and on dark
WORDS = "weightmaps"  # in an output's metadata: what a widget says
RECORD = "application/papermill.record/text/plain"


@dataclass
class Book:
    """What a notebook quotes of the rest of the book.

    Attributes
    ----------
    values : dict of str to str
        The glued numbers, by name.
    works : dict of str to tuple
        Of each work its authors in short, its year and its address or None.
    headings : dict of dict
        By chapter, the words of each heading by its anchor.
    files : dict of str to str
        By chapter, its notebook's file name.
    install : str
        The line that installs the package.
    claims : dict of dict
        The claims by the function that tries them.
    """

    values: dict = field(default_factory=dict)
    works: dict = field(default_factory=dict)
    headings: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    install: str = ""
    claims: dict = field(default_factory=dict)


def reader_notebook(notebook, book):
    """A chapter as a notebook that any program shows and that runs with the package alone.

    Numbers, citations and captions are text; cells that only hand numbers to the prose are gone; plotting
    code is folded; of a widget there is a picture until its cell is run.

    Parameters
    ----------
    notebook : NotebookNode
        As executed, with its widgets' state.
    book : Book

    Returns
    -------
    NotebookNode

    Raises
    ------
    KeyError
        If the prose quotes a value, a work or a section that the book does not have.
    """
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    cells = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "remove-cell" in tags or PAGE_ONLY in tags:
            continue
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(in_words(cell.source, book), id=cell.id))
            continue
        metadata = {"jupyter": {"source_hidden": True}} if {"hide-input", "remove-input"} & set(tags) else {}
        if optional := [tag for tag in tags if tag in OPTIONAL]:
            metadata["tags"] = optional
        said = cell.metadata.get("mystnb", {})
        alt = said.get("image", {}).get("alt")
        outputs = [shown for output in cell.outputs if (shown := _shown(output, models, alt)) is not None]
        cells.append(new_code_cell(cell.source, id=cell.id, metadata=metadata, outputs=outputs))
        captions = [said["figure"]["caption"]] if "caption" in said.get("figure", {}) else []
        captions += [one.metadata[WORDS] for one in outputs if WORDS in one.get("metadata", {})]
        for k, caption in enumerate(captions):
            cells.append(new_markdown_cell(f"*{in_words(caption, book)}*", id=f"{cell.id[:50]}-caption{k}"))
    cells.insert(1, new_code_cell(_install(cells, book), id="install"))
    return _notebook(cells)


def _notebook(cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


def in_words(prose, book):
    """MyST as the Markdown that every program reads.

    >>> book = Book({"right": "97%"}, {"adebayo2018": ("Adebayo et al.", "2018", None)})
    >>> in_words("Right on {glue:text}`right` {cite}`adebayo2018`.", book)
    'Right on 97% (Adebayo et al., 2018).'
    """

    def role(match):
        kind, content = match.groups()
        if kind == "glue:text":
            return book.values[content]
        if kind == "term":
            return content
        works = [book.works[key.strip()] for key in content.split(",")]
        if kind == "cite:t":
            return " and ".join(_linked(f"{authors} ({year})", url) for authors, year, url in works)
        return f"({'; '.join(_linked(f'{authors}, {year}', url) for authors, year, url in works)})"

    def link(match):
        name, anchor = match.groups()
        place = "#" + book.headings[name][anchor].replace(" ", "-") if anchor else ""
        return f"]({book.files[name]}{place})"

    def to_state(match):
        name, words = match.groups()
        return f"[{words}]({book.files[name]})" if name else f"**{words}**"

    def fold(match):
        _, kind, title, options, body = match.groups()
        if kind == "container":
            return body
        if kind == "guess":
            return guess.as_markdown(title, book.claims)
        if "dropdown" not in options:
            return f"**{title or kind.capitalize()}.** {body}"
        return f"<details><summary>{title or kind.capitalize()}</summary>\n\n{body}\n</details>"

    text = TO_STATE.sub(to_state, LINK.sub(link, ROLE.sub(role, FOLD.sub(fold, prose))))
    return text.replace("<details>", ROOMY)


def _linked(words, url):
    return f"[{words}]({url})" if url else words


def _shown(output, models, alt):
    """An output that needs no kernel; a widget as a picture; None for one that nobody reads."""
    data = output.get("data", {})
    if "<style>" in data.get("text/html", ""):  # which JupyterLab drops
        frames = BeautifulSoup(data["text/html"], "html.parser").select(".wm-frames > [role=img]")
        words = f"{'. '.join(one['aria-label'] for one in frames)}."
        last = (base64.b64decode(one("img")[-1]["src"].partition(",")[2]) for one in frames)
        return _picture(words, "Run the cell above to see them change.", last)
    if VIEW not in data:
        if alt and "image/png" in data:
            output.metadata.setdefault("image/png", {})["alt"] = alt
        return None if RECORD in data else output
    traits = traits_of(models[data[VIEW]["model_id"]])
    if "_esm" not in traits:
        return None
    drawn = still.draw(traits["_esm"], page.own(traits))
    return _picture(drawn.words, "Run the cell above to move it.", drawn.pictures)


def _picture(words, advice, pictures):
    said = f"{words} {advice}".strip()
    data, metadata = {"text/plain": said}, {WORDS: said}
    if picture := _side_by_side(pictures):
        data["image/png"], metadata["image/png"] = base64.b64encode(picture).decode(), {"alt": words}
    return new_output("display_data", data, metadata=metadata)


def _side_by_side(pictures):
    """The first pictures of a widget in one PNG, each pixel as a square; None if it has none."""
    row, width = [], -GAP
    for png in pictures:
        with Image.open(io.BytesIO(png)) as picture:
            if picture.height < 5:
                continue  # a colour scale
            scale = max(1, round(HEIGHT / picture.height))
            size = picture.width * scale, picture.height * scale
            large = picture.convert("RGB").resize(size, Image.Resampling.NEAREST)
        row.append(ImageOps.expand(large, 1, INK))  # so that one without ink is seen
        width += GAP + row[-1].width
        if width > WIDTH and len(row) > 1:
            width -= GAP + row.pop().width
            break
    if not row:
        return None
    whole, at = Image.new("RGB", (width, max(one.height for one in row)), "white"), 0
    for one in row:
        whole.paste(one, (at, 0))
        at += one.width + GAP
    file = io.BytesIO()
    whole.save(file, "PNG", optimize=True)
    return file.getvalue()


def works(path):
    """Of each work in a BibTeX file: authors in short, year, and address or None."""
    found = {}
    for key, entry in parse_file(str(path)).entries.items():
        names = [
            str(Text(" ").join(person.rich_prelast_names + person.rich_last_names))
            for person in entry.persons["author"]
        ]
        authors = {1: names[0], 2: " and ".join(names[:2])}.get(len(names), f"{names[0]} et al.")
        doi = entry.fields.get("doi")
        url = entry.fields.get("url") or (doi and f"https://doi.org/{doi}")
        found[key] = authors, entry.fields.get("year", "n.d."), url
    return found


def glossary(path, book):
    """The glossary, which is a page of MyST, as a notebook."""
    text = path.read_text("utf-8")
    text = re.sub(r"```\{glossary\}\n(.*?)```", lambda match: _definitions(match[1]), text, flags=re.DOTALL)
    return _notebook([new_markdown_cell(in_words(text, book), id="glossary")])


def _definitions(entries):
    blocks = (block.split("\n", 1) for block in entries.strip().split("\n\n"))
    return "\n\n".join(f"**{term.strip()}**: " + " ".join(meaning.split()) for term, meaning in blocks)


def claims(path, book):
    """The list of claims, which is the output of its page's code, as a notebook of prose."""
    parts = []
    for cell in nbformat.read(path, 4).cells:
        parts += [cell.source] if cell.cell_type == "markdown" else []
        parts += [output.data["text/markdown"] for output in cell.get("outputs", ())]
    parts = [STRIP.sub(_as_image, in_words(OF_PAGE.sub("", one), book)) for one in parts]
    return _notebook([new_markdown_cell(one) for one in parts])


def _as_image(strip):
    """The strip of a claim as JupyterLab shows it, which drops an SVG that is no image."""
    drawing, said, low, high = strip.groups()
    file = f'<svg xmlns="http://www.w3.org/2000/svg" color="{INK}" fill="{INK}" {drawing}'
    data = base64.b64encode(file.encode()).decode()
    return f'{low} <img src="data:image/svg+xml;base64,{data}" alt="{said}"> {high}'


def setup(app):
    app.connect("build-finished", write, priority=700)  # before the links are checked


def write(app, exception):
    """Put reader's notebooks in place of the chapters' sources, and in a folder beside the site."""
    if exception or app.builder.format != "html":
        return
    source, out, find = Path(app.srcdir), Path(app.outdir), app.env.doc2path
    cache = get_cache(app.config.nb_execution_cache_path)
    book = Book(works=works(source / "references.bib"), install=_from_repository(app.config))
    if (path := source / "chapters" / "claims.yml").exists():
        book.claims = by_replication(path)
    notebooks = {}
    for number, name in enumerate(in_order(app)):
        notebook = nbformat.read(find(name), 4)
        executed = cache.get_cache_bundle(cache.get_cached_project_nb(str(find(name))).pk).nb
        notebooks[name] = merged(notebook, executed)
        short = PurePath(name).name
        book.headings[short] = _headings(notebook)
        book.files[short] = file_name(name, number)
        book.values.update(_glued(notebook))
    made = {GLOSSARY: glossary, CLAIMS: claims}
    prose = {
        name: Path(find(f"chapters/{name}")) for name in made if f"chapters/{name}" in app.env.found_docs
    }
    book.files |= {name: f"{name}.ipynb" for name in prose}
    folder = out.parent / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, path in prose.items():
        nbformat.write(made[name](path, book), folder / book.files[name])
    for name, notebook in notebooks.items():
        path = folder / book.files[PurePath(name).name]
        nbformat.write(reader_notebook(notebook, book), path)
        shutil.copyfile(path, out / "_sources" / f"{name}.ipynb")


def in_order(app):
    """The pages that are notebooks which the build runs, in the order of the table of contents."""
    site = app.env.external_site_map
    names = [site.root.docname, *(str(one) for tree in site.root.subtrees for one in tree.items)]
    excluded = app.config.nb_execution_excludepatterns
    paths = {name: PurePath(app.env.doc2path(name)) for name in names if name in app.env.found_docs}
    return [
        name
        for name, path in paths.items()
        if path.suffix == ".ipynb" and not any(path.match(one) for one in excluded)
    ]


def file_name(name, number):
    """What a reader's notebook is called, so that a folder shows the chapters in their order.

    >>> file_name("chapters/the-raw-network", 1)
    '01-the-raw-network.ipynb'
    """
    return f"{number:02}-{PurePath(name).name}.ipynb"


def merged(notebook, executed):
    """A notebook with the outputs of one from the cache, which keeps code alone."""
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    for cell, ran in zip(code, executed.cells, strict=True):
        cell.outputs = ran.outputs
    notebook.metadata.widgets = executed.metadata.get("widgets", {})
    return notebook


def _glued(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if (value := output.get("data", {}).get(RECORD)) is not None:
                yield output.metadata["scrapbook"]["name"], value.strip("'")


def _headings(notebook):
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return {slug(words): words for words in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)}


def _install(cells, book):
    """Code that installs what the other cells import, where it is missing."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    lines = ["from importlib.util import find_spec", ""]
    for library, how in LIBRARIES.items():
        if re.search(rf"^(?:from|import) {library}\b", code, re.MULTILINE):
            lines += [f'if find_spec("{library}") is None:', f"    {how or book.install}"]
    return "\n".join(lines)


def _from_repository(config):
    if config.bookbuild_repository:
        address = f"git+https://github.com/{config.bookbuild_repository}@{config.bookbuild_ref}"
        return f'%pip install --quiet "{address}"'
    advice = "weightmaps is not installed here; in the folder of the book's repository run: pip install ."
    return f"raise ModuleNotFoundError({json.dumps(advice)})"
