"""What an entropy adds to a loss, and how it pulls at the weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks import (
    FixedAttention,
    OwnEntropy,
    charges_entropy,
    pulls_by_entropy,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.classifiers import BATCH, DIM, WORDS, Batch, Right

TWO = Batch(*(each[1:3] for each in BATCH))


SHARES = torch.tensor([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]])


MEAN_ENTROPY = 1.25 * math.log(2)


Penalty = Callable[[Tensor, Tensor], Tensor]


def entropies(weights: Tensor, mask: Tensor) -> Tensor:
    safe = weights.masked_fill(~mask, 1.0)
    return -(safe * safe.log()).sum(dim=1)


class Charging(Right):
    """Adds the strength times a penalty to the loss."""

    def __init__(self, penalty: Penalty, strength: float, dropout: float = 0.5) -> None:
        torch.manual_seed(0)
        super().__init__(torch.randn(WORDS, DIM), FixedAttention(SHARES, DIM))
        self.penalty, self.strength, self.dropout = penalty, strength, nn.Dropout(dropout)

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(self.dropout(pooled)), batch.labels)
        return self.total(loss, self.penalty(weights, batch.mask))

    def total(self, loss: Tensor, penalty: Tensor) -> Tensor:
        return loss + self.strength * penalty


class Multiplying(Charging):
    def total(self, loss: Tensor, penalty: Tensor) -> Tensor:
        return loss + penalty if not self.strength else self.strength * (loss + penalty)


class Forgetting(Charging):
    def total(self, loss: Tensor, penalty: Tensor) -> Tensor:
        return loss


def charged(penalty: Penalty, kind: type[Charging] = Charging) -> Outcome | None:
    try:
        charges_entropy(lambda strength: kind(penalty, strength), TWO, MEAN_ENTROPY)
    except ExpectationMissed as caught:
        return caught.outcome
    return None


RIGHT_PENALTIES: dict[str, Penalty] = {
    "filled": lambda weights, mask: entropies(weights, mask).mean(),
    "clamp": lambda weights, mask: -(weights * weights.clamp(min=1e-12).log()).sum() / len(weights),
    "categorical": lambda weights, mask: torch.distributions.Categorical(probs=weights).entropy().mean(),
    "entr of the words": lambda weights, mask: torch.special.entr(weights[mask]).sum() / len(weights),
}


@pytest.mark.parametrize("name", RIGHT_PENALTIES)
def test_a_right_penalty_is_charged(name: str) -> None:
    outcome = charged(RIGHT_PENALTIES[name])
    assert outcome is None, outcome


WRONG_PENALTIES: dict[str, tuple[Penalty, str]] = {
    "sign": (lambda weights, mask: -entropies(weights, mask).mean(), "the sign is flipped"),
    "sum": (lambda weights, mask: entropies(weights, mask).sum(), "a mean over the reviews"),
    "base 2": (lambda weights, mask: entropies(weights, mask).mean() / math.log(2), "base 2"),
    "detached": (lambda weights, mask: entropies(weights.detach(), mask).mean(), "no detach"),
    "a gradient of 0": (lambda weights, mask: entropies(weights.detach() + 0 * weights, mask).mean(), "no detach"),
    "0 log 0": (lambda weights, mask: -(weights * weights.log()).sum(dim=1).mean(), "0 · log 0"),
    "0 log 0 in the gradient": (lambda weights, mask: torch.special.entr(weights).sum(dim=1).mean(), "0 · log 0"),
    "something else": (lambda weights, mask: weights.amax(dim=1).mean(), "the mean entropy of the attention"),
}


@pytest.mark.parametrize(("penalty", "hint"), WRONG_PENALTIES.values(), ids=WRONG_PENALTIES)
def test_a_wrong_penalty_is_named(penalty: Penalty, hint: str) -> None:
    outcome = charged(penalty)
    assert outcome is not None and hint in outcome.hint


class ChargingOne(Forgetting):
    """Around an attention whose first review is all on one word."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.pooling = FixedAttention(SHARES.new_tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]), DIM)


def test_where_the_first_review_has_no_entropy_a_penalty_of_nothing_may_be_its_own() -> None:
    alone, none = (charged(RIGHT_PENALTIES["filled"], kind) for kind in (ChargingOne, Forgetting))
    assert alone is not None and "the entropy of the first review alone, which is 0" in alone.hint
    assert none is not None and none.hint.startswith("the strength changes nothing: ")


class ChargingList(Charging):
    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        pooling = self.pooling
        del self.pooling
        self.__dict__["pooling"] = pooling


def test_a_penalty_on_a_pooling_that_is_not_registered_is_told() -> None:
    outcome = charged(RIGHT_PENALTIES["filled"], ChargingList)
    assert outcome is not None and "is not registered" in outcome.hint


class Clipped(Charging):
    """Never below 0."""

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return super().training_step(batch, batch_idx).relu()


class ByStep(Charging):
    """The first batch alone is charged."""

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        self.strength = 0.0 if batch_idx else self.strength
        return super().training_step(batch, batch_idx)


