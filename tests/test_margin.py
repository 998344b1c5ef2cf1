"""Neurons kept and taken out: by hand, and against the network itself with weights and biases changed."""

import numpy as np
import pytest

from weightmaps import attribution
from weightmaps.network import Network


@pytest.fixture
def toy():
    """Two inputs, three neurons that pass on x0, x1 and x0 + x1, and two outputs."""
    W1 = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    return Network([W1, [[2.0, 0.0, 0.0], [0.0, 3.0, -1.0]]], [np.zeros(3), [0.0, 1.0]], ["identity"] * 2)


@pytest.fixture
def drawn():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in ((5, 6), (4, 5), (3, 4))]
    network = Network(weights, [rng.normal(size=n) for n in (5, 4, 3)], ["tanh", "relu", "softmax"])
    return network, rng.normal(size=(40, 6)), rng.integers(3, size=40)


def answers(network, X, y):
    return network.predict(X) == y


def test_the_margin_by_hand(toy):
    """For (1, 2): z = (2, 6 - 3 + 1) = (2, 4); for (3, 0): z = (6, -3 + 1) = (6, -2)."""
    X = np.array([[1.0, 2.0], [3.0, 0.0]])
    assert attribution.margin(toy, X, [1, 1]).tolist() == [2.0, -8.0]
    assert attribution.margin(toy, X, [0, 0]).tolist() == [-2.0, 8.0]
    # Without neuron 0: z0 = 0; without neuron 1: z1 = -2 and -2; without neuron 2: z1 = 7 and 1.
    without = attribution.margin_without(toy, X, [1, 0])
    assert without.tolist() == [[4.0, 2.0], [-4.0, 8.0], [5.0, 5.0]]


def test_the_margin_is_positive_where_the_answer_is_right(drawn):
    assert ((attribution.margin(*drawn) > 0) == answers(*drawn)).all()


def test_taking_one_neuron_out_is_ablation_to_zero_to_the_mean_or_a_change_of_biases(drawn):
    network, X, y = drawn
    mean = network.forward(X).a[2].mean(axis=0)
    parts = {part: attribution.margin_without(network, X, y, part=part) for part in ("all", "mean", "change")}
    for j in range(4):
        off = attribution.ablate(network, [j], layer=2)
        held = attribution.ablate(network, [j], layer=2, by="mean", X=X)
        biases = (*network.biases[:2], network.biases[2] - network.weights[2][:, j] * mean[j])
        shifted = Network(network.weights, biases, network.activations)
        for part, other in (("all", off), ("change", held), ("mean", shifted)):
            np.testing.assert_allclose(parts[part][j], attribution.margin(other, X, y), atol=1e-12)


def test_taking_a_team_out_is_ablation_to_zero_or_to_the_mean(drawn):
    network, X, y = drawn
    teams, means = [[], [2], [0, 3]], network.forward(X).a[2].mean(axis=0)
    for rest, how in ((None, {}), (means, {"by": "mean", "X": X})):
        others = [attribution.ablate(network, team, layer=2, **how) for team in teams]
        expected = [attribution.margin(other, X, y) for other in others]
        np.testing.assert_allclose(
            attribution.margin_without_teams(network, X, y, teams, rest=rest), expected, atol=1e-12
        )
    with pytest.raises(ValueError, match="rest has shape"):
        attribution.margin_without_teams(network, X, y, teams, rest=means[:2])


def test_drops_are_mean_margins_lost_by_the_images_of_each_output(toy):
    """From the test by hand: the margins are 2 for (1, 2) and output 1, 8 for (3, 0) and output 0."""
    X, y = np.array([[1.0, 2.0], [3.0, 0.0]]), [1, 0]
    assert attribution.margin_drop(toy, X, y).tolist() == [[6.0, 0.0, 3.0], [-2.0, 6.0, -3.0]]
    # At their means, neurons 0, 1 and 2 stay at 2, 1 and 3: z = (4, 4), (2, 1) and (2, 4) for (1, 2).
    held = attribution.margin_drop(toy, X, y, part="change")
    assert held.tolist() == [[2.0, 3.0, 0.0], [2.0, 3.0, 0.0]]


def test_a_relative_contribution_is_weight_times_how_much_more_the_neuron_is_on(toy):
    X, y = np.array([[1.0, 2.0], [3.0, 0.0], [5.0, 2.0]]), [1, 0, 0]
    # Activations (1, 2, 3), (3, 0, 3), (5, 2, 7): over the 0s (4, 1, 5).
    assert attribution.relative_contribution(toy, X, y).tolist() == [[6.0, 0.0, 0.0], [0.0, 3.0, 2.0]]


