"""Stand-ins made of torch's own parts, for earlier answers that are wrong, where one built on them is looked at."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks.subjects.stand_ins.as_they_are import even_weights
from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = [
    "Table",
    "TorchDecoderLayer",
    "TorchEncoder",
    "TorchEncoderLayer",
    "TorchHeads",
    "TorchNorm",
    "torch_attention",
]


@stand_in
class Table(nn.Module):
    """A function that looks its reply up in a table of the grader's: the part of it that has the sizes it is asked for.

    Args:
        values: the replies, of any type, ``(N, M)``.
    """

    def __init__(self, values: Tensor) -> None:
        super().__init__()
        self.values: Tensor
        self.register_buffer("values", values.clone())

    def forward(self, length: int, width: int | None = None) -> Tensor:
        """The first rows and columns, ``(length, width)``; as many columns as rows by default."""
        return self.values[:length, : length if width is None else width].clone()


@stand_in
def torch_attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """``F.scaled_dot_product_attention``, and its weights: what it reads of values that are 1 at one place each.

    Args:
        query: ``(..., L, K)``.
        key: ``(..., S, K)``.
        value: ``(..., S, M)``.
        mask: True where a query may look, to be broadcast over ``(..., L, S)``; everywhere by default.

    Returns:
        What was read, ``(..., L, M)``, and the weights ``(..., L, S)``; zeros for a query that may look nowhere.
    """
    rows, places = key.shape[:-1], key.shape[-2]
    seen = torch.ones(1, 1, dtype=torch.bool) if mask is None else mask
    seen = seen.unsqueeze(0) if seen.dim() < 2 else seen
    readable = seen.expand(*seen.shape[:-1], places)
    sees = readable.any(dim=-1, keepdim=True)
    read = partial(F.scaled_dot_product_attention, query, key, attn_mask=readable | ~sees)
    return read(value) * sees, read(torch.eye(places).expand(*rows, places)) * sees


@stand_in
class TorchNorm(nn.LayerNorm):
    """``nn.LayerNorm`` of vectors.

    Args:
        dim: D, their width.
        eps: added to the variance.
    """

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        super().__init__(dim, eps=eps)


@stand_in
class TorchHeads(nn.Module):
    """``nn.MultiheadAttention`` that says where it may look, and gives the weights of each head.

    Args:
        dim: D, the width of the vectors.
        heads: h.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(dim, heads, batch_first=True)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Look from ``x`` ``(B, L, D)`` at ``memory`` ``(B, S, D)``.

        Args:
            x: what asks.
            memory: what is looked at.
            mask: True where one may look, ``(B, L, S)`` or ``(B, 1, S)``.

        Returns:
            States ``(B, L, D)`` and weights ``(B, h, L, S)``, zeros where there is nothing to look at.
        """
        if mask is None:
            return self._inner(x, memory, None)
        blocked, sees = _blocked(mask, self.inner.num_heads, x.shape[1])
        states, weights = self._inner(x, memory, blocked)
        return states * sees, weights * sees.unsqueeze(1)

    def _inner(self, x: Tensor, memory: Tensor, blocked: Tensor | None) -> tuple[Tensor, Tensor]:
        states, weights = self.inner(x, memory, memory, attn_mask=blocked, average_attn_weights=False)
        return states, weights


@stand_in
class TorchEncoderLayer(nn.Module):
    """``nn.TransformerEncoderLayer``, and the weights of its heads.

    Args:
        dim: D, the width of the vectors.
        heads: h.
        hidden_size: the width of its network.
        norm_first: whether it normalises what is read, and not what is added up.
        dropout: share of numbers that it drops in training.
    """

    def __init__(self, dim: int, heads: int, hidden_size: int, norm_first: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        self.inner = nn.TransformerEncoderLayer(
            dim, heads, hidden_size, dropout=dropout, batch_first=True, norm_first=norm_first
        )

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` or ``(B, L, L)`` -> states as ``x``, weights ``(B, h, L, L)``."""
        heads = self.inner.self_attn
        blocked, sees = _blocked(mask if mask.dim() == 3 else mask.unsqueeze(1), heads.num_heads, x.shape[1])
        read = self.inner.norm1(x) if self.inner.norm_first else x
        _, weights = heads(read, read, read, attn_mask=blocked, average_attn_weights=False)
        return self.inner(x, src_mask=blocked), weights * sees.unsqueeze(1)


@stand_in
class TorchEncoder(nn.Module):
    """``nn.TransformerEncoder``; its weights are even over what may be looked at.

    Args:
        dim: D, the width of the vectors.
        heads: h.
        hidden_size: the width of the network of each layer.
        num_layers: how many there are.
        norm_first: see :class:`TorchEncoderLayer`.
        dropout: the same.
    """

    def __init__(
        self, dim: int, heads: int, hidden_size: int, num_layers: int, norm_first: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            dim, heads, hidden_size, dropout=dropout, batch_first=True, norm_first=norm_first
        )
        norm = nn.LayerNorm(dim) if norm_first else None
        self.heads, self.inner = heads, nn.TransformerEncoder(layer, num_layers, norm, enable_nested_tensor=False)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)`` or ``(B, L, L)`` -> states as ``x``, weights ``(B, h, L, L)``."""
        seen = mask if mask.dim() == 3 else mask.unsqueeze(1)
        blocked, _ = _blocked(seen, self.heads, x.shape[1])
        return self.inner(x, mask=blocked), even_weights(seen, self.heads, x)


@stand_in
class TorchDecoderLayer(nn.Module):
    """``nn.TransformerDecoderLayer`` that sees no later word; its weights are even over the words of the memory.

    Args:
        dim: D, the width of the vectors.
        heads: h.
        hidden_size: the width of its network.
        norm_first: see :class:`TorchEncoderLayer`.
        dropout: the same.
    """

    def __init__(self, dim: int, heads: int, hidden_size: int, norm_first: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.inner = nn.TransformerDecoderLayer(
            dim, heads, hidden_size, dropout=dropout, batch_first=True, norm_first=norm_first
        )

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` ``(B, L, D)``, ``mask`` ``(B, L)``, ``memory`` ``(B, S, D)``, ``memory_mask`` ``(B, S)``.

        Returns:
            States ``(B, L, D)`` and weights ``(B, h, L, S)``.
        """
        later = nn.Transformer.generate_square_subsequent_mask(x.shape[1], device=x.device)
        own, _ = _blocked((later == 0) & mask.unsqueeze(1), self.heads, x.shape[1])
        of_memory = memory_mask.unsqueeze(1)
        other, _ = _blocked(of_memory, self.heads, x.shape[1])
        states = self.inner(x, memory, tgt_mask=own, memory_mask=other)
        return states, even_weights(of_memory, self.heads, x)


def _blocked(seen: Tensor, heads: int, length: int) -> tuple[Tensor, Tensor]:
    """Where torch's attention may not look, ``(B * h, L, S)``, and 1 where a query sees anything, ``(B, L, 1)``.

    A query that may look nowhere looks everywhere here: torch would give it NaN.
    """
    seen = seen.expand(-1, length, -1)
    sees = seen.any(dim=2, keepdim=True)
    return (sees & ~seen).repeat_interleave(heads, dim=0), sees.to(torch.get_default_dtype())
