"""nbgrader's gradebook of a course: students, automatic marks, late penalties; a person's marks stay what they are.

There is one writer. What is written of a submission is written in one transaction, or not at all.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.late_penalties import LatePenalties
from amal_attention.course.people.roster import Student
from amal_attention.course.people.teams import note_teams, teams
from amal_attention.course.problems import grade_extra
from amal_attention.course.programs import programs_at_hand
from amal_attention.errors import CourseError, explain

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["CourseBook", "Delay", "Marks", "course_book"]


@dataclass(frozen=True)
class Marks:
    """What the gradebook holds of a submission.

    Attributes:
        automatic: points by cell, None where there are none yet.
        by_hand: points that a person gave, by cell.
        most: points that can be earned, by cell.
        comments: what a person wrote, by cell.
        penalty: what is taken off for being late.
        handed_in: when, in UTC, or None.
        extra: credit that a person gave on top, by cell.
        waiting: the cells that wait for a person, as nbgrader has it: nobody marked them yet, or the submission was
            graded again since.
        charged: whether the moment and the penalty are what they would be now: a due date, an extension or the plugin
            may have changed since, or a person may have given a mark.
    """

    automatic: Mapping[str, float | None]
    by_hand: Mapping[str, float]
    most: Mapping[str, float]
    comments: Mapping[str, str] = field(default_factory=dict)
    penalty: float = 0.0
    handed_in: datetime | None = None
    extra: Mapping[str, float] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    charged: bool = True

    def hold(self, earned: Mapping[str, float]) -> bool:
        """Whether these cells have these automatic marks already."""
        return all(_equal(self.automatic.get(cell), mark) for cell, mark in earned.items())

    @property
    def is_blank(self) -> bool:
        """Whether there is no mark at all."""
        return all(self.of(cell) is None for cell in {**self.automatic, **self.by_hand})

    def of(self, cell: str) -> float | None:
        """The points of a cell: a person's where there are some, else the automatic ones; None where there are none."""
        mark = self.by_hand.get(cell, self.automatic.get(cell))
        extra = self.extra.get(cell)
        return mark if extra is None else (mark or 0.0) + extra

    @property
    def earned(self) -> float:
        """The points of all cells, less the penalty."""
        cells = {**self.automatic, **self.by_hand}
        return max(0.0, sum(self.of(cell) or 0.0 for cell in cells) - self.penalty)

    @property
    def unmarked(self) -> tuple[str, ...]:
        """The cells that nobody marked yet, in the order of the notebook."""
        return tuple(cell for cell in self.automatic if cell in self.waiting and self.of(cell) is None)

    @property
    def outdated(self) -> tuple[str, ...]:
        """The cells that a person marked before the submission was graded again, in the order of the notebook."""
        return tuple(cell for cell in self.automatic if cell in self.waiting and self.of(cell) is not None)


@dataclass(frozen=True)
class Delay:
    """What decides whether a submission is late.

    Attributes:
        handed_in: when, in UTC; None where that is not known.
        due: when it was due, in UTC, before any extension; None where there is no due date.
        extension: how much longer the student has, or None.
    """

    handed_in: datetime | None
    due: datetime | None
    extension: timedelta | None

    @property
    def until(self) -> datetime | None:
        """When it is due for this student; None where there is no due date."""
        return None if self.due is None else self.due + (self.extension or timedelta())


