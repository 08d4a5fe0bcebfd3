"""Reviews as the mean of the vectors of their words: all that a model reads of them which weighs all words alike.

Vectors that do not learn have the same means in each epoch: they are computed once, at 10 to 20 ns a word, and kept, 4
bytes for each of their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset

from amal_attention.data.buckets import Windows
from amal_attention.tasks.classification.data.batch import MeanBatch
from amal_attention.tasks.classification.data.reviews import Reviews

__all__ = ["Means"]

_BLOCK = 1000  # reviews that are read together


@dataclass(frozen=True)
class Means(Dataset[MeanBatch]):
    """The means of some reviews, numbered from 0; an item is a whole batch.

    Attributes:
        means: float ``(n, D)``; 0 for a review without a word.
        labels: int64 ``(n,)``.
    """

    means: Tensor
    labels: Tensor

    @classmethod
    def of(cls, reviews: Reviews, rows: npt.NDArray[np.int64], vectors: Tensor) -> Means:
        """Compute the means of the reviews with these numbers.

        Args:
            reviews: all of them.
            rows: int64 ``(n,)``.
            vectors: the vectors of the vocabulary, float ``(V, D)``.
        """
        blocks = [rows[begin : begin + _BLOCK] for begin in range(0, len(rows), _BLOCK)]
        return cls(torch.cat([_means(reviews, block, vectors) for block in blocks]), reviews.labels(rows))

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Places of each review: one."""
        return np.ones(len(self.labels), dtype=np.int64)

    def __getitem__(self, windows: Windows) -> MeanBatch:
        """Gather one batch."""
        chosen = torch.from_numpy(windows.texts)
        return MeanBatch(self.means[chosen], self.labels[chosen])


def _means(reviews: Reviews, rows: npt.NDArray[np.int64], vectors: Tensor) -> Tensor:
    store = reviews.store
    every = np.asarray(store.tokens)  # still mapped: what slices of np.memmap carry along takes longer than their words
    texts = [every[store.offsets[row] : store.offsets[row + 1]] for row in rows]
    tokens = torch.from_numpy(reviews.vocabulary.encode_ranks(np.concatenate(texts)))
    begins = torch.tensor([0, *map(len, texts[:-1])]).cumsum(dim=0)
    return F.embedding_bag(tokens, vectors, begins, mode="mean")
