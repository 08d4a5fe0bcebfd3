"""Classifiers that are right in every variant, some that are wrong, and what expectations say of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.checks import (
    FixedAttention,
    costs_cross_entropy,
    gives_logits,
    hands_over,
    keeps_embeddings,
    logs_accuracy,
    optimises_everything,
    steady_in_evaluation,
    tunes_embeddings,
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


class OutputAlone(Right):
    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.output.parameters(), lr=1e-2)


class LogsLossAlone(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self.log("val_loss", F.cross_entropy(self(batch.tokens, batch.mask), batch.labels))


class LogsNothing(Right):
    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        pass


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


def missed(look: Look, kind: Model) -> Outcome | None:
    """What an expectation says of a model, if it is not met."""
    try:
        look(kind)
    except ExpectationMissed as caught:
        return caught.outcome
    return None
