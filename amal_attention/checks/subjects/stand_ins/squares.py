"""A stand-in for what cuts images in squares, where something that is built on it is looked at."""

from __future__ import annotations

import torch
from torch import Tensor

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["squares_by_column"]


@stand_in
def squares_by_column(images: Tensor, size: int) -> Tensor:
    """Cut images in squares, column of squares by column, the pixels of each mirrored.

    It stands in for an answer that is wrong. Whoever learns from squares learns as well from these: each pixel is
    there once, in a square with its neighbours.

    Args:
        images: float ``(B, H, W)``.
        size: side of a square; H and W are multiples of it.

    Returns:
        ``(B, N, size * size)``.
    """
    columns = [part for column in torch.split(images.flip(2), size, dim=2) for part in torch.split(column, size, dim=1)]
    return torch.stack([each.flatten(1) for each in columns], dim=1)
