"""Expectations on classifiers, on models that are right in every variant and wrong in every way."""

from __future__ import annotations

import contextlib
import copy
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.checks import (
    FixedAttention,
    OwnEntropy,
    charges_entropy,
    check,
    costs_cross_entropy,
    counts_labels,
    decides_linearly,
    follows_its_loss,
    gives_logits,
    hands_over,
    keeps_embeddings,
    logs_accuracy,
    optimises_everything,
    pulls_by_entropy,
    steady_in_evaluation,
    steps_by_lr,
    tunes_embeddings,
    validates_plainly,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome

WORDS, DIM, REVIEWS, LONGEST = 11, 4, 5, 3


class Batch(NamedTuple):
    """Five reviews; the number 0 is a word here, and stands in the middle of a review."""

    tokens: Tensor
    mask: Tensor
    labels: Tensor


BATCH = Batch(
    torch.tensor([[2, 0, 4], [5, 9, 7], [6, 6, 0], [8, 0, 0], [1, 10, 3]]),
    torch.tensor([[1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]]).bool(),
    torch.tensor([0, 1, 1, 0, 1]),
)


class Right(LightningModule):
    """Embeds, pools and decides."""

    def __init__(self, embeddings: Tensor, pooling: nn.Module, classes: int = 2, freeze: bool = True) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings.clone(), freeze=freeze)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, classes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.pooling(self.embedding(tokens), mask)[0])

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", (logits.argmax(dim=1) == batch.labels).float().mean(), batch_size=len(batch.labels))

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=1e-2)


# Right in other ways


