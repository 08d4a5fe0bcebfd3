"""What a student is told of a graded submission: one page that needs nothing beside itself, and holds no script.

It shows the verdict, what a person added to it, and the student's own answers. The source of a hidden test is in none
of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

from amal_attention.course.lab_words import LabWords
from amal_attention.grading.pages.pages import page
from amal_attention.grading.submission.handed_in import HandedIn, ShownCell, handed_in
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.verdict.status_words import status_words
from amal_attention.grading.verdict.verdict import QuestionVerdict, TestVerdict, Verdict
from amal_attention.language import Language, message
from amal_attention.notebook.outputs import Room, outputs_html
from amal_attention.outcome import State, together
from amal_attention.printable import printable

__all__ = ["feedback_page"]

_WORDS = {State.MET: message("met"), State.MISSED: message("missed"), State.TO_DO: message("to do")}
_LABELS = {
    "sent": message("Sent"),
    "came": message("Came back"),
    "expected": message("Expected"),
    "likely": message("Likely mistake"),
    "at": message("Where"),
}
_MOST_CELLS = 30  # of a question
_LONGEST_CODE = 30_000
_RAISED = re.compile(r"cell (\d+): (.*)", re.DOTALL)


def feedback_page(
    verdict: Verdict,
    raw: bytes | None,
    reference: Reference,
    *,
    name: str,
    words: LabWords | None = None,
    late_penalty: float = 0,
    manual: Mapping[str, tuple[float | None, float]] | None = None,
    comments: Mapping[str, str] | None = None,
    not_final: Sequence[str] = (),
) -> str:
    """The page of one student, as HTML.

    Args:
        verdict: the verdict on the submission.
        raw: the bytes that were graded; None where there is nothing to show.
        reference: the releases of the lab, by which the answers are known.
        name: the name of the student.
        words: what is said of the lab, in the language of the page; English and the ids of questions if not given.
        late_penalty: points that are taken off; the total stays 0 or more.
        manual: marks that a person gives, and the most that they can be, by ``grade_id``; None where nobody gave one
            yet. That of a question which tests grade too counts in place of theirs.
        comments: what a person wrote, by ``grade_id``; comments on nothing that the page has stand above the marks.
        not_final: why the marks are not final, a reason each.
    """
    work, marks, notes, said = handed_in(raw, reference), manual or {}, comments or {}, words or LabWords()
    raised = {number: said.language.retold(told) for number, told in _raised(verdict).items()}
    desk = _Desk(said, work, marks, notes, raised)
    parts = [desk.part(each, place) for place, each in enumerate(verdict.questions, 1)]
    graded = {each.question for each in verdict.questions}
    tasks = [key for key in marks if key not in graded]
    by_hand = [desk.by_hand(key, place) for place, key in enumerate(tasks, 1)]
    earned, points = (sum(getattr(each, which) or 0.0 for each in [*parts, *by_hand]) for which in ("earned", "points"))
    total = max(earned - late_penalty, 0.0)
    return page(
        "feedback",
        said.language,
        title=said.title,
        name=name,
        total=total,
        of=points,
        share=min(total / points, 1.0) if points else 0.0,
        status=status_words(verdict, said.language),
        late_penalty=late_penalty,
        waiting=sum(each.points for each in by_hand if each.earned is None),
        not_final=[said.text(each) for each in not_final],
        why=said.text(verdict.why),
        repairs=[said.text(each) for each in verdict.repairs],
        errors=[_error(*each, parts, said.language) for each in raised.items()],
        output=verdict.output,
        general=[text for key, text in notes.items() if key not in graded and key not in marks and text.strip()],
        parts=parts,
        by_hand=by_hand,
        how=_how(verdict, said.language),
    )


@dataclass(frozen=True)
class _Rooms:
    """What a page has room for: no output takes that of the code."""

    code: Room = field(default_factory=lambda: Room(3_000_000))
    outputs: Room = field(default_factory=Room)


@dataclass(frozen=True)
class _Test:
    """A test, by its name, and what it cost."""

    name: str
    earned: float
    points: float


@dataclass(frozen=True)
class _Tests:
    """Tests with one outcome: all that are met, or all that one mistake cost."""

    tests: list[_Test]
    state: State
    word: str
    expectation: str
    details: list[tuple[str, str]]

    @property
    def earned(self) -> float:
        """The points that they give."""
        return sum(test.earned for test in self.tests)

    @property
    def points(self) -> float:
        """The most that they could."""
        return sum(test.points for test in self.tests)

    @classmethod
    def of(cls, tests: Sequence[TestVerdict], said: LabWords) -> _Tests:
        outcome, language = tests[0].outcome, said.language
        details = [(language.say(_LABELS[key]), language.retold(text)) for key, text in outcome.details()]
        hint = tests[0].hint if len(tests) == 1 else ""
        missed = outcome.state is State.MISSED
        if missed and hint and hint != outcome.hint:
            details.append((language.say("See"), language.retold(hint)))
        return cls(
            tests=[_Test(said.test(test.name), test.earned, test.points) for test in tests],
            state=outcome.state,
            word=language.say(_WORDS[outcome.state]),
            expectation=language.retold(outcome.expectation) if missed else "",
            details=details,
        )


def _by_outcome(verdict: QuestionVerdict, said: LabWords) -> list[_Tests]:
    """The mistakes with the tests that each cost, the dearest first, then all tests that are met."""
    groups = together(
        [each for each in verdict.tests if each.outcome.state is not State.MET], lambda test: test.outcome
    )
    met = [each for each in verdict.tests if each.outcome.state is State.MET]
    mistakes = sorted((_Tests.of(group, said) for group in groups), key=lambda each: -each.points)
    return [*mistakes, *([_Tests.of(met, said)] if met else [])]


@dataclass(frozen=True)
class _Cell:
    """A cell of the student's, ready to be shown; what it raised when it was graded."""

    number: int
    answer: bool
    code: Markup
    outputs: Markup
    raised: str


