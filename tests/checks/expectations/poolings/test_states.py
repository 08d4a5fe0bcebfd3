"""Expectations on attention over states: recurrent modules whose every way to attend is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks import attends_states, carries_memory, reads_leftward, uses_last_layer
from amal_attention.checks.expectation import ExpectationMissed

DIM, HIDDEN = 8, 5


class States(nn.Module):
    """Attention over the states of a recurrent network; right."""

    def __init__(self, cell: str = "gru", layers: int = 1, both: bool = False) -> None:
        super().__init__()
        ways = 2 if both else 1
        widths = [DIM] + [ways * HIDDEN] * (layers - 1)
        self.layers = nn.ModuleList(
            getattr(nn, cell.upper())(width, HIDDEN, batch_first=True, bidirectional=both) for width in widths
        )
        self.out_features = ways * HIDDEN
        self.query = nn.Parameter(torch.randn(self.out_features))
        self.mixed = nn.Linear(self.out_features, self.out_features)
        self.projected = nn.Linear(DIM, self.out_features)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        below, kept = x, []
        for layer in self.layers:
            below = layer(below)[0]
            kept.append(below)
        states = self.states(x, kept)
        weights = self.scores(x, states).masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * self.values(x, states)).sum(dim=1), weights

    def states(self, x: Tensor, kept: list[Tensor]) -> Tensor:
        return kept[-1]

    def scores(self, x: Tensor, states: Tensor) -> Tensor:
        return states @ self.query

    def values(self, x: Tensor, states: Tensor) -> Tensor:
        return states


class Scaled(States):
    def scores(self, x: Tensor, states: Tensor) -> Tensor:
        return 0.3 * super().scores(x, states) + 1


class OfFactors(States):
    """Its query is a product, and so grows by the square of the parameters."""

    def scores(self, x: Tensor, states: Tensor) -> Tensor:
        return states @ self.mixed.weight @ self.query


class Projected(States):
    def values(self, x: Tensor, states: Tensor) -> Tensor:
        return self.projected(x)


class Additive(States):
    def scores(self, x: Tensor, states: Tensor) -> Tensor:
        return torch.tanh(self.mixed(states)) @ self.query


class FromLast(States):
    def scores(self, x: Tensor, states: Tensor) -> Tensor:
        return torch.einsum("bld,bd->bl", states, self.mixed(states[:, -1]))


class OfWords(States):
    def scores(self, x: Tensor, states: Tensor) -> Tensor:
        return x @ self.query.new_ones(DIM)


class NotRecurrent(States):
    def states(self, x: Tensor, kept: list[Tensor]) -> Tensor:
        return torch.tanh(self.projected(x))


class Even(States):
    def scores(self, x: Tensor, states: Tensor) -> Tensor:
        return 0 * super().scores(x, states)


class MeanOfLayers(States):
    def states(self, x: Tensor, kept: list[Tensor]) -> Tensor:
        return torch.stack(kept).mean(dim=0)


class Rectified(States):
    def states(self, x: Tensor, kept: list[Tensor]) -> Tensor:
        return kept[-1].relu()


class NotTurnedBack(States):
    def states(self, x: Tensor, kept: list[Tensor]) -> Tensor:
        rightward, leftward = kept[-1].chunk(2, dim=2)
        return torch.cat([rightward, leftward.flip(1)], dim=2)


class OneWayAlone(States):
    def states(self, x: Tensor, kept: list[Tensor]) -> Tensor:
        rightward, _ = kept[-1].chunk(2, dim=2)
        return torch.cat([rightward, rightward], dim=2)


class Cosine(nn.Module):
    """A question 2 whose scores are no q · x."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(HIDDEN))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = F.cosine_similarity(x, self.query.expand_as(x), dim=2).masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights


SEEDS = range(6)


