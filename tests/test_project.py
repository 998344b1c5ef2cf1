"""The repository's own promises: pinned actions, one list of dependencies, nothing fetched from elsewhere."""

import ast
import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import find_browser
from bookbuild.links import foreign_requests

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SHIPPED = [
    path
    for folder in ("_static", "code/weightmaps")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".css", ".js", ".svg", ".html")
]
PYTHONS = [f"3.{minor}" for minor in range(10, 15)]


def constraints(python):
    """The versions that constraints.txt chooses for one Python on Linux."""
    environment = {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
    }
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    chosen = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
    return {canonicalize_name(pin.name): str(pin.specifier) for pin in chosen}


@pytest.mark.parametrize("python", PYTHONS)
def test_constraints_pin_every_direct_dependency_within_its_range(python):
    pins = constraints(python)
    for text in [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]:
        wanted = Requirement(text)
        pin = pins.get(canonicalize_name(wanted.name), "")
        assert pin.startswith("=="), f"{wanted.name} is not pinned for Python {python}; run: make lock"
        assert wanted.specifier.contains(Version(pin[2:])), f"{wanted} does not admit {pin}"


def test_every_direct_dependency_says_its_oldest_version():
    for text in [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]:
        assert ">=" in {part.operator for part in Requirement(text).specifier}, text


def test_the_workflow_runs_every_python_and_the_oldest_dependencies():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8"))["jobs"]
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"
    assert jobs["check"]["strategy"]["matrix"]["python"] == PYTHONS
    install, run = jobs["oldest"]["steps"][-2:]
    assert install["with"]["python-version"] == PYTHONS[0]
    assert run == {"run": "make oldest"}


def test_constraints_name_no_host():
    assert "://" not in (ROOT / "constraints.txt").read_text("utf-8")


def test_binder_installs_what_pyproject_lists_and_every_chapter_imports():
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").split("\n")
    assert lines == ["-c ../constraints.txt", "-e .[book,lab]", ""]
    assert {"book", "lab"} <= set(EXTRAS)
    listed = [*PROJECT["dependencies"], *EXTRAS["book"], *EXTRAS["lab"]]
    names = {Requirement(text).name.replace("-", "_") for text in listed} | {"sklearn"}
    # IPython comes with ipywidgets.
    names |= {"weightmaps", "bookbuild", "replications", "IPython"} | sys.stdlib_module_names
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    cells = [cell for path in chapters for cell in json.loads(path.read_text("utf-8"))["cells"]]
    missing = []
    for cell in cells:
        if cell["cell_type"] == "code":
            imported = re.findall(r"^\s*(?:import|from)\s+(\w+)", "".join(cell["source"]), re.MULTILINE)
            if not names.issuperset(imported):
                missing.append(cell)
    # What only some readers have: no build runs these cells, and where one fails JupyterLab runs the next.
    assert missing
    for cell in missing:
        assert {"skip-execution", "raises-exception"} <= set(cell["metadata"].get("tags", []))


