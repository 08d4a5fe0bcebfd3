"""What learns: gradients reach it, and it is registered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    gradient_flows,
    gradient_reaches,
    learns_to_find,
    learns_weights,
    leaves_its_start,
    registers_everything,
    weights_carry_gradient,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.poolings import (
    DIM,
    RIGHT_QUERIES,
    RIGHT_TEXT_QUERIES,
    Build,
    KeyScores,
    Mean,
    Query,
    TextQuery,
    VectorScores,
    masked_mean,
    perceptron,
)


def missed(look: Callable[[], None]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look()
    return caught.value.outcome


class Bent(Query):
    """A query whose gradient is spoilt."""

    def __init__(self, spoil: Callable[[Tensor], Tensor]) -> None:
        super().__init__(VectorScores(DIM))
        self.spoil = spoil

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled, weights = super().forward(x, mask)
        pooled = pooled.clone()
        pooled.register_hook(self.spoil)
        return pooled, weights


def test_a_gradient_that_is_not_finite_is_told() -> None:
    outcome = missed(lambda: gradient_reaches(Bent(lambda gradient: gradient * float("nan")), DIM))
    assert outcome.expected == "a finite gradient for scores.query" and outcome.came == "[nan, nan, nan, nan, nan]"


def test_a_gradient_of_zeros_is_told() -> None:
    outcome = missed(lambda: gradient_reaches(Bent(lambda gradient: gradient * 0), DIM))
    assert (outcome.came, outcome.hint) == ("zeros", "scores.query changes nothing in the answer")


def test_one_number_of_a_gradient_is_enough() -> None:
    class Half(VectorScores):
        def forward(self, x: Tensor) -> Tensor:
            return x[..., 0] * self.query[0]

    gradient_reaches(Query(Half(DIM)), DIM)


def test_a_constant_that_is_added_to_all_scores_rightly_gets_no_gradient() -> None:
    class Shifted(VectorScores):
        def __init__(self) -> None:
            super().__init__(DIM)
            self.offset = nn.Parameter(torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) + self.offset.round()

    gradient_reaches(Query(Shifted()), DIM)


def test_what_learns_nothing_has_no_gradient_to_give() -> None:
    outcome = missed(lambda: gradient_reaches(Mean(masked_mean), DIM))
    assert (outcome.came, outcome.expected) == ("none", "parameters that learn")


def test_a_frozen_parameter_is_told_by_name_unless_it_is_a_single_number() -> None:
    pooling = TextQuery()
    pooling.scale = nn.Parameter(torch.ones(()), requires_grad=False)
    gradient_reaches(pooling, DIM)
    pooling.value.requires_grad_(False)
    outcome = missed(lambda: gradient_reaches(pooling, DIM))
    assert outcome.came == "value.weight, which does not" and "no requires_grad=False" in outcome.hint


class Cut(Query):
    """The weights that it returns are cut off."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled, weights = super().forward(x, mask)
        return pooled, weights.detach()


def test_weights_that_are_returned_carry_a_gradient_and_are_learned() -> None:
    weights_carry_gradient(Query(VectorScores(DIM)), DIM)
    assert "no detach" in missed(lambda: weights_carry_gradient(Cut(VectorScores(DIM)), DIM)).hint
    learns_weights(Query(VectorScores(DIM)), DIM)
    assert "parameters that learn" in missed(lambda: learns_weights(Mean(masked_mean), DIM)).hint


def test_a_layer_too_many_is_told_by_name() -> None:
    pooling = TextQuery()
    pooling.spare = nn.Linear(2, 3)
    outcome = missed(lambda: gradient_reaches(pooling, DIM, hint="v_θ"))
    assert (outcome.expected, outcome.came, outcome.hint) == ("a gradient for spare.weight", "none", "v_θ")


@pytest.mark.parametrize("look", [gradient_reaches, lambda build, dim: registers_everything(lambda: build, dim)])
def test_a_reply_that_is_no_pair_is_told_as_such(look: Callable[[nn.Module, int], None]) -> None:
    class Alone(Query):
        def forward(self, x: Tensor, mask: Tensor) -> Tensor:  # type: ignore[override]
            return super().forward(x, mask)[0]

    outcome = missed(lambda: look(Alone(VectorScores(DIM)), DIM))
    assert outcome.came == "a tensor (3, 5) of float32" and "pair" in outcome.expected


