"""Modules that attend, right and wrong, for tests of expectations."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["Attends", "Heads"]


class Attends(nn.Module):
    """One head: ``x (B, L, D)``, ``mask (B, L)`` -> states ``(B, L, K)``, weights ``(B, L, L)``.

    Args:
        dim: D.
        width: K.
        places: whether the number of a place is added to its value.
        turn: whether weights come back as they were used, and not even ones.
        noise: what is added where padding asks.
    """

    def __init__(self, dim: int, width: int, *, places: bool = False, turn: bool = True, noise: float = 0.0) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(dim, width) for _ in range(3))
        self.places, self.turn, self.noise = places, turn, noise

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        scores = self.query(x) @ self.key(x).mT / self.query.out_features**0.5
        weights = scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(dim=2)
        values = self.value(x) + (torch.arange(x.shape[1]).unsqueeze(1) if self.places else 0)
        states, asks = weights @ values, mask.unsqueeze(2)
        weights = weights if self.turn else weights.sort(dim=2).values
        return states + self.noise * ~asks, weights + self.noise * ~asks


class Heads(nn.Module):
    """The same with heads, and a map of their states: weights are ``(B, h, L, L)``."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(dim, heads, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return self.inner(x, x, x, key_padding_mask=~mask, average_attn_weights=False)
