"""Modules that attend, right and wrong, for tests of expectations."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["Attends", "Heads", "Looks"]


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


class Looks(nn.Module):
    """Heads that look from ``x (B, L, D)`` at ``memory (B, S, D)``, weights are ``(B, h, L, S)``.

    Args:
        dim: D.
        heads: h.
        bias: of the linear maps.
        wrong: "view" mixes words with heads; in "first head" all have the columns of the first; with "no mask" none is
            used.
    """

    def __init__(self, dim: int, heads: int, *, bias: bool = True, wrong: str = "") -> None:
        super().__init__()
        self.heads, self.wrong = heads, wrong
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim, bias=bias) for _ in range(4))

    def cut(self, words: Tensor) -> Tensor:
        rows, length, width = words.shape
        if self.wrong == "view":
            return words.reshape(rows, self.heads, length, width // self.heads)
        if self.wrong == "first head":
            return words[..., : width // self.heads].unsqueeze(1).expand(-1, self.heads, -1, -1)
        return words.reshape(rows, length, self.heads, width // self.heads).transpose(1, 2)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        query, key, value = map(self.cut, (self.query(x), self.key(memory), self.value(memory)))
        scores = query @ key.mT / query.shape[-1] ** 0.5
        if mask is not None and self.wrong != "no mask":
            scores = scores.masked_fill(~mask.unsqueeze(1), -1e30)
        weights = scores.softmax(dim=-1)
        if mask is not None and self.wrong != "no mask":
            weights = weights * mask.unsqueeze(1)
        return self.output((weights @ value).transpose(1, 2).flatten(2)), weights
