"""Reviews as a stream: every word in its order, in windows of one length, by number."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from amal_attention.errors import DataError
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.language import RARE, ReviewStream


def test_the_windows_of_training_are_its_reviews_one_after_the_other(data):
    reviews = ReviewData(source="sample")
    store = reviews.reviews.store
    stream = [
        word for row in reviews.rows("train") for word in store.tokens[store.offsets[row] : store.offsets[row + 1]]
    ]
    expected = [store.words[word] if word < 50 else "<rare>" for word in stream]
    windows = data.stream("train")
    tokens = windows.tokens(windows.starts[:, None] + np.arange(12)).ravel().tolist()
    assert data.words.decode(tokens) == expected[: len(tokens)]
    assert len(expected) - len(tokens) < 12


def test_a_batch_holds_windows_whose_every_place_is_a_word(data):
    batch = next(iter(data.train_dataloader()))
    assert batch.tokens.shape == batch.mask.shape == (32, 12) and bool(batch.mask.all())
    assert batch.tokens.dtype == torch.int64 and int(batch.tokens.max()) < data.num_tokens == 51


def test_an_epoch_reads_each_window_once_and_the_same_seed_in_the_same_order(data):
    def epoch(stream):
        return torch.cat([batch.tokens for batch in stream.train_dataloader()])

    first, again = epoch(data), epoch(ReviewStream(length=12, vocabulary_size=50))
    other = epoch(ReviewStream(length=12, vocabulary_size=50, seed=1))
    assert torch.equal(first, again) and len(first) == len(data.rows("train"))
    assert first.shape != other.shape or not torch.equal(first, other)


def test_evaluation_reads_some_windows_evenly_spread_in_their_order(data):
    places, tokens = [], []
    for rows, batch in data.batches("test"):
        places += rows.tolist()
        tokens.append(batch.tokens)
    assert sorted(places) == list(range(40)) == data.rows("test").tolist()
    starts = data.stream("test").starts
    assert starts[0] == 0 and set(np.diff(starts).tolist()) <= {12 * k for k in (np.diff(starts) // 12).tolist()}
    assert starts[-1] > 0.9 * data.stream("test").total
    (loaded,) = [batch.tokens for batch in data.test_dataloader()]
    assert torch.equal(loaded, torch.cat(tokens))


def test_no_more_words_have_a_number_than_there_are():
    data = ReviewStream(vocabulary_size=100_000)
    assert data.num_tokens == len(data.words.known) + 1 < 1000
    assert data.words.encode(["the", "nowhere-to-be-found"])[1] == RARE


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"source": "letters"}, "sample"),
        ({"length": 1}, "data.length"),
        ({"vocabulary_size": 0}, "data.vocabulary_size"),
        ({"evaluated": 2.5}, "data.evaluated"),
        ({"batch_size": True}, "data.batch_size"),
        ({"seed": -1}, "data.seed"),
        ({"validation": 1.0}, "data.validation"),
    ],
)
def test_a_wrong_option_is_told(refusal, options, named):
    assert named in refusal(DataError, lambda: ReviewStream(**options))


def test_a_window_that_is_longer_than_a_split_and_a_split_that_is_none_are_told(refusal):
    assert "data.length" in refusal(DataError, lambda: ReviewStream(length=10_000_000).rows("test"))
    assert "train" in refusal(DataError, lambda: ReviewStream().rows("all"))
