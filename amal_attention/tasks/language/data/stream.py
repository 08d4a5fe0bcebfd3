"""Some reviews one after the other, as one stream of tokens that is never held in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from amal_attention.data.buckets import Windows
from amal_attention.tasks.classification.data.store import ReviewStore
from amal_attention.tasks.language.data.batch import RARE, StreamBatch

__all__ = ["Stream"]


@dataclass(frozen=True)
class Stream(Dataset[StreamBatch]):
    """The windows of a stream, numbered from 0; an item is a whole batch.

    What is left at the end, shorter than a window, is in none.

    Attributes:
        store: where the reviews are.
        rows: which of them, in their order, int64 ``(n,)``.
        known: how many of the most frequent words have a number of their own.
        length: tokens of a window.
        most: windows there are at most, evenly spread over the stream; all that fit if not given.
    """

    store: ReviewStore
    rows: npt.NDArray[np.int64]
    known: int
    length: int
    most: int | None = None

    @cached_property
    def _begins(self) -> npt.NDArray[np.int64]:
        """Where each review begins in the stream, and where the last one ends."""
        lengths = np.diff(self.store.offsets)[self.rows]
        begins: npt.NDArray[np.int64] = np.append(0, np.cumsum(lengths))
        return begins

    @property
    def total(self) -> int:
        """Tokens of the stream."""
        return int(self._begins[-1])

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each window begins in the stream, int64 ``(m,)``."""
        fit = self.total // self.length
        count = fit if self.most is None else min(fit, self.most)
        return np.arange(count) * fit // max(count, 1) * self.length

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens of each window, int64 ``(m,)``."""
        return np.full(len(self.starts), self.length)

    def tokens(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """What stands at these places of the stream, int64 of the same shape."""
        review = np.searchsorted(self._begins, places, side="right") - 1
        ranks = self.store.tokens[self.store.offsets[self.rows[review]] + places - self._begins[review]]
        return np.where(ranks < self.known, ranks.astype(np.int64) + RARE + 1, RARE)

    def __getitem__(self, windows: Windows) -> StreamBatch:
        """Gather one batch."""
        tokens = self.tokens(self.starts[windows.texts][:, None] + np.arange(self.length))
        return StreamBatch(torch.from_numpy(tokens), torch.ones(tokens.shape, dtype=torch.bool))
