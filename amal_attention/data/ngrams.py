"""N-grams of texts: words, pairs, triples, and pairs that leave one word open, each by a key that tells its words."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.data.vocabulary import PAD, UNKNOWN

__all__ = ["KINDS", "Occurrences", "kinds_of", "log_ratios", "ngram_keys", "number_ngrams", "occurrences", "over_words"]

_BACK = ((0,), (0, 1), (0, 1, 2), (0, 2))
"""How far back from the last word of an n-gram its words stand, by kind."""

KINDS = len(_BACK)
"""One n-gram of each kind ends at each place of a text, if there are words enough before it."""

_BITS = 20
_WORDS = 1 << _BITS  # that a key can tell: words are numbered by frequency, so that the others are the rarest


class Occurrences(NamedTuple):
    """Of the n-gram of each kind that ends at each place: its first place in the text, its last one, at how many.

    int64 ``(B, L, KINDS)`` each; 0 where there is none.
    """

    first: Tensor
    last: Tensor
    counts: Tensor


def ngram_keys(tokens: Tensor) -> Tensor:
    """The keys of the n-grams that end at each place, by kind: int64 ``(B, L)`` -> ``(B, L, KINDS)``.

    A key tells three words, 20 bits for each, the last word lowest; a word that is open or not there is 0. The key is 0
    where there is no n-gram: at the beginning of a text, on padding, and where one of its words is unknown.

    >>> ngram_keys(torch.tensor([[5, 7]]))[0, 1].tolist() == [7, (5 << 20) + 7, 0, 0]
    True
    """
    known = tokens.where((tokens > UNKNOWN) & (tokens < _WORDS), PAD)
    words = [F.pad(known, (back, 0))[:, : known.shape[1]] for back in range(3)]
    keys = []
    for backs in _BACK:
        whole = torch.stack([words[back] > 0 for back in backs]).all(dim=0)
        keys.append(sum((words[back] << back * _BITS) for back in backs) * whole)
    return torch.stack(keys, dim=-1)


def kinds_of(keys: Tensor) -> Tensor:
    """The kind of each n-gram, from 0 for a word to 3 for a pair around an open word: int64 ``(N,)`` -> ``(N,)``."""
    of_three = torch.where((keys >> _BITS) % _WORDS > 0, 2, 3)
    return torch.where(keys < _WORDS, 0, torch.where(keys < _WORDS**2, 1, of_three))


def number_ngrams(tokens: Tensor, known: Tensor) -> Tensor:
    """The numbers of the n-grams that end at each place, by kind: int64 ``(B, L)`` -> ``(B, L, KINDS)``.

    ``known`` int64 ``(N,)`` are their keys by number, ascending; number 0 stands for none, its key is 0.
    """
    keys = ngram_keys(tokens)
    numbers = torch.searchsorted(known, keys).clamp(max=len(known) - 1)
    return numbers.where(known[numbers] == keys, 0)


def occurrences(numbers: Tensor) -> Occurrences:
    """Where in its text each n-gram stands, and how often; ``numbers`` int64 ``(B, L, KINDS)``, 0 for none."""
    texts, places, kinds = numbers.nonzero(as_tuple=True)
    found = numbers[texts, places, kinds]
    coded = (texts << 32) + found  # 2³² n-grams are in no memory
    _, group, counts = torch.unique(coded, return_inverse=True, return_counts=True)
    dense = torch.zeros(3, *numbers.shape, dtype=torch.int64, device=numbers.device)
    for row, how in enumerate(("amin", "amax")):
        ends = places.new_zeros(len(counts)).scatter_reduce(0, group, places, how, include_self=False)
        dense[row, texts, places, kinds] = ends[group]
    dense[2, texts, places, kinds] = counts[group]
    return Occurrences(*dense)


def over_words(weights: Tensor) -> Tensor:
    """Share the weight of each n-gram evenly among its words: float ``(B, L, KINDS)`` -> ``(B, L)``."""
    words = torch.zeros_like(weights[..., 0])
    for kind, backs in enumerate(_BACK):
        for back in backs:
            length = words.shape[1] - back
            words[:, :length] += weights[:, back:, kind] / len(backs)
    return words


def log_ratios(counts: Tensor) -> Tensor:
    """How much oftener n-grams stand in texts of class 1 than in those of class 0, as naive Bayes counts it.

    Args:
        counts: int64 ``(N, 2)``, in how many texts of each class each n-gram stands; row 0: how many there are.

    Returns:
        The logarithm of the ratio of the two shares, one being added to each count, float32 ``(N,)``; 0 in row 0.
    """
    logarithms = (counts + 1).double().log()
    odds = logarithms[:, 1] - logarithms[:, 0]
    return (odds - odds[0]).float()
