"""The mean of each review, against a loop over its words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from amal_attention.data.vocabulary import Vocabulary
from amal_attention.errors import DataError
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.data.means import Means
from amal_attention.tasks.classification.data.module import SOURCES
from amal_attention.tasks.classification.data.reviews import Reviews
from amal_attention.tasks.classification.data.sample import SampleReviews
from tests.tasks.classification.data.test_bags import store_of


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A data module on a small sample."""
    monkeypatch.setitem(SOURCES, "sample", lambda data_dir: SampleReviews(seed=4, train=60, test=10))
    return lambda **options: ReviewData("sample", **{"batch_size": 8, "cache_dir": str(tmp_path), **options})


def test_a_batch_holds_the_mean_of_each_review(make) -> None:
    texts, data = make(standardise=True), make(standardise=True, train_as="means")
    vectors = texts.embeddings
    expected = {
        (round(float(vectors[tokens[mask]].double().mean(dim=0).sum()), 4), int(label))
        for batch in texts.train_dataloader()
        for tokens, mask, label in zip(*batch, strict=True)
    }
    batches = list(data.train_dataloader())
    found = [
        (round(float(mean.double().sum()), 4), int(label))
        for batch in batches
        for mean, label in zip(batch.means, batch.labels, strict=True)
    ]
    assert len(found) == 54 and set(found) == expected
    assert {batch.means.shape[1:] for batch in batches} == {(50,)}


def test_reviews_come_in_another_order_each_epoch(make) -> None:
    loader = make(train_as="means").train_dataloader()
    first = torch.cat([batch.means for batch in loader])
    loader.sampler.set_epoch(1)
    second = torch.cat([batch.means for batch in loader])
    assert not torch.equal(first, second)
    assert torch.equal(first.sum(dim=1).sort().values, second.sum(dim=1).sort().values)


def test_empty_reviews_mean_0_and_more_reviews_than_a_block(tmp_path: Path) -> None:
    texts = [[number % 5] * (number % 3) for number in range(2300)]
    vectors = torch.arange(7.0).unsqueeze(1) * torch.tensor([1.0, -1.0])
    reviews = Reviews(store_of(tmp_path, texts, 5), Vocabulary(list("abcde")))
    rows = np.arange(2, 2300)
    means = Means.of(reviews, rows, vectors).means
    expected = torch.tensor(
        [[number % 5 + 2.0, -(number % 5 + 2.0)] if number % 3 else [0.0, 0.0] for number in rows.tolist()]
    )
    torch.testing.assert_close(means, expected)


def test_means_are_of_whole_reviews(make, refusal) -> None:
    assert "data.train_as" in refusal(DataError, lambda: make(train_as="means", crop=20))
