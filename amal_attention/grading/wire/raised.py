"""The outcome of a hidden test that an exception ended."""

from __future__ import annotations

from dataclasses import replace

from amal_attention.checks.expectation import ExpectationMissed, raised_outcome
from amal_attention.grading.wire.student import NotAnswered
from amal_attention.language import message
from amal_attention.outcome import Outcome, State

__all__ = ["outcome_of"]


def outcome_of(error: Exception) -> Outcome:
    """What an exception that ended a hidden test says of the answer: a name that is missing is one to be written."""
    if isinstance(error, ExpectationMissed):
        return error.outcome
    if isinstance(error, NotAnswered):
        return Outcome(message("the answer is there"), State.TO_DO, hint=str(error))
    outcome = raised_outcome(error)
    return replace(outcome, expectation=outcome.expectation or message("the answer can be used"))
