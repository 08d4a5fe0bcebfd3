from __future__ import annotations

import pytest

from amal_attention.checks import equal_to
from amal_attention.checks.expectation import ExpectationMissed, Missed, RaisedElsewhere
from amal_attention.grading.verdict.telling import NOT_ATTEMPTED, told
from amal_attention.grading.wire.raised import outcome_of
from amal_attention.grading.wire.student import NotAnswered
from amal_attention.outcome import Outcome, State


def raised(error: Exception) -> Exception:
    """The error, with a trace."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_an_expectation_that_is_missed_is_told_as_it_is():
    with pytest.raises(ExpectationMissed) as caught:
        equal_to(3, 4, what="the sum")
    outcome = outcome_of(caught.value)
    assert (outcome.expectation, outcome.came, outcome.expected) == ("the sum", "3", "4")
    assert told("q1", outcome) == "the sum: missed\n  came: 3\n  expected: 4"


def test_a_name_that_is_missing_is_a_question_not_attempted():
    outcome = outcome_of(NotAnswered("add is not in the notebook"))
    assert outcome.state is State.TO_DO
    assert told("q1", outcome) == f"q1: {NOT_ATTEMPTED} (add is not in the notebook)"


def test_what_was_raised_elsewhere_is_told_as_it_was_worded_there():
    there = Outcome("the sum", State.MISSED, came="ValueError: no (in add, line 2)", hint="perhaps")
    assert outcome_of(RaisedElsewhere(there)) is not None and outcome_of(RaisedElsewhere(there)) == there
    assert outcome_of(RaisedElsewhere(Outcome("", State.TO_DO))) == Outcome("the answer can be used", State.TO_DO)
    assert told("q1", Outcome("", State.TO_DO)) == f"q1: {NOT_ATTEMPTED}"


def test_what_an_answer_raises_is_told_without_a_line_of_the_test():
    outcome = outcome_of(raised(ZeroDivisionError("division by zero")))
    assert (outcome.expectation, outcome.state) == ("the answer can be used", State.MISSED)
    assert outcome.came.startswith("ZeroDivisionError: division by zero")


def test_what_is_raised_by_hand_as_not_implemented_is_not_attempted():
    assert outcome_of(raised(NotImplementedError())).state is State.TO_DO


def test_a_miss_outside_an_expectation_is_told_whole():
    outcome = outcome_of(Missed("a", "b", "c", "d"))
    assert told("q1", outcome).split("\n  ") == [
        "the answer can be used: missed", "sent: d", "came: b", "expected: a", "likely: c"
    ]  # fmt: skip
