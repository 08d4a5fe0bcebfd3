"""Expectations: functions that look at a student's code and say what is wrong with it.

The body of an expectation returns if all is well and raises :class:`Missed` if not; what the student's code raises
itself is caught. Inside ``with check(...)`` the outcome is recorded and the cell goes on; elsewhere, in a hidden test
for instance, an expectation that is not met raises :class:`ExpectationMissed`, an ``AssertionError``.
"""

from __future__ import annotations

import dis
import functools
import linecache
import os
import sysconfig
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import ParamSpec

import torch

from amal_attention.checks.outcome import Outcome, Report, State

__all__ = ["ExpectationMissed", "Missed", "RaisedElsewhere", "expectation", "judged", "raised_outcome", "recording"]

recording: ContextVar[Report | None] = ContextVar("recording", default=None)
"""The report that outcomes go to, if a check is open."""

_OURS = (f"{Path(__file__).parents[1]}{os.sep}", f"{sysconfig.get_path('stdlib')}{os.sep}", "<frozen ")
_NOT_THEIRS = {"site-packages", "dist-packages", "hidden_tests"}
_LONGEST = 300

P = ParamSpec("P")


class Missed(Exception):
    """An expectation does not hold: what was sent, what came, what was expected, and the likely mistake."""

    def __init__(self, expected: str, came: str, hint: str = "", sent: str = "") -> None:
        super().__init__(f"expected {expected}; came {came}")
        self.expected, self.came, self.hint, self.sent = expected, came, hint, sent


class ExpectationMissed(AssertionError):
    """An expectation that is not met, outside a check; ``outcome`` tells all about it."""

    def __init__(self, outcome: Outcome) -> None:
        lines = [f"{outcome.expectation}: {outcome.state}", *(": ".join(pair) for pair in outcome.details())]
        super().__init__("\n  ".join(lines))
        self.outcome = outcome


class RaisedElsewhere(Exception):
    """What a student's code raised in another process; ``outcome`` is what :func:`raised_outcome` made of it there."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.came or outcome.hint)
        self.outcome = outcome


def expectation(title: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a function an expectation called ``title``.

    A keyword ``what`` of the function, if it has one and is given it, is the title in place of ``title``; a keyword
    ``hint`` is what a miss hints at when the function itself knows no better.
    """

    def decorate(function: Callable[P, None]) -> Callable[P, None]:
        @functools.wraps(function)
        def expecting(*args: P.args, **kwargs: P.kwargs) -> None:
            name = str(kwargs.get("what") or title)
            outcome = judged(name, lambda: function(*args, **kwargs))
            if outcome.expected and not outcome.hint:  # what is raised is told by its own words
                outcome = replace(outcome, hint=str(kwargs.get("hint") or ""))
            report = recording.get()
            if report is not None:
                report.outcomes.append(outcome)
            elif outcome.state is not State.MET:
                raise ExpectationMissed(outcome)

        return expecting

    return decorate


def judged(title: str, look: Callable[[], None]) -> Outcome:
    """What became of an expectation whose body is ``look``; whatever the student's code raises is an outcome too.

    Gradients are recorded, even where the code that was run before has switched them off.
    """
    try:
        with torch.enable_grad():
            look()
    except Exception as error:
        return replace(raised_outcome(error), expectation=title)
    return Outcome(title, State.MET)


def raised_outcome(error: Exception) -> Outcome:
    """What an exception says of a student's code, in words; the expectation that it ended is yet to be named."""
    if isinstance(error, RaisedElsewhere):
        return error.outcome
    if isinstance(error, Missed):
        return Outcome("", State.MISSED, error.sent, error.came, error.expected, error.hint)
    if isinstance(error, NotImplementedError) and _raised_by_hand(error.__traceback__):
        return Outcome("", State.TO_DO, hint=_student_line(error.__traceback__))
    came = f"{type(error).__name__}: {_first_line(error)} ({_student_line(error.__traceback__)})"
    return Outcome("", State.MISSED, came=came, hint=_advice(error))


def _first_line(error: Exception) -> str:
    try:
        text = str(error).strip()
    except Exception:
        text = ""
    return (text or "no message").splitlines()[0][:_LONGEST]


def _raised_by_hand(trace: TracebackType | None) -> bool:
    """Whether a ``raise`` ended it, as in a cell to be written; torch refuses types with the same exception from C."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and dis.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def _student_line(trace: TracebackType | None) -> str:
    """The innermost line of an exception that is neither ours nor a library's."""
    frames = [(frame.f_code, number) for frame, number in walk_tb(trace)]
    theirs = [(code, number) for code, number in frames if not _ours(code.co_filename)]
    if not theirs:
        return "raised by the call itself"
    code, number = theirs[-1]
    source = linecache.getline(code.co_filename, number).strip()[:_LONGEST]
    return f"in {code.co_name}, line {number}" + (f": {source}" if source else "")


def _ours(file: str) -> bool:
    return file.startswith(_OURS) or not _NOT_THEIRS.isdisjoint(Path(file).parts)


def _advice(error: Exception) -> str:
    if isinstance(error, NameError):
        return "run the cells above first, from the top of the notebook; or is this name misspelt?"
    if isinstance(error, TypeError) and "argument" in str(error):
        return "the signature is not the one that the statement gives"
    if isinstance(error, AttributeError) and "before Module.__init__() call" in str(error):
        return "call super().__init__() first"
    return ""
