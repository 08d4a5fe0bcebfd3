"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from amal_attention.errors import StorageError, explain

__all__ = ["write_atomically"]


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8; a reader sees the old file or the new one, never a part.

    Raises:
        StorageError: the file cannot be written; what stood there before still stands.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as partial:
            try:
                partial.write(text)
                partial.flush()
                os.fsync(partial.fileno())
            except BaseException:
                Path(partial.name).unlink(missing_ok=True)
                raise
        Path(partial.name).chmod(0o644)
        Path(partial.name).replace(path)
    except OSError as error:
        raise StorageError(
            explain(
                expected=f"to write {path}",
                got=error.strerror or str(error),
                do="free some space or choose another place",
            )
        ) from error
