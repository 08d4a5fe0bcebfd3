"""Models that count, on the words that a model is measured by."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from amal_attention.tasks.language.ngrams import ngram_perplexities


def test_they_are_what_counting_by_hand_gives(data):
    train = data.stream("train")
    tokens = train.tokens(np.arange(train.total)).tolist()
    words, pairs = Counter(tokens), Counter(pairwise(tokens))
    before = Counter(tokens[:-1])

    def each(split):
        stream = data.stream(split)
        for window in stream.tokens(stream.starts[:, None] + np.arange(stream.length)).tolist():
            for first, then in pairwise(window):
                unigram = (words[then] + 1) / (len(tokens) + data.num_tokens)
                yield unigram, pairs[first, then] / max(before[first], 1)

    def cost(share, split):
        return -np.mean([np.log(share * pair + (1 - share) * word) for word, pair in each(split)])

    found = ngram_perplexities(data)
    assert found["unigram"] == pytest.approx(np.exp(cost(0.0, "test")))
    shares = [*np.linspace(0.02, 0.98, 49), *(1 - np.logspace(-5, -2, 31))]
    best = min(shares, key=lambda share: cost(share, "validation"))
    assert found["bigram"] == pytest.approx(np.exp(cost(best, "test")), rel=5e-3)
    assert found["bigram"] < found["unigram"] < data.num_tokens
