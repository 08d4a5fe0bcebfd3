"""All that is known of a student's submission, as an appeal needs it: marks, why, how it was graded, every version."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.adjustments import Adjustments
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook import Delay, Marks, course_book
from amal_attention.course.roster import Student
from amal_attention.course.versions import Version, Versions
from amal_attention.errors import CourseError, explain
from amal_attention.grading.course_verdicts import CourseVerdicts
from amal_attention.grading.handed_in import handed_in
from amal_attention.grading.not_final import why_not_final
from amal_attention.grading.pages import page
from amal_attention.grading.reference import Reference
from amal_attention.grading.show_adjusted import adjustments_text
from amal_attention.grading.show_verdict import verdict_details, verdict_line
from amal_attention.grading.verdict import Verdict
from amal_attention.lab import Lab
from amal_attention.printable import printable

__all__ = ["Dossier", "dossier"]

_MOST_LINES = 200  # of the differences between two versions


@dataclass(frozen=True)
class Dossier:
    """What is known of a submission.

    Attributes:
        title: whose, and of which lab.
        head: what it earned, and when it was handed in.
        sections: lines by title.
    """

    title: str
    head: tuple[str, ...]
    sections: Mapping[str, tuple[str, ...]]

    @property
    def text(self) -> str:
        """All of it, as lines for a terminal."""
        parts = {self.title: self.head, **self.sections}
        return "\n".join(
            line for title, lines in parts.items() for line in [title, *(f"  {each}" for each in lines), ""]
        )

    @property
    def page(self) -> str:
        """All of it as a page, to be printed or handed on."""
        return page("dossier", title=self.title, head=self.head, sections=self.sections)


def dossier(course: Course, lab: Lab, student: str) -> Dossier:
    """All that is known of a student's submission.

    Raises:
        CourseError: there is no such student.
    """
    with course_book(course) as book:
        known, marks = book.students().get(student), book.marks(lab.name).get(student)
        delay = book.delay(student, lab.name)
    verdicts = CourseVerdicts(course, lab)
    verdict = verdicts.kept(student)
    if known is None and verdict is None:
        raise CourseError(
            explain(expected="a student of the course", got=repr(student), do="look at their ids in the gradebook")
        )
    reasons = why_not_final(course, lab.name, student, marks, verdict)
    sections = {
        "Marks": _marks(lab, marks),
        "What the tests saw": _seen(verdict),
        "How it was graded": _how(verdict, verdicts.folder.path(student)),
        "Adjustments of the lab": adjustments_text(Adjustments(course, lab.name)).splitlines(),
        "Versions": _versions(Versions(course, lab.name, student).all(), verdict, Reference.of(lab)),
    }
    return Dossier(
        f"{(known or Student(student)).full_name} ({student}), {lab.title}",
        tuple(_head(lab, marks, delay, reasons)),
        {title: tuple(lines) for title, lines in sections.items()},
    )


def _head(lab: Lab, marks: Marks | None, delay: Delay, reasons: Sequence[str]) -> Iterator[str]:
    most = sum(lab.points.values())
    yield f"{marks.earned:g} of {most:g} points" if marks is not None else f"no mark, of {most:g} points"
    if reasons:
        yield f"not final: {'; '.join(reasons)}"
    due = _moment(delay.due) if delay.due else "never"
    yield f"handed in {_moment(delay.handed_in)}, due {due}, extension {delay.extension or 'none'}"
    if marks is not None and marks.penalty:
        yield f"late penalty {marks.penalty:g}"


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC" if when is not None else "at no known time"


def _marks(lab: Lab, marks: Marks | None) -> Iterator[str]:
    if marks is None:
        return
    for cell, most in lab.points.items():
        given = marks.of(cell)
        earned = "–" if given is None else f"{given:g}"
        yield f"{cell.removeprefix(TEST_PREFIX)}: {earned} of {most:g}, {_giver(marks, cell)}"
    yield from (printable(f"comment on {cell}: {text}") for cell, text in marks.comments.items())
    if marks.by_hand or marks.extra:
        yield "nbgrader keeps neither who gave a mark by hand nor when"


def _giver(marks: Marks, cell: str) -> str:
    """Who gave the mark of a cell."""
    if marks.of(cell) is None:
        return "nobody marked it"
    automatic, said = marks.automatic.get(cell), ["by a person" if cell in marks.by_hand else "by the tests"]
    if cell in marks.by_hand and automatic is not None:
        said.append(f"the tests gave {automatic:g}")
    if cell in marks.extra:
        said.append(f"{marks.extra[cell]:g} of them on top")
    return "; ".join(said)


def _seen(verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return ["no verdict"]
    return [verdict_line(verdict), *verdict_details(verdict).splitlines()]


def _how(verdict: Verdict | None, path: Path) -> Iterator[str]:
    if verdict is None:
        return
    yield f"at {_moment(datetime.fromtimestamp(path.stat().st_mtime, UTC))}, in {verdict.seconds:.1f} s"
    yield f"seed {verdict.seed}, the same for everybody"
    yield f"isolation {verdict.isolation}: {', '.join(verdict.layers) or 'no layer'}"
    yield f"limits {', '.join(f'{name} {value:g}' for name, value in verdict.limits.items()) or 'none'}"
    yield f"file {verdict.digest or 'none'}, lab {verdict.lab_digest or 'unknown'}"
    again = (each for each in verdict.questions if each.lab_digest)
    yield from (f"{each.question} was graded again, with lab {each.lab_digest}" for each in again)
    yield f"verdict {path}"


@dataclass(frozen=True)
class _Answers:
    """A version, and its answers by question."""

    version: Version
    sources: Mapping[str, str]


def _versions(versions: Sequence[Version], verdict: Verdict | None, reference: Reference) -> Iterator[str]:
    if not versions:
        yield "none was collected"
    read = [_Answers(each, handed_in(each.path.read_bytes(), reference).sources()) for each in versions]
    graded = verdict.digest if verdict is not None else ""
    for each in read:
        is_graded = graded and each.version.digest.startswith(graded)
        yield f"{_moment(each.version.when)}  {each.version.digest[:12]}{'  graded' if is_graded else ''}"
    for before, after in pairwise(read):
        yield f"from {before.version.digest[:12]} to {after.version.digest[:12]}:"
        yield from (f"  {printable(line)}" for line in _difference(before.sources, after.sources))


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The lines of the answers that changed, by question."""
    lines: list[str] = []
    for question in dict.fromkeys((*before, *after)):
        old, new = (answers.get(question, "").splitlines() for answers in (before, after))
        changed = [each for each in difflib.ndiff(old, new) if each[0] in "+-"] if old != new else []
        lines += [f"{question}:", *(f"  {each}" for each in changed)] if changed else []
    if len(lines) > _MOST_LINES:
        return [*lines[:_MOST_LINES], f"… and {len(lines) - _MOST_LINES} lines more"]
    return lines or ["no answer changed"]
