"""What each student of a course earned, for other programs: marks of tests and of people, less penalties."""

from __future__ import annotations

from collections.abc import Iterator

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.export import Row
from amal_attention.course.gradebook.gradebook import Marks, course_book
from amal_attention.course.lab_words import LabWords
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError, explain
from amal_attention.grading.gradebook.course_verdicts import CourseVerdicts
from amal_attention.grading.gradebook.not_final import why_not_final
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, Verdict
from amal_attention.lab import Lab
from amal_attention.language import Language
from amal_attention.outcome import State

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
    verdicts, words = CourseVerdicts(course, lab), LabWords.of(lab, course.language(lab))
    return [_row(course, lab, known[name], marks.get(name), verdicts.kept(name), words) for name in sorted(known)]


def _row(
    course: Course, lab: Lab, student: Student, marks: Marks | None, verdict: Verdict | None, words: LabWords
) -> Row:
    reasons = why_not_final(course, lab.name, student.id, marks, verdict, words.language)
    submitted = _status(marks, verdict)
    marks = marks or Marks({}, {}, {})
    unknown = 0.0 if submitted == Status.MISSING else None
    earned = {cell: unknown if marks.of(cell) is None else marks.of(cell) for cell in lab.points}
    return Row(
        student,
        submitted,
        sum(points or 0.0 for points in earned.values()),
        float(sum(lab.points.values())),
        {cell.removeprefix(TEST_PREFIX): (earned[cell], float(most)) for cell, most in lab.points.items()},
        "\n".join(_comment(lab, marks, verdict, words)),
        marks.penalty,
        tuple(reasons),
    )


def _status(marks: Marks | None, verdict: Verdict | None) -> str:
    """What became of a submission; without a verdict it was marked by hand, or not at all."""
    if verdict is not None:
        return str(verdict.status)
    return str(Status.GRADED) if marks is not None else _NOT_GRADED


def _comment(lab: Lab, marks: Marks, verdict: Verdict | None, words: LabWords) -> Iterator[str]:
    """The reason of the status; what a person marked, and the questions that lost points, with what tests hint at.

    Who handed in nothing is told that, and no hint.
    """
    if verdict is not None and verdict.why:
        yield words.text(verdict.why)
    missing = verdict is None or verdict.status is Status.MISSING
    by_tests = {} if missing or verdict is None else {each.question: each for each in verdict.questions}
    for cell, most in lab.points.items():
        question = cell.removeprefix(TEST_PREFIX)
        of_person = [marks.comments[name] for name in dict.fromkeys((question, cell)) if name in marks.comments]
        if cell in marks.by_hand or cell in marks.extra:
            by_person = words.language.say("marked by a person")
            yield _line(words, question, marks.of(cell) or 0.0, most, [by_person, *of_person])
        elif question in by_tests and by_tests[question].earned < by_tests[question].points:
            graded = by_tests[question]
            yield _line(words, question, graded.earned, graded.points, [*_reasons(graded, words.language), *of_person])
        elif of_person:
            yield f"{words.name(question)}: {'; '.join(of_person)}"


def _reasons(question: QuestionVerdict, language: Language) -> list[str]:
    """What a question was lost for, each once; of tests that were not held for another's sake, that one's reason."""
    if question.state is State.TO_DO:
        return [language.say("not attempted")]
    missed = [test for test in question.tests if test.outcome.state is not State.MET and not test.because]
    return [language.retold(hint) for hint in dict.fromkeys(test.outcome.hint or test.hint for test in missed) if hint]


def _line(words: LabWords, question: str, earned: float, most: float, said: list[str]) -> str:
    number = words.language.number
    marks = f"{words.name(question)} {number(earned)}/{number(most)}"
    return f"{marks}: {'; '.join(said)}" if said else marks
