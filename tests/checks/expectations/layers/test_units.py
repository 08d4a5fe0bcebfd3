"""The hidden units of a layer: there are as many as it is told, and it bends between its two linear maps."""

from __future__ import annotations

import pytest
from torch import nn

from amal_attention.checks import DecoderLayerProbe, bends_between_units
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.speakers import DIM, HEADS, Memory

PROBE = DecoderLayerProbe(DIM, HEADS)


class Gelu(Memory):
    def bend(self) -> nn.Module:
        return nn.GELU()


class Straight(Memory):
    def bend(self) -> nn.Module:
        return nn.Identity()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("build", [Memory, Gelu])
def test_a_network_bends_an_odd_one_too(build: type[Memory], seed: int) -> None:
    bends_between_units(lambda units: build(units, norm_first=True), PROBE, seed=seed)


def test_two_linear_maps_are_one() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        bends_between_units(lambda units: Straight(units, norm_first=True), PROBE)
    assert "the network is linear" in caught.value.outcome.hint


def test_units_that_are_not_used() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        bends_between_units(lambda units: Memory(norm_first=True), PROBE)
    assert "as many hidden units" in caught.value.outcome.hint and caught.value.outcome.came == "the same shapes"
