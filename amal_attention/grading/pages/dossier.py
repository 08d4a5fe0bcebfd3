"""All that is known of a student's submission, as an appeal needs it: marks, why, how it was graded, every version.

It speaks the language of the course, as the pages of feedback do, and names questions as the notebook does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.collect.versions import Versions
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.adjustments import Adjustments, adjustments_text
from amal_attention.course.gradebook.deadlines import moment_text
from amal_attention.course.gradebook.gradebook import Delay, Marks, course_book
from amal_attention.course.lab_words import LabWords
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError, explain
from amal_attention.grading.gradebook.course_verdicts import CourseVerdicts
from amal_attention.grading.gradebook.not_final import why_not_final
from amal_attention.grading.pages.pages import page
from amal_attention.grading.pages.show_versions import versions_lines
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.submissions import read_submission
from amal_attention.grading.verdict.show_verdict import verdict_details
from amal_attention.grading.verdict.status_words import status_words
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.lab import Lab
from amal_attention.language import Language
from amal_attention.printable import printable

__all__ = ["Dossier", "dossier"]


@dataclass(frozen=True)
class Dossier:
    """What is known of a submission.

    Attributes:
        title: whose, and of which lab.
        head: what it earned, and when it was handed in.
        sections: lines by title.
        language: the language in which all of it is told.
    """

    title: str
    head: tuple[str, ...]
    sections: Mapping[str, tuple[str, ...]]
    language: Language

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
        return page("dossier", self.language, title=self.title, head=self.head, sections=self.sections)


def dossier(course: Course, lab: Lab, student: str, zone: tzinfo | None = None) -> Dossier:
    """All that is known of a student's submission.

    Args:
        course: the course; it is told in its language.
        lab: the lab, as it is taught in the course.
        student: id of the student.
        zone: the time zone in which times are told, beside UTC; None for UTC alone.

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
    words = LabWords.of(lab, course.language(lab))
    say, teller = words.language.say, _Teller(lab, words, zone)
    reasons = why_not_final(course, lab.name, student, marks, verdict, words.language)
    is_there = read_submission(student, course.place(student, lab.name), lab.name).raw is not None
    versions = Versions(course, lab.name, student).all()
    graded = verdict.digest if verdict is not None else ""
    sections = {
        say("Marks"): teller.marks(marks),
        say("What the tests saw"): teller.seen(verdict),
        say("How this was graded"): teller.how(verdict, verdicts.folder.path(student)),
        say("Adjustments of the lab"): adjustments_text(Adjustments(course, lab.name), words.language).splitlines(),
        say("Versions"): versions_lines(versions, graded, Reference.of(lab), words, zone),
    }
    return Dossier(
        f"{(known or Student(student)).name_and_id}, {words.title}",
        tuple(teller.head(marks, delay, reasons, is_there=is_there)),
        {title: tuple(lines) for title, lines in sections.items()},
        words.language,
    )


