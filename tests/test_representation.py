"""Directions, readouts, partners and neighbours, on clouds small enough to know the answer."""

import numpy as np
import pytest

from weightmaps import analysis
from weightmaps.network import Network

RNG = np.random.default_rng(0)


def test_principal_components_are_those_of_the_covariance():
    X = RNG.normal(size=(60, 5)) @ np.diag([3, 1, 0.5, 2, 0.1]) + 7
    points, shares = analysis.principal_components(X, k=3)
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    assert shares == pytest.approx(values[::-1] / values.sum())
    assert np.abs(points) == pytest.approx(np.abs((X - X.mean(axis=0)) @ vectors[:, ::-1][:, :3]))
    assert points.var(axis=0) / values.sum() == pytest.approx(shares[:3])


def test_the_sign_of_a_direction_does_not_hang_on_the_order_of_the_rows():
    X = RNG.normal(size=(30, 4))
    turned, _ = analysis.principal_components(X[::-1])
    assert turned[::-1] == pytest.approx(analysis.principal_components(X)[0])


def by_hand(X, y, penalty):
    """Ridge regression by its normal equations, weights and constant."""
    Y, mean = np.eye(y.max() + 1)[y], X.mean(axis=0)
    W = np.linalg.solve((X - mean).T @ (X - mean) + penalty * np.eye(X.shape[1]), (X - mean).T @ Y).T
    return W, Y.mean(axis=0) - W @ mean


def test_the_readout_is_ridge_regression():
    X, y = RNG.normal(size=(40, 6)), np.arange(40) % 3
    unit = np.mean(np.linalg.svd(X - X.mean(axis=0))[1] ** 2)
    readout = analysis.linear_probe(X, y, penalties=[0.3])
    W, b = by_hand(X, y, 0.3 * unit)
    np.testing.assert_allclose(readout.weights[0], W, rtol=0, atol=1e-6)
    assert readout.biases[0] == pytest.approx(b, abs=1e-6)


def test_the_penalty_is_the_one_that_guesses_left_out_rows_best():
    y = np.arange(40) % 2
    X = RNG.normal(size=(40, 25)) + 0.8 * y[:, None] * np.eye(25)[0]
    penalties, unit = (1e-4, 1e-2, 1.0, 30.0), np.mean(np.linalg.svd(X - X.mean(axis=0))[1] ** 2)
    right = []
    for penalty in penalties:
        guesses = []
        for k in range(40):
            rest = np.arange(40) != k
            # The leave-one-out formula keeps the penalty and centres on the rows that are left.
            W, b = by_hand(X[rest], y[rest], penalty * unit)
            guesses.append((W @ X[k] + b).argmax())
        right.append((np.array(guesses) == y).sum())
    assert len(set(right)) > 1
    best = penalties[int(np.argmax(right))]
    chosen = analysis.linear_probe(X, y, penalties=penalties)
    only = analysis.linear_probe(X, y, penalties=[best])
    np.testing.assert_allclose(chosen.weights[0], only.weights[0], rtol=1e-6)


def test_more_columns_than_rows_and_blank_columns_are_no_trouble():
    X = np.hstack([RNG.normal(size=(10, 30)), np.zeros((10, 3))])
    y = np.arange(10) % 2
    assert analysis.linear_probe(X, y, penalties=[1e-4]).accuracy(X, y) == 1


def test_correlations_are_those_of_numpy_and_what_never_varies_has_none():
    A, B = RNG.normal(size=(20, 3)), RNG.normal(size=(20, 4))
    B[:, 2] = 5
    found = analysis.correlations(A, B)
    assert found[:, [0, 1, 3]] == pytest.approx(np.corrcoef(A.T, B[:, [0, 1, 3]].T)[:3, 3:])
    assert (found[:, 2] == 0).all()


def test_a_layer_is_matched_to_itself_in_any_order_scale_and_offset():
    A = RNG.normal(size=(50, 8))
    order = RNG.permutation(8)
    match = analysis.match_neurons(A, 3 * A[:, order] + 1)
    assert order[match].tolist() == list(range(8))


def test_partners_are_one_to_one_and_the_most_alike_come_first():
    a, b = RNG.normal(size=(2, 500))
    # Both columns of A are most like the first of B; the one that is more so gets it.
    match = analysis.match_neurons(np.c_[a + 0.5 * b, a], np.c_[a, b])
    assert match.tolist() == [1, 0]


def test_a_mixture_is_explained_and_noise_is_not():
    B, B_new = RNG.normal(size=(200, 5)), RNG.normal(size=(100, 5))
    mix = RNG.normal(size=5)
    A = np.c_[B @ mix + 2, RNG.normal(size=200), np.ones(200)]
    A_new = np.c_[B_new @ mix + 2, RNG.normal(size=100), np.ones(100)]
    mixture, noise, constant = analysis.explained_variance(A, B, A_new, B_new)
    assert mixture == pytest.approx(1)
    assert noise < 0.1
    assert constant == 0


def test_reordering_the_neurons_changes_no_answer():
    network = Network([RNG.normal(size=(4, 6)), RNG.normal(size=(3, 4))], [np.arange(4.0), np.ones(3)])
    order, X = [2, 0, 3, 1], RNG.normal(size=(5, 6))
    moved = analysis.permute_neurons(network, order)
    assert moved.forward(X).a[1] == pytest.approx(network.forward(X).a[1][:, order])
    assert moved.forward(X).a[2] == pytest.approx(network.forward(X).a[2])


def test_neighbours_are_counted_by_label_and_never_the_dot_itself():
    points = np.array([[0.0, 0], [0.1, 0], [0, 0.1], [5, 0], [5.1, 0]])
    table = analysis.neighbours(points, np.array([0, 0, 1, 1, 1]), k=1)
    assert table == pytest.approx(np.array([[1, 0], [1 / 3, 2 / 3]]))


def test_neighbours_do_not_depend_on_where_the_cloud_lies():
    points, labels = RNG.normal(size=(80, 3)), np.arange(80) % 4
    far = analysis.neighbours(points + 10, labels)
    assert far == pytest.approx(analysis.neighbours(points, labels))
    assert far.sum(axis=1) == pytest.approx(1)


X = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: analysis.principal_components(X, k=4), "k is 4; .* from 1 to 3"),
        (lambda: analysis.principal_components(np.ones((4, 3))), "equal rows"),
        (lambda: analysis.principal_components(X[0]), r"X has shape \(3,\)"),
        (lambda: analysis.principal_components(X * np.nan), "finite"),
        (lambda: analysis.linear_probe(X, np.arange(3)), r"y is int64 of shape \(3,\)"),
        (lambda: analysis.linear_probe(X, np.zeros(4)), "y is float64"),
        (lambda: analysis.linear_probe(np.ones((4, 3)), np.arange(4)), "equal rows"),
        (lambda: analysis.correlations(X, X[:3]), "A has 4 rows and B 3"),
        (lambda: analysis.match_neurons(X, X[:, :2]), "A has 3 columns and B 2"),
        (lambda: analysis.explained_variance(X, X, X, X[:, :2]), r"give \(n, p\)"),
        (lambda: analysis.neighbours(X, np.arange(4), k=4), "k is 4"),
        (lambda: analysis.pair_sums(X), "square"),
        (lambda: analysis.permute_neurons(Network([X], [np.zeros(4)]), [0]), "one hidden layer"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
