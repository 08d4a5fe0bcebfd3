"""Expectations on what learns: gradients reach it, and it is registered as a parameter."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.reading import looks, read
from amal_attention.checks.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers, reviews_sent

__all__ = ["gradient_flows", "gradient_reaches", "registers_everything"]

Module = nn.Module | Subject

_UNREGISTERED = (
    "a tensor or a layer is not registered: use nn.Parameter for a tensor, nn.ModuleList for a list of layers, "
    "and make nothing anew in forward"
)


_TRIES = 6


@expectation("a gradient reaches every parameter")
def gradient_reaches(pooling: Module, dim: int, *, hint: str = "") -> None:
    """Each parameter of a pooling gets a gradient from the pooled vector, finite and, in some look, not all zero.

    A bias, or a single number, may have a zero gradient: adding a constant to all scores rightly changes nothing.
    """
    silent = set(subject(pooling).parameters())
    if not silent:
        raise Missed("parameters that learn", "none", hint or _UNREGISTERED)
    for looked_at, x, mask in looks(pooling, dim, (4, 2, 1), _TRIES):
        sent = f"{reviews_sent(x, mask)}, and a gradient of the pooled vectors"
        pooled, _ = read(looked_at, x, mask)
        found, _ = looked_at.gradients(x, mask, torch.linspace(-1, 2, pooled.numel()).reshape(pooled.shape))
        for name, gradient in found.items():
            if gradient is None:
                unused = f"{name} is not used in the pooled vector, or cut off from it by a detach or a no_grad"
                raise Missed(f"a gradient for {name}", "none", hint or unused, sent)
            if not gradient.isfinite().all():
                raise Missed(f"a finite gradient for {name}", numbers(gradient.flatten()), hint, sent)
            if _may_be_silent(name, gradient) or (gradient.abs() > 1e-7).any():
                silent.discard(name)
        if not silent:
            return
    name = min(silent)
    raise Missed(f"a gradient for {name}", "zeros", hint or f"{name} changes nothing in the answer", sent)


@expectation("all that it computes with is registered: a copy of its state is a copy of it")
def registers_everything(build: Callable[[], Module], dim: int, *, hint: str = "") -> None:
    """A second module that is given the state of a first one answers as the first one does.

    Args:
        build: makes a module, the same at each call but for its random start.
        dim: D of what it reads.
        hint: for a miss.
    """
    second = subject(build()).eval()
    for first, x, mask in looks(build(), dim, (4, 2, 1)):
        second.load(first.state())
        (pooled, _), (again, _), (copied, _) = (read(each, x, mask) for each in (first, first, second))
        if not same(pooled, again):
            raise Missed("the same answer at each call", "another one", "something random is made in forward")
        if not same(pooled, copied):
            raise Missed("the same answer from the copy", "another one", hint or _UNREGISTERED, reviews_sent(x, mask))


@expectation("a gradient flows through it")
def gradient_flows(function: Callable[[Tensor, Tensor], Tensor], weights: Tensor, mask: Tensor) -> None:
    """A function of ``weights`` and ``mask`` lets a finite gradient through to the weights."""
    watched = weights.clone().requires_grad_()
    value = function(watched.clone(), mask.clone())
    if not (isinstance(value, Tensor) and value.requires_grad):
        raise Missed("a result that depends on the weights", "one cut off from them", "no detach, no item, no no_grad")
    (gradient,) = torch.autograd.grad(value.sum(), watched, allow_unused=True)
    if gradient is None or not gradient.isfinite().all():
        came = "none" if gradient is None else numbers(gradient)
        raise Missed("a finite gradient for the weights", came, "is there a log of 0, or a detach?")


def _may_be_silent(name: str, gradient: Tensor) -> bool:
    return gradient.numel() < 2 or name.endswith("bias")