@dataclass(frozen=True)
class _Teller:
    """Words the parts of a dossier, a line each."""

    lab: Lab
    words: LabWords
    zone: tzinfo | None

    def head(self, marks: Marks | None, delay: Delay, reasons: Sequence[str], *, is_there: bool) -> Iterator[str]:
        language, say = self.words.language, self.words.language.say
        most = language.say_count("{count} point", "{count} points", sum(self.lab.points.values()))
        if marks is None:
            yield say("no mark, of {points}", points=most)
        else:
            yield " ".join(
                [say("{some} of {all}", some=language.number(marks.earned), all=most), *self._waiting(marks)]
            )
        if reasons:
            yield say("not final: {reasons}", reasons="; ".join(map(self.words.text, reasons)))
        yield self._handed_in(delay.handed_in, is_there=is_there)
        yield from self._due(delay)
        if marks is not None and marks.penalty:
            yield say("late penalty: {points}", points=language.number(marks.penalty))

    def _waiting(self, marks: Marks) -> Iterator[str]:
        """The points that nobody gave or refused yet, in brackets."""
        language = self.words.language
        waiting = sum(self.lab.points.get(cell, 0.0) for cell in marks.unmarked)
        if waiting:
            yield f"({language.say('{points} not marked yet', points=language.number(waiting))})"

    def _handed_in(self, when: datetime | None, *, is_there: bool) -> str:
        say = self.words.language.say
        if not is_there:
            return say("nothing was handed in")
        return say("handed in {when}", when=self._moment(when)) if when else say("handed in at no known time")

    def _due(self, delay: Delay) -> Iterator[str]:
        say = self.words.language.say
        if delay.due is None:
            yield say("never due")
        elif delay.extension:
            until = self._moment(delay.due + delay.extension)
            yield say("due {when}, for this student {until}", when=self._moment(delay.due), until=until)
        else:
            yield say("due {when}, without an extension", when=self._moment(delay.due))

    def _moment(self, when: datetime) -> str:
        return moment_text(when, self.zone, seconds=True)

    def marks(self, marks: Marks | None) -> Iterator[str]:
        if marks is None:
            return
        say, number = self.words.language.say, self.words.language.number
        for cell, most in self.lab.points.items():
            given = marks.of(cell)
            earned = say("{some} of {all}", some="–" if given is None else number(given), all=number(most))
            yield f"{say('{name}:', name=self._called(cell))} {earned}, {self._giver(marks, cell)}"
        for cell, text in marks.comments.items():
            yield printable(say("comment on {question}: {text}", question=self._called(cell), text=text))
        if marks.by_hand or marks.extra:
            yield say("nbgrader keeps neither who gave a mark by hand nor when")

    def _called(self, cell: str) -> str:
        """A question by its name in the notebook, and by the id under which commands know it."""
        key, name = cell.removeprefix(TEST_PREFIX), self.words.name(cell)
        return name if name == key else f"{name} ({key})"

    def _giver(self, marks: Marks, cell: str) -> str:
        """Who gave the mark of a cell."""
        say, number = self.words.language.say, self.words.language.number
        if marks.of(cell) is None:
            return say("nobody marked it")
        automatic, is_by_hand, has_tests = (
            marks.automatic.get(cell),
            cell in marks.by_hand,
            cell.startswith(TEST_PREFIX),
        )
        by_itself = say("by the tests") if has_tests else say("nothing was answered")
        said = [say("by a person") if is_by_hand else by_itself]
        if is_by_hand and has_tests and automatic is not None:
            said.append(say("the tests gave {points}", points=number(automatic)))
        if cell in marks.extra:
            said.append(" ".join([number(marks.extra[cell]), say("of them on top")]))
        return "; ".join(said)

    def seen(self, verdict: Verdict | None) -> list[str]:
        language = self.words.language
        if verdict is None:
            return [language.say("no verdict")]
        points = language.say_count("{count} point", "{count} points", verdict.points)
        earned = language.say("{some} of {all}", some=language.number(verdict.earned), all=points)
        return [f"{status_words(verdict, language)}, {earned}", *verdict_details(verdict, self.words).splitlines()]

    def how(self, verdict: Verdict | None, path: Path) -> Iterator[str]:
        if verdict is None:
            return
        language, say = self.words.language, self.words.language.say
        when = self._moment(datetime.fromtimestamp(path.stat().st_mtime, UTC))
        yield say("{when}, in {seconds} s", when=when, seconds=language.number(verdict.seconds, 1))
        yield say("seed {number}, the same for everybody", number=verdict.seed)
        layers = ", ".join(map(language.retold, verdict.layers)) or say("no layer")
        yield say("isolation {where}: {layers}", where=verdict.isolation, layers=layers)
        limits = (f"{name} {language.number(value)}" for name, value in verdict.limits.items())
        yield say("limits: {limits}", limits=", ".join(limits) or say("none"))
        digest, lab_digest = verdict.digest or say("none"), verdict.lab_digest or say("unknown")
        yield say("file {digest}, lab {lab_digest}", digest=digest, lab_digest=lab_digest)
        for each in verdict.questions:
            if each.lab_digest:
                name = self._called(each.question)
                yield say("{question} was graded again, with lab {digest}", question=name, digest=each.lab_digest)
        yield say("the verdict is kept in {path}", path=path)
