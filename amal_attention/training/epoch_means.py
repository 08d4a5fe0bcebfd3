"""Means over an epoch of what its steps measure, logged once.

``LightningModule.log`` walks through all that Lightning keeps of a metric at each call: where a step of a small model
takes a millisecond in all, that is a quarter of the training.
"""

from __future__ import annotations

from lightning import LightningModule
from torch import Tensor

__all__ = ["EpochMeans"]


class EpochMeans:
    """What ``self.log(..., on_step=False, on_epoch=True)`` in each step gives, for the price of one call an epoch.

    An epoch that is cut short, as ``max_steps`` may do it, is not logged; nor is a step without a trainer.
    """

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._texts = 0

    def add(self, model: LightningModule, batch_idx: int, texts: int, **measured: Tensor) -> None:
        """Count what one step measured, and log the means in the last step of the epoch.

        Args:
            model: whose step this is.
            batch_idx: number of the step in its epoch, from 0.
            texts: how many texts the batch has; each weighs the same in the mean.
            measured: means over the batch, by the names under which they are logged.
        """
        if batch_idx == 0:
            self._sums, self._texts = {}, 0
        self._texts += texts
        for name, value in measured.items():
            added = texts * value.detach()
            self._sums[name] = self._sums[name] + added if name in self._sums else added
        if _is_last_step(model):
            for name, total in self._sums.items():
                mean = total / self._texts
                model.log(name, mean, on_step=False, on_epoch=True, batch_size=self._texts, prog_bar=True)


def _is_last_step(model: LightningModule) -> bool:
    try:
        return model.trainer.is_last_batch
    except RuntimeError:  # so Lightning says that there is no trainer
        return False
