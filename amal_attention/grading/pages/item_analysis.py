"""How hard each hidden test is, and whether those who meet it do well in the rest: a faulty test stands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, pstdev

from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.outcome import State

__all__ = ["TestStatistics", "test_statistics"]

_FEWEST = 8  # submissions: a correlation of fewer says nothing
_WEAK = 0.1
_BEST = 4  # the best quarter


@dataclass(frozen=True)
class TestStatistics:
    """How a class did on one test, among those who attempted its question.

    Attributes:
        question: ``grade_id`` of its solution cell.
        name: the name of the test.
        hint: what it hints at.
        held: how many submissions it was held for.
        met: how many of them met it.
        discrimination: the point-biserial correlation, from -1 to 1, between meeting the test and the rest of the
            score, all other tests of the lab; None where everybody met it, or nobody, or all have the same rest, or too
            few were held.
        best_missed: names of those who miss it, of the best quarter by the rest of the score.
    """

    __test__ = False  # pytest takes it for a class of tests

    question: str
    name: str
    hint: str
    held: int
    met: int
    discrimination: float | None
    best_missed: tuple[str, ...]

    @property
    def missed(self) -> int:
        """How many did not meet it."""
        return self.held - self.met

    @property
    def difficulty(self) -> float:
        """The share of those who met it, from 0 to 1."""
        return self.met / self.held

    @property
    def is_suspect(self) -> bool:
        """Whether those who miss it do as well in the rest as those who meet it, good students among them."""
        return self.discrimination is not None and self.discrimination < _WEAK and bool(self.best_missed)


def test_statistics(verdicts: Sequence[Verdict]) -> list[TestStatistics]:
    """The statistics of each test that was held, in the order of the lab.

    Args:
        verdicts: one a submission.
    """
    results: dict[tuple[str, str], list[_Result]] = {}
    hints: dict[tuple[str, str], str] = {}
    for verdict in verdicts:
        for key, hint, result in _results(verdict):
            results.setdefault(key, []).append(result)
            hints.setdefault(key, hint)
    return [_statistics(*key, hints[key], found) for key, found in results.items()]


test_statistics.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Result:
    """What one submission did with a test, and its points in all others."""

    who: str
    met: bool
    rest: float


def _results(verdict: Verdict) -> Iterator[tuple[tuple[str, str], str, _Result]]:
    if verdict.status is Status.MISSING:
        return
    for question in verdict.questions:
        for test in question.tests if question.state is not State.TO_DO else ():
            if test.because:
                continue  # it was not held
            result = _Result(verdict.submission, test.outcome.state is State.MET, verdict.earned - test.earned)
            yield (question.question, test.name), test.hint, result


def _statistics(question: str, name: str, hint: str, results: Sequence[_Result]) -> TestStatistics:
    best = sorted(results, key=lambda result: -result.rest)[: len(results) // _BEST]
    return TestStatistics(
        question,
        name,
        hint,
        held=len(results),
        met=sum(result.met for result in results),
        discrimination=_point_biserial(results) if len(results) >= _FEWEST else None,
        best_missed=tuple(result.who for result in best if not result.met),
    )


def _point_biserial(results: Sequence[_Result]) -> float | None:
    """``(mean rest of those who met - mean rest of those who missed) / deviation of all · sqrt(p (1 - p))``."""
    met, missed = ([each.rest for each in results if each.met is which] for which in (True, False))
    spread = pstdev([each.rest for each in results])
    if not met or not missed or spread < 1e-9:
        return None
    share = len(met) / len(results)
    return (fmean(met) - fmean(missed)) / spread * sqrt(share * (1 - share))
