"""Probes of scores: modules that compare queries with keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.probes.probe import Probe
from amal_attention.checks.wording import shape

__all__ = ["ScoreProbe"]


class ScoreProbe(Probe):
    """Scores: they read queries ``(B, T, H)`` and keys ``(B, S, H)``, and give ``(B, T, S)``; nothing is padded.

    Args:
        dim: H.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor]:
        """A row for each length, each with as many keys as the longest says, and with another number of queries."""
        generator = torch.Generator().manual_seed(seed)
        rows, longest = len(lengths), max(lengths)
        query = torch.randn(rows, longest % 3 + 1, self.dim, generator=generator)
        return query, torch.randn(rows, longest, self.dim, generator=generator)

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """A row of scores for each query, a column for each key."""
        query, keys = inputs
        return {"scores": (len(query), query.shape[1], keys.shape[1])}

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """The shapes of both."""
        query, keys = inputs
        return f"query {shape(query)}, keys {shape(keys)}"
