"""Expectations on what learns: gradients reach it, and it is registered as a parameter."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.inputs import some_reviews
from amal_attention.checks.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers, reviews_sent

__all__ = ["gradient_flows", "gradient_reaches", "registers_everything"]

Module = nn.Module | Subject

_UNREGISTERED = (
    "a tensor or a layer is not registered: use nn.Parameter for a tensor, nn.ModuleList for a list of layers, "
    "and make nothing anew in forward"
)


@expectation("a gradient reaches every parameter")
def gradient_reaches(pooling: Module, dim: int, *, hint: str = "") -> None:
    """Each parameter of a pooling gets a gradient from the pooled vector, finite and not all zero.

    A single number may have a zero gradient: adding a constant to all scores rightly changes nothing.
    """
    looked_at = randomised(pooling)
    x, mask = some_reviews(dim, (4, 2, 1))
    width = int(looked_at(x, mask)[0].shape[-1])
    found, _ = looked_at.gradients(x, mask, torch.linspace(-1, 2, len(x) * width).reshape(len(x), width))
    sent = f"{reviews_sent(x, mask)}, and a gradient of the pooled vectors"
    if not found:
        raise Missed("parameters that learn", "none", hint or _UNREGISTERED, sent)
    for name, gradient in found.items():
        if gradient is None:
            raise Missed(f"a gradient for {name}", "none", hint or f"{name} is not used in the pooled vector", sent)
        if not gradient.isfinite().all():
            raise Missed(f"a finite gradient for {name}", numbers(gradient.flatten()), hint, sent)
        if gradient.numel() > 1 and not (gradient.abs() > 1e-7).any():
            raise Missed(f"a gradient for {name}", "zeros", hint or f"{name} changes nothing in the answer", sent)


@expectation("all that it computes with is registered: a copy of its state is a copy of it")
def registers_everything(build: Callable[[], Module], dim: int, *, hint: str = "") -> None:
    """A second module that is given the state of a first one answers as the first one does.

    Args:
        build: makes a module, the same at each call but for its random start.
        dim: D of what it reads.
        hint: for a miss.
    """
    first = randomised(build())
    second = subject(build()).eval()
    second.load(first.state())
    x, mask = some_reviews(dim, (4, 2, 1))
    (pooled, _), (copied, _) = first(x, mask), second(x, mask)
    again, _ = first(x, mask)
    if not same(pooled, again):
        raise Missed("the same answer at each call", "another one", "something random is made in forward")
    if not same(pooled, copied):
        raise Missed("the same answer from the copy", "another one", hint or _UNREGISTERED, reviews_sent(x, mask))


@expectation("a gradient flows through it")
def gradient_flows(function: Callable[[Tensor, Tensor], Tensor], weights: Tensor, mask: Tensor) -> None:
    """A function of ``weights`` and ``mask`` lets a finite gradient through to the weights."""
    watched = weights.clone().requires_grad_()
    value = function(watched, mask)
    if not (isinstance(value, Tensor) and value.requires_grad):
        raise Missed("a result that depends on the weights", "one cut off from them", "no detach, no item, no no_grad")
    (gradient,) = torch.autograd.grad(value.sum(), watched, allow_unused=True)
    if gradient is None or not gradient.isfinite().all():
        came = "none" if gradient is None else numbers(gradient)
        raise Missed("a finite gradient for the weights", came, "is there a log of 0, or a detach?")
