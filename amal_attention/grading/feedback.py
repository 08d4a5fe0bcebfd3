"""What a student is told of a graded submission: one page that needs nothing beside itself, and holds no script.

It shows the verdict, what a person added to it, and the student's own answers. The source of a hidden test is in none
of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from markupsafe import Markup
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

from amal_attention.checks.outcome import State
from amal_attention.grading.handed_in import HandedIn, ShownCell, handed_in
from amal_attention.grading.outputs import Room, outputs_html
from amal_attention.grading.pages import STATUS_WORDS, page
from amal_attention.grading.reference import Reference
from amal_attention.grading.telling import NOT_ATTEMPTED
from amal_attention.grading.verdict import QuestionVerdict, TestVerdict, Verdict
from amal_attention.printable import printable

__all__ = ["feedback_page"]

_WORDS = {State.MET: "met", State.MISSED: "missed", State.TO_DO: "to do"}
_LABELS = {"sent": "Sent", "came": "Came back", "expected": "Expected", "likely": "Likely mistake", "at": "Where"}
_MOST_CELLS = 30  # of a question
_LONGEST_CODE = 30_000
_TOO_LONG = Markup('<span class="row">left out: the page is too large</span>')


def feedback_page(
    verdict: Verdict,
    raw: bytes | None,
    *,
    title: str,
    name: str,
    late_penalty: float = 0,
    manual: Mapping[str, tuple[float, float]] | None = None,
    comments: Mapping[str, str] | None = None,
    reference: Reference | None = None,
) -> str:
    """The page of one student, as HTML.

    Args:
        verdict: on the submission.
        raw: the bytes that were graded; None where there is nothing to show.
        title: of the lab.
        name: of the student.
        late_penalty: points that are taken off; the total stays 0 or more.
        manual: marks that a person gave, and the most that they can be, by ``grade_id``. That of a question which
            tests grade too counts in place of theirs.
        comments: of a person, by ``grade_id``; those on nothing that the page has stand above the marks.
        reference: the releases of the lab: with them answers are known as grading knows them.
    """
    work, marks, notes = handed_in(raw, reference), manual or {}, comments or {}
    rooms = _Rooms()
    parts = [_part(each, place, work, marks, notes, rooms) for place, each in enumerate(verdict.questions, 1)]
    graded = {each.question for each in verdict.questions}
    tasks = [key for key in marks if key not in graded]
    by_hand = [_ByHand.of(key, place, work, marks[key], notes) for place, key in enumerate(tasks, 1)]
    earned, points = (sum(getattr(each, which) for each in [*parts, *by_hand]) for which in ("earned", "points"))
    total = max(earned - late_penalty, 0.0)
    return page(
        "feedback",
        title=title,
        name=name,
        total=total,
        of=points,
        share=min(total / points, 1.0) if points else 0.0,
        status=STATUS_WORDS[verdict.status],
        late_penalty=late_penalty,
        why=verdict.why,
        repairs=verdict.repairs,
        errors=verdict.errors,
        output=verdict.output,
        general=[text for key, text in notes.items() if key not in graded and key not in marks and text.strip()],
        parts=parts,
        by_hand=by_hand,
        how=_how(verdict),
    )


@dataclass(frozen=True)
class _Rooms:
    """What a page has room for: no output takes that of the code."""

    code: Room = field(default_factory=lambda: Room(3_000_000))
    outputs: Room = field(default_factory=Room)


@dataclass(frozen=True)
class _Tests:
    """Tests with one outcome: mostly one; of a process that died, all that it took along."""

    names: list[str]
    state: State
    word: str
    earned: float
    points: float
    expectation: str
    details: list[tuple[str, str]]

    @classmethod
    def of(cls, tests: Sequence[TestVerdict]) -> _Tests:
        outcome = tests[0].outcome
        details = [(_LABELS[key], text) for key, text in outcome.details()]
        hint = tests[0].hint if len(tests) == 1 else ""
        missed = outcome.state is State.MISSED
        if missed and hint and hint != outcome.hint:
            details.append(("See", hint))
        return cls(
            names=[test.name.removeprefix("test_").replace("_", " ") for test in tests],
            state=outcome.state,
            word=_WORDS[outcome.state],
            earned=sum(test.earned for test in tests),
            points=sum(test.points for test in tests),
            expectation=outcome.expectation if missed else "",
            details=details,
        )


@dataclass(frozen=True)
class _Cell:
    """A cell of the student's, ready to be shown."""

    number: int
    answer: bool
    code: Markup
    outputs: Markup


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


