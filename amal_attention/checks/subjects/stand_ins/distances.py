"""A stand-in for what tells how far two distributions are from each other, where something built on it is looked at."""

from __future__ import annotations

from torch import Tensor

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["squared_hellinger"]


@stand_in
def squared_hellinger(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    """How far two distributions are: twice the sum of ``(√p - √q)²``.

    To second order, around ``p = q``, it changes with the logits as other divergences do.

    Args:
        p_logits: logits of the first distributions, ``(B, C)``.
        q_logits: logits of the second ones, ``(B, C)``.

    Returns:
        float ``(B,)``.
    """
    roots, others = ((each.log_softmax(dim=1) / 2).exp() for each in (p_logits, q_logits))
    return 2 * ((roots - others) ** 2).sum(dim=1)
