"""Measure, keep the figures in results.json, and write RESULTS.md from them.

    python benchmarks/results.py                  # every part, an hour or so
    python benchmarks/results.py training drills  # these; the others stay as they were

Needs what `make test` and `make peers` install, a Chromium, and full MNIST; for `lab` also the built book,
Firefox and Node.
"""

import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PARTS = ("gaps", "drills", "mutants", "training", "lab")  # each a script beside this one
FIGURES, PAGE = HERE / "results.json", HERE / "RESULTS.md"
PACKAGES = ("scipy", "scikit-learn", "torch", "captum", "keras", "hypothesis", "playwright")


def versions():
    """What ran: Python, packages, BLAS, browser."""
    import numpy as np
    from threadpoolctl import threadpool_info

    import find_browser

    found = {"Python": platform.python_version(), "numpy": np.__version__}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    for blas in threadpool_info():
        if blas["user_api"] == "blas":
            found["BLAS"] = f"{blas['internal_api']} {blas['version']} for {blas.get('architecture', '?')}"
    browser = find_browser.find()
    said = subprocess.run([browser, "--version"], capture_output=True, text=True).stdout if browser else ""
    found["browser"] = next(iter(re.findall(r"\w+ [\d.]+", said)), "none")
    return found


def machine():
    """What it ran on, as far as it matters and without any name."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = (re.findall(r"model name\s*: (.*)", info.read_text("utf-8")) or [cpu])[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{platform.system()}, {os.cpu_count()} cores of {cpu}, {memory:.0f} GB"


def measured(part):
    """Run a part's script; its figures, with when, how long and on what."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "figures.json")
        folders = [str(ROOT / "code"), str(ROOT / "tests")]
        done = subprocess.run(
            [sys.executable, HERE / f"{part}.py", "--json", path],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        )
        if not path.exists():
            sys.exit(f"{part} failed with {done.returncode}; what is known of it stays as it was")
        figures = json.loads(path.read_text("utf-8"))
    return {
        "date": datetime.date.today().isoformat(),
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "versions": versions(),
        "machine": machine(),
        "figures": figures,
    }


def table(heads, rows):
    """A table of Markdown; heads that begin with > stand to the right."""
    lines = [
        [head.lstrip(">") for head in heads],
        ["---:" if head.startswith(">") else "---" for head in heads],
    ]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in [*lines, *rows])


def gaps_rendered(figures):
    heads = ("ours against", ">tests", ">numbers compared", ">largest gap", ">allowed")
    rows = [
        (one["what"], one["tests"], f"{one['numbers']:,}", f"{one['gap']:.1e}", f"{one['allowed']:.0e}")
        for one in figures
    ]
    return "## How far from others\n\n" + table(heads, rows)


def drills_rendered(figures):
    ends = ", ".join(f"{times} × {end}" for end, times in sorted(figures["ends"].items()))
    survived = f"{figures['survived']} of {figures['drills']} drills survived"
    return "\n\n".join(
        [
            "## Bad days for the download of MNIST",
            f"{survived}: the right images or an error that helps, and no broken cache after it. Answers, as "
            f"two ask at once in some: {ends}.",
            table(("what went wrong", ">times"), sorted(figures["faults"].items())),
        ]
    )


def mutants_rendered(figures):
    caught = sum(one["answer"] == "caught" for one in figures)
    rows = [(one["bug"], one["answer"], f"`{one['test']}`") for one in figures]
    heads = ("planted bug", "answer", "first test that fails")
    return f"## Planted bugs\n\n{caught} of {len(figures)} caught.\n\n" + table(heads, rows)


def training_rendered(figures):
    def cell(found):
        if "why not" in found:
            return f"does not run here: {found['why not']}"
        return f"{found['ratio']:.2f} × ({found['seconds']:.2f} s)"

    def epochs(part):
        names = dict.fromkeys(name for one in part.values() for name in one)
        rows = [(name, *(cell(one[name]) for one in part.values())) for name in names]
        return table(("", *(f">batch {batch}" for batch in part)), rows)

    rounds = max(
        one["rounds"] for found in figures["epochs"].values() for one in found.values() if "rounds" in one
    )
    memory = figures["memory"]
    share = 1 + memory["beside"] / memory["data"]
    growth = figures["growth"]
    seconds = growth["seconds per image"]
    sizes = [
        (f"{hidden:,}", *(f"{1e6 * each[k]:,.1f}" for each in seconds.values()))
        for k, hidden in enumerate(growth["hidden"])
    ]
    return "\n\n".join(
        [
            "## What training costs",
            "One epoch of 784-100-10 over the 55,000 training images, one thread: times the floor in the "
            f"same round, and seconds; medians of {rounds} rounds, the textbook's loop in one.",
            "Sigmoids and SGD:",
            epochs(figures["epochs"]),
            "ReLU, softmax and Adam:",
            epochs(figures["today"]),
            f"Memory at batch 10: {memory['data'] / 1e6:.1f} MB of images and labels, and at most "
            f"{memory['beside'] / 1e6:.1f} MB beside them, together {share:.2f} × the data.",
            "How the time for an image grows with the hidden layer, batch 10, in µs. Training adds a large "
            "gradient to the weights as it is made, where the floor writes it out, and so may come below.",
            "![Time for an image against the size of the hidden layer, on logarithmic axes.](training.svg)",
            table(("hidden neurons", *(f">{name}" for name in seconds)), sizes),
        ]
    )


