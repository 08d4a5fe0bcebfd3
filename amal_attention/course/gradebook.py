"""nbgrader's gradebook of a course: students, automatic marks, late penalties; a person's marks stay what they are.

There is one writer. What is written of a submission is written in one transaction, or not at all.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.problems import grade_extra
from amal_attention.course.programs import programs_at_hand
from amal_attention.course.roster import Student
from amal_attention.errors import CourseError, explain

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["CourseBook", "Marks", "course_book"]


@dataclass(frozen=True)
class Marks:
    """What the gradebook holds of a submission.

    Attributes:
        automatic: points by cell, None where there are none yet.
        by_hand: points that a person gave, by cell.
        most: points that can be earned, by cell.
        comments: of a person, by cell.
        penalty: for being late.
        handed_in: when, in UTC, or None.
    """

    automatic: Mapping[str, float | None]
    by_hand: Mapping[str, float]
    most: Mapping[str, float]
    comments: Mapping[str, str] = field(default_factory=dict)
    penalty: float = 0.0
    handed_in: datetime | None = None

    @property
    def earned(self) -> float:
        """All points: a person's where there are some, automatic ones elsewhere, less the penalty."""
        marks = {cell: mark or 0.0 for cell, mark in self.automatic.items()} | dict(self.by_hand)
        return max(0.0, sum(marks.values()) - self.penalty)


@contextmanager
def course_book(course: Course) -> Iterator[CourseBook]:
    """The gradebook of a course, open as long as the context lasts.

    Raises:
        LabError: nbgrader is not installed.
        CourseError: the gradebook cannot be opened.
    """
    with grade_extra(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies announce changes that are none of ours
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SQLAlchemyError
    try:
        with programs_at_hand():
            opened = Gradebook(f"sqlite:///{course.gradebook}")
        with opened as book:
            yield CourseBook(course, book)
    except SQLAlchemyError as error:
        raise CourseError(
            explain(
                expected=f"nbgrader's gradebook in {course.gradebook}",
                got=str(error).split("\n")[0],
                do="close what else uses it, or restore the file",
            )
        ) from error


class CourseBook:
    """An open gradebook; :func:`course_book` opens it.

    Args:
        course: whose gradebook it is.
        book: nbgrader's.
    """

    def __init__(self, course: Course, book: Any) -> None:
        self._course, self._book = course, book

    def enrol(self, students: Iterable[Student]) -> None:
        """Enter students, or change what is known of them."""
        for each in students:
            named = {"first_name": each.first_name, "last_name": each.last_name, "email": each.email}
            self._book.update_or_create_student(each.id, **named, lms_user_id=each.lms_user_id)

    def students(self) -> dict[str, Student]:
        """Those that were entered, by id."""
        return {
            each.id: Student(
                each.id, each.first_name or "", each.last_name or "", each.email or "", each.lms_user_id or ""
            )
            for each in self._book.students
        }

    def has(self, lab: str) -> bool:
        """Whether the lab is an assignment of the course."""
        return any(each.name == lab for each in self._book.assignments)

    def marks(self, lab: str) -> dict[str, Marks]:
        """What the gradebook holds, by student."""
        return {each.student_id: _marks(each) for each in self._book.assignment_submissions(lab)}

    def handed_in_at(self, student: str, lab: str) -> datetime | None:
        """When a student handed it in, in UTC; None where that is not known."""
        from nbgrader.utils import parse_utc

        said = self._course.handed_in_at(student, lab)
        try:
            moment: datetime | None = parse_utc(said) if said else None
        except (ValueError, OverflowError):
            return None
        return moment

    def record(self, lab: str, student: str, earned: Mapping[str, float], notebook: NotebookNode | None) -> None:
        """Write the automatic marks of a submission, and its late penalty as the course's configuration has it.

        Marks that a person gave stay, and are to be looked at again, as nbgrader itself does it.

        Args:
            lab: name of the assignment.
            student: who handed it in; entered if they are not in the gradebook.
            earned: points by test cell.
            notebook: as a grader sees it; None if there is none, and nothing for a person to mark.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, on how nbgrader adds a submission
            self._record(lab, student, earned, notebook)

    def _record(self, lab: str, student: str, earned: Mapping[str, float], notebook: NotebookNode | None) -> None:
        self._book.update_or_create_student(student)
        submission = self._book.update_or_create_submission(lab, student)
        submission.timestamp = self.handed_in_at(student, lab)
        unanswered = _unanswered(notebook) if notebook is not None else None
        for page in submission.notebooks:
            for grade in page.grades:
                _grade(grade, earned, unanswered)
            for comment in page.comments:
                as_given = unanswered is not None and comment.name in unanswered
                comment.auto_comment = "No response." if as_given else None
            self._book.db.flush()
            self._book.db.refresh(page)
            page.late_submission_penalty = self._penalty(submission, page)
        self._book.db.commit()

    def _penalty(self, submission: Any, page: Any) -> float | None:
        """What nbgrader's own preprocessor would take off, with the plugin that the configuration names."""
        if submission.total_seconds_late <= 0:
            return None
        judge = self._judge_of_delay()
        penalty = judge.plugin_inst.late_submission_penalty(
            submission.student_id, page.score, submission.total_seconds_late
        )
        return None if penalty is None else judge._check_late_penalty(page, penalty)

    def _judge_of_delay(self) -> Any:
        from nbgrader.preprocessors import AssignLatePenalties
        from traitlets.config.loader import PyFileConfigLoader

        config = PyFileConfigLoader(CONFIGURATION, str(self._course.folder)).load_config()
        judge = AssignLatePenalties(config=config, log=logging.Logger("nbgrader", logging.CRITICAL))
        judge.init_plugin()
        return judge


def _grade(grade: Any, earned: Mapping[str, float], unanswered: set[str] | None) -> None:
    """Enter one automatic mark, by the rules of nbgrader's ``SaveAutoGrades``."""
    by_person = grade.name not in earned
    if unanswered is None or (by_person and grade.name in unanswered):
        grade.auto_score = earned.get(grade.name, 0.0)
    else:
        grade.auto_score = earned.get(grade.name)
    grade.needs_manual_grade = unanswered is not None and (grade.manual_score is not None or grade.auto_score is None)


def _unanswered(notebook: NotebookNode) -> set[str]:
    """``grade_id`` of the cells for an answer that are still as they were given."""
    from nbgrader.utils import compute_checksum

    found = set()
    for cell in notebook.cells:
        course = cell.metadata.get("nbgrader", {})
        if course.get("solution") and course.get("checksum") == compute_checksum(cell):
            found.add(course["grade_id"])
    return found


def _marks(submission: Any) -> Marks:
    grades = {grade.name: grade for page in submission.notebooks for grade in page.grades}
    return Marks(
        {name: grade.auto_score for name, grade in grades.items()},
        {name: grade.manual_score for name, grade in grades.items() if grade.manual_score is not None},
        {name: grade.max_score for name, grade in grades.items()},
        {
            each.name: each.manual_comment
            for page in submission.notebooks
            for each in page.comments
            if each.manual_comment
        },
        sum(page.late_submission_penalty or 0.0 for page in submission.notebooks),
        submission.timestamp,
    )
