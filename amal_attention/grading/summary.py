"""What an instructor is told of all submissions to a lab: one page that needs nothing beside itself, without script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from amal_attention.checks.outcome import State
from amal_attention.grading.histogram import Histogram
from amal_attention.grading.pages import STATUS_WORDS, page, points_text
from amal_attention.grading.similarity import similar_pairs
from amal_attention.grading.verdict import QuestionVerdict, Status, Verdict

__all__ = ["summary_page"]

_MOST_ROWS = 25  # of what is listed by how often it happened
_MOST_PAIRS = 50
_MOST_NAMES = 8

_NUMBERS = re.compile(r"(?<![\w-])\d+(?:(?:, | and )\d+)*(?![\w-])")


def summary_page(
    verdicts: Sequence[Verdict],
    sources: Mapping[str, Mapping[str, str]],
    *,
    title: str,
    missing: Sequence[str] = (),
    skeleton: Mapping[str, str] | None = None,
) -> str:
    """The page on a lab, as HTML.

    Args:
        verdicts: one a submission.
        sources: by submission, its answers by question, as
            :meth:`amal_attention.grading.handed_in.HandedIn.sources` gives them.
        title: of the lab.
        missing: students who handed in nothing and on whom there is no verdict.
        skeleton: by question, what was given: it is no sign of anything.
    """
    ordered = sorted(verdicts, key=lambda verdict: verdict.submission)
    handed_in = [verdict for verdict in ordered if verdict.status is not Status.MISSING]
    absent = [verdict.submission for verdict in ordered if verdict.status is Status.MISSING]
    absent += [name for name in missing if name not in {verdict.submission for verdict in verdicts}]
    pairs = similar_pairs(sources, skeleton)
    questions = _questions(handed_in or ordered)
    return page(
        "summary",
        title=title,
        setting=_setting(handed_in, absent),
        histogram=Histogram.of(
            [each.earned for each in handed_in], max((each.points for each in handed_in), default=0)
        ),
        statuses=_statuses(handed_in, absent),
        repairs=_repairs(handed_in),
        questions=questions,
        tests=_tests(handed_in),
        mistakes=_mistakes(handed_in),
        pairs=pairs[:_MOST_PAIRS],
        more_pairs=max(len(pairs) - _MOST_PAIRS, 0),
        students=_students(ordered, absent, [each.question for each in questions]),
    )


@dataclass(frozen=True)
class _Who:
    """Some of these students, and how many more there are."""

    shown: list[str]
    more: int

    @classmethod
    def of(cls, names: Iterable[str]) -> _Who:
        every = list(dict.fromkeys(names))
        return cls(every[:_MOST_NAMES], max(len(every) - _MOST_NAMES, 0))


@dataclass(frozen=True)
class _StatusRow:
    status: str
    count: int
    who: _Who


@dataclass(frozen=True)
class _RepairRow:
    text: str
    count: int
    who: _Who


@dataclass(frozen=True)
class _QuestionRow:
    question: str
    points: float
    mean: float
    full: int
    not_attempted: int

    @property
    def share(self) -> float:
        """Of its points, what was earned."""
        return self.mean / self.points if self.points else 0.0


@dataclass(frozen=True)
class _TestRow:
    name: str
    question: str
    missed: int
    attempted: int
    hint: str

    @property
    def share(self) -> float:
        """Of those who attempted the question, those who missed the test."""
        return self.missed / self.attempted


@dataclass(frozen=True)
class _MistakeRow:
    hint: str
    count: int
    questions: list[str]
    who: _Who


@dataclass(frozen=True)
class _StudentRow:
    name: str
    status: str
    points: list[float | None]
    total: float


def _setting(handed_in: Sequence[Verdict], absent: Sequence[str]) -> dict[str, str]:
    setting = {"Handed in": f"{len(handed_in)} of {len(handed_in) + len(absent)}"}
    if handed_in:
        earned = [verdict.earned for verdict in handed_in]
        most = points_text(max(verdict.points for verdict in handed_in))
        setting |= {"Median": f"{points_text(median(earned))} of {most}", "Mean": points_text(fmean(earned))}
        setting |= {"Lowest": points_text(min(earned)), "Highest": points_text(max(earned))}
    return setting


def _statuses(handed_in: Sequence[Verdict], absent: Sequence[str]) -> list[_StatusRow]:
    """A row for each status that there is; who is graded like everybody is not listed."""
    by_status: dict[Status, list[str]] = {}
    for verdict in handed_in:
        by_status.setdefault(verdict.status, []).append(verdict.submission)
    if absent:
        by_status[Status.MISSING] = list(absent)
    return [
        _StatusRow(STATUS_WORDS[status], len(names), _Who.of(() if status is Status.GRADED else names))
        for status in Status
        if (names := by_status.get(status))
    ]


def _repairs(verdicts: Sequence[Verdict]) -> list[_RepairRow]:
    """The repairs, those that differ only in their numbers together, the most frequent first."""
    by_text: dict[str, list[str]] = {}
    for verdict in verdicts:
        for text in dict.fromkeys(_NUMBERS.sub("…", repair) for repair in verdict.repairs):
            by_text.setdefault(text, []).append(verdict.submission)
    rows = [_RepairRow(text, len(names), _Who.of(names)) for text, names in by_text.items()]
    return sorted(rows, key=lambda row: -row.count)[:_MOST_ROWS]


def _questions(verdicts: Sequence[Verdict]) -> list[_QuestionRow]:
    by_question: dict[str, list[QuestionVerdict]] = {}
    for verdict in verdicts:
        for question in verdict.questions:
            by_question.setdefault(question.question, []).append(question)
    return [
        _QuestionRow(
            name,
            points=max(each.points for each in found),
            mean=fmean(each.earned for each in found),
            full=sum(each.state is State.MET for each in found),
            not_attempted=sum(each.state is State.TO_DO for each in found),
        )
        for name, found in by_question.items()
    ]


def _tests(verdicts: Sequence[Verdict]) -> list[_TestRow]:
    """The tests that somebody missed who attempted the question, the most missed first."""
    outcomes: dict[tuple[str, str], list[bool]] = {}
    hints: dict[tuple[str, str], str] = {}
    for verdict in verdicts:
        for question in verdict.questions:
            for test in question.tests if question.state is not State.TO_DO else ():
                key = question.question, test.name
                outcomes.setdefault(key, []).append(test.outcome.state is not State.MET)
                hints.setdefault(key, test.hint)
    rows = [
        _TestRow(
            name.removeprefix("test_").replace("_", " "), question, sum(missed), len(missed), hints[question, name]
        )
        for (question, name), missed in outcomes.items()
        if any(missed)
    ]
    return sorted(rows, key=lambda row: (-row.missed, -row.share))[:_MOST_ROWS]


def _mistakes(verdicts: Sequence[Verdict]) -> list[_MistakeRow]:
    """The likely mistakes behind missed tests, the most frequent first; a student counts once for each."""
    made: dict[str, list[tuple[str, str]]] = {}
    for verdict in verdicts:
        for question in verdict.questions:
            for test in question.tests:
                if test.outcome.state is State.MISSED and test.outcome.hint:
                    made.setdefault(test.outcome.hint, []).append((verdict.submission, question.question))
    rows = [
        _MistakeRow(
            hint,
            len({name for name, _ in found}),
            list(dict.fromkeys(question for _, question in found)),
            _Who.of(name for name, _ in found),
        )
        for hint, found in made.items()
    ]
    return sorted(rows, key=lambda row: -row.count)[:_MOST_ROWS]


def _students(verdicts: Sequence[Verdict], absent: Sequence[str], questions: Sequence[str]) -> list[_StudentRow]:
    rows = [_StudentRow(name, STATUS_WORDS[Status.MISSING], [None] * len(questions), 0.0) for name in absent]
    for verdict in verdicts:
        if verdict.status is not Status.MISSING:
            earned = {each.question: each.earned for each in verdict.questions}
            points = [earned.get(question) for question in questions]
            rows.append(_StudentRow(verdict.submission, STATUS_WORDS[verdict.status], points, verdict.earned))
    return sorted(rows, key=lambda row: row.name)
