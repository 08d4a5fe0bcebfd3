"""The steps that an optimiser takes, and what it learns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from amal_attention.checks import (
    FixedAttention,
    optimises_everything,
    steps_by_lr,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.classifiers import BATCH, DIM, LONGEST, LOOKS, REVIEWS, WORDS, OutputAlone, Right, built, missed


def test_what_was_not_handed_to_the_optimiser_is_told() -> None:
    outcome = missed(LOOKS["optimises_everything"], OutputAlone)
    assert outcome is not None and outcome.came == "all but embedding.weight, pooling.weights"


class Stepping(Right):
    """Learns by an optimiser of its own."""

    optimiser: Callable[..., Any] = torch.optim.Adam

    def __init__(self, lr: float) -> None:
        super().__init__(torch.randn(WORDS, DIM), FixedAttention(torch.ones(REVIEWS, LONGEST), DIM))
        self.lr = lr

    def configure_optimizers(self) -> Any:
        return type(self).optimiser(self.parameters(), lr=self.lr)


class Scheduled(Stepping):
    def configure_optimizers(self) -> Any:
        adam = torch.optim.Adam(self.parameters(), lr=self.lr)
        return [adam], [torch.optim.lr_scheduler.OneCycleLR(adam, self.lr, total_steps=10)]


class Deaf(Stepping):
    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters())


class Descending(Stepping):
    optimiser = torch.optim.SGD


class Slow(Stepping):
    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=self.lr / 10)


class Averaging(Stepping):
    optimiser = torch.optim.RMSprop


class Summing(Stepping):
    optimiser = torch.optim.Adagrad


class Decaying(Stepping):
    """Words that no review begins with get no gradient."""

    optimiser = torch.optim.AdamW

    def __init__(self, lr: float) -> None:
        super().__init__(lr)
        self.embedding.weight.requires_grad_()


class Still(Stepping):
    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=0.0)


THREE = [BATCH, BATCH._replace(labels=1 - BATCH.labels), BATCH]


def stepped(kind: type[Stepping], **options: Any) -> Outcome | None:
    return missed(lambda kind: steps_by_lr(kind(0.03), THREE, lr=0.03, **options), kind)


@pytest.mark.parametrize("kind", [Stepping, Scheduled])
def test_adam_with_its_step_size_is_right(kind: type[Stepping]) -> None:
    assert stepped(kind) is None


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        (Deaf, "hand lr to the optimiser"),
        (Slow, "hand lr to the optimiser"),
        (Descending, "steps of SGD"),
        (Averaging, "steps of RMSprop"),
        (Summing, "steps of Adagrad"),
        (Decaying, "no weight decay"),
        (Still, "is torch.optim.Adam"),
    ],
)
def test_another_step_is_told(kind: type[Stepping], hint: str) -> None:
    outcome = stepped(kind)
    assert outcome is not None and hint in outcome.hint
    assert outcome.sent == "lr = 0.03, 3 steps"


def test_an_optimiser_that_is_inherited_is_not_charged_again() -> None:
    def same_start(kind: type[Stepping]) -> Stepping:
        torch.manual_seed(6)
        return kind(0.03)

    def look(plain: type[Stepping]) -> None:
        steps_by_lr(same_start(Slow), THREE, lr=0.03, plain=lambda: same_start(plain))

    look(Slow)
    with pytest.raises(ExpectationMissed):
        look(Descending)
    assert stepped(Slow, plain=lambda: 1 / 0) is not None


def test_what_the_optimiser_forgets_is_not_charged_again_where_it_is_inherited() -> None:
    model, attention, _ = built(OutputAlone, freeze=False)
    optimises_everything(model, attention, plain=lambda: built(OutputAlone, freeze=False)[0])
    with pytest.raises(ExpectationMissed):
        optimises_everything(model, attention, plain=lambda: built(Right, freeze=False)[0])
