"""What a student reads of a hidden test that failed: never its source."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from sysconfig import get_paths

from amal_attention.checks.expectation import ExpectationMissed, raised_outcome
from amal_attention.checks.outcome import Outcome, State
from amal_attention.grading.student import NotAnswered
from amal_attention.language import message

__all__ = ["NOT_ATTEMPTED", "outcome_of", "told", "without_folders"]

NOT_ATTEMPTED = "not attempted"
"""What is said of a question whose answer is not there, or still the one of the skeleton."""

_FOLDERS = [get_paths()[key] for key in ("purelib", "platlib", "stdlib")] + [str(Path(__file__).parents[2])]


def outcome_of(error: Exception) -> Outcome:
    """What an exception that ended a hidden test says of the answer: a name that is missing is one to be written."""
    if isinstance(error, ExpectationMissed):
        return error.outcome
    if isinstance(error, NotAnswered):
        return Outcome(message("the answer is there"), State.TO_DO, hint=str(error))
    outcome = raised_outcome(error)
    return replace(outcome, expectation=outcome.expectation or message("the answer can be used"))


def told(question: str, outcome: Outcome) -> str:
    """The outcome in words; one line where the question is not attempted."""
    if outcome.state is State.TO_DO:
        return f"{question}: {NOT_ATTEMPTED}" + (f" ({outcome.hint})" if outcome.hint else "")
    lines = [f"{outcome.expectation}: {outcome.state}", *(": ".join(pair) for pair in outcome.details())]
    return "\n  ".join(lines)


def without_folders(text: str) -> str:
    """What a submission printed, without the folders in which packages lie on the grader's machine."""
    for folder in _FOLDERS:
        text = text.replace(f"{folder}{os.sep}", "")
    return text
