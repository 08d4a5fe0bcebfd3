"""An answer whose idea is attempted is alive, with a mistake or without; zeros and the answer before are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks import (
    FixedAttention,
    compares_by_text,
    decides_by_pooling,
    follows_attention,
    moves_with_words,
    weighs_words_apart,
)
from amal_attention.checks.expectation import ExpectationMissed

DIM = 5


@pytest.fixture(autouse=True)
def drawn_alike() -> None:
    """Answers that draw their weights draw the same ones each time."""
    torch.manual_seed(0)


class Pooling(nn.Module):
    """A pooling of weights that are computed of the vectors, the mask and one parameter."""

    def __init__(self, weigh: Callable[[Tensor, Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(DIM))
        self.weigh = weigh

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = self.weigh(x, mask, self.query)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights


def softmax(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -1e9).softmax(dim=1)


def mean(x: Tensor, mask: Tensor, query: Tensor) -> Tensor:
    return mask / mask.sum(dim=1, keepdim=True)


def padded_mean(x: Tensor, mask: Tensor, query: Tensor) -> Tensor:
    return torch.full(mask.shape, 1 / mask.shape[1])


def first(x: Tensor, mask: Tensor, query: Tensor) -> Tensor:
    return (torch.arange(mask.shape[1]) == 0).expand(mask.shape).float()


def zeros(x: Tensor, mask: Tensor, query: Tensor) -> Tensor:
    return torch.zeros(mask.shape)


def learned(x: Tensor, mask: Tensor, query: Tensor) -> Tensor:
    return softmax(x @ query, mask)


def from_text(x: Tensor, mask: Tensor, query: Tensor) -> Tensor:
    return softmax((x @ (query * x.sum(dim=1)).unsqueeze(2)).squeeze(2), mask)


CASES = [
    (moves_with_words, mean, True),
    (moves_with_words, padded_mean, False),
    (moves_with_words, lambda x, mask, query: mask / mask.shape[1], True),
    (moves_with_words, lambda x, mask, query: mask.float(), True),
    (moves_with_words, lambda x, mask, query: mean(x, ~mask | (mask.sum(1, keepdim=True) == 4), query), True),
    (moves_with_words, first, False),
    (moves_with_words, lambda x, mask, query: softmax(torch.rand(mask.shape), mask), False),
    (moves_with_words, lambda x, mask, query: softmax(x.sum(dim=2), mask), False),
    (moves_with_words, zeros, False),
    (weighs_words_apart, learned, True),
    (weighs_words_apart, lambda x, mask, query: (x @ query).softmax(dim=0), True),
    (weighs_words_apart, lambda x, mask, query: softmax(x @ query, ~mask), True),
    (weighs_words_apart, lambda x, mask, query: torch.ones(mask.shape), True),
    (weighs_words_apart, lambda x, mask, query: softmax(x @ torch.rand(DIM), mask), True),
    (weighs_words_apart, lambda x, mask, query: x @ query, True),
    (weighs_words_apart, lambda x, mask, query: softmax(x @ query + torch.arange(mask.shape[1]), mask), True),
    (weighs_words_apart, lambda x, mask, query: softmax(torch.rand(mask.shape), mask), False),
    (weighs_words_apart, lambda x, mask, query: softmax(torch.arange(5.0).expand(mask.shape), mask), False),
    (weighs_words_apart, first, False),
    (weighs_words_apart, mean, False),
    (weighs_words_apart, padded_mean, False),
    (weighs_words_apart, zeros, False),
    (compares_by_text, from_text, True),
    (compares_by_text, lambda x, mask, query: from_text(x, ~mask, query), True),
    (compares_by_text, lambda x, mask, query: softmax(torch.rand(mask.shape), mask), False),
    (compares_by_text, learned, False),
    (compares_by_text, mean, False),
    (compares_by_text, zeros, False),
]


@pytest.mark.parametrize(("look", "weigh", "alive"), CASES)
def test_what_is_attempted_is_alive_and_nothing_else(look, weigh, alive) -> None:
    if alive:
        look(Pooling(weigh), DIM)
    else:
        with pytest.raises(ExpectationMissed):
            look(Pooling(weigh), DIM)


class Summed(Pooling):
    """It weighs words, and hands on something else in place of their sum."""

    def __init__(self, weigh, summed: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__(weigh)
        self.summed = summed

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return self.summed(x, mask), super().forward(x, mask)[1]


def test_weights_that_are_not_used_are_an_attempt_and_numbers_that_are_no_shares_are_none():
    weighs_words_apart(Summed(learned, lambda x, mask: x.mean(dim=1)), DIM)
    with pytest.raises(ExpectationMissed) as caught:
        weighs_words_apart(Summed(lambda x, mask, query: x @ query, lambda x, mask: x.mean(dim=1)), DIM)
    assert "mean of the words alone" in caught.value.outcome.hint


def test_ones_for_every_text_are_no_attempt():
    ones = Summed(lambda x, mask, query: torch.ones(mask.shape), lambda x, mask: torch.ones(len(x), DIM))
    with pytest.raises(ExpectationMissed):
        weighs_words_apart(ones, DIM)


class Batch(NamedTuple):
    tokens: Tensor
    mask: Tensor


class Classifier(nn.Module):
    """A classifier whose logits are computed of the tokens, of what the pooling gives, and of the output layer."""

    def __init__(self, pooling: nn.Module, decide: Callable[..., Tensor]) -> None:
        super().__init__()
        self.embedding, self.pooling, self.output = nn.Embedding(9, DIM), pooling, nn.Linear(DIM, 2)
        self.decide = decide

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.decide(self, tokens, mask)


def pooled(model: Classifier, tokens: Tensor, mask: Tensor) -> Tensor:
    return model.pooling(model.embedding(tokens), mask)[0]


@pytest.mark.parametrize(
    ("decide", "alive"),
    [
        (lambda model, *text: model.output(pooled(model, *text)), True),
        (lambda model, *text: model.output(pooled(model, *text)).softmax(dim=1), True),
        (lambda model, *text: F.dropout(model.output(pooled(model, *text)), 0.5), True),
        (lambda model, *text: model.output(model.embedding(text[0]).mean(dim=1)), False),
        (lambda model, *text: model.output(model.embedding(text[0])[:, 0]), False),
        (lambda model, *text: 0 * model.output(pooled(model, *text)), False),
        (lambda model, *text: model.output(torch.rand(3, DIM)), False),
    ],
)
def test_a_classifier_decides_by_what_its_pooling_gives(decide, alive):
    tokens = torch.tensor([[1, 2, 3], [5, 6, 0], [7, 1, 2]])
    attention = FixedAttention(torch.rand(3, 3), DIM)
    model, batch = Classifier(attention, decide), Batch(tokens, tokens > 0)
    if alive:
        decides_by_pooling(model, attention, batch, 9)
    else:
        with pytest.raises(ExpectationMissed):
            decides_by_pooling(model, attention, batch, 9)


def test_weights_of_one_without_a_parameter_are_not_alive() -> None:
    pooling = Pooling(lambda x, mask, query: torch.ones(mask.shape))
    del pooling.query
    pooling.query = torch.zeros(DIM)
    with pytest.raises(ExpectationMissed) as caught:
        weighs_words_apart(pooling, DIM)
    assert "no parameter" in caught.value.outcome.hint


class Labelled(NamedTuple):
    """Reviews of three words and of two."""

    tokens: Tensor
    mask: Tensor
    labels: Tensor


LABELLED = Labelled(torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]]).bool(), torch.arange(2))
ATTENTION = torch.tensor([[0.5, 0.25, 0.25], [0.75, 0.25, 0.0]])


class Charged(LightningModule):
    """Its loss is a penalty of the attention, besides what does not hang on it."""

    def __init__(self, weights: Tensor, penalty: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.pooling, self.penalty = FixedAttention(weights, DIM), penalty
        self.output = nn.Linear(DIM, 2)

    def training_step(self, batch: Labelled, batch_idx: int) -> Tensor:
        pooled, weights = self.pooling(torch.ones(*batch.tokens.shape, DIM), batch.mask)
        return 0 * self.output(pooled).sum() + self.penalty(weights)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters())


def charge(penalty: Callable[[Tensor], Tensor]) -> None:
    follows_attention(lambda weights: Charged(weights, penalty), LABELLED, ATTENTION, hint="add it to the loss")


@pytest.mark.parametrize(
    "penalty",
    [
        lambda weights: torch.special.entr(weights).sum(),
        lambda weights: weights.detach().amax(dim=1).mean(),
        lambda weights: (weights * weights.log()).sum(),
        lambda weights: weights[0].amax(),
    ],
    ids=["entropy", "detached", "nan", "first review"],
)
def test_a_loss_that_hangs_on_the_attention_is_alive_be_it_wrong(penalty: Callable[[Tensor], Tensor]) -> None:
    charge(penalty)


@pytest.mark.parametrize(
    ("penalty", "hint"),
    [
        (lambda weights: torch.ones(()), "add it to the loss"),
        (lambda weights: weights.sum(), "add it to the loss"),
        (lambda weights: torch.rand(()), "nor on chance"),
    ],
    ids=["constant", "sum", "random"],
)
def test_a_loss_that_does_not_is_dead(penalty: Callable[[Tensor], Tensor], hint: str) -> None:
    with pytest.raises(ExpectationMissed) as caught:
        charge(penalty)
    assert hint in caught.value.outcome.hint
