"""Mini-batch gradient descent for small networks: their start, their costs, their history."""

from .loop import COSTS, History, initialise, train

__all__ = ["COSTS", "History", "initialise", "train"]
