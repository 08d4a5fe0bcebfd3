"""Folders that are built once, whole or not at all, whoever asks and however often it is interrupted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from amal_attention.errors import DataError, explain
from amal_attention.files import writing

__all__ = ["built_once", "cache_root", "reading_cache"]


def cache_root(folder: str | Path | None = None) -> Path:
    """Where prepared data is kept: ``folder``, else ``AMAL_CACHE``, else the user's cache folder."""
    chosen = folder or os.environ.get("AMAL_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("amal-attention")


def built_once(folder: Path, build: Callable[[Path], object]) -> Path:
    """Return ``folder``, made by ``build(empty_folder)`` if it is not there yet.

    Processes that ask at the same time wait for the one that builds. The folder appears by one rename when it is
    complete; what an interrupted build left behind is removed by the next one.

    Raises:
        StorageError: the folder cannot be written (disk full, no permission).
    """
    if folder.is_dir():
        return folder
    with writing(folder, "free some space there, or choose another place with --data.cache_dir or AMAL_CACHE"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock")):
            if not folder.is_dir():
                _build(folder, build)
    return folder


@contextmanager
def reading_cache(folder: Path, what: str, kind: type[DataError] = DataError) -> Iterator[None]:
    """Explain that what was kept in ``folder`` cannot be read, as an error of this kind."""
    try:
        yield
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise kind(
            explain(expected=f"{what} in {folder}", got=str(error), do="delete that folder and run again")
        ) from error


def _build(folder: Path, build: Callable[[Path], object]) -> None:
    prefix = f"{folder.name}.partial-"
    for leftover in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix, ignore_cleanup_errors=True) as partial:
        complete = Path(partial) / "complete"
        complete.mkdir()
        build(complete)
        complete.rename(folder)
