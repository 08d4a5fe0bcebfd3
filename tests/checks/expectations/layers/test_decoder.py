"""The three parts of a decoder layer follow each other, and each is dropped."""

from __future__ import annotations

from typing import Any

import pytest
from torch import Tensor, nn

from amal_attention.checks import DecoderLayerProbe, drops_each_part, takes_its_parts_in_turn
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.speakers import DIM, HEADS, Memory

PROBE = DecoderLayerProbe(DIM, HEADS)


class MemoryFirst(Memory):
    def forward(self, x: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        x, weights = self.add(x, 1, lambda read: self.read(read, memory, memory_mask))
        x, _ = self.add(x, 0, lambda read: self.written(read, mask))
        x, _ = self.add(x, 2, lambda read: (self.network(read), None))
        return x, weights


class OneMatrix(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        states, weights = super().read(x, memory, memory_mask)
        return states, weights.mean(dim=1, keepdim=True).expand_as(weights)


class NormsValues(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        _, weights = super().read(x, memory, memory_mask)
        return super().read(x, nn.functional.layer_norm(memory, (DIM,)), memory_mask)[0], weights


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_right_layer_takes_its_parts_in_turn(norm_first: bool, seed: int) -> None:
    takes_its_parts_in_turn(Memory(norm_first=norm_first), PROBE, norm_first=norm_first, seed=seed)
    drops_each_part(Memory(norm_first=norm_first, dropout=0.3), PROBE, seed=seed)


@pytest.mark.parametrize("norm_first", [False, True])
def test_another_order_is_missed(norm_first: bool) -> None:
    with pytest.raises(ExpectationMissed, match="attention to what is written comes first"):
        takes_its_parts_in_turn(MemoryFirst(norm_first=norm_first), PROBE, norm_first=norm_first)


@pytest.mark.parametrize("wrong", [OneMatrix, NormsValues])
def test_weights_that_are_not_those_that_read_the_memory_are_missed(wrong: type[Memory]) -> None:
    with pytest.raises(ExpectationMissed, match="made of the memory as it is, by the weights that come back"):
        takes_its_parts_in_turn(wrong(norm_first=True), PROBE, norm_first=True)


def test_without_dropout_nothing_is_dropped() -> None:
    with pytest.raises(ExpectationMissed, match="each of the three parts adds"):
        drops_each_part(Memory(), PROBE)
