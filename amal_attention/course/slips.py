"""The files that nbgrader puts beside a notebook that is handed in, and that its ``release_feedback`` expects."""

from __future__ import annotations

from pathlib import Path

from amal_attention.files import write_atomically, writing

__all__ = ["SECRET", "TIMESTAMP", "pass_on"]

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
_LONGEST = 1000  # bytes


def pass_on(source: Path, target: Path) -> None:
    """Copy what nbgrader put into one folder of a submission into another.

    A file that is none of nbgrader's, as it is a link or far too long, stays where it is. A time that is not told any
    more is taken away.

    Raises:
        StorageError: it cannot be written.
    """
    for name in (TIMESTAMP, SECRET):
        content = _read(source / name)
        if content is not None and _read(target / name) != content:
            write_atomically(target / name, content)
    if not (source / TIMESTAMP).exists():
        with writing(target / TIMESTAMP, "give a course in a folder that you may write to"):
            (target / TIMESTAMP).unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LONGEST:
        return None
    return path.read_bytes()
