"""Expectations on classifiers, on models that are right in every variant and wrong in every way."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.checks import (
    check,
    gives_logits,
    hands_over,
    logs_accuracy,
    optimises_everything,
)
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.classifiers import (
    BATCH,
    LOOKS,
    RIGHT,
    Batch,
    LogsLossAlone,
    LogsNothing,
    Metrics,
    Model,
    OutputAlone,
    Right,
    Sigmoided,
    Softmaxed,
    built,
    missed,
)


class MasksByNumber(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, tokens != 0)


class InvertsMask(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, ~mask)


class MasksByRow(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask.unsqueeze(2))


class IgnoresPooling(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.embedding(tokens).mean(dim=1))


class OwnEmbeddings(Right):
    def __init__(self, embeddings: Tensor, *given: Any, **options: Any) -> None:
        super().__init__(torch.randn_like(embeddings), *given, **options)


class FlatVectors(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.pooling(self.embedding(tokens).transpose(0, 1), mask)[0][: len(tokens)])


class SoftmaxInLoss(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return F.cross_entropy(self(batch.tokens, batch.mask).softmax(dim=1), batch.labels)


class SummedLoss(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return F.cross_entropy(self(batch.tokens, batch.mask), batch.labels, reduction="sum")


class FlippedLoss(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return -super().training_step(batch, batch_idx)


class LikelihoodOfLogits(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return F.nll_loss(self(batch.tokens, batch.mask), batch.labels)


class LossByReview(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return F.cross_entropy(self(batch.tokens, batch.mask), batch.labels, reduction="none")


class NoLoss(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        super().training_step(batch, batch_idx)


class OtherLoss(Right):
    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return F.multi_margin_loss(self(batch.tokens, batch.mask), batch.labels)


class NoOptimiser(Right):
    def configure_optimizers(self) -> Any:
        return None


class Idle(Right):
    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=0.0)


class NeverFrozen(Right):
    def __init__(self, *given: Any, freeze: bool = True) -> None:
        super().__init__(*given, freeze=False)


class AlwaysFrozen(Right):
    def __init__(self, *given: Any, freeze: bool = True) -> None:
        super().__init__(*given, freeze=True)


class AlwaysDrops(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(F.dropout(self.pooling(self.embedding(tokens), mask)[0], 0.5))


class MeanOfMeans(Right):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.rates: list[Tensor] = []

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.rates.append((logits.argmax(dim=1) == batch.labels).float().mean())

    def on_validation_epoch_end(self) -> None:
        self.log("val_accuracy", torch.stack(self.rates).mean())


class LogsErrors(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", (logits.argmax(dim=1) != batch.labels).float().mean())


class NeverResets(Right):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.accuracy = MulticlassAccuracy(2, average="micro")

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.accuracy.update(logits, batch.labels)

    def on_validation_epoch_end(self) -> None:
        self.log("val_accuracy", float(self.accuracy.compute()))


class ByClass(Metrics):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.accuracy = MulticlassAccuracy(2, average="macro")


class LogsAConstant(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self.log_dict({"val_loss": 0.7, "val_accuracy": 0.9})


class LogsSummedLoss(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels, reduction="sum"))
        self.log("val_accuracy", (logits.argmax(dim=1) == batch.labels).float().mean(), batch_size=len(batch.labels))


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("kind", RIGHT)
def test_a_right_classifier_meets_every_expectation(kind: Model, name: str) -> None:
    outcome = missed(LOOKS[name], kind)
    assert outcome is None, outcome


class SharesItsMetric(Metrics):
    """One metric for training and validation."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.seen = self.accuracy

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        logits = self(batch.tokens, batch.mask)
        self.accuracy(logits, batch.labels)
        return F.cross_entropy(logits, batch.labels)


