"""Training reviews as the n-grams that stand in them, each once: a form for models that attend over n-grams."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from amal_attention.data.buckets import Windows
from amal_attention.tasks.classification.data.batch import NgramBatch
from amal_attention.tasks.classification.data.ngrams.counted import CountedReviews

__all__ = ["NumberedNgrams"]


class NumberedNgrams(CountedReviews[NgramBatch]):
    """Reviews as n-grams."""

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Different n-grams in each review, int64 ``(n,)``."""
        return np.diff(self.prepared.offsets)

    def __getitem__(self, windows: Windows) -> NgramBatch:
        """Gather one batch."""
        kept, lengths = self.prepared, windows.lengths
        mask = np.arange(lengths.max(initial=0)) < lengths[:, None]
        items = (kept.offsets[windows.texts][:, None] + np.arange(mask.shape[1]))[mask]
        numbers, classes = (np.zeros(mask.shape, np.int64) for _ in range(2))
        ratios = np.zeros(mask.shape, np.float32)
        numbers[mask], classes[mask], ratios[mask] = kept.numbers[items], kept.classes[items], kept.ratios[items]
        labels = self.reviews.labels(self.rows[windows.texts])
        return NgramBatch(torch.from_numpy(numbers), torch.from_numpy(classes), torch.from_numpy(ratios), labels)
