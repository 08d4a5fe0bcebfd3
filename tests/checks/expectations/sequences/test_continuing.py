"""Expectations on what goes on writing: a right way meets all, a wrong one misses what it is wrong in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from amal_attention import checks
from amal_attention.checks import (
    FixedSpeech,
    asks_in_evaluation,
    continues,
    draws_by_temperature,
    extends_its_prompt,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.speakers import WAYS_TO_GO_ON, going_on

TABLE, PROMPT = torch.randn(5, 5, 5, generator=torch.Generator().manual_seed(0)), torch.tensor([[1, 2], [3, 0]])


def looks(generate: Callable[..., Any], seed: int = 0) -> dict[str, Callable[[], None]]:
    """Each expectation on a way to go on."""
    return {
        "continues": lambda: continues(generate, seed=seed),
        "draws_by_temperature": lambda: draws_by_temperature(generate, seed=seed),
        "extends_its_prompt": lambda: extends_its_prompt(generate, seed=seed),
        "asks_in_evaluation": lambda: asks_in_evaluation(
            lambda model: generate(model, PROMPT, 2, 1.0), FixedSpeech(TABLE)
        ),
    }


def missed(look: Callable[[], None]) -> Outcome | None:
    torch.manual_seed(1)
    try:
        look()
    except ExpectationMissed as caught:
        return caught.outcome
    return None


@pytest.mark.parametrize("seed", range(5))
def test_a_right_way_meets_all(seed: int) -> None:
    for look in looks(going_on(), seed).values():
        torch.manual_seed(seed)
        look()


@pytest.mark.parametrize("name", WAYS_TO_GO_ON)
def test_a_wrong_way_misses_what_it_is_wrong_in_and_is_told_why(name: str) -> None:
    way, misses, hint = WAYS_TO_GO_ON[name]
    outcome = missed(looks(way)[misses])
    assert outcome is not None and hint in outcome.hint and outcome.expected and outcome.came and outcome.sent


FORMS = ["floats", "the prompt left out", "a step too many", "in training", "with a graph"]


@pytest.mark.parametrize("name", FORMS)
def test_what_is_wrong_with_the_form_or_the_call_costs_there_alone(name: str) -> None:
    way, misses, _ = WAYS_TO_GO_ON[name]
    assert [each for each, look in looks(way).items() if missed(look) is not None] == [misses]


def test_what_is_wrong_in_reading_is_no_matter_of_the_form_and_of_the_call() -> None:
    for way, misses, _ in WAYS_TO_GO_ON.values():
        if misses == "continues":
            others = looks(way)
            assert missed(others["extends_its_prompt"]) is None and missed(others["asks_in_evaluation"]) is None


def test_a_share_is_right_within_five_standard_errors() -> None:
    def nearly(model: Any, prompt: Any, steps: int, temperature: float = 0.0) -> Any:
        return going_on()(model, prompt, steps, 1.15 * temperature)

    assert missed(lambda: draws_by_temperature(nearly)) is not None


def test_all_are_in_the_package() -> None:
    assert {misses for _, misses, _ in WAYS_TO_GO_ON.values()} <= set(checks.__all__)
