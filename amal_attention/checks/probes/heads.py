"""Probes of what attends: each place of a text gets a state, and weights over what it looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.probes.probe import Seen
from amal_attention.checks.probes.sets import SetProbe
from amal_attention.checks.probes.texts import LayerProbe

__all__ = ["AttentionProbe", "MemoryProbe"]


class AttentionProbe(LayerProbe):
    """Layers whose words look at each other: ``x`` ``(B, L, D)`` and ``mask`` ``(B, L)`` are what they read.

    They give states ``(B, L, F)`` and weights ``(B, L, L)``, or ``(B, h, L, L)``, both free on padding that asks.

    Args:
        dim: D.
        out_features: F; D by default.
        heads: h; None where weights have no such axis.
    """

    def __init__(self, dim: int, out_features: int | None = None, heads: int | None = None) -> None:
        super().__init__(dim)
        self.out_features, self.heads = out_features or dim, heads

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """The shapes of states and weights."""
        rows, longest = inputs[1].shape
        heads = () if self.heads is None else (self.heads,)
        return {"states": (rows, longest, self.out_features), "weights": (rows, *heads, longest, longest)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Words have states, and weights over words."""
        mask = inputs[1]
        over = mask.unsqueeze(2) & mask.unsqueeze(1)
        return {"states": mask, "weights": over if self.heads is None else over.unsqueeze(1)}

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The parts, with zeros where padding asks.

        Raises:
            Missed: it is no such reply.
        """
        seen = super().seen(reply, inputs, finite=finite, mend=mend)
        asks = inputs[1].unsqueeze(2) if self.heads is None else inputs[1][:, None, :, None]
        return seen | {"weights": seen["weights"].where(asks, torch.zeros_like(seen["weights"]))}

    def axes(self, of: str) -> Mapping[str, Sequence[int]]:
        """Places ask, and are looked at."""
        return {"states": (1,), "weights": (-2, -1)}


class MemoryProbe(SetProbe):
    """Layers that look from one text at another: ``x`` ``(B, L, D)``, ``memory`` ``(B, S, D)``, ``mask`` ``(B, 1, S)``.

    They give states ``(B, L, D)`` and weights ``(B, h, L, S)``. Rows have the lengths of the memory.

    Args:
        dim: D.
        heads: h.
        asking: L.
    """

    def __init__(self, dim: int, heads: int, asking: int = 3) -> None:
        self.dim, self.heads, self.asking = dim, heads, asking

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
        """Random words that ask, random words of a memory, and where these are."""
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(len(lengths), self.asking, self.dim, generator=generator)
        memory = torch.randn(len(lengths), max(lengths), self.dim, generator=generator)
        words = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        return x, torch.where(words.unsqueeze(2), memory, under * memory), words.unsqueeze(1)

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """The shapes of states and weights."""
        x, memory, _ = inputs
        return {"states": tuple(x.shape), "weights": (len(x), self.heads, x.shape[1], memory.shape[1])}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Weights are over the words of the memory."""
        return {"weights": inputs[2].unsqueeze(1)}

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The names that the statement uses."""
        return ["x", "memory", "mask"]

    def turned(self, inputs: tuple[Any, ...], order: Tensor, of: str) -> tuple[Any, ...]:
        """What asks in another order, or the memory and its mask."""
        x, memory, mask = inputs
        return (x[:, order], memory, mask) if of == "x" else (x, memory[:, order], mask[:, :, order])

    def axes(self, of: str) -> Mapping[str, Sequence[int]]:
        """States stand where words ask; a memory is seen in the weights alone."""
        return {"states": (1,), "weights": (2,)} if of == "x" else {"weights": (3,)}
