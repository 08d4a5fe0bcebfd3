"""Batches of bags hold the words of each review once, with the counts that counting its text gives."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch

from amal_attention.data.vocabulary import Vocabulary
from amal_attention.errors import DataError
from amal_attention.tasks.classification import BagBatch, ReviewData
from amal_attention.tasks.classification.data.bags import Bags
from amal_attention.tasks.classification.data.module import SOURCES
from amal_attention.tasks.classification.data.reviews import Reviews
from amal_attention.tasks.classification.data.sample import SampleReviews
from amal_attention.tasks.classification.data.store import ReviewStore

Bag = tuple[tuple[tuple[int, int], ...], int]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def make(cache: Path, monkeypatch: pytest.MonkeyPatch):
    """A data module on a small sample."""
    monkeypatch.setitem(SOURCES, "sample", lambda data_dir: SampleReviews(seed=4, train=90, test=20))
    return lambda **options: ReviewData("sample", **{"batch_size": 8, "cache_dir": str(cache), **options})


def store_of(folder: Path, texts: list[list[int]], words: int) -> ReviewStore:
    """A store that holds these reviews."""
    return ReviewStore(
        folder=folder,
        tokens=np.array([*chain(*texts)], dtype=np.int32),
        offsets=np.cumsum([0, *map(len, texts)]),
        labels=np.zeros(len(texts), dtype=np.int8),
        train_counts=np.ones(words, dtype=np.int64),
        evidence=None,
        sizes={"train": len(texts)},
        words=[str(number) for number in range(words)],
    )


def bags_in(batches: list[BagBatch]) -> list[Bag]:
    """Numbers and counts of each review, and its label; words that share a number are counted together."""
    found = []
    for batch in batches:
        for tokens, counts, label in zip(*batch, strict=True):
            bag: Counter[int] = Counter()
            for token, count in zip(tokens.tolist(), counts.tolist(), strict=True):
                bag[token] += int(count)
            found.append((tuple(sorted((+bag).items())), int(label)))
    return found


@pytest.mark.parametrize("min_count", [1, 5])
def test_a_bag_holds_what_the_text_holds(make, min_count: int) -> None:
    texts = list(make(min_count=min_count).train_dataloader())
    bags = list(make(min_count=min_count, train_as="bags").train_dataloader())
    assert sorted(bags_in(bags)) == sorted(bags_in(texts))


def test_each_known_word_stands_once(make) -> None:
    for batch in make(min_count=1, train_as="bags").train_dataloader():
        for tokens, counts in zip(batch.tokens, batch.counts, strict=True):
            words = tokens[counts > 0].tolist()
            assert len(set(words)) == len(words)


def test_padding_is_counted_0_and_is_the_number_0(make) -> None:
    batches = list(make(train_as="bags").train_dataloader())
    assert any((batch.counts == 0).any() for batch in batches)
    for batch in batches:
        assert batch.counts.dtype == torch.float32
        assert bool((batch.tokens[batch.counts == 0] == 0).all()) and bool((batch.tokens[batch.counts > 0] > 0).all())


def test_batches_are_of_bags_of_similar_size(make) -> None:
    widths = [(batch.counts > 0).sum(dim=1) for batch in make(train_as="bags", batch_size=16).train_dataloader()]
    spread = torch.stack([each.max() - each.min() for each in widths]).float().mean()
    everywhere = torch.cat(widths)
    assert spread < 0.5 * (everywhere.max() - everywhere.min())


@pytest.mark.parametrize("split", ["val_dataloader", "test_dataloader"])
def test_what_is_measured_is_read_as_text(make, split: str) -> None:
    for ours, plain in zip(getattr(make(train_as="bags"), split)(), getattr(make(), split)(), strict=True):
        assert all(torch.equal(a, b) for a, b in zip(ours, plain, strict=True))


def test_reviews_are_counted_once(make, cache: Path) -> None:
    list(make(train_as="bags").train_dataloader())
    (counted,) = (cache / "bags").glob("*/tokens.npy")
    before = counted.stat().st_mtime_ns
    list(make(train_as="bags", seed=3).train_dataloader())
    assert counted.stat().st_mtime_ns == before


def test_the_counts_stay_on_disk(make) -> None:
    data = make(train_as="bags")
    bags = data.train_dataloader().dataset.reviews
    assert isinstance(bags.tokens, np.memmap) and isinstance(bags.counts, np.memmap)


def test_empty_reviews_and_more_reviews_than_a_block(tmp_path: Path) -> None:
    texts = [[], [2, 2, 0], *([number % 3] * (number % 4) for number in range(2500)), []]
    bags = Bags.of(Reviews(store_of(tmp_path / "store", texts, 3), Vocabulary(["0", "1", "2"])), tmp_path)
    found = [
        dict(zip(bags.tokens[begin:end].tolist(), bags.counts[begin:end].tolist(), strict=True))
        for begin, end in zip(bags.offsets[:-1], bags.offsets[1:], strict=True)
    ]
    assert found == [dict(Counter(text)) for text in texts]


def test_bags_are_of_whole_reviews(make, refusal) -> None:
    text = refusal(DataError, lambda: make(train_as="bags", crop=20))
    assert "20 tokens" in text and "data.crop" in text


def test_a_form_that_there_is_not_is_told(make, refusal) -> None:
    assert "texts, bags, means" in refusal(DataError, lambda: make(train_as="letters"))


def test_dropped_words_are_missing_and_the_others_keep_their_counts(make) -> None:
    torch.manual_seed(0)
    whole, dropped = (
        dict(bags_in(list(make(min_count=1, train_as="bags", word_dropout=share).train_dataloader())))
        for share in (0.0, 0.75)
    )
    assert len(dropped) == len(whole)
    for bag, label in dropped.items():
        assert any(set(bag) <= set(other) and label == named for other, named in whole.items())
    share = sum(map(len, dropped)) / sum(map(len, whole))
    assert share == pytest.approx(0.25, abs=0.03)


def test_other_words_are_dropped_each_time(make) -> None:
    loader = make(train_as="bags", word_dropout=0.5).train_dataloader()
    assert bags_in(list(loader)) != bags_in(list(loader))


def test_batches_shrink_with_the_words_that_are_dropped(make) -> None:
    places = [
        sum(batch.tokens.numel() for batch in make(train_as="bags", word_dropout=share).train_dataloader())
        for share in (0.0, 0.6)
    ]
    assert places[1] < 0.6 * places[0]


def test_a_batch_may_have_lost_all_words(make) -> None:
    batches = list(make(train_as="bags", word_dropout=0.9999, batch_size=2).train_dataloader())
    assert min(batch.tokens.shape[1] for batch in batches) == 0
    assert sum(len(batch.labels) for batch in batches) == 81


@pytest.mark.parametrize("options", [{"word_dropout": 0.5}, {"word_dropout": 1.0, "train_as": "bags"}])
def test_words_are_dropped_of_bags_alone_and_never_all(make, refusal, options) -> None:
    assert "data.word_dropout" in refusal(DataError, lambda: make(**options))


@pytest.mark.parametrize("name", ["tokens", "counts", "offsets"])
def test_a_damaged_cache_is_told(tmp_path: Path, refusal, name: str) -> None:
    reviews = Reviews(store_of(tmp_path / "store", [[0, 1, 1]], 2), Vocabulary(["0", "1"]))
    Bags.of(reviews, tmp_path)
    (damaged,) = (tmp_path / "bags").glob(f"*/{name}.npy")
    damaged.write_bytes(damaged.read_bytes()[:-4])
    text = refusal(DataError, lambda: Bags.of(reviews, tmp_path))
    assert str(damaged.parent) in text and "delete that folder" in text
