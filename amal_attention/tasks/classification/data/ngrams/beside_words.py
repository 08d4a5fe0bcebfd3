"""Training reviews as texts that have, beside each word, the log-ratios of the n-grams that end there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from amal_attention.data.buckets import Windows
from amal_attention.data.ngrams import KINDS
from amal_attention.tasks.classification.data.batch import RatioBatch
from amal_attention.tasks.classification.data.ngrams.prepared import PreparedNgrams
from amal_attention.tasks.classification.data.reviews import Reviews

__all__ = ["RatiosBesideWords"]


@dataclass(frozen=True)
class RatiosBesideWords(Dataset[RatioBatch]):
    """Reviews as words and log-ratios; an item is a whole batch, and reviews are numbered by their places in ``rows``.

    Attributes:
        reviews: all of them.
        rows: the numbers of those that were counted.
        prepared: their n-grams.
    """

    reviews: Reviews
    rows: npt.NDArray[np.int64]
    prepared: PreparedNgrams

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
