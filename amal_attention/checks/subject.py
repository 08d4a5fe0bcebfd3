"""A module that is looked at: in this process, or a handle on one that runs elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Protocol, Self, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from amal_attention.checks.quiet import without_dropout
from amal_attention.language import message

__all__ = ["FunctionSubject", "LocalFunction", "LocalSubject", "Subject", "function_subject", "randomised", "subject"]

Reviews = tuple[Tensor, Tensor, Tensor]


@runtime_checkable
class Subject(Protocol):
    """What an expectation may ask of a module, wherever it runs. Names are those of ``named_parameters``."""

    def __call__(self, *inputs: Any) -> Any:
        """The reply of ``forward``."""

    def each(self, inputs: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """The replies of ``forward`` to several inputs, one after the other, with what it raises in its place."""

    def left(self, *inputs: Any) -> list[Any]:
        """The inputs as a call of ``forward`` leaves them."""

    def train(self, dropout: bool = True) -> Self:
        """Go into training mode; without ``dropout`` nothing is dropped at random there."""

    def eval(self) -> Self:
        """Go into evaluation mode."""

    def materialise(self, *inputs: Any) -> None:
        """Call ``forward`` once if a parameter is lazy: its shape is known then."""

    def parameters(self) -> dict[str, Tensor]:
        """The values of the parameters that learn."""

    def frozen(self) -> list[str]:
        """Names of the parameters that do not learn, but for single numbers."""

    def state(self) -> dict[str, Tensor]:
        """The values of all parameters and buffers."""

    def load(self, values: Mapping[str, Tensor]) -> None:
        """Give some parameters or buffers other values."""

    def randomise(self, seed: int) -> None:
        """Give the parameters that learn random numbers as large as keeps sums of products near 1."""

    def gradients(
        self, x: Tensor, mask: Tensor, upstream: Tensor, reply: int = 0
    ) -> tuple[dict[str, Tensor | None], Tensor | None]:
        """Gradients of ``(pooled * upstream).sum()``: of each parameter that learns, and of ``x``.

        Args:
            x: float ``(B, L, D)``.
            mask: bool ``(B, L)``.
            upstream: in the shape of the reply.
            reply: 0 for the pooled vectors, 1 for the weights in their place.
        """

    def learn(self, reviews: Sequence[Reviews], layer: tuple[Tensor, Tensor], lr: float) -> tuple[Tensor, Tensor]:
        """Train it under a linear layer of 2 classes, a step of Adam for each ``(x, mask, labels)``.

        Args:
            reviews: the batches: x ``(B, L, D)``, mask ``(B, L)``, labels ``(B,)``.
            layer: weight ``(2, out_features)`` and bias ``(2,)`` of the layer at the start.
            lr: of Adam.

        Returns:
            Weight and bias of the layer in the end.
        """


class LocalSubject:
    """A module of this process.

    Args:
        module: any ``nn.Module``.
    """

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self._dropout = True

    def __call__(self, *inputs: Any) -> Any:
        """The reply of ``forward`` to copies of the inputs: what it changes in place stays there."""
        with nullcontext() if self._dropout else without_dropout(self.module):
            return self.module(*map(_copy, inputs))

    def each(self, inputs: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """The replies of ``forward`` to several inputs."""
        return (self(*each) for each in inputs)

    def left(self, *inputs: Any) -> list[Any]:
        """The inputs as a call of ``forward`` leaves them."""
        copies = [*map(_copy, inputs)]
        self.module(*copies)
        return copies

    def __getattr__(self, name: str) -> Any:
        """What else the module has."""
        return getattr(self.module, name)

    def train(self, dropout: bool = True) -> Self:
        """Go into training mode; without ``dropout`` nothing is dropped at random there."""
        self.module.train()
        self._dropout = dropout
        return self

    def eval(self) -> Self:
        """Go into evaluation mode."""
        self.module.eval()
        self._dropout = True
        return self

    def materialise(self, *inputs: Any) -> None:
        """Call ``forward`` once if a parameter is lazy: its shape is known then."""
        if any(is_lazy(each) for each in self.module.parameters()):
            self(*inputs)

    def parameters(self) -> dict[str, Tensor]:
        """The values of the parameters that learn; none of those that are lazy still."""
        learning = {name: each for name, each in self.module.named_parameters() if each.requires_grad}
        return {name: torch.empty(0) if is_lazy(each) else each.detach().clone() for name, each in learning.items()}

    def frozen(self) -> list[str]:
        """Names of the parameters that do not learn, but for single numbers."""
        named = self.module.named_parameters()
        return [name for name, each in named if not (each.requires_grad or is_lazy(each)) and each.numel() > 1]

    def state(self) -> dict[str, Tensor]:
        """The values of all parameters and buffers."""
        return {name: each.detach().clone() for name, each in self.module.state_dict().items()}

    def load(self, values: Mapping[str, Tensor]) -> None:
        """Give some parameters or buffers other values."""
        self.module.load_state_dict(dict(values), strict=False)

    def randomise(self, seed: int) -> None:
        """Give the parameters that learn random numbers; see :func:`randomised`."""
        generator = torch.Generator().manual_seed(seed)
        self.load({name: _drawn(each, generator) for name, each in self.parameters().items()})

    def gradients(
        self, x: Tensor, mask: Tensor, upstream: Tensor, reply: int = 0
    ) -> tuple[dict[str, Tensor | None], Tensor | None]:
        """Gradients of each parameter that learns, and of ``x``; see :meth:`Subject.gradients`."""
        x = x.clone().requires_grad_()
        learning = {name: each for name, each in self.module.named_parameters() if each.requires_grad}
        given = self(x, mask)[reply]
        if not given.requires_grad:
            return dict.fromkeys(learning), None
        total = (given.reshape(upstream.shape) * upstream).sum()
        found = torch.autograd.grad(total, [*learning.values(), x], allow_unused=True)
        return dict(zip(learning, found[:-1], strict=True)), found[-1]

    def learn(self, reviews: Sequence[Reviews], layer: tuple[Tensor, Tensor], lr: float) -> tuple[Tensor, Tensor]:
        """Train it under a linear layer; see :meth:`Subject.learn`."""
        self.train()
        weight, bias = (each.clone().requires_grad_() for each in layer)
        learning = [each for each in self.module.parameters() if each.requires_grad]
        optimiser = torch.optim.Adam([*learning, weight, bias], lr=lr)
        for x, mask, labels in reviews:
            pooled, _ = self(x, mask)
            pooled = pooled.reshape(len(x), -1)  # an axis too many is told elsewhere
            optimiser.zero_grad()
            nn.functional.cross_entropy(nn.functional.linear(pooled, weight, bias), labels).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        return weight.detach(), bias.detach()


@runtime_checkable
class FunctionSubject(Protocol):
    """What an expectation may ask of a function, wherever it runs."""

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """What it returns."""

    def gradient(self, *inputs: Tensor) -> Tensor | None:
        """The gradient of the sum of what it returns with respect to the first input; None if it is cut off."""


class LocalFunction:
    """A function of this process.

    Args:
        function: any function.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """What it returns for copies of the inputs: what it changes in place stays there."""
        return self.function(*map(_copy, inputs), **named)

    def gradient(self, *inputs: Tensor) -> Tensor | None:
        """The gradient of the sum of what it returns with respect to the first input; None if it is cut off.

        Raises:
            RuntimeError: it changes that input in place, which autograd may need as it was.
        """
        watched = inputs[0].clone().requires_grad_()
        given = watched.clone()
        value = self.function(given, *map(_copy, inputs[1:]))
        if given._version:
            raise RuntimeError(
                message("its first input is changed by an inplace operation: autograd needs it as it was")
            )
        if not (isinstance(value, Tensor) and value.requires_grad):
            return None
        (gradient,) = torch.autograd.grad(value.sum(), watched, allow_unused=True)
        return gradient


