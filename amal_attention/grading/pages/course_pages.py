"""The pages of a course: one for each student, and one on the lab for the instructor."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import Marks, course_book
from amal_attention.course.lab_words import LabWords
from amal_attention.course.people.roster import Student
from amal_attention.course.slips import pass_on
from amal_attention.errors import CourseError, explain
from amal_attention.files import write_atomically
from amal_attention.grading.gradebook.course_verdicts import CourseVerdicts
from amal_attention.grading.gradebook.not_final import why_not_final
from amal_attention.grading.pages.feedback import feedback_page
from amal_attention.grading.pages.summary import summary_page
from amal_attention.grading.submission.handed_in import handed_in
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.submissions import read_submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab

__all__ = ["course_verdicts", "write_feedback", "write_summary"]


def course_verdicts(course: Course, lab: Lab, students: Collection[str] = ()) -> list[Verdict]:
    """The verdicts that the course holds, in the order of the students' ids.

    Raises:
        CourseError: there are none, or not on one of ``students``.
    """
    verdicts = CourseVerdicts(course, lab)
    found = {each.submission: each for each in verdicts.all()}
    absent = sorted(set(students) - set(found))
    if absent or not found:
        raise CourseError(
            explain(
                expected=f"verdicts in {verdicts.folder.folder}",
                got=f"none on {', '.join(absent)}" if absent else "none",
                do=f"amal grade {lab.name}",
            )
        )
    return [found[name] for name in sorted(found) if not students or name in students]


def write_feedback(
    course: Course,
    lab: Lab,
    students: Collection[str] = (),
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> list[Path]:
    """Write a page for each student who handed in, or for some of them; where they are.

    Raises:
        CourseError: nothing is graded yet.
        StorageError: a page cannot be written.
    """
    verdicts = [each for each in course_verdicts(course, lab, students) if each.status is not Status.MISSING]
    reference = Reference.of(lab)
    with course_book(course) as book:
        known, marks = book.students(), book.marks(lab.name)
    paths, words = [], LabWords.of(lab, course.language(lab))
    for done, verdict in enumerate(verdicts):
        progress(done, len(verdicts), verdict.submission)
        student = known.get(verdict.submission, Student(verdict.submission))
        held = marks.get(student.id)
        mark = held or Marks({}, {}, {})
        page = feedback_page(
            verdict,
            _raw(course, lab, student.id),
            reference,
            name=student.full_name,
            words=words,
            late_penalty=mark.penalty,
            manual=_by_person(lab, mark),
            comments={_question(cell): text for cell, text in mark.comments.items()},
            not_final=why_not_final(course, lab.name, student.id, held, verdict, words.language),
        )
        paths.append(course.feedback(student.id, lab.name))
        write_atomically(paths[-1], page)
        pass_on(course.place(student.id, lab.name), paths[-1].parent)
    return paths


def write_summary(course: Course, lab: Lab) -> Path:
    """Write the page on a lab; where it is.

    Raises:
        CourseError: nothing is graded yet.
        StorageError: the page cannot be written.
    """
    verdicts = course_verdicts(course, lab)
    reference = Reference.of(lab)
    with course_book(course) as book:
        roster, marks = book.students(), book.marks(lab.name)
    there = [each for each in verdicts if each.status is not Status.MISSING]
    graded = {each.submission for each in verdicts}
    ungraded = sorted({*roster, *course.submitted(lab.name)} - graded)
    page = summary_page(
        there,
        {each.submission: handed_in(_raw(course, lab, each.submission), reference).sources() for each in there},
        words=LabWords.of(lab, course.language(lab)),
        missing=[each.submission for each in verdicts if each.status is Status.MISSING],
        ungraded={student: _raw(course, lab, student) is not None for student in ungraded},
        open_questions={
            cell: (float(most), [_mark(marks.get(each.submission), cell) for each in there])
            for cell, most in lab.points.items()
            if not _is_test(cell)
        },
        skeleton=_skeleton(reference),
    )
    path = course.summary(lab.name)
    write_atomically(path, page)
    return path


def _by_person(lab: Lab, marks: Marks) -> dict[str, tuple[float | None, float]]:
    """Each open question of the lab, and each test cell that a person marked: the mark, and the most it can be."""
    cells = [cell for cell in lab.points if cell in marks.by_hand or cell in marks.extra or not _is_test(cell)]
    return {_question(cell): (marks.of(cell), float(lab.points[cell])) for cell in cells}


def _skeleton(reference: Reference) -> dict[str, str]:
    """What students are given of each answer, in all languages."""
    given: dict[str, str] = {}
    for _, cells in reference.releases.values():
        for cell in cells:
            if cell.grade_id in reference.questions:
                given[cell.grade_id] = f"{given.get(cell.grade_id, '')}\n{cell.source}"
    return given


def _raw(course: Course, lab: Lab, student: str) -> bytes | None:
    return read_submission(student, course.place(student, lab.name), lab.name).raw


def _mark(marks: Marks | None, cell: str) -> float | None:
    return None if marks is None else marks.of(cell)


def _is_test(cell: str) -> bool:
    return cell.startswith(TEST_PREFIX)


def _question(cell: str) -> str:
    return cell.removeprefix(TEST_PREFIX)
