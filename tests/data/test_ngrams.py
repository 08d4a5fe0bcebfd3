"""N-grams against plain loops over lists of words."""

from __future__ import annotations

import math

import pytest
import torch

from amal_attention.data.ngrams import (
    KINDS,
    kinds_of,
    log_ratios,
    ngram_keys,
    number_ngrams,
    occurrences,
    over_words,
)

BACK = ((0,), (1, 0), (2, 1, 0), (2, 0))  # the words of each kind, in their order
TEXTS = torch.tensor([[4, 5, 1, 4, 5, 6, 4], [7, 7, 7, 1, 7, 0, 0], [1, 1, 0, 0, 0, 0, 0]])
OPEN = -1


def by_hand(text: list[int], place: int, kind: int) -> tuple[int, ...]:
    """The words of an n-gram, an open one told as such; none if one of them is unknown, padding or not there."""
    if place < max(BACK[kind]):
        return ()
    words = [text[place - back] for back in BACK[kind]]
    if min(words) <= 1:
        return ()
    return (words[0], OPEN, words[1]) if kind == 3 else tuple(words)


def all_by_hand() -> dict[tuple[int, int, int], tuple[int, ...]]:
    return {
        (text, place, kind): by_hand(TEXTS[text].tolist(), place, kind)
        for text in range(len(TEXTS))
        for place in range(TEXTS.shape[1])
        for kind in range(KINDS)
    }


def test_keys_tell_n_grams_apart_and_are_0_where_there_is_none() -> None:
    keys = ngram_keys(TEXTS)
    told: dict[int, tuple[int, ...]] = {}
    for place, words in all_by_hand().items():
        assert told.setdefault(int(keys[place]), words) == words
    assert told[0] == () and len(set(told.values())) == len(told)


def test_a_word_past_those_that_a_key_can_tell_is_unknown() -> None:
    assert ngram_keys(torch.tensor([[1 << 20, 5]])).tolist() == [[[0, 0, 0, 0], [5, 0, 0, 0]]]


def test_a_key_tells_its_kind() -> None:
    largest = (1 << 20) - 1
    assert kinds_of(ngram_keys(torch.tensor([[2, 2, 2]]))[0, 2]).tolist() == [0, 1, 2, 3]
    assert kinds_of(ngram_keys(torch.tensor([[largest] * 3]))[0, 2]).tolist() == [0, 1, 2, 3]


def test_known_n_grams_are_numbered_and_others_are_0() -> None:
    keys = ngram_keys(TEXTS)
    known = torch.cat([torch.zeros(1, dtype=torch.int64), keys[0][keys[0] > 0].unique()])
    numbers = number_ngrams(TEXTS, known)
    assert torch.equal(known[numbers[0]], keys[0])
    assert numbers[1:].sum() == 0


def test_n_grams_are_found_again_in_their_own_text() -> None:
    words = all_by_hand()
    numbers = torch.zeros(*TEXTS.shape, KINDS, dtype=torch.int64)
    names = sorted(set(words.values()))
    for place, ngram in words.items():
        numbers[place] = names.index(ngram)
    where = occurrences(numbers)
    for (text, place, kind), ngram in words.items():
        places = [p for p in range(TEXTS.shape[1]) if ngram and words[text, p, kind] == ngram]
        expected = [places[0], places[-1], len(places)] if places else [0, 0, 0]
        assert [int(part[text, place, kind]) for part in where] == expected


def test_texts_without_an_n_gram_have_no_occurrence() -> None:
    assert all(part.sum() == 0 for part in occurrences(torch.zeros(2, 3, KINDS, dtype=torch.int64)))


def test_the_weight_of_an_n_gram_is_shared_among_its_words() -> None:
    weights = torch.zeros(1, 4, KINDS)
    weights[0, 1, 0], weights[0, 2, 1], weights[0, 3, 2], weights[0, 2, 3] = 0.1, 0.2, 0.3, 0.4
    torch.testing.assert_close(over_words(weights), torch.tensor([[0.2, 0.3, 0.4, 0.1]]))


def test_the_log_ratio_is_that_of_the_shares_with_one_more_each() -> None:
    ratios = log_ratios(torch.tensor([[9, 19], [4, 1], [0, 0]]))
    assert ratios.tolist() == pytest.approx([0, math.log(2 / 20) - math.log(5 / 10), math.log(10 / 20)])