def test_a_gradient_mode_left_off_punishes_no_one() -> None:
    with torch.no_grad():
        gradient_reaches(Query(VectorScores(DIM)), DIM)
        gradient_flows(lambda weights, mask: (weights * mask).sum(dim=1), WEIGHTS, MASK)


def test_ones_relus_may_be_dead_in_a_look_or_two() -> None:
    gradient_reaches(TextQuery(perceptron(1, DIM), perceptron(1)), DIM)


def test_a_copy_has_the_buffers_too() -> None:
    class Running(Query):
        def __init__(self, persistent: bool) -> None:
            super().__init__(VectorScores(DIM))
            self.register_buffer("shift", torch.randn(DIM), persistent=persistent)

        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return super().forward(x + self.shift, mask)

    registers_everything(lambda: Running(True), DIM)
    assert "nn.Parameter" in missed(lambda: registers_everything(lambda: Running(False), DIM)).hint


def test_a_batch_norm_in_evaluation_is_right() -> None:
    class Normed(Query):
        def __init__(self) -> None:
            super().__init__(KeyScores())
            self.norm = nn.BatchNorm1d(DIM)

        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return super().forward(self.norm(x.transpose(1, 2)).transpose(1, 2), mask)

    registers_everything(Normed, DIM)
    gradient_reaches(Normed(), DIM)


def test_a_hint_of_the_question_is_told_for_what_is_not_registered() -> None:
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.query = torch.randn(DIM)

        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            weights = (x @ self.query).masked_fill(~mask, float("-inf")).softmax(dim=1)
            return (weights[..., None] * x).sum(dim=1), weights

    assert missed(lambda: registers_everything(Plain, DIM, hint="q")).hint == "q"


WEIGHTS = torch.tensor([[0.75, 0.25, 0.0], [0.5, 0.25, 0.25]])
MASK = torch.tensor([[1, 1, 0], [1, 1, 1]]).bool()

Entropy = Callable[[Tensor, Tensor], Tensor]


def in_place(weights: Tensor, mask: Tensor) -> Tensor:
    weights[~mask] = 1.0
    return -(weights * weights.log()).sum(dim=1)


