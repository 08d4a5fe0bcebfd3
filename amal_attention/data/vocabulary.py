"""The words a model knows, and the number of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

__all__ = ["PAD", "UNKNOWN", "Vocabulary"]

PAD = 0
UNKNOWN = 1
_SPECIAL = ("<pad>", "<unk>")


class Vocabulary:
    """Words by number: 0 is padding, 1 any unknown word, then ``known`` words in their order.

    >>> Vocabulary(["the", "film"]).encode(["the", "worst", "film"]).tolist()
    [2, 1, 3]
    """

    def __init__(self, known: Sequence[str]) -> None:
        self.known = list(known)

    @property
    def words(self) -> list[str]:
        """The word of each number."""
        return [*_SPECIAL, *self.known]

    def __len__(self) -> int:
        return len(_SPECIAL) + len(self.known)

    def __contains__(self, word: object) -> bool:
        return word in self._numbers

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.known, start=len(_SPECIAL))}

    def encode(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        """The numbers of words, int64 ``(len(words),)``."""
        return np.array([self._numbers.get(word, UNKNOWN) for word in words], dtype=np.int64)

    def encode_ranks(self, ranks: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """The numbers of words given by their rank in the corpus: ranks past the known words are unknown."""
        numbers = ranks.astype(np.int64) + len(_SPECIAL)
        numbers[ranks >= len(self.known)] = UNKNOWN
        return numbers

    def table(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Embeddings ``(len(self), D)`` from vectors ``(>= len(known), D)``: padding 0, unknown their mean."""
        known = np.asarray(vectors[: len(self.known)], dtype=np.float32)
        none = np.zeros((1, known.shape[1]), dtype=np.float32)
        return np.concatenate([none, known.mean(axis=0, keepdims=True) if len(known) else none, known])
