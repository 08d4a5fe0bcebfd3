"""Moodle's grading worksheet: the teacher's own csv, with grades and comments put into it and nothing else changed."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from amal_attention.course.matching import Matcher, words_of
from amal_attention.errors import CourseError, explain
from amal_attention.printable import one_line

__all__ = ["Line", "Worksheet", "read_worksheet"]

_BOM = "\ufeff"
_DELIMITERS = ",;\t"
_NUMBER = re.compile(r"(.*?)\s*(\d+)\s*", re.DOTALL)
_NOT_IN_FILES = re.compile(r"[\x00-\x1f\x7f&<>\"`|':\\/]")  # what Moodle leaves out of the names of files
# What the columns are called, in English and in French.
_COLUMNS = {
    "identifier": ("Identifier", "Identifiant"),
    "name": ("Full name", "Nom complet"),
    "email": ("Email address", "Email", "Adresse de courriel", "Adresse e-mail", "Courriel"),
    "username": ("Username", "Nom d'utilisateur"),
    "idnumber": ("ID number", "Numéro d'identification"),
    "grade": ("Grade", "Note"),
    "most": ("Maximum grade", "Note maximale"),
    "comment": ("Feedback comments", "Feedback par commentaires", "Commentaires de feedback"),
}
_NAMES = {words_of(name): key for key, names in _COLUMNS.items() for name in names}
_WHO = ("idnumber", "username", "email", "name")


@dataclass(frozen=True)
class Line:
    """A student's line.

    Attributes:
        position: among the lines.
        called: the student, to be shown.
        folder: the student's, in Moodle's archives.
        student: id of the student whose line it is; None where it is nobody's.
        why: it is nobody's.
        most: the highest grade; None where the line does not tell.
    """

    position: int
    called: str
    folder: str
    student: str | None
    why: str
    most: float | None


class Worksheet:
    """A worksheet as it was downloaded.

    Args:
        text: of the csv, with its byte order mark if it has one.
        delimiter: between its cells.
        rows: its cells, the header first.
    """

    def __init__(self, text: str, delimiter: str, rows: Sequence[list[str]]) -> None:
        self._begin = _BOM if text.startswith(_BOM) else ""
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._delimiter = delimiter
        self._rows = [list(row) for row in rows]
        self._columns = _columns(rows[0])

    def lines(self, matcher: Matcher) -> list[Line]:
        """Its lines, each with the student whose it is. Two lines of one student are nobody's."""
        found = [self._line(position, matcher) for position in range(1, len(self._rows)) if self._rows[position]]
        often = Counter(line.student for line in found)
        return [_of_two(line) if line.student and often[line.student] > 1 else line for line in found]

    def fill(self, position: int, grade: str, comment: str) -> None:
        """Put a grade and a comment into a line; the comment where there is a column for it."""
        row = self._rows[position]
        row += [""] * (len(self._rows[0]) - len(row))
        row[self._columns["grade"]] = grade
        if "comment" in self._columns:
            row[self._columns["comment"]] = html.escape(comment, quote=False).replace("\n", "<br>\n")

    def content(self) -> bytes:
        """The csv as it is now."""
        file = io.StringIO()
        csv.writer(file, delimiter=self._delimiter, lineterminator=self._end).writerows(self._rows)
        return (self._begin + file.getvalue()).encode(errors="replace")

    def _line(self, position: int, matcher: Matcher) -> Line:
        said = {key: self._cell(position, key) for key in _COLUMNS}
        told = _NUMBER.fullmatch(said["identifier"])
        participant, number = (told[1], told[2]) if told else (said["identifier"], "")
        names = [said[key] for key in _WHO if said[key]] or [participant]
        matches = [matcher.find(name, number) for name in names]
        students = {match.student.id for match in matches if match.student is not None}
        why = f"it could be {' or '.join(sorted(students))}" if students else matches[-1].how
        called = said["name"] or said["identifier"]
        kept = _NOT_IN_FILES.sub("", (said["name"] or participant).replace("_", " ")).strip() or "Participant"
        return Line(
            position,
            one_line(called),
            f"{kept}_{number}_assignsubmission_file_",
            students.pop() if len(students) == 1 else None,
            why,
            _number(said["most"]),
        )

    def _cell(self, position: int, key: str) -> str:
        row, column = self._rows[position], self._columns.get(key)
        return row[column].strip() if column is not None and column < len(row) else ""


def read_worksheet(path: Path) -> Worksheet:
    """Read a worksheet.

    Raises:
        CourseError: it cannot be read, or lacks a column for identifiers or grades.
    """
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _no_worksheet(path, str(error)) from error
    for delimiter, rows in _read(text.removeprefix(_BOM)):
        if {"identifier", "grade"} <= set(_columns(rows[0])):
            return Worksheet(text, delimiter, rows)
    raise _no_worksheet(path, f"columns {one_line(text.removeprefix(_BOM).split(chr(10))[0])!r}")


def _read(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if rows:
            yield delimiter, rows


def _columns(header: list[str]) -> dict[str, int]:
    """Where the columns that matter are; of two with one name, the first."""
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        if key := _NAMES.get(words_of(name)):
            found.setdefault(key, position)
    return found


def _of_two(line: Line) -> Line:
    return Line(line.position, line.called, line.folder, None, f"two lines would be {line.student}", line.most)


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
            do="download it from the assignment, with the columns of identifiers and grades",
        )
    )
