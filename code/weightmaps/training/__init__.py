"""Mini-batch gradient descent for small networks: starts, costs, optimisers, history."""

from .loop import COSTS, STARTS, History, initialise, train
from .optimizers import SGD, Adam, AdamW

__all__ = ["COSTS", "SGD", "STARTS", "Adam", "AdamW", "History", "initialise", "train"]
