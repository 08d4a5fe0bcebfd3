"""A lab of a course, graded: verdicts, the notebooks that graders see, and nbgrader's gradebook, one after the other.

What is there already and would come out the same is left as it is: a run that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook import CourseBook, Marks, course_book
from amal_attention.course.slips import pass_on
from amal_attention.errors import CourseError, explain
from amal_attention.files import write_atomically
from amal_attention.grading.graded_notebook import GradedNotebooks
from amal_attention.grading.run import grade_all
from amal_attention.grading.sandbox import Isolation
from amal_attention.grading.submissions import read_submission
from amal_attention.grading.verdict import Status, Verdict
from amal_attention.grading.workers import ALONE, Crew
from amal_attention.lab import Lab

__all__ = ["grade_course"]


def grade_course(
    course: Course,
    lab: Lab,
    students: Collection[str],
    seed: int | None,
    isolation: Isolation,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    report: Callable[[Verdict], None] = lambda verdict: None,
    crew: Crew = ALONE,
) -> list[Verdict]:
    """Grade what was handed in for a lab, and write it into the gradebook; a verdict for each student of the course.

    Args:
        course: the course.
        lab: the lab.
        students: those to be graded; all if there are none here.
        seed: see :func:`amal_attention.grading.run.grade_all`.
        isolation: where the submissions' code runs.
        progress: told how many are done, of how many, and the name of the one that is graded.
        report: told each verdict, kept or new, when it is in the gradebook.
        crew: who grades; this process alone writes.

    Raises:
        CourseError: the lab is no assignment of the course, or a student is not in it.
        LabError: the lab cannot be graded.
        SandboxError: there is no sandbox on this machine.
        StorageError: a file cannot be written.
    """
    with course_book(course) as book:
        places = _places(course, book, lab, students)
        writer = _Writer(course, lab, book)

        def write(verdict: Verdict) -> None:
            writer.write(verdict)
            report(verdict)

        return grade_all(
            lab,
            places,
            course.verdicts(lab.name),
            seed,
            isolation,
            progress,
            write,
            crew,
            lambda: writer.notebooks.reference,
        )


def _places(course: Course, book: CourseBook, lab: Lab, students: Collection[str]) -> dict[str, Path]:
    """Where each student's submission is, or would be."""
    if not book.has(lab.name):
        raise CourseError(
            explain(
                expected=f"{lab.name} as an assignment of the course",
                got="no such assignment in its gradebook",
                do=f"amal course {course.folder} {lab.name}",
            )
        )
    known = sorted({*course.submitted(lab.name), *book.students()})
    unknown = set(students) - set(known)
    if unknown or not known:
        raise CourseError(
            explain(
                expected="students of the course",
                got=", ".join(sorted(unknown)) or "nobody in the gradebook, and nothing handed in",
                do="look at their ids: amal collect takes what they handed in",
            )
        )
    return {each: course.place(each, lab.name) for each in known if not students or each in students}


class _Writer:
    """Writes what comes of a submission, where it is not written yet."""

    def __init__(self, course: Course, lab: Lab, book: CourseBook) -> None:
        self.course, self.lab, self.book = course, lab, book
        self.there = book.marks(lab.name)
        self.notebooks = GradedNotebooks(lab, course.language(lab))

    def write(self, verdict: Verdict) -> None:
        """Write the notebook that graders see, and then the marks."""
        import nbformat

        student, lab = verdict.submission, self.lab.name
        if verdict.status is Status.MISSING:
            return
        raw = read_submission(student, self.course.place(student, lab), lab).raw
        notebook = self.notebooks.of(raw, verdict)
        path = self.course.autograded(student, lab)
        text = f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]
        earned = {f"{TEST_PREFIX}{each.question}": each.earned for each in verdict.questions}
        pass_on(self.course.place(student, lab), path.parent)
        if _content(path) == text and _same(self.there.get(student), earned, self.book.handed_in_at(student, lab)):
            return
        write_atomically(path, text)
        self.book.record(lab, student, earned, notebook)


def _content(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _same(there: Marks | None, earned: dict[str, float], handed_in: datetime | None) -> bool:
    """Whether the gradebook holds these marks."""
    if there is None or there.handed_in != handed_in:
        return False
    return all(there.automatic.get(cell) == mark for cell, mark in earned.items())
