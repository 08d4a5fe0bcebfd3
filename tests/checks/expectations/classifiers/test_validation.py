"""What validation logs."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from amal_attention.checks import (
    costs_cross_entropy,
    keeps_embeddings,
    logs_accuracy,
    validates_plainly,
)
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.classifiers import BATCH, LOOKS, Batch, LogsLossAlone, LogsNothing, Metrics, Right, built, missed


def test_what_was_not_logged_is_told() -> None:
    alone, nothing = (missed(LOOKS["logs_accuracy"], kind) for kind in (LogsLossAlone, LogsNothing))
    assert alone is not None and alone.came == "no val_accuracy is logged"
    assert nothing is not None and nothing.came == "no val_accuracy and no val_loss is logged"


def test_validation_leaves_metrics_that_training_can_use() -> None:
    model = built(Metrics).model
    logs_accuracy(model, BATCH)
    keeps_embeddings(model, model.pooling, BATCH)
    costs_cross_entropy(model, BATCH)


class TrainsThere(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self.train()
        super().validation_step(batch, batch_idx)


class MasksThere(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        super().validation_step(batch._replace(mask=torch.ones_like(batch.mask)), batch_idx)


class ChargesThere(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        super().validation_step(batch, batch_idx)
        self.log("penalty", 1.0)

    def log(self, name: str, value: Any, **options: Any) -> None:
        super().log(name, value + 1 if name == "val_loss" else value, **options)


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        (TrainsThere, "the Trainer sees to the mode"),
        (MasksThere, "hand the mask on as it is"),
        (ChargesThere, "nothing is added"),
    ],
)
def test_what_validation_alone_gets_wrong_is_told_unless_it_is_inherited(kind: type[Right], hint: str) -> None:
    validates_plainly(built(Right)[0], BATCH)
    with pytest.raises(ExpectationMissed) as caught:
        validates_plainly(built(kind)[0], BATCH, plain=lambda: built(Right)[0])
    assert hint in caught.value.outcome.hint
    validates_plainly(built(kind)[0], BATCH, plain=lambda: built(kind)[0])


class LogsTheFirstLoss(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        if not batch_idx:
            self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", (logits.argmax(dim=1) == batch.labels).float().mean(), batch_size=len(batch.labels))


def test_a_loss_of_the_first_batch_alone_is_told() -> None:
    outcome = missed(LOOKS["logs_accuracy"], LogsTheFirstLoss)
    assert outcome is not None and "that of one batch alone" in outcome.hint


class TwoBest(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        among = (logits.topk(2, dim=1).indices == batch.labels.unsqueeze(1)).any(dim=1)
        self.log("val_accuracy", among.float().mean(), batch_size=len(batch.labels))


def test_an_accuracy_of_the_two_best_is_named_with_three_classes_too() -> None:
    outcome = missed(lambda kind: logs_accuracy(built(kind, classes=3)[0], BATCH), TwoBest)
    assert outcome is not None and "top_k=1" in outcome.hint
