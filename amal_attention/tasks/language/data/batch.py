"""Windows of a stream as a model gets them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["RARE", "StreamBatch"]

RARE = 0
"""The number of every word that is not in the vocabulary."""


class StreamBatch(NamedTuple):
    """Windows of a stream: ``tokens`` int64 ``(B, L)``; ``mask`` bool ``(B, L)``, True on tokens: on all of them."""

    tokens: Tensor
    mask: Tensor
