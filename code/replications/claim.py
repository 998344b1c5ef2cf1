"""A claim as a function of a seed: what it returns, when it holds, and what it was computed by."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

from .recipes import RECIPES

CHAPTERS = (
    "two_inputs",
    "raw_weight_maps",
    "where_the_noise_comes_from",
    "what_a_neuron_is_worth",
    "testing_a_picture",
    "the_hidden_space",
    "the_answer",
    "the_network_of_today",
    "training_record",
)
_CLAIMS = {}


@dataclass(frozen=True)
class Claim:
    """One claim of ``claims.yml``, to be tried on a seed.

    Attributes
    ----------
    function : callable
        ``function(seed, **choice)`` returns two numbers, the effect and the control.
    holds : callable
        ``holds(effect, control)``: whether the claim, as the book words it, is true of this seed.
    recipes : tuple of str
        The recipes whose networks the function asks for.
    choices : dict of {str: tuple}
        For an argument of the function, other values than its default: the claim is tried with each.
    form : str
        How the numbers are printed, as in ``format(effect, form)``.
    tried_on : str
        In words: the networks and images that the numbers are of.
    """

    function: Callable
    holds: Callable
    recipes: tuple = ()
    choices: dict = field(default_factory=dict)
    form: str = ".2f"
    tried_on: str = ""

    @property
    def name(self):
        return self.function.__name__

    @property
    def chapter(self):
        return self.function.__module__.rpartition(".")[2]

    def variants(self):
        """The choices to try, in words and as arguments: the default, then each other value of each."""
        yield "", {}
        for argument, values in self.choices.items():
            for value in values:
                yield f"{argument}={value}", {argument: value}

    @property
    def digest(self):
        """Changes when the function, what it uses of its own module, its choices or its recipes do."""
        made = [(name, RECIPES[name].digest) for name in self.recipes]
        how = _code(inspect.getmodule(self.function), self.name)
        return hashlib.sha256(repr((how, made)).encode()).hexdigest()[:12]


def claim(*, holds, recipes=(), choices=None, form=".2f", tried_on):
    """Register a function of a seed as the test of a claim; `Claim` says what the arguments are."""

    def register(function):
        _CLAIMS[function.__name__] = Claim(function, holds, recipes, choices or {}, form, tried_on)
        return function

    return register


def claims():
    """All claims, a dict by name, chapter by chapter."""
    for chapter in CHAPTERS:
        importlib.import_module(f".{chapter}", __package__)
    return dict(_CLAIMS)


def _code(module, name):
    """The syntax of a function and of all that it uses of its module, without comments and docstrings."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    defined = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign):
            targets = (
                part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)
            )
            defined |= dict.fromkeys(targets, node)
    found, waiting = {}, [name]
    while waiting:
        one = waiting.pop()
        if one in defined and one not in found:
            found[one] = ast.dump(defined[one])
            waiting += [part.id for part in ast.walk(defined[one]) if isinstance(part, ast.Name)]
    return sorted(found.items())
