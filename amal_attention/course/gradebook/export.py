"""Grades for others: a csv, JSON, Gradescope's csv, Moodle's worksheet and its zip of feedback."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from amal_attention.course.course_folder import Course
from amal_attention.course.people.matching import Matcher
from amal_attention.course.people.roster import Student
from amal_attention.course.people.worksheet import Line, Worksheet, read_worksheet
from amal_attention.errors import CourseError, explain

__all__ = ["KINDS", "Exported", "Row", "export", "feedback_zip", "listed"]

KINDS = ("csv", "json", "gradescope", "moodle")
"""What grades can be exported to."""

_MISSING = "missing"
_FORMULA = re.compile(r"""^(?=[=+\-@\t\r])|(?<=[;,\t\r\n])(?=["\s]*[=+\-@])""")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_LONGEST_LIST = 20
_ROUNDING = 1e-4  # of points: figures have four decimals


@dataclass(frozen=True)
class Row:
    """What a student earned.

    Attributes:
        student: the student.
        status: what became of the submission.
        earned: points, manual ones too, before the penalty.
        points: the most that can be earned.
        questions: points earned and the most of them, by question; None earned where nobody marked it yet.
        comment: what is said to the student.
        late_penalty: points that are taken off.
        not_final: why the mark is not final, a reason each, in the language of the course.
    """

    student: Student
    status: str
    earned: float
    points: float
    questions: Mapping[str, tuple[float | None, float]]
    comment: str
    late_penalty: float = 0.0
    not_final: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """The points that are left."""
        return max(0.0, self.earned - self.late_penalty)

    @property
    def is_missing(self) -> bool:
        """Whether there is nothing: no submission, and no point given by hand."""
        return self.status == _MISSING and self.earned == 0 and not self.not_final

    @property
    def told(self) -> tuple[float | None, float | None, float | None]:
        """The points that were earned, those that are taken off, and those that are left; None where not final."""
        return (None, None, None) if self.not_final else (self.earned, self.late_penalty, self.total)


@dataclass(frozen=True)
class Exported:
    """A file, and what to tell of it.

    Attributes:
        content: the content of the file.
        remarks: a sentence each.
    """

    content: bytes
    remarks: tuple[str, ...] = ()


def export(rows: Sequence[Row], kind: str, *, worksheet: Path | None = None, partial: bool = False) -> Exported:
    """The grades as another program reads them.

    Args:
        rows: one a student.
        kind: one of :data:`KINDS`.
        worksheet: Moodle's grading worksheet, as the teacher downloaded it.
        partial: whether marks may be left out that are not final; who has none is told, and no figure stands for it.

    Raises:
        CourseError: there is no such kind, the worksheet is missing or none, or a mark is not final.
    """
    open_rows = _not_final(rows)
    if open_rows and not partial:
        raise CourseError(
            explain(
                expected="a final mark for everybody",
                got="; ".join(listed("none yet for", open_rows)),
                do="grade and mark these first; --partial leaves their cells empty",
            )
        )
    exported = _exported(rows, kind, worksheet)
    remarks = (
        *listed("no mark is told, as it is not final", open_rows),
        *listed("more than all points, by a person: is it meant", _above(rows)),
    )
    return replace(exported, remarks=(*exported.remarks, *remarks))


def _above(rows: Sequence[Row]) -> list[str]:
    """Whose mark is more than a lab gives, and how much: credit on top, or a slip of the pen."""
    above = (row for row in rows if not row.not_final and row.total > row.points + _ROUNDING)
    return [f"{row.student.id} ({_figure(row.total)} of {_figure(row.points)})" for row in above]


def _not_final(rows: Sequence[Row]) -> list[str]:
    """Who has no final mark, and why."""
    return [f"{row.student.id} ({'; '.join(row.not_final)})" for row in rows if row.not_final]


def _exported(rows: Sequence[Row], kind: str, worksheet: Path | None) -> Exported:
    if kind == "csv":
        return Exported(_csv(_table(rows), bom=True))
    if kind == "json":
        values = [_json(row) for row in rows]
        return Exported((json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
    if kind == "gradescope":
        return Exported(_csv(_gradescope(rows), bom=False))
    if kind == "moodle" and worksheet is not None:
        return _moodle(rows, read_worksheet(worksheet))
    if kind == "moodle":
        raise CourseError(
            explain(expected="Moodle's grading worksheet", got="none", do="download it from the assignment and give it")
        )
    raise CourseError(explain(expected=f"one of {', '.join(KINDS)}", got=repr(kind), do="choose one"))


def feedback_zip(rows: Sequence[Row], worksheet: Path, course: Course, lab: str) -> Exported:
    """The pages of feedback as Moodle takes them, for the students of its worksheet.

    Raises:
        CourseError: the worksheet is none.
    """
    file = io.BytesIO()
    lines = read_worksheet(worksheet).lines(_matcher(rows))
    gone = {row.student.id for row in rows if row.status == _MISSING}
    without = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for line in lines:
            if line.student is None:
                continue
            page = course.feedback(line.student, lab)
            if page.is_file() and line.student not in gone:
                name = zipfile.ZipInfo(f"{line.folder}/{page.name}")  # of 1980: the same pages make the same zip
                archive.writestr(name, page.read_bytes(), zipfile.ZIP_DEFLATED)
            else:
                without.append(line.student)
    return Exported(file.getvalue(), (*_unmatched(rows, lines), *listed("no feedback for", without)))


def _moodle(rows: Sequence[Row], worksheet: Worksheet) -> Exported:
    lines = worksheet.lines(_matcher(rows))
    by_id = {row.student.id: row for row in rows}
    scaled: set[str] = set()
    left, kept = [], []
    for line in lines:
        if line.student is None:
            continue
        row = by_id[line.student]
        if row.is_missing:
            left.append(line.student)
        if (row.is_missing or row.not_final) and (there := worksheet.grade(line.position)):
            kept.append(f"{line.student} ({there})")
        if row.is_missing or row.not_final:
            continue
        grade = row.total
        if line.most and row.points and line.most != row.points:
            grade *= line.most / row.points
            scaled.add(f"grades are scaled from {_figure(row.points)} points to Moodle's {_figure(line.most)}")
        worksheet.fill(line.position, _figure(grade), row.comment)
    remarks = (
        *_unmatched(rows, lines),
        *listed("nothing handed in, no grade filled in", left),
        *listed("the grade that the worksheet had stays, and is none of ours", kept),
        *sorted(scaled),
    )
    return Exported(worksheet.content(), remarks)


def _matcher(rows: Sequence[Row]) -> Matcher:
    return Matcher({row.student.id: row.student for row in rows})


def _unmatched(rows: Sequence[Row], lines: Sequence[Line]) -> list[str]:
    """Who is on one side only."""
    nobodys = [f"{line.called} ({line.why})" for line in lines if line.student is None]
    there = {line.student for line in lines}
    absent = [row.student.id for row in rows if row.student.id not in there]
    return [
        *listed("not matched in the worksheet, left as it was", nobodys),
        *listed("no line in the worksheet", absent),
    ]


def listed(title: str, names: Sequence[str]) -> list[str]:
    """A line that names some, and says how many there are; none where there is nobody."""
    more = f" … and {len(names) - _LONGEST_LIST} more" if len(names) > _LONGEST_LIST else ""
    return [f"{title} ({len(names)}): {', '.join(names[:_LONGEST_LIST])}{more}"] if names else []


def _questions(rows: Sequence[Row]) -> dict[str, float]:
    """All questions and what they are worth, in the order in which they come."""
    worth: dict[str, float] = {}
    for row in rows:
        for question, (_, points) in row.questions.items():
            worth[question] = max(points, worth.get(question, points))
    return worth


def _table(rows: Sequence[Row]) -> list[list[str]]:
    questions = _questions(rows)
    header = ["id", "last_name", "first_name", "email", "status", *questions]
    lines = [[*header, "earned", "late_penalty", "total", "points", "not_final", "comment"]]
    for row in rows:
        student = row.student
        who = [student.id, student.last_name, student.first_name, student.email, row.status]
        earned = [_earned(row, each) for each in questions]
        sums = [*map(_figure, row.told), _figure(row.points)]
        lines.append([*who, *earned, *sums, "; ".join(row.not_final), row.comment])
    return lines


def _gradescope(rows: Sequence[Row]) -> list[list[str]]:
    questions = _questions(rows)
    names = [f"{number}: {name} ({float(worth)} pts)" for number, (name, worth) in enumerate(questions.items(), 1)]
    lines = [["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status", *names]]
    for row in rows:
        student, blank = row.student, row.is_missing or row.not_final
        total = "" if blank else _figure(row.total)
        earned = ["" if blank else _earned(row, each) for each in questions]
        who = [student.first_name, student.last_name, student.id, student.email]
        lines.append([*who, total, _figure(row.points), _status(row), *earned])
    return lines


def _status(row: Row) -> str:
    """In Gradescope's words."""
    if row.is_missing:
        return "Missing"
    return "Ungraded" if row.not_final else "Graded"


def _earned(row: Row, question: str) -> str:
    """What a question earned; nothing where the row does not have it, or nobody marked it yet."""
    earned, _ = row.questions.get(question, (None, 0.0))
    return _figure(earned)


def _json(row: Row) -> dict[str, object]:
    earned_in_all, penalty, total = row.told
    questions = {name: {"earned": earned, "points": points} for name, (earned, points) in row.questions.items()}
    return {
        "student": asdict(row.student),
        "status": row.status,
        "questions": questions,
        "earned": earned_in_all,
        "late_penalty": penalty,
        "total": total,
        "points": row.points,
        "not_final": list(row.not_final),
        "comment": row.comment,
    }


def _csv(lines: list[list[str]], *, bom: bool) -> bytes:
    """A csv; a spreadsheet knows by the mark at its beginning that it is in UTF-8."""
    file = io.StringIO()
    csv.writer(file).writerows([_guarded(cell) for cell in line] for line in lines)
    return file.getvalue().encode("utf-8-sig" if bom else "utf-8", errors="replace")


def _guarded(cell: str) -> str:
    """A text in which a spreadsheet finds no formula, be it one that parts cells at semicolons or tabs.

    >>> _guarded("=1+1"), _guarded("good;=1+1"), _guarded("-0.5")
    ("'=1+1", "good;'=1+1", '-0.5')
    """
    return cell if _NUMBER.fullmatch(cell) else _FORMULA.sub("'", cell)


def _figure(number: float | None) -> str:
    """A number with up to four decimals, and a point; nothing for None.

    >>> _figure(2.0), _figure(1 / 3), _figure(1200.0), _figure(None)
    ('2', '0.3333', '1200', '')
    """
    if number is None:
        return ""
    return f"{number + 0.0:.4f}".rstrip("0").rstrip(".")