@pytest.mark.parametrize("build", [States, Scaled, OfFactors])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_right_attention_over_states_meets_all(build: Callable[..., Any], cell: str) -> None:
    for seed in SEEDS:
        for layers in (1, 2, 3):
            attends_states(build(cell, layers), DIM, width=HIDDEN, layers=layers, seed=seed)
            uses_last_layer(build(cell, layers), DIM, layers=layers, seed=seed)
            reads_leftward(build(cell, layers, both=True), DIM, seed=seed)
        attends_states(build(cell, both=True), DIM, width=2 * HIDDEN, bidirectional=True, seed=seed)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (Projected, "sum the states"),
        (Additive, "nothing bends them"),
        (FromLast, "q is a parameter"),
        (OfWords, "looks at the embeddings"),
        (NotRecurrent, "sum the states"),
        (Even, "the same weight for every word"),
        (Rectified, "no ReLU"),
    ],
)
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_other_attention_is_missed_whatever_the_seed(build: Callable[..., Any], words: str, cell: str) -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match=words):
            attends_states(build(cell), DIM, width=HIDDEN, seed=seed)
        with pytest.raises(ExpectationMissed):
            attends_states(build(cell, both=True), DIM, width=2 * HIDDEN, bidirectional=True, seed=seed)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_mean_of_the_layers_is_missed(cell: str) -> None:
    for layers in (2, 3):
        with pytest.raises(ExpectationMissed, match="the states of the last layer alone"):
            uses_last_layer(MeanOfLayers(cell, layers), DIM, layers=layers)


@pytest.mark.parametrize(
    ("build", "words"), [(NotTurnedBack, "turn the states back"), (OneWayAlone, "is bidirectional used")]
)
def test_states_that_do_not_join_both_directions_are_missed(build: Callable[..., Any], words: str) -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match=words):
            reads_leftward(build("gru", both=True), DIM, seed=seed)


def test_a_mistake_of_question_2_is_not_charged_again() -> None:
    class CosineOfStates(States):
        def scores(self, x: Tensor, states: Tensor) -> Tensor:
            return F.cosine_similarity(states, self.query.expand_as(states), dim=2)

    with pytest.raises(ExpectationMissed):
        attends_states(CosineOfStates(), DIM, width=HIDDEN)
    attends_states(CosineOfStates(), DIM, width=HIDDEN, own=Cosine)
    for unhelpful in (lambda: 1 / 0, Even):
        with pytest.raises(ExpectationMissed):
            attends_states(CosineOfStates(), DIM, width=HIDDEN, own=unhelpful)


class CalledByHand(States):
    """A cell that is called word by word; ``forget`` says what it is given of the word before."""

    def __init__(self, cell: str, forget: Callable[[Any], Any] = lambda given: given) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        self.cell = {"gru": nn.GRUCell, "lstm": nn.LSTMCell}[cell](DIM, HIDDEN)
        self.forget = forget

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        given, states = None, []
        for i in range(x.shape[1]):
            given = self.cell(x[:, i], self.forget(given) if isinstance(given, tuple) else given)
            states.append(given[0] if isinstance(given, tuple) else given)
        h = torch.stack(states, dim=1)
        weights = (h @ self.query).masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * h).sum(dim=1), weights


FORGETFUL = {
    "no memory": lambda given: (given[0], torch.zeros_like(given[1])),
    "the state as memory": lambda given: (given[0], given[0]),
    "no state": lambda given: (torch.zeros_like(given[0]), given[1]),
}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("forget", FORGETFUL)
def test_a_memory_that_is_not_carried_on_is_told(forget, seed):
    with pytest.raises(ExpectationMissed, match="an LSTM its state and its memory"):
        carries_memory(CalledByHand("lstm", FORGETFUL[forget]), DIM, seed=seed)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_what_carries_on_all_is_right(cell, seed):
    carries_memory(CalledByHand(cell), DIM, seed=seed)


class Turned(CalledByHand):
    """Turns the words before its cell reads them: no cell of torch gives the same for them."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(x.flip(2), mask)


@pytest.mark.parametrize("build", [States, lambda: States(layers=2), lambda: Turned("lstm")])
def test_memory_is_looked_at_where_torch_can_tell_it_alone(build):
    carries_memory(build(), DIM)


class EverySecondWord(States):
    """Reads every second word from right to left, and turns that back."""

    def __init__(self) -> None:
        super().__init__(both=True)
        self.ways = nn.ModuleList(nn.GRU(DIM, HIDDEN, batch_first=True) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        places = torch.arange(x.shape[1])
        mirrored = x.shape[1] - 1 - 2 * places
        turned = torch.where(mirrored >= 0, mirrored, places)
        h = torch.cat([self.ways[0](x)[0], self.ways[1](x[:, turned])[0][:, turned]], dim=2)
        weights = (h @ self.query).masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * h).sum(dim=1), weights


@pytest.mark.parametrize("seed", range(10))
def test_every_second_word_alone_is_not_read_leftward(seed):
    with pytest.raises(ExpectationMissed, match="stands at another word than its own"):
        reads_leftward(EverySecondWord(), DIM, seed=seed)
