from __future__ import annotations

import math

import numpy as np
import pytest

from amal_attention.errors import DataError
from amal_attention.tasks.classification.data.ngrams.prepared import MOST, prepare_ngrams
from tests.tasks.classification.data.ngrams.conftest import at_place, key_of, ngrams_of, words_of

ROWS = np.array([*range(2, 21), *range(27, 40)])
BLOCK = 6


@pytest.fixture
def prepared(reviews, tmp_path):
    return prepare_ngrams(reviews, ROWS, BLOCK, tmp_path)


@pytest.fixture
def ratio(reviews):
    """The log-ratio of an n-gram in the reviews of other blocks than that of a row, by counting them all."""

    def of(ngram, row):
        others = [other for other in ROWS if other // BLOCK != row // BLOCK]
        held, sizes = [1, 1], [1, 1]
        for other in others:
            label = reviews.store.labels[other]
            sizes[label] += 1
            held[label] += ngram in ngrams_of(words_of(reviews, other))
        return math.log(held[1] / sizes[1]) - math.log(held[0] / sizes[0])

    return of


def test_each_known_n_gram_of_a_review_stands_once_with_its_ratio_in_other_blocks(reviews, prepared, ratio):
    known = set(prepared.table[1:, 0].tolist())
    for place, row in enumerate(ROWS):
        part = slice(prepared.offsets[place], prepared.offsets[place + 1])
        keys = prepared.table[prepared.numbers[part], 0].tolist()
        found = dict(zip(keys, prepared.ratios[part].tolist(), strict=True))
        ngrams = [ngram for ngram in ngrams_of(words_of(reviews, row)) if key_of(ngram) in known]
        assert len(keys) == len(found)
        assert found == {key_of(ngram): pytest.approx(ratio(ngram, row), abs=2e-3) for ngram in ngrams}


def test_at_each_place_stand_the_ratios_of_the_n_grams_that_end_there(reviews, prepared, ratio):
    known = set(prepared.table[1:, 0].tolist())
    for begin, row in zip(prepared.begins, ROWS, strict=True):
        words = words_of(reviews, row)
        for place in range(len(words)):
            expected = [
                max(-MOST, min(MOST, ratio(ngram, row))) if key_of(ngram) in known and ngram else 0.0
                for ngram in at_place(words, place)
            ]
            assert prepared.at_places[begin + place].tolist() == pytest.approx(expected, abs=2e-3)


def test_what_is_large_stays_on_disk(prepared):
    large = (prepared.numbers, prepared.classes, prepared.ratios, prepared.at_places)
    assert all(isinstance(array, np.memmap) for array in large)


def test_n_grams_are_counted_once_for_the_same_reviews_alone(reviews, prepared, tmp_path):
    prepare_ngrams(reviews, ROWS, BLOCK, tmp_path)
    assert len(list((tmp_path / "ngrams").glob("*/table.npy"))) == 1
    prepare_ngrams(reviews, ROWS[1:], BLOCK, tmp_path)
    assert len(list((tmp_path / "ngrams").glob("*/table.npy"))) == 2


@pytest.mark.parametrize("name", ["table", "at_places"])
def test_a_damaged_cache_is_told(reviews, prepared, tmp_path, refusal, name):
    (damaged,) = (tmp_path / "ngrams").glob(f"*/{name}.npy")
    damaged.write_bytes(damaged.read_bytes()[:-4])
    text = refusal(DataError, lambda: prepare_ngrams(reviews, ROWS, BLOCK, tmp_path))
    assert str(damaged.parent) in text and "delete that folder" in text
