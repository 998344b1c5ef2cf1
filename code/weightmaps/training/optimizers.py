"""What a step makes of the gradient: SGD, Adam and AdamW, as PyTorch defines them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SGD:
    """A step against the gradient, or with momentum against a sum of it and of older ones.

    The sum is PyTorch's ``v = momentum * v + g``; a step subtracts η v.

    Parameters
    ----------
    momentum : float
        From 0, which is plain gradient descent, to below 1.
    """

    momentum: float = 0.0

    def __post_init__(self):
        _check_share("momentum", self.momentum)


@dataclass(frozen=True)
class Adam:
    """A step of each weight's own size: its mean gradient over the root of its mean square.

    The weight decay is added to the gradient, as ``torch.optim.Adam`` does.

    Parameters
    ----------
    beta1, beta2 : float
        How much of the mean gradient, and of its mean square, is kept in a step: from 0 to below 1.
    eps : float
        ε, added to the root, above 0. Where it is much larger than the root, a step is that of SGD with
        momentum and the learning rate η (1 − β₁) / ε.

    References
    ----------
    Kingma and Ba, *Adam: A Method for Stochastic Optimization*, 2015, algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self):
        _check_share("beta1", self.beta1)
        _check_share("beta2", self.beta2)
        if not 0 < self.eps < float("inf"):
            raise ValueError(f"eps is {self.eps!r}; it must be a finite number above 0")


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam, but the weight decay shrinks the weights themselves and does not go through the step's size.

    References
    ----------
    Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019.
    """


def _check_share(name, value):
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value!r}; it must be from 0 to below 1")
