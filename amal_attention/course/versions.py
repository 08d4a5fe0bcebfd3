"""Every version of a student's notebook that ever came, and the one of them that is handed in.

::

    COURSE/collected/LAB/STUDENT/20261120T175900.000000Z-0123456789ab/name that it had.ipynb
    COURSE/submitted/STUDENT/LAB/LAB.ipynb and timestamp.txt

What is handed in depends on the versions that are there, not on the order in which they came: a run that was
interrupted is put right by the next.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amal_attention.course.course_folder import Course
from amal_attention.course.layout import time_of
from amal_attention.course.slips import SECRET, TIMESTAMP
from amal_attention.files import write_atomically, writing
from amal_attention.printable import one_line

__all__ = ["Choice", "Version", "Versions"]

_FOLDER = "%Y%m%dT%H%M%S.%fZ"
_FOLDERS = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-([0-9a-f]{12})")
_TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"  # nbgrader's
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')
_LONGEST_NAME = 120  # bytes


@dataclass(frozen=True)
class Version:
    """A notebook as it came.

    Attributes:
        when: it was handed in.
        digest: of its bytes.
        path: where it is kept, under the name that it had.
        saved: when the student saved it, in seconds, where that is known.
    """

    when: datetime
    digest: str
    path: Path
    saved: float


@dataclass(frozen=True)
class Choice:
    """What is handed in.

    Attributes:
        version: that one, as it first came.
        of_lab: whether it says that it is of the lab.
        versions: how many there are.
        later: those that came after it.
        before: "new", "replaced" or "same": what was handed in before this.
    """

    version: Version
    of_lab: bool
    versions: int
    later: tuple[Version, ...]
    before: str


class Versions:
    """The versions of one student's notebook of one lab.

    Args:
        course: the course.
        lab: the lab's name.
        student: the student's id.
    """

    def __init__(self, course: Course, lab: str, student: str) -> None:
        self._kept = course.collected(lab) / student
        self._submitted = course.place(student, lab) / f"{lab}.ipynb"
        self._timestamp = self._submitted.with_name(TIMESTAMP)

    def keep(self, content: bytes, name: str, when: datetime, saved: datetime, secret: bytes = b"") -> None:
        """Keep a version, and the secret that came with it; one that is there already stays as it is.

        Raises:
            StorageError: it cannot be written.
        """
        folder = self._kept / f"{when.astimezone(UTC):{_FOLDER}}-{hashlib.sha256(content).hexdigest()[:12]}"
        path = folder / _file_name(name)
        if _content(path) != content:
            _write(path, content, saved.timestamp())
        if secret and _content(folder / SECRET) != secret:
            write_atomically(folder / SECRET, secret)

    def hand_in(self, is_of_lab: Callable[[bytes], bool]) -> Choice | None:
        """Hand in the last version that is of the lab, or the last if none is; None where there is none at all.

        What was handed in by other means becomes a version too.

        Raises:
            StorageError: it cannot be written.
        """
        current = _content(self._submitted)
        digest = hashlib.sha256(current).hexdigest() if current is not None else ""
        versions = self._all()
        if current is not None and digest not in [version.digest for version in versions]:
            self._adopt(current)
            versions = self._all()
        if not versions:
            return None
        versions.sort(key=lambda each: (each.when, each.saved, each.path.name, each.digest))
        of_lab = [each for each in versions if is_of_lab(each.path.read_bytes())]
        chosen = _first_of_last(of_lab or versions)
        later = tuple(each for each in versions if each.when > chosen.when and each.digest != chosen.digest)
        changed = self._write(chosen)
        before = "new" if current is None else "replaced" if changed and digest != chosen.digest else "same"
        return Choice(chosen, bool(of_lab), len({each.digest for each in versions}), later, before)

    def _all(self) -> list[Version]:
        found = []
        for folder in sorted(self._kept.glob("*")):
            if told := _FOLDERS.fullmatch(folder.name):
                when = datetime.strptime(told[1], _FOLDER).replace(tzinfo=UTC)
                for path in sorted(each for each in folder.iterdir() if not each.name.startswith(".")):
                    digest = hashlib.sha256(path.read_bytes()).hexdigest()
                    if digest.startswith(told[2]):
                        found.append(Version(when, digest, path, path.stat().st_mtime))
        return found

    def _adopt(self, content: bytes) -> None:
        saved = datetime.fromtimestamp(self._submitted.stat().st_mtime, UTC)
        told = time_of((_content(self._timestamp) or b"").decode(errors="replace"))
        self.keep(content, self._submitted.name, told or saved, saved)

    def _write(self, version: Version) -> bool:
        """Whether there was anything to write."""
        content, stamp = version.path.read_bytes(), f"{version.when:{_TIMESTAMP}}"
        old = time_of((_content(self._timestamp) or b"").decode(errors="replace"))
        same = _content(self._submitted) == content
        if old != version.when:
            write_atomically(self._timestamp, stamp)
        if not same:
            _write(self._submitted, content, version.saved)
        secret = _content(version.path.with_name(SECRET))
        if secret is not None and _content(self._submitted.with_name(SECRET)) != secret:
            write_atomically(self._submitted.with_name(SECRET), secret)
        return not same or old != version.when


def _first_of_last(versions: list[Version]) -> Version:
    """The last version; of the same bytes several times in a row, the first time."""
    last = versions[-1]
    for version in reversed(versions):
        if version.digest != last.digest:
            break
        last = version
    return last


def _file_name(name: str) -> str:
    """A name as it came, as far as a file can have it everywhere; its end says what it is, so it stays."""
    plain = _NOT_IN_NAMES.sub("_", one_line(name, len(name))).lstrip(". -").rstrip(". ")
    stem, dot, suffix = plain.rpartition(".")
    stem, suffix = (stem, f".{suffix}") if dot and len(suffix) <= 10 else (plain, "")
    cut = stem.encode()[: _LONGEST_NAME - len(suffix.encode())].decode(errors="ignore")
    return f"{cut}{suffix}" if cut else "notebook.ipynb"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, content: bytes, saved: float) -> None:
    """Write a file whole or not at all; what a run that was killed left is written over."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    with writing(path, "give a course in a folder that you may write to, on a disk with room"):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        os.utime(unfinished, (saved, saved))
        unfinished.replace(path)
