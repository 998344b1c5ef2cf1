"""Mini-batch gradient descent for small networks: starts, costs, optimisers, history."""

from .lab import Setup, lab, lab_images, lab_start
from .loop import COSTS, STARTS, History, initialise, train
from .optimizers import SGD, Adam, AdamW

__all__ = [
    "COSTS",
    "SGD",
    "STARTS",
    "Adam",
    "AdamW",
    "History",
    "Setup",
    "initialise",
    "lab",
    "lab_images",
    "lab_start",
    "train",
]
