"""The submissions in a folder: which file of which student is graded. Nothing is followed out of the folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from amal_attention.course.collect.folder_walk import Found, files_under
from amal_attention.errors import LabError, explain
from amal_attention.grading.verdict.verdict import Status
from amal_attention.language import ENGLISH
from amal_attention.notebook.bounded_json import BoundedJson
from amal_attention.printable import printable

__all__ = ["Submission", "find_submissions", "read_submission"]

_SUFFIX = ".ipynb"
_MOST_BYTES = 200 * 2**20
_MOST_FILES = 100


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        name: the name of the student, or of the file.
        raw: the bytes of the notebook; None where there is none to read.
        status: why there is none.
        why: the same in words.
        remarks: what is said of how the file was found.
        questions: the only ones that are asked; all where none is named.
        until_lost: whether no test is held after the first that is missed; for answers of which only that is asked.
    """

    name: str
    raw: bytes | None = None
    status: Status = Status.MISSING
    why: str = ""
    remarks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    until_lost: bool = False

    @property
    def digest(self) -> str:
        """What tells these bytes from any other; empty where there are none."""
        return hashlib.sha256(self.raw).hexdigest() if self.raw is not None else ""


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
        return Submission(name, why=ENGLISH.say("nothing was handed in"))
    if place.is_symlink() or not place.is_dir():
        return _read(name, partial(_opened, place), is_link=place.is_symlink())
    count, chosen = 0, None
    for found in islice(_notebooks(place), _MOST_FILES):
        candidate = _Candidate(found, _read(name, found.open, is_link=stat.S_ISLNK(found.about.st_mode)), lab)
        chosen = candidate if chosen is None else max(chosen, candidate, key=_Candidate.order)
        count += 1
    if chosen is None:
        return Submission(name, why=ENGLISH.say("there is no notebook in its folder"))
    if count == 1:
        return chosen.submission
    file = printable(chosen.found.parts[-1])
    remark = ENGLISH.say("{count} notebooks in the folder: {name} is graded", count=count, name=file)
    return replace(chosen.submission, remarks=(remark,))


@dataclass(frozen=True)
class _Candidate:
    """One of the notebooks in a folder; two of them are in memory at a time, however many there are."""

    found: Found
    submission: Submission
    lab: str

    def order(self) -> tuple[bool, float, tuple[str, ...]]:
        """The key to sort by: the greatest candidate is graded."""
        return _is_of(self.submission.raw, self.lab), self.found.about.st_mtime, self.found.parts


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


def _notebooks(folder: Path) -> Iterator[Found]:
    """The notebooks in a folder and those below; none where it cannot be opened."""
    with contextlib.suppress(OSError):
        for found in files_under(folder, lambda name: name.startswith((".", "__"))):
            if isinstance(found, Found) and found.parts[-1].endswith(_SUFFIX):
                yield found


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _read(name: str, opened: Callable[[], IO[bytes]], *, is_link: bool) -> Submission:
    """The bytes of an ordinary file; a link, a pipe or a device is none."""
    try:
        with opened() as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                return Submission(name, status=Status.UNREADABLE, why=ENGLISH.say("it is no ordinary file"))
            if about.st_size > _MOST_BYTES:
                why = ENGLISH.say("it holds {number} bytes", number=f"{about.st_size:,}")
                return Submission(name, status=Status.UNREADABLE, why=why)
            return Submission(name, file.read(_MOST_BYTES))
    except OSError as error:
        why = ENGLISH.say("it is a link") if is_link else error.strerror or ENGLISH.say("it cannot be read")
        return Submission(name, status=Status.UNREADABLE, why=why)


def _is_of(raw: bytes | None, lab: str) -> bool:
    """Whether a notebook says that it is one of this lab."""
    try:
        notebook, _ = BoundedJson((raw or b"").decode()).value(0)
        return bool(notebook["metadata"]["amal"]["lab"] == lab)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