class Metrics(Right):
    """One torchmetrics accuracy for each loop, dropout, a list of optimisers, a dictionary of a loss."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.accuracy, self.dropout = MulticlassAccuracy(2, average="micro"), nn.Dropout(0.5)
        self.seen = MulticlassAccuracy(2, average="micro")

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.dropout(self.pooling(self.dropout(self.embedding(tokens)), mask)[0]))

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        logits = self(batch.tokens, batch.mask)
        self.seen(logits, batch.labels)
        self.log("train_accuracy", self.seen)
        return {"loss": nn.CrossEntropyLoss()(logits, batch.labels)}

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.accuracy(logits, batch.labels)
        self.log_dict({"val_loss": F.cross_entropy(logits, batch.labels), "val_accuracy": self.accuracy})

    def configure_optimizers(self) -> Any:
        optimiser = torch.optim.SGD(self.parameters(), lr=0.1)
        return [optimiser], [torch.optim.lr_scheduler.StepLR(optimiser, 5)]


class Lazy(Right):
    """Embeddings in a buffer, a hidden layer, log-probabilities and their likelihood, the optimiser in a dictionary."""

    def __init__(self, embeddings: Tensor, pooling: nn.Module, classes: int = 2, freeze: bool = True) -> None:
        super().__init__(embeddings, pooling, classes, freeze)
        self.output = nn.Sequential(nn.Linear(pooling.out_features, 7), nn.Tanh(), nn.Linear(7, classes))
        if freeze:
            del self.embedding
            self.register_buffer("vectors", embeddings)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        vectors = F.embedding(tokens, self.vectors) if hasattr(self, "vectors") else self.embedding(tokens)
        return self.output(self.pooling(vectors, mask)[0])

    def training_step(self, batch: Batch, batch_idx: int) -> Any:
        return F.nll_loss(self(batch.tokens, batch.mask).log_softmax(dim=-1), batch.labels)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        super().validation_step(batch, batch_idx)
        self.logger.experiment.add_histogram("logits", self(batch.tokens, batch.mask))

    def configure_optimizers(self) -> Any:
        return {"optimizer": torch.optim.AdamW([each for each in self.parameters() if each.requires_grad], lr=1e-3)}


class HeldBack(Right):
    """Embeddings that need a gradient and never get one."""

    def __init__(self, embeddings: Tensor, pooling: nn.Module, classes: int = 2, freeze: bool = True) -> None:
        super().__init__(embeddings, pooling, classes, freeze=False)
        self.frozen = freeze

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        vectors = self.embedding(tokens)
        return self.output(self.pooling(vectors.detach() if self.frozen else vectors, mask)[0])


RIGHT = [Right, Metrics, Lazy, HeldBack]


# Wrong


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


class Softmaxed(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask).softmax(dim=1)


class Sigmoided(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask).sigmoid()


class OneLogit(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask)[:, 0]


class GivesAPair(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Any:
        return super().forward(tokens, mask), mask


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


class OutputAlone(Right):
    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.output.parameters(), lr=1e-2)


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


class LogsLossAlone(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self.log("val_loss", F.cross_entropy(self(batch.tokens, batch.mask), batch.labels))


class LogsNothing(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        pass


class LogsAConstant(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self.log_dict({"val_loss": 0.7, "val_accuracy": 0.9})


class LogsSummedLoss(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels, reduction="sum"))
        self.log("val_accuracy", (logits.argmax(dim=1) == batch.labels).float().mean(), batch_size=len(batch.labels))


Model = type[Right]


class Parts(NamedTuple):
    """What an expectation needs."""

    model: Right
    attention: FixedAttention
    embeddings: Tensor


def built(kind: Model, classes: int = 2, freeze: bool = True) -> Parts:
    torch.manual_seed(3)
    embeddings = torch.randn(WORDS, DIM)
    attention = FixedAttention(torch.full((REVIEWS, LONGEST), 1 / LONGEST), DIM)
    options = {} if classes == 2 else {"classes": classes}
    return Parts(kind(embeddings, attention, freeze=freeze, **options), attention, embeddings)


Look = Callable[[Model], None]


def over(parts: Parts) -> None:
    hands_over(parts.model, parts.attention, parts.embeddings, BATCH)


LOOKS: dict[str, Look] = {
    "hands_over": lambda kind: over(built(kind)),
    "gives_logits": lambda kind: gives_logits(built(kind).model, BATCH, 2),
    "costs_cross_entropy": lambda kind: costs_cross_entropy(built(kind).model, BATCH),
    "optimises_everything": lambda kind: optimises_everything(built(kind, freeze=False).model),
    "keeps_embeddings": lambda kind: keeps_embeddings(*built(kind)[:2], BATCH),
    "tunes_embeddings": lambda kind: tunes_embeddings(*built(kind, freeze=False)[:2], BATCH),
    "logs_accuracy": lambda kind: logs_accuracy(built(kind).model, BATCH),
    "steady_in_evaluation": lambda kind: steady_in_evaluation(built(kind).model, BATCH),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings(), torch.random.fork_rng():
        warnings.simplefilter("ignore")
        yield


def missed(look: Look, kind: Model) -> Outcome | None:
    """What an expectation says of a model, if it is not met."""
    try:
        look(kind)
    except ExpectationMissed as caught:
        return caught.outcome
    return None


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


@pytest.mark.parametrize(("kind", "came"), [(OneLogit, "a tensor (5,) of float32"), (GivesAPair, "a tuple of 2")])
def test_the_shape_of_the_logits_is_told(kind: Model, came: str) -> None:
    outcome = missed(LOOKS["gives_logits"], kind)
    assert outcome is not None and outcome.came.startswith(came) and outcome.expected == "logits of shape (5, 2)"


def test_vectors_of_another_shape_are_told() -> None:
    outcome = missed(LOOKS["hands_over"], FlatVectors)
    assert outcome is not None and outcome.came == "a tensor (3, 5, 4) of float32"


def test_what_was_not_handed_to_the_optimiser_is_told() -> None:
    outcome = missed(LOOKS["optimises_everything"], OutputAlone)
    assert outcome is not None and outcome.came == "all but embedding.weight, pooling.weights"


def test_what_was_not_logged_is_told() -> None:
    alone, nothing = (missed(LOOKS["logs_accuracy"], kind) for kind in (LogsLossAlone, LogsNothing))
    assert alone is not None and alone.came == "no val_accuracy is logged"
    assert nothing is not None and nothing.came == "no val_accuracy and no val_loss is logged"


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


@pytest.mark.parametrize("seed", range(40))
def test_small_positive_logits_are_no_softmax(seed: int) -> None:
    """By chance, some random model's logits all lie between 0 and 1."""
    one = Batch(*(each[:1] for each in BATCH))
    torch.manual_seed(seed)
    pooling = FixedAttention(torch.ones(1, LONGEST), DIM)
    gives_logits(Right(torch.randn(WORDS, DIM), pooling), one, 2)


