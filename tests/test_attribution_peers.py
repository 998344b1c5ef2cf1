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
    "leaky_relu": torch.nn.functional.leaky_relu,
    "elu": torch.nn.functional.elu,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
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
            theirs, their_delta = captum.IntegratedGradients(z).attribute(
                inputs,
                blank[None],
                unit,
                n_steps=steps,
                method="gausslegendre",
                return_convergence_delta=True,
            )
            ours, delta = attribution.integrated_gradients(
                network, X, **target, baseline=baseline, n_steps=steps, return_convergence_delta=True
            )
            np.testing.assert_allclose(ours, theirs.detach().numpy(), **WITHIN)
            np.testing.assert_allclose(delta, their_delta.detach().numpy(), **WITHIN)

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


# What Captum says of neurons, from a model that PyTorch itself runs


MODULES = {
    "sigmoid": torch.nn.Sigmoid,
    "relu": torch.nn.ReLU,
    "tanh": torch.nn.Tanh,
    "softmax": lambda: torch.nn.Softmax(dim=-1),
    "identity": torch.nn.Identity,
    "leaky_relu": torch.nn.LeakyReLU,
    "elu": torch.nn.ELU,
    "gelu": torch.nn.GELU,
    "silu": torch.nn.SiLU,
}


def as_model(network):
    """Linear layers and activation functions in turn, without the last function: its output is z."""
    modules = []
    for w, b, name in zip(network.weights, network.biases, network.activations, strict=True):
        linear = torch.nn.Linear(*w.T.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(w), torch.tensor(b)
        modules += [linear, MODULES[name]()]
    return torch.nn.Sequential(*modules[:-1])


@every_activation
@pytest.mark.parametrize("layer", [1, 2])
def test_neuron_attributions_agree(activation, layer):
    network = random_network(activation)
    model, X = as_model(network), np.random.default_rng(7).uniform(size=(6, SIZES[0]))
    inputs, z, target = (
        torch.tensor(X, requires_grad=True),
        model[2 * layer - 2],
        {"neuron": 2, "layer": layer},
    )
    slope = captum.NeuronGradient(model, z).attribute(inputs, 2)
    np.testing.assert_allclose(attribution.gradient(network, X, **target), slope.detach(), **WITHIN)
    theirs = captum.NeuronIntegratedGradients(model, z).attribute(inputs, 2, n_steps=50)
    ours = attribution.integrated_gradients(network, X, **target)
    np.testing.assert_allclose(ours, theirs.detach(), **WITHIN)
    theirs = captum.NeuronFeatureAblation(model, z).attribute(inputs, 2)
    ours = attribution.occlusion(network, X, **target, patch=(1, 1), shape=SHAPE)
    np.testing.assert_allclose(ours, theirs.detach(), **WITHIN)


@every_activation
def test_a_pixel_taken_out_costs_an_output_what_captum_finds(activation):
    network, cover = random_network(activation), np.linspace(0, 1, SIZES[0])
    X = np.random.default_rng(7).uniform(size=(6, SIZES[0]))
    theirs = captum.FeatureAblation(as_model(network)).attribute(
        torch.tensor(X), torch.tensor(cover)[None], 1
    )
    ours = attribution.occlusion(network, X, output=1, patch=(1, 1), shape=SHAPE, baseline=cover)
    np.testing.assert_allclose(ours, theirs, **WITHIN)


@every_activation
def test_the_ledger_is_what_captum_gives_each_neuron_of_the_last_hidden_layer(activation):
    """The output's z is linear in their activations, so activation × gradient and ablation say the same."""
    network = random_network(activation)
    model, X = as_model(network), np.random.default_rng(7).uniform(size=(6, SIZES[0]))
    inputs, hidden = torch.tensor(X, requires_grad=True), model[3]
    for method in (captum.LayerGradientXActivation, captum.LayerFeatureAblation):
        theirs = method(model, hidden).attribute(inputs, target=1).detach().numpy()
        for x, row in zip(X, theirs, strict=True):
            page = attribution.ledger(network, x, 1, layer=2)
            np.testing.assert_allclose(page.contributions, row[page.neurons], **WITHIN)


@every_activation
@pytest.mark.parametrize("layer", [1, 2])
def test_a_neuron_switched_off_costs_what_captum_finds(activation, layer):
    network = random_network(activation)
    model, X = as_model(network), np.random.default_rng(7).uniform(size=(6, SIZES[0]))
    method = captum.LayerFeatureAblation(model, model[2 * layer - 1])
    theirs = method.attribute(torch.tensor(X), target=1).numpy()
    for j in range(SIZES[layer]):
        without = attribution.ablate(network, [j], layer=layer)
        ours = network.forward(X).z[-1][:, 1] - without.forward(X).z[-1][:, 1]
        np.testing.assert_allclose(ours, theirs[:, j], **WITHIN)
