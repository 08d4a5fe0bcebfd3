"""Which one this is of several processes that train together."""

from __future__ import annotations

from lightning.pytorch.utilities import rank_zero_only

__all__ = ["is_first"]


def is_first() -> bool:
    """Whether this process tells and writes what came of it; one that trains alone does."""
    return not getattr(rank_zero_only, "rank", 0)  # Lightning keeps it there
