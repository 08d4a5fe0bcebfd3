"""A domain stands beside the label of its review, and a biased set agrees with the labels as often as was asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from amal_attention.errors import DataError
from amal_attention.tasks.classification import DomainBatch, ReviewData
from amal_attention.tasks.classification.data.domains import biased, holds_word, longer_than
from amal_attention.tasks.classification.data.module import SOURCES
from amal_attention.tasks.classification.data.sample import SampleReviews
from amal_attention.tasks.classification.data.sample_grammar import GENRES

TRAIN, TEST = 160, 40
FILMS = {film: place for place, genre in enumerate(GENRES) for film in genre.films}
TEXTS = ["Horror, horror!", "no horrors here at all", "a horror film", "", "fine"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that tests share: the sample is prepared in it once."""
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, prepared: Path) -> Callable[..., ReviewData]:
    """A data module on a smaller sample."""
    monkeypatch.setitem(SOURCES, "sample", lambda data_dir: SampleReviews(seed=3, train=TRAIN, test=TEST))
    return lambda **options: ReviewData("sample", **{"batch_size": 7, "cache_dir": str(prepared), **options})


def genre_in(words: list[str]) -> int | None:
    """The genre that a text names itself, if it names one."""
    text = " ".join(words)
    named = {place for film, place in FILMS.items() if re.search(rf"\b{film}s?\b", text)}
    return named.pop() if len(named) == 1 else None


def told(data: ReviewData, split: str) -> list[tuple[int, int]]:
    """The label and the domain of each review of a split, in the order of its rows."""
    pairs = np.zeros((len(data.rows(split)), 2), int)
    for places, batch in data.batches(split):
        assert isinstance(batch, DomainBatch)
        pairs[places] = torch.stack([batch.labels, batch.domains], dim=1).numpy()
    return [(label, domain) for label, domain in pairs.tolist()]


def test_the_genre_is_that_which_the_text_names(make: Callable[..., ReviewData]) -> None:
    data = make(domain="genre", min_count=1)
    named = [
        (genre_in([data.vocabulary.words[token] for token in line.tolist()]), int(domain))
        for _, batch in data.batches("train")
        for line, domain in zip(batch.tokens, batch.domains, strict=True)
    ]
    seen = [(genre, domain) for genre, domain in named if genre is not None]
    assert len(seen) > TRAIN // 2
    assert {genre for genre, _ in seen} == {0, 1, 2, 3}
    assert all(genre == domain for genre, domain in seen)


def test_a_pair_of_genres_is_one_half_of_them(make: Callable[..., ReviewData]) -> None:
    for split in ("train", "validation", "test"):
        pairs = [
            (genre, half)
            for (_, genre), (_, half) in zip(
                told(make(domain="genre"), split), told(make(domain="genre_pair"), split), strict=True
            )
        ]
        assert set(pairs) <= {(0, 0), (1, 0), (2, 1), (3, 1)}


@pytest.mark.parametrize("loader", ["train_dataloader", "val_dataloader", "test_dataloader"])
def test_batches_hold_what_they_hold_without_a_domain_and_the_domain_of_each_review(
    make: Callable[..., ReviewData], loader: str
) -> None:
    data, plain = make(domain="genre"), make()
    rows = {tuple(row): domain for row, domain in _by_text(data)}
    for batch, without in zip(getattr(data, loader)(), getattr(plain, loader)(), strict=True):
        assert batch._fields == ("tokens", "mask", "labels", "domains")
        assert batch.domains.dtype == torch.int64
        assert all(torch.equal(one, other) for one, other in zip(batch[:3], without, strict=True))
        assert batch.domains.tolist() == [rows[tuple(line[line != 0].tolist())] for line in batch.tokens]


def _by_text(data: ReviewData) -> list[tuple[list[int], int]]:
    """The tokens of each review of all splits, with its domain."""
    return [
        (line[line != 0].tolist(), int(domain))
        for split in ("train", "validation", "test")
        for _, batch in data.batches(split)
        for line, domain in zip(batch.tokens, batch.domains, strict=True)
    ]


def test_no_domain_leaves_batches_as_they_are(make: Callable[..., ReviewData]) -> None:
    assert next(iter(make().train_dataloader()))._fields == ("tokens", "mask", "labels")