EPOCHS = {
    "node": "the laboratory's loop, in Node",
    "chromium": "the same in a worker of Chromium",
    "firefox": "the same in a worker of Firefox",
    "chromium lab": "the laboratory's worker in Chromium, which also measures and sends pictures",
    "firefox lab": "the laboratory's worker in Firefox",
    "plain": "the loop without WebAssembly, in Node",
    "dense": "that over every pixel, blank or not",
    "wasm": "TensorFlow.js, WASM backend",
    "cpu": "TensorFlow.js, CPU backend",
}


def lab_rendered(figures):
    times, versions = figures["times"], figures["versions"]
    middle = {name: statistics.median(some) for name, some in times.items()}
    ratios = {
        name: statistics.median(a / b for a, b in zip(some, times["node"], strict=True))
        for name, some in times.items()
    }
    rows = [(words, f"{ratios[name]:.2f} × ({middle[name]:.0f} ms)") for name, words in EPOCHS.items()]
    waits = 2 * figures["steps"] * figures["barrier"] / middle["node"]
    frames = [
        (name, *(f"{found[part][which]:.1f}" for part in ("late", "work") for which in ("median", "95th")))
        for name, found in figures["frames"].items()
    ]
    keys = [
        (name, one["slider"], f"{one['median']:.1f}", f"{one['95th']:.1f}")
        for name, one in figures["explorers"].items()
    ]
    phone = figures["phone"]
    return "\n\n".join(
        [
            "## What the laboratory and the explorers cost",
            f"One epoch of 784-100-10 over 4,000 images at batch 10, in turns, times the loop in Node in the "
            f"same round; medians of {len(times['node'])} rounds. "
            + ", ".join(f"{name} {version}" for name, version in versions.items())
            + f". As it began, other programs kept {figures['load']:.1f} processes running or waiting: where "
            "that is not near 0, milliseconds below are too many, and most of all the 95th percentiles.",
            table(("", ">epoch"), rows),
            f"The loop is WebAssembly with SIMD, assembled by hand: without it, it takes "
            f"{ratios['plain']:.1f} × as long. Two threads for one network would halve the loop at best, and "
            f"wait for one another twice a step, which takes {waits:.1%} of its time; they need headers that "
            "a static host does not send, and the second core trains the second network.",
            "Milliseconds of a frame of the laboratory's page, slowed 4 ×: from one frame to the next, and "
            "from a frame's first callback until it is painted.",
            table(("", ">to the next", ">95th", ">work", ">95th"), frames),
            f"*0 against 1* from start to end, slowed 4 ×: {phone['in workers']:.1f} s in workers, which no "
            f"slowdown reaches, and {phone['on the page']:.1f} s where the page trains both networks itself.",
            "A key on the slowest slider of each explorer in the book, slowed 4 ×: milliseconds of its "
            "longest frame.",
            table(("page and explorer", "slider", ">longest frame", ">95th"), keys),
        ]
    )


RENDER = {
    "gaps": gaps_rendered,
    "drills": drills_rendered,
    "mutants": mutants_rendered,
    "training": training_rendered,
    "lab": lab_rendered,
}


def rendered(results):
    """RESULTS.md as these figures make it."""
    known = [part for part in PARTS if part in results]
    page = [
        "# Results",
        "Written by `python benchmarks/results.py`, never by hand; `python benchmarks/results.py training` "
        "measures one part again. [AUDIT.md](AUDIT.md) has what the site costs, and the audit of its pages.",
        table(
            ("part", "date", ">minutes"),
            [(part, results[part]["date"], results[part]["minutes"]) for part in known],
        ),
    ]
    ran = {}
    for part in known:
        listed = ", ".join(f"{name} {version}" for name, version in results[part]["versions"].items())
        ran.setdefault(f"{listed}. {results[part]['machine']}.", []).append(part)
    page += [f"{', '.join(parts)}: {how}" for how, parts in ran.items()]
    page += [RENDER[part](results[part]["figures"]) for part in known]
    return "\n\n".join(page) + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all by default")
    chosen = parser.parse_args(arguments).parts or PARTS
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    sys.path.insert(0, str(ROOT / "tests"))
    for number, part in enumerate(chosen, start=1):
        print(f"\n{part}, part {number} of {len(chosen)}", flush=True)
        one = measured(part)
        results = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
        results[part] = one
        FIGURES.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
        PAGE.write_text(rendered(results), "utf-8")
    print(f"\nwritten: {FIGURES.name}, {PAGE.name}")


if __name__ == "__main__":
    main()
