"""Difficulty and discrimination are those of the textbook, and a faulty test stands out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from statistics import correlation

import pytest

from amal_attention.grading.pages.item_analysis import TestStatistics, test_statistics
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.outcome import Outcome, State

POINTS = (0.25, 0.5, 1.0, 0.75, 0.5, 2.0)


def verdict(name: str, states: Sequence[State], status: Status = Status.GRADED) -> Verdict:
    """On q1, of the first four tests, and q2, of the others."""
    tests = [
        TestVerdict(f"test_{n}", points, Outcome("e", state), f"hint {n}")
        for n, (points, state) in enumerate(zip(POINTS, states, strict=True))
    ]
    return Verdict(
        name,
        "toy",
        status,
        questions=(QuestionVerdict("q1", tuple(tests[:4])), QuestionVerdict("q2", tuple(tests[4:]))),
    )


def drawn(seed: int, number: int) -> list[Verdict]:
    """A class in which some are better than others."""
    rng = random.Random(seed)
    found = []
    for n in range(number):
        able = rng.random()
        states = [State.MET if rng.random() < (able + 0.2 * k) / 2 else State.MISSED for k in range(len(POINTS))]
        found.append(verdict(f"s{n}", states))
    return found


def by_name(verdicts: Sequence[Verdict]) -> dict[str, TestStatistics]:
    return {each.name: each for each in test_statistics(verdicts)}


@pytest.mark.parametrize("seed", range(5))
def test_discrimination_is_the_correlation_with_the_rest_of_the_marks(seed):
    verdicts = drawn(seed, 40)
    for n, each in enumerate(test_statistics(verdicts)):
        met = [verdict.questions[n // 4].tests[n % 4].outcome.state is State.MET for verdict in verdicts]
        rest = [verdict.earned - POINTS[n] * yes for verdict, yes in zip(verdicts, met, strict=True)]
        assert each.difficulty == sum(met) / 40 and each.hint == f"hint {n}"
        assert each.discrimination == pytest.approx(correlation(met, rest), abs=1e-12)


def test_a_test_that_good_students_miss_is_suspect_and_the_others_are_not():
    good = [verdict(f"good-{n}", [State.MISSED] + [State.MET] * 5) for n in range(5)]
    fair = [verdict(f"fair-{n}", [State.MET] * 2 + [State.MISSED] * 4) for n in range(10)]
    found = by_name([*fair, *good])
    assert [name for name, each in found.items() if each.is_suspect] == ["test_0"]
    assert found["test_0"].best_missed == ("good-0", "good-1", "good-2") and found["test_0"].missed == 5


def test_a_hard_test_that_only_the_best_meet_is_not_suspect():
    best = [verdict(f"best-{n}", [State.MET] * 6) for n in range(3)]
    rest = [verdict(f"rest-{n}", [State.MET] * 2 + [State.MISSED] * 4) for n in range(12)]
    assert not any(each.is_suspect for each in test_statistics([*rest, *best]))


@pytest.mark.parametrize("state", [State.MET, State.MISSED])
def test_where_all_do_the_same_there_is_no_correlation(state):
    verdicts = [verdict(f"s{n}", [State.MET if n % 2 else State.MISSED] * 5 + [state]) for n in range(10)]
    assert by_name(verdicts)["test_5"].discrimination is None


def test_where_the_rest_is_the_same_for_all_there_is_no_correlation():
    verdicts = [verdict(f"s{n}", [State.MET] * 5 + [State.MET if n % 2 else State.MISSED]) for n in range(10)]
    assert by_name(verdicts)["test_5"].discrimination is None


def test_seven_are_too_few_and_eight_are_not():
    assert by_name(drawn(1, 7))["test_1"].discrimination is None
    assert by_name(drawn(1, 8))["test_1"].discrimination is not None


def test_who_did_not_attempt_the_question_or_handed_in_nothing_does_not_count():
    verdicts = [verdict("ada", [State.MET] * 4 + [State.TO_DO] * 2), verdict("bob", [State.MET] * 6)]
    verdicts.append(verdict("zoe", [State.TO_DO] * 6, Status.MISSING))
    found = by_name(verdicts)
    assert (found["test_0"].held, found["test_5"].held) == (2, 1)


def test_nobody_has_no_statistics():
    assert test_statistics([]) == []


def test_a_test_that_was_not_held_because_another_was_missed_does_not_count():
    lost = verdict("ada", [State.MISSED] * 6)
    tests = [replace(each, because="test_0") for each in lost.questions[0].tests[1:]]
    lost = replace(lost, questions=(QuestionVerdict("q1", (lost.questions[0].tests[0], *tests)), lost.questions[1]))
    found = by_name([lost, verdict("bob", [State.MET] * 6)])
    assert (found["test_0"].held, found["test_1"].held, found["test_5"].held) == (2, 1, 2)