def test_binder_runs_a_python_that_is_tested():
    python = (ROOT / "binder" / "runtime.txt").read_text("utf-8").strip().removeprefix("python-")
    check = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8"))
    assert python in check["jobs"]["check"]["strategy"]["matrix"]["python"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path):
    used = re.findall(r"\buses:\s*(.*)", path.read_text("utf-8"))
    assert used
    for line in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_may_only_read_unless_a_job_says_otherwise(path):
    assert yaml.safe_load(path.read_text("utf-8"))["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_files_fetch_nothing_from_elsewhere(path):
    text = path.read_text("utf-8")
    assert foreign_requests(text) == []
    assert not re.search(r"""\b(from|import|fetch)\b\s*\(?\s*["'`](https?:)?//""", text)


def dangers(source):
    """What in a Python program would run text or unpickle a file."""
    found = []
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        unpickles = re.search(r"\b(pickle|dill|joblib|shelve|marshal|torch)\.(loads?|open|Unpickler)$", name)
        if unpickles or name in ("eval", "exec", "compile", "__import__", "os.system"):
            found.append(name)
        safe = {word.arg for word in call.keywords if getattr(word.value, "value", None) is False}
        found += {word.arg for word in call.keywords} & {"allow_pickle", "shell"} - safe
    return found


# The search `pattern.exec(text)` is meant to pass: only what no dot precedes is a call of code.
JAVASCRIPT_DANGERS = re.compile(
    r"""(?<![.\w])(eval|Function)\s*\(|\.(inner|outer)HTML\b|\bset(Timeout|Interval)\s*\(\s*["'`]"""
    r"""|\b(insertAdjacentHTML|createContextualFragment|srcdoc|document\.write)\b"""
)


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "code").rglob("*.py"), *(ROOT / "tools").glob("*.py")]),
    ids=lambda path: path.name,
)
def test_python_runs_no_text_and_unpickles_nothing(path):
    assert dangers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path", [path for path in SHIPPED if path.suffix == ".js"], ids=lambda path: path.name
)
def test_javascript_runs_no_text_and_writes_no_html(path):
    assert not JAVASCRIPT_DANGERS.search(path.read_text("utf-8"))


def test_dangers_are_found_where_they_are():
    calls = "eval(t)", "exec(t)", "pickle.load(f)", "torch.load(p)"
    for source in (*calls, "np.load(p, allow_pickle=True)", "np.load(p, allow_pickle=trusted)"):
        assert dangers(source), source
    assert dangers("np.load(p, allow_pickle=False); model.eval(); re.compile(text)") == []
    for source in ("eval(t)", "new Function(t)", "host.innerHTML = t", "setTimeout('run()', 1)"):
        assert JAVASCRIPT_DANGERS.search(source), source
    assert not JAVASCRIPT_DANGERS.search("const [, name] = /a(.*)/.exec(t); setTimeout(draw, 100);")


def test_weaknesses_are_reported_in_private_and_to_no_address():
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "*Report a vulnerability*" in text
    assert not re.search(r"://|@", text)


def test_every_part_has_its_licence():
    assert "MIT License" in (ROOT / "LICENSE").read_text("utf-8")
    assert "CC BY-SA 4.0" in (ROOT / "LICENSE-prose").read_text("utf-8")
    data = (ROOT / "LICENSE-data").read_text("utf-8")
    assert "MNIST" in data
    assert "CC BY-SA 3.0" in data


def test_the_chosen_browser_is_taken_or_refused(monkeypatch):
    monkeypatch.setenv("WEIGHTMAPS_BROWSER", sys.executable)
    assert find_browser.find() == sys.executable
    monkeypatch.setenv("WEIGHTMAPS_BROWSER", "no-such-browser")
    with pytest.raises(ValueError, match="no-such-browser"):
        find_browser.find()


def test_a_browser_is_looked_for_on_the_path(monkeypatch, tmp_path):
    monkeypatch.delenv("WEIGHTMAPS_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(find_browser, "MAC", ())
    assert find_browser.find() is None
    chrome = tmp_path / "google-chrome"
    chrome.write_text("#!/bin/sh\n")
    chrome.chmod(0o755)
    assert find_browser.find() == str(chrome)


def test_a_busy_port_is_named_in_one_line(tmp_path):
    (tmp_path / "index.html").write_text("<p>A site</p>")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        served = subprocess.run(
            ["make", "serve", f"HTML={tmp_path}", f"PORT={port}", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert served.returncode
    told = served.stderr.splitlines()[0]
    assert told.startswith(f"Port {port} cannot be used")
    assert "make serve PORT=8001" in told
    assert "Traceback" not in served.stderr


def test_clean_deletes_all_that_git_ignores():
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\nclean:")[2].partition("\n\n")[0]
    for line in (ROOT / ".gitignore").read_text("utf-8").splitlines():
        assert line.rstrip("/").replace(".venv", "$(VENV)") in recipe, line
