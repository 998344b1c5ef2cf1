"""See what the hidden layer of a small neural network does to its input."""

from importlib import import_module
from importlib.metadata import version

__version__ = version("weightmaps")
_HOMES = {
    "Network": ("weightmaps.network", "Network"),
    "NetworkExplorer": ("weightmaps.widgets", "NetworkExplorer"),
    "load_network": ("weightmaps.zoo", "load"),
    "load_sample": ("weightmaps.digits", "load_sample"),
}
__all__ = ["Network", "NetworkExplorer", "__version__", "load_network", "load_sample"]


def __getattr__(name):
    """Import what is asked for when it is asked for: mathematics needs no widgets."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, original = _HOMES[name]
    return getattr(import_module(module), original)


def __dir__():
    return sorted({*globals(), *_HOMES})
