"""Other weights of tests: a question stays worth what it was, to the last digit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.grading.gradebook.reweigh import reweighed, test_key
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.outcome import Outcome, State


def made(**tests: tuple[float, bool]) -> Verdict:
    """A verdict on q1, whose tests are these: points, and whether it is met; and on q2, which has one of the names."""
    states = {True: State.MET, False: State.MISSED}
    of_q1 = tuple(TestVerdict(name, points, Outcome("e", states[met])) for name, (points, met) in tests.items())
    of_q2 = (TestVerdict("test_a", 1.0, Outcome("e", State.MISSED)),)
    return Verdict("ada", "toy", Status.GRADED, questions=(QuestionVerdict("q1", of_q1), QuestionVerdict("q2", of_q2)))


VERDICT = made(test_a=(1.0, True), test_b=(0.5, False), test_c=(0.5, True))


def test_a_test_that_is_dropped_leaves_its_points_to_the_others():
    q1, q2 = reweighed(VERDICT, {"q1/test_b": 0}).questions
    assert [test.points for test in q1.tests] == [1.3333, 0, 0.6667]
    assert (q1.earned, q1.points) == (2.0, 2.0)
    assert q2 == VERDICT.questions[1]


def test_one_that_was_met_is_no_gift_when_it_is_dropped():
    assert reweighed(VERDICT, {"q1/test_a": 0}).questions[0].earned == 1.0


@pytest.mark.parametrize(
    ("weights", "earned"), [({"q1/test_b": 3.0}, 2 * 1.5 / 4.5), ({"q1/test_a": 0.25, "q1/test_c": 0.25}, 1.0)]
)
def test_weights_are_proportions_within_the_question(weights, earned):
    assert reweighed(VERDICT, weights).questions[0].earned == pytest.approx(earned, abs=1e-4)


@pytest.mark.parametrize("weights", [{}, {"q1/test_gone": 0}, {"q3/test_a": 0}, {"q1/test_a": 1.0}, {"q2/test_a": 0}])
def test_what_changes_no_proportion_changes_nothing(weights):
    assert reweighed(VERDICT, weights) == VERDICT


def test_what_the_tests_saw_stays():
    after = reweighed(VERDICT, {"q1/test_b": 0}).questions[0].tests
    assert [(each.name, each.outcome) for each in after] == [
        (each.name, each.outcome) for each in VERDICT.questions[0].tests
    ]


WEIGHT = st.sampled_from([0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])


@given(st.lists(st.tuples(WEIGHT, WEIGHT, st.booleans()), min_size=1, max_size=9))
def test_the_question_is_worth_what_it_was_and_marks_are_those_of_fractions(tests):
    verdict = made(**{f"test_{n}": (points, met) for n, (points, _, met) in enumerate(tests)})
    after = reweighed(verdict, {f"q1/test_{n}": weight for n, (_, weight, _) in enumerate(tests)}).questions[0]
    total = sum(Fraction(points) for points, _, _ in tests)
    share = sum(Fraction(w) for _, w, met in tests if met) / sum(Fraction(w) for _, w, _ in tests)
    assert after.points == pytest.approx(float(total), abs=1e-9)
    assert after.earned == pytest.approx(float(total * share), abs=1e-3)


def test_a_test_is_named_with_its_question():
    assert test_key("q1", VERDICT.questions[0].tests[0]) == "q1/test_a"
