"""A model whose logs are known beforehand, and a training of it that takes no time."""

from __future__ import annotations

import torch
from lightning import LightningModule, Trainer
from torch import nn
from torch.utils.data import DataLoader

from amal_attention.tasks.classification import TextBatch

LENGTHS = (2, 3, 5, 4, 6, 2, 7)


class Model(LightningModule):
    """Attends evenly, learns a bias; what it logs is known beforehand."""

    class pooling_class(nn.Module):
        def forward(self, mask):
            weights = mask / mask.sum(dim=1, keepdim=True)
            return weights.sum(dim=1, keepdim=True), weights

    def __init__(self, lr: float = 0.5) -> None:
        super().__init__()
        self.pooling = self.pooling_class()
        self.output = nn.Linear(1, 2)
        self.lr = lr
        self.rates: list[float] = []

    def forward(self, tokens, mask):
        return self.output(self.pooling(mask)[0])

    def training_step(self, batch, index):
        self.rates.append(self.optimizers().param_groups[0]["lr"])
        loss = nn.functional.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=len(batch.labels))
        return loss

    def validation_step(self, batch, index):
        self(batch.tokens, batch.mask)
        self.log_dict({"val_loss": 0.25, "val_accuracy": 0.75}, batch_size=len(batch.labels))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


def batches() -> DataLoader[TextBatch]:
    made = []
    for part in (LENGTHS[:4], LENGTHS[4:]):
        mask = torch.arange(max(part)) < torch.tensor(part).unsqueeze(1)
        made.append(TextBatch(mask.long(), mask, torch.zeros(len(part), dtype=torch.int64)))
    return DataLoader(made, batch_size=None)


def fitted(model: Model, *callbacks, epochs: int = 2, **options) -> Trainer:
    trainer = Trainer(
        accelerator="cpu",
        max_epochs=epochs,
        callbacks=list(callbacks),
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )
    trainer.fit(model, batches(), batches(), **options)
    return trainer
