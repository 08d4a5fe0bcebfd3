"""Expectations on scores: right ones of every form meet them, and each mistake is missed and named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    ScoreProbe,
    compares_each_pair,
    compares_query_and_keys,
    is_bilinear,
    is_perceptron,
    levels_off,
    scores_places,
    shapes,
)
from amal_attention.checks.expectation import ExpectationMissed

DIM, SEEDS = 5, range(4)


class Additive(nn.Module):
    """v · tanh(W₁ q + W₂ k), of any width, with or without biases; ``bent`` says what is made of the two parts."""

    def __init__(self, bent: Callable[[nn.Module, Tensor, Tensor], Tensor] | None = None, bias: bool = False) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(DIM, 7, bias=bias), nn.Linear(DIM, 7, bias=bias)
        self.v = nn.Linear(7, 1, bias=bias)
        self.bent = bent or (lambda v, q, k: v(torch.tanh(q + k)))

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return self.bent(self.v, self.a(query).unsqueeze(2), self.b(keys).unsqueeze(1)).squeeze(3)


class Shared(Additive):
    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return self.bent(self.v, self.a(query).unsqueeze(2), self.a(keys).unsqueeze(1)).squeeze(3)


class Bilinear(nn.Module):
    def __init__(self, score: Callable[[Tensor, Tensor, nn.Linear], Tensor], bias: bool = False) -> None:
        super().__init__()
        self.layer, self.score = nn.Linear(DIM, DIM, bias=bias), score

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return self.score(query, keys, self.layer)


class Places(nn.Module):
    def __init__(self, cut: Callable[[Tensor, Tensor], Tensor], bias: bool = True) -> None:
        super().__init__()
        self.layer, self.cut = nn.Linear(DIM, 8, bias=bias), cut

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        return self.cut(self.layer(query), keys)


@pytest.mark.parametrize("bias", [False, True])
def test_right_scores_meet_all(bias: bool) -> None:
    for seed in SEEDS:
        is_perceptron(Additive(bias=bias), DIM, seed=seed)
        levels_off(Additive(bias=bias), ScoreProbe(DIM), seed=seed)
        compares_query_and_keys(Additive(bias=bias), DIM, seed=seed)
        compares_each_pair(Additive(bias=bias), DIM, seed=seed)
        is_bilinear(Bilinear(lambda q, k, w: w(q) @ k.mT), DIM, seed=seed)
        is_bilinear(Bilinear(lambda q, k, w: q @ w(k).mT), DIM, seed=seed)
        scores_places(Places(lambda scores, keys: scores[..., : keys.shape[1]], bias), DIM, 8, seed=seed)
    shapes(Additive(), ScoreProbe(DIM), what="shapes")


@pytest.mark.parametrize(
    ("bent", "words"),
    [
        (lambda v, q, k: v(q + k), "no tanh"),
        (lambda v, q, k: torch.tanh(v(q + k)), "outside"),
        (lambda v, q, k: v(q.tanh() + k.tanh()), "a tanh of its own"),
        (lambda v, q, k: v(torch.relu(q + k)), "another function"),
        (lambda v, q, k: v(torch.sigmoid(q + k)), "another function"),
        (lambda v, q, k: v(q * k), "multiplied"),
        (lambda v, q, k: v(q.tanh() * k.tanh()), "multiplied"),
        (lambda v, q, k: (q + k).tanh().sum(dim=3, keepdim=True), "a vector v"),
        (lambda v, q, k: v((0 * q + k).tanh()), "only one of the two"),
        (lambda v, q, k: v((q + k).tanh().tanh()), "it is no v"),
    ],
)
@pytest.mark.parametrize("bias", [False, True])
def test_another_hidden_layer_is_missed_and_named(bent: Callable[..., Tensor], words: str, bias: bool) -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match=words):
            is_perceptron(Additive(bent, bias), DIM, seed=seed)


def test_one_map_for_query_and_keys_is_missed() -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match="a map each"):
            is_perceptron(Shared(), DIM, seed=seed)


@pytest.mark.parametrize(
    ("score", "bias", "words"),
    [
        (lambda q, k, w: w(q) @ w(k).mT, False, "not symmetric"),
        (lambda q, k, w: q @ w(k).mT, True, "no bias"),
        (lambda q, k, w: (q * w.weight[0]) @ k.mT, False, "off the diagonal"),
        (lambda q, k, w: 3 * q @ k.mT, False, "a multiple of the dot product"),
        (lambda q, k, w: torch.tanh(w(q)) @ k.mT, False, "nothing bends it"),
        (lambda q, k, w: (q @ w.weight[:, :1]) @ (k @ w.weight[:, 1:2]).mT, False, "full rank"),
    ],
)
def test_another_form_is_missed_and_named(score: Callable[..., Tensor], bias: bool, words: str) -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match=words):
            is_bilinear(Bilinear(score, bias), DIM, seed=seed)


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        (lambda scores, keys: scores[..., -keys.shape[1] :], "the first S"),
        (lambda scores, keys: scores[..., : keys.shape[1]] + keys.sum(dim=2).unsqueeze(1), "whatever the keys"),
        (lambda scores, keys: scores.softmax(dim=2)[..., : keys.shape[1]], "nothing bends them"),
        (lambda scores, keys: scores[..., :1].expand(-1, -1, keys.shape[1]), "a row of its own"),
        (lambda scores, keys: scores, "scores of shape"),
    ],
)
def test_other_scores_of_places_are_missed(cut: Callable[..., Tensor], words: str) -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match=words):
            scores_places(Places(cut), DIM, 8, seed=seed)


def test_what_reads_one_of_the_two_alone_compares_nothing() -> None:
    with pytest.raises(ExpectationMissed, match="for another key"):
        compares_query_and_keys(Places(lambda scores, keys: scores[..., : keys.shape[1]]), DIM)
    with pytest.raises(ExpectationMissed, match="for another query"):
        compares_query_and_keys(Bilinear(lambda q, k, w: (0 * q) @ k.mT + k.sum(dim=2).unsqueeze(1)), DIM)
    with pytest.raises(ExpectationMissed, match="levels off"):
        levels_off(Bilinear(lambda q, k, w: w(q) @ k.mT), ScoreProbe(DIM))


class Beside(Additive):
    """Queries stand beside other keys than their own: they are repeated as a whole where each is to be repeated."""

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        rows, places, _ = query.shape
        parts = self.a(query).repeat(1, keys.shape[1], 1).view(rows, places, keys.shape[1], -1)
        return self.v(torch.tanh(parts + self.b(keys).unsqueeze(1))).squeeze(3)


def test_queries_beside_other_keys_are_missed() -> None:
    for seed in SEEDS:
        is_perceptron(Beside(), DIM, seed=seed)  # it reads one query at a time
        with pytest.raises(ExpectationMissed, match="each query meets each key"):
            compares_each_pair(Beside(), DIM, seed=seed)
