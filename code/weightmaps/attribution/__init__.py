"""Attribution: what each pixel contributes to a neuron, and each neuron to an output.

`layer` counts the hidden layers from 1, the first, which is the default everywhere. An `output` of
:func:`ledger` and :func:`top_neurons` is one of the layer after it; all other outputs are the network's.
"""

from .ablation import ablate, removal_costs
from .deletion import deletion_curve
from .gradients import gradient, integrated_gradients
from .margin import (
    error_attribution,
    greedy_order,
    kept_accuracy,
    margin,
    margin_drop,
    margin_without,
    margin_without_teams,
    relative_contribution,
)
from .neurons import RANKINGS, Ledger, ledger, top_neurons
from .patches import occlusion
from .patterns import joint_pattern, pattern
from .ranks import rank_correlation
from .weights import optimal_input, weight_map, weight_times_input

__all__ = [
    "RANKINGS",
    "Ledger",
    "ablate",
    "deletion_curve",
    "error_attribution",
    "gradient",
    "greedy_order",
    "integrated_gradients",
    "joint_pattern",
    "kept_accuracy",
    "ledger",
    "margin",
    "margin_drop",
    "margin_without",
    "margin_without_teams",
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
