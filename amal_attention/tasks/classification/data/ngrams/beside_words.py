"""Training reviews as texts that have, beside each word, the log-ratios of the n-grams that end there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from amal_attention.data.buckets import Windows
from amal_attention.data.ngrams import KINDS
from amal_attention.tasks.classification.data.batch import RatioBatch
from amal_attention.tasks.classification.data.ngrams.counted import CountedReviews

__all__ = ["RatiosBesideWords"]


class RatiosBesideWords(CountedReviews[RatioBatch]):
    """Reviews as words and log-ratios."""

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Words in each review, int64 ``(n,)``."""
        return self.reviews.lengths[self.rows]

    def __getitem__(self, windows: Windows) -> RatioBatch:
        """Gather one batch: the words of the windows, and what was counted for whole reviews beside them."""
        texts = self.reviews[Windows(self.rows[windows.texts], windows.starts, windows.lengths)]
        mask = texts.mask.numpy()
        begins = self.prepared.begins[windows.texts] + windows.starts
        ratios = np.zeros((*mask.shape, KINDS), np.float32)
        ratios[mask] = self.prepared.at_places[(begins[:, None] + np.arange(mask.shape[1]))[mask]]
        return RatioBatch(texts.tokens, texts.mask, torch.from_numpy(ratios), texts.labels)
