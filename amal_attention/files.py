"""Files: read where there is one, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from amal_attention.errors import StorageError, explain

__all__ = ["content_of", "write_atomically", "writing"]


def content_of(path: Path) -> bytes | None:
    """The bytes of a file; None where there is none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def write_atomically(path: Path, text: str | bytes) -> None:
    """Write to ``path``, a text as UTF-8 with "?" for a lone surrogate; its folder is made where it is missing.

    A reader sees the old file or the new one, never a part.

    Raises:
        StorageError: the file cannot be written; what stood there before still stands, and nothing is left behind.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with writing(path, "give a file in a folder that you may write to, on a disk with room"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(text if isinstance(text, bytes) else text.encode(errors="replace"))
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink()


@contextlib.contextmanager
def writing(place: Path, advice: str) -> Iterator[None]:
    """Tell what the file system refuses, while something is written to ``place``, as one StorageError with advice."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            explain(expected=f"to write to {place}", got=error.strerror or str(error), do=advice)
        ) from error
