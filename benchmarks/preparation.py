"""How long a user waits for data: cold preparation beside one plain ``re.findall`` pass, and a warm start.

    python benchmarks/preparation.py DATA_DIR

DATA_DIR holds IMDB and GloVe, as for ``amal train --data-dir``. Medians of five, alternating; the peer splits the same
texts with the same expression, in one pass, and keeps nothing.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from amal_attention.data.tokenizer import GLOVE_SPLIT, Tokenizer
from amal_attention.lab import Lab
from amal_attention.tasks.classification.data.imdb import open_imdb
from amal_attention.tasks.classification.data.store import prepare_reviews
from amal_attention.training.recipe import Recipe

ROUNDS = 5


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def prepare_cold(data_dir: str) -> None:
    """Read, tokenise and store the 50,000 reviews in an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        prepare_reviews(open_imdb(data_dir), Tokenizer(), Path(cache))


def first_batch(lab: str, data_dir: str) -> None:
    """What ``amal train`` does between its imports and the first batch, with a warm cache."""
    setup = Recipe(Lab.find(lab), "q1", data_dir=data_dir).set_up(logger=False)
    next(iter(setup.data.train_dataloader()))


def main(data_dir: str) -> None:
    """Print the table."""
    texts = [text for split in open_imdb(data_dir).read().values() for text in split.texts.to_pylist()]
    split = re.compile(GLOVE_SPLIT)

    def findall() -> None:
        for text in texts:
            split.findall(text.replace("<br />", " ").lower())

    lab = next(path.parent.name for path in Path("solutions").glob("*/lab.toml"))
    first_batch(lab, data_dir)  # fills the cache
    rounds = [
        (seconds(findall), seconds(lambda: prepare_cold(data_dir)), seconds(lambda: first_batch(lab, data_dir)))
        for _ in range(ROUNDS)
    ]
    plain, cold, warm = (statistics.median(times) for times in zip(*rounds, strict=True))
    table = Table("", "seconds", "against re.findall")
    table.add_row("one re.findall pass", f"{plain:.2f}", "1.00")
    table.add_row("cold preparation: read, split, number, store", f"{cold:.2f}", f"{cold / plain:.2f}")
    table.add_row("warm: from the end of imports to the first batch", f"{warm:.2f}", f"{warm / plain:.2f}")
    Console().print(table)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
