"""Where players stand after some steps: right ones are met, and wrong ones told by where their mistake leads."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from amal_attention.checks import KnownLayer, KnownPoints, follows_trajectory
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.players import Players, expected_of

WEIGHT, POINT = torch.tensor([[1.0, -2.0]]), torch.tensor([0.5, 1.0])
BATCHES = [torch.tensor([[2.0, -1.0], [0.0, 3.0]]), torch.tensor([[1.0, 1.0]]), torch.tensor([[-2.0, 0.0]])]
RIGHT, KEPT = (expected_of(WEIGHT, POINT, BATCHES, kept=kept) for kept in (False, True))


def players(wrong: str = "") -> Players:
    return Players(KnownPoints(POINT), KnownLayer(WEIGHT, torch.zeros(1)), wrong)


def test_right_players_stand_where_they_should() -> None:
    follows_trajectory(players(), BATCHES, RIGHT)
    follows_trajectory(players("keeps"), BATCHES, RIGHT, also=[KEPT])


@pytest.mark.parametrize(
    ("wrong", "told", "named"),
    [
        ("keeps", "clear it first", {"mistakes": {"clear it first": KEPT}}),
        ("keeps", "one after the other", {"hint": "one after the other"}),
        ("stands", "did not move at all", {"hint": "one after the other"}),
    ],
)
def test_where_a_mistake_leads_is_told(wrong: str, told: str, named: dict[str, Any]) -> None:
    with pytest.raises(ExpectationMissed, match=told):
        follows_trajectory(players(wrong), BATCHES, RIGHT, **named)


def test_a_parameter_that_is_not_there_is_told() -> None:
    with pytest.raises(ExpectationMissed, match=r"a parameter maker\.place"):
        follows_trajectory(players(), BATCHES, {"maker.place": POINT}, hint="keep the names")
