"""Check the networks that an explorer is given, and their names; and the states of widgets."""

import itertools

import numpy as np
import traitlets

from weightmaps.network import Network


def there_is(proposal, count, what):
    """The value of a trait that says which of `count` things, from 0 on; TraitError where there is none."""
    if not 0 <= proposal.value < count:
        name, value = proposal.trait.name, proposal.value
        raise traitlets.TraitError(f"{name} is {value}; there are {what} 0 to {count - 1}")
    return proposal.value


def check_network(network, name="network"):
    """Raise ValueError unless it is a network with a hidden layer that fits in float32."""
    if not isinstance(network, Network):
        raise ValueError(f"{name} is {network!r}; give a Network")
    if len(network.sizes) < 3:
        raise ValueError(
            f"{name} has sizes {network.sizes}; the explorer shows hidden layers, so give one or more"
        )
    largest = max(map(reach, (*network.weights, *network.biases)))
    if largest > float(np.finfo(np.float32).max):
        raise ValueError(f"{name} holds {largest:.3g}, which is too large for float32; rescale its weights")


def reach(array):
    """The largest magnitude in an array, without a copy of it: networks may be large."""
    return float(max(array.max(), -array.min()))


def keys_and_networks(network, checkpoints, others):
    """The networks that the explorer shows, and what its states `step` and `other` call them.

    Parameters
    ----------
    network : Network or None
    checkpoints : dict of {int: Network}, or None
    others : dict of {str: Network}, or None

    Returns
    -------
    tuple (list, list of str, list of Network)
        The training steps (``[None]`` without checkpoints), the others' names, and all their networks.

    Raises
    ------
    ValueError
        If there is nothing to show, one is no network, the steps do not increase, sizes or activations
        differ, or `network` is not the last checkpoint.
    """
    if checkpoints is None and network is None:
        raise ValueError("network is None and there are no checkpoints; give one of them")
    for name, some, key in (("checkpoints", checkpoints, "step"), ("others", others, "name")):
        if not isinstance(some, dict | None):
            raise ValueError(f"{name} is {some!r:.80}; it is {{{key}: network}}")
    if checkpoints is not None and not checkpoints:
        raise ValueError("checkpoints is empty; give {step: network}, or leave it out")
    steps = _steps(checkpoints) if checkpoints else [None]
    shown = {f"checkpoints[{step}]": one for step, one in (checkpoints or {}).items()} or {"network": network}
    for name, one in (others or {}).items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"others has the key {name!r}; its keys are names, text")
        shown[f"others[{name!r}]"] = one
    (first_name, first), *_ = shown.items()
    for name, one in shown.items():
        check_network(one, name)
        if (one.sizes, one.activations) != (first.sizes, first.activations):
            raise ValueError(
                f"{name} is {one!r}, and {first_name} is {first!r}; "
                "all must have the same sizes and activations"
            )
    networks = list(shown.values())
    if checkpoints and network is not None and not _equal(network, networks[len(steps) - 1]):
        raise ValueError(
            "network is not the last of the checkpoints, so the explorer would never show it; "
            "add it to checkpoints, or pass None"
        )
    return steps, list(others or {}), networks


def _steps(checkpoints):
    steps = []
    for step in checkpoints:
        if isinstance(step, bool) or not isinstance(step, (int, np.integer)):
            raise ValueError(f"checkpoints has the key {step!r}; its keys are training steps, whole numbers")
        steps.append(int(step))
    if steps[0] < 0 or any(a >= b for a, b in itertools.pairwise(steps)):
        raise ValueError(f"checkpoints has steps {steps}; they must increase, from 0 or above")
    return steps


def output_names(outputs, n_out):
    """The outputs' names as text; by default their indices."""
    if outputs is None:
        return tuple(str(k) for k in range(n_out))
    if isinstance(outputs, str) or len(outputs) != n_out:
        raise ValueError(f"outputs is {outputs!r}; it must name each of the {n_out} outputs")
    return tuple(str(name) for name in outputs)


def _equal(a, b):
    return (
        a.sizes == b.sizes
        and a.activations == b.activations
        and all(np.array_equal(x, y) for x, y in zip(a.weights, b.weights, strict=True))
        and all(np.array_equal(x, y) for x, y in zip(a.biases, b.biases, strict=True))
    )
