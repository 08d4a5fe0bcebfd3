"""Probes of modules that read places in no order: in another order they tell the same, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from amal_attention.checks.probes.probe import Probe

__all__ = ["SetProbe"]


class SetProbe(Probe):
    """A kind of module that reads places, such as the words of a text."""

    def turned(self, inputs: tuple[Any, ...], order: Tensor, of: str) -> tuple[Any, ...]:
        """The inputs, the places of the one called ``of`` in another order, with all that is told of them.

        Args:
            inputs: inputs with as many places there as ``order`` has.
            order: where each place stood, int ``(L,)``.
            of: the name of an input.
        """
        raise NotImplementedError

    def axes(self, of: str) -> Mapping[str, Sequence[int]]:
        """The axes of each part of the reply that are these places; parts without one are left out."""
        raise NotImplementedError
