"""One matrix a layer and head, of what a model looked at in its last call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from amal_attention.record import Grid

__all__ = ["head_grids"]

_FRONT = "[CLS]"


def head_grids(weights: Mapping[str, Tensor], places: Sequence[list[str]]) -> list[Grid]:
    """The weights of each head of each module that has heads, of the first text of the call.

    Args:
        weights: the weights by name of the module, as :class:`amal_attention.tasks.tap.AttentionTap` keeps them; those
            of four axes, ``(B, h, L, S)``, have heads.
        places: names of places, which are those of an axis as long as they are, or longer by one in front.
    """
    return [
        Grid(
            -1,
            f"{name}, head {head}",
            _named(matrix.shape[0], places),
            _named(matrix.shape[1], places),
            matrix.float().tolist(),
        )
        for name, each in weights.items()
        if each.dim() == 4
        for head, matrix in enumerate(each[0].cpu(), start=1)
    ]


def _named(size: int, places: Sequence[list[str]]) -> list[str]:
    """Names for the places of an axis: their numbers where nothing is as long."""
    for names in places:
        if len(names) == size:
            return names
    for names in places:
        if len(names) == size - 1:
            return [_FRONT, *names]
    return [str(number) for number in range(1, size + 1)]
