"""Reviews of numbered words to count n-grams in, and the n-grams of each by a plain loop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from amal_attention.data.vocabulary import Vocabulary
from amal_attention.tasks.classification.data.reviews import Reviews
from tests.tasks.classification.data.test_bags import store_of

OPEN = -1


@pytest.fixture
def reviews(tmp_path: Path) -> Reviews:
    """40 reviews of 0 to 12 words out of 6, of which the last is unknown."""
    generator = np.random.default_rng(0)
    texts = [generator.integers(0, 6, size=number % 13).tolist() for number in range(40)]
    store = store_of(tmp_path / "store", texts, 6)
    labels = generator.integers(0, 2, size=40).astype(np.int8)
    return Reviews(replace(store, labels=labels), Vocabulary(list("abcde")))


def words_of(reviews: Reviews, row: int) -> list[int]:
    """The words of a review by rank; the unknown one is 5."""
    store = reviews.store
    return store.tokens[store.offsets[row] : store.offsets[row + 1]].tolist()


def at_place(words: list[int], place: int) -> list[tuple[int, ...]]:
    """The n-grams that end at a place: word, pair, triple, pair around an open word; () where one is unknown."""
    one, two, three = (words[max(0, place - back) : place + 1] for back in range(3))
    found = [tuple(one), tuple(two) if place >= 1 else (), tuple(three) if place >= 2 else ()]
    found.append((three[0], OPEN, three[2]) if place >= 2 else ())
    return [() if 5 in ngram else ngram for ngram in found]


def ngrams_of(words: list[int]) -> set[tuple[int, ...]]:
    return {ngram for place in range(len(words)) for ngram in at_place(words, place) if ngram}


def key_of(ngram: tuple[int, ...]) -> int:
    """Words are numbered from 2 on, an open one is 0, and each has 20 bits."""
    key = 0
    for word in ngram:
        key = (key << 20) + (word + 2 if word != OPEN else 0)
    return key
