"""Perplexities to compare with: of a model that counts words, and of one that counts pairs of neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from amal_attention.tasks.language.data.module import ReviewStream
from amal_attention.tasks.language.data.stream import Stream

__all__ = ["ngram_perplexities"]

_BLOCK = 1 << 20
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
    """How often each word stands in a stream, ``(V,)``, and each pair of neighbours, ``(V, V)``."""

    words: _Ints
    pairs: csr_array

    @classmethod
    def of(cls, stream: Stream, num_tokens: int) -> _Counts:
        words = np.zeros(num_tokens, dtype=np.int64)
        pairs = csr_array((num_tokens, num_tokens), dtype=np.int64)
        for begin in range(0, stream.total, _BLOCK):
            tokens = stream.tokens(np.arange(begin, min(begin + _BLOCK + 1, stream.total)))
            words += np.bincount(tokens[:_BLOCK], minlength=num_tokens)
            one = np.ones(len(tokens) - 1, dtype=np.int64)
            pairs = pairs + csr_array((one, (tokens[:-1], tokens[1:])), shape=pairs.shape)
        return cls(words, pairs)

    def probabilities(self, stream: Stream) -> tuple[_Floats, _Floats]:
        """Of each word of the windows but the first: by how often it stands, and after the one before."""
        tokens = stream.tokens(stream.starts[:, None] + np.arange(stream.length))
        before, after = tokens[:, :-1].ravel(), tokens[:, 1:].ravel()
        of_words = (self.words + 1) / (self.words.sum() + len(self.words))
        followed = self.pairs.sum(axis=1)
        of_pairs = self.pairs[before, after] / np.maximum(followed[before], 1)
        return of_words[after], np.asarray(of_pairs, dtype=np.float64).ravel()
