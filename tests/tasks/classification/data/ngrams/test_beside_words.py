from __future__ import annotations

import numpy as np
import torch

from amal_attention.data.buckets import Windows
from amal_attention.tasks.classification.data.ngrams.beside_words import RatiosBesideWords
from amal_attention.tasks.classification.data.ngrams.prepared import prepare_ngrams

ROWS = np.arange(5, 40)


def test_the_words_of_a_window_have_the_ratios_of_the_whole_review_beside_them(reviews, tmp_path):
    prepared = prepare_ngrams(reviews, ROWS, 1, tmp_path)
    texts, starts, lengths = np.array([7, 20, 6]), np.array([3, 0, 2]), np.array([5, 8, 6])
    batch = RatiosBesideWords(reviews, ROWS, prepared)[Windows(texts, starts, lengths)]
    plain = reviews[Windows(ROWS[texts], starts, lengths)]
    for of_batch, expected in zip((batch.tokens, batch.mask, batch.labels), plain, strict=True):
        assert torch.equal(of_batch, expected)
    for row, text in enumerate(texts):
        begin = prepared.begins[text] + starts[row]
        assert batch.ratios[row, : lengths[row]].tolist() == prepared.at_places[begin : begin + lengths[row]].tolist()
        assert bool((batch.ratios[row, lengths[row] :] == 0).all())
