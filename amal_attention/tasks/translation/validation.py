"""What a model writes of the validation lines after each epoch."""

from __future__ import annotations

from lightning import Callback, LightningModule, Trainer

from amal_attention.tasks.translation.measuring import Decode, written_lines

__all__ = ["ExactMatch"]


class ExactMatch(Callback):
    """Logs ``val_exact`` after each epoch: the share of the validation lines that are written without a mistake.

    The data module of the training must have ``batches("validation")``, as ``DateData`` and ``CopyData`` have. All of
    its lines are written, whatever ``limit_val_batches`` says.

    Args:
        decode: how lines are written: ``decode(model, source, source_mask, max_length)``.
    """

    def __init__(self, decode: Decode) -> None:
        self.decode = decode

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Write the lines, and log how many are right."""
        if trainer.sanity_checking:
            return
        right = lines = 0
        for _, batch in trainer.datamodule.batches("validation"):  # type: ignore[attr-defined]
            right += int(written_lines(pl_module, batch, self.decode)[1].sum())
            lines += len(batch.source)
        pl_module.log("val_exact", right / lines, prog_bar=True)
