"""Points in given proportions that add up to a given total."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["shares"]


def shares(weights: Sequence[float], total: float, digits: int) -> list[float]:
    """``total``, divided in the proportion of ``weights`` and rounded; the greatest share takes what is left.

    >>> shares([1, 1, 1], 10, 2)
    [3.34, 3.33, 3.33]
    """
    points = [round(each * total / sum(weights), digits) for each in weights]
    greatest = points.index(max(points))
    points[greatest] = round(points[greatest] + total - sum(points), digits)
    return points
