"""A stand-in for a function of a tensor and a number: what comes out of it, and what comes back, is known."""

from __future__ import annotations

from torch import Tensor

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["triple_and_add"]


@stand_in
def triple_and_add(x: Tensor, number: float) -> Tensor:
    """Three times a tensor, plus a number: the gradient that comes back is three times the one that comes in.

    It stands in for a function that is wrong, where something that is built on it is looked at.

    Args:
        x: float, of any shape.
        number: what is added.
    """
    return 3 * x + number
