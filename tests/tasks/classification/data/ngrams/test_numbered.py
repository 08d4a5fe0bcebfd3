from __future__ import annotations

import numpy as np
import torch

from amal_attention.data.buckets import Windows
from amal_attention.tasks.classification.data.ngrams.numbered import NumberedNgrams
from amal_attention.tasks.classification.data.ngrams.prepared import prepare_ngrams

ROWS = np.arange(5, 40)


def test_a_batch_holds_the_n_grams_of_its_reviews_padded_by_0(reviews, tmp_path):
    prepared = prepare_ngrams(reviews, ROWS, 1, tmp_path)
    ngrams = NumberedNgrams(reviews, ROWS, prepared)
    texts = np.array([7, 0, 20])
    lengths = ngrams.lengths[texts]
    batch = ngrams[Windows(texts, np.zeros_like(texts), lengths)]
    assert batch.numbers.shape == (3, lengths.max()) and len(set(lengths.tolist())) == 3
    for row, text in enumerate(texts):
        part = slice(prepared.offsets[text], prepared.offsets[text + 1])
        for of_batch, kept in zip(batch[:3], (prepared.numbers, prepared.classes, prepared.ratios), strict=True):
            assert of_batch[row].tolist() == kept[part].tolist() + [0] * (lengths.max() - lengths[row])
    assert torch.equal(batch.labels, reviews.labels(ROWS[texts]))
