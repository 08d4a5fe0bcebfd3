"""How widely a classifier looks, after each epoch of its training."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

from amal_attention.record import Histogram
from amal_attention.tasks.classification.spread import AttentionSpread
from amal_attention.tasks.tap import tapped_attention

__all__ = ["EntropyHistograms"]

Entropy = Callable[[Tensor, Tensor], Tensor]


class EntropyHistograms(Callback):
    """Logs, after each epoch, how the entropies of attention are spread over the validation reviews.

    The means become the metrics ``val_entropy``, ``val_normalised_entropy`` and ``val_effective_words``; the histogram
    goes to TensorBoard and stays in ``histograms``, one an epoch under ``entropy`` and under ``normalised_entropy``.

    Args:
        entropy: a function of weights ``(B, L)`` and mask ``(B, L)`` that gives the entropies ``(B,)`` in nats.
    """

    def __init__(self, entropy: Entropy) -> None:
        self.histograms: dict[str, list[Histogram]] = {}
        self._entropy = entropy
        self._spread = AttentionSpread()
        self._open = ExitStack()

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin to look at the attention."""
        self._spread = AttentionSpread().to(pl_module.device)
        self._tap = self._open.enter_context(tapped_attention(pl_module))

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Count the batch."""
        self._spread.update(self._entropy(self._tap.last(dim=2), batch.mask), batch.mask.sum(dim=1))

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Log the means, and keep the histogram of the epoch."""
        means = self._spread.compute()
        pl_module.log_dict({f"val_{name}": value.float() for name, value in means.items()})
        if not trainer.sanity_checking:
            with self._spread.sync_context(should_sync=trainer.world_size > 1):
                for name, histogram in self._spread.histograms(trainer.current_epoch + 1).items():
                    self.histograms.setdefault(name, []).append(histogram)
            self._to_tensorboard(trainer)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Look away."""
        self._open.close()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Look away, whatever happened."""
        self._open.close()

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {name: [asdict(histogram) for histogram in each] for name, each in self.histograms.items()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.histograms = {name: [Histogram(**histogram) for histogram in each] for name, each in state_dict.items()}

    def _to_tensorboard(self, trainer: Trainer) -> None:
        histogram = self.histograms["entropy"][-1]
        centres = (torch.tensor(histogram.edges[:-1]) + torch.tensor(histogram.edges[1:])) / 2
        values = centres.repeat_interleave(torch.tensor(histogram.counts))
        for logger in trainer.loggers:
            if isinstance(logger, TensorBoardLogger) and len(values):
                logger.experiment.add_histogram("attention_entropy", values, histogram.epoch, bins=len(centres))
