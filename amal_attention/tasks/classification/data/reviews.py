"""Reviews as texts: the numbers of their words in their order, padded on the right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from amal_attention.data.buckets import Windows
from amal_attention.data.vocabulary import PAD, Vocabulary
from amal_attention.tasks.classification.data.batch import DomainBatch, TextBatch
from amal_attention.tasks.classification.data.store import ReviewStore

__all__ = ["Reviews"]


@dataclass(frozen=True)
class Reviews(Dataset[TextBatch | DomainBatch]):
    """The reviews of a store as a vocabulary numbers them; an item is a whole batch.

    Attributes:
        store: all of them.
        vocabulary: the words that are known.
        domains: int64 ``(n,)``, what stands in a batch beside the labels; ``None`` for batches without.
    """

    store: ReviewStore
    vocabulary: Vocabulary
    domains: npt.NDArray[np.int64] | None = None

    def __getitem__(self, windows: Windows) -> TextBatch | DomainBatch:
        """Gather one batch from the flat array."""
        columns = np.arange(windows.lengths.max(initial=0))
        mask = columns < windows.lengths[:, None]
        begins = self.store.offsets[windows.texts] + windows.starts
        places = np.where(mask, begins[:, None] + columns, 0)
        tokens = np.where(mask, self.vocabulary.encode_ranks(self.store.tokens[places]), PAD)
        batch = TextBatch(torch.from_numpy(tokens), torch.from_numpy(mask), self.labels(windows.texts))
        return batch if self.domains is None else DomainBatch(*batch, torch.from_numpy(self.domains[windows.texts]))

    def whole(self, reviews: npt.NDArray[np.int64]) -> TextBatch | DomainBatch:
        """These reviews from their first token to their last, as one batch."""
        lengths = self.lengths[reviews]
        return self[Windows(reviews, np.zeros_like(lengths), lengths)]

    def labels(self, reviews: npt.NDArray[np.int64]) -> torch.Tensor:
        """The labels of these reviews, int64 ``(B,)``."""
        return torch.from_numpy(self.store.labels[reviews].astype(np.int64))

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens in each review, int64 ``(n,)``."""
        return np.diff(self.store.offsets)
