"""A reader's own network in: from arrays, scikit-learn, PyTorch, Keras, Nielsen's code, or a file.

Libraries are recognised by the names of their classes, so none is needed. Nothing is unpickled: of a
pickle, only the opcodes that build arrays are followed. What is unambiguous is read and said, by a warning
of the kind :class:`Note`; what does not fit is an error that says what would; and :func:`diagnose` reports,
with accuracies, what fits and is still odd.
"""

from .build import ActivationsMissing, activations_by_accuracy, from_arrays, two_outputs
from .diagnosis import Finding, diagnose, mend
from .files import read
from .images import Images, as_outputs, read_images, read_labels
from .keras_models import from_keras
from .nielsen import from_nielsen
from .notes import Note, heard
from .scikit_learn import from_sklearn
from .torch_modules import from_torch

__all__ = [
    "ActivationsMissing",
    "Finding",
    "Images",
    "Note",
    "activations_by_accuracy",
    "as_outputs",
    "diagnose",
    "from_arrays",
    "from_keras",
    "from_nielsen",
    "from_sklearn",
    "from_torch",
    "heard",
    "mend",
    "read",
    "read_images",
    "read_labels",
    "two_outputs",
]