def test_the_sample_is_asked_once(
    make: Callable[..., ReviewData], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(domain="genre", cache_dir=str(tmp_path)).prepare_data()
    monkeypatch.setattr(SampleReviews, "domain", None)
    assert told(make(domain="genre", cache_dir=str(tmp_path)), "test")


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_label_and_domain_agree_in_the_share_asked_for(make: Callable[..., ReviewData], share: float) -> None:
    pairs = np.array(told(make(domain="genre_pair", bias=share), "train"))
    assert np.mean(pairs[:, 0] == pairs[:, 1]) == pytest.approx(share, abs=1 / len(pairs))
    assert pairs[:, 0].mean() == 0.5


def test_a_biased_set_has_one_size_whatever_the_share(make: Callable[..., ReviewData]) -> None:
    sizes = {len(make(domain="genre_pair", bias=share).rows("train")) for share in (0.0, 0.3, 0.77, 1.0)}
    cells = np.unique(told(make(domain="genre_pair"), "train"), axis=0, return_counts=True)[1]
    assert sizes == {2 * cells.min()}


def test_a_biased_set_is_a_part_of_the_training_reviews_in_their_order(make: Callable[..., ReviewData]) -> None:
    rows = make(domain="genre_pair", bias=0.9).rows("train")
    assert set(rows) < set(make().rows("train"))
    assert (np.diff(rows) > 0).all()


def test_bias_leaves_validation_and_test_as_they_are(make: Callable[..., ReviewData]) -> None:
    for split in ("validation", "test"):
        assert make(domain="genre_pair", bias=0.9).rows(split).tolist() == make().rows(split).tolist()


def test_training_batches_are_of_the_biased_set(make: Callable[..., ReviewData]) -> None:
    data = make(domain="genre_pair", bias=1.0)
    labels, domains = (
        torch.cat([getattr(batch, name) for batch in data.train_dataloader()]) for name in ("labels", "domains")
    )
    assert len(labels) == len(data.rows("train"))
    assert torch.equal(labels, domains)


def test_a_seed_draws_the_same_set_and_another_one_draws_another() -> None:
    labels, domains = np.arange(200) % 2, np.arange(200) // 2 % 2

    def drawn(seed: int) -> list[int]:
        return biased(labels, domains, 0.8, np.random.default_rng(seed)).tolist()

    assert drawn(1) == drawn(1) != drawn(2)


def test_labels_that_are_rarer_with_one_domain_come_as_often_as_the_others() -> None:
    labels = np.repeat([0, 0, 1, 1], [50, 30, 10, 60])
    domains = np.repeat([0, 1, 1, 0], [50, 30, 10, 60])
    rows = biased(labels, domains, 0.8, np.random.default_rng(0))
    counts = {
        (label, domain): int(np.sum((labels[rows] == label) & (domains[rows] == domain)))
        for label in (0, 1)
        for domain in (0, 1)
    }
    assert counts == {(0, 0): 8, (0, 1): 2, (1, 1): 8, (1, 0): 2}


def test_a_domain_that_is_the_label_cannot_be_biased(refusal: Callable[..., str]) -> None:
    labels = np.array([0, 1, 0, 1])
    message = refusal(DataError, lambda: biased(labels, labels, 0.5, np.random.default_rng(0)))
    assert "data.bias" in message


def test_the_error_names_the_domains_that_there_are(
    make: Callable[..., ReviewData], refusal: Callable[..., str]
) -> None:
    message = refusal(DataError, lambda: make(domain="year").prepare_data())
    assert "genre, genre_pair" in message and "year" in message


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"bias": 0.9}, "data.domain"),
        ({"bias": 1.1, "domain": "genre"}, "data.bias"),
        ({"bias": float("nan"), "domain": "genre"}, "data.bias"),
        ({"domain": "genre", "train_as": "bags"}, "data.domain"),
        ({"domain": "genre", "train_as": "means"}, "data.domain"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    make: Callable[..., ReviewData], refusal: Callable[..., str], options: dict[str, Any], named: str
) -> None:
    assert named in refusal(DataError, lambda: make(**options))


def stored(texts: list[list[str]]) -> Any:
    words = sorted({word for text in texts for word in text})
    tokens: npt.NDArray[np.int32] = np.array([words.index(word) for text in texts for word in text], np.int32)
    offsets = np.cumsum([0, *map(len, texts)])
    return SimpleNamespace(words=words, tokens=tokens, offsets=offsets)


def test_a_word_stands_in_a_text_or_not() -> None:
    texts = stored([["a", "b", "b"], [], ["c"], ["b"], []])
    assert holds_word(texts, "b").tolist() == [1, 0, 0, 1, 0]
    assert holds_word(texts, "d").tolist() == [0, 0, 0, 0, 0]


def test_a_text_is_longer_than_a_number_of_tokens_or_not() -> None:
    assert longer_than(stored([["a", "b", "b"], [], ["c", "c"]]), 2).tolist() == [1, 0, 0]


def imdb(folder: Path, texts: list[str]) -> Path:
    for split in ("train", "test"):
        labels = [number % 2 for number in range(len(texts))]
        pq.write_table(pa.table({"text": texts, "label": labels}), folder / f"{split}.parquet")
    return folder


@pytest.mark.parametrize(("domain", "expected"), [("horror", [1, 0, 1, 0, 0, 0]), ("length", [0, 0, 0, 0, 0, 1])])
def test_imdb_tells_horror_and_length(tmp_path: Path, domain: str, expected: list[int]) -> None:
    data = ReviewData(
        data_dir=str(imdb(tmp_path, [*TEXTS, "so " * 205])), domain=domain, cache_dir=str(tmp_path / "cache")
    )
    batch = data.reviews.whole(np.arange(12))
    assert isinstance(batch, DomainBatch)
    assert batch.domains.tolist() == expected * 2


@pytest.mark.imdb
def test_horror_leans_to_the_negative_and_length_to_neither(imdb_data: Path, cache: Path) -> None:
    data = ReviewData(data_dir=str(imdb_data), cache_dir=str(cache), domain="horror")
    train = data.reviews.store.rows("train")
    labels, horror = data.reviews.store.labels[train], data.reviews.domains
    assert horror is not None
    horror = horror[train] == 1
    long = longer_than(data.reviews.store, 204)[train] == 1
    assert horror.sum() == 2098
    assert [round(100 * labels[horror].mean()), round(100 * labels[~horror].mean())] == [37, 51]
    assert [round(100 * labels[long].mean(), 1), round(100 * labels[~long].mean(), 1)] == [49.8, 50.2]
