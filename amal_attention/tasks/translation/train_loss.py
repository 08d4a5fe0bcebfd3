"""The training loss of a model that writes, which its training step returns and need not log."""

from __future__ import annotations

from typing import Any

from lightning import Callback, LightningModule, Trainer

from amal_attention.tasks.bare import bare

__all__ = ["TrainLoss"]


class TrainLoss(Callback):
    """Logs ``train_loss``, the mean over the tokens of an epoch, from what ``training_step`` returns.

    A model that another one trains is left to that one, which logs it.
    """

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the loss of a batch as often as it has tokens to write."""
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        if loss is not None and bare(pl_module) is pl_module:
            tokens = int(batch.target_mask.sum())
            pl_module.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=tokens, sync_dist=True)