@dataclass(frozen=True)
class _ByHand:
    """A question that only a person marks."""

    question: str
    anchor: str
    earned: float
    points: float
    comments: list[str]
    words: str

    @classmethod
    def of(cls, key: str, place: int, work: HandedIn, mark: tuple[float, float], notes: Mapping[str, str]) -> _ByHand:
        return cls(key, f"marked-{place}", *mark, _comments(notes, key), work.words.get(key, "").strip())


def _part(
    verdict: QuestionVerdict,
    place: int,
    work: HandedIn,
    marks: Mapping[str, tuple[float, float]],
    notes: Mapping[str, str],
    rooms: _Rooms,
) -> _Part:
    earned, points = marks.get(verdict.question, (verdict.earned, verdict.points))
    return _Part(
        question=verdict.question,
        anchor=f"question-{place}",
        state=verdict.state,
        headline=_headline(verdict),
        earned=earned,
        automatic=verdict.earned,
        points=points,
        overruled=verdict.question in marks,
        comments=_comments(notes, verdict.question),
        tests=[_Tests.of(same) for same in _together(verdict.tests)],
        cells=[_cell(each, rooms) for each in work.code.get(verdict.question, ())[:_MOST_CELLS]],
    )


def _headline(verdict: QuestionVerdict) -> str:
    if verdict.state is State.TO_DO:
        return NOT_ATTEMPTED
    met = sum(test.outcome.state is State.MET for test in verdict.tests)
    return f"{met} of {len(verdict.tests)} met"


def _together(tests: Sequence[TestVerdict]) -> Iterator[list[TestVerdict]]:
    """The tests in their order; those in a row that were lost to one cause together."""
    for _, same in groupby(tests, key=lambda test: replace(test.outcome, expectation="")):
        group = list(same)
        if group[0].outcome.state is State.MET or not group[0].outcome.details():
            yield from ([test] for test in group)
        else:
            yield group


def _comments(notes: Mapping[str, str], key: str) -> list[str]:
    return [notes[key]] if notes.get(key, "").strip() else []


def _cell(cell: ShownCell, rooms: _Rooms) -> _Cell:
    outputs = outputs_html(cell.outputs, f"Cell {cell.number}", rooms.outputs)
    return _Cell(cell.number, cell.answer, _code(cell.source, rooms.code), outputs)


def _code(source: str, room: Room) -> Markup:
    """The code in colour, if there is room; colouring takes time, and never makes it shorter."""
    if len(source) <= room.left and room.take(code := _highlighted(source)):
        return code
    return _TOO_LONG


def _highlighted(source: str) -> Markup:
    """Python as HTML, a row a line; lines are numbered as Python numbers them, from the first that holds anything."""
    lines = printable(source[: 2 * _LONGEST_CODE].expandtabs(4), _LONGEST_CODE).rstrip().split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    code = "\n".join(lines[first:])
    rows = highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    return Markup("").join(Markup('<span class="row">{}</span>').format(Markup(row)) for row in rows)


def _how(verdict: Verdict) -> dict[str, str]:
    return {
        "File": f"digest {verdict.digest}" if verdict.digest else "",
        "Lab": f"{verdict.lab}, digest {verdict.lab_digest}" if verdict.lab_digest else verdict.lab,
        "Seed": f"{verdict.seed}: the same questions were asked of everybody" if verdict.seed else "",
        "Isolation": ": ".join(filter(None, [verdict.isolation, ", ".join(verdict.layers)])),
    }
