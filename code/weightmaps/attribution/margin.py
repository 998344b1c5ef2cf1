"""Margins of the right output, and what they lose without hidden neurons: all but one, or a chosen few."""

from __future__ import annotations

import numpy as np

from ..checks import distinct, hidden_layer, labels

PARTS = ("all", "mean", "change")


def margin(network, X, y):
    """How far the right output is ahead: its weighted input z minus the largest other z.

    Parameters
    ----------
    network : Network
        With one hidden layer or more, and two outputs or more.
    X : array, shape (n, n_in)
    y : array of int, shape (n,)
        The right outputs.

    Returns
    -------
    array, shape (n,)
        Above zero where the answer is right.
    """
    a, W, y = _right_and_others(network, X, y)
    return _ahead(a @ W.T + network.biases[-1], y)


def margin_without(network, X, y, *, part="all"):
    """The margin of the right output when one neuron of the last hidden layer is taken out, for each in turn.

    Parameters
    ----------
    network, X, y
        As for `margin`.
    part : {"all", "mean", "change"}
        What of the neuron's activation is taken out: all of it (the neuron is off), only its mean over `X`
        (it still tells images apart, but its constant push is gone), or only the change from that mean (the
        neuron is held at its mean: the push stays, and it tells nothing).

    Returns
    -------
    array, shape (n_hidden, n)
    """
    if part not in PARTS:
        raise ValueError(f"unknown part={part!r}; there are: {', '.join(PARTS)}")
    start, steps, ahead, a = _against_others(network, X, y)
    whole = start + steps.sum(axis=0)
    taken = {"all": a, "mean": np.tile(a.mean(axis=0), (len(a), 1)), "change": a - a.mean(axis=0)}[part]
    return np.array([(whole - ahead[j] * taken[:, j]).min(axis=0) for j in range(len(ahead))])


def margin_without_teams(network, X, y, teams, *, rest=None):
    """The margin of the right output when several neurons of the last hidden layer are taken out at once.

    Parameters
    ----------
    network, X, y
        As for `margin`.
    teams : sequence of sequences of int
        Each holds the neurons to take out; it may be empty.
    rest : array, shape (n_hidden,), optional
        What a neuron that is taken out sends on, the same for every image: by default 0, it is off; give the
        means to freeze it.

    Returns
    -------
    array, shape (n_teams, n)

    Examples
    --------
    >>> from weightmaps.network import Network
    >>> network = Network([np.eye(2), [[3.0, 4.0], [1.0, 0.0]]], [np.zeros(2)] * 2, ["identity"] * 2)
    >>> margin_without_teams(network, [[1.0, 1.0]], [0], [[], [1], [0, 1]]).tolist()
    [[6.0], [2.0], [0.0]]
    """
    a, W, y = _right_and_others(network, X, y)
    z, change = a @ W.T + network.biases[-1], _rest(rest, a) - a
    margins = np.empty((len(teams), len(a)))
    for row, team in zip(margins, teams, strict=True):
        team = distinct(team, network.sizes[-2], "neuron")
        row[:] = _ahead(z + change[:, team] @ W[:, team].T, y)
    return margins


def margin_drop(network, X, y, *, part="all"):
    """The margin that the images of each output lose, on average, without a neuron of the last hidden layer.

    Parameters
    ----------
    network, X, y
        As for `margin`; every output must be the right one for some image.
    part : {"all", "mean", "change"}
        What of the neuron is taken out; as for `margin_without`.

    Returns
    -------
    array, shape (n_out, n_hidden)
        Row k is over the images with y = k. Negative where they are answered more surely without the neuron.
    """
    lost = margin(network, X, y) - margin_without(network, X, y, part=part)
    return np.array([lost[:, which].mean(axis=1) for which in _by_output(network, y)])


def relative_contribution(network, X, y):
    """What each neuron of the last hidden layer tells of each output: weight times how much more it is on.

    Parameters
    ----------
    network, X, y
        As for `margin_drop`.

    Returns
    -------
    array, shape (n_out, n_hidden)
        The outgoing weight to output k, times the mean activation over the images with y = k minus the mean
        over all others. A neuron that pushes an output up whatever it sees has 0.
    """
    a, W = _last_layer(network, X)
    more = [a[which].mean(axis=0) - a[~which].mean(axis=0) for which in _by_output(network, y)]
    return W * np.array(more)


def error_attribution(network, X, y):
    """For each neuron of the last hidden layer, the wrong answers towards which it pushed hardest.

    A neuron's push is its activation times the difference of its weights to the output that won and to the
    right one.

    Parameters
    ----------
    network, X, y
        As for `margin`.

    Returns
    -------
    array of int, shape (n_hidden,)
        Their sum is the number of wrong answers.
    """
    wrong = np.flatnonzero(margin(network, X, y) <= 0)
    X, y = np.asarray(X)[wrong], np.asarray(y)[wrong]
    if not len(wrong):
        return np.zeros(network.sizes[-2], dtype=int)
    a, W = _last_layer(network, X)
    won = (a @ W.T + network.biases[-1]).argmax(axis=1)
    return np.bincount(((W[won] - W[y]) * a).argmax(axis=1), minlength=network.sizes[-2])


