"""A module as an expectation asks it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import simplex
from amal_attention.checks.subjects.subject import (
    OPERATIONS,
    FunctionSubject,
    LocalFunction,
    LocalSubject,
    Subject,
    function_subject,
    randomised,
    subject,
)


class Toy(nn.Module):
    """A weighted sum, a buffer, a frozen parameter and one that is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(5))
        self.unused = nn.Parameter(torch.zeros(3))
        self.frozen = nn.Parameter(torch.full((2,), 7.0), requires_grad=False)
        self.register_buffer("seen", torch.zeros(1))
        self.out_features = 5

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        x[~mask] = 0.0
        weights = (x @ self.query).masked_fill(~mask, float("-inf")).softmax(dim=1)
        return torch.einsum("bl,bld->bd", weights, x), weights


def test_a_module_is_wrapped_and_a_handle_is_not() -> None:
    module = Toy()
    looked_at = subject(module)
    assert isinstance(looked_at, LocalSubject) and looked_at.module is module
    assert subject(looked_at) is looked_at


def test_what_else_the_module_has_can_be_asked() -> None:
    assert subject(Toy()).out_features == 5
    with pytest.raises(AttributeError, match="width"):
        _ = subject(Toy()).width


def test_training_and_evaluation_are_modes_of_the_module() -> None:
    module = Toy()
    looked_at = LocalSubject(module)
    assert looked_at.eval() is looked_at and not module.training
    assert looked_at.train() is looked_at and module.training


class Wide(nn.Module):
    """Parameters of every shape."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(900, 2000)
        self.small = nn.Parameter(torch.zeros(7, 5))
        self.temperature = nn.Parameter(torch.tensor(0.0))
        self.gates = nn.ParameterList(nn.Parameter(torch.zeros(1, 1)) for _ in range(50))
        self.nothing = nn.Parameter(torch.zeros(0, 3))
        self.precise = nn.Parameter(torch.zeros(4).double())
        self.frozen = nn.Parameter(torch.full((2,), 7.0), requires_grad=False)


def test_random_parameters_are_no_larger_than_keeps_sums_of_products_near_1() -> None:
    module = Wide().train()
    found = randomised(module).state()
    assert not module.training
    assert found["layer.weight"].std() == pytest.approx(1.5 / 2000**0.5, rel=0.01)
    assert found["layer.weight"].mean().abs() < 1e-3
    assert found["small"].std() == pytest.approx(0.5, rel=0.3)
    assert found["frozen"].tolist() == [7, 7]
    assert found["precise"].dtype == torch.float64


def test_a_single_number_may_be_a_temperature_or_a_gate_and_is_positive() -> None:
    found = randomised(Wide()).state()
    single = torch.stack([found["temperature"], *(found[f"gates.{each}"][0, 0] for each in range(50))])
    assert 0.5 <= single.min() < 0.6 and 1.4 < single.max() <= 1.5


def test_another_seed_draws_other_parameters_and_the_same_the_same() -> None:
    torch.manual_seed(1)
    first, again, other = (randomised(Toy(), seed).parameters()["query"] for seed in (3, 3, 4))
    assert torch.equal(first, again) and not torch.allclose(first, other)


class Elsewhere(Subject):
    """A handle on a module that runs elsewhere."""

    def __init__(self, module: nn.Module) -> None:
        self.kept = LocalSubject(module)
        self.asked: list[str] = []
        self.out_features = 5

    def ask(self, operation: Any, *inputs: Any, **named: Any) -> Any:
        self.asked.append(operation.name)
        return self.kept.ask(operation, *inputs, **named)


def test_an_expectation_asks_a_handle_as_it_asks_a_module() -> None:
    handle = Elsewhere(Toy())
    simplex(handle, 5)
    assert {"eval", "randomise", "call"} <= set(handle.asked)


def halves(x: Tensor, by: Tensor | None = None, *, more: float = 0.0) -> Tensor:
    x /= 2 if by is None else by
    return x + more


def test_a_function_is_asked_with_copies_and_its_names() -> None:
    given = torch.tensor([4.0])
    assert LocalFunction(halves)(given, torch.tensor(4.0), more=1.0).tolist() == [2.0]
    assert given.tolist() == [4.0]


def test_a_handle_on_a_function_is_asked_as_it_is() -> None:
    handle = LocalFunction(halves)
    assert function_subject(handle) is handle and isinstance(handle, FunctionSubject)
    assert function_subject(halves)(torch.tensor([4.0])).tolist() == [2.0]


def test_a_function_takes_subjects_as_the_modules_that_they_are_and_gives_modules_as_subjects() -> None:
    class Around(nn.Module):
        def __init__(self, inner: list[nn.Module]) -> None:
            super().__init__()
            self.inner = inner[0]

    module = Toy()
    around = LocalFunction(Around)([LocalSubject(module)])
    assert isinstance(around, LocalSubject) and around.inner is module
    assert LocalFunction(Around)(inner=[module]).inner is module


def test_what_may_be_asked_of_a_module_is_what_its_class_lists() -> None:
    assert {"call", "gradients", "inputs_after"} < set(OPERATIONS)
    assert {name for name in vars(Subject) if not name.startswith("_")} < set(OPERATIONS)
    assert all(getattr(Subject, name) is operation for name, operation in OPERATIONS.items())


def test_a_function_is_not_asked_what_only_a_module_has() -> None:
    with pytest.raises(TypeError, match="a module was asked for"):
        LocalFunction(halves).ask(OPERATIONS["state"])
