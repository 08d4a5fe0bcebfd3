"""Moodle's grading worksheet: the teacher's own csv, with grades and comments put into it and nothing else changed."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from amal_attention.course.people.matching import Matcher
from amal_attention.course.people.moodle_words import columns_of, language_of_times
from amal_attention.course.people.tables import Table, read_table
from amal_attention.errors import CourseError, explain
from amal_attention.printable import one_line

__all__ = ["Line", "Worksheet", "kept_in_files", "read_worksheet"]

_NUMBER = re.compile(r"(.*?)\s*(\d+)\s*", re.DOTALL)
_NO_MARK = re.compile(r"\[/?tests\]")
_NOT_IN_FILES = re.compile(r"[\x00-\x1f\x7f&<>\"`|':\\/]")  # what Moodle leaves out of the names of files
_LANGUAGES = "English, French, German or Spanish"
_WHO = ("idnumber", "username", "email", "name")
# What stands between these lines of a comment is ours; all else in it is a person's.
_OURS = ("[tests]", "[/tests]")
_OF_BEFORE = re.compile(r"(?:<br>\n)?\[tests\]<br>\n(?:(?!\[tests\]).)*?\[/tests\]", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """A student's line.

    Attributes:
        position: among the lines.
        called: the student, to be shown.
        number: the number that Moodle gave the student in this assignment; may be empty.
        folder: the student's, in Moodle's archives.
        student: id of the student whose line it is; None where it is nobody's.
        why: it is nobody's.
        most: the highest grade; None where the line does not tell.
        submitted: when the student handed in, in Moodle's words; empty where nothing was handed in.
    """

    position: int
    called: str
    number: str
    folder: str
    student: str | None
    why: str
    most: float | None
    submitted: str


class Worksheet:
    """A worksheet as it was downloaded.

    Args:
        table: the csv.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows = [list(row) for _, row in table.rows]
        self._columns = columns_of(table.header)

    @property
    def language_of_times(self) -> str:
        """The language in which it tells times; empty where it tells none."""
        return language_of_times(self._table.header)

    def lines(self, matcher: Matcher) -> list[Line]:
        """Its lines, each with the student whose it is. Two lines of one student are nobody's."""
        found = [self._line(position, matcher) for position in range(1, len(self._rows)) if self._rows[position]]
        often = Counter(line.student for line in found)
        return [_of_two(line) if line.student and often[line.student] > 1 else line for line in found]

    def grade(self, position: int) -> str:
        """The grade that a line has."""
        return self._cell(position, "grade")

    def fill(self, position: int, grade: str, comment: str) -> None:
        """Put a grade and a comment into a line; the comment where there is a column for it.

        What a person wrote there stays, before ours; what an earlier export wrote is replaced.
        """
        row = self._rows[position]
        row += [""] * (len(self._rows[0]) - len(row))
        row[self._columns["grade"]] = grade
        if "comment" in self._columns:
            column = self._columns["comment"]
            row[column] = _joined(_OF_BEFORE.sub("", row[column]), comment)

    def content(self) -> bytes:
        """The csv as it is now, in UTF-8 as Moodle reads it."""
        file = io.StringIO()
        csv.writer(file, delimiter=self._table.delimiter, lineterminator=self._table.end).writerows(self._rows)
        mark = "" if self._table.encoding == "utf-8" else "\ufeff"
        return ((self._table.mark or mark) + file.getvalue()).encode(errors="replace")

    def _line(self, position: int, matcher: Matcher) -> Line:
        identifier, name = self._cell(position, "identifier"), self._cell(position, "name")
        told = _NUMBER.fullmatch(identifier)
        participant, number = (told[1], told[2]) if told else (identifier, "")
        names = [said for key in _WHO if (said := self._cell(position, key))] or [participant]
        matches = [matcher.find(each, number) for each in names]
        students = {match.student.id for match in matches if match.student is not None}
        why = f"it could be {' or '.join(sorted(students))}" if students else matches[-1].how
        return Line(
            position,
            one_line(name or identifier),
            number,
            f"{kept_in_files(name or participant) or 'Participant'}_{number}_assignsubmission_file_",
            students.pop() if len(students) == 1 else None,
            why,
            _number(self._cell(position, "most")),
            self._cell(position, "submitted").strip("-"),
        )

    def _cell(self, position: int, key: str) -> str:
        row, column = self._rows[position], self._columns.get(key)
        return row[column].strip() if column is not None and column < len(row) else ""


def read_worksheet(path: Path) -> Worksheet:
    """Read a worksheet, as Moodle wrote it or as a spreadsheet saved it.

    Raises:
        CourseError: it cannot be read, or lacks a column for identifiers or grades.
    """
    try:
        table = read_table(path, lambda header: {"identifier", "grade"} <= set(columns_of(header)))
    except (OSError, ValueError) as error:
        raise _no_worksheet(path, str(error)) from error
    if table is None:
        with path.open("rb") as file:
            raise _no_worksheet(path, f"columns {one_line(file.readline(1000).decode(errors='replace').strip())!r}")
    return Worksheet(table)


def kept_in_files(name: str) -> str:
    """A name as Moodle puts it into the names of files."""
    return _NOT_IN_FILES.sub("", name.replace("_", " ")).strip()


def _joined(of_person: str, ours: str) -> str:
    """A comment in HTML: a person's, then ours."""
    if not ours:
        return of_person
    lines = html.escape(_NO_MARK.sub("", ours), quote=False).split("\n")
    block = "<br>\n".join([_OURS[0], *lines, _OURS[1]])
    return f"{of_person}<br>\n{block}" if of_person.strip() else block


def _of_two(line: Line) -> Line:
    return replace(line, student=None, why=f"two lines would be {line.student}")


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _no_worksheet(path: Path, got: str) -> CourseError:
    return CourseError(
        explain(
            expected=f"Moodle's grading worksheet in {path}",
            got=got,
            do=f"download it from the assignment, with the columns of identifiers and grades, in {_LANGUAGES}",
        )
    )
