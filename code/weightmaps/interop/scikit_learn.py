"""A network from scikit-learn's MLPClassifier or MLPRegressor."""

from __future__ import annotations

from .build import two_outputs
from .errors import wrong_object
from .fold import Stack
from .notes import say
from .recognise import library


def from_sklearn(model):
    """Take over a trained ``MLPClassifier`` or ``MLPRegressor``.

    A classifier of two classes has one logistic output in scikit-learn; it becomes two outputs, which are
    the two columns of its ``predict_proba`` (see :func:`two_outputs`). Outputs stand in the order of
    ``classes_``: where these are not 0, 1, 2, …, output i means ``model.classes_[i]``, which is said; give an
    explorer ``outputs=list(map(str, model.classes_))``.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor, or a Pipeline or a search that ends in one
        Fitted; with any of its activations ``identity``, ``logistic``, ``tanh``, ``relu``. Before it a
        pipeline may have a ``StandardScaler`` or ``MinMaxScaler``, which are folded into the first layer, so
        that the network takes images as the pipeline does. Of a search the best estimator is taken.

    Returns
    -------
    Network
        Its outputs are ``model.predict_proba(X)``, or ``model.predict(X)`` of a regressor.

    Raises
    ------
    ValueError
        If it is another model, or not fitted, or a pipeline prepares images in another way.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neural_network import MLPRegressor
    >>> X, y = np.random.default_rng(0).random((50, 4)), np.ones(50)
    >>> model = MLPRegressor(hidden_layer_sizes=[3], solver="lbfgs", max_iter=10**5).fit(X, y)
    >>> from_sklearn(model)
    <Network 4-3-1, relu/identity>
    """
    if library(model) == "sklearn" and hasattr(model, "best_estimator_"):
        say(f"the best estimator of {type(model).__name__} was taken")
        model = model.best_estimator_
    stack = Stack()
    if type(model).__name__ == "Pipeline" and library(model) == "sklearn":
        for name, step in model.steps[:-1]:
            _scaled(stack, name, step)
        model = model.steps[-1][1]
    kind = type(model).__name__
    if library(model) != "sklearn" or not hasattr(model, "hidden_layer_sizes"):
        raise wrong_object("from_sklearn", model, "a fitted MLPClassifier or MLPRegressor of scikit-learn")
    if not hasattr(model, "coefs_"):
        raise ValueError(f"this {kind} is not trained yet; call its fit(X, y) first")
    for w, b in zip(model.coefs_, model.intercepts_, strict=True):
        stack.dense(w.T, b)
    network = stack.network([*[model.activation] * (len(model.coefs_) - 1), model.out_activation_])
    classes = getattr(model, "classes_", None)
    if classes is not None and list(classes) != list(range(len(classes))):
        names = ",".join(map(str, list(classes)[:20])) + ",…" * (len(classes) > 20)
        say(f"the outputs are the classes {names}; an explorer shows their names with --outputs {names}")
    one = kind != "MLPRegressor" and network.sizes[-1] == 1 and model.out_activation_ == "logistic"
    return two_outputs(network) if one else network


def _scaled(stack, name, step):
    """Take up a step of a pipeline that scales and shifts each number."""
    kind = type(step).__name__
    if step is None or step == "passthrough":
        return
    known = kind in ("StandardScaler", "MinMaxScaler") and library(step) == "sklearn"
    if not known or getattr(step, "clip", False):
        raise ValueError(
            f"the pipeline's step {name!r}, {kind}, is no StandardScaler or MinMaxScaler: give its last, "
            "from_sklearn(pipeline[-1]), and images as that gets them, pipeline[:-1].transform(images)"
        )
    if kind == "MinMaxScaler":
        stack.scale(step.scale_, step.min_, kind)
    else:
        scale = 1 / step.scale_ if step.with_std else 1.0
        stack.scale(scale, -step.mean_ * scale if step.with_mean else 0.0, kind)
