"""Which n-grams are worth a number, and in how many training reviews of each class they stand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch

from amal_attention.data.buckets import LengthBuckets
from amal_attention.data.ngrams import kinds_of, ngram_keys
from amal_attention.tasks.classification.data.reviews import Reviews

__all__ = ["LEAST", "count_ngrams"]

LEAST = (2, 3, 4, 4)
"""In how many training reviews an n-gram must stand, by kind: what is rarer tells of its reviews alone."""

_PLACES = 1 << 16


def count_ngrams(reviews: Reviews, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Count in how many reviews each n-gram stands.

    Args:
        reviews: all of them, of the classes 0 and 1.
        rows: the numbers of those to count.

    Returns:
        int64 ``(N + 1, 3)``: of each n-gram its key, and how many reviews of class 0 and of class 1 it stands in, by
        ascending keys. Row 0 stands for no n-gram: key 0, and how many reviews there are.
    """
    coded, times = np.unique(np.concatenate(list(_distinct(reviews, rows))), return_counts=True)
    keys = coded >> 1
    begins = np.diff(keys, prepend=-1) > 0
    table = np.zeros((np.count_nonzero(begins), 2), dtype=np.int64)
    table[np.cumsum(begins) - 1, coded & 1] = times
    keys = keys[begins]
    kept = table.sum(axis=1) >= np.array(LEAST)[kinds_of(torch.from_numpy(keys)).numpy()]
    all_reviews = np.bincount(reviews.labels(rows).numpy(), minlength=2)
    return np.concatenate([[[0, *all_reviews]], np.column_stack([keys[kept], table[kept]])])


def _distinct(reviews: Reviews, rows: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    """The n-grams of each review, each once, as twice the key plus the class of the review."""
    for windows in LengthBuckets(reviews.lengths[rows], batch_size=None, token_budget=_PLACES, shuffle=False):
        batch = reviews.whole(rows[windows.texts])
        keys, _ = ngram_keys(batch.tokens).flatten(1).sort(dim=1)
        fresh = torch.diff(keys, dim=1, prepend=torch.zeros_like(keys[:, :1])) > 0
        yield (2 * keys + batch.labels.unsqueeze(1))[fresh].numpy()
