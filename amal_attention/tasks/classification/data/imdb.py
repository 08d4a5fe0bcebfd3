"""The Large Movie Review Dataset (Maas et al. 2011), from a local folder in any of its usual forms, or from the hub."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from amal_attention.errors import DataError, explain
from amal_attention.tasks.classification.data.corpus import Split, Texts
from amal_attention.tasks.classification.data.domains import holds_word, longer_than

__all__ = ["HUB_NAME", "HubImdb", "LocalImdb", "open_imdb"]

HUB_NAME = "stanfordnlp/imdb"
LABELS = ("neg", "pos")
SPLITS = ("train", "test")

# Two domains: one that leans to a label (37 % of the training reviews that name it are positive), one that does not.
_DOMAINS: dict[str, Callable[[Texts], npt.NDArray[np.int64]]] = {
    "horror": lambda texts: holds_word(texts, "horror"),
    "length": lambda texts: longer_than(texts, 204),
}
_TEXT_COLUMNS = ("text", "review")
_LABEL_COLUMNS = ("label", "sentiment")
_LABEL_WORDS = {"0": 0, "neg": 0, "negative": 0, "1": 1, "pos": 1, "positive": 1}
_BLOCK = 1 << 20


def open_imdb(data_dir: str | Path | None) -> LocalImdb | HubImdb:
    """The local copy in ``data_dir`` (or ``AMAL_DATA``), else the hub's.

    A local folder may hold ``train*.parquet`` and ``test*.parquet`` (the hub's files), ``train/pos/*.txt`` … (the
    archive of the authors, ``aclImdb``) or ``train.csv`` and ``test.csv``; itself or in a folder ``imdb``, ``aclImdb``
    or ``plain_text`` below it.

    Raises:
        DataError: the folder is missing or holds none of these.
    """
    given = data_dir or os.environ.get("AMAL_DATA")
    return LocalImdb.find(Path(given).expanduser()) if given else HubImdb()


class _Imdb:
    """What is known of IMDB wherever it lies."""

    name = "imdb"
    label_names = LABELS
    domain_names = tuple(_DOMAINS)

    def domain(self, name: str, texts: Texts) -> npt.NDArray[np.int64]:
        """Whether the word horror stands in each review, or whether its length is above 204 tokens: 1 or 0."""
        return _DOMAINS[name](texts)

    def write_vectors(self, folder: Path) -> None:
        """IMDB brings no vectors of its own."""
        return


@dataclass(frozen=True)
class LocalImdb(_Imdb):
    """IMDB in local files: those of each split, and how a split is read from them."""

    files: dict[str, list[Path]]
    reader: Callable[[list[Path]], Split]

    @classmethod
    def find(cls, folder: Path) -> LocalImdb:
        """Look for the data set in a folder and in those below it that usually hold it."""
        if not folder.is_dir():
            raise DataError(explain(expected="the folder that holds IMDB", got=f"{folder}, which is none", do=_ADVICE))
        below = ("", "imdb", "aclImdb", "plain_text", "imdb/plain_text", "imdb/aclImdb")
        for place in (folder / name for name in below):
            for find, reader in _FORMS:
                files = {split: find(place, split) for split in SPLITS}
                if all(files.values()):
                    return cls(files, reader)
        raise DataError(
            explain(
                expected=f"IMDB in {folder} (parquet files, aclImdb folders or csv)", got="none of them", do=_ADVICE
            )
        )

    def fingerprint(self) -> str:
        """A digest of the bytes of all files, with the split and name of each (names carry labels in ``aclImdb``)."""
        digest = hashlib.blake2b(digest_size=16)
        for split, files in self.files.items():
            for path in files:
                label = path.parent.name if path.suffix == ".txt" else ""
                digest.update(f"{split}/{label}/{path.name}\0".encode())
                _feed(digest, path)
        return digest.hexdigest()

    def read(self) -> dict[str, Split]:
        """Both splits.

        Raises:
            DataError: a file is damaged, or lacks a text or a label.
        """
        splits = {split: self.reader(files) for split, files in self.files.items()}
        if len(set(splits["train"].labels.tolist())) == 1:
            raise DataError(
                explain(
                    expected="positive and negative training reviews",
                    got=f"only one kind in {self.files['train'][0].parent}",
                    do="check that the whole data set is there",
                )
            )
        return splits


@dataclass(frozen=True)
class HubImdb(_Imdb):
    """IMDB from the hub, through ``datasets``, which keeps its own cache."""

    def fingerprint(self) -> str:
        """The fingerprint that ``datasets`` keeps of both splits."""
        return "-".join(dataset._fingerprint for dataset in self._load())

    def read(self) -> dict[str, Split]:
        """Both splits, downloaded at the first call."""
        return {name: _split(dataset.data.table, HUB_NAME) for name, dataset in zip(SPLITS, self._load(), strict=True)}

    def _load(self) -> list[Any]:
        import datasets  # seconds to import, and needed only where there is no local copy
        from huggingface_hub.utils import logging as hub_logging

        # Of each try that fails it would say two lines; that the last failed is told here.
        hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        try:
            return [datasets.load_dataset(HUB_NAME, split=name) for name in SPLITS]
        except Exception as error:  # the library raises a dozen unrelated types when it cannot reach the hub
            raise DataError(
                explain(expected="IMDB from the hub", got=f"{type(error).__name__}: {_first_line(error)}", do=_ADVICE)
            ) from error


def _parquet_files(folder: Path, split: str) -> list[Path]:
    return sorted(path for path in folder.glob(f"{split}*.parquet") if path.is_file())


def _csv_files(folder: Path, split: str) -> list[Path]:
    return [path for path in folder.glob(f"{split}.csv") if path.is_file()]


def _text_files(folder: Path, split: str) -> list[Path]:
    return [path for label in LABELS for path in sorted(_listed(folder / split / label))]


def _listed(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (Path(entry.path) for entry in os.scandir(folder) if entry.name.endswith(".txt"))


def _read_parquet(files: list[Path]) -> Split:
    return _joined([_split(_opened(path, pq.read_table), path) for path in files])


def _read_csv(files: list[Path]) -> Split:
    quoted = arrow_csv.ParseOptions(newlines_in_values=True)
    return _joined(
        [_split(_opened(path, lambda p: arrow_csv.read_csv(p, parse_options=quoted)), path) for path in files]
    )


def _read_text(files: list[Path]) -> Split:
    texts = [_opened(path, lambda p: p.read_text("utf-8")) for path in files]
    labels = np.array([LABELS.index(path.parent.name) for path in files], dtype=np.int8)
    return Split(pa.array(texts, pa.large_string()), labels)


_FORMS: tuple[tuple[Callable[[Path, str], list[Path]], Callable[[list[Path]], Split]], ...] = (
    (_parquet_files, _read_parquet),
    (_text_files, _read_text),
    (_csv_files, _read_csv),
)
_ADVICE = "give the folder of a local copy with --data-dir or AMAL_DATA, or take --data sample"


def _opened(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(
            explain(
                expected=f"reviews in {path}", got=f"an unreadable file ({_first_line(error)})", do="fetch it again"
            )
        ) from error


def _split(table: pa.Table, origin: Path | str) -> Split:
    texts = table[_column(table, _TEXT_COLUMNS, origin)]
    labels = table[_column(table, _LABEL_COLUMNS, origin)]
    if texts.null_count or not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
        raise DataError(
            explain(
                expected=f"a text in every row of {origin}",
                got=f"{texts.null_count} empty ones in a column of type {texts.type}",
                do="repair or remove these rows",
            )
        )
    return Split(texts.cast(pa.large_string()).combine_chunks(), _labels(labels, origin))


def _labels(column: pa.ChunkedArray, origin: Path | str) -> npt.NDArray[np.int8]:
    distinct = [str(value).lower() for value in pc.unique(column).to_pylist()]
    unknown = [value for value in distinct if value not in _LABEL_WORDS]
    if unknown:
        raise DataError(
            explain(
                expected=f"labels 0 and 1, or neg and pos, in {origin}",
                got=f"{unknown[0]!r}",
                do="remove the unlabelled rows, or name the labels so",
            )
        )
    numbers = np.array([_LABEL_WORDS[value] for value in distinct], dtype=np.int8)
    labels: npt.NDArray[np.int8] = numbers[column.combine_chunks().dictionary_encode().indices.to_numpy()]
    return labels


def _column(table: pa.Table, names: tuple[str, ...], origin: Path | str) -> str:
    for name in names:
        if name in table.column_names:
            return name
    raise DataError(
        explain(
            expected=f"a column {' or '.join(names)} in {origin}",
            got=", ".join(table.column_names) or "no column",
            do="rename the column",
        )
    )


def _joined(parts: list[Split]) -> Split:
    return Split(pa.concat_arrays([part.texts for part in parts]), np.concatenate([part.labels for part in parts]))


def _feed(digest: hashlib.blake2b, path: Path) -> None:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200] or type(error).__name__
