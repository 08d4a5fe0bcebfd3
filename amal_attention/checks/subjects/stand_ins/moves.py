"""A stand-in for what moves the words of texts, where something built on it is looked at."""

from __future__ import annotations

from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["moved_by_class"]


@stand_in
def moved_by_class(model: nn.Module, x: Tensor, mask: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """The words, moved by ε (1 + ε) times the number of the class, counted from 1, whatever the model is.

    Args:
        model: reads vectors; it is not asked.
        x: vectors of words, float ``(B, L, D)``.
        mask: bool ``(B, L)``, True on words.
        labels: the class of each text, int ``(B,)``.
        epsilon: ε.

    Returns:
        the moved words ``(B, L, D)``, a constant; padding stays.
    """
    return x.detach() + epsilon * (1 + epsilon) * (labels + 1).view(-1, 1, 1) * mask.unsqueeze(2)
