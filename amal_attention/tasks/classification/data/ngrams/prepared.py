"""The n-grams of training reviews, counted once and kept: those of each review, and those that end at each place.

The label of a review is in the counts of its n-grams. Whoever trains on their log-ratios must not see it there, nor
those of reviews of the same film: the ratios of a block of reviews are computed without the reviews of that block.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from amal_attention.data.cache import built_once, reading_cache
from amal_attention.data.ngrams import log_ratios, number_ngrams, occurrences
from amal_attention.tasks.classification.data.ngrams.counts import LEAST, count_ngrams
from amal_attention.tasks.classification.data.ngrams.places import place_classes
from amal_attention.tasks.classification.data.reviews import Reviews

__all__ = ["MOST", "PreparedNgrams", "prepare_ngrams"]

_FORMAT = "1"
_LARGE = ("numbers", "classes", "ratios", "at_places")
MOST = 4.0
"""The largest log-ratio at a place of a text: what is seen a few times tells no more."""


@dataclass(frozen=True)
class PreparedNgrams:
    """The n-grams of some reviews, counted in these; what is large is memory-mapped.

    Attributes:
        table: int64 ``(N + 1, 3)``, see :func:`count_ngrams`; the number of an n-gram is its row.
        offsets: int64 ``(n + 1,)``; the distinct n-grams of review i are ``offsets[i]:offsets[i + 1]`` of what follows.
        numbers: int32 ``(total,)``.
        classes: uint8 ``(total,)``, where they stand, see :func:`place_classes`.
        ratios: float16 ``(total,)``, their log-ratios without the block of the review.
        begins: int64 ``(n,)``; place 0 of review i is ``begins[i]`` of what follows.
        at_places: float16 ``(tokens, KINDS)``, the log-ratio of the n-gram of each kind that ends at each place, and
            from -``MOST`` to ``MOST``; 0 where there is none.
    """

    table: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int32]
    classes: npt.NDArray[np.uint8]
    ratios: npt.NDArray[np.float16]
    begins: npt.NDArray[np.int64]
    at_places: npt.NDArray[np.float16]

    @classmethod
    def open(cls, folder: Path) -> PreparedNgrams:
        """Open what :func:`prepare_ngrams` wrote.

        Raises:
            DataError: a file of the folder is damaged.
        """
        with reading_cache(folder, "counted n-grams"):
            small = {name: np.load(folder / f"{name}.npy") for name in ("table", "offsets", "begins")}
            return cls(**small, **{name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _LARGE})


def prepare_ngrams(reviews: Reviews, rows: npt.NDArray[np.int64], block: int, cache: Path) -> PreparedNgrams:
    """Count and keep the n-grams of reviews, or open what an earlier call kept.

    Args:
        reviews: all of them, of the classes 0 and 1.
        rows: the numbers of those to count, ascending.
        block: reviews whose numbers, divided by this, give the same whole number are of one block.
        cache: where it is kept.

    Raises:
        DataError: a file of the cache is damaged.
        StorageError: the cache cannot be written.
    """
    said = f"{_FORMAT} {reviews.store.folder.name} {len(reviews.vocabulary)} {LEAST} {MOST} {block} ".encode()
    digest = hashlib.blake2b(said + rows.tobytes(), digest_size=16).hexdigest()
    folder = built_once(cache / "ngrams" / digest, lambda target: _write(reviews, rows, block, target))
    return PreparedNgrams.open(folder)


def _write(reviews: Reviews, rows: npt.NDArray[np.int64], block: int, folder: Path) -> None:
    table = count_ngrams(reviews, rows)
    counted = torch.from_numpy(table)
    blocks = np.split(rows, np.flatnonzero(np.diff(rows // block)) + 1)
    parts = [_block(reviews, each, counted) for each in blocks]
    sizes, *large = map(np.concatenate, zip(*parts, strict=True))
    lengths = reviews.lengths[rows]
    arrays = dict(zip(_LARGE, large, strict=True), table=table)
    arrays |= {"offsets": np.append(0, np.cumsum(sizes)), "begins": np.cumsum(lengths) - lengths}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def _block(reviews: Reviews, rows: npt.NDArray[np.int64], table: Tensor) -> tuple[npt.NDArray[np.generic], ...]:
    """Of the reviews of a block: how many n-grams each has, and then what is large, by ``_LARGE``."""
    batch = reviews.whole(rows)
    numbers = number_ngrams(batch.tokens, table[:, 0].contiguous())
    where = occurrences(numbers)
    once = (numbers > 0) & (where.first == torch.arange(numbers.shape[1]).unsqueeze(1))
    of_class = [once & (batch.labels == label).view(-1, 1, 1) for label in (0, 1)]
    own = torch.stack([torch.bincount(numbers[each], minlength=len(table)) for each in of_class], dim=1)
    own[0] = torch.bincount(batch.labels, minlength=2)
    ratios = log_ratios(table[:, 1:] - own)
    return (
        once.flatten(1).sum(dim=1).numpy(),
        numbers[once].int().numpy(),
        place_classes(where, batch.mask)[once].byte().numpy(),
        ratios[numbers[once]].half().numpy(),
        ratios[numbers[batch.mask]].clamp(-MOST, MOST).half().numpy(),
    )
