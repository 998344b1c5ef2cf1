"""What each pixel contributes to a neuron, and each neuron to an output. Nothing is drawn here."""

from .neurons import RANKINGS, Ledger, ledger, top_neurons
from .removal import ablate, removal_costs
from .weights import weight_map, weight_times_input

__all__ = [
    "RANKINGS",
    "Ledger",
    "ablate",
    "ledger",
    "removal_costs",
    "top_neurons",
    "weight_map",
    "weight_times_input",
]
