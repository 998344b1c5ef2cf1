"""A network from scikit-learn's MLPClassifier or MLPRegressor."""

from __future__ import annotations

from .build import from_arrays, two_outputs
from .errors import wrong_object
from .recognise import library


def from_sklearn(model):
    """Take over a trained ``MLPClassifier`` or ``MLPRegressor``.

    A classifier of two classes has one logistic output in scikit-learn; it becomes two outputs, which are
    the two columns of its ``predict_proba`` (see :func:`two_outputs`). Outputs stand in the order of
    ``classes_``: where these are not 0, 1, 2, …, output i means ``model.classes_[i]``.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Fitted; with any of its activations ``identity``, ``logistic``, ``tanh``, ``relu``.

    Returns
    -------
    Network
        Its outputs are ``model.predict_proba(X)``, or ``model.predict(X)`` of a regressor.

    Raises
    ------
    ValueError
        If it is another model, a pipeline, or not fitted.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neural_network import MLPRegressor
    >>> X, y = np.random.default_rng(0).random((50, 4)), np.ones(50)
    >>> model = MLPRegressor(hidden_layer_sizes=[3], solver="lbfgs", max_iter=10**5).fit(X, y)
    >>> from_sklearn(model)
    <Network 4-3-1, relu/identity>
    """
    kind = type(model).__name__
    if kind == "Pipeline" and library(model) == "sklearn":
        raise ValueError(
            "a Pipeline also prepares the images: give its last step, from_sklearn(pipeline[-1]), "
            "and images as that step gets them, pipeline[:-1].transform(images)"
        )
    if library(model) != "sklearn" or not hasattr(model, "hidden_layer_sizes"):
        raise wrong_object("from_sklearn", model, "a fitted MLPClassifier or MLPRegressor of scikit-learn")
    if not hasattr(model, "coefs_"):
        raise ValueError(f"this {kind} is not trained yet; call its fit(X, y) first")
    hidden = [model.activation] * (len(model.coefs_) - 1)
    network = from_arrays([w.T for w in model.coefs_], model.intercepts_, [*hidden, model.out_activation_])
    one = kind != "MLPRegressor" and network.sizes[-1] == 1 and model.out_activation_ == "logistic"
    return two_outputs(network) if one else network
