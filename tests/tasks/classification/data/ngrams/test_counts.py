from __future__ import annotations

from collections import Counter

import numpy as np

from amal_attention.tasks.classification.data.ngrams.counts import count_ngrams
from tests.tasks.classification.data.ngrams.conftest import OPEN, key_of, ngrams_of, words_of


def test_reviews_of_each_class_are_counted_and_rare_n_grams_left_out(reviews):
    rows = np.arange(3, 38)
    counted = [Counter(), Counter()]
    for row in rows:
        counted[reviews.store.labels[row]].update(ngrams_of(words_of(reviews, row)))
    table = {key: (negative, positive) for key, negative, positive in count_ngrams(reviews, rows).tolist()}
    assert table.pop(0) == tuple(np.bincount(reviews.store.labels[rows]))
    expected = {}
    for ngram in counted[0] | counted[1]:
        least = 4 if OPEN in ngram else len(ngram) + 1
        if counted[0][ngram] + counted[1][ngram] >= least:
            expected[key_of(ngram)] = (counted[0][ngram], counted[1][ngram])
    assert table == expected and len(table) < len(counted[0] | counted[1])


def test_keys_ascend(reviews):
    keys = count_ngrams(reviews, np.arange(40))[:, 0]
    assert keys.tolist() == sorted(set(keys.tolist()))
