"""The words of a stream, and the number of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from amal_attention.tasks.language.data.batch import RARE

__all__ = ["StreamWords"]

_RARE = "<rare>"


class StreamWords:
    """Words by number: 0 is any rare word, then ``known`` in their order.

    >>> StreamWords(["the", "film"]).encode(["the", "worst", "film"])
    [1, 0, 2]
    """

    def __init__(self, known: Sequence[str]) -> None:
        self.known = list(known)
        self._numbers = {word: number for number, word in enumerate(self.known, start=RARE + 1)}

    def __len__(self) -> int:
        return RARE + 1 + len(self.known)

    def encode(self, words: Iterable[str]) -> list[int]:
        """The numbers of words."""
        return [self._numbers.get(word, RARE) for word in words]

    def decode(self, tokens: Iterable[int]) -> list[str]:
        """The words of numbers."""
        return [_RARE if token == RARE else self.known[token - RARE - 1] for token in tokens]
