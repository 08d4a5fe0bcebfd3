"""IMDB is the same in whatever form it comes, and what is wrong with a copy is told in one line."""

from __future__ import annotations

import csv
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from amal_attention.data.tokenizer import Tokenizer
from amal_attention.errors import DataError
from amal_attention.tasks.classification.data.corpus import Split
from amal_attention.tasks.classification.data.imdb import HUB_NAME, HubImdb, LocalImdb, open_imdb
from amal_attention.tasks.classification.data.store import prepare_reviews

Corpus = dict[str, list[tuple[Any, Any]]]
Write = Callable[[Path, Corpus], None]

CORPUS: Corpus = {
    "train": [
        ('A "bad" film, truly.<br /><br />Not once\ndid I laugh; "never".', 0),
        ("dull, dull, dull", 0),
        ("", 0),
        ("Très bon ! 👍", 1),
        ("12", 1),
    ],
    "test": [("no", 0), ("yes,\n\nyes", 1), ("'t was fine", 1)],
}


def write_parquet(folder: Path, corpus: Corpus, columns: tuple[str, str] = ("text", "label")) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for split, reviews in corpus.items():
        texts, labels = ([review[part] for review in reviews] for part in (0, 1))
        pq.write_table(pa.table(dict(zip(columns, (texts, labels), strict=True))), folder / f"{split}.parquet")


def write_csv(folder: Path, corpus: Corpus, columns: tuple[str, str] = ("text", "label")) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for split, reviews in corpus.items():
        with (folder / f"{split}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *reviews])


def write_text(folder: Path, corpus: Corpus) -> None:
    for split, reviews in corpus.items():
        for number, (text, label) in enumerate(reviews):
            path = folder / split / ("neg", "pos")[label] / f"{number}_{9 * label + 1}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


FORMS: dict[str, Write] = {"parquet": write_parquet, "csv": write_csv, "aclImdb": write_text}
TABLES: dict[str, Callable[..., None]] = {"parquet": write_parquet, "csv": write_csv}

each_form = pytest.mark.parametrize("write", FORMS.values(), ids=FORMS)
each_table = pytest.mark.parametrize("write", TABLES.values(), ids=TABLES)


def as_corpus(splits: dict[str, Split]) -> Corpus:
    return {
        name: list(zip(split.texts.to_pylist(), split.labels.tolist(), strict=True)) for name, split in splits.items()
    }


def changed(split: str, row: int, review: tuple[Any, Any]) -> Corpus:
    reviews = list(CORPUS[split])
    reviews[row] = review
    return {**CORPUS, split: reviews}


@each_form
def test_any_form_gives_the_same_reviews(tmp_path: Path, write: Write) -> None:
    write(tmp_path, CORPUS)
    assert as_corpus(open_imdb(tmp_path).read()) == CORPUS


@each_form
@pytest.mark.parametrize("place", ["imdb", "aclImdb", "plain_text", "imdb/plain_text", "imdb/aclImdb"])
def test_imdb_is_found_where_it_usually_lies(tmp_path: Path, write: Write, place: str) -> None:
    write(tmp_path / place, CORPUS)
    assert as_corpus(open_imdb(tmp_path).read()) == CORPUS


@each_form
def test_imdb_goes_through_the_store_in_any_form(tmp_path: Path, cache: Path, write: Write) -> None:
    write(tmp_path, CORPUS)
    store = prepare_reviews(open_imdb(tmp_path), Tokenizer(), cache)
    last = store.tokens[store.offsets[-2] : store.offsets[-1]]
    assert ([store.words[token] for token in last], store.sizes) == (["'", "t", "was", "fine"], {"train": 5, "test": 3})


def test_shards_of_a_split_follow_one_another(tmp_path: Path) -> None:
    write_parquet(tmp_path / "first", {"train": CORPUS["train"][:2], "test": CORPUS["test"]})
    write_parquet(tmp_path / "second", {"train": CORPUS["train"][2:]})
    (tmp_path / "first" / "train.parquet").replace(tmp_path / "train-00000-of-00002.parquet")
    (tmp_path / "second" / "train.parquet").replace(tmp_path / "train-00001-of-00002.parquet")
    (tmp_path / "first" / "test.parquet").replace(tmp_path / "test-00000-of-00001.parquet")
    assert as_corpus(open_imdb(tmp_path).read()) == CORPUS


def test_reviews_without_a_label_are_left_in_their_folder(tmp_path: Path) -> None:
    write_text(tmp_path, CORPUS)
    (tmp_path / "train" / "unsup").mkdir()
    (tmp_path / "train" / "unsup" / "0_0.txt").write_text("who knows")
    assert as_corpus(open_imdb(tmp_path).read()) == CORPUS


@each_table
@pytest.mark.parametrize("words", [("neg", "pos"), ("negative", "positive"), ("Negative", "Positive"), ("0", "1")])
def test_labels_may_be_words(tmp_path: Path, write: Callable[..., None], words: tuple[str, str]) -> None:
    named = {split: [(text, words[label]) for text, label in reviews] for split, reviews in CORPUS.items()}
    write(tmp_path, named, columns=("review", "sentiment"))
    assert as_corpus(open_imdb(tmp_path).read()) == CORPUS


def test_columns_that_nobody_asked_for_do_not_matter(tmp_path: Path) -> None:
    write_parquet(tmp_path, CORPUS)
    table = pq.read_table(tmp_path / "train.parquet")
    pq.write_table(table.add_column(0, "number", pa.array(range(5))), tmp_path / "train.parquet")
    assert as_corpus(open_imdb(tmp_path).read()) == CORPUS


def test_the_folder_given_goes_before_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path / "given", CORPUS)
    write_csv(tmp_path / "environment", changed("test", 0, ("other", 1)))
    monkeypatch.setenv("AMAL_DATA", str(tmp_path / "environment"))
    assert as_corpus(open_imdb(tmp_path / "given").read()) == CORPUS


