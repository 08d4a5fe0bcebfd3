"""What the store gives back is what the source said, read once, whoever asks and whatever happens meanwhile."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amal_attention.data.tokenizer import GLOVE_SPLIT, Tokenizer
from amal_attention.errors import DataError, StorageError
from amal_attention.tasks.classification.data.corpus import Split, Texts
from amal_attention.tasks.classification.data.store import ReviewStore, prepare_reviews
from tests.processes import HANGS

Reviews = list[tuple[str, int]]

TRAIN: Reviews = [
    ("the film, the plot", 1),
    ("a dull film", 0),
    ("", 0),
    ("zzz a zebra", 1),
    ("THE end!<br />The end", 0),
]
TEST: Reviews = [("an unseen word", 1), ("the plot", 0), ("more words: words", 0)]
WORDS = st.sampled_from(["film", "plot", "don't", "dull.", "<br />", "\n", "é", "\x85", "\u2028", "_", "\ufeff"])
SMALL = st.lists(st.tuples(st.lists(WORDS).map(" ".join), st.integers(0, 1)), min_size=1, max_size=6)


@dataclass
class FakeSource:
    """Reviews from a list; ``log`` is a file that gains a line at each reading, which may be slow, or fail."""

    train: Reviews
    test: Reviews
    evidence: bool | str = False
    log: Path | None = None
    delay: float = 0
    failure: Exception | None = None
    readings: list[str] = field(default_factory=list)
    name: str = "fake"
    label_names: tuple[str, ...] = ("neg", "pos")
    domain_names: tuple[str, ...] = ()

    def fingerprint(self) -> str:
        return hashlib.sha256(repr((self.train, self.test)).encode()).hexdigest()

    def read(self) -> dict[str, Split]:
        self.readings.append("read")
        if self.log is not None:
            with self.log.open("a") as log:
                log.write("read\n")
        time.sleep(self.delay)
        if self.failure is not None:
            raise self.failure
        return {"train": self._split("train", self.train), "test": self._split("test", self.test)}

    def write_vectors(self, folder: Path) -> None:
        return None

    def domain(self, name: str, texts: Texts) -> npt.NDArray[np.int64]:
        raise KeyError(name)

    def _split(self, name: str, reviews: Reviews) -> Split:
        tokens = [word for text, _ in reviews for word in expected_words(text)]
        known = self.evidence is True or self.evidence == name
        return Split(
            pa.array([text for text, _ in reviews], pa.large_string()),
            np.array([label for _, label in reviews], dtype=np.int8),
            np.array([word == "film" for word in tokens], dtype=bool) if known else None,
        )


def expected_words(text: str) -> list[str]:
    return re.findall(GLOVE_SPLIT, text.replace("<br />", " ").lower())


def prepared(cache: Path, train: Reviews = TRAIN, test: Reviews = TEST, evidence: bool = False) -> ReviewStore:
    return prepare_reviews(FakeSource(train, test, evidence), Tokenizer(), cache)


def reviews_of(store: ReviewStore, split: str) -> list[tuple[list[str], int]]:
    return [
        (
            [store.words[token] for token in store.tokens[store.offsets[row] : store.offsets[row + 1]]],
            int(store.labels[row]),
        )
        for row in store.rows(split)
    ]


def left_in(cache: Path) -> list[str]:
    """Everything in the cache but folders that hold something, and locks."""
    return [
        str(path.relative_to(cache))
        for path in cache.rglob("*")
        if path.suffix != ".lock" and not (path.is_dir() and any(path.iterdir()))
    ]


def prepare_elsewhere(source: FakeSource, cache: Path) -> None:
    prepare_reviews(source, Tokenizer(), cache)


@settings(max_examples=40)
@given(train=SMALL, test=SMALL)
def test_reviews_come_back_word_for_word_with_their_labels(train: Reviews, test: Reviews) -> None:
    with tempfile.TemporaryDirectory() as cache:
        store = prepared(Path(cache), train, test)
        back = reviews_of(store, "train") + reviews_of(store, "test")
    assert back == [(expected_words(text), label) for text, label in train + test]


def test_splits_follow_one_another(cache: Path) -> None:
    store = prepared(cache)
    assert {split: store.rows(split).tolist() for split in store.sizes} == {"train": [0, 1, 2, 3, 4], "test": [5, 6, 7]}


def test_an_unknown_split_is_answered_with_those_there_are(cache: Path, refusal: Callable[..., str]) -> None:
    store = prepared(cache)
    assert "train, test" in refusal(DataError, lambda: store.rows("validation"))


def test_words_are_ranked_by_their_frequency_in_training_then_by_the_alphabet(cache: Path) -> None:
    counts = Counter(word for text, _ in TRAIN for word in expected_words(text))
    unseen = {word for text, _ in TEST for word in expected_words(text)} - set(counts)
    ranked = sorted(counts, key=lambda word: (-counts[word], word)) + sorted(unseen)
    assert prepared(cache).words == ranked


def test_counts_are_those_of_the_training_split(cache: Path) -> None:
    store = prepared(cache)
    counts = Counter(word for text, _ in TRAIN for word in expected_words(text))
    assert store.train_counts.tolist() == [counts[word] for word in store.words]


@pytest.mark.parametrize("least", [1, 2, 3, 4, 5])
def test_a_vocabulary_holds_the_words_that_training_repeats(cache: Path, least: int) -> None:
    store = prepared(cache)
    counts = Counter(word for text, _ in TRAIN for word in expected_words(text))
    kept = {word for word, count in counts.items() if count >= least}
    assert set(store.words[: store.vocabulary_size(least)]) == kept


def test_tokens_stay_on_the_disk_until_they_are_read(cache: Path) -> None:
    tokens = prepared(cache).tokens
    assert isinstance(tokens, np.memmap) and not tokens.flags.writeable


def test_arrays_have_the_types_they_are_said_to_have(cache: Path) -> None:
    store = prepared(cache)
    kinds = (store.tokens.dtype, store.offsets.dtype, store.labels.dtype, store.train_counts.dtype)
    assert kinds == (np.int32, np.int64, np.int8, np.int64)


def test_evidence_stays_beside_its_tokens(cache: Path) -> None:
    store = prepared(cache, evidence=True)
    assert store.evidence is not None
    marked = [store.words[token] for token in store.tokens[store.evidence]]
    assert (marked, int(store.evidence.sum())) == (["film", "film"], 2)


def test_a_source_without_evidence_has_none(cache: Path) -> None:
    assert prepared(cache).evidence is None


def test_evidence_of_one_split_alone_is_never_laid_on_the_tokens_of_the_other(cache: Path) -> None:
    try:
        store = prepare_reviews(FakeSource(TRAIN, TEST, evidence="test"), Tokenizer(), cache)
    except DataError:
        return
    assert store.evidence is None or len(store.evidence) == len(store.tokens)


def test_the_reviews_are_read_once(cache: Path) -> None:
    source = FakeSource(TRAIN, TEST)
    prepare_reviews(source, Tokenizer(), cache)
    prepare_reviews(source, Tokenizer(), cache)
    assert source.readings == ["read"]


@pytest.mark.parametrize(
    ("train", "tokenizer"),
    [
        ([("the film, the plot!", 1), *TRAIN[1:]], "glove"),
        ([("the film, the plot", 0), *TRAIN[1:]], "glove"),
        (TRAIN, "whitespace"),
    ],
    ids=["text", "label", "tokeniser"],
)
def test_another_content_or_tokeniser_is_prepared_apart(cache: Path, train: Reviews, tokenizer: str) -> None:
    other = prepare_reviews(FakeSource(train, TEST), Tokenizer(tokenizer), cache)
    assert other.folder != prepared(cache).folder


def test_the_same_reviews_have_the_same_digest_in_any_cache(cache: Path, tmp_path: Path) -> None:
    assert prepared(cache).folder.name == prepared(tmp_path).folder.name


def test_two_processes_that_prepare_at_once_read_once(cache: Path, tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["amal_attention.tasks.classification.data.store"])
    source = FakeSource(TRAIN, TEST, log=tmp_path / "log", delay=1)
    askers = [processes.Process(target=prepare_elsewhere, args=(source, cache)) for _ in range(2)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(60)
    assert ([asker.exitcode for asker in askers], (tmp_path / "log").read_text()) == ([0, 0], "read\n")


def test_a_process_killed_while_it_prepares_does_no_harm(cache: Path, tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["amal_attention.tasks.classification.data.store"])
    slow = FakeSource(TRAIN, TEST, log=tmp_path / "log", delay=60)
    builder = processes.Process(target=prepare_elsewhere, args=(slow, cache))
    builder.start()
    give_up = time.monotonic() + HANGS
    while not (tmp_path / "log").exists():
        assert builder.is_alive() and time.monotonic() < give_up
        time.sleep(0.01)
    builder.kill()
    builder.join()
    assert reviews_of(prepared(cache), "test")[1] == (["the", "plot"], 0)


def test_a_source_that_fails_leaves_nothing(cache: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        prepare_reviews(FakeSource(TRAIN, TEST, failure=ZeroDivisionError()), Tokenizer(), cache)
    assert left_in(cache) == []


def test_a_source_that_failed_is_read_again(cache: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        prepare_reviews(FakeSource(TRAIN, TEST, failure=ZeroDivisionError()), Tokenizer(), cache)
    assert prepared(cache).sizes == {"train": 5, "test": 3}


def test_a_disk_that_fills_up_is_told_with_what_to_do(
    cache: Path, monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    fill_up_at_the_third_array(monkeypatch)
    assert os.strerror(errno.ENOSPC) in refusal(StorageError, lambda: prepared(cache))


def test_a_disk_that_fills_up_is_left_as_it_was(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_up_at_the_third_array(monkeypatch)
    with pytest.raises(StorageError):
        prepared(cache)
    assert left_in(cache) == []


def test_a_file_that_may_not_grow_is_a_storage_error(cache: Path, refusal: Callable[..., str]) -> None:
    resource = pytest.importorskip("resource", reason="only POSIX limits the size of files")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        message = refusal(StorageError, lambda: prepared(cache, train=[("word " * 10_000, 0)]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "AMAL_CACHE" in message


def fill_up_at_the_third_array(monkeypatch: pytest.MonkeyPatch) -> None:
    save, saved = np.save, []

    def full(path: Path, array: np.ndarray) -> None:
        saved.append(path)
        if len(saved) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save(path, array)

    monkeypatch.setattr(np, "save", full)


def test_a_split_without_reviews_is_refused_by_name(cache: Path, refusal: Callable[..., str]) -> None:
    assert "split test" in refusal(DataError, lambda: prepared(cache, TRAIN, []))


def test_reviews_without_a_single_word_are_still_reviews(cache: Path) -> None:
    assert reviews_of(prepared(cache, [("", 1), (" ", 0)], [("<br />", 1)]), "train") == [([], 1), ([], 0)]


@pytest.mark.parametrize("damage", ["emptied", "halved", "one byte short", "gone"])
@pytest.mark.parametrize(
    "name", ["store.json", "tokens.npy", "offsets.npy", "labels.npy", "train_counts.npy", "evidence.npy", "words.txt"]
)
def test_a_damaged_file_of_the_cache_is_told_with_what_to_do(
    cache: Path, name: str, damage: str, refusal: Callable[..., str]
) -> None:
    path = prepared(cache, evidence=True).folder / name
    content = path.read_bytes()
    kept = {"emptied": 0, "halved": len(content) // 2, "one byte short": len(content) - 1, "gone": None}[damage]
    path.unlink() if kept is None else path.write_bytes(content[:kept])
    assert "delete" in refusal(DataError, lambda: prepared(cache, evidence=True).words)
