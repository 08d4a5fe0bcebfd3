"""Reviews as bags: each word once, with how often it stands in the review.

Where the order of words does not matter, a bag says all that the text says, in fewer places: 1.9 times fewer in IMDB.
All that is computed for each place of a batch shrinks with them, and shrinks again with the words that are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from amal_attention.data.buckets import Windows
from amal_attention.data.cache import built_once, reading_cache
from amal_attention.tasks.classification.data.batch import BagBatch
from amal_attention.tasks.classification.data.reviews import Reviews
from amal_attention.tasks.classification.data.store import ReviewStore

__all__ = ["Bags"]

_BLOCK = 1000  # reviews that are counted together


@dataclass(frozen=True)
class Bags(Dataset[BagBatch]):
    """The bags of reviews; an item is a whole batch.

    Attributes:
        reviews: the reviews that these are the bags of.
        tokens: int32 ``(total,)``, memory-mapped; those of review i are ``tokens[offsets[i]:offsets[i + 1]]``.
        counts: int32 ``(total,)``, memory-mapped, how often each stands there.
        offsets: int64 ``(n + 1,)``.
        word_dropout: share of the words of each bag that are left out, others each time (Iyyer et al. 2015).
    """

    reviews: Reviews
    tokens: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    word_dropout: float = 0.0

    @classmethod
    def of(cls, reviews: Reviews, cache: Path, word_dropout: float = 0.0) -> Bags:
        """Count the words of reviews, or open what an earlier call counted.

        Args:
            reviews: all of them.
            cache: where counts are kept.
            word_dropout: see the attribute.

        Raises:
            DataError: a file of the cache is damaged.
            StorageError: the cache cannot be written.
        """
        store = reviews.store
        folder = built_once(cache / "bags" / store.folder.name, lambda target: _write(store, target))
        with reading_cache(folder, "counted reviews"):
            tokens, counts = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("tokens", "counts"))
            return cls(reviews, tokens, counts, np.load(folder / "offsets.npy"), word_dropout)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Different words in each review, int64 ``(n,)``."""
        return np.diff(self.offsets)

    def __getitem__(self, windows: Windows) -> BagBatch:
        """Gather one batch; its counts are float32. Words that are unknown are not brought together."""
        begins, lengths = self.offsets[windows.texts] + windows.starts, windows.lengths
        items = np.arange(lengths.sum()) + np.repeat(begins - _begins(lengths), lengths)
        if self.word_dropout:
            kept = torch.rand(len(items)).numpy() >= self.word_dropout  # drawn as nn.Dropout draws
            lengths = np.diff(np.append(0, np.cumsum(kept))[np.append(_begins(lengths), len(kept))])
            items = items[kept]
        mask = np.arange(lengths.max(initial=0)) < lengths[:, None]
        tokens, counts = (np.zeros(mask.shape, dtype) for dtype in (np.int64, np.float32))
        tokens[mask] = self.reviews.vocabulary.encode_ranks(self.tokens[items])
        counts[mask] = self.counts[items]
        return BagBatch(torch.from_numpy(tokens), torch.from_numpy(counts), self.reviews.labels(windows.texts))


def _begins(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each of several pieces begins, when they follow one another."""
    begins: npt.NDArray[np.int64] = np.cumsum(lengths) - lengths
    return begins


def _write(store: ReviewStore, folder: Path) -> None:
    reviews = len(store.labels)
    blocks = [_counted(store, begin, min(begin + _BLOCK, reviews)) for begin in range(0, reviews, _BLOCK)]
    tokens, counts, sizes = map(np.concatenate, zip(*blocks, strict=True))
    np.save(folder / "tokens.npy", tokens)
    np.save(folder / "counts.npy", counts)
    np.save(folder / "offsets.npy", np.concatenate([[0], np.cumsum(sizes)]))


def _counted(
    store: ReviewStore, begin: int, end: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The words and counts of some reviews one after the other, and how many words each review has."""
    lengths = np.diff(store.offsets[begin : end + 1])
    review = np.repeat(np.arange(end - begin), lengths)
    words = len(store.words)
    tokens = store.tokens[store.offsets[begin] : store.offsets[end]]
    found, counts = np.unique(review * words + tokens, return_counts=True)
    sizes = np.bincount(found // words, minlength=end - begin)
    return (found % words).astype(np.int32), counts.astype(np.int32), sizes
