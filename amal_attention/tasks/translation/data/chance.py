"""Chance that comes out the same on every machine and in every release of Python."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

__all__ = ["Chance"]

T = TypeVar("T")


class Chance:
    """Draws that a seed decides. Of Python's generator, ``random.random`` alone is promised to stay as it is."""

    def __init__(self, seed: int) -> None:
        self._number = random.Random(seed).random

    def below(self, end: int) -> int:
        """One of the numbers from 0 to ``end`` - 1."""
        return int(self._number() * end)

    def of(self, options: Sequence[T]) -> T:
        """One of these."""
        return options[self.below(len(options))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, drawn by weight."""
        ends = list(accumulate(weights.values()))
        return list(weights)[bisect(ends, self._number() * ends[-1])]

    def happens(self, share: float) -> bool:
        """True in this share of cases."""
        return self._number() < share

    def sample(self, end: int, count: int) -> list[int]:
        """``count`` different numbers from 0 to ``end`` - 1, in random order (Fisher and Yates)."""
        numbers = list(range(end))
        for place in range(count):
            other = place + self.below(end - place)
            numbers[place], numbers[other] = numbers[other], numbers[place]
        return numbers[:count]
