"""The accuracy of a classifier that logs its cost alone."""

from __future__ import annotations

from typing import Any

from lightning import Callback, LightningModule, Trainer
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from amal_attention.tasks.bare import bare

__all__ = ["Accuracy"]


class Accuracy(Callback):
    """Logs ``val_accuracy`` after each epoch, for a model that another one trains; any other logs it itself.

    It reads the logits ``(B, C)`` that the model gives as its cost is computed: no text is read twice.
    """

    def __init__(self) -> None:
        self._logits: Tensor | None = None
        self._handle: RemovableHandle | None = None

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin to look at the logits."""
        if bare(pl_module) is not pl_module:
            self._handle = bare(pl_module).register_forward_hook(self._keep)

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Count the batch, which has ``labels``."""
        if self._logits is not None:
            right = (self._logits.argmax(dim=1) == batch.labels).float()
            pl_module.log("val_accuracy", right.mean(), batch_size=len(right), prog_bar=True, sync_dist=True)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Look away."""
        self._look_away()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Look away, whatever happened."""
        self._look_away()

    def _keep(self, model: nn.Module, inputs: Any, logits: Tensor) -> None:
        self._logits = logits.detach()

    def _look_away(self) -> None:
        if self._handle is not None:
            self._handle.remove()
        self._handle = self._logits = None
