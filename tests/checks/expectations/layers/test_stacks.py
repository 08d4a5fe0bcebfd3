"""Layers on layers."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import nn

from amal_attention.checks import (
    AttentionProbe,
    chains_layers,
    ends_with_norm,
    grows_by_layers,
    hands_on,
    hangs_on_depth,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.subjects.stand_ins.as_they_are import EncoderLayerAsItIs
from tests.checks.encoding import Stack

DIM = 8
PROBE = AttentionProbe(DIM, heads=2)


def built(wrong: str = "") -> partial[Stack]:
    return partial(Stack, DIM, wrong=wrong)


def test_right_stacks_meet_them():
    grows_by_layers(built())
    hangs_on_depth(built(), PROBE)
    ends_with_norm(built(), PROBE, DIM)
    for layers in (2, 3):
        chains_layers(built()(layers), PROBE, layers)


@pytest.mark.parametrize("wrong", ["the same layer", "one layer"])
def test_layers_without_parameters_of_their_own_are_missed(wrong):
    with pytest.raises(ExpectationMissed) as caught:
        grows_by_layers(built(wrong))
    assert caught.value.outcome.came.endswith("with 1, 2 and 3 layers") and "[layer] * n" in caught.value.outcome.hint


def test_the_same_layer_three_times_is_alive_and_one_layer_is_not():
    hangs_on_depth(built("the same layer"), PROBE)
    with pytest.raises(ExpectationMissed, match="another answer with 3 layers than with 1"):
        hangs_on_depth(built("one layer"), PROBE)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("side by side", "each layer reads what the one before"), ("first weights", "those of the last layer")],
)
def test_layers_that_are_no_chain_are_missed(wrong, hint):
    with pytest.raises(ExpectationMissed) as caught:
        chains_layers(built(wrong)(2), PROBE, 2)
    assert hint in caught.value.outcome.hint


def test_a_stack_without_norms_is_told():
    class Bare(nn.Module):
        def forward(self, x: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            raise AssertionError

    with pytest.raises(ExpectationMissed, match="scales of norms, which start at 1"):
        chains_layers(Bare(), PROBE, 2)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("other end", "without norm_first no norm follows"),
        ("a layer more", "no layer more"),
        ("post layers", "norm_first is handed on"),
    ],
)
def test_another_end_is_missed(wrong, hint):
    with pytest.raises(ExpectationMissed) as caught:
        ends_with_norm(built(wrong), PROBE, DIM)
    assert hint in caught.value.outcome.hint


def test_options_that_are_handed_on_or_not():
    layers = nn.ModuleList([EncoderLayerAsItIs(8, 2, 9, dropout=0.25), EncoderLayerAsItIs(8, 2, 9)])
    hands_on(layers, {"heads": 2, "hidden_size": 9, "norm_first": False})
    hands_on(nn.Linear(2, 2), {"heads": 2})
    with pytest.raises(ExpectationMissed, match="handed on to each layer") as caught:
        hands_on(layers, {"dropout": 0.25})
    assert (caught.value.outcome.expected, caught.value.outcome.came) == ("dropout = 0.25", "dropout = 0")
