"""Models that are trained to write, right and wrong, around an encoder and a decoder that are known."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from lightning import LightningModule
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks import LeakyDecoder, LeakyEncoder

__all__ = ["BATCHES", "Lines", "Writer", "cost", "mean_cost"]

TOKENS, HIDDEN = 6, 3


class Lines(NamedTuple):
    source: Tensor
    source_mask: Tensor
    teacher: Tensor
    target: Tensor
    target_mask: Tensor


def lines(seed: int, *lengths: int) -> Lines:
    generator = torch.Generator().manual_seed(seed)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    source, teacher, target = torch.randint(1, TOKENS, (3, *mask.shape), generator=generator)
    return Lines(source, mask, teacher, target, mask)


BATCHES = [lines(0, 4, 3, 4), lines(1, 1), lines(2, 2, 1)]


def mean_cost(logits: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    each = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    return (each * mask).sum() / mask.sum()


class Writer(LightningModule):
    def __init__(self, lr: float = 0.05) -> None:
        super().__init__()
        self.encoder, self.decoder, self.lr = LeakyEncoder(TOKENS, HIDDEN), LeakyDecoder(TOKENS, HIDDEN), lr

    def forward(self, source: Tensor, source_mask: Tensor, teacher: Tensor) -> Tensor:
        memory, state = self.encoder(source, source_mask)
        return self.decoder(teacher, state, memory, source_mask)[0]

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        return mean_cost(self(*batch[:3]), *batch[3:])

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        self.log("val_loss", mean_cost(self(*batch[:3]), *batch[3:]), batch_size=self.weight(batch))

    def weight(self, batch: Any) -> int:
        return int(batch.target_mask.sum())

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=self.lr)


def cost(batch: Lines) -> Any:
    """What a batch costs a right model of these parameters."""

    def of(values: dict[str, Tensor]) -> Tensor:
        logits = torch.func.functional_call(Writer(), {k: v for k, v in values.items() if "." in k}, batch[:3])
        return mean_cost(logits, *batch[3:])

    return of
