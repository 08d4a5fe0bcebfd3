"""Expectations on values: numbers worked out by hand, and what wrong numbers tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.advice import NO_LIST
from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.wording import kind, numbers, shape

__all__ = ["are_pairs", "close_to", "differ", "equal_to", "same"]

_LITTLE_OFF = "a little off: an epsilon in the logarithm must be tiny, 1e-10 (in a root too), and nothing is rounded"
_ROWS = 100
"""Of how many rows at most it is told which are wrong, or whether they are right in another order."""
_LITTLE = 0.02


def same(first: Tensor, second: Tensor, tolerance: float = 1e-4, *, nan: bool = False) -> bool:
    """Whether two tensors agree in shape and, up to ``tolerance`` (absolute and relative), in every number.

    With ``nan`` what is no number agrees with what is none either.
    """
    return first.shape == second.shape and torch.allclose(
        first.detach().double(), second.detach().double(), rtol=tolerance, atol=tolerance, equal_nan=nan
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
        hint: the likely mistake, for a miss that shows none of its own.
    """
    expected = torch.as_tensor(by_hand, dtype=torch.float64)
    if not isinstance(came, (Tensor, float, int)):
        known = "does the function return its result?" if came is None else NO_LIST if isinstance(came, list) else ""
        raise Missed(f"a tensor {shape(expected)}", kind(came), known, sent)
    value = torch.as_tensor(came).detach().double()
    if value.shape != expected.shape:
        likely = _mistake_of_shape(value, expected)
        raise Missed(f"shape {shape(expected)}: {numbers(expected)}", f"shape {shape(value)}", likely, sent)
    if not same(value, expected, tolerance):
        likely = _known_mistake(value, mistakes or {}, tolerance) or _mistake_of_value(value, expected, tolerance)
        raise Missed(numbers(expected, value), numbers(value, expected), likely, sent)


@expectation("a value worked out by hand")
def equal_to(
    came: Any, by_hand: Any, *, what: str, mistakes: Mapping[str, Any] | None = None, sent: str = "", hint: str = ""
) -> None:
    """``came == by_hand``, for words, numbers and lists of them; arguments as for :func:`close_to`."""
    if type(came) is type(by_hand) and came == by_hand:
        return
    hints = [hint for hint, wrong in (mistakes or {}).items() if type(came) is type(wrong) and came == wrong]
    raise Missed(repr(by_hand), repr(came)[:300], "".join(hints[:1]), sent)


@expectation("a list of pairs")
def are_pairs(
    came: Any,
    count: int | None = None,
    *,
    first: type,
    second: type | tuple[type, ...] = object,
    what: str,
    sent: str = "",
    hint: str = "",
) -> None:
    """``came`` is a list, or a tuple, of pairs.

    Args:
        came: what the student's code gave.
        count: how many pairs a right answer has; None where another expectation looks at that.
        first: the type of the first value of each pair.
        second: the types that the second one may have.
        what: the title of the expectation.
        sent: what the student's code was given, in words.
        hint: what a pair holds.
    """
    rows = came if isinstance(came, (list, tuple)) else None
    if rows is None or not all(_is_pair(each, first, second) for each in rows):
        known = "does the function return its result?" if came is None else hint
        raise Missed("a list of pairs" if count is None else f"a list of {count} pairs", _told(came), known, sent)
    if count is not None and len(rows) != count:
        raise Missed(f"{count} pairs", f"{len(rows)}", hint, sent)


def _is_pair(value: Any, first: type, second: type | tuple[type, ...]) -> bool:
    pair = isinstance(value, (list, tuple)) and len(value) == 2
    return pair and isinstance(value[0], first) and isinstance(value[1], second)


def _told(value: Any) -> str:
    return f"{kind(value, 0)}: {value!r}"[:300] if value is not None else kind(value)


@expectation("the answer hangs on what it is given")
def differ(first: Any, second: Any, *, what: str, sent: str = "", hint: str = "") -> None:
    """Two inputs give two answers: tensors that differ by more than rounding, or words and lists that differ.

    Args:
        first: what the student's code gave.
        second: what it gave for another input.
        what: the title of the expectation.
        sent: the two inputs, in words.
        hint: the likely mistake, told with a miss.
    """
    both = isinstance(first, Tensor) and isinstance(second, Tensor)
    alike = same(first, second) if both else type(first) is type(second) and first == second
    if first is None or alike:
        came = numbers(first) if isinstance(first, Tensor) else repr(first)[:300]
        raise Missed("two answers that differ", f"{came} for both", hint, sent)


def _known_mistake(value: Tensor, mistakes: Mapping[str, Any], tolerance: float) -> str:
    for hint, wrong in mistakes.items():
        if same(value, torch.as_tensor(wrong, dtype=torch.float64), tolerance):
            return hint
    return ""


def _mistake_of_shape(value: Tensor, expected: Tensor) -> str:
    if value.numel() == expected.numel():
        return "the numbers are there, in another shape: look for an axis too many, or squeezed away"
    if expected.ndim > 0 and value.ndim == 0:
        return "all texts were summed or averaged into one number: which axis do you sum over?"
    return "over which axis do you sum?"


def _mistake_of_value(value: Tensor, expected: Tensor, tolerance: float) -> str:
    """The mistake that a wrong value shows by itself; where it shows none, in what it differs."""
    if value.isnan().any():
        return "there is a nan: 0 · log 0, 0 / 0, or a softmax over nothing but -inf"
    if value.isinf().any():
        return "there is an infinite number: log 0, or an exp that overflows"
    signs = {
        "the sign is flipped": -expected,
        "the logarithm is in base 2: nats are asked, the natural logarithm": expected / math.log(2),
        "the logarithm is in base 10: nats are asked, the natural logarithm": expected / math.log(10),
        "this is the exp of what is asked: leave it out": expected.exp(),
        "every text gets the mean of all: keep the axis of the batch": _mean_of_all(expected),
    }
    known = (hint for hint, wrong in signs.items() if same(value, wrong, tolerance))
    return next(known, "") or _difference(value, expected, tolerance)


def _mean_of_all(expected: Tensor) -> Tensor:
    return expected.mean(dim=0).expand_as(expected) if expected.ndim else torch.full_like(expected, math.inf)


def _difference(value: Tensor, expected: Tensor, tolerance: float) -> str:
    """In what a value differs from the right one, if that is said in a few words."""
    if expected.numel() < 2:
        return ""
    if same(value, expected, _LITTLE):
        return _LITTLE_OFF
    factor = float((value * expected).sum() / (expected * expected).sum().clamp(min=1e-12))
    if factor > 0 and abs(factor - 1) > 0.01 and same(value, factor * expected, tolerance):
        return f"every number is {factor:.3g} times as large as it should be"
    pairs = ((value, expected), (expected, value))
    if 1 < len(expected) <= _ROWS and all(
        any(same(row, each, tolerance) for each in by) for rows, by in pairs for row in rows
    ):
        return "the right numbers in another order"
    right = [same(one, other, tolerance) for one, other in zip(value, expected, strict=True)]
    if len(right) <= _ROWS and sum(right) * 2 >= len(right):
        wrong = [str(place) for place, fine in enumerate(right, 1) if not fine]
        return f"only number {', '.join(wrong)} of {len(right)} is wrong: what is special about what was sent there?"
    return ""
