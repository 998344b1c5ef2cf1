"""Try every claim of the book on fresh seeds: ``make replicate``, or ``python -m replications``."""

from __future__ import annotations

import argparse
import datetime
import json
from concurrent.futures import ProcessPoolExecutor, as_completed

import numpy as np
from tqdm import tqdm

from weightmaps.files import atomic_write

from . import recipes, results
from .claim import claims


def outcome_path(name, digest, seed):
    return recipes.NETWORKS / "outcomes" / f"{name}-{digest}-{seed}.json"


def try_on(name, seed):
    """Effect and control of a claim on a seed, with each choice; kept, so that a run can be resumed."""
    one = claims()[name]
    path = outcome_path(name, one.digest, seed)
    if not path.exists():
        found = {words: tuple(map(float, one.function(seed, **how))) for words, how in one.variants()}
        if not np.isfinite(list(found.values())).all():
            raise ValueError(f"claim {name}, seed {seed}: not every effect and control is finite: {found}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, "w", encoding="utf-8") as file:
            json.dump(found, file)


def replicate(chosen, seeds, *, progress=True):
    """Train what the claims need, try each on each seed, and write the results.

    Parameters
    ----------
    chosen : iterable of str
        Names of claims. What is on file of the others is kept.
    seeds : sequence of int
    """
    every = claims()
    needed = dict.fromkeys((name, seed) for seed in seeds for one in chosen for name in every[one].recipes)
    steps = [
        ("training", recipes.make, [job for job in needed if not recipes.path(*job).exists()]),
        ("trying", try_on, [(name, seed) for seed in seeds for name in chosen]),
    ]
    for word, function, jobs in steps:
        _run(function, jobs, word, progress)
    found = results.read(results.RESULTS)["claims"] if results.RESULTS.exists() else {}
    for name in chosen:
        paths = {seed: outcome_path(name, every[name].digest, seed) for seed in seeds}
        outcomes = {seed: json.loads(path.read_text("utf-8")) for seed, path in paths.items()}
        found[name] = results.summary(every[name], outcomes) | {
            "seeds": list(seeds),
            "date": datetime.date.today().isoformat(),
        }
    results.write({name: found[name] for name in every if name in found}, results.RESULTS)


def _run(function, jobs, word, progress):
    """Some calls side by side; the first that fails ends the run, and what is done by then is kept."""
    with (
        ProcessPoolExecutor() as pool,
        tqdm(total=len(jobs), desc=word, unit="", disable=not progress) as bar,
    ):
        waiting = {pool.submit(function, *job): job for job in jobs}
        try:
            for done in as_completed(waiting):
                done.result()
                bar.update()
                bar.set_postfix_str(" ".join(map(str, waiting[done])))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m replications",
        description="Try the claims of the book on networks trained afresh from full MNIST, and write what "
        f"came of it to chapters/{results.RESULTS.name}. Networks and outcomes are kept in "
        f"{recipes.NETWORKS}: a run that was cut off goes on where it stopped, and a claim that changed is "
        "tried on the networks there are.",
        epilog="Full MNIST is downloaded once, or read from the folder that WEIGHTMAPS_MNIST names.",
    )
    parser.add_argument("claims", nargs="*", metavar="CLAIM", help="functions to try; by default all")
    parser.add_argument(
        "--seeds",
        default=f"{recipes.SEEDS[0]}-{recipes.SEEDS[-1]}",
        type=_seeds,
        metavar="FIRST-LAST",
        help="the seeds (default: %(default)s); the book was written with 0 to 19",
    )
    parser.add_argument("--list", action="store_true", help="list the claims, and end")
    args = parser.parse_args(argv)
    every = claims()
    if args.list:
        for one in every.values():
            print(f"{one.chapter:28} {one.name}")
        return
    unknown = sorted(set(args.claims) - every.keys())
    if unknown:
        parser.error(f"unknown claim {unknown[0]!r}; `python -m replications --list` shows all")
    replicate(args.claims or list(every), args.seeds)
    print(f"Written: {results.RESULTS}")


def _seeds(text):
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit() and int(first) <= int(last or first)):
        raise argparse.ArgumentTypeError(f"{text!r} is no range of seeds; write it as 100-119")
    return range(int(first), int(last or first) + 1)


if __name__ == "__main__":
    main()
