"""The submissions in a folder: which file of which student is graded. Nothing is followed out of the folder."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from amal_attention.errors import LabError, explain
from amal_attention.grading.verdict import Status
from amal_attention.printable import printable

__all__ = ["Submission", "find_submissions", "read_submission"]

_SUFFIX = ".ipynb"
_MOST_BYTES = 200 * 2**20
_MOST_FILES = 1000


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        name: of the student, or of the file.
        raw: the bytes of the notebook; None where there is none to read.
        status: why there is none.
        why: the same in words.
        remarks: on how the file was found.
    """

    name: str
    raw: bytes | None = None
    status: Status = Status.MISSING
    why: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What tells these bytes from any other; empty where there are none."""
        return hashlib.sha256(self.raw).hexdigest()[:16] if self.raw is not None else ""


def find_submissions(paths: Sequence[Path]) -> dict[str, Path]:
    """The submissions in these places by name, in the order of their names.

    A file is one submission. In a folder each notebook is one, named after its file, and each folder is one, named
    after the folder.

    Raises:
        LabError: a place does not exist, or two submissions have the same name.
    """
    places: dict[str, Path] = {}
    for path in paths:
        for name, place in _places(path):
            if name in places:
                raise LabError(
                    explain(
                        expected="one name for each submission",
                        got=printable(f"{name} for {places[name]} and {place}"),
                        do="rename one of them",
                    )
                )
            places[name] = place
    if not places:
        raise LabError(
            explain(
                expected=f"notebooks in {', '.join(map(str, paths))}",
                got="none",
                do="give files .ipynb, or a folder of them",
            )
        )
    return {name: places[name] for name in sorted(places)}


def read_submission(name: str, place: Path, lab: str) -> Submission:
    """The submission in a file, or in a folder.

    Of several notebooks in a folder the one of the lab is taken, and of several of the lab the last one that was
    written. Links are not followed. Where there is nothing, it is missing.
    """
    if not os.path.lexists(place):
        return Submission(name, why="nothing was handed in")
    if place.is_symlink() or not place.is_dir():
        return _read(name, place)
    found = _notebooks(place)
    if not found:
        return Submission(name, why="there is no notebook in its folder")
    read = [_read(name, each) for each in found]
    if len(read) == 1:
        return read[0]
    of_lab = [each for each, submission in enumerate(read) if _is_of(submission.raw, lab)]
    chosen = (of_lab or list(range(len(read))))[-1]
    remark = f"{len(read)} notebooks in the folder: {printable(found[chosen].name)} is graded"
    return replace(read[chosen], remarks=(remark,))


def _places(path: Path) -> list[tuple[str, Path]]:
    if not path.exists():
        raise LabError(
            explain(expected=f"notebooks in {path}", got="no such file or folder", do="give the path of submissions")
        )
    if not path.is_dir():
        return [(printable(path.stem), path)]
    inside = [each for each in sorted(path.iterdir()) if not each.name.startswith((".", "__"))]
    return [
        (printable(each.stem) if each.suffix == _SUFFIX else printable(each.name), each)
        for each in inside
        if each.suffix == _SUFFIX or (each.is_dir() and not each.is_symlink())
    ]


def _notebooks(folder: Path) -> list[Path]:
    """The notebooks in a folder and those below, the last one written at the end."""
    found: list[Path] = []
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(each for each in folders if not each.startswith((".", "__")))
        found += [Path(place) / each for each in files if each.endswith(_SUFFIX) and not each.startswith(".")]
        if len(found) > _MOST_FILES:
            break
    return sorted(found, key=lambda path: (path.lstat().st_mtime, str(path)))


def _read(name: str, path: Path) -> Submission:
    """The bytes of an ordinary file; a link, a pipe or a device is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                return Submission(name, status=Status.UNREADABLE, why="it is no ordinary file")
            if about.st_size > _MOST_BYTES:
                return Submission(name, status=Status.UNREADABLE, why=f"it holds {about.st_size:,} bytes")
            return Submission(name, file.read(_MOST_BYTES))
    except OSError as error:
        why = "it is a link" if path.is_symlink() else error.strerror or "it cannot be read"
        return Submission(name, status=Status.UNREADABLE, why=why)


def _is_of(raw: bytes | None, lab: str) -> bool:
    """Whether a notebook says that it is one of this lab."""
    try:
        said = json.loads(raw or b"")["metadata"]["amal"]["lab"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return bool(said == lab)
