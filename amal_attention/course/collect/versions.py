"""Every version of a student's notebook that ever came, and the one of them that is handed in.

::

    COURSE/collected/LAB/STUDENT/20261120T175900.000000Z-0123456789ab/name that it had.ipynb
    COURSE/submitted/STUDENT/LAB/LAB.ipynb and timestamp.txt

What is handed in depends on the versions that are there, not on the order in which they came: a run that was
interrupted is put right by the next. Where it is not known when a version was handed in, its folder ends in "-no-time",
and its time is one at which it was there already. nbgrader is told no time of such a version, and finds nobody late.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from amal_attention.course.collect.layout import time_of
from amal_attention.course.course_folder import Course
from amal_attention.course.slips import SECRET, TIMESTAMP
from amal_attention.files import content_of, writing
from amal_attention.printable import one_line

__all__ = ["Choice", "Version", "Versions"]

_FOLDER = "%Y%m%dT%H%M%S.%fZ"
_NO_TIME = "-no-time"
_FOLDERS = re.compile(rf"(\d{{8}}T\d{{6}}\.\d{{6}}Z)-([0-9a-f]{{12}})({_NO_TIME})?")
_TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"  # nbgrader's
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')
_LONGEST_NAME = 120  # bytes


@dataclass(frozen=True)
class Version:
    """A notebook as it came.

    Attributes:
        when: it was handed in.
        digest: the digest of its bytes.
        path: where it is kept, under the name that it had.
        saved: when the student saved it, in seconds, where that is known.
        is_timed: whether ``when`` is known; else the version was there at that time, and may be older.
    """

    when: datetime
    digest: str
    path: Path
    saved: float
    is_timed: bool = True


@dataclass(frozen=True)
class Choice:
    """What is handed in.

    Attributes:
        version: the version, as it first came.
        of_lab: whether it says that it is of the lab.
        versions: how many there are.
        later: the versions that came after it.
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

    def keep(
        self,
        content: bytes,
        name: str,
        when: datetime,
        saved: datetime,
        secret: bytes = b"",
        *,
        is_timed: bool = True,
    ) -> None:
        """Keep a version, and the secret that came with it; one that is there already stays as it is.

        Args:
            content: the content of the notebook.
            name: the name under which it came.
            when: it was handed in.
            saved: when the student saved it.
            secret: nbgrader's secret; may be empty.
            is_timed: whether it is known when it was handed in; else ``when`` is a time at which it was there.

        Raises:
            StorageError: it cannot be written.
        """
        digest = hashlib.sha256(content).hexdigest()[:12]
        folder = self._kept / f"{when.astimezone(UTC):{_FOLDER}}-{digest}{'' if is_timed else _NO_TIME}"
        path = folder / _file_name(name)
        if content_of(path) != content:
            _write(path, content, saved.timestamp())
        if secret and content_of(folder / SECRET) != secret:
            _write(folder / SECRET, secret, saved.timestamp())

    def hand_in(self, is_of_lab: Callable[[bytes], bool]) -> Choice | None:
        """Hand in the last version that is of the lab, or the last if none is; None where there is none at all.

        What was handed in by other means becomes a version too.

        Raises:
            StorageError: it cannot be written.
        """
        current = content_of(self._submitted)
        digest = hashlib.sha256(current).hexdigest() if current is not None else ""
        versions = self._all()
        if current is not None and digest not in [version.digest for version in versions]:
            self._adopt(current, versions)
            versions = self._all()
        if not versions:
            return None
        versions.sort(key=_order)
        of_lab = [each for each in versions if is_of_lab(each.path.read_bytes())]
        chosen = _first_of_last(of_lab or versions)
        later = tuple(each for each in versions if each.when > chosen.when and each.digest != chosen.digest)
        changed = self._write(chosen)
        before = "new" if current is None else "replaced" if changed and digest != chosen.digest else "same"
        return Choice(chosen, bool(of_lab), len({each.digest for each in versions}), later, before)

    def all(self) -> list[Version]:
        """Every version that came, in the order in which they came."""
        return sorted(self._all(), key=_order)

    def _all(self) -> list[Version]:
        found = []
        for folder in sorted(self._kept.glob("*")):
            if told := _FOLDERS.fullmatch(folder.name):
                when = datetime.strptime(told[1], _FOLDER).replace(tzinfo=UTC)
                for path in sorted(each for each in folder.iterdir() if not each.name.startswith(".")):
                    digest = hashlib.sha256(path.read_bytes()).hexdigest()
                    if digest.startswith(told[2]):
                        found.append(Version(when, digest, path, path.stat().st_mtime, not told[3]))
        return found

    def _adopt(self, content: bytes, versions: list[Version]) -> None:
        """Keep what a person put there; it comes after what was handed in at its time, whatever the clock says."""
        told, saved = self._told(), self._submitted.stat().st_mtime
        saved = max([saved, *(each.saved + 1 for each in versions if each.when == told)])
        when = datetime.fromtimestamp(saved, UTC)
        self.keep(content, self._submitted.name, told or when, when, is_timed=told is not None)

    def _told(self) -> datetime | None:
        """When nbgrader is told that what lies there was handed in."""
        return time_of((content_of(self._timestamp) or b"").decode(errors="replace"))

    def _write(self, version: Version) -> bool:
        """Whether there was anything to write."""
        content, when = version.path.read_bytes(), version.when if version.is_timed else None
        same, same_time = content_of(self._submitted) == content, self._told() == when
        if not same_time:
            self._stamp(when)
        if not same:
            _write(self._submitted, content, version.saved)
        secret = content_of(version.path.with_name(SECRET))
        if secret is not None and content_of(self._submitted.with_name(SECRET)) != secret:
            _write(self._submitted.with_name(SECRET), secret, version.saved)
        return not same or not same_time

    def _stamp(self, when: datetime | None) -> None:
        """Tell nbgrader the time, or that there is none."""
        if when is not None:
            _write(self._timestamp, f"{when:{_TIMESTAMP}}".encode(), when.timestamp())
            return
        with writing(self._timestamp, "give a course in a folder that you may write to"):
            self._timestamp.unlink(missing_ok=True)


def _order(version: Version) -> tuple[datetime, float, str, str, bool]:
    return version.when, version.saved, version.path.name, version.digest, not version.is_timed


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


def _write(path: Path, content: bytes, saved: float) -> None:
    """Write a file whole or not at all; what a run that was killed left is written over."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    with writing(path, "give a course in a folder that you may write to, on a disk with room"):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        os.utime(unfinished, (saved, saved))
        unfinished.replace(path)
