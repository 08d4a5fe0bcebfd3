"""Expectations on what sums a text up in one vector behind layers of a Transformer; names are free.

With all matrices 0 but the one that reads the words, the layers add nothing that hangs on the text. Then the state of a
word hangs on that word alone, and a text of one word gives it.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import is_matrix
from amal_attention.checks.expectations.poolings.probe import looks, read_each
from amal_attention.checks.expectations.poolings.states import unexplained
from amal_attention.checks.expectations.poolings.wording import reviews_sent
from amal_attention.checks.probes.texts import some_texts
from amal_attention.checks.subjects.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["keeps_one_vector", "looks_from_one_vector", "sums_states"]

Module = nn.Module | Subject

_LITTLE = 1e-3
_TRIES = 3
_NOT_SUMMED = "pooled is the sum of the states of the encoder, by the weights that come back"
_NO_SCORES = "the same weight for every word: a query is compared with the states"
_BENT = "the scores are q · h, with h the states that are summed, and the softmax follows: nothing bends or scales them"
_FROM_TEXT = "q is a parameter, the same for all texts: it is computed from no word"
_OF_TEXT = "pooled is the state of the vector that is put in front, the first one: not of a word, nor a mean"
_UNREAD = "the vector in front looks at every word of the text"
_HIDDEN = "the place of the vector in front is True in the mask: it is looked at like a word"
_SILENT = "the layers silent: all their matrices 0"


@expectation("pooled is the sum of the states by the softmax of q · h")
def sums_states(pooling: Module, dim: int, width: int, *, seed: int = 0, what: str = "", hint: str = "") -> None:
    """With silent layers, texts of one word give their states; those of two words the sum, by log-weights q · h.

    Args:
        pooling: reads the words by one matrix, and knows no positions.
        dim: width of the words, which no other matrix has.
        width: the width of the states.
        seed: another seed, other parameters and words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    x, mask = some_texts(dim, [3] * (3 * width), seed)
    looked_at = _silenced(pooling, dim, x, mask, seed)
    texts = [(x[:, at], mask[:, at]) for at in (slice(1), slice(1, 2), slice(2), slice(3))]
    (first, _), (second, _), (pooled, weights), (_, in_three) = read_each(looked_at, texts)
    sent = f"{len(x)} texts of one and of two words, {_SILENT}"
    total = weights[:, :1] * first + weights[:, 1:] * second
    if not same(pooled, total, _LITTLE):
        raise Missed(
            f"{numbers(total[0])}, the states by the weights {numbers(weights[0])}",
            f"pooled {numbers(pooled[0])}",
            hint or _NOT_SUMMED,
            sent,
        )
    odds, beside = (each[:, 0].double().log() - each[:, 1].double().log() for each in (weights, in_three))
    if not odds.std() > 1e-4:
        raise Missed("weights that differ from word to word", numbers(weights[0]), hint or _NO_SCORES, sent)
    if not same(odds, beside, _LITTLE):
        raise Missed(
            f"the log of the ratio of two weights to stay {odds[0]:.3g} where a third word follows",
            f"{beside[0]:.3g}",
            hint or _FROM_TEXT,
            sent,
        )
    other = unexplained(first - second, odds)
    if other > _LITTLE:
        told = f"{other:.0%} of how they vary is something else"
        raise Missed("log-weights that q · h tells, with the same q in all texts", told, hint or _BENT, sent)


@expectation("pooled is the state of one vector, the same for all texts")
def keeps_one_vector(pooling: Module, dim: int, *, seed: int = 0, what: str = "", hint: str = "") -> None:
    """With silent layers, every text gives the same, in a batch of any size and at each call.

    Args:
        pooling: reads the words by one matrix.
        dim: width of the words, which no other matrix has.
        seed: another seed, other parameters and words.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    x, mask = some_texts(dim, (4, 2, 3), seed)
    looked_at = _silenced(pooling, dim, x, mask, seed)
    every = torch.cat([pooled for pooled, _ in read_each(looked_at, [(x, mask), (x[:2, :3], mask[:2, :3])])])
    if not same(every, every[:1].expand_as(every)):
        raise Missed(
            f"the same for all texts, {numbers(every[0])}",
            numbers(every[1:]),
            hint or _OF_TEXT,
            f"{reviews_sent(x, mask)}, {_SILENT}",
        )


@expectation("the vector in front looks at every word, and at itself")
def looks_from_one_vector(pooling: Module, dim: int, *, seed: int = 0, what: str = "", hint: str = "") -> None:
    """In some look each word changes pooled; a word that stands three times counts more beside the vector than one.

    Args:
        pooling: a pooling with one layer, and without positions.
        dim: width of the words.
        seed: another seed, other parameters and words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    unread, hidden = {0, 1, 2}, True
    for looked_at, x, mask in looks(pooling, dim, (3, 3), _TRIES, seed):
        others = [x.index_copy(1, torch.tensor([place]), 1 - x[:, place : place + 1]) for place in range(3)]
        (pooled, _), *changed = read_each(looked_at, [(x, mask), *((each, mask) for each in others)])
        unread -= {place for place, (each, _) in enumerate(changed) if not same(each, pooled)}
        once, thrice = _repeated(looked_at, x)
        hidden = hidden and same(once, thrice)
    if unread:
        place = min(unread) + 1
        sent = reviews_sent(x, mask)
        raise Missed("another pooled vector", "the same", hint or _UNREAD, f"{sent}; then with another word {place}")
    if hidden:
        raise Missed(
            "another pooled vector where the word stands three times",
            f"the same, {numbers(once[0])}",
            hint or _HIDDEN,
            "texts of one word, then of the same word three times",
        )


def _repeated(looked_at: Subject, x: Tensor) -> Iterator[Tensor]:
    """What is pooled of a word, and of the same word three times."""
    texts = [x[:, :1], x[:, :1].expand(-1, 3, -1)]
    return (
        pooled for pooled, _ in read_each(looked_at, [(x, torch.ones(x.shape[:2], dtype=torch.bool)) for x in texts])
    )


def _silenced(pooling: Module, dim: int, x: Tensor, mask: Tensor, seed: int) -> Subject:
    """The pooling with random parameters, but for zeros in all matrices that have no axis as wide as the words."""
    looked_at = subject(pooling).eval()
    looked_at.materialise(x, mask)
    randomised(looked_at, seed + 1)
    matrices = {
        name: each for name, each in looked_at.parameters().items() if is_matrix(each) and dim not in each.shape
    }
    looked_at.load({name: torch.zeros_like(each) for name, each in matrices.items()})
    return looked_at