def test_an_error_goes_to_the_hardest_push_in_each_wrong_answer(toy):
    X = np.array([[1.0, 2.0], [3.0, 0.0], [9.0, 0.0], [1.0, 2.0]])
    # (1, 2) answers 1: pushes from 0 to 1 are (-2, 6, -3). (3, 0) answers 0: from 1 to 0 they are (6, 0, 3).
    assert attribution.error_attribution(toy, X, [0, 1, 1, 1]).tolist() == [2, 1, 0]
    assert attribution.error_attribution(toy, X[:1], [1]).tolist() == [0, 0, 0]


def test_neurons_at_their_mean_push_as_they_do_on_average_and_tell_nothing(drawn):
    network, X, _ = drawn
    held = attribution.ablate(network, range(4), layer=2, by="mean", X=X).forward(X).z[-1]
    np.testing.assert_allclose(held, np.tile(network.forward(X).z[-1].mean(axis=0), (40, 1)))
    kept = attribution.ablate(network, [], layer=2, by="mean", X=X)
    assert kept.forward(X).a[-1].tolist() == network.forward(X).a[-1].tolist()


def test_accuracy_with_the_first_neurons_is_that_of_the_rest_off_or_at_its_mean(drawn):
    network, X, y = drawn
    order = [2, 0, 3, 1]
    off = attribution.kept_accuracy(network, X, y, order)
    held = attribution.kept_accuracy(network, X, y, order, rest=network.forward(X).a[2].mean(axis=0))
    for k in range(5):
        gone = order[k:]
        assert off[k] == answers(attribution.ablate(network, gone, layer=2), X, y).mean()
        assert held[k] == answers(attribution.ablate(network, gone, layer=2, by="mean", X=X), X, y).mean()
    both = attribution.kept_accuracy(network, X, y, [order, order[::-1]])
    assert both.tolist() == [off.tolist(), attribution.kept_accuracy(network, X, y, order[::-1]).tolist()]
    assert off[4] == held[4] == network.accuracy(X, y)


def test_each_greedy_step_is_the_best_of_all_that_are_left(drawn):
    network, X, y = drawn
    order = attribution.greedy_order(network, X, y).tolist()
    assert sorted(order) == [0, 1, 2, 3]
    for k in range(4):
        share = [
            attribution.kept_accuracy(network, X, y, [*order[:k], j])[-1]
            for j in range(4)
            if j not in order[:k]
        ]
        assert attribution.kept_accuracy(network, X, y, order)[k + 1] == max(share)


def test_of_equally_good_neurons_the_lower_number_is_kept_first():
    twins = Network([[[1.0], [1.0]], [[1.0, 1.0], [0.0, 0.0]]], [np.zeros(2), [0.0, 0.5]], ["identity"] * 2)
    assert attribution.greedy_order(twins, [[1.0]], [0]).tolist() == [0, 1]


def test_what_cannot_be_is_refused(toy):
    X, y = np.ones((2, 2)), [0, 1]
    with pytest.raises(ValueError, match="unknown part='none'; there are: all, mean, change"):
        attribution.margin_without(toy, X, y, part="none")
    with pytest.raises(
        ValueError, match="y has no image of output 1; a mean over each output needs one of each"
    ):
        attribution.margin_drop(toy, X, [0, 0])
    with pytest.raises(ValueError, match=r"neuron is 3; there are 3, numbered 0 to 2"):
        attribution.ablate(toy, [3], by="mean", X=X)
    with pytest.raises(ValueError, match=r"neurons are \[1, 1\]; name each once"):
        attribution.kept_accuracy(toy, X, y, [1, 1])
    with pytest.raises(ValueError, match=r"y is int64 of shape \(1,\) for 2 images"):
        attribution.margin(toy, X, [0])
    with pytest.raises(ValueError, match="y holds 0 to 2; labels are 0 to 1"):
        attribution.margin(toy, X, [0, 2])
    with pytest.raises(ValueError, match=r"rest has shape \(2,\); give one activation a neuron, \(3,\)"):
        attribution.greedy_order(toy, X, y, rest=[0, 0])
    with pytest.raises(ValueError, match=r"X has shape \(2,\); give one image or more, \(n, 2\)"):
        attribution.margin(toy, np.ones(2), [0])
    with pytest.raises(ValueError, match="no hidden layer"):
        attribution.margin(Network([np.ones((2, 2))], [np.zeros(2)]), X, y)
    one = Network([np.ones((2, 2)), np.ones((1, 2))], [np.zeros(2), np.zeros(1)])
    with pytest.raises(ValueError, match="has one output; to be ahead takes two"):
        attribution.margin(one, X, [0, 0])
