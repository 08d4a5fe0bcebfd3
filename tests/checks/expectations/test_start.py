"""A start that training leaves, and one that it does not."""

from __future__ import annotations

import pytest
from torch import nn

from amal_attention.checks import AttentionProbe, moves_from_its_start
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.attending import Attends

PROBE = AttentionProbe(6, 4)


def test_a_usual_start_is_left() -> None:
    moves_from_its_start(Attends(6, 4), PROBE)


def test_one_map_of_zeros_is_left() -> None:
    attends = Attends(6, 4)
    nn.init.zeros_(attends.query.weight)
    moves_from_its_start(attends, PROBE)


def test_two_maps_of_zeros_that_are_multiplied_are_not() -> None:
    attends = Attends(6, 4)
    for each in (attends.query, attends.key):
        nn.init.zeros_(each.weight)
        nn.init.zeros_(each.bias)
    with pytest.raises(ExpectationMissed, match="no gradient reaches either of them"):
        moves_from_its_start(attends, PROBE)
