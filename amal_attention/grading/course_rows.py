"""What each student of a course earned, as other programs are told it: marks of tests and of people, less penalties."""

from __future__ import annotations

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.course_folder import Course
from amal_attention.course.export import Row
from amal_attention.course.gradebook import Marks, course_book
from amal_attention.course.roster import Student
from amal_attention.errors import CourseError, explain
from amal_attention.grading.verdict import Status, Verdict
from amal_attention.grading.verdicts import VerdictFolder
from amal_attention.lab import Lab

__all__ = ["course_rows"]

_NOT_GRADED = "not graded"


def course_rows(course: Course, lab: Lab) -> list[Row]:
    """A row for each student of the course, in the order of their ids.

    Raises:
        CourseError: nobody is in the gradebook.
    """
    with course_book(course) as book:
        known, marks = book.students(), book.marks(lab.name)
    if not known:
        raise CourseError(
            explain(expected="students in the gradebook", got="none", do=f"amal grade {lab.name}, or give a roster")
        )
    folder = VerdictFolder(course.verdicts(lab.name))
    return [_row(lab, known[name], marks.get(name), folder.kept(name)) for name in sorted(known)]


def _row(lab: Lab, student: Student, marks: Marks | None, verdict: Verdict | None) -> Row:
    submitted = _status(marks, verdict)
    marks = marks or Marks({}, {}, {})
    earned = {cell: marks.automatic.get(cell) or 0.0 for cell in lab.points} | dict(marks.by_hand)
    return Row(
        student,
        submitted,
        sum(earned[cell] for cell in lab.points),
        float(sum(lab.points.values())),
        {cell.removeprefix(TEST_PREFIX): (earned[cell], float(most)) for cell, most in lab.points.items()},
        _comment(verdict) if verdict is not None else "",
        marks.penalty,
    )


def _status(marks: Marks | None, verdict: Verdict | None) -> str:
    """What became of a submission; without a verdict it was marked by hand, or not at all."""
    if verdict is not None:
        return str(verdict.status)
    return str(Status.GRADED) if marks is not None else _NOT_GRADED


def _comment(verdict: Verdict) -> str:
    """The reason of the status, and the questions that lost points, each with what its tests hint at."""
    lines = [verdict.why] if verdict.why else []
    for question in verdict.questions:
        if question.earned < question.points:
            hints = dict.fromkeys(test.hint for test in question.tests if test.earned < test.points and test.hint)
            lines.append(f"{question.question} {question.earned:g}/{question.points:g}: {'; '.join(hints)}")
    return "\n".join(lines)