RIGHT: dict[str, Entropy] = {
    "clamp": lambda weights, mask: -(weights * weights.clamp(min=1e-12).log()).sum(dim=1),
    "categorical": lambda weights, mask: torch.distributions.Categorical(probs=weights).entropy(),
    "where": lambda weights, mask: torch.special.entr(torch.where(mask, weights, 1.0)).sum(dim=1),
    "filled": lambda weights, mask: -torch.xlogy(*[weights.masked_fill(~mask, 1.0)] * 2).sum(dim=1),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_gradient_flows_through_a_right_entropy(name: str) -> None:
    gradient_flows(RIGHT[name], WEIGHTS, MASK)
    assert WEIGHTS.tolist() == [[0.75, 0.25, 0.0], [0.5, 0.25, 0.25]] and not WEIGHTS.requires_grad


WRONG: dict[str, tuple[Entropy, str, str]] = {
    "in place": (in_place, "changed by an inplace operation", "changed in place"),
    "detached": (lambda weights, mask: RIGHT["clamp"](weights.detach(), mask), "one cut off from them", "no detach"),
    "a number": (lambda weights, mask: RIGHT["clamp"](weights, mask).sum().item(), "one cut off", "no item"),  # type: ignore[dict-item,return-value]
    "a constant": (lambda weights, mask: torch.zeros(2, requires_grad=True), "none", "detach"),
    "0 log 0": (lambda weights, mask: -(weights * weights.log()).nansum(dim=1), "[[", "log of 0"),
}


@pytest.mark.parametrize(("function", "came", "hint"), WRONG.values(), ids=WRONG)
def test_a_gradient_that_is_cut_off_or_not_finite_is_told(function: Entropy, came: str, hint: str) -> None:
    outcome = missed(lambda: gradient_flows(function, WEIGHTS, MASK))
    assert came in outcome.came and hint in outcome.hint


EVEN = torch.tensor([[0.5, 0.5]]), torch.ones(1, 2, dtype=torch.bool)


def test_a_gradient_is_looked_at_as_training_gives_it() -> None:
    class Held(Query):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            pooled, weights = super().forward(x, mask)
            return (x.sum(dim=1) if self.training else pooled), weights

    outcome = missed(lambda: gradient_reaches(Held(VectorScores(DIM)), DIM))
    assert outcome.expected == "a gradient for scores.query"


def test_dropout_while_training_is_right() -> None:
    class Dropping(Query):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return super().forward(nn.functional.dropout(x, 0.2, self.training), mask)

    gradient_reaches(Dropping(VectorScores(DIM)), DIM)
    learns_to_find(Dropping(VectorScores(DIM)), DIM)


LEARNING = {
    "query": RIGHT_QUERIES["parameter (d,)"],
    "query scaled down": lambda: Query(VectorScores(DIM), scale=DIM**-0.5),
    "text": RIGHT_TEXT_QUERIES["value with a relu"],
    "deep text": RIGHT_TEXT_QUERIES["query of three layers"],
}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("build", LEARNING.values(), ids=LEARNING)
def test_what_learns_finds_the_word_that_tells(build: Build, seed: int) -> None:
    learns_to_find(build(), DIM, seed=seed)


class Buffered(nn.Module):
    """A query that is good for one of the two marks, and never learns."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("query", torch.tensor([0.0, 6.0, 0.0, 0.0, 0.0]))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = (x @ self.query).masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights[..., None] * x).sum(dim=1), weights


class OnTrial(Query):
    """It attends in evaluation; in training it gives the mean."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled, weights = super().forward(x, mask)
        return (masked_mean(x, mask, mask.sum(dim=1, keepdim=True)) if self.training else pooled), weights


NOT_LEARNING: dict[str, Build] = {
    "mean": lambda: Mean(masked_mean),
    "a lucky start": Buffered,
    "not while training": lambda: OnTrial(VectorScores(DIM)),
    "gradient of the wrong sign": lambda: Bent(lambda gradient: -gradient),
}


@pytest.mark.parametrize("build", NOT_LEARNING.values(), ids=NOT_LEARNING)
def test_what_does_not_learn_finds_nothing(build: Build) -> None:
    outcome = missed(lambda: learns_to_find(build(), DIM))
    assert outcome.expected == "at least 93% of new reviews right" and int(outcome.came.rstrip("%")) < 85
    assert outcome.hint.startswith("does the attention learn?")


def test_a_hint_of_the_question_is_told_for_what_does_not_learn() -> None:
    assert missed(lambda: learns_to_find(Mean(masked_mean), DIM, steps=2, hint="q")).hint == "q"


class Product(nn.Module):
    """Scores by a key and a query that start at these numbers."""

    def __init__(self, key: float, query: float) -> None:
        super().__init__()
        self.key = nn.Parameter(torch.full((DIM, DIM), key))
        self.query = nn.Parameter(torch.full((DIM,), query))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.key @ self.query


def test_a_start_that_nothing_leaves_is_told() -> None:
    outcome = missed(lambda: leaves_its_start(Query(Product(0.0, 0.0)), DIM))
    assert outcome.expected == "scores.key to move" and "both start at 0" in outcome.hint


@pytest.mark.parametrize(
    "build", [lambda: Query(Product(0.1, 0.0)), lambda: Query(Product(0.0, 0.1)), *RIGHT_QUERIES.values()]
)
@pytest.mark.parametrize("seed", range(3))
def test_a_start_at_zero_that_training_leaves_is_right(build: Build, seed: int) -> None:
    leaves_its_start(build(), DIM, seed=seed)


def test_half_of_what_is_asked_for_may_do() -> None:
    """A mean of the words decides two of three."""
    learns_to_find(Mean(masked_mean), DIM, share=0.5)
    outcome = missed(lambda: learns_to_find(Mean(masked_mean), DIM, share=0.75))
    assert outcome.expected == "at least 75% of new reviews right"
