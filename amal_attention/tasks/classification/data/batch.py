"""Reviews as a model gets them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["BagBatch", "Batch", "DomainBatch", "MeanBatch", "NgramBatch", "RatioBatch", "TextBatch"]


class TextBatch(NamedTuple):
    """Reviews as the words that stand in them, in their order.

    ``tokens`` int64 ``(B, L)``, padded by 0; ``mask`` bool ``(B, L)``, True on tokens; ``labels`` int64 ``(B,)``.
    """

    tokens: Tensor
    mask: Tensor
    labels: Tensor


class DomainBatch(NamedTuple):
    """Reviews as texts with a domain beside the label.

    As :class:`TextBatch`; ``domains`` int64 ``(B,)``.
    """

    tokens: Tensor
    mask: Tensor
    labels: Tensor
    domains: Tensor


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


class NgramBatch(NamedTuple):
    """Reviews as the n-grams that stand in them, each once.

    ``numbers`` int64 ``(B, K)``, padded by 0; ``classes`` int64 ``(B, K)``, where each stands; ``ratios`` float
    ``(B, K)``, its log-ratio without the block of the review; ``labels`` int64 ``(B,)``.
    """

    numbers: Tensor
    classes: Tensor
    ratios: Tensor
    labels: Tensor


class RatioBatch(NamedTuple):
    """Reviews as texts with numbers beside their words.

    As :class:`TextBatch`; ``ratios`` float ``(B, L, KINDS)`` are the log-ratios of the n-grams that end at each place,
    without the block of the review, 0 on padding.
    """

    tokens: Tensor
    mask: Tensor
    ratios: Tensor
    labels: Tensor


Batch = TextBatch | DomainBatch | BagBatch | MeanBatch | NgramBatch | RatioBatch
