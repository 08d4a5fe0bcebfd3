"""A verdict with other weights of its tests, and with the points of a course: what the tests saw stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.shares import shares
from amal_attention.course.taught import is_of_part
from amal_attention.grading.verdict.verdict import QuestionVerdict, TestVerdict, Verdict
from amal_attention.lab import Lab

__all__ = ["as_it_counts", "reweighed", "test_key"]

_DIGITS = 4  # of points: what nbgrader's partial credit carries through a notebook


def test_key(question: str, test: TestVerdict) -> str:
    """How a test is named among all of a lab."""
    return f"{question}/{test.name}"


test_key.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test


def as_it_counts(verdict: Verdict, weights: Mapping[str, float], lab: Lab) -> Verdict:
    """The verdict as it counts in a course: with the weights of its adjustments, and the points that it gives.

    Args:
        verdict: the verdict as it was given.
        weights: the weights of tests, by :func:`test_key`.
        lab: the lab as it is taught in the course.
    """
    verdict = reweighed(verdict, weights)
    if lab.points == lab.own_points:
        return verdict
    taught = (each for each in verdict.questions if not any(is_of_part(each.question, part) for part in lab.without))
    return replace(verdict, questions=tuple(_worth(each, lab.points) for each in taught))


def reweighed(verdict: Verdict, weights: Mapping[str, float]) -> Verdict:
    """The verdict with these weights in the place of the tests' own points.

    The tests of a question that has one of them are scaled, so that the question is worth what it was: a test that is
    dropped leaves its points to the others. Tests that the verdict does not have change nothing; nor does a question
    in which no test would count.

    Args:
        verdict: the verdict as it was given.
        weights: the weights of tests, by :func:`test_key`.
    """
    if not weights:
        return verdict
    return replace(verdict, questions=tuple(_reweighed(each, weights) for each in verdict.questions))


def _reweighed(question: QuestionVerdict, weights: Mapping[str, float]) -> QuestionVerdict:
    given = [weights.get(test_key(question.question, test), test.points) for test in question.tests]
    if given == [test.points for test in question.tests] or sum(given) <= 0:
        return question
    return _with_points(question, given, question.points)


def _worth(question: QuestionVerdict, points: Mapping[str, float]) -> QuestionVerdict:
    """The question with its tests scaled to what the course gives for it."""
    own = [test.points for test in question.tests]
    most = points.get(f"{TEST_PREFIX}{question.question}", sum(own))
    return _with_points(question, own, most) if sum(own) > 0 else question


def _with_points(question: QuestionVerdict, weights: Sequence[float], most: float) -> QuestionVerdict:
    points = shares(weights, most, _DIGITS)
    tests = (replace(test, points=worth) for test, worth in zip(question.tests, points, strict=True))
    return replace(question, tests=tuple(tests))
