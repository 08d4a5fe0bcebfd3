"""The training loss that is logged for a model that only returns it."""

from __future__ import annotations

import pytest
import torch
from lightning import LightningModule, Trainer
from torch.utils.data import DataLoader

from amal_attention.tasks.translation import PairBatch
from amal_attention.tasks.translation.train_loss import TrainLoss


class Model(LightningModule):
    """One whose loss is the largest number of the source."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def training_step(self, batch: PairBatch, batch_idx: int) -> torch.Tensor:
        return self.weight * batch.source.max()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.0)


def batch_of(loss: int, tokens: int) -> PairBatch:
    """A batch whose loss is known, with so many tokens to write."""
    numbers, mask = torch.full((1, 4), loss), torch.arange(4).unsqueeze(0) < tokens
    return PairBatch(numbers, mask, numbers, numbers, mask)


def test_batches_weigh_by_the_tokens_that_are_written() -> None:
    trainer = Trainer(
        max_epochs=1,
        callbacks=[TrainLoss()],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        accelerator="cpu",
    )
    trainer.fit(Model(), DataLoader([batch_of(8, tokens=1), batch_of(4, tokens=3)], batch_size=None))
    assert trainer.callback_metrics["train_loss"].item() == pytest.approx((8 + 3 * 4) / 4)
