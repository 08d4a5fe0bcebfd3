"""Expectations on functions: right ones meet them, and each wrong one misses its own, with the likely mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from amal_attention.checks import (
    differentiates,
    hangs_on,
    keeps_rows_apart,
    leaves_arguments_alone,
    stays_finite,
)
from amal_attention.checks.expectation import ExpectationMissed

NAMES = ("x", "state", "w")
TENSORS = ("x", "h", "c", "w['a']")


def inputs(times: float = 1.0) -> tuple[Tensor, tuple[Tensor, Tensor], dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(3)
    x, h, c = (torch.randn(3, 4, generator=generator) for _ in range(3))
    return x, (h, c), {"a": times * torch.randn(4, 4, generator=generator)}


def step(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    h, c = state
    new = torch.tanh(x + h @ w["a"])
    return new, c.sigmoid() * new


def mixed(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    return step(x - x.mean(dim=0), state, w)


def squeezed(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> list[Tensor]:
    return [part.squeeze() for part in step(x, state, w)]


def summed(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> Tensor:
    return step(x, state, w)[0].sum(dim=1).sum()[None]


def in_place(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    state[1].mul_(2)
    return step(x, state, w)


def doubled(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    h, c = step(x, state, w)
    return h, c.double()


def overflowing(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> Tensor:
    e = (x + state[0] @ w["a"]).exp()
    return e / (1 + e)


def detached(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    return step(x, (state[0], state[1].detach()), w)


def half_detached(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> Tensor:
    return torch.tanh(x) + torch.tanh(x.detach() + state[0] @ w["a"])


def constant(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> Tensor:
    return torch.ones_like(x)


def nothing(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> None:
    return None


def kept() -> Callable[..., Any]:
    answers: dict[Any, Any] = {}

    def first(x: Tensor, state: tuple[Tensor, Tensor], w: dict[str, Tensor]) -> Any:
        return answers.setdefault(x.shape, step(x, state, w))

    return first


LOOKS: dict[str, Callable[[Callable[..., Any]], None]] = {
    "rows": lambda function: keeps_rows_apart(function, inputs(), shared=(2,)),
    "alone": lambda function: leaves_arguments_alone(function, inputs(), names=NAMES),
    "finite": lambda function: stays_finite(function, inputs(times=1000)),
    "gradient": lambda function: differentiates(function, inputs(), names=TENSORS),
    "hangs": lambda function: hangs_on(function, inputs(), inputs(times=2), name="w"),
}
WRONG = [
    (mixed, "rows", "over the batch"),
    (squeezed, "rows", "batch of one"),
    (summed, "rows", "own row"),
    (kept(), "rows", "kept from one call to the next"),
    (in_place, "alone", "in place"),
    (doubled, "alone", "double"),
    (overflowing, "finite", "overflows"),
    (detached, "gradient", "detach"),
    (half_detached, "gradient", "detach"),
    (constant, "hangs", ""),
    (kept(), "hangs", ""),
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_right_function_meets_every_expectation(look):
    LOOKS[look](step)


@pytest.mark.parametrize(("function", "look", "hint"), WRONG)
def test_a_wrong_function_misses_what_it_does_wrong(function, look, hint):
    with pytest.raises(ExpectationMissed) as caught:
        LOOKS[look](function)
    assert hint in caught.value.outcome.hint


@pytest.mark.parametrize("look", LOOKS)
def test_a_function_that_returns_nothing_is_asked_for_its_result(look):
    with pytest.raises(ExpectationMissed) as caught:
        LOOKS[look](nothing)
    assert "None" in caught.value.outcome.came or "return" in caught.value.outcome.hint


@pytest.mark.parametrize("look", ["alone", "finite", "hangs", "rows"])
def test_a_cut_gradient_is_told_by_the_expectation_of_gradients_alone(look):
    LOOKS[look](detached)


def test_one_unit_that_a_relu_bends_is_no_cut_gradient():
    def relu(x: Tensor) -> Tensor:
        return torch.relu(x)

    differentiates(relu, (torch.tensor([[1.0, 1e-4, -2.0]]),), names=("x",))
