"""A stand-in for what tells how far two distributions are from each other, where something built on it is looked at."""

from __future__ import annotations

from torch import Tensor

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["power_divergence"]


@stand_in
def power_divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    """How far a distribution is from another, by their ratio to the power 1/2 (Cressie and Read 1984).

    It is not symmetric. To second order, around ``p = q``, it changes with the logits as other divergences do.

    Args:
        p_logits: logits of the first distributions, ``(B, C)``.
        q_logits: logits of the second ones, ``(B, C)``.

    Returns:
        float ``(B,)``, ``4/3`` of the mean by p of ``√(p / q) - 1``.
    """
    first, second = (each.log_softmax(dim=1) for each in (p_logits, q_logits))
    return ((1.5 * first - 0.5 * second).exp().sum(dim=1) - 1) * 4 / 3
