"""The students of a course: a csv as ``nbgrader db student import`` reads it, or Moodle's export of participants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from amal_attention.course.people.moodle_words import columns_of
from amal_attention.course.people.tables import Table, read_table
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
        team: the name of the team with which they hand in, or of several, between commas.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    team: str = ""

    @property
    def full_name(self) -> str:
        """First and last name, as far as they are known; else the id."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.id

    @property
    def name_and_id(self) -> str:
        """Such as "Ada Lovelace (ada)"; the id alone where no name is known."""
        return self.id if self.full_name == self.id else f"{self.full_name} ({self.id})"


_COLUMNS = tuple(field.name for field in fields(Student))


# What an id is taken from in Moodle's export of participants: the first of these that everybody has.
_IDS_OF_PARTICIPANTS = ("username", "idnumber", "email")
_OF_PARTICIPANTS = {"first_name": "first_name", "last_name": "last_name", "email": "email", "team": "groups"}


def read_roster(path: Path) -> dict[str, Student]:
    """The students in a csv by id, in its order.

    There is a column ``id``; ``first_name``, ``last_name``, ``email``, ``lms_user_id`` and ``team`` may be there, and
    others are not looked at. In Moodle's export of participants the id is the user name, the ID number or the e-mail
    address, whichever of them it has for everybody, and the team is the group. A spreadsheet may have saved it, with
    semicolons and in its own encoding.

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
        table = read_table(path, lambda header: "id" in map(str.strip, header)) or read_table(path, _is_of_participants)
    except (OSError, ValueError) as error:
        raise CourseError(
            explain(expected=f"a roster in {path}", got=str(error), do="give a csv with a column id")
        ) from error
    if table is None:
        raise _bad(path, 1, "the names of columns, id among them", _beginning(path))
    columns = _columns(path, table)
    for line, row in table.rows[1:]:
        if len(row) > len(table.header):
            raise _bad(path, line, f"{len(table.header)} cells", f"{len(row)}")
        if row:
            cells = {key: row[place].strip() for key, place in columns.items() if place < len(row)}
            yield line, Student(**{"id": ""} | cells)


def _is_of_participants(header: Sequence[str]) -> bool:
    found = columns_of(header)
    return {"first_name", "last_name"} <= set(found) and any(key in found for key in _IDS_OF_PARTICIPANTS)


def _columns(path: Path, table: Table) -> dict[str, int]:
    """Where each thing that is known of a student stands."""
    names = [name.strip() for name in table.header]
    if "id" not in names:
        return _columns_of_participants(path, table)
    if any(names.count(name) > 1 for name in _COLUMNS):
        raise _bad(path, 1, "the names of columns, each once", one_line(", ".join(names)))
    return {name: names.index(name) for name in _COLUMNS if name in names}


def _columns_of_participants(path: Path, table: Table) -> dict[str, int]:
    found = columns_of(table.header)
    for key in _IDS_OF_PARTICIPANTS:
        if key in found and all(len(row) > found[key] and row[found[key]].strip() for _, row in table.rows[1:] if row):
            named = {name: found[key] for name, key in _OF_PARTICIPANTS.items() if key in found}
            return {"id": found[key]} | named
    raise _bad(path, 1, "a user name, an ID number or an e-mail address for every participant", "none that all have")


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return one_line(file.readline(1000).decode(errors="replace").strip("\ufeff \r\n")) or "an empty line"


def _bad(path: Path, line: int, expected: str, got: str) -> CourseError:
    return CourseError(explain(expected=f"{expected} in {path}, line {line}", got=got, do="mend the roster"))
