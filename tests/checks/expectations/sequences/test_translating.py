"""What a step of training costs, and what validation logs, of models that are trained to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from amal_attention.checks import (
    costs_tokens,
    optimises_everything,
    steps_by_lr,
    trains_as,
    validates_over_tokens,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.writers import BATCHES, Writer, cost, mean_cost

BATCH = BATCHES[0]


def missed(look: Callable[[], None]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look()
    return caught.value.outcome


def trains(model: Any, **options: Any) -> None:
    trains_as(model, BATCH, [cost(BATCH)], **options)


class Halved(Writer):
    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        return super().training_step(batch, batch_idx) / 2


class ByStep(Writer):
    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        return super().training_step(batch, batch_idx) * (1 + batch_idx % 2)


class MemoryCut(Writer):
    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        memory, state = self.encoder(source, source_mask)
        return self.decoder(teacher, state, memory.detach(), source_mask)[0]


class EncoderCut(Writer):
    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        with torch.no_grad():
            memory, state = self.encoder(source, source_mask)
        return self.decoder(teacher, state, memory, source_mask)[0]


class Frozen(Writer):
    def __init__(self) -> None:
        super().__init__()
        self.encoder.requires_grad_(False)


class ByLines(Writer):
    def weight(self, batch: Any) -> int:
        return len(batch.target)


class Summed(Writer):
    def validation_step(self, batch: Any, batch_idx: int) -> None:
        tokens = self.weight(batch)
        self.log("val_loss", tokens * mean_cost(self(*batch[:3]), *batch[3:]), batch_size=tokens)


class FirstAlone(Writer):
    def validation_step(self, batch: Any, batch_idx: int) -> None:
        if not batch_idx:
            super().validation_step(batch, batch_idx)


class ReadsTheTarget(Writer):
    def validation_step(self, batch: Any, batch_idx: int) -> None:
        super().validation_step(batch._replace(teacher=batch.target), batch_idx)


class GoesOn(Writer):
    """Sums of a validation go on into the next one."""

    total, tokens = 0.0, 0

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        self.total += float(mean_cost(self(*batch[:3]), *batch[3:])) * self.weight(batch)
        self.tokens += self.weight(batch)

    def on_validation_epoch_end(self) -> None:
        self.log("val_loss", self.total / self.tokens)


class Nothing(Writer):
    def validation_step(self, batch: Any, batch_idx: int) -> None:
        return None


class ByHand(Writer):
    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        loss, optimizer = super().training_step(batch, batch_idx), self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        return loss


@pytest.mark.parametrize("kind", [Writer, ByHand])
def test_a_right_model_meets_all(kind: type[Writer]) -> None:
    torch.manual_seed(0)
    costs_tokens(kind(), BATCH, mean_cost)
    trains(kind())
    validates_over_tokens(kind(), BATCHES, [mean_cost])
    optimises_everything(kind())
    steps_by_lr(kind(), BATCHES, lr=0.05, reads=3)


def test_one_of_several_losses_is_enough() -> None:
    other = cost(BATCH)
    trains_as(Halved(), BATCH, [other, lambda values: other(values) / 2])
    validates_over_tokens(Writer(), BATCHES, [lambda *asked: 2 * mean_cost(*asked), mean_cost])


def test_another_loss_is_told_and_named() -> None:
    assert "the loss of the statement" in missed(lambda: trains(Halved())).hint
    right = cost(BATCH)
    assert (
        missed(lambda: trains(Halved(), mistakes={"half of it": lambda values: right(values) / 2})).hint == "half of it"
    )
    assert missed(lambda: trains(Halved(), hint="mine")).hint == "mine"
    assert "the loss of the statement" in missed(lambda: costs_tokens(Halved(), BATCH, mean_cost)).hint


def test_a_loss_that_hangs_on_the_step_is_told() -> None:
    assert "at another step" in missed(lambda: trains(ByStep())).hint


def test_a_gradient_that_is_cut_off_is_told() -> None:
    assert "a part of what encoder.embedding.weight does" in missed(lambda: trains(MemoryCut())).hint
    for look in (trains, lambda model: costs_tokens(model, BATCH, mean_cost)):
        assert "no gradient reaches encoder.embedding.weight" in missed(lambda look=look: look(EncoderCut())).hint


def test_what_is_frozen_is_told() -> None:
    assert "no requires_grad_(False)" in missed(lambda: costs_tokens(Frozen(), BATCH, mean_cost)).hint


def test_other_logits_that_training_leads_to_are_given() -> None:
    model = Writer()
    logits = model(*BATCH[:3]).detach()
    costs_tokens(model, BATCH, mean_cost, logits=logits)
    outcome = missed(
        lambda: costs_tokens(model, BATCH, mean_cost, logits=2 * logits, mistakes={"the logits of forward": logits})
    )
    assert outcome.hint == "the logits of forward" and outcome.sent.startswith("a batch of source (3, 4)")


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        (ByLines, "weigh by their tokens"),
        (Summed, "the sum over the tokens"),
        (FirstAlone, "one batch alone"),
        (ReadsTheTarget, "the decoder reads the teacher"),
        (GoesOn, "goes on into the next"),
        (Nothing, 'self.log("val_loss", ...)'),
    ],
)
def test_what_validation_gets_wrong_is_told(kind: type[Writer], hint: str) -> None:
    torch.manual_seed(0)
    outcome = missed(lambda: validates_over_tokens(kind(), BATCHES, [mean_cost]))
    assert hint in outcome.hint and outcome.sent == "batches of 11, 1 and 3 tokens"
