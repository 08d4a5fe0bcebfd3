"""What sets of training reviews whose n-grams were counted have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from torch.utils.data import Dataset

from amal_attention.tasks.classification.data.ngrams.prepared import PreparedNgrams
from amal_attention.tasks.classification.data.reviews import Reviews

__all__ = ["CountedReviews"]

B = TypeVar("B")


@dataclass(frozen=True)
class CountedReviews(Dataset[B]):
    """Training reviews; an item is a whole batch, and reviews are numbered by their places in ``rows``.

    Attributes:
        reviews: all of them.
        rows: the numbers of those that were counted.
        prepared: their n-grams.
    """

    reviews: Reviews
    rows: npt.NDArray[np.int64]
    prepared: PreparedNgrams