def _equal(mark: float | None, other: float) -> bool:
    """Whether marks are the same: nbgrader's own stage reads them from a notebook, with six digits."""
    return mark is not None and math.isclose(mark, other, abs_tol=1e-6)


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
        self._penalties = LatePenalties(course)

    def enrol(self, students: Iterable[Student]) -> dict[str, str]:
        """Enter students, or add what is known of them; by id, what each is called in the gradebook.

        An id that the gradebook has in other letters, upper or lower case, is that student.

        Raises:
            CourseError: who is in which team cannot be read.
            StorageError: it cannot be written.
        """
        entered = list(students)
        known = {each.id.casefold(): each.id for each in self._book.students} | {
            each.id: each.id for each in self._book.students
        }
        ids = {each.id: known.get(each.id) or known.get(each.id.casefold(), each.id) for each in entered}
        for each in entered:
            named = {"first_name": each.first_name, "last_name": each.last_name, "email": each.email}
            named["lms_user_id"] = each.lms_user_id
            self._book.update_or_create_student(ids[each.id], **{key: said for key, said in named.items() if said})
        note_teams(self._course, entered, ids)
        return ids

    def students(self) -> dict[str, Student]:
        """Those that were entered, by id."""
        team = teams(self._course)
        return {
            each.id: Student(
                each.id,
                each.first_name or "",
                each.last_name or "",
                each.email or "",
                each.lms_user_id or "",
                team.get(each.id, ""),
            )
            for each in self._book.students
        }

    def has(self, lab: str) -> bool:
        """Whether the lab is an assignment of the course."""
        return any(each.name == lab for each in self._book.assignments)

    def labs(self) -> list[str]:
        """The assignments of the course, by name."""
        return sorted(each.name for each in self._book.assignments)

    def entered(self, lab: str) -> list[str]:
        """Students of whom the gradebook holds anything on a lab, marks or an extension; by id."""
        return sorted(each.student_id for each in self._book.assignment_submissions(lab)) if self.has(lab) else []

    def due(self, lab: str) -> datetime | None:
        """When a lab is due, in UTC, for who has no extension; None where there is no due date.

        Raises:
            CourseError: the lab is no assignment of the course.
        """
        due: datetime | None = self._assignment(lab).duedate
        return None if due is None else due.replace(tzinfo=UTC)

    def set_due(self, lab: str, when: datetime | None) -> None:
        """Set when a lab is due; None for never.

        Raises:
            CourseError: the lab is no assignment of the course.
        """
        self._assignment(lab).duedate = None if when is None else when.astimezone(UTC).replace(tzinfo=None)
        self._book.db.commit()

    def extend(self, student: str, lab: str, by: timedelta) -> None:
        """Give a student so much longer than the others, in the place of any extension before.

        Raises:
            CourseError: the lab is no assignment of the course, or the student is not in it.
        """
        self._assignment(lab)
        if student not in self.students():
            raise CourseError(
                explain(expected="a student of the course", got=repr(student), do="give an id of the gradebook")
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, on how nbgrader adds a submission
            self._book.update_or_create_submission(lab, student).extension = by or None
            self._book.db.commit()

    def hand_over(self, student: str, to: str) -> None:
        """Give a student the submissions and what is known of another, who is forgotten.

        Of two submissions for one lab, that without a mark is forgotten.
        """
        leaves, stays = self._book.find_student(student), self._book.find_student(to)
        marked = {lab: set(self.marks(lab)) for lab in self.labs()}
        theirs = {each.assignment.name: each for each in stays.submissions}
        for submission in list(leaves.submissions):
            lab = submission.assignment.name
            if lab in theirs and to in marked[lab]:
                self._book.remove_submission(lab, student)
                continue
            if lab in theirs:
                submission.extension = submission.extension or theirs[lab].extension
                self._book.remove_submission(lab, to)
            submission.student = stays
        for name in ("first_name", "last_name", "email", "lms_user_id"):
            setattr(stays, name, getattr(stays, name) or getattr(leaves, name))
        self._book.db.flush()
        self._book.db.delete(leaves)
        self._book.db.commit()

    def _assignment(self, lab: str) -> Any:
        if not self.has(lab):
            raise CourseError(
                explain(
                    expected="a lab of the course",
                    got=f"{lab!r}, where there is {', '.join(self.labs()) or 'none'}",
                    do="give the name of one, or add it with amal course",
                )
            )
        return self._book.find_assignment(lab)

    def marks(self, lab: str) -> dict[str, Marks]:
        """What the gradebook holds, by student; an extension alone is no mark.

        Raises:
            CourseError: a late penalty cannot be worked out.
        """
        found = self._book.assignment_submissions(lab)
        held = {each.student_id: _marks(each, charged=self._is_charged(each)) for each in found}
        return {student: marks for student, marks in held.items() if not marks.is_blank}

    def delay(self, student: str, lab: str) -> Delay:
        """What decides whether a student is late.

        Raises:
            CourseError: the lab is no assignment of the course.
        """
        due = self.due(lab)
        held = [each for each in self._book.assignment_submissions(lab) if each.student_id == student]
        return Delay(self.handed_in_at(student, lab), due, held[0].extension if held else None)

    def handed_in_at(self, student: str, lab: str) -> datetime | None:
        """When a student handed it in, in UTC; None where that is not known."""
        from nbgrader.utils import parse_utc

        said = self._course.handed_in_at(student, lab)
        try:
            moment: datetime | None = parse_utc(said) if said else None
        except (ValueError, OverflowError):
            return None
        return moment

    def check(self) -> None:
        """Look whether marks and late penalties could be written.

        Raises:
            CourseError: the configuration or its plugin for late submissions cannot be used.
            sqlalchemy.exc.SQLAlchemyError: the gradebook cannot be written; :func:`course_book` tells it.
        """
        from sqlalchemy import text

        self._penalties.check()
        self._book.db.execute(text("UPDATE alembic_version SET version_num = version_num"))
        self._book.db.rollback()

    def record(self, lab: str, student: str, earned: Mapping[str, float], notebook: NotebookNode | None) -> None:
        """Write the automatic marks of a submission, and its late penalty as the course's configuration has it.

        Marks that a person gave stay, and are to be looked at again, as nbgrader itself does it.

        Args:
            lab: name of the assignment.
            student: who handed it in; entered if they are not in the gradebook.
            earned: points by test cell.
            notebook: the notebook as a grader sees it; None if there is none, and nothing for a person to mark.

        Raises:
            CourseError: the late penalty cannot be worked out.
        """
        with self._writing():
            self._book.update_or_create_student(student)
            submission = self._book.update_or_create_submission(lab, student)
            unanswered = _unanswered(notebook) if notebook is not None else None
            for page in submission.notebooks:
                for grade in page.grades:
                    _grade(grade, earned, unanswered)
                for comment in page.comments:
                    as_given = unanswered is not None and comment.name in unanswered
                    comment.auto_comment = "No response." if as_given else None
            self._charge(submission)

    def reweigh(self, lab: str, student: str, earned: Mapping[str, float]) -> None:
        """Write other automatic marks of a recorded submission, whose answers are what they were.

        Raises:
            CourseError: the late penalty cannot be worked out.
        """
        with self._writing():
            submission = self._book.find_submission(lab, student)
            for grade in (grade for page in submission.notebooks for grade in page.grades):
                grade.auto_score = earned.get(grade.name, grade.auto_score)
            self._charge(submission)

    def charge(self, lab: str, student: str) -> None:
        """Bring the moment and the late penalty of a recorded submission up to date; the marks stay as they are.

        The penalty hangs on the marks, a person's too, on when it was handed in, on the due date, an extension, and the
        plugin of the configuration: it is worked out from all of them, and written where it is another one.

        Raises:
            CourseError: the late penalty cannot be worked out.
        """
        with self._writing():
            self._charge(self._book.find_submission(lab, student))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, which begins with what others wrote since."""
        self._book.db.expire_all()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, on how nbgrader adds a submission
            try:
                yield
                self._book.db.commit()
            except BaseException:
                self._book.db.rollback()
                raise

    def _is_charged(self, submission: Any) -> bool:
        return submission.timestamp == self.handed_in_at(submission.student_id, submission.name) and all(
            (page.late_submission_penalty or 0.0) == (self._penalties.of(submission, page) or 0.0)
            for page in submission.notebooks
        )

    def _charge(self, submission: Any) -> None:
        submission.timestamp = self.handed_in_at(submission.student_id, submission.name)
        for page in submission.notebooks:
            self._book.db.flush()
            self._book.db.refresh(page)
            page.late_submission_penalty = self._penalties.of(submission, page)


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


def _marks(submission: Any, *, charged: bool) -> Marks:
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
        {name: grade.extra_credit for name, grade in grades.items() if grade.extra_credit},
        frozenset(name for name, grade in grades.items() if grade.needs_manual_grade),
        charged,
    )
