"""A folder of verdicts, one file a submission: what is there already is not graded again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from amal_attention.files import write_atomically
from amal_attention.grading.verdict.verdict import Verdict

__all__ = ["VerdictFolder"]

_LONGEST_NAME = 150  # bytes: file systems take 255, and writing needs some
_BEGINNING = 30  # characters, of up to 4 bytes


class VerdictFolder:
    """Verdicts kept in a folder.

    Args:
        folder: it is made when the first verdict is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, verdict: Verdict) -> None:
        """Write a verdict, whole or not at all.

        Raises:
            StorageError: it cannot be written.
        """
        text = json.dumps(verdict.to_dict(), indent=1, ensure_ascii=True, allow_nan=False)
        write_atomically(self.path(verdict.submission), f"{text}\n")

    def kept(self, name: str) -> Verdict | None:
        """The verdict on a submission; None where there is none that can be read."""
        return _read(self.path(name))

    def all(self) -> Iterator[Verdict]:
        """Those that are there and can be read."""
        return filter(None, map(_read, sorted(self.folder.glob("*.json"))))

    def seed(self) -> int | None:
        """The seed with which these submissions were graded, if any was."""
        return next((verdict.seed for verdict in self.all()), None)

    def path(self, name: str) -> Path:
        """The file of the verdict on a submission."""
        if len(name.encode()) > _LONGEST_NAME:
            name = f"{name[:_BEGINNING]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        return self.folder / f"{name}.json"


def _read(path: Path) -> Verdict | None:
    try:
        return Verdict.from_dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, RecursionError):
        return None
