"""Expectations on values: numbers worked out by hand, and what wrong numbers tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.wording import kind, numbers, shape

__all__ = ["close_to", "equal_to", "same"]


def same(first: Tensor, second: Tensor, tolerance: float = 1e-4) -> bool:
    """Whether two tensors agree in shape and, up to ``tolerance`` (absolute and relative), in every number."""
    return first.shape == second.shape and torch.allclose(
        first.detach().double(), second.detach().double(), rtol=tolerance, atol=tolerance
    )


@expectation("a value worked out by hand")
def close_to(
    came: Any,
    by_hand: Tensor | Sequence[Any] | float,
    *,
    what: str,
    mistakes: Mapping[str, Any] | None = None,
    tolerance: float = 1e-4,
    sent: str = "",
    hint: str = "",
) -> None:
    """``came`` is the tensor or number ``by_hand``, up to ``tolerance``.

    Args:
        came: what the student's code gave.
        by_hand: what a right answer gives.
        what: the title of the expectation.
        mistakes: the values that likely mistakes give, by the hint that names them.
        tolerance: absolute and relative.
        sent: what the student's code was given, in words.
        hint: for a miss without a likely mistake of its own.
    """
    expected = torch.as_tensor(by_hand, dtype=torch.float64)
    if not isinstance(came, (Tensor, float, int)):
        hint = "does the function return its result?" if came is None else ""
        raise Missed(f"a tensor {shape(expected)}", kind(came), hint, sent)
    value = torch.as_tensor(came).detach().double()
    if value.shape != expected.shape:
        likely = _mistake_of_shape(value, expected)
        raise Missed(f"shape {shape(expected)}: {numbers(expected)}", f"shape {shape(value)}", likely, sent)
    if not same(value, expected, tolerance):
        likely = _known_mistake(value, mistakes or {}, tolerance) or _mistake_of_value(value, expected, tolerance)
        raise Missed(numbers(expected), numbers(value), likely, sent)


@expectation("a value worked out by hand")
def equal_to(
    came: Any, by_hand: Any, *, what: str, mistakes: Mapping[str, Any] | None = None, sent: str = "", hint: str = ""
) -> None:
    """``came == by_hand``, for words, numbers and lists of them; arguments as for :func:`close_to`."""
    if type(came) is type(by_hand) and came == by_hand:
        return
    hints = [hint for hint, wrong in (mistakes or {}).items() if type(came) is type(wrong) and came == wrong]
    raise Missed(repr(by_hand), repr(came)[:300], "".join(hints[:1]), sent)


def _known_mistake(value: Tensor, mistakes: Mapping[str, Any], tolerance: float) -> str:
    for hint, wrong in mistakes.items():
        if same(value, torch.as_tensor(wrong, dtype=torch.float64), tolerance):
            return hint
    return ""


def _mistake_of_shape(value: Tensor, expected: Tensor) -> str:
    if value.numel() == expected.numel():
        return "the numbers are there, in another shape: look for an axis too many, or squeezed away"
    if expected.ndim > 0 and value.ndim == 0:
        return "all reviews were summed or averaged into one number: which axis do you sum over?"
    return "over which axis do you sum?"


def _mistake_of_value(value: Tensor, expected: Tensor, tolerance: float) -> str:
    """The mistake that a wrong value shows by itself."""
    if value.isnan().any():
        return "there is a nan: 0 · log 0, 0 / 0, or a softmax over nothing but -inf"
    if value.isinf().any():
        return "there is an infinite number: log 0, or an exp that overflows"
    if same(-value, expected, tolerance):
        return "the sign is flipped"
    if same(value * math.log(2), expected, tolerance):
        return "the logarithm is in base 2: nats are asked, the natural logarithm"
    if value.ndim and same(value, expected.mean(dim=0).expand_as(value), tolerance):
        return "every review gets the mean of all: keep the axis of the batch"
    return ""
