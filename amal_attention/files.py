"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from amal_attention.errors import StorageError, explain

__all__ = ["write_atomically"]


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8, a lone surrogate as "?"; its folder is made where it is missing.

    A reader sees the old file or the new one, never a part.

    Raises:
        StorageError: the file cannot be written; what stood there before still stands, and nothing is left behind.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            file.write(text.encode(errors="replace"))
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise StorageError(
            explain(
                expected=f"to write {path}",
                got=error.strerror or str(error),
                do="give a file in a folder that you may write to, on a disk with room",
            )
        ) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()
