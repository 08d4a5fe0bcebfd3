"""Layers that look at a memory: x asks, and the memory is a set that is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import DecoderLayerProbe, adds_to_its_input, asks_memory, hangs_on_memory
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.speakers import DIM, HEADS, Memory

PROBE, SAME = DecoderLayerProbe(DIM, HEADS, longer=2), DecoderLayerProbe(DIM, HEADS, longer=0)


class MemoryAsks(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return self.cross(memory, x, x, average_attn_weights=False)


class OfX(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return self.cross(x, x, x, average_attn_weights=False)


class KeysOfX(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return self.cross(x, x, memory, average_attn_weights=False)


class ValuesOfX(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return self.cross(x, memory, x, average_attn_weights=False)


class MemoryAsksItself(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return self.cross(memory[:, : x.shape[1]], memory, memory, average_attn_weights=False)


class SeesAsFarAsX(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return super().read(x, memory, memory_mask & (torch.arange(memory.shape[1]) < x.shape[1]))


class InOrder(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        return super().read(x, memory * torch.arange(1, memory.shape[1] + 1).view(1, -1, 1), memory_mask)


class Causal(Memory):
    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        later = torch.ones(x.shape[1], memory.shape[1], dtype=torch.bool).triu(1)
        return self.cross(x, memory, memory, attn_mask=later, average_attn_weights=False)


class Even(Memory):
    """Nobody asks: the mean of the memory is read."""

    def read(self, x: Tensor, memory: Tensor, memory_mask: Tensor) -> Any:
        states, weights = super().read(torch.zeros_like(x), memory, memory_mask)
        return states, weights


class Swapped(Memory):
    def forward(self, *inputs: Tensor) -> Any:
        states, weights = super().forward(*inputs)
        return weights, states


class Mean(Memory):
    def forward(self, *inputs: Tensor) -> Any:
        states, weights = super().forward(*inputs)
        return states, weights.mean(dim=1)


WRONG: dict[str, tuple[Callable[[], nn.Module], DecoderLayerProbe, str]] = {
    "the memory asks": (MemoryAsks, SAME, "x asks"),
    "x is looked at": (OfX, SAME, "the keys come from the memory"),
    "keys of x": (KeysOfX, SAME, "the keys come from the memory"),
    "values of x": (ValuesOfX, SAME, "the values come from the memory"),
    "the memory asks itself": (MemoryAsksItself, SAME, "x asks"),
    "a longer memory asks itself": (MemoryAsksItself, PROBE, "x asks"),
    "the mask of x": (SeesAsFarAsX, PROBE, "memory_mask says"),
    "in order": (InOrder, PROBE, "a set"),
    "causal": (Causal, PROBE, "no causal mask over the memory"),
    "nobody asks": (Even, PROBE, "x asks"),
    "swapped": (Swapped, PROBE, "the states first"),
    "one matrix": (Mean, PROBE, "of each head"),
}


def missed(look: Callable[[], None]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look()
    return caught.value.outcome


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("norm_first", [False, True])
def test_a_right_layer_meets_all(seed: int, norm_first: bool) -> None:
    for probe in (PROBE, SAME):
        asks_memory(Memory(norm_first=norm_first), probe, seed=seed)
        hangs_on_memory(Memory(norm_first=norm_first), probe, seed=seed)
    if norm_first:
        adds_to_its_input(Memory(norm_first=True), PROBE, seed=seed)


@pytest.mark.parametrize("name", WRONG)
def test_who_asks_whom_is_told(name: str) -> None:
    build, probe, hint = WRONG[name]
    outcome = missed(lambda: asks_memory(build(), probe))
    assert hint in outcome.hint and outcome.expected and outcome.came


def test_a_layer_without_memory_is_dead() -> None:
    outcome = missed(lambda: hangs_on_memory(OfX(), SAME))
    assert outcome.expected == "other states with another memory" and "the memory is read" in outcome.hint
    assert missed(lambda: hangs_on_memory(OfX(), SAME, hint="mine")).hint == "mine"
