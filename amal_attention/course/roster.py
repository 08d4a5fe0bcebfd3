"""The students of a course: a csv as ``nbgrader db student import`` reads it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from amal_attention.errors import CourseError, explain
from amal_attention.printable import one_line

__all__ = ["Student", "read_roster", "why_no_folder"]

_LONGEST_ID = 100  # bytes: a folder's name may have 255, and files beside it are named after it
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\[\]+]')  # no name on some system, or of a meaning for nbgrader
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # devices, on Windows


@dataclass(frozen=True)
class Student:
    """A student, as nbgrader knows them.

    Attributes:
        id: what their folders are called.
        first_name: may be empty, as all that follows.
        last_name: may be empty.
        email: may be empty.
        lms_user_id: the name or number that the learning platform gives them.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def full_name(self) -> str:
        """First and last name, as far as they are known; else the id."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.id


_COLUMNS = tuple(field.name for field in fields(Student))


def read_roster(path: Path) -> dict[str, Student]:
    """The students in a csv by id, in its order.

    There is a column ``id``; ``first_name``, ``last_name``, ``email`` and ``lms_user_id`` may be there, and others are
    not looked at.

    Raises:
        CourseError: it cannot be read, or an id is empty, there twice, or no safe name of a folder.
    """
    students: dict[str, Student] = {}
    taken: dict[str, str] = {}
    for line, student in _rows(path):
        if why := why_no_folder(student.id):
            raise _bad(path, line, "ids that can be names of folders", f"{one_line(student.id)!r}, {why}")
        if (same := taken.setdefault(student.id.casefold(), student.id)) in students:
            raise _bad(path, line, "an id once", f"{one_line(student.id)!r} after {one_line(same)!r}")
        students[student.id] = student
    if not students:
        raise _bad(path, 1, "students", "none")
    return students


def why_no_folder(name: str) -> str | None:
    """Why this cannot be a folder's name everywhere; None if it can."""
    if not name:
        return "which is empty"
    if name.startswith((".", "-", " ")) or name.endswith((".", " ")):
        return "which begins or ends with a sign that a folder's name must not"
    if not name.isprintable() or _FORBIDDEN.search(name):
        return "which holds a sign that a folder's name must not"
    if len(name.encode()) > _LONGEST_ID:
        return f"which is longer than {_LONGEST_ID} bytes"
    return "which is the name of a device" if _RESERVED.fullmatch(name) else None


def _rows(path: Path) -> Iterator[tuple[int, Student]]:
    """The students, each with the line of the file where it ends."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = _columns(path, next(reader, []))
            for row in filter(None, reader):
                if len(row) > len(columns):
                    raise _bad(path, reader.line_num, f"{len(columns)} cells", f"{len(row)}")
                cells = dict(zip(columns, map(str.strip, row), strict=False))
                yield reader.line_num, Student(**{"id": ""} | {key: cells[key] for key in _COLUMNS if key in cells})
    except UnicodeDecodeError as error:
        raise CourseError(
            explain(expected=f"a roster in UTF-8 in {path}", got="another encoding", do="save it as CSV UTF-8")
        ) from error
    except (OSError, csv.Error) as error:
        raise CourseError(
            explain(expected=f"a roster in {path}", got=str(error), do="give a csv with a column id")
        ) from error


def _columns(path: Path, header: list[str]) -> list[str]:
    columns = [name.strip() for name in header]
    twice = [name for name in _COLUMNS if columns.count(name) > 1]
    if "id" not in columns or twice:
        got = one_line(", ".join(columns)) or "an empty line"
        raise _bad(path, 1, "the names of columns, separated by commas, id among them, each once", got)
    return columns


def _bad(path: Path, line: int, expected: str, got: str) -> CourseError:
    return CourseError(explain(expected=f"{expected} in {path}, line {line}", got=got, do="mend the roster"))
