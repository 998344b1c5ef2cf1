"""A hundred bad days for the download of MNIST: no wrong image, no broken cache, always words that help.

    PYTHONPATH=tests python benchmarks/drills.py [drills] [--seed N]

Each drill draws what the cache holds at first, what each mirror does with each file, and what happens to the
disk meanwhile; a server on this machine stands in for the mirrors, and 15 small images for MNIST. Then it
asks for the images, sometimes in two threads at once, and once more when all is well again.
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from small_mnist import CHECKSUMS, NAMES, SMALL, is_whole, mirrors
from weightmaps import digits, mnist
from weightmaps.mnist import DataError

HELPFUL = ("WEIGHTMAPS_CACHE", "WEIGHTMAPS_MNIST")


def spoil(content, rng):
    """Bytes of a file that went wrong, and how."""
    kind = rng.choice(["cut", "longer", "one bit", "another file", "a page", "nothing"])
    at = rng.randrange(len(content))
    return kind, {
        "cut": content[: len(content) * rng.randrange(10) // 10],
        "longer": content + bytes(rng.randrange(1, 99)),
        "one bit": content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :],
        "another file": gzip.compress(SMALL[rng.choice(NAMES)]),
        "a page": b"<html>Please log in</html>",
        "nothing": b"",
    }[kind]


def prepare_cache(folder, rng):
    """Leave some files in the cache, good and bad, plain and gzipped."""
    for name in NAMES:
        if rng.random() < 0.5:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        plain = rng.random() < 0.5
        content = SMALL[name] if plain else gzip.compress(SMALL[name])
        if rng.random() < 0.5:
            kind, content = spoil(content, rng)
            yield f"{kind} in the cache"
        (folder / (name if plain else f"{name}.gz")).write_bytes(content)


def prepare_mirrors(mirror, rng):
    """Spoil what each mirror answers."""
    bad = rng.choice([0.1, 0.3, 0.8])
    for path in list(mirror.served):
        ways = ["silent", "trickling", "slow headers", "endless", "odd length"]
        kind = rng.choice(["gone", "cut off", "redirect loop", *ways, "spoilt"])
        if rng.random() > bad:
            continue
        if kind == "gone":
            del mirror.served[path]
        elif kind == "cut off":
            mirror.cut[path] = len(mirror.served[path]) * rng.randrange(1, 11) // 10 or 1
        elif kind == "redirect loop":
            mirror.loops.add(path)
        elif kind in ways:
            getattr(mirror, kind.replace(" ", "_")).add(path)
        elif kind == "spoilt":
            kind, mirror.served[path] = spoil(mirror.served[path], rng)
        yield f"{kind} at a mirror"


def load(answers):
    try:
        answers.append("whole" if is_whole(digits.load_mnist(progress=False)) else "WRONG IMAGES")
    except DataError as error:
        helps = any(word in str(error) for word in HELPFUL)
        answers.append("an error that helps" if helps else f"NO HELP: {error}")
    except BaseException as error:
        answers.append(f"{type(error).__name__}: {error}")


def drill(place, rng):
    """One drill: what went wrong, what was answered, and what was left, if that is no good cache."""
    os.environ["WEIGHTMAPS_CACHE"] = str(place / "cache")
    folder, answers = place / "cache" / "mnist", []
    wrong = list(prepare_cache(folder, rng))
    with mirrors() as mirror:
        mnist.MIRRORS = mirror.urls
        wrong += prepare_mirrors(mirror, rng)
        disk = rng.choice(["disk full", "cache deleted", "two at once", "", "", ""])
        wrong += [disk] if disk else []
        readers = 2 if disk == "two at once" else 1
        unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
        if disk == "cache deleted":
            after = rng.randrange(1, 5)
            mirror.meanwhile = lambda: len(mirror.asked) == after and shutil.rmtree(place / "cache")
        if disk == "disk full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (rng.randrange(200), unlimited[1]))
        threads = [threading.Thread(target=load, args=(answers,)) for _ in range(readers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)

        mirror.heal()
        mirror.meanwhile = lambda: None
        known = {*NAMES, *(f"{name}.gz" for name in NAMES)}
        left = [path.name for path in folder.iterdir() if path.name not in known] if folder.is_dir() else []
        after = []
        load(after)
    if after != ["whole"] or left:
        answers.append(f"BROKEN CACHE: {left} {after}")
    return wrong, answers


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("drills", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write the figures, too")
    options = parser.parse_args()
    os.environ.pop("WEIGHTMAPS_MNIST", None)
    os.environ["NO_PROXY"] = "127.0.0.1"
    mnist.CHECKSUMS, digits.HELD_OUT = CHECKSUMS, 1
    mnist.TIMEOUT, mnist.PATIENCE, mnist.MOST = 0.3, 1, 1_000_000
    survived, faults, ends, began = 0, Counter(), Counter(), time.perf_counter()
    for number in range(options.drills):
        with tempfile.TemporaryDirectory() as place:
            wrong, answers = drill(Path(place), random.Random(f"{options.seed} {number}"))
        fine = set(answers) <= {"whole", "an error that helps"}
        survived += fine
        faults.update(wrong)
        ends.update(answers if fine else [])
        if not fine:
            print(f"drill {number}: {', '.join(wrong)}\n  → {answers}")
    print("| what went wrong | times |\n| --- | ---: |")
    for fault, times in sorted(faults.items()):
        print(f"| {fault} | {times} |")
    print(f"\n{', '.join(f'{times} × {end}' for end, times in ends.items())}")
    print(f"{survived} of {options.drills} drills survived, in {time.perf_counter() - began:.0f} s")
    if options.json:
        figures = {"drills": options.drills, "survived": survived, "faults": faults, "ends": ends}
        options.json.write_text(json.dumps(figures), "utf-8")
    sys.exit(survived < options.drills)


if __name__ == "__main__":
    main()
