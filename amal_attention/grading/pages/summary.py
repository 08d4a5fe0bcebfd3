"""What an instructor is told of all submissions to a lab: one page that needs nothing beside itself, without script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from amal_attention.course.lab_words import LabWords
from amal_attention.grading.pages.clusters import Cluster, clusters
from amal_attention.grading.pages.histogram import Histogram
from amal_attention.grading.pages.item_analysis import TestStatistics, test_statistics
from amal_attention.grading.pages.item_map import ItemMap
from amal_attention.grading.pages.pages import page
from amal_attention.grading.pages.similarity import similar_pairs
from amal_attention.grading.verdict.status_words import NO_SANDBOX, STATUS_WORDS, status_words
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, Verdict
from amal_attention.language import Language, message
from amal_attention.outcome import State

__all__ = ["summary_page"]

_MOST_ROWS = 25  # of what is listed by how often it happened
_MOST_CLUSTERS = 25
_MOST_PAIRS = 25  # of a cluster
_MOST_NAMES = 8
_UNGRADED = message("not graded yet")

_NUMBERS = re.compile(r"(?<![\w-])\d+(?:(?:, | and )\d+)*(?![\w-])")


def summary_page(
    verdicts: Sequence[Verdict],
    sources: Mapping[str, Mapping[str, str]],
    *,
    words: LabWords | None = None,
    missing: Sequence[str] = (),
    ungraded: Mapping[str, bool] | None = None,
    open_questions: Mapping[str, tuple[float, Sequence[float | None]]] | None = None,
    skeleton: Mapping[str, str] | None = None,
) -> str:
    """The page on a lab, as HTML.

    Args:
        verdicts: one a submission.
        sources: the answers by question, by submission, as
            :meth:`amal_attention.grading.submission.handed_in.HandedIn.sources` gives them.
        words: what is said of the lab, in the language of the page; English and the ids of questions if not given.
        missing: students who handed in nothing and on whom there is no verdict.
        ungraded: the students of the course on whom there is no verdict yet, and whether they handed in.
        open_questions: the questions that a person marks: the most points, and the marks of those who handed in; None
            where nobody marked it yet.
        skeleton: what was given, by question: it is no sign of anything.
    """
    ordered = sorted(verdicts, key=lambda verdict: verdict.submission)
    handed_in = [verdict for verdict in ordered if verdict.status is not Status.MISSING]
    absent = [verdict.submission for verdict in ordered if verdict.status is Status.MISSING]
    absent += [name for name in missing if name not in {verdict.submission for verdict in verdicts}]
    said, waiting = words or LabWords(), ungraded or {}
    language, alike = said.language, clusters(similar_pairs(sources, skeleton))
    questions, statistics = _questions(handed_in or ordered, said), test_statistics(handed_in)
    suspects = [each for each in statistics if each.is_suspect]
    return page(
        "summary",
        language,
        title=said.title,
        setting=_setting(handed_in, absent, waiting, language),
        histogram=Histogram.of(
            [each.earned for each in handed_in], max((each.points for each in handed_in), default=0), language
        ),
        statuses=_statuses(handed_in, absent, waiting, language),
        repairs=_repairs(handed_in, said),
        questions=questions,
        open_questions=[_OpenRow.of(said.name(name), *found) for name, found in (open_questions or {}).items()],
        tests=_most_missed(statistics, said),
        map=ItemMap.of(statistics, said),
        suspects=[_SuspectRow.of(number, each, said) for number, each in enumerate(suspects, 1)],
        mistakes=_mistakes(handed_in, said),
        clusters=[_ClusterRow.of(each, said) for each in alike[:_MOST_CLUSTERS]],
        more_clusters=max(len(alike) - _MOST_CLUSTERS, 0),
        students=_students(ordered, absent, waiting, [each.key for each in questions], language),
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
    key: str
    question: str
    points: float
    mean: float
    full: int
    not_attempted: int

    @property
    def share(self) -> float:
        """The share of its points that was earned."""
        return self.mean / self.points if self.points else 0.0


@dataclass(frozen=True)
class _OpenRow:
    """A question that a person marks."""

    question: str
    points: float
    mean: float | None
    marked: int
    unmarked: int

    @classmethod
    def of(cls, question: str, points: float, marks: Sequence[float | None]) -> _OpenRow:
        given = [mark for mark in marks if mark is not None]
        return cls(question, points, fmean(given) if given else None, len(given), len(marks) - len(given))


@dataclass(frozen=True)
class _TestRow:
    name: str
    question: str
    missed: int
    attempted: int
    hint: str
    discrimination: float | None

    @property
    def share(self) -> float:
        """The share of those who missed the test, among those who attempted the question."""
        return self.missed / self.attempted


@dataclass(frozen=True)
class _SuspectRow:
    """A test that good students miss."""

    number: int
    name: str
    question: str
    met: int
    held: int
    discrimination: float
    who: _Who

    @classmethod
    def of(cls, number: int, test: TestStatistics, said: LabWords) -> _SuspectRow:
        who = _Who.of(test.best_missed)
        return cls(
            number, said.test(test.name), said.name(test.question), test.met, test.held, test.discrimination or 0.0, who
        )


@dataclass(frozen=True)
class _MistakeRow:
    hint: str
    count: int
    questions: list[str]
    who: _Who


@dataclass(frozen=True)
class _AlikeRow:
    """Where two submissions are alike: lines of the one and of the other."""

    question: str
    score: float
    first: tuple[int, int]
    second: tuple[int, int]


@dataclass(frozen=True)
class _PairRow:
    first: str
    second: str
    places: list[_AlikeRow]


@dataclass(frozen=True)
class _ClusterRow:
    """Submissions that are alike, and where."""

    names: str
    questions: list[tuple[str, float]]
    pairs: list[_PairRow]
    more: int

    @classmethod
    def of(cls, cluster: Cluster, said: LabWords) -> _ClusterRow:
        pairs = [
            _PairRow(
                each.first,
                each.second,
                [_AlikeRow(said.name(place.question), place.score, place.first, place.second) for place in each.places],
            )
            for each in cluster.pairs[:_MOST_PAIRS]
        ]
        questions = [(said.name(question), score) for question, score in cluster.questions]
        return cls(said.language.listed(cluster.names), questions, pairs, max(len(cluster.pairs) - _MOST_PAIRS, 0))


@dataclass(frozen=True)
class _StudentRow:
    name: str
    status: str
    points: list[float | None]
    total: float | None


def _setting(
    handed_in: Sequence[Verdict], absent: Sequence[str], ungraded: Mapping[str, bool], language: Language
) -> dict[str, str]:
    say, number = language.say, language.number
    everybody = len(handed_in) + len(absent) + len(ungraded)
    here = len(handed_in) + sum(ungraded.values())
    setting = {say("Handed in"): say("{some} of {all}", some=here, all=everybody)}
    if ungraded:
        setting |= {say("Graded"): say("{some} of {all}", some=everybody - len(ungraded), all=everybody)}
    if handed_in:
        earned = [verdict.earned for verdict in handed_in]
        most = number(max(verdict.points for verdict in handed_in))
        setting |= {say("Median"): say("{some} of {all}", some=number(median(earned)), all=most)}
        setting |= {say("Mean"): number(fmean(earned))}
        setting |= {say("Lowest"): number(min(earned)), say("Highest"): number(max(earned))}
    if exposed := sum(verdict.exposed for verdict in handed_in):
        setting[say("Isolation")] = f"{exposed} {say(NO_SANDBOX)}"
    return setting


def _statuses(
    handed_in: Sequence[Verdict], absent: Sequence[str], ungraded: Mapping[str, bool], language: Language
) -> list[_StatusRow]:
    """A row for each status that there is; who is graded like everybody is not listed."""
    by_status: dict[Status, list[str]] = {}
    for verdict in handed_in:
        by_status.setdefault(verdict.status, []).append(verdict.submission)
    if absent:
        by_status[Status.MISSING] = list(absent)
    rows = [
        _StatusRow(language.say(STATUS_WORDS[status]), len(names), _Who.of(() if status is Status.GRADED else names))
        for status in Status
        if (names := by_status.get(status))
    ]
    return [*rows, _StatusRow(language.say(_UNGRADED), len(ungraded), _Who.of(ungraded))] if ungraded else rows


def _repairs(verdicts: Sequence[Verdict], said: LabWords) -> list[_RepairRow]:
    """The repairs, those that differ only in their numbers together, the most frequent first."""
    by_text: dict[str, list[str]] = {}
    for verdict in verdicts:
        for text in dict.fromkeys(_NUMBERS.sub("…", repair) for repair in verdict.repairs):
            by_text.setdefault(text, []).append(verdict.submission)
    rows = [_RepairRow(said.text(text), len(names), _Who.of(names)) for text, names in by_text.items()]
    return sorted(rows, key=lambda row: -row.count)[:_MOST_ROWS]


def _questions(verdicts: Sequence[Verdict], said: LabWords) -> list[_QuestionRow]:
    by_question: dict[str, list[QuestionVerdict]] = {}
    for verdict in verdicts:
        for question in verdict.questions:
            by_question.setdefault(question.question, []).append(question)
    return [
        _QuestionRow(
            name,
            said.name(name),
            points=max(each.points for each in found),
            mean=fmean(each.earned for each in found),
            full=sum(each.state is State.MET for each in found),
            not_attempted=sum(each.state is State.TO_DO for each in found),
        )
        for name, found in by_question.items()
    ]


def _most_missed(statistics: Sequence[TestStatistics], said: LabWords) -> list[_TestRow]:
    """The tests that somebody missed who attempted the question, the most missed first."""
    rows = [
        _TestRow(
            said.test(each.name),
            said.name(each.question),
            each.missed,
            each.held,
            said.language.retold(each.hint),
            each.discrimination,
        )
        for each in statistics
        if each.missed
    ]
    return sorted(rows, key=lambda row: (-row.missed, -row.share))[:_MOST_ROWS]


def _mistakes(verdicts: Sequence[Verdict], said: LabWords) -> list[_MistakeRow]:
    """The likely mistakes behind missed tests, the most frequent first; a student counts once for each."""
    made: dict[str, list[tuple[str, str]]] = {}
    for verdict in verdicts:
        for question in verdict.questions:
            for test in question.tests:
                if test.outcome.state is State.MISSED and test.outcome.hint:
                    made.setdefault(test.outcome.hint, []).append((verdict.submission, question.question))
    rows = [
        _MistakeRow(
            said.language.retold(hint),
            len({name for name, _ in found}),
            list(dict.fromkeys(said.name(question) for _, question in found)),
            _Who.of(name for name, _ in found),
        )
        for hint, found in made.items()
    ]
    return sorted(rows, key=lambda row: -row.count)[:_MOST_ROWS]


def _students(
    verdicts: Sequence[Verdict],
    absent: Sequence[str],
    ungraded: Iterable[str],
    questions: Sequence[str],
    language: Language,
) -> list[_StudentRow]:
    rows = [
        _StudentRow(name, language.say(STATUS_WORDS[Status.MISSING]), [None] * len(questions), 0.0) for name in absent
    ]
    rows += [_StudentRow(name, language.say(_UNGRADED), [None] * len(questions), None) for name in ungraded]
    for verdict in verdicts:
        if verdict.status is not Status.MISSING:
            earned = {each.question: each.earned for each in verdict.questions}
            points = [earned.get(question) for question in questions]
            rows.append(_StudentRow(verdict.submission, status_words(verdict, language), points, verdict.earned))
    return sorted(rows, key=lambda row: row.name)
