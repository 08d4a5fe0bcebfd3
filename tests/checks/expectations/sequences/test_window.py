"""Expectations on attention to the states before, and on scores that come out of a hidden layer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    WindowProbe,
    compares_states_before,
    ignores_padding,
    scores_by_perceptron,
    scores_keys_by_perceptron,
    shapes,
    simplex,
    sums_values,
)
from amal_attention.checks.expectation import ExpectationMissed

DIM, WINDOW, SEEDS = 4, 2, range(3)
PROBE = WindowProbe(DIM, WINDOW)


class Window(nn.Module):
    """Right; its methods are what may be wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.others, self.own, self.v = nn.Linear(DIM, DIM), nn.Linear(DIM, DIM), nn.Linear(DIM, 1)

    def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        keys, values = self.split(states)
        place = torch.arange(states.shape[1])
        seen = self.seen(place.unsqueeze(1) - place) & self.real(mask)
        hidden = self.bent(self.others(keys).unsqueeze(1), self.own(keys).unsqueeze(2))
        scores = self.v(hidden).squeeze(3).masked_fill(~seen, -1e9)
        weights = scores.softmax(dim=2) * seen
        return weights @ values, weights

    def split(self, states: Tensor) -> Any:
        return states.chunk(2, dim=2)

    def seen(self, back: Tensor) -> Tensor:
        return (back >= 1) & (back <= WINDOW)

    def real(self, mask: Tensor) -> Tensor:
        return mask.unsqueeze(1) & mask.unsqueeze(2)

    def bent(self, others: Tensor, own: Tensor) -> Tensor:
        return torch.tanh(others + own)


class Itself(Window):
    def seen(self, back: Tensor) -> Tensor:
        return (back >= 0) & (back <= WINDOW)


class Forward(Window):
    def seen(self, back: Tensor) -> Tensor:
        return (back != 0) & (back.abs() <= WINDOW)


class TooFar(Window):
    def seen(self, back: Tensor) -> Tensor:
        return back >= 1


class TooShort(Window):
    def seen(self, back: Tensor) -> Tensor:
        return back == 1


class Padded(Window):
    def real(self, mask: Tensor) -> Tensor:
        return mask.unsqueeze(1)


class Swapped(Window):
    def split(self, states: Tensor) -> Any:
        return states.chunk(2, dim=2)[::-1]


class SumsKeys(Window):
    def split(self, states: Tensor) -> Any:
        keys, _ = states.chunk(2, dim=2)
        return keys, keys


class WithoutTanh(Window):
    def bent(self, others: Tensor, own: Tensor) -> Tensor:
        return others + own


class OwnNotRead(Window):
    def bent(self, others: Tensor, own: Tensor) -> Tensor:
        return torch.tanh(others + 0 * own)


class Even(Window):
    def bent(self, others: Tensor, own: Tensor) -> Tensor:
        return 0 * (others + own)


def test_a_right_window_meets_all() -> None:
    for seed in SEEDS:
        shapes(Window(), PROBE, seed=seed, what="shapes")
        simplex(Window(), PROBE, lengths=(6, 3, 1), seed=seed)
        ignores_padding(Window(), PROBE, seed=seed)
        sums_values(Window(), PROBE, seed=seed)
        compares_states_before(Window(), PROBE, seed=seed)
        scores_keys_by_perceptron(Window(), PROBE, seed=seed)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (Itself, "does not look at itself"),
        (Forward, "looks at what follows"),
        (TooFar, "further back"),
        (TooShort, "shorter than it should be"),
        (Padded, "either place is padding"),
    ],
)
def test_another_window_is_missed(build: Any, words: str) -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match=words):
            simplex(build(), PROBE, lengths=(6, 3, 1), seed=seed)


def test_nan_where_nothing_stands_before_is_missed() -> None:
    class Nan(Window):
        def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            context, weights = super().forward(states, mask)
            return context, weights / weights.sum(dim=2, keepdim=True)

    with pytest.raises(ExpectationMissed, match="gives nan"):
        simplex(Nan(), PROBE)


@pytest.mark.parametrize(("build", "words"), [(Swapped, "values never choose"), (SumsKeys, "the keys are summed")])
def test_other_values_are_missed(build: Any, words: str) -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match=words):
            sums_values(build(), PROBE, seed=seed)


def test_other_scores_are_missed() -> None:
    for seed in SEEDS:
        for build, words in ((WithoutTanh, "no tanh"), (OwnNotRead, "only one of the two")):
            with pytest.raises(ExpectationMissed, match=words):
                scores_keys_by_perceptron(build(), PROBE, seed=seed)
        with pytest.raises(ExpectationMissed, match="made of the keys"):
            compares_states_before(Even(), PROBE, seed=seed)


class Pooling(nn.Module):
    def __init__(self, tanh: bool = True) -> None:
        super().__init__()
        self.hidden, self.v, self.tanh = nn.Linear(DIM, 6), nn.Linear(6, 1), tanh

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.hidden(x)
        scores = self.v(hidden.tanh() if self.tanh else hidden).squeeze(2)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights


def test_scores_of_words_come_out_of_a_tanh() -> None:
    for seed in SEEDS:
        scores_by_perceptron(Pooling(), DIM, seed=seed)
        with pytest.raises(ExpectationMissed, match="no tanh"):
            scores_by_perceptron(Pooling(tanh=False), DIM, seed=seed)
