"""What a layer adds to what, and where it normalises."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from torch import nn

from amal_attention.checks import (
    AttentionProbe,
    PoolingProbe,
    VectorProbe,
    adds_to_its_input,
    chains_its_parts,
    normalises,
    passes_through,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.encoding import Layer, Norm, Reads, Unnamed

DIM = 8
PROBE = AttentionProbe(DIM, heads=2)


def missed(look: Callable[..., None], *asked: Any, **told: Any) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look(*asked, **told)
    return caught.value.outcome


@pytest.mark.parametrize("norm_first", [False, True])
def test_right_layers_meet_them_in_either_order(norm_first):
    build = partial(Layer, DIM, norm_first=norm_first)
    (adds_to_its_input if norm_first else normalises)(build(), PROBE)
    for seed in range(3):
        passes_through(build(), PROBE, norm_first=norm_first, seed=seed)
        chains_its_parts(build(), PROBE, norm_first=norm_first, seed=seed)


def test_names_and_kinds_of_parts_are_free():
    adds_to_its_input(Unnamed(DIM), PROBE)
    passes_through(Unnamed(DIM), PROBE, norm_first=True)
    chains_its_parts(Unnamed(DIM), PROBE, norm_first=True)


def test_a_norm_is_seen_by_itself_and_behind_a_readout():
    normalises(Norm(DIM), VectorProbe(DIM))
    normalises(Reads(5, DIM), PoolingProbe(5), lengths=(1, 1))
    outcome = missed(normalises, Norm(DIM, "sample"), VectorProbe(DIM))
    assert outcome.expected == "means of 0 and variances of 1" and "divided by D" in outcome.hint
    assert outcome.sent.endswith("with the parameters it is built with")


def test_a_post_layer_does_not_add_to_its_input_nor_a_pre_layer_normalise():
    assert "x + attention(LN(x))" in missed(adds_to_its_input, Layer(DIM), PROBE).hint
    assert "norm of its own" in missed(normalises, Layer(DIM, norm_first=True), PROBE).hint


class Same(nn.Module):
    """It gives back what it reads, and even weights."""

    def forward(self, x, mask):
        weights = mask[:, None, None] / mask.sum(dim=1)[:, None, None, None]
        return x, weights.expand(-1, 2, x.shape[1], -1)


def test_the_input_alone_is_told():
    assert missed(adds_to_its_input, Same(), PROBE).hint == "nothing is added to x: attention and network are missing"


@pytest.mark.parametrize(
    ("wrong", "norm_first", "hint"),
    [
        ("attention alone", False, "x itself is lost"),
        ("attention alone", True, "x itself is lost"),
        ("norm inside", False, "post-LN gives LN(x + …)"),
        ("adds to the normed", True, "pre-LN adds to x as it is"),
    ],
)
def test_where_x_does_not_come_through_is_missed(wrong, norm_first, hint):
    outcome = missed(passes_through, Layer(DIM, norm_first=norm_first, wrong=wrong), PROBE, norm_first=norm_first)
    assert outcome.hint.startswith(hint) and outcome.sent.endswith("all linear maps 0")


def test_the_other_order_is_named():
    assert "only what a part reads" in missed(passes_through, Layer(DIM), PROBE, norm_first=True).hint
    other = Layer(DIM, norm_first=True)
    assert "the norm comes after the sum" in missed(passes_through, other, PROBE, norm_first=False).hint


@pytest.mark.parametrize(
    ("wrong", "norm_first", "hint"),
    [
        ("side by side", True, "attention comes first"),
        ("one norm", False, "attention comes first"),
        ("relu at the end", True, "both signs"),
        ("tanh at the end", True, "nothing follows the last linear map"),
        ("reads the normed", False, "attention reads x as it is"),
        ("deaf", True, "no word hears of the others"),
        ("no network", False, "the network, two linear maps"),
        ("neighbours", True, "the network reads each word by itself"),
    ],
)
def test_parts_that_do_not_follow_each_other_are_missed(wrong, norm_first, hint):
    layer = Layer(DIM, norm_first=norm_first, wrong=wrong)
    assert hint in missed(chains_its_parts, layer, PROBE, norm_first=norm_first).hint


def test_a_hint_of_ones_own_is_told():
    assert missed(normalises, Layer(DIM, norm_first=True), PROBE, hint="mine", what="title").hint == "mine"