class CountsWords(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        share = (logits.argmax(dim=1) == batch.labels).float().mean()
        self.log("val_accuracy", share, batch_size=int(batch.mask.sum()))


class MasksByNumbers(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.pooling(self.embedding(tokens), mask.float())[0])


class Normalises(Right):
    """Over the batch, in training alone."""

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        logits = super().forward(tokens, mask)
        return logits / logits.std(dim=0) if self.training else logits


MISTAKES = [
    (MasksByNumber, {"hands_over", "costs_cross_entropy"}, "hand the mask on as it is"),
    (InvertsMask, {"hands_over", "costs_cross_entropy"}, "hand the mask on as it is"),
    (MasksByRow, {"hands_over", "costs_cross_entropy"}, "hand the mask on as it is"),
    (IgnoresPooling, {"hands_over", "keeps_embeddings", "tunes_embeddings"}, "self.pooling(x, mask)"),
    (OwnEmbeddings, {"hands_over"}, "the embedding of the tokens"),
    (Softmaxed, {"gives_logits"}, "no softmax and no sigmoid"),
    (Sigmoided, {"gives_logits"}, "no softmax and no sigmoid"),
    (SoftmaxInLoss, {"costs_cross_entropy"}, "no softmax and no sigmoid"),
    (SummedLoss, {"costs_cross_entropy"}, "not the sum"),
    (FlippedLoss, {"costs_cross_entropy"}, "sign is flipped"),
    (LikelihoodOfLogits, {"costs_cross_entropy"}, "nll_loss takes log-probabilities"),
    (OtherLoss, {"costs_cross_entropy"}, "F.cross_entropy of the logits"),
    (LossByReview, {"costs_cross_entropy", "logs_accuracy", "keeps_embeddings", "tunes_embeddings"}, "take the mean"),
    (NoLoss, {"costs_cross_entropy", "logs_accuracy", "keeps_embeddings", "tunes_embeddings"}, "return loss"),
    (OutputAlone, {"optimises_everything", "tunes_embeddings"}, "self.parameters()"),
    (
        NoOptimiser,
        {"optimises_everything", "costs_cross_entropy", "logs_accuracy", "keeps_embeddings", "tunes_embeddings"},
        "return torch.optim",
    ),
    (Idle, {"keeps_embeddings", "tunes_embeddings"}, "does the output layer learn"),
    (NeverFrozen, {"keeps_embeddings"}, "requires_grad is False"),
    (AlwaysFrozen, {"tunes_embeddings"}, "requires_grad is True"),
    (AlwaysDrops, {"costs_cross_entropy", "logs_accuracy", "steady_in_evaluation"}, "F.cross_entropy of the logits"),
    (SharesItsMetric, {"logs_accuracy"}, "keep one metric for each"),
    (CountsWords, {"logs_accuracy"}, "batch_size is the number of reviews"),
    (MasksByNumbers, {"hands_over", "costs_cross_entropy"}, "hand the mask on as it is"),
    (Normalises, {"costs_cross_entropy"}, "logits are those of evaluation"),
    (MeanOfMeans, {"logs_accuracy"}, "mean of batch means"),
    (LogsErrors, {"logs_accuracy"}, "share of errors"),
    (NeverResets, {"logs_accuracy"}, "goes on into the next"),
    (ByClass, {"logs_accuracy"}, 'average="micro"'),
    (LogsAConstant, {"logs_accuracy"}, ""),
    (LogsSummedLoss, {"logs_accuracy"}, "the mean cross-entropy of their logits"),
    (LogsLossAlone, {"logs_accuracy"}, "validation_step"),
    (LogsNothing, {"logs_accuracy"}, "validation_step"),
]


@pytest.mark.parametrize(("kind", "names", "words"), MISTAKES, ids=[kind.__name__ for kind, _, _ in MISTAKES])
def test_a_mistake_is_missed_by_the_expectations_concerned_and_named(kind: Model, names: set[str], words: str) -> None:
    found = {name: outcome for name, look in LOOKS.items() if (outcome := missed(look, kind))}
    assert set(found) == names
    outcome = next(iter(found.values()))
    assert words in outcome.hint if words else not outcome.hint


def test_dropout_that_is_always_on_is_named() -> None:
    outcome = missed(LOOKS["steady_in_evaluation"], AlwaysDrops)
    assert outcome is not None and "self.training" in outcome.hint


def test_vectors_of_another_shape_are_told() -> None:
    outcome = missed(LOOKS["hands_over"], FlatVectors)
    assert outcome is not None and outcome.came == "a tensor (3, 5, 4) of float32"


def test_the_mask_that_came_is_told_with_the_tokens() -> None:
    outcome = missed(LOOKS["hands_over"], MasksByNumber)
    assert outcome is not None
    assert outcome.came == "[[1, 0, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]]"
    assert outcome.sent.startswith("tokens [[2, 0, 4]")


def test_what_stands_under_the_padding_is_the_classifiers_own_affair() -> None:
    class EmptiesPadding(Right):
        def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
            vectors = self.embedding(tokens) * mask.unsqueeze(2)
            return self.output(self.pooling(vectors, mask)[0])

    assert missed(LOOKS["hands_over"], EmptiesPadding) is None


@pytest.mark.parametrize("name", ["gives_logits", "logs_accuracy"])
def test_three_classes_are_as_good_as_two(name: str) -> None:
    model = built(Right, classes=3).model
    gives_logits(model, BATCH, 3) if name == "gives_logits" else logs_accuracy(model, BATCH)


class ListedPooling(Right):
    def __init__(self, embeddings: Tensor, pooling: nn.Module, **options: Any) -> None:
        super().__init__(embeddings, pooling, **options)
        del self.pooling
        self.poolings = [pooling]

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.poolings[0](self.embedding(tokens), mask)[0])


def test_a_pooling_that_is_not_registered_is_told() -> None:
    model, attention, _ = built(ListedPooling, freeze=False)
    with pytest.raises(ExpectationMissed, match="the model does not know of them"):
        optimises_everything(model, attention)
    optimises_everything(*built(Right, freeze=False)[:2])


def test_a_classifier_is_looked_at_without_a_gradient_mode_left_off() -> None:
    with torch.no_grad():
        assert [name for name, look in LOOKS.items() if missed(look, Right)] == []


def test_nothing_is_written_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    """nbgrader takes the mark of a cell that writes there."""
    with check("toy") as report, contextlib.suppress(Exception):
        for look in LOOKS.values():
            look(Metrics)
    assert report.headline == "8 of 8 met"
    assert capfd.readouterr().err == ""


class StartsAtZero(Right):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)


@pytest.mark.parametrize("name", LOOKS)
def test_an_output_that_starts_at_zero_is_right(name: str) -> None:
    outcome = missed(LOOKS[name], StartsAtZero)
    assert outcome is None, outcome


class Copies(Right):
    def __init__(self, embeddings: Tensor, pooling: nn.Module, **options: Any) -> None:
        super().__init__(embeddings, copy.deepcopy(pooling), **options)


def test_a_copy_of_the_pooling_is_told_as_such() -> None:
    model, attention, vectors = built(Copies)
    with pytest.raises(ExpectationMissed) as caught:
        hands_over(model, attention, vectors, BATCH)
    assert "a copy of the pooling is called" in caught.value.outcome.hint
