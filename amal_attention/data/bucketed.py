"""What the data modules of all tasks do alike: they serve batches of similar lengths, to one process or to several."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from lightning import LightningDataModule
from torch.utils.data import DataLoader, Dataset

from amal_attention.data.buckets import LengthBuckets

__all__ = ["BucketedData"]

B = TypeVar("B")


class BucketedData(LightningDataModule):
    """A data module whose option ``seed`` seeds the order of its batches.

    An item of the sets that it serves is a whole batch, chosen by :class:`amal_attention.data.buckets.Windows`.
    """

    def _loader(
        self, texts: Dataset[B], lengths: npt.NDArray[np.int64], *, batch_size: int | None, shuffle: bool, **bounds: Any
    ) -> DataLoader[B]:
        """Batches of texts of these lengths; ``bounds`` are further options of :class:`LengthBuckets`."""
        buckets = LengthBuckets(
            lengths,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=self.hparams["seed"],
            rank=self.trainer.global_rank if self.trainer else 0,
            processes=self._processes,
            **bounds,
        )
        return DataLoader(texts, sampler=buckets, batch_size=None)

    def _share(self, of_a_step: int | None) -> int | None:
        """What each process takes of a step, rounded up."""
        return None if of_a_step is None else -(-of_a_step // self._processes)

    @property
    def _processes(self) -> int:
        return self.trainer.world_size if self.trainer else 1
