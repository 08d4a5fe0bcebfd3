"""An expectation on gradients of modules and functions that nothing bends sharply: they tell how the answer changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.subjects.nests import leaves, mapped
from amal_attention.checks.subjects.subject import FunctionSubject, Subject, function_subject, randomised, subject
from amal_attention.checks.wording import numbers, tensors_sent

__all__ = ["passes_gradient"]

_STEP = 1e-2
_WAYS = 3
_NOISE = 2e-4
"""Of what is computed in float32 a difference of steps so long tells no less."""
_CUT_OFF = "something is cut off from what is given: no detach, no no_grad, no item, no argmax on the way"


@expectation("a gradient of the answer reaches all that it is made of, and tells how the answer changes")
def passes_gradient(
    answer: nn.Module | FunctionSubject | Callable[..., Any],
    inputs: Sequence[Any],
    *,
    parts: Sequence[int] = (0,),
    tolerance: float = 0.05,
    seed: int = 0,
    hint: str = "",
) -> None:
    """The gradient for each tensor of floats is compared with how the answer changes along random ways.

    Args:
        answer: a module, whose parameters are made random; or a function. It is smooth.
        inputs: what it is called with.
        parts: which tensors of the reply are looked at, by their numbers.
        tolerance: a share of how much the answer changes.
        seed: another seed, other parameters and ways.
        hint: for a miss.
    """
    looked_at = _asked(answer, inputs, seed)
    generator = torch.Generator().manual_seed(seed)
    sent = tensors_sent(list(leaves(tuple(inputs))))
    for part in parts:
        upstream = torch.randn(_part(looked_at(*inputs), part).shape, generator=generator)
        _, found = looked_at.gradients(tuple(inputs), upstream, part)
        for number, (given, gradient) in enumerate(zip(leaves(tuple(inputs)), leaves(found), strict=True)):
            if not (isinstance(given, Tensor) and given.is_floating_point()):
                continue
            name = number + 1
            if gradient is not None and not gradient.isfinite().all():
                raise Missed(f"a finite gradient for input {name}", numbers(gradient.flatten()), hint, sent)
            for rise, slope in _along_ways(looked_at, inputs, number, part, upstream, gradient, generator):
                if abs(rise - slope) > tolerance * max(abs(rise), abs(slope)) + _NOISE:
                    raise Missed(
                        f"a gradient for input {name} that tells how the answer changes, by {rise:.3g}",
                        "none" if gradient is None else f"{slope:.3g} by the gradient",
                        hint or _CUT_OFF,
                        sent,
                    )


def _asked(answer: Any, inputs: Sequence[Any], seed: int) -> FunctionSubject:
    """A module with random parameters, or the function."""
    if not isinstance(answer, nn.Module | Subject):
        return function_subject(answer)
    subject(answer).materialise(*inputs)
    return randomised(answer, seed)


def _along_ways(
    looked_at: FunctionSubject,
    inputs: Sequence[Any],
    number: int,
    part: int,
    upstream: Tensor,
    gradient: Tensor | None,
    generator: torch.Generator,
) -> Iterator[tuple[float, float]]:
    """How the answer rises along ways of one input, from a step behind to one ahead, and what its gradient tells.

    Steps half as long beside the whole ones take away what bends (Richardson 1911): what is left is of the fifth order.
    """
    given = list(leaves(tuple(inputs)))[number]
    for step in _STEP * torch.randn(_WAYS, *given.shape, generator=generator):
        behind, ahead, half_behind, half_ahead = (
            (_part(reply, part).detach().double() * upstream).sum()
            for reply in looked_at.each([_moved(inputs, number, way * step) for way in (-1, 1, -0.5, 0.5)])
        )
        rise = (8 * (half_ahead - half_behind) - (ahead - behind)) / 3
        slope = 0.0 if gradient is None else float(2 * (gradient.double() * step).sum())
        yield float(rise), slope


def _moved(inputs: Sequence[Any], number: int, step: Tensor) -> tuple[Any, ...]:
    """The inputs, with the step added to one of their tensors."""
    places = iter(range(len([*leaves(tuple(inputs))])))
    return tuple(mapped(lambda leaf: leaf + step if next(places) == number else leaf, tuple(inputs)))


def _part(reply: Any, number: int) -> Tensor:
    parts = list(leaves(reply))
    part = parts[number] if number < len(parts) else None
    if not isinstance(part, Tensor):
        least = number + 1
        raise Missed(f"a reply of at least {least} tensors", f"{len(parts)}")
    return part