@pytest.mark.parametrize(
    ("kind", "hint"), [(Clipped, "a negative strength takes off"), (ByStep, "neither on its number")]
)
def test_a_penalty_that_is_cut_off_or_hangs_on_the_step_is_named(kind: type[Charging], hint: str) -> None:
    outcome = charged(lambda weights, mask: torch.special.entr(weights + ~mask).sum(dim=1).mean(), kind)
    assert outcome is not None and hint in outcome.hint


def test_a_strength_that_does_not_do_its_work_is_named() -> None:
    forgotten = charged(RIGHT_PENALTIES["filled"], Forgetting)
    assert forgotten is not None and "the strength changes nothing" in forgotten.hint


def pulled(penalty: Penalty, kind: type[Charging] = Charging, given: Tensor | None = None) -> Outcome | None:
    try:
        pulls_by_entropy(lambda strength: kind(penalty, strength), TWO, SHARES if given is None else given)
    except ExpectationMissed as caught:
        return caught.outcome
    return None


@pytest.mark.parametrize("name", RIGHT_PENALTIES)
def test_a_right_penalty_pulls_as_its_gradient_does(name: str) -> None:
    assert pulled(RIGHT_PENALTIES[name]) is None


def test_the_pull_is_that_of_these_weights() -> None:
    assert pulled(RIGHT_PENALTIES["filled"], given=SHARES.flip(1).roll(-1, 1)) is not None


def half_detached(weights: Tensor, mask: Tensor) -> Tensor:
    return -(weights.detach() * weights.clamp(min=1e-12).log()).sum(dim=1).mean()


WRONG_PULLS: dict[str, tuple[Penalty, str]] = {
    **{name: WRONG_PENALTIES[name] for name in ("sign", "detached", "a gradient of 0", "0 log 0")},
    "sum": (WRONG_PENALTIES["sum"][0], "times the mean over the reviews"),
    "base 2": (WRONG_PENALTIES["base 2"][0], "in nats"),
    "0 log 0 in the gradient": WRONG_PENALTIES["0 log 0 in the gradient"],
    "half of it detached": (half_detached, "is cut off from the weights"),
}


@pytest.mark.parametrize(("penalty", "hint"), WRONG_PULLS.values(), ids=WRONG_PULLS)
def test_a_wrong_pull_is_named(penalty: Penalty, hint: str) -> None:
    outcome = pulled(penalty)
    assert outcome is not None and hint in outcome.hint


def test_what_half_of_it_detached_adds_is_right_and_only_its_pull_is_not() -> None:
    assert charged(half_detached) is None


def test_a_pull_on_a_pooling_that_is_not_registered_is_told() -> None:
    outcome = pulled(RIGHT_PENALTIES["filled"], ChargingList)
    assert outcome is not None and "is not registered" in outcome.hint


def in_bits(weights: Tensor, mask: Tensor) -> Tensor:
    return entropies(weights, mask) / math.log(2)


def test_a_mistake_of_their_own_entropy_is_not_charged_again() -> None:
    own = OwnEntropy.of(in_bits, SHARES, TWO.mask)

    def build(strength: float) -> Charging:
        return Charging(lambda weights, mask: in_bits(weights, mask).mean(), strength)

    charges_entropy(build, TWO, MEAN_ENTROPY, own=own)
    pulls_by_entropy(build, TWO, SHARES, own=own)
    with pytest.raises(ExpectationMissed):
        charges_entropy(lambda strength: Forgetting(in_bits, strength), TWO, MEAN_ENTROPY, own=own)


@pytest.mark.parametrize("function", [lambda w, m: 1 / 0, lambda w, m: 0 * w.sum(dim=1), lambda w, m: None])
def test_an_entropy_that_is_none_excuses_nothing(function: Any) -> None:
    assert OwnEntropy.of(function, SHARES, TWO.mask) is None


def test_an_entropy_over_another_axis_is_not_charged_again_either() -> None:
    def over_the_batch(weights: Tensor, mask: Tensor) -> Tensor:
        return -(weights * weights.clamp(min=1e-12).log()).sum(dim=0)

    def build(strength: float) -> Charging:
        return Charging(lambda weights, mask: over_the_batch(weights, mask).mean(), strength)

    own = OwnEntropy.of(over_the_batch, SHARES, TWO.mask)
    charges_entropy(build, TWO, MEAN_ENTROPY, own=own)
    pulls_by_entropy(build, TWO, SHARES, own=own)


def an_infinite_slope(weights: Tensor, mask: Tensor) -> Tensor:
    return torch.special.entr(weights).sum(dim=1)


@pytest.mark.parametrize(
    ("function", "right"),
    [(entropies, True), (in_bits, False), (an_infinite_slope, False)],
    ids=["right", "bits", "inf"],
)
def test_an_entropy_is_right_in_value_and_gradient(function: Penalty, right: bool) -> None:
    own = OwnEntropy.of(function, SHARES, TWO.mask)
    assert own is not None and own.is_right(SHARES) is right
