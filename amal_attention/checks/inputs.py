"""What modules are given to see what they do: reviews of random words, and an attention that is known."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["FirstWord", "FixedAttention", "some_reviews"]


def some_reviews(dim: int, lengths: Sequence[int] = (4, 2, 1), seed: int = 0) -> tuple[Tensor, Tensor]:
    """Reviews of random words, ``x`` float ``(B, L, D)`` and ``mask`` bool ``(B, L)``; numbers stand under the padding.

    Args:
        dim: D.
        lengths: how many words each review has.
        seed: another seed, other words.
    """
    generator = torch.Generator().manual_seed(seed)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return torch.randn(*mask.shape, dim, generator=generator), mask


class FirstWord(nn.Module):
    """A pooling that gives the first word for the whole review, and attends to it alone.

    It stands in for an earlier answer that is wrong, where one that is built on it is looked at.

    Args:
        dim: D, the width of the vectors.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, D)``, weights ``(B, L)``."""
        first = torch.arange(x.shape[1], device=x.device) == 0
        return x[:, 0], first.expand(mask.shape).to(x.dtype)


class FixedAttention(nn.Module):
    """A pooling that attends as it is told, whatever it reads, and gives the first word for the whole review.

    It stands in for an attention where something else is looked at. It keeps what it was handed.

    Args:
        weights: float ``(B, L)``; they are a parameter, so that one sees whether a gradient reaches them. A
            smaller batch gets the first rows.
        dim: D, the width of the vectors.
        times: how often the first word is repeated in what it gives, which is as many times as wide.

    Attributes:
        x: what it was handed last, ``(B, L, D)``.
        mask: the same, ``(B, L)``.
    """

    def __init__(self, weights: Tensor, dim: int, times: int = 1) -> None:
        super().__init__()
        self.weights = nn.Parameter(weights.clone())
        self.out_features = times * dim
        self.x: Tensor | None
        self.mask: Tensor | None
        self.register_buffer("x", None)  # buffers are seen in the state, from another process too
        self.register_buffer("mask", None)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> pooled ``(B, out_features)``, weights ``(B, L)``."""
        self.x, self.mask = x.detach().clone(), mask.detach().clone()
        return x[:, 0].repeat(1, self.out_features // x.shape[2]), self.weights[: len(x)].clone()