def test_the_folder_of_the_environment_goes_before_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path, CORPUS)
    monkeypatch.setenv("AMAL_DATA", str(tmp_path))
    assert as_corpus(open_imdb(None).read()) == CORPUS


def test_without_a_folder_imdb_is_the_hubs() -> None:
    assert isinstance(open_imdb(None), HubImdb)


@each_form
def test_the_digest_of_a_copy_is_that_of_the_original(tmp_path: Path, write: Write) -> None:
    write(tmp_path / "original", CORPUS)
    shutil.copytree(tmp_path / "original", tmp_path / "copy")
    assert open_imdb(tmp_path / "copy").fingerprint() == open_imdb(tmp_path / "original").fingerprint()


@each_form
@pytest.mark.parametrize(
    "other",
    [changed("train", 1, ("dull, dull, dull!", 0)), changed("test", 0, ("no", 1)), changed("test", 2, ("", 1))],
    ids=["text", "label", "no text"],
)
def test_the_digest_changes_with_the_content(tmp_path: Path, write: Write, other: Corpus) -> None:
    write(tmp_path / "a" / "imdb", CORPUS)
    write(tmp_path / "b" / "imdb", other)
    assert open_imdb(tmp_path / "a").fingerprint() != open_imdb(tmp_path / "b").fingerprint()


def test_the_digest_changes_when_two_splits_change_places(tmp_path: Path) -> None:
    write_csv(tmp_path / "a" / "imdb", CORPUS)
    write_csv(tmp_path / "b" / "imdb", {"train": CORPUS["test"], "test": CORPUS["train"]})
    assert open_imdb(tmp_path / "a").fingerprint() != open_imdb(tmp_path / "b").fingerprint()


def test_a_missing_folder_is_told(tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert "AMAL_DATA" in refusal(DataError, lambda: open_imdb(tmp_path / "nowhere"))


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path, refusal: Callable[..., str]) -> None:
    write_csv(tmp_path, CORPUS)
    assert "AMAL_DATA" in refusal(DataError, lambda: open_imdb(tmp_path / "train.csv"))


def test_a_folder_without_imdb_is_told(tmp_path: Path, refusal: Callable[..., str]) -> None:
    (tmp_path / "readme.txt").write_text("nothing here")
    assert "--data sample" in refusal(DataError, lambda: open_imdb(tmp_path))


@each_form
def test_a_copy_without_its_test_split_is_told(tmp_path: Path, write: Write, refusal: Callable[..., str]) -> None:
    write(tmp_path, {"train": CORPUS["train"]})
    assert "AMAL_DATA" in refusal(DataError, lambda: open_imdb(tmp_path))


@each_table
@pytest.mark.parametrize("columns", [("texte", "label"), ("text", "stars")])
def test_a_wrong_column_is_answered_with_those_there_are(
    tmp_path: Path, write: Callable[..., None], columns: tuple[str, str], refusal: Callable[..., str]
) -> None:
    write(tmp_path, CORPUS, columns=columns)
    assert f"got {', '.join(columns)};" in refusal(DataError, open_imdb(tmp_path).read)


@each_table
@pytest.mark.parametrize("label", [-1, 2, None])
def test_a_row_without_a_label_is_told(tmp_path: Path, write: Write, label: Any, refusal: Callable[..., str]) -> None:
    write(tmp_path, changed("train", 3, ("who knows", label)))
    assert "train." in refusal(DataError, open_imdb(tmp_path).read)


def test_a_row_without_a_text_is_told(tmp_path: Path, refusal: Callable[..., str]) -> None:
    write_parquet(tmp_path, changed("test", 1, (None, 1)))
    assert "got 1 empty" in refusal(DataError, open_imdb(tmp_path).read)


