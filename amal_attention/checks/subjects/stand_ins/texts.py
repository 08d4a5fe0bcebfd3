"""Stand-ins for what makes one vector of a text by weighing its words, and a function of such weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["FirstWord", "FixedAttention", "concentration"]


@stand_in
class FirstWord(nn.Module):
    """Gives the first word for the whole text, and attends to it alone.

    It stands in for an earlier answer that is wrong, where one that is built on it is looked at.

    Args:
        dim: D, the width of the vectors.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> vectors ``(B, D)``, weights ``(B, L)``."""
        first = torch.arange(x.shape[1], device=x.device) == 0
        return x[:, 0], first.expand(mask.shape).to(x.dtype)


@stand_in
class FixedAttention(nn.Module):
    """Attends as it is told, whatever it reads, and gives the first word for the whole text.

    It stands in for an attention where something else is looked at. It keeps what it was handed.

    Args:
        weights: float ``(B, L)``; they are a parameter, so that one sees whether a gradient reaches them. A
            smaller batch gets the first rows.
        dim: D, the width of the vectors.
        times: how often the first word is repeated in what it gives, which is as many times as wide.

    Attributes:
        x: what it was handed last, ``(B, L, D)``.
        mask: the same, ``(B, L)``.
        in_training: whether it was in training mode then, bool, one number.
    """

    def __init__(self, weights: Tensor, dim: int, times: int = 1) -> None:
        super().__init__()
        self.weights = nn.Parameter(weights.clone())
        self.out_features = times * dim
        self.x: Tensor | None
        self.mask: Tensor | None
        self.register_buffer("x", None)  # buffers are seen in the state, from another process too
        self.register_buffer("mask", None)
        self.in_training: Tensor | None
        self.register_buffer("in_training", None)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> vectors ``(B, out_features)``, weights ``(B, L)``."""
        self.x, self.mask, self.in_training = x.detach().clone(), mask.detach().clone(), torch.tensor(self.training)
        return x[:, 0].repeat(1, self.out_features // x.shape[2]), self.weights[: len(x)].clone()


@stand_in
def concentration(weights: Tensor, mask: Tensor) -> Tensor:
    """How concentrated attention is on each text: the sum of the squares of its weights.

    It stands in for an entropy that is wrong, where something that is built on it is looked at.

    Args:
        weights: ``(B, L)``.
        mask: ``(B, L)``.

    Returns:
        float ``(B,)``.
    """
    return (weights.masked_fill(~mask, 0) ** 2).sum(dim=1)
