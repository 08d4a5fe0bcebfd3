"""An answer whose idea is attempted is alive, with a mistake or without; zeros and the answer before are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    compares_by_text,
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


def test_weights_of_one_without_a_parameter_are_not_alive() -> None:
    pooling = Pooling(lambda x, mask, query: torch.ones(mask.shape))
    del pooling.query
    pooling.query = torch.zeros(DIM)
    with pytest.raises(ExpectationMissed) as caught:
        weighs_words_apart(pooling, DIM)
    assert "no parameter" in caught.value.outcome.hint


def test_an_answer_that_is_no_number_is_told_as_that_and_not_as_one_that_changes():
    def inverted(x: Tensor, mask: Tensor, query: Tensor) -> Tensor:
        return (x @ query).masked_fill(mask, -torch.inf).softmax(dim=1)

    with pytest.raises(ExpectationMissed) as caught:
        weighs_words_apart(Pooling(inverted), DIM)
    assert "the mask is inverted" in caught.value.outcome.hint
