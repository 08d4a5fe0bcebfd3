"""What a call leaves behind: right functions leave nothing, and each wrong one is told by its own mistake."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from amal_attention.checks import KnownReader, gives_constants, keeps_rows_apart, leaves_alone
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.subjects.subject import LocalFunction
from tests.checks import adversaries
from tests.checks.adversaries import CARRIES_A_GRAPH, LEAVES_A_MARK, TEXTS, reader, right, some_reader


def test_a_right_function_leaves_all_as_it_was() -> None:
    for model in (reader(), KnownReader(*some_reader())):
        leaves_alone(right, model, *TEXTS)
        gives_constants(right, model, *TEXTS)


@pytest.mark.parametrize("name", LEAVES_A_MARK)
def test_what_is_left_behind_is_told(name: str) -> None:
    with pytest.raises(ExpectationMissed, match=LEAVES_A_MARK[name].replace("(", r"\(").replace(")", r"\)")):
        leaves_alone(getattr(adversaries, name), reader(), *TEXTS)


@pytest.mark.parametrize("name", [name for name in LEAVES_A_MARK if name not in ("freezes",)])
def test_a_function_that_leaves_something_behind_may_give_constants_all_the_same(name: str) -> None:
    gives_constants(getattr(adversaries, name), reader(), *TEXTS)


@pytest.mark.parametrize("name", CARRIES_A_GRAPH)
def test_a_graph_is_seen(name: str) -> None:
    leaves_alone(getattr(adversaries, name), reader(), *TEXTS)
    with pytest.raises(ExpectationMissed, match="what comes back is a constant"):
        gives_constants(getattr(adversaries, name), reader(), *TEXTS)


def test_a_hint_of_the_caller_stands_in_place_of_ours() -> None:
    with pytest.raises(ExpectationMissed, match="the cell above"):
        leaves_alone(adversaries.adds_to_grad, reader(), *TEXTS, hint="see the cell above")
    with pytest.raises(ExpectationMissed, match="the cell above"):
        gives_constants(adversaries.keeps_the_graph, reader(), *TEXTS, hint="see the cell above")


def test_the_mode_of_a_part_is_told_too() -> None:
    def wakes(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        model[1].train()
        return x

    with pytest.raises(ExpectationMissed, match="no train"):
        leaves_alone(wakes, nn.Sequential(nn.Linear(2, 2), nn.Dropout()), torch.ones(1, 2))


def test_all_models_that_a_function_is_given_are_looked_at() -> None:
    def wakes(x: torch.Tensor, first: nn.Module, second: nn.Module) -> torch.Tensor:
        return first(second.train()(x))

    with pytest.raises(ExpectationMissed, match="no train"):
        leaves_alone(wakes, torch.ones(1, 2), nn.Linear(2, 2), nn.Linear(2, 2))


def test_a_function_that_is_given_no_model_is_looked_at_too() -> None:
    x = torch.ones(1, 2)
    leaves_alone(torch.exp, x)
    with pytest.raises(ExpectationMissed, match="input 1 as it was"):
        leaves_alone(torch.exp_, x)


def test_a_draw_is_no_seed_and_looking_for_one_leaves_the_seed_as_it_was() -> None:
    leaves_alone(lambda x: torch.rand(2) + x, torch.ones(2))
    seed = torch.initial_seed()
    assert LocalFunction(lambda x: torch.manual_seed(seed + 1) and x.clone()).reseeds(torch.ones(2))
    assert torch.initial_seed() == seed


def test_rows_of_functions_that_take_a_model_are_kept_apart_too() -> None:
    keeps_rows_apart(right, (reader(), *TEXTS), shared=(0,))
    with pytest.raises(ExpectationMissed, match="nothing is taken over the batch"):
        keeps_rows_apart(lambda model, x, mask: model(x / x.norm(), mask), (reader(), *TEXTS), shared=(0,))
