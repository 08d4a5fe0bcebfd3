"""Stand-ins for layers that mix nothing: what they read comes back, and what they were built with is kept."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["BUILT_WITH", "DecoderLayerAsItIs", "EncoderLayerAsItIs", "HeadsAsTheyAre", "WordsAsTheyAre", "even_weights"]

BUILT_WITH = ("hidden_size", "norm_first", "dropout", "heads")
"""The options that each of them keeps, in this order."""


class _AsItIs(nn.Module):
    """What all of them keep.

    Attributes:
        built_with: one number for each of :data:`BUILT_WITH`.
        handed: the last mask that it was handed.
    """

    def __init__(self, heads: int, hidden_size: int = 0, norm_first: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.built_with: Tensor
        told = torch.tensor([hidden_size, norm_first, dropout, heads], dtype=torch.float32)
        self.register_buffer("built_with", told)  # buffers are seen from another process too
        self.handed: Tensor | None
        self.register_buffer("handed", None)


@stand_in
class HeadsAsTheyAre(_AsItIs):
    """An attention of several heads that mixes nothing: it gives back what asks, and even weights.

    Args:
        dim: D, the width of the vectors.
        heads: h.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__(heads)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``memory`` ``(B, S, D)`` -> ``x``, weights ``(B, h, L, S)``."""
        seen = torch.ones(*x.shape[:2], memory.shape[1], dtype=torch.bool) if mask is None else mask
        return x.clone(), even_weights(seen, self.heads, x)


@stand_in
class WordsAsTheyAre(_AsItIs):
    """An encoder that mixes nothing: it gives the words back, and even weights.

    Args:
        dim: D, the width of the vectors.
        heads: h.
        hidden_size: the width of the network that it does without.
        num_layers: the number of layers that it does without.
        norm_first: kept, and no more.
        dropout: the same.
    """

    def __init__(
        self, dim: int, heads: int, hidden_size: int, num_layers: int, norm_first: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__(heads, hidden_size, norm_first, dropout)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` or ``(B, L, L)`` -> ``x``, weights ``(B, h, L, L)``."""
        self.handed = mask.clone()
        return x.clone(), even_weights(mask if mask.dim() == 3 else mask.unsqueeze(1), self.heads, x)


@stand_in
class EncoderLayerAsItIs(_AsItIs):
    """A layer of an encoder that mixes nothing.

    Args:
        dim: D, the width of the vectors.
        heads: h.
        hidden_size: the width of the network that it does without.
        norm_first: kept, and no more.
        dropout: the same.
    """

    def __init__(self, dim: int, heads: int, hidden_size: int, norm_first: bool = False, dropout: float = 0.0) -> None:
        super().__init__(heads, hidden_size, norm_first, dropout)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` or ``(B, L, L)`` -> ``x``, weights ``(B, h, L, L)``."""
        return x.clone(), even_weights(mask if mask.dim() == 3 else mask.unsqueeze(1), self.heads, x)


@stand_in
class DecoderLayerAsItIs(_AsItIs):
    """A layer of a decoder that mixes nothing; its arguments are those of :class:`EncoderLayerAsItIs`.

    Args:
        dim: D, the width of the vectors.
        heads: h.
        hidden_size: the width of the network that it does without.
        norm_first: kept, and no more.
        dropout: the same.
    """

    def __init__(self, dim: int, heads: int, hidden_size: int, norm_first: bool = False, dropout: float = 0.0) -> None:
        super().__init__(heads, hidden_size, norm_first, dropout)

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``memory_mask`` ``(B, S)`` -> ``x``, weights ``(B, h, L, S)``."""
        return x.clone(), even_weights(memory_mask.unsqueeze(1), self.heads, x)


def even_weights(seen: Tensor, heads: int, x: Tensor) -> Tensor:
    """The same weight on all that each query may look at, ``(B, h, L, S)``."""
    shares = seen.to(x.dtype) / seen.sum(dim=2, keepdim=True).clamp(min=1)
    return shares.unsqueeze(1).expand(-1, heads, x.shape[1], -1).clone()
