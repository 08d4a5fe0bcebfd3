"""Each known mistake, made on purpose, is told from the others by what it gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks.expectations.poolings.diagnosis import (
    NOT_FINITE,
    mistake_among_others,
    mistake_of_law,
    mistake_of_mean,
    mistake_of_nan,
    mistake_of_sum,
    mistake_of_weights,
    permuted,
)
from amal_attention.checks.probes.texts import some_texts

X, MASK = some_texts(5, (2, 4, 3))
N = MASK.sum(dim=1, keepdim=True)
WORDS = MASK.float()
SCORES = X @ torch.randn(5, generator=torch.Generator().manual_seed(1))
HIDDEN = SCORES.masked_fill(~MASK, float("-inf"))

WEIGHTS: dict[str, tuple[Tensor, str]] = {
    "the length": (WORDS / 4, "divided by the length"),
    "n + 1": (WORDS / (N + 1), "n + 1"),
    "an epsilon": (WORDS / (N + 1e-2), "an epsilon in the divisor"),
    "the first review's words": (WORDS / N[0], "of the first"),
    "all words": (WORDS / N.sum(), "all weights of the batch sum to 1"),
    "the mean number of words": (WORDS / N.float().mean(), "the mean number of words"),
    "the root": (WORDS / N.sqrt(), "the root of the number of words"),
    "the length, on padding too": (torch.full_like(WORDS, 0.25), "padding is counted"),
    "a softmax of the mask": (WORDS.softmax(dim=1), "softmax of the mask"),
    "ones": (WORDS, "axis of length 1"),
    "an axis of length 1, -inf": (HIDDEN.unsqueeze(2).softmax(dim=2).squeeze(2), "axis of length 1"),
    "an axis of length 1, -1e9": (torch.ones_like(WORDS), "axis of length 1"),
    "no mask": (SCORES.softmax(dim=1), "applied before the softmax"),
    "a score of -10": (SCORES.masked_fill(~MASK, -10.0).softmax(dim=1), "padding still weighs a little"),
    "masked after": (SCORES.softmax(dim=1) * MASK, "after the softmax"),
    "inverted": (SCORES.masked_fill(MASK, -1e9).softmax(dim=1), "inverted"),
    "inverted, -inf": (SCORES.masked_fill(MASK, float("-inf")).softmax(dim=1), "inverted"),
    "over the batch": (HIDDEN.softmax(dim=0).nan_to_num(), "over the batch"),
    "over all": (HIDDEN.flatten().softmax(dim=0).reshape(3, 4), "all weights of the batch sum to 1"),
    "sorted by length": (HIDDEN.softmax(dim=1)[N.flatten().argsort(descending=True)], "another order"),
    "logarithms": (SCORES.masked_fill(~MASK, -1e9).log_softmax(dim=1) * MASK, "logarithms"),
    "scores": (SCORES * MASK, "a weight is negative"),
    "sigmoids": (SCORES.sigmoid() * MASK, "softmax over the words"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_mistake_of_weights_is_named(name: str) -> None:
    weights, words = WEIGHTS[name]
    assert words in mistake_of_weights(weights, MASK)


def test_a_text_without_words_is_told_from_other_nans() -> None:
    mask = MASK.clone()
    mask[1] = False
    weights = SCORES.masked_fill(~mask, float("-inf")).softmax(dim=1)
    pooled = torch.einsum("bl,bld->bd", weights, X)
    assert "without words" in mistake_of_nan(weights, mask, pooled)
    pooled[0, 0] = torch.nan
    assert mistake_of_nan(weights, mask, pooled) == NOT_FINITE


MEANS: dict[str, tuple[Tensor, str]] = {
    "of all": (X.mean(dim=1), "padding is counted"),
    "by the length": ((X * MASK[..., None]).mean(dim=1), "divided by the length"),
    "with padding": (X.sum(dim=1) / N, "under the padding"),
    "the sum": ((X * MASK[..., None]).sum(dim=1), "this is the sum"),
    "the sum of all": (X.sum(dim=1), "of padding too"),
    "n + 1": ((X * MASK[..., None]).sum(dim=1) / (N + 1), "n + 1"),
    "right": ((X * MASK[..., None]).sum(dim=1) / N, ""),
    "another": (X[:, 0], ""),
}


@pytest.mark.parametrize("name", MEANS)
def test_a_mistake_of_a_mean_is_named(name: str) -> None:
    pooled, words = MEANS[name]
    said = mistake_of_mean(pooled, X, MASK)
    assert words in said if words else said == ""


LAWS: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "sigmoid": (lambda s: s.sigmoid().softmax(0), "a sigmoid"),
    "twice": (lambda s: s.softmax(0).softmax(0), "taken twice"),
    "tanh": (lambda s: s.tanh().softmax(0), "a tanh"),
    "relu": (lambda s: s.relu().softmax(0), "no ReLU"),
    "sigmoids": (lambda s: s.sigmoid() / s.sigmoid().sum(), "in place of a sigmoid"),
    "square": (lambda s: (s**2).softmax(0), "no square"),
    "mixed": (lambda s: 0.9 * s.softmax(0) + 0.1 / len(s), "something even is mixed"),
    "hidden layer": (lambda s: (3 * s.tanh() + 2 * (s / 2 + 1).tanh()).softmax(0), "level off"),
}


@pytest.mark.parametrize("name", LAWS)
def test_what_bends_the_scores_is_named(name: str) -> None:
    law, words = LAWS[name]
    scores = torch.linspace(-1.7, 2.2, 7)
    assert words in mistake_of_law(law(scores), law(1000 * scores))


def rnn_without_batch_first(x: Tensor) -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    states, _ = nn.GRU(5, 3)(x)
    return states.mean(dim=1), states.softmax(dim=1)[..., 0]


def test_what_reviews_do_to_each_other_is_named() -> None:
    x, _ = some_texts(5, (4, 4, 4))
    weights = (x @ torch.ones(5)).softmax(dim=1)
    alone = (torch.einsum("bl,bld->bd", weights, x), weights)
    turned = torch.tensor([1, 2, 0])
    assert "another order" in mistake_among_others(alone, (alone[0][turned], weights[turned]))
    shared = weights[:1].expand(3, 4)
    assert "of the first" in mistake_among_others(alone, (torch.einsum("bl,bld->bd", shared, x), shared))
    assert "own sum" in mistake_among_others(alone, (alone[0] / 3, weights / 3))
    columns = (x @ torch.ones(5)).softmax(dim=0)
    assert "over the batch" in mistake_among_others(alone, (alone[0] + 1, columns))
    each = [rnn_without_batch_first(row.unsqueeze(0)) for row in x]
    by_itself = (torch.cat([pooled for pooled, _ in each]), torch.cat([weights for _, weights in each]))
    assert "batch_first" in mistake_among_others(by_itself, rnn_without_batch_first(x))
    assert "taken over the batch" in mistake_among_others(alone, (alone[0] + 1, weights))


def test_rows_are_permuted_only_if_all_of_them_came() -> None:
    rows = torch.arange(6.0).reshape(3, 2)
    assert permuted(rows, rows.flip(0)) and permuted(rows, torch.cat([rows[1:], torch.ones(1, 2), rows[:1]]))
    assert not permuted(rows, rows) and not permuted(rows, rows + 1) and not permuted(rows, rows[:, :1])


def test_a_sum_that_is_none_is_named() -> None:
    values, weights = X[0], torch.tensor([0.1, 0.2, 0.3, 0.4])
    total = weights @ values
    assert "divided by the length" in mistake_of_sum(total / 4, values, weights)
    assert "plain mean" in mistake_of_sum(values.mean(dim=0), values, weights)
    assert "plain sum" in mistake_of_sum(values.sum(dim=0), values, weights)
    assert "sign" in mistake_of_sum(-total, values, weights)
    assert mistake_of_sum(total + 1, values, weights) == "" == mistake_of_sum(total, values, 2 * weights)
