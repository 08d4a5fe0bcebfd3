"""Perplexities to compare with: of a model that counts words, and of one that counts pairs of neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from amal_attention.tasks.language.data.module import ReviewStream
from amal_attention.tasks.language.data.stream import Stream

__all__ = ["ngram_perplexities"]

_ROUNDS = 20

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


def ngram_perplexities(data: ReviewStream, split: str = "test") -> dict[str, float]:
    """The perplexity of ``unigram`` and of ``bigram`` on the windows of a split, on the words that a model tells there.

    The unigram model knows how often each word stands in the training stream, one more than it was counted. The bigram
    model mixes with it how often the word follows the one before; the share of each is what makes the validation
    windows likeliest (Jelinek & Mercer 1980).
    """
    counts = _Counts.of(data.stream("train"), data.num_tokens)
    of_words, of_pairs = counts.probabilities(data.stream("validation"))
    share = 0.5
    for _ in range(_ROUNDS):
        share = float((share * of_pairs / (share * of_pairs + (1 - share) * of_words)).mean())
    of_words, of_pairs = counts.probabilities(data.stream(split))
    mixed = share * of_pairs + (1 - share) * of_words
    return {name: float(np.exp(-np.log(each).mean())) for name, each in (("unigram", of_words), ("bigram", mixed))}


@dataclass(frozen=True)
class _Counts:
    """What stands in a stream: how often each word does, ``(V,)``, and its pairs of neighbours, sorted, ``(N - 1,)``.

    A pair is a number: that of its first word times V, and that of its second.
    """

    words: _Ints
    pairs: _Ints

    @classmethod
    def of(cls, stream: Stream, num_tokens: int) -> _Counts:
        tokens = stream.tokens(np.arange(stream.total)).astype(np.int64)
        pairs = tokens[:-1] * num_tokens + tokens[1:]
        return cls(np.bincount(tokens, minlength=num_tokens), np.sort(pairs))

    def probabilities(self, stream: Stream) -> tuple[_Floats, _Floats]:
        """Of each word of the windows but the first: by how often it stands, and after the one before."""
        tokens = stream.tokens(stream.starts[:, None] + np.arange(stream.length))
        before, after = tokens[:, :-1].ravel(), tokens[:, 1:].ravel()
        of_words = (self.words + 1) / (self.words.sum() + len(self.words))
        first = before * len(self.words)
        followed = self._between(first, first + len(self.words))
        return of_words[after], self._between(first + after, first + after + 1) / np.maximum(followed, 1)

    def _between(self, lowest: _Ints, end: _Ints) -> _Ints:
        """How many pairs have a number from ``lowest`` on and below ``end``."""
        return np.searchsorted(self.pairs, end) - np.searchsorted(self.pairs, lowest)
