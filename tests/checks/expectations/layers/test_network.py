"""The network of a layer: it bends between its two linear maps, and has as many hidden units as it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor, nn

from amal_attention.checks import AttentionProbe, DecoderLayerProbe, bends, bends_between_units, grows_by_units
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.encoding import Layer, Stack, Unnamed
from tests.checks.speakers import DIM as WIDTH
from tests.checks.speakers import HEADS, Memory

DIM = 8
PROBE, MEMORY = AttentionProbe(DIM, heads=2), DecoderLayerProbe(WIDTH, HEADS)


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_network_bends_in_either_order(norm_first):
    for seed in range(5):
        bends(Layer(DIM, norm_first=norm_first), PROBE, norm_first=norm_first, seed=seed)
    with pytest.raises(ExpectationMissed) as caught:
        bends(Layer(DIM, norm_first=norm_first, wrong="linear"), PROBE, norm_first=norm_first)
    assert "a non-linearity stands between" in caught.value.outcome.hint


def test_a_relu_before_both_maps_is_missed():
    with pytest.raises(ExpectationMissed, match="the network is linear"):
        bends(Layer(DIM, norm_first=True, wrong="relu first"), PROBE, norm_first=True)


def test_an_odd_network_bends_too():
    bends(Unnamed(DIM), PROBE, norm_first=True)


def test_a_unit_is_a_row_a_bias_and_a_column():
    grows_by_units(lambda units: Layer(DIM, units), DIM)
    with pytest.raises(ExpectationMissed) as caught:
        grows_by_units(lambda units: Layer(DIM), DIM)
    assert (caught.value.outcome.expected, caught.value.outcome.came) == ("17 parameters more", "0 more")
    with pytest.raises(ExpectationMissed, match="hidden_size = 5, then 6"):
        grows_by_units(lambda units: Stack(DIM, units), DIM, layers=3)


class Gelu(Memory):
    def bend(self) -> nn.Module:
        return nn.GELU()


class Straight(Memory):
    def bend(self) -> nn.Module:
        return nn.Identity()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("build", [Memory, Gelu])
def test_a_network_bends_an_odd_one_too(build: type[Memory], seed: int) -> None:
    bends_between_units(lambda units: build(units, norm_first=True), MEMORY, seed=seed)


class Unread(Memory):
    def add(self, x: Tensor, place: int, part: Callable[[Tensor], Any]) -> Any:
        return (x, None) if place == 2 else super().add(x, place, part)


def test_a_network_that_is_made_and_not_read() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        bends_between_units(lambda units: Unread(units, norm_first=True), MEMORY)
    assert "the network is not read" in caught.value.outcome.hint


def test_two_linear_maps_are_one() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        bends_between_units(lambda units: Straight(units, norm_first=True), MEMORY)
    assert "the network is linear" in caught.value.outcome.hint


def test_units_that_are_not_used() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        bends_between_units(lambda units: Memory(norm_first=True), MEMORY)
    assert "as many hidden units" in caught.value.outcome.hint and caught.value.outcome.came == "the same shapes"