@dataclass(frozen=True)
class _Part:
    """A question that tests grade."""

    question: str
    anchor: str
    state: State
    headline: str
    earned: float
    automatic: float
    points: float
    overruled: bool
    comments: list[str]
    tests: list[_Tests]
    cells: list[_Cell]

    @property
    def lost(self) -> float:
        """The points that its tests took."""
        return sum(each.points - each.earned for each in self.tests)


@dataclass(frozen=True)
class _ByHand:
    """A question that only a person marks; ``earned`` is None where nobody did yet."""

    question: str
    anchor: str
    earned: float | None
    points: float
    comments: list[str]
    words: str
    pictures: Markup


@dataclass(frozen=True)
class _Error:
    """What a cell raised, and the questions with its code that lost points; ``is_shown`` if the page has the cell."""

    place: str
    number: int
    is_shown: bool
    text: str
    cost: list[_Part]


@dataclass(frozen=True)
class _Desk:
    """All that the sections of a page are made of."""

    said: LabWords
    work: HandedIn
    marks: Mapping[str, tuple[float | None, float]]
    notes: Mapping[str, str]
    raised: Mapping[int, str]
    rooms: _Rooms = field(default_factory=_Rooms)

    def part(self, verdict: QuestionVerdict, place: int) -> _Part:
        given, points = self.marks.get(verdict.question, (verdict.earned, verdict.points))
        return _Part(
            question=self.said.name(verdict.question),
            anchor=f"question-{place}",
            state=verdict.state,
            headline=_headline(verdict, self.said.language),
            earned=verdict.earned if given is None else given,
            automatic=verdict.earned,
            points=points,
            overruled=verdict.question in self.marks,
            comments=self._comments(verdict.question),
            tests=_by_outcome(verdict, self.said),
            cells=[self._cell(each) for each in self.work.code.get(verdict.question, ())[:_MOST_CELLS]],
        )

    def by_hand(self, key: str, place: int) -> _ByHand:
        label = self.said.language.say("{question}, attached", question=self.said.name(key))
        pictures = outputs_html(self.work.pictures.get(key, ()), label, self.rooms.outputs, self.said.language)
        return _ByHand(
            self.said.name(key),
            f"marked-{place}",
            *self.marks[key],
            self._comments(key),
            self.work.words.get(key, "").strip(),
            pictures,
        )

    def _comments(self, key: str) -> list[str]:
        return [self.notes[key]] if self.notes.get(key, "").strip() else []

    def _cell(self, cell: ShownCell) -> _Cell:
        label = self.said.language.say("Cell {number}", number=cell.number)
        outputs = outputs_html(cell.outputs, label, self.rooms.outputs, self.said.language)
        code = _code(cell.source, self.rooms.code, self.said.language)
        return _Cell(cell.number, cell.answer, code, outputs, self.raised.get(cell.number, "") if cell.answer else "")


def _headline(verdict: QuestionVerdict, language: Language) -> str:
    if verdict.state is State.TO_DO:
        return language.say("not attempted")
    met = sum(test.outcome.state is State.MET for test in verdict.tests)
    return language.say("{met} of {tests} met", met=met, tests=len(verdict.tests))


def _raised(verdict: Verdict) -> dict[int, str]:
    """What each cell raised, by its number; a cell goes on behind a line that raises, and so may raise again."""
    raised: dict[int, str] = {}
    for found in filter(None, map(_RAISED.fullmatch, verdict.errors)):
        before = raised.get(int(found[1]))
        raised[int(found[1])] = f"{before}; {found[2]}" if before else found[2]
    return raised


def _error(number: int, told: str, parts: Sequence[_Part], language: Language) -> _Error:
    with_it = [part for part in parts if any(cell.number == number and cell.answer for cell in part.cells)]
    place = language.say("cell {number}", number=number)
    return _Error(place, number, bool(with_it), told, [part for part in with_it if part.lost])


def _code(source: str, room: Room, language: Language) -> Markup:
    """The code in colour, if there is room; colouring takes time, and never makes it shorter."""
    if len(source) <= room.left and room.take(code := _highlighted(source)):
        return code
    return Markup('<span class="row">{}</span>').format(language.say("left out, the page is too large"))


def _highlighted(source: str) -> Markup:
    """Python as HTML, a row a line; lines are numbered as Python numbers them, from the first that holds anything."""
    lines = printable(source[: 2 * _LONGEST_CODE].expandtabs(4), _LONGEST_CODE).rstrip().split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    code = "\n".join(lines[first:])
    rows = highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    return Markup("").join(Markup('<span class="row">{}</span>').format(Markup(row)) for row in rows)


def _how(verdict: Verdict, language: Language) -> dict[str, str]:
    digest = language.say("{file}, digest {digest}", file=verdict.lab, digest=verdict.lab_digest)
    layers = ", ".join(map(language.retold, verdict.layers))
    return {
        language.say("File"): language.say("digest {digest}", digest=verdict.digest) if verdict.digest else "",
        language.say("Lab"): digest if verdict.lab_digest else verdict.lab,
        language.say("Isolation"): ": ".join(filter(None, [verdict.isolation, layers])),
    }
