"""Reviews as a model gets them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["ReviewBatch"]


class ReviewBatch(NamedTuple):
    """``tokens`` int64 ``(B, L)``, padded by 0; ``mask`` bool ``(B, L)``, True on tokens; ``labels`` int64 ``(B,)``."""

    tokens: Tensor
    mask: Tensor
    labels: Tensor
