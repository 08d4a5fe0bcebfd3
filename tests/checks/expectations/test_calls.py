"""Expectations on one call after another: right poolings meet them, and each slip is missed and named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    PoolingProbe,
    answers_afresh,
    keeps_types,
    leaves_inputs_alone,
    leaves_parameters_alone,
    same_in_training,
)
from amal_attention.checks.expectation import ExpectationMissed

DIM = 5
ALL = {each.__name__: each for each in (answers_afresh, keeps_types, leaves_inputs_alone, same_in_training)}


class Query(nn.Module):
    """Attention with a learned query; right."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(DIM))
        self.out_features = DIM

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = (x @ self.query).masked_fill(~mask, -1e9).softmax(dim=1)
        return self.summed(weights, x), weights

    def summed(self, weights: Tensor, x: Tensor) -> Tensor:
        return (weights.unsqueeze(2) * x).sum(dim=1)


class Shortens(Query):
    def summed(self, weights: Tensor, x: Tensor) -> Tensor:
        with torch.no_grad():
            self.query /= self.query.norm()
        return super().summed(weights, x)


class Dropping(Query):
    """Right too: dropout in two ways."""

    def summed(self, weights: Tensor, x: Tensor) -> Tensor:
        return super().summed(
            nn.functional.dropout(weights, 0.3, self.training), nn.Dropout(0.2).train(self.training)(x)
        )


class Caches(Query):
    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[object, tuple[Tensor, Tensor]] = {}

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        if self.training or x.requires_grad:
            return super().forward(x, mask)
        return self.kept.setdefault(x.shape, super().forward(x, mask))


class KeepsMask(Query):
    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[object, Tensor] = {}

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(x, self.kept.setdefault(mask.shape, mask))


class Draws(Query):
    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(x + torch.randn(DIM), mask)


class BatchAsTime(Query):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(DIM, DIM)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(self.rnn(x)[0], mask)


class InvertsInPlace(Query):
    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = (x @ self.query).masked_fill(mask.logical_not_(), -1e9).softmax(dim=1)
        return self.summed(weights, x), weights


class ZeroesPadding(Query):
    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            x *= mask.unsqueeze(2)
        return super().forward(x, mask)


class MarksEmptyTexts(Query):
    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        mask[~mask.any(dim=1), 0] = True
        return super().forward(x, mask)


class RefusesEmptyTexts(Query):
    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        if not mask.any(dim=1).all():
            raise ValueError("a text without words")
        return super().forward(x, mask)


class Doubles(Query):
    def summed(self, weights: Tensor, x: Tensor) -> Tensor:
        return super().summed(weights.double(), x)


class Halves(Query):
    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled, weights = super().forward(x, mask)
        return pooled.half(), weights


class Normalises(Query):
    def summed(self, weights: Tensor, x: Tensor) -> Tensor:
        pooled = super().summed(weights, x)
        return pooled - pooled.mean(dim=0) if self.training else pooled


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("build", [Query, Dropping, RefusesEmptyTexts])
def test_a_right_pooling_meets_them(build: Callable[[], Query], name: str) -> None:
    for seed in range(5):
        ALL[name](build(), DIM, seed=seed)


@pytest.mark.parametrize(
    ("build", "name", "words"),
    [
        (Caches, "answers_afresh", "kept from one call to the next"),
        (KeepsMask, "answers_afresh", "kept from one call to the next"),
        (Draws, "answers_afresh", "something random is made in forward"),
        (BatchAsTime, "answers_afresh", "without batch_first=True"),
        (InvertsInPlace, "leaves_inputs_alone", "change mask in place"),
        (ZeroesPadding, "leaves_inputs_alone", "change x in place"),
        (MarksEmptyTexts, "leaves_inputs_alone", "change mask in place"),
        (Doubles, "keeps_types", "nothing become float64"),
        (Halves, "keeps_types", "in the type of x"),
        (Normalises, "same_in_training", "no normalisation over the batch"),
    ],
)
def test_a_slip_is_missed_and_named(build: Callable[[], Query], name: str, words: str) -> None:
    with pytest.raises(ExpectationMissed, match=words):
        ALL[name](build(), DIM)


def test_parameters_stay_as_they_are() -> None:
    probe = PoolingProbe(DIM)
    leaves_parameters_alone(Query(), probe)
    with pytest.raises(ExpectationMissed, match="reads the parameters and writes none"):
        leaves_parameters_alone(Shortens(), probe)