def kept_accuracy(network, X, y, order, *, rest=None):
    """The share of right answers with the first 0, 1, 2, … neurons of an order, and no others.

    Parameters
    ----------
    network, X, y
        As for `margin`.
    order : array of int, shape (k,) or (n_orders, k)
        Neurons of the last hidden layer, each at most once; the first is kept first. Or several such orders,
        a row each.
    rest : array, shape (n_hidden,), optional
        What the neurons that are not kept send on, the same for every image: by default 0, they are off; give
        their means to hold them there.

    Returns
    -------
    array, shape (k + 1,) or (n_orders, k + 1)
        Entry k is the share with the first k neurons, from 0 to 1.
    """
    start, steps, _, _ = _against_others(network, X, y, rest)
    orders = [distinct(row, network.sizes[-2], "neuron") for row in np.atleast_2d(order)]
    shares = np.empty((len(orders), len(orders[0]) + 1))
    for row, neurons in zip(shares, orders, strict=True):
        margins = start.copy()
        row[0] = _right(margins)
        for k, j in enumerate(neurons, start=1):
            margins += steps[j]
            row[k] = _right(margins)
    return shares.reshape(*np.shape(order)[:-1], -1) / len(start[0])


def greedy_order(network, X, y, *, rest=None):
    """The neurons in the order of a greedy choice: again and again the one that makes most answers right.

    Greedy looks one neuron ahead, so there may be better teams of any size.

    Parameters
    ----------
    network, X, y, rest
        As for `kept_accuracy`.

    Returns
    -------
    array of int, shape (n_hidden,)
        Of neurons that do equally well, the lower number comes first.
    """
    margins, steps, _, _ = _against_others(network, X, y, rest)
    left, order = list(range(len(steps))), []
    while left:
        best = int(np.argmax([_right(margins + steps[j]) for j in left]))
        order.append(left.pop(best))
        margins = margins + steps[order[-1]]
    return np.array(order)


def _by_output(network, y):
    """A mask over the images for each output."""
    y = labels(y, len(y), network.sizes[-1])
    missing = sorted(set(range(network.sizes[-1])) - set(y.tolist()))
    if missing:
        raise ValueError(f"y has no image of output {missing[0]}; a mean over each output needs one of each")
    return [y == k for k in range(network.sizes[-1])]


def _right_and_others(network, X, y):
    """The activations and outgoing weights of the last hidden layer, and the checked labels."""
    a, W = _last_layer(network, X)
    y = labels(y, len(a), len(W))
    if len(W) < 2:
        raise ValueError(f"{network!r} has one output; to be ahead takes two")
    return a, W, y


def _ahead(z, y):
    """The right output's z minus the largest other, for each image; `z`, shape (n, n_out), is overwritten."""
    rows = np.arange(len(z))
    right = z[rows, y]
    z[rows, y] = -np.inf
    return right - z.max(axis=1)


def _right(margins):
    return int((margins.min(axis=0) > 0).sum())


def _against_others(network, X, y, rest=None):
    """The right output's z minus each other's: the start, and what each neuron adds to it.

    Returns the start (n_out - 1, n), the steps (n_hidden, n_out - 1, n), the differences of outgoing weights
    in the shape of the steps, and the activations.
    """
    a, W, y = _right_and_others(network, X, y)
    rest = _rest(rest, a)
    others = (y + np.arange(1, len(W))[:, None]) % len(W)
    outgoing = np.ascontiguousarray(
        W.T
    )  # fancy indexing keeps the layout, and this one is three times faster
    ahead = outgoing[:, y][:, None] - outgoing[:, others]
    bias = network.biases[-1] + W @ rest
    return bias[y] - bias[others], ahead * np.ascontiguousarray((a - rest).T)[:, None], ahead, a


def _rest(rest, a):
    rest = np.zeros(a.shape[1]) if rest is None else np.asarray(rest)
    if rest.shape != a.shape[1:]:
        raise ValueError(f"rest has shape {rest.shape}; give one activation a neuron, {a.shape[1:]}")
    return rest


def _last_layer(network, X):
    # In float64: float32 rounds differently elsewhere, which may change a greedy choice and all that follows.
    hidden_layer(network, 1)
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or not len(X):
        raise ValueError(f"X has shape {X.shape}; give one image or more, (n, {network.sizes[0]})")
    return network.forward(X).a[-2], network.weights[-1].astype(np.float64)
