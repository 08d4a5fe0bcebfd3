"""Lines of numbers as one flat array, of which batches are gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from amal_attention.tasks.translation.data.batch import PAD

__all__ = ["Column"]


@dataclass(frozen=True)
class Column:
    """Lines of numbers, one after another: line ``i`` is ``tokens[offsets[i] : offsets[i + 1]]``; int64 both."""

    tokens: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]

    @classmethod
    def of(cls, lines: Iterable[list[int]]) -> Column:
        """These lines."""
        kept = list(lines)
        ends = np.cumsum([0, *map(len, kept)], dtype=np.int64)
        return cls(np.fromiter(chain.from_iterable(kept), np.int64, count=int(ends[-1])), ends)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """How long each line is, int64 ``(n,)``."""
        return np.diff(self.offsets)

    def padded(self, lines: npt.NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """These lines padded on the right, int64 ``(B, L)``, and where they are, bool ``(B, L)``."""
        lengths = self.lengths[lines]
        places = np.arange(lengths.max(initial=0))
        mask = places < lengths[:, None]
        read = np.where(mask, self.offsets[lines, None] + places, 0)
        return torch.from_numpy(np.where(mask, self.tokens[read], PAD)), torch.from_numpy(mask)
