"""What each pixel contributes to a neuron, and each neuron to an output. Nothing is drawn here."""

from .deletion import deletion_curve
from .gradients import IntegratedGradients, gradient, integrated_gradients
from .keeping import (
    blame,
    freeze,
    greedy_order,
    kept_accuracy,
    lead,
    lead_costs,
    lead_without,
    relative_contribution,
)
from .neurons import RANKINGS, Ledger, ledger, top_neurons
from .patches import occlusion
from .patterns import pattern
from .ranks import rank_correlation
from .removal import ablate, removal_costs
from .weights import optimal_input, weight_map, weight_times_input

__all__ = [
    "RANKINGS",
    "IntegratedGradients",
    "Ledger",
    "ablate",
    "blame",
    "deletion_curve",
    "freeze",
    "gradient",
    "greedy_order",
    "integrated_gradients",
    "kept_accuracy",
    "lead",
    "lead_costs",
    "lead_without",
    "ledger",
    "occlusion",
    "optimal_input",
    "pattern",
    "rank_correlation",
    "relative_contribution",
    "removal_costs",
    "top_neurons",
    "weight_map",
    "weight_times_input",
]
