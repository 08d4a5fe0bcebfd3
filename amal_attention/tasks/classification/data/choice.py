"""Which reviews a notebook can work on where it is opened."""

from __future__ import annotations

from pathlib import Path

from amal_attention.errors import DataError
from amal_attention.tasks.classification.data.imdb import LocalImdb, open_imdb

__all__ = ["available_source"]


def available_source(data_dir: str | Path | None = None) -> str:
    """``"imdb"`` where a local copy lies in ``data_dir`` (or ``AMAL_DATA``), else ``"sample"``.

    The copy is looked for, not read, and the hub is never asked: the answer takes no network. A folder that is missing
    or holds no IMDB counts as no copy.
    """
    try:
        found = open_imdb(data_dir)
    except DataError:
        return "sample"
    return "imdb" if isinstance(found, LocalImdb) else "sample"