@each_table
def test_a_column_of_numbers_is_no_text(tmp_path: Path, write: Write, refusal: Callable[..., str]) -> None:
    write(tmp_path, {**CORPUS, "test": [(5, 0), (7, 1)]})
    assert "int64" in refusal(DataError, open_imdb(tmp_path).read)


def test_a_split_without_reviews_is_told(tmp_path: Path, cache: Path, refusal: Callable[..., str]) -> None:
    write_parquet(tmp_path, CORPUS)
    pq.write_table(pq.read_table(tmp_path / "test.parquet").slice(0, 0), tmp_path / "test.parquet")
    assert "split test" in refusal(DataError, lambda: prepare_reviews(open_imdb(tmp_path), Tokenizer(), cache))


@pytest.mark.parametrize("kept", [0, 1, 100, -1], ids=["emptied", "one byte", "cut off", "one byte short"])
def test_a_damaged_parquet_is_told_by_name(tmp_path: Path, kept: int, refusal: Callable[..., str]) -> None:
    write_parquet(tmp_path, CORPUS)
    path = tmp_path / "test.parquet"
    path.write_bytes(path.read_bytes()[:kept])
    assert str(path) in refusal(DataError, open_imdb(tmp_path).read)


@pytest.mark.parametrize(
    "content",
    [b"", b'text,label\n"a",0\n"b",1,2\n', b'text,label\n"a",0\n"b\xff",1\n', b'text,label\n"a",0\n"b,1\n'],
    ids=["empty", "ragged", "not UTF-8", "open quote"],
)
def test_a_damaged_csv_is_told_by_name(tmp_path: Path, content: bytes, refusal: Callable[..., str]) -> None:
    write_csv(tmp_path, CORPUS)
    (tmp_path / "train.csv").write_bytes(content)
    assert str(tmp_path / "train.csv") in refusal(DataError, open_imdb(tmp_path).read)


def test_a_damaged_text_is_told_by_name(tmp_path: Path, refusal: Callable[..., str]) -> None:
    write_text(tmp_path, CORPUS)
    (tmp_path / "train" / "neg" / "1_1.txt").write_bytes(b"caf\xe9")
    assert "1_1.txt" in refusal(DataError, open_imdb(tmp_path).read)


@pytest.mark.parametrize("name", ["train.parquet", "train.csv"])
def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path, name: str, refusal: Callable[..., str]) -> None:
    FORMS[Path(name).suffix[1:]](tmp_path, CORPUS)
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    assert str(tmp_path) in refusal(DataError, lambda: open_imdb(tmp_path).fingerprint())


def hub_answer(name: str, split: str) -> Any:
    """What the hub gives, in the library's own class and with the features of ``stanfordnlp/imdb``."""
    from datasets import ClassLabel, Dataset, Features, Value

    assert name == HUB_NAME
    texts, labels = ([review[part] for review in CORPUS[split]] for part in (0, 1))
    features = Features({"text": Value("string"), "label": ClassLabel(names=["neg", "pos"])})
    return Dataset.from_dict({"text": texts, "label": labels}, features=features)


def unreachable(name: str, split: str) -> None:
    raise ConnectionError(f"Couldn't reach '{name}' on the Hub\n(a second line)")


def test_the_hub_gives_the_same_reviews(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.load_dataset", hub_answer)
    assert as_corpus(HubImdb().read()) == CORPUS


@pytest.mark.parametrize("ask", [HubImdb.fingerprint, HubImdb.read], ids=["fingerprint", "read"])
def test_no_network_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[HubImdb], object], refusal: Callable[..., str]
) -> None:
    monkeypatch.setattr("datasets.load_dataset", unreachable)
    message = refusal(DataError, lambda: ask(HubImdb()))
    assert "Couldn't reach" in message and "--data sample" in message


def test_what_the_hubs_library_says_of_each_try_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def retried(name: str, split: str) -> Any:
        logging.getLogger("huggingface_hub.utils._http").warning("Retrying in 1s [Retry 1/5].")
        return hub_answer(name, split)

    monkeypatch.setattr("datasets.load_dataset", retried)
    HubImdb().read()
    assert capsys.readouterr() == ("", "")


def test_imdb_has_no_vectors_of_its_own(tmp_path: Path) -> None:
    write_csv(tmp_path, CORPUS)
    assert [source.write_vectors(tmp_path) for source in (LocalImdb.find(tmp_path), HubImdb())] == [None, None]


def test_training_reviews_of_one_label_alone_are_told(tmp_path: Path, refusal: Callable[..., str]) -> None:
    write_csv(tmp_path, {**CORPUS, "train": [(text, 1) for text, _ in CORPUS["train"]]})
    assert "only one kind" in refusal(DataError, open_imdb(tmp_path).read)
