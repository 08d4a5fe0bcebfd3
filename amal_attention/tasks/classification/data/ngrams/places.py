"""Where in a review an n-gram stands, in a few classes: how near the end, how near the beginning, how often."""

from __future__ import annotations

import torch
from torch import Tensor

from amal_attention.data.ngrams import Occurrences

__all__ = ["PLACE_CLASSES", "place_classes"]

_FROM_END = (10, 20, 40, 80, 160)
_FROM_BEGINNING = (20, 60)
_OFTEN = 3
PLACE_CLASSES = (len(_FROM_END) + 1) * (len(_FROM_BEGINNING) + 1) * _OFTEN


def place_classes(where: Occurrences, mask: Tensor) -> Tensor:
    """The class of the places of each n-gram in its text, from 0 to ``PLACE_CLASSES``.

    Args:
        where: int64 ``(B, L, KINDS)`` each.
        mask: bool ``(B, L)``, True on the words of the texts.

    Returns:
        int64 ``(B, L, KINDS)``, anything where there is no n-gram.
    """
    from_end = mask.sum(dim=1).view(-1, 1, 1) - 1 - where.last
    near_end = torch.bucketize(from_end, torch.tensor(_FROM_END, device=mask.device), right=True)
    near_beginning = torch.bucketize(where.first, torch.tensor(_FROM_BEGINNING, device=mask.device), right=True)
    often = where.counts.clamp(1, _OFTEN) - 1
    return (near_end * (len(_FROM_BEGINNING) + 1) + near_beginning) * _OFTEN + often
