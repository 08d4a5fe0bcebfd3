"""A test of a graded lab is dropped or given another weight: marks are worked out anew, and nothing is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.adjustments import Adjustments
from amal_attention.course.gradebook.gradebook import Marks, course_book
from amal_attention.errors import CourseError, explain
from amal_attention.grading.gradebook.course_run import CourseWriter
from amal_attention.grading.gradebook.reweigh import as_it_counts, test_key
from amal_attention.grading.submission.submissions import Submission, read_submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab

__all__ = ["Adjusted", "Move", "adjust", "undo_adjustment"]


@dataclass(frozen=True)
class Move:
    """What an adjustment did to a student.

    Attributes:
        student: id of the student.
        before: points in the gradebook, a person's marks and the late penalty included.
        after: the same, after it.
        by_hand: questions whose tests moved and whose mark is a person's, which stays.
    """

    student: str
    before: float
    after: float
    by_hand: tuple[str, ...]


@dataclass(frozen=True)
class Adjusted:
    """What an adjustment did.

    Attributes:
        weights: the weight of each test that has another one than its own, by ``question/test``.
        moves: a student each whose tests give other points than before.
        left: students whose marks in the gradebook are not those of their verdicts, as they handed in again or a run
            was cut off: ``amal grade`` brings them there.
        total: number of students who were graded.
    """

    weights: Mapping[str, float]
    moves: tuple[Move, ...]
    left: tuple[str, ...]
    total: int


def adjust(course: Course, lab: Lab, points: Mapping[str, float]) -> Adjusted:
    """Give tests other weights, 0 to drop them; from the verdicts that are kept.

    Args:
        course: the course.
        lab: the lab.
        points: the new points of each test, by its name, as pages and verdicts show it, or by ``question/test``.

    Raises:
        CourseError: nothing is graded, there is no such test, or no test of a question would count.
        StorageError: a file cannot be written.
    """
    verdicts = _graded(course, lab)
    named = {_named(name, verdicts): weight for name, weight in points.items()}
    log = Adjustments(course, lab.name)
    after = log.with_more(named)
    _check(verdicts, after)
    return _apply(course, lab, verdicts, log, after, named)


def undo_adjustment(course: Course, lab: Lab) -> Adjusted:
    """Take the last adjustment back.

    Raises:
        CourseError: nothing is graded, or there is no adjustment.
        StorageError: a file cannot be written.
    """
    log = Adjustments(course, lab.name)
    return _apply(course, lab, _graded(course, lab), log, log.without_last(), {})


def _apply(
    course: Course,
    lab: Lab,
    verdicts: Sequence[Verdict],
    log: Adjustments,
    after: Mapping[str, float],
    line: Mapping[str, float],
) -> Adjusted:
    """Write the line first, which marks are worked out from, then the marks that it moves."""
    pairs = [(as_it_counts(each, log.weights, lab), as_it_counts(each, after, lab)) for each in verdicts]
    moved = [pair for pair in pairs if _earned(pair[0]) != _earned(pair[1])]
    with course_book(course) as book:
        book.check()
        before = book.marks(lab.name)
        writer = CourseWriter(course, lab, book)
        if not line or after != log.weights:  # said once more, as after a run that was cut off, it is no other line
            log.add(line, {new.submission: (old.earned, new.earned) for old, new in moved})
        there = []
        for old, new in moved:
            submission = read_submission(old.submission, course.place(old.submission, lab.name), lab.name)
            if _is_recorded(old, submission, before.get(old.submission)):
                writer.reweigh(new, submission.raw)
                there.append((old, new))
        now = book.marks(lab.name)
        left = [new.submission for _, new in pairs if not _holds(now.get(new.submission), new)]
    moves = tuple(_move(old, new, before[old.submission], now[old.submission]) for old, new in there)
    return Adjusted(after, moves, tuple(left), len(verdicts))


def _graded(course: Course, lab: Lab) -> list[Verdict]:
    """The verdicts on those who handed in, as they were given."""
    folder = VerdictFolder(course.verdicts(lab.name))
    found = [each for each in folder.all() if each.status is not Status.MISSING]
    if not found:
        raise CourseError(
            explain(expected=f"verdicts in {folder.folder}", got="none on anybody", do=f"amal grade {lab.name}")
        )
    return sorted(found, key=lambda verdict: verdict.submission)


def _named(name: str, verdicts: Sequence[Verdict]) -> str:
    """The one test that this is a name of."""
    keys = dict.fromkeys(
        test_key(each.question, test) for verdict in verdicts for each in verdict.questions for test in each.tests
    )
    wanted = _plain(name)
    found = [key for key in keys if wanted in (_plain(key), _plain(key.split("/", 1)[1]))]
    if len(found) == 1:
        return found[0]
    raise CourseError(
        explain(
            expected="the name of one test of the lab",
            got=f"{name!r}, which names {len(found)}" if found else repr(name),
            do=f"name one of these: {', '.join(found or keys)}",
        )
    )


def _plain(name: str) -> str:
    """A name without what pages leave out of it.

    >>> _plain("q1-total/test_some_prices"), _plain("q1-total/some prices")
    ('q1-total/some prices', 'q1-total/some prices')
    """
    question, slash, test = name.strip().rpartition("/")
    return f"{question}{slash}{test.removeprefix('test_').replace('_', ' ')}"


def _check(verdicts: Sequence[Verdict], weights: Mapping[str, float]) -> None:
    """Refuse weights from which no mark could be worked out."""
    for test in dict.fromkeys(_reasons(verdicts)):
        if weights.get(test) == 0:
            raise CourseError(
                explain(
                    expected="a test without which the others were held",
                    got=f"{test}, for whose sake other tests were not held for some students",
                    do="take it out of the lab's hidden tests, and run amal grade",
                )
            )
    for question in (question for verdict in verdicts for question in verdict.questions if question.tests):
        counting = [weights.get(test_key(question.question, test), test.points) for test in question.tests]
        if sum(counting) <= 0 < question.points:
            raise CourseError(
                explain(
                    expected=f"a test of {question.question} that counts",
                    got="weight 0 for all of them",
                    do="leave one, or mark the question by hand in formgrader",
                )
            )


def _reasons(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The tests whose miss is why others were not held."""
    for question in (question for verdict in verdicts for question in verdict.questions):
        yield from (f"{question.question}/{test.because}" for test in question.tests if test.because)


def _earned(verdict: Verdict) -> list[float]:
    return [question.earned for question in verdict.questions]


def _is_recorded(verdict: Verdict, submission: Submission, marks: Marks | None) -> bool:
    """Whether the gradebook holds this verdict, on what is handed in now."""
    return verdict.digest == submission.digest and _holds(marks, verdict)


def _holds(marks: Marks | None, verdict: Verdict) -> bool:
    return marks is not None and marks.hold(verdict.by_cell)


def _move(old: Verdict, new: Verdict, before: Marks, now: Marks) -> Move:
    changed = [one.question for one, other in zip(old.questions, new.questions, strict=True) if one != other]
    by_hand = tuple(each for each in changed if f"{TEST_PREFIX}{each}" in before.by_hand)
    return Move(old.submission, before.earned, now.earned, by_hand)
