"""Logits: their shape, and one linear layer that nothing bends."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks import (
    FixedAttention,
    decides_linearly,
    gives_logits,
)
from amal_attention.outcome import Outcome
from tests.checks.classifiers import (
    BATCH,
    DIM,
    LONGEST,
    LOOKS,
    REVIEWS,
    WORDS,
    Batch,
    GivesAPair,
    Metrics,
    Model,
    OneLogit,
    Right,
    Sigmoided,
    Softmaxed,
    missed,
)


@pytest.mark.parametrize(("kind", "came"), [(OneLogit, "a tensor (5,) of float32"), (GivesAPair, "a tuple of 2")])
def test_the_shape_of_the_logits_is_told(kind: Model, came: str) -> None:
    outcome = missed(LOOKS["gives_logits"], kind)
    assert outcome is not None and outcome.came.startswith(came) and outcome.expected == "logits of shape (5, 2)"


@pytest.mark.parametrize("seed", range(40))
def test_small_positive_logits_are_no_softmax(seed: int) -> None:
    """By chance, some random model's logits all lie between 0 and 1."""
    one = Batch(*(each[:1] for each in BATCH))
    torch.manual_seed(seed)
    pooling = FixedAttention(torch.ones(1, LONGEST), DIM)
    gives_logits(Right(torch.randn(WORDS, DIM), pooling), one, 2)


class Squeezes(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask).squeeze()


def test_logits_that_lose_a_batch_of_one_are_told() -> None:
    outcome = missed(LOOKS["gives_logits"], Squeezes)
    assert outcome is not None and "squeeze() also squeezes a batch of one" in outcome.hint


def halfway(kind: Model) -> Outcome | None:
    vectors = torch.randn(WORDS, DIM)
    vectors[4] = (vectors[2] + vectors[3]) / 2
    model = kind(vectors, FixedAttention(torch.ones(REVIEWS, LONGEST), DIM))
    return missed(lambda kind: decides_linearly(model, BATCH, vectors, (2, 3, 4)), kind)


class Bent(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return F.leaky_relu(super().forward(tokens, mask))


class CutOff(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask).relu()


@pytest.mark.parametrize("kind", [Right, Metrics])
def test_a_linear_layer_decides_halfway_between_two_texts_as_it_should(kind: Model) -> None:
    assert halfway(kind) is None


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("kind", "hint"),
    [(Bent, "one nn.Linear"), (CutOff, "no ReLU"), (Softmaxed, "no softmax"), (Sigmoided, "no softmax")],
)
def test_what_bends_the_logits_is_named(kind: Model, hint: str, seed: int) -> None:
    torch.manual_seed(seed)
    outcome = halfway(kind)
    assert outcome is not None and hint in outcome.hint


def test_logits_cut_off_at_zero_are_told() -> None:
    outcome = missed(LOOKS["gives_logits"], CutOff)
    assert outcome is not None and "no ReLU" in outcome.hint
