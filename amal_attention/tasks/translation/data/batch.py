"""Pairs of lines as a model gets them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["END", "PAD", "START", "UNKNOWN", "PairBatch"]

PAD, START, END, UNKNOWN = range(4)
"""The numbers of the tokens that are no characters; those of the characters follow."""


class PairBatch(NamedTuple):
    """Lines to read, and lines to write, one token after the other.

    ``source`` int64 ``(B, S)``, ``source_mask`` bool ``(B, S)``, True on characters; ``teacher`` int64 ``(B, T)``, the
    line to write after START; ``target`` int64 ``(B, T)``, the same line before END; ``target_mask`` bool ``(B, T)``,
    True on its characters and its END. Padding stands on the right.
    """

    source: Tensor
    source_mask: Tensor
    teacher: Tensor
    target: Tensor
    target_mask: Tensor
