"""Whether the mark of a student is final: only final marks leave the course."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import Marks
from amal_attention.grading.submission.submissions import read_submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.language import Language

__all__ = ["why_not_final"]

_ENGLISH = Language()


def why_not_final(
    course: Course,
    lab: str,
    student: str,
    marks: Marks | None,
    verdict: Verdict | None,
    language: Language = _ENGLISH,
) -> list[str]:
    """Why the mark of a student is not final, a reason each; nothing where it is.

    A student who handed in nothing, and is graded as missing, has a final mark: none.

    Args:
        course: the course.
        lab: name of the lab.
        student: id of the student.
        marks: what the gradebook holds; None where it holds nothing.
        verdict: the one that is kept; None where there is none.
        language: the language of the reasons.
    """
    say = language.say
    if marks is None and verdict is None:
        return [say("not graded")]
    reasons = []
    submission = read_submission(student, course.place(student, lab), lab)
    if verdict is not None and verdict.digest != submission.digest:
        is_gone = submission.raw is None
        reasons.append(say("what was graded is gone") if is_gone else say("handed in again since it was graded"))
    if verdict is not None and verdict.status is Status.MISSING:
        return reasons
    if marks is None:
        return [*reasons, say("graded, and not in the gradebook")]
    if verdict is not None and not marks.hold(verdict.by_cell):
        reasons.append(say("the gradebook holds other marks than the verdict"))
    if not marks.charged:
        reasons.append(say("late penalty of another due date, extension, plugin or mark"))
    return [*reasons, *_of_people(marks, language)]


def _of_people(marks: Marks, language: Language) -> Iterator[str]:
    if marks.unmarked:
        yield language.say("nobody marked {questions}", questions=_listed(marks.unmarked))
    if marks.outdated:
        questions = _listed(marks.outdated)
        yield language.say("marked before it was last graded: {questions}", questions=questions)


def _listed(cells: Iterable[str]) -> str:
    return ", ".join(cell.removeprefix(TEST_PREFIX) for cell in cells)