class Squeezes(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask).squeeze()


def test_logits_that_lose_a_batch_of_one_are_told() -> None:
    outcome = missed(LOOKS["gives_logits"], Squeezes)
    assert outcome is not None and "squeeze() also squeezes a batch of one" in outcome.hint


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


# What the entropy costs

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


def test_a_strength_that_does_not_do_its_work_is_named() -> None:
    forgotten = charged(RIGHT_PENALTIES["filled"], Forgetting)
    assert forgotten is not None and "the strength changes nothing" in forgotten.hint


def test_validation_leaves_metrics_that_training_can_use() -> None:
    model = built(Metrics).model
    logs_accuracy(model, BATCH)
    keeps_embeddings(model, model.pooling, BATCH)
    costs_cross_entropy(model, BATCH)


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


# How the entropy pulls


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


# Training


def halfway(kind: Model) -> Outcome | None:
    vectors = torch.randn(WORDS, DIM)
    vectors[4] = (vectors[2] + vectors[3]) / 2
    model = kind(vectors, FixedAttention(torch.ones(REVIEWS, LONGEST), DIM))
    return missed(lambda kind: decides_linearly(model, BATCH, vectors, (2, 3, 4)), kind)


class Bent(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return F.leaky_relu(super().forward(tokens, mask))


class CutOff(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return super().forward(tokens, mask).relu()


@pytest.mark.parametrize("kind", [Right, Metrics])
def test_a_linear_layer_decides_halfway_between_two_texts_as_it_should(kind: Model) -> None:
    assert halfway(kind) is None


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("kind", "hint"),
    [(Bent, "one nn.Linear"), (CutOff, "no ReLU"), (Softmaxed, "no softmax"), (Sigmoided, "no softmax")],
)
def test_what_bends_the_logits_is_named(kind: Model, hint: str, seed: int) -> None:
    torch.manual_seed(seed)
    outcome = halfway(kind)
    assert outcome is not None and hint in outcome.hint


def test_logits_cut_off_at_zero_are_told() -> None:
    outcome = missed(LOOKS["gives_logits"], CutOff)
    assert outcome is not None and "no ReLU" in outcome.hint


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


# The student's own entropy


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


# All else than the penalty


class StartsAtZero(Right):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)


@pytest.mark.parametrize("name", LOOKS)
def test_an_output_that_starts_at_zero_is_right(name: str) -> None:
    outcome = missed(LOOKS[name], StartsAtZero)
    assert outcome is None, outcome


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


class Copies(Right):
    def __init__(self, embeddings: Tensor, pooling: nn.Module, **options: Any) -> None:
        super().__init__(embeddings, copy.deepcopy(pooling), **options)


def test_a_copy_of_the_pooling_is_told_as_such() -> None:
    model, attention, vectors = built(Copies)
    with pytest.raises(ExpectationMissed) as caught:
        hands_over(model, attention, vectors, BATCH)
    assert "a copy of the pooling is called" in caught.value.outcome.hint


def test_what_the_optimiser_forgets_is_not_charged_again_where_it_is_inherited() -> None:
    model, attention, _ = built(OutputAlone, freeze=False)
    optimises_everything(model, attention, plain=lambda: built(OutputAlone, freeze=False)[0])
    with pytest.raises(ExpectationMissed):
        optimises_everything(model, attention, plain=lambda: built(Right, freeze=False)[0])


class Cuts(Right):
    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.pooling(self.embedding(tokens), mask)[0].detach())


def test_a_gradient_that_is_cut_off_is_not_charged_again_where_it_is_inherited() -> None:
    follows_its_loss(built(Cuts, freeze=False)[0], BATCH, plain=lambda: built(Cuts, freeze=False)[0])
    with pytest.raises(ExpectationMissed):
        follows_its_loss(built(Cuts, freeze=False)[0], BATCH, plain=lambda: built(Right, freeze=False)[0])
