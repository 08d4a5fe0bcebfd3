"""What modules are given to see what they do: reviews of random words."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["some_reviews"]


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