def function_subject(function: Callable[..., Any] | FunctionSubject) -> FunctionSubject:
    """The function as an expectation asks it: a handle as it is, a function of this process wrapped."""
    return function if isinstance(function, FunctionSubject) else LocalFunction(function)


def subject(module: nn.Module | Subject) -> Subject:
    """The module as an expectation asks it: a handle as it is, a module of this process wrapped."""
    return LocalSubject(module) if isinstance(module, nn.Module) else module


def randomised(module: nn.Module | Subject, seed: int = 0) -> Subject:
    """The module itself, in evaluation mode, its parameters replaced by random numbers.

    What a module computes is then seen whatever it starts from: a query that starts at zero attends to nothing. The
    numbers are as large as keeps sums of products near 1, however wide the layer, so that no softmax saturates.
    """
    looked_at = subject(module).eval()
    looked_at.randomise(seed)
    return looked_at


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value


def _drawn(like: Tensor, generator: torch.Generator) -> Tensor:
    """Numbers of mean 0; a single number, which may be a temperature or a gate, lies between 0.5 and 1.5."""
    if like.numel() < 2:
        return 0.5 + torch.rand(like.shape, generator=generator, dtype=like.dtype)
    deviation = min(0.5, 1.5 / math.sqrt(max(like.shape)))
    return deviation * torch.randn(like.shape, generator=generator, dtype=like.dtype)
