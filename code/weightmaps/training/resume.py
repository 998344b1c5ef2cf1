"""Resuming: how far a training run has come, in a file from which it goes on, bit for bit."""

from __future__ import annotations

import hashlib
import json
import os

import numpy as np

from ..arrays import read_npz
from ..files import atomic_write
from .sgd import split

FORMAT = "weightmaps run 1"
SMALL = 1 << 20  # bytes, for all in the file that does not grow with the network


def digest(network, data, arguments):
    """The SHA-256 of all that determines a run's result: where two agree, so do the bits they end with.

    Parameters
    ----------
    network : Network
        Where it starts.
    data : sequence of arrays
        What it learns from and is measured on.
    arguments : dict
        Everything else.
    """
    named = {"numpy": np.__version__, "activations": network.activations, **arguments}
    found = hashlib.sha256(json.dumps(named, sort_keys=True, default=repr).encode())
    for array in (*network.weights, *network.biases, *data):
        found.update(f"{array.dtype.str} {array.shape}".encode())
        found.update(np.ascontiguousarray(array))
    return found.hexdigest()


def save(path, run, descent, rng, history):
    """Write how far a run has come, whole or not at all.

    Parameters
    ----------
    path : path
    run : str
        Its `digest`.
    descent : Descent
    rng : numpy.random.Generator
    history : History
    """
    header = {"format": FORMAT, "run": run, "generator": rng.bit_generator.state}
    kept = history.checkpoints.values()
    arrays = {f"weights{i}": w for i, w in enumerate(descent.weights)}
    arrays |= {f"memory{i}-{k}": m for i, ms in enumerate(descent.memories) for k, m in enumerate(ms)}
    if kept:
        arrays |= {
            f"kept{i}": np.stack([np.column_stack((one.weights[i], one.biases[i])) for one in kept])
            for i in range(len(descent.weights))
        }
    with atomic_write(path) as file:
        np.savez(
            file,
            header=np.array(json.dumps(header)),
            history=np.array([history.cost, history.accuracy]),
            steps=np.array(list(history.checkpoints), np.int64),
            **arrays,
        )


def restore(path, run, descent, rng, history, *, epochs, epoch_steps, checkpoints):
    """Bring a run to where a file says that it was; without the file nothing changes.

    Parameters
    ----------
    path, run, descent, rng, history
        As for `save`; the last three are changed.
    epochs, epoch_steps : int
        How many the run has, and how many steps each.
    checkpoints : set of int
        Steps after which the run keeps a copy.

    Raises
    ------
    ValueError
        If the file is damaged, or belongs to another run.
    """
    path = os.fspath(path)
    arrays = 1 + len(descent.memories[0]) + len(checkpoints)  # of each weight
    size = arrays * sum(w.nbytes for w in descent.weights)
    try:
        entries = read_npz(path, limit=size + 16 * epochs + 8 * len(checkpoints) + SMALL)
        header, past, steps = json.loads(str(entries["header"])), entries["history"], entries["steps"]
        _want(header["format"] == FORMAT, f"its header does not say {FORMAT!r}")
        _want(header["run"] == run, "it is of another run: another start, other images, arguments or NumPy")
        _want(past.dtype == np.float64 and past.ndim == 2 and len(past) == 2, "its history is no table")
        done = past.shape[1]
        _want(1 <= done <= epochs, f"it has {done} of {epochs} epochs")
        wanted = sorted(step for step in checkpoints if step in range(done * epoch_steps + 1))
        _want(steps.tolist() == wanted, "its checkpoints are of other steps")
        weights = [_like(w, entries[f"weights{i}"]) for i, w in enumerate(descent.weights)]
        memories = [
            [_like(m, entries[f"memory{i}-{k}"]) for k, m in enumerate(memory)]
            for i, memory in enumerate(descent.memories)
        ]
        stacks = [entries[f"kept{i}"] for i in range(len(weights))] if wanted else []
        _want(all(len(stack) == len(wanted) for stack in stacks), "its checkpoints are not complete")
        kept = [
            [_like(w, stack[k]) for w, stack in zip(weights, stacks, strict=True)] for k in range(len(wanted))
        ]
        rng.bit_generator.state = header["generator"]
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        reason = str(error).splitlines()[0].removeprefix(f"{path}: ")
        raise ValueError(
            f"{path}: training cannot go on from this file ({reason}); delete it to start anew"
        ) from None
    for ours, theirs in zip([descent.weights, *descent.memories], [weights, *memories], strict=True):
        for one, other in zip(ours, theirs, strict=True):
            one[...] = other  # in place: training has views of it
    descent.steps = done * epoch_steps
    history.cost[:], history.accuracy[:] = past.tolist()
    for step, arrays in zip(wanted, kept, strict=True):
        history.checkpoints[step] = split(arrays, descent.names)


def _want(condition, reason):
    if not condition:
        raise ValueError(reason)


def _like(ours, theirs):
    """Weights from the file, once they have the shape and type of the run's and are finite."""
    _want(theirs.dtype == ours.dtype and theirs.shape == ours.shape, "its weights are of another network")
    _want(np.isfinite(theirs).all(), "its weights are not all finite")
    return theirs
