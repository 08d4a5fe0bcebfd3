"""Probes of modules that go from place to place, as a text is written: what comes later is not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.probes.probe import Probe

__all__ = ["TimeProbe", "with_another"]


class TimeProbe(Probe):
    """A kind of module whose reply has a part for each place that it reads."""

    def steps(self, inputs: tuple[Any, ...]) -> int:
        """How many places there are."""
        raise NotImplementedError

    def in_time(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The parts of the reply whose second axis is these places."""
        raise NotImplementedError

    def another(self, inputs: tuple[Any, ...], place: int, seed: int) -> tuple[Any, ...]:
        """The inputs with something else at one place of each row, counted from 0."""
        raise NotImplementedError

    def cut(self, inputs: tuple[Any, ...], steps: int) -> tuple[Any, ...]:
        """The inputs as far as the first places, where a module may be asked for these alone."""
        raise NotImplementedError


def with_another(tokens: Tensor, place: int, numbers: range, seed: int) -> Tensor:
    """The tokens ``(B, L)`` with another one at a place of each row, of these numbers."""
    by = torch.randint(1, len(numbers), (len(tokens),), generator=torch.Generator().manual_seed(seed))
    moved = tokens.clone()
    moved[:, place] = (tokens[:, place] - numbers.start + by) % len(numbers) + numbers.start
    return moved
