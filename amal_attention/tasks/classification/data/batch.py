"""Reviews as a model gets them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["ReviewBatch"]


class ReviewBatch(NamedTuple):
    """``tokens`` int64 ``(B, L)``, padded by 0; ``mask`` bool ``(B, L)``, True on tokens; ``labels`` int64 ``(B,)``.

    In a batch of bags each word of a review stands once, and ``mask`` is float ``(B, L)``: how often it stands there, 0
    on padding. In a batch of means there is one place, L = 1, and ``tokens`` is float ``(B, 1, D)``: a vector in place
    of a number.
    """

    tokens: Tensor
    mask: Tensor
    labels: Tensor
