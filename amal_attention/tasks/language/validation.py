"""The perplexity of a model after each epoch."""

from __future__ import annotations

import torch
from lightning import Callback, LightningModule, Trainer

from amal_attention.tasks.language.measuring import Loss, measure_windows

__all__ = ["Perplexity"]


class Perplexity(Callback):
    """Logs ``val_perplexity`` after each epoch: exp of the mean nats of a word, over the windows of validation.

    The data module of the training must have ``batches("validation")``, as ``ReviewStream`` has. All of its windows
    are read, whatever ``limit_val_batches`` says.

    Args:
        loss: what the next words cost: ``loss(logits, tokens, mask)``.
    """

    def __init__(self, loss: Loss) -> None:
        self.loss = loss

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Read the windows, and log how well their words are told."""
        if trainer.sanity_checking:
            return
        nats = words = 0.0
        for _, batch in trainer.datamodule.batches("validation"):  # type: ignore[attr-defined]
            sums, counts = measure_windows(pl_module, batch, self.loss)["perplexity"]
            nats, words = nats + float(sums.sum()), words + float(counts.sum())
        pl_module.log("val_perplexity", torch.tensor(nats / words).exp(), prog_bar=True)
