"""What the first step of any training costs, paid once: libraries load parts of themselves when they are first used."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import torch
from lightning import LightningModule
from torch import Tensor, nn

from amal_attention.checks.lightning_subject import LocalClassifier

__all__ = ["warm_up"]


class _Batch(NamedTuple):
    tokens: Tensor
    mask: Tensor
    labels: Tensor


class _Example(LightningModule):
    """A classifier of a few numbers that goes through the layers that answers use."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(3, 2)
        self.networks = nn.ModuleList([nn.GRU(2, 2, batch_first=True), nn.LSTM(2, 2, batch_first=True)])
        self.output = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5), nn.Linear(2, 2))

    def training_step(self, batch: _Batch, index: int) -> Tensor:
        x = self.embedding(batch.tokens)
        for network in self.networks:
            x, _ = network(x)
        weights = x.sum(dim=2).masked_fill(~batch.mask, float("-inf")).softmax(dim=1)
        pooled = torch.bmm(weights.unsqueeze(1), x).squeeze(1) + torch.einsum("bl,bld->bd", weights, x)
        loss = nn.functional.cross_entropy(self.output(pooled), batch.labels)
        self.log("loss", loss)
        return loss

    def validation_step(self, batch: _Batch, index: int) -> None:
        self.log("val_loss", self.training_step(batch, index))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=0.1)


def warm_up() -> None:
    """Train and validate for a moment. No thread is left behind: a fork would lack it."""
    batch = _Batch(torch.tensor([[1, 2]]), torch.ones(1, 2, dtype=torch.bool), torch.tensor([1]))
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        subject = LocalClassifier(_Example())
        subject.fit([batch], 2)
        subject.validate([batch])
