"""The loss of a step of training, and its gradient."""

from __future__ import annotations

from typing import Any

import pytest
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks import (
    costs_cross_entropy,
    counts_labels,
    follows_its_loss,
)
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.classifiers import BATCH, Batch, Lazy, Metrics, Model, Right, Softmaxed, built


@pytest.mark.parametrize(
    ("options", "hint"), [({"label_smoothing": 0.1}, "no label smoothing of 0.1"), ({"reduction": "sum"}, "is summed")]
)
def test_another_cross_entropy_is_named_unless_it_is_inherited(options: dict[str, Any], hint: str) -> None:
    class Other(Right):
        def training_step(self, batch: Batch, batch_idx: int) -> Any:
            return F.cross_entropy(self(batch.tokens, batch.mask), batch.labels, **options)

    with pytest.raises(ExpectationMissed) as caught:
        counts_labels(built(Other)[0], BATCH)
    assert hint in caught.value.outcome.hint
    counts_labels(built(Other)[0], BATCH, plain=lambda: built(Other)[0])


class CutFromLoss(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        pooled, _ = self.pooling(self.embedding(batch.tokens), batch.mask)
        return F.cross_entropy(self.output(pooled.detach()), batch.labels)


@pytest.mark.parametrize("kind", [Right, Metrics, Lazy])
def test_training_follows_the_gradient_of_a_right_loss(kind: Model) -> None:
    follows_its_loss(built(kind, freeze=False).model, BATCH)


def test_a_gradient_that_is_cut_off_is_told() -> None:
    with pytest.raises(ExpectationMissed, match="no detach"):
        follows_its_loss(built(CutFromLoss, freeze=False).model, BATCH)


class InEvaluation(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        self.eval()
        return super().training_step(batch, batch_idx)


class MasksInTraining(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return super().training_step(batch._replace(mask=~batch.mask), batch_idx)


class Relabels(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return super().training_step(batch._replace(labels=1 - batch.labels), batch_idx)


class HalfAsFar(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        vectors = self.embedding(batch.tokens) / 2
        return F.cross_entropy(self.output(self.pooling(vectors, batch.mask)[0]), batch.labels)


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        (InEvaluation, "no self.eval()"),
        (MasksInTraining, "hand the mask on as it is"),
        (Relabels, "hand batch.labels over"),
        (HalfAsFar, "the embedding of the tokens"),
    ],
)
def test_what_training_alone_gets_wrong_is_told_unless_it_is_inherited(kind: type[Right], hint: str) -> None:
    with pytest.raises(ExpectationMissed) as caught:
        costs_cross_entropy(built(kind)[0], BATCH, plain=lambda: built(Right)[0])
    assert hint in caught.value.outcome.hint
    costs_cross_entropy(built(kind)[0], BATCH, plain=lambda: built(kind)[0])


class OwnStep(Softmaxed):
    """A right step of training above a forward that is wrong, and inherited."""

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return F.cross_entropy(self.output(self.pooling(self.embedding(batch.tokens), batch.mask)[0]), batch.labels)


class OwnStepOfOtherLabels(OwnStep):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return super().training_step(batch._replace(labels=1 - batch.labels), batch_idx)


def test_a_forward_that_is_inherited_and_wrong_is_not_charged_to_a_step_that_is_right() -> None:
    costs_cross_entropy(built(OwnStep, freeze=False)[0], BATCH, plain=lambda: built(Softmaxed, freeze=False)[0])
    with pytest.raises(ExpectationMissed):
        costs_cross_entropy(built(OwnStep, freeze=False)[0], BATCH, plain=lambda: built(Right, freeze=False)[0])
    with pytest.raises(ExpectationMissed):
        costs_cross_entropy(
            built(OwnStepOfOtherLabels, freeze=False)[0], BATCH, plain=lambda: built(Softmaxed, freeze=False)[0]
        )


class Cuts(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.pooling(self.embedding(tokens), mask)[0].detach())


def test_a_gradient_that_is_cut_off_is_not_charged_again_where_it_is_inherited() -> None:
    follows_its_loss(built(Cuts, freeze=False)[0], BATCH, plain=lambda: built(Cuts, freeze=False)[0])
    with pytest.raises(ExpectationMissed):
        follows_its_loss(built(Cuts, freeze=False)[0], BATCH, plain=lambda: built(Right, freeze=False)[0])
