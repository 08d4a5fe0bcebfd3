"""Stand-ins for what attention is made of: scores of queries and keys, and what is done with them."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["DistanceScore", "FixedScore", "LooksAtItself", "best_place"]


@stand_in
class FixedScore(nn.Module):
    """A score that is told in advance: the same numbers for every query, whatever the keys.

    It keeps what it was handed.

    Args:
        scores: float ``(longest,)``; of ``S`` keys the first ``S`` are given.

    Attributes:
        scores: the same; a buffer, so that no training moves them.
        query: what it was handed last, ``(B, T, H)``.
        keys: the same, ``(B, S, H)``.
    """

    def __init__(self, scores: Tensor) -> None:
        super().__init__()
        self.scores: Tensor
        self.register_buffer("scores", scores.detach().clone())
        self.query: Tensor | None
        self.register_buffer("query", None)  # buffers are seen in the state, from another process too
        self.keys: Tensor | None
        self.register_buffer("keys", None)

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        self.query, self.keys = query.detach().clone(), keys.detach().clone()
        rows, steps, _ = query.shape
        return self.scores[: keys.shape[1]].repeat(rows, steps, 1)


@stand_in
class DistanceScore(nn.Module):
    """A score that prefers near keys: minus the square of the distance between query and key."""

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """``query`` ``(B, T, H)``, ``keys`` ``(B, S, H)`` -> scores ``(B, T, S)``."""
        return -(query.unsqueeze(2) - keys.unsqueeze(1)).square().sum(dim=3)


@stand_in
class LooksAtItself(nn.Module):
    """Has an attention look from a text at the same text: one tensor, and no copy of it.

    Args:
        inner: the attention, ``inner(x, memory)``.
    """

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Any:
        """``x`` ``(B, L, D)`` -> what the attention gives."""
        return self.inner(x, x)


@stand_in
def best_place(scores: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Read the value at the place with the largest score, of those where the mask is True.

    It stands in for an attention that is wrong, where something that is built on it is looked at.

    Args:
        scores: ``(B, T, S)``.
        values: ``(B, S, H)``.
        mask: bool ``(B, S)``.

    Returns:
        what is read, ``(B, T, H)``, and 1 at its place and 0 at all others, ``(B, T, S)``.
    """
    places = scores.where(mask.unsqueeze(1), scores.amin() - 1).argmax(dim=2)
    read = values.take_along_dim(places.unsqueeze(2), dim=1)
    return read, nn.functional.one_hot(places, scores.shape[2]).to(values.dtype)
