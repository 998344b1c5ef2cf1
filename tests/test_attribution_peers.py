"""The attributions against PyTorch's autograd and Captum, which `pip install --group peers` installs."""

import numpy as np
import pytest

from weightmaps import attribution, digits, zoo
from weightmaps.network import ACTIVATIONS, Network

torch = pytest.importorskip("torch")
captum = pytest.importorskip("captum.attr")

FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "softmax": lambda z: torch.softmax(z, dim=-1),
    "identity": lambda z: z,
}
SIZES, SHAPE = (12, 7, 5, 3), (3, 4)
WITHIN = {"rtol": 0, "atol": 1e-5}
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)


def random_network(activation):
    rng = np.random.default_rng(6)
    weights = [rng.normal(size=shape) for shape in zip(SIZES[1:], SIZES, strict=False)]
    return Network(weights, [rng.normal(size=n) for n in SIZES[1:]], [activation] * 3)


def as_function(network, layer=-1, shape=None):
    """The z of a layer as a PyTorch function of the images, which may come as pictures of a shape."""

    def z_of(X):
        a, zs = X.reshape(len(X), -1) if shape else X, []
        for w, b, name in zip(network.weights, network.biases, network.activations, strict=True):
            zs.append(a @ torch.tensor(w.astype(float)).T + torch.tensor(b.astype(float)))
            a = FUNCTIONS[name](zs[-1])
        return zs[layer]

    return z_of


def cases(network):
    """Targets by our words, each with PyTorch's layer and unit."""
    yield {"output": network.sizes[-1] - 1}, -1, network.sizes[-1] - 1
    for layer in range(1, len(network.sizes) - 1):
        yield {"neuron": 2, "layer": layer}, layer - 1, 2


def agree(network, X, *, shape, patch, strides, baseline):
    X = X.astype(float)
    for target, layer, unit in cases(network):
        z = as_function(network, layer)
        inputs = torch.tensor(X, requires_grad=True)
        (autograd,) = torch.autograd.grad(z(inputs)[:, unit].sum(), inputs)
        ours = attribution.gradient(network, X, **target)
        np.testing.assert_allclose(ours, autograd.numpy(), **WITHIN)
        saliency = captum.Saliency(z).attribute(inputs, target=unit, abs=False)
        np.testing.assert_allclose(ours, saliency.detach().numpy(), **WITHIN)
        times_input = captum.InputXGradient(z).attribute(inputs, target=unit)
        np.testing.assert_allclose(X * ours, times_input.detach().numpy(), **WITHIN)

        blank = torch.tensor(np.broadcast_to(baseline, X.shape[1:]).astype(float))
        for steps in (7, 50):
            theirs, gap = captum.IntegratedGradients(z).attribute(
                inputs,
                blank[None],
                unit,
                n_steps=steps,
                method="gausslegendre",
                return_convergence_delta=True,
            )
            ours = attribution.integrated_gradients(network, X, **target, baseline=baseline, steps=steps)
            np.testing.assert_allclose(ours.attributions, theirs.detach().numpy(), **WITHIN)
            np.testing.assert_allclose(ours.gap, gap.detach().numpy(), **WITHIN)

        theirs = captum.Occlusion(as_function(network, layer, shape)).attribute(
            torch.tensor(X).reshape(-1, *shape), patch, strides, blank.reshape(1, *shape), unit
        )
        how = {"patch": patch, "strides": strides, "shape": shape, "baseline": baseline}
        ours = attribution.occlusion(network, X, **target, **how)
        np.testing.assert_allclose(ours, theirs.reshape(len(X), -1).numpy(), **WITHIN)


@every_activation
@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (1, 3)], ids=str)
def test_random_networks_agree(activation, strides):
    X = np.random.default_rng(7).uniform(size=(6, SIZES[0]))
    cover = np.linspace(0, 1, SIZES[0])
    agree(random_network(activation), X, shape=SHAPE, patch=(2, 3), strides=strides, baseline=cover)


def test_the_network_of_the_question_agrees_on_twenty_digits():
    X = digits.load_sample().images[::250]
    assert len(X) == 20
    agree(zoo.load("nielsen"), X, shape=(28, 28), patch=(5, 4), strides=(3, 2), baseline=0.0)
