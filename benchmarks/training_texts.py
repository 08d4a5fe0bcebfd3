"""The reviews of ``benchmarks/training.py``, written once in the form that each of the contenders reads.

A folder holds ``imdb/*.parquet`` (ours, and the padded loader), ``texts/<split>/<label>/<number>.txt`` (the course's
own way) and ``lines/<split>.txt``, a label and the tokens of a review on each line (fastText, scikit-learn).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.data.corpus import Split
from amal_attention.tasks.classification.data.imdb import open_imdb
from amal_attention.tasks.classification.data.sample import SampleReviews

SAMPLE = "sample"


def write_texts(folder: Path, data: str, reviews: int | None, times: int) -> None:
    """Write the texts of ``data`` (``sample``, or a folder with IMDB and GloVe).

    Args:
        folder: to be made.
        data: where they come from.
        reviews: how many of each split, drawn at random; all of them if not given.
        times: write each training review that often.
    """
    (folder / "imdb").mkdir(parents=True)
    if data == SAMPLE:
        source = SampleReviews(train=reviews or 4000, test=min(reviews or 2000, 2000))
        source.write_vectors(folder)
        splits = source.read()
    else:
        splits = open_imdb(data).read()
        (folder / "glove").symlink_to((Path(data) / "glove").resolve())
    for name, split in splits.items():
        _write_parquet(folder / "imdb" / f"{name}.parquet", split, reviews, times if name == "train" else 1)
    _write_for_peers(folder)


def vector_options(folder: Path) -> list[str]:
    """The options that make a recipe read the vectors of this folder."""
    return [f"--data.vectors={path}" for path in folder.glob("*d.txt")]


def open_texts(folder: Path, **options: object) -> ReviewData:
    """The data module over this folder."""
    vectors = [option.partition("=")[2] for option in vector_options(folder)]
    return ReviewData(data_dir=str(folder), vectors=vectors[0] if vectors else None, **options)  # type: ignore[arg-type]


def _write_parquet(path: Path, split: Split, reviews: int | None, times: int) -> None:
    drawn = np.sort(np.random.default_rng(0).permutation(len(split.labels))[:reviews])
    rows = np.tile(drawn, times)
    pq.write_table(pa.table({"text": split.texts.take(pa.array(rows)), "label": split.labels[rows]}), path)


def _write_for_peers(folder: Path) -> None:
    """The same splits as ours, validation reviews included, as files of text and as lines of tokens."""
    data = open_texts(folder)
    data.embeddings  # noqa: B018  # fills the cache, so that nobody's run pays for it
    store = data.reviews.store
    texts = [text for split in open_imdb(folder).read().values() for text in split.texts.to_pylist()]
    (folder / "lines").mkdir()
    for name in ("train", "validation", "test"):
        for label in data.label_names:
            (folder / "texts" / name / label).mkdir(parents=True)
        with (folder / "lines" / f"{name}.txt").open("w", encoding="utf-8") as lines:
            # Shuffled: the corpus is sorted by label, and fastText reads its lines in their order.
            for row in np.random.default_rng(0).permutation(data.rows(name)):
                label = data.label_names[store.labels[row]]
                (folder / "texts" / name / label / f"{row}.txt").write_text(texts[row], "utf-8")
                tokens = store.tokens[store.offsets[row] : store.offsets[row + 1]]
                lines.write(f"__label__{label} {' '.join(store.words[token] for token in tokens)}\n")


def main(given: dict[str, Any]) -> dict[str, Any]:
    """In a process of its own."""
    write_texts(Path(given["folder"]), given["data"], given["reviews"], given["times"])
    return {}
