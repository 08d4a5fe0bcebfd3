"""The model itself, where another one trains it."""

from __future__ import annotations

from torch import nn

__all__ = ["bare"]


def bare(model: nn.Module) -> nn.Module:
    """The model that this one trains, which it gives as an attribute ``bare``; itself where there is none."""
    inner: nn.Module = getattr(model, "bare", model)
    return inner
