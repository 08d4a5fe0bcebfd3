"""Probes of modules that read texts: vectors of words, and where the words are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.probes.probe import Probe
from amal_attention.checks.probes.sets import SetProbe

__all__ = ["LayerProbe", "TextProbe", "VectorProbe", "exchanged", "some_texts"]


def some_texts(dim: int, lengths: Sequence[int] = (4, 2, 1), seed: int = 0) -> tuple[Tensor, Tensor]:
    """Texts of random words, ``x`` float ``(B, L, D)`` and ``mask`` bool ``(B, L)``; numbers stand under the padding.

    Args:
        dim: D.
        lengths: how many words each text has.
        seed: another seed, other words.
    """
    generator = torch.Generator().manual_seed(seed)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return torch.randn(*mask.shape, dim, generator=generator), mask


def exchanged(values: Tensor, first: int, second: int) -> Tensor:
    """A copy of ``(B, L, ...)`` in which what stands at two places of each row is exchanged."""
    places = torch.arange(values.shape[1])
    places[[first, second]] = places[[second, first]]
    return values[:, places]


class TextProbe(Probe):
    """Modules that read ``x`` float ``(B, L, D)`` and ``mask`` bool ``(B, L)``, True on words.

    Args:
        dim: D.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor]:
        """Texts of random words, and where they are."""
        x, mask = some_texts(self.dim, lengths, seed)
        return torch.where(mask.unsqueeze(2), x, under * x), mask

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The names that the statement uses."""
        return ["x", "mask"]


class LayerProbe(TextProbe, SetProbe):
    """Layers: what they give is ``(B, L, D)``, free on padding."""

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """The shape of the vectors."""
        return {"output": tuple(inputs[0].shape)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Where words are."""
        return {"output": inputs[1]}

    def turned(self, inputs: tuple[Any, ...], order: Tensor, of: str) -> tuple[Any, ...]:
        """The words in another order, and the mask with them."""
        return tuple(each[:, order] for each in inputs)

    def axes(self, of: str) -> Mapping[str, Sequence[int]]:
        """The vectors stand where the words do."""
        return {"output": (1,)}


class VectorProbe(LayerProbe):
    """Layers that treat each vector by itself: they read ``x`` ``(B, L, D)`` and no mask."""

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Any, ...]:
        """Random vectors; what would be padding is as good as they are."""
        return super().inputs(lengths, seed)[:1]

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Nothing: no part has padding."""
        return {}

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The name that the statement uses."""
        return ["x"]
