"""A lab of a course, graded: verdicts, nbgrader's gradebook, and the notebooks that graders see, one after the other.

Results that are there already and would come out the same are left alone: a run that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import CourseBook, course_book
from amal_attention.course.slips import pass_on
from amal_attention.errors import CourseError, explain
from amal_attention.files import write_atomically
from amal_attention.grading.gradebook.course_verdicts import CourseVerdicts
from amal_attention.grading.gradebook.graded_notebook import GradedNotebooks
from amal_attention.grading.gradebook.teammates import Teammates
from amal_attention.grading.run.cohort import GradingRun, grade_cohort
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["CourseWriter", "grade_course"]


def grade_course(
    course: Course,
    run: GradingRun,
    students: Collection[str] = (),
    report: Callable[[Verdict], None] = lambda verdict: None,
) -> list[Verdict]:
    """Grade what was handed in for a lab, and write it into the gradebook; a verdict for each student of the course.

    Args:
        course: the course.
        run: the lab, and how it is graded; this process alone writes.
        students: the students to grade; all if there are none here.
        report: told each verdict, kept or new, when it is in the gradebook.

    Raises:
        CourseError: the lab is no assignment of the course, a student is not in it, or marks or late penalties could
            not be written; this is known before anything is graded.
        LabError: the lab cannot be graded.
        SandboxError: there is no sandbox on this machine.
        StorageError: a file cannot be written.
    """
    lab = run.lab
    with course_book(course) as book:
        book.check()
        places, counting = _places(course, book, lab, students), CourseVerdicts(course, lab).counting
        writer, mates = CourseWriter(course, lab, book), Teammates(book.students(), places, lab.name)
        folder, verdicts = VerdictFolder(course.verdicts(lab.name)), {}

        def write(verdict: Verdict, submission: Submission) -> None:
            for each in map(counting, mates.each(verdict, folder)):
                writer.write(each, submission.raw)
                verdicts[each.submission] = each
                report(each)

        grade_cohort(run, mates.places, folder.folder, write, lambda: writer.notebooks.reference)
    return [verdicts[name] for name in places]


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


class CourseWriter:
    """Writes what comes of a submission, where it is not written yet.

    Args:
        course: the course.
        lab: the lab.
        book: its gradebook.
    """

    def __init__(self, course: Course, lab: Lab, book: CourseBook) -> None:
        self.course, self.lab, self.book = course, lab, book
        self.there = book.marks(lab.name)
        self.notebooks = GradedNotebooks(lab, course.language(lab))

    def write(self, verdict: Verdict, raw: bytes | None) -> None:
        """Write the marks of a verdict as it counts, and the notebook that graders see, made of the graded bytes."""
        student, lab = verdict.submission, self.lab.name
        there, earned = self.there.get(student), verdict.by_cell
        recorded = there is not None and there.hold(earned)
        if verdict.status is Status.MISSING:
            if there is not None and not recorded:  # of a submission that is gone
                self.book.record(lab, student, earned, None)
            return
        notebook, text = self._notebook(verdict, raw)
        if recorded and _content(self.course.autograded(student, lab)) == text:
            self.book.charge(lab, student)
        else:  # marks first: where this is cut off between the two, both are written again
            self.book.record(lab, student, earned, notebook)
            write_atomically(self.course.autograded(student, lab), text)

    def reweigh(self, verdict: Verdict, raw: bytes | None) -> None:
        """Write marks that changed though the answers did not; the marks that people gave need no second look."""
        student, lab = verdict.submission, self.lab.name
        self.book.reweigh(lab, student, verdict.by_cell)
        write_atomically(self.course.autograded(student, lab), self._notebook(verdict, raw)[1])

    def _notebook(self, verdict: Verdict, raw: bytes | None) -> tuple[NotebookNode, str]:
        """The notebook that graders see, and its text."""
        import nbformat

        student, lab = verdict.submission, self.lab.name
        notebook = self.notebooks.of(raw, verdict)
        pass_on(self.course.place(student, lab), self.course.autograded(student, lab).parent)
        return notebook, f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]


def _content(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
