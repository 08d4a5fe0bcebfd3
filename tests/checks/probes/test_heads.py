"""Probes of what attends: padding that asks is free, padding that is looked at is not."""

from __future__ import annotations

import pytest
import torch

from amal_attention.checks import (
    AttentionProbe,
    MemoryProbe,
    ignores_padding,
    permutes_with,
    reads_each_alone,
    shapes,
    simplex,
)
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.attending import Attends, Heads, Looks

DIM, WIDTH, HEADS = 6, 4, 3
KINDS = [
    (lambda **options: Attends(DIM, WIDTH, **options), AttentionProbe(DIM, WIDTH)),
    (lambda: Heads(DIM, HEADS), AttentionProbe(DIM, heads=HEADS)),
]


@pytest.mark.parametrize(("build", "probe"), KINDS)
def test_right_modules_meet_what_any_module_must(build, probe):
    shapes(build(), probe)
    simplex(build(), probe, lengths=(4, 1, 3))
    ignores_padding(build(), probe, lengths=(4, 1, 3))
    reads_each_alone(build(), probe)


def test_padding_that_asks_is_free():
    build, probe = KINDS[0]
    simplex(build(noise=2.0), probe, lengths=(4, 1, 3))
    ignores_padding(build(noise=2.0), probe, lengths=(4, 1, 3))


def test_heads_whose_weights_are_averaged_are_told():
    class Mean(Heads):
        def forward(self, x, mask):
            states, weights = super().forward(x, mask)
            return states, weights.mean(dim=1)

    with pytest.raises(ExpectationMissed) as caught:
        simplex(Mean(DIM, HEADS), KINDS[1][1], hint="mine")
    assert caught.value.outcome.hint == "weights lack an axis of 3: is it squeezed, summed or averaged away?"


def test_padding_that_is_looked_at_is_told():
    class Everywhere(Attends):
        def forward(self, x, mask):
            return super().forward(x, torch.ones_like(mask))

    for look in (simplex, ignores_padding):
        with pytest.raises(ExpectationMissed):
            look(Everywhere(DIM, WIDTH), KINDS[0][1], lengths=(4, 1, 3))


def test_another_shape_is_told():
    with pytest.raises(ExpectationMissed, match=r"weights of shape \(2, 4, 4\)"):
        shapes(Heads(DIM, HEADS), AttentionProbe(DIM), lengths=(4, 3))


OVER = MemoryProbe(DIM, HEADS, asking=5)


def test_what_looks_at_a_memory_meets_what_any_module_must():
    shapes(Looks(DIM, HEADS), OVER)
    simplex(Looks(DIM, HEADS), OVER, lengths=(4, 0, 3))
    ignores_padding(Looks(DIM, HEADS), OVER, lengths=(4, 1, 3))
    reads_each_alone(Looks(DIM, HEADS), OVER)


def test_a_memory_is_a_set_and_what_asks_is_another():
    permutes_with(Looks(DIM, HEADS), OVER)
    permutes_with(Looks(DIM, HEADS), OVER, of="memory", lengths=(4, 2))
    for of in ("x", "memory"):
        with pytest.raises(ExpectationMissed):
            permutes_with(Looks(DIM, HEADS, wrong="view"), OVER, of=of)


def test_padding_of_a_memory_that_is_looked_at_is_told():
    for look in (simplex, ignores_padding):
        with pytest.raises(ExpectationMissed):
            look(Looks(DIM, HEADS, wrong="no mask"), OVER, lengths=(4, 1, 3))
