"""Reviews as a model gets them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["BagBatch", "Batch", "MeanBatch", "TextBatch"]


class TextBatch(NamedTuple):
    """Reviews as the words that stand in them, in their order.

    ``tokens`` int64 ``(B, L)``, padded by 0; ``mask`` bool ``(B, L)``, True on tokens; ``labels`` int64 ``(B,)``.
    """

    tokens: Tensor
    mask: Tensor
    labels: Tensor


class BagBatch(NamedTuple):
    """Reviews as bags: each of their words once.

    ``tokens`` int64 ``(B, L)``, padded by 0; ``counts`` float ``(B, L)``, how often each stands there, 0 on padding;
    ``labels`` int64 ``(B,)``.
    """

    tokens: Tensor
    counts: Tensor
    labels: Tensor


class MeanBatch(NamedTuple):
    """Reviews as the mean vectors of their words: ``means`` float ``(B, D)``; ``labels`` int64 ``(B,)``."""

    means: Tensor
    labels: Tensor


Batch = TextBatch | BagBatch | MeanBatch
