"""Expectations: functions that look at a student's code and say what is wrong with it.

The body of an expectation returns if all is well and raises :class:`Missed` if not; what the student's code raises
itself is caught. Inside ``with check(...)`` the outcome is recorded and the cell goes on; elsewhere, in a hidden test
for instance, an expectation that is not met raises :class:`ExpectationMissed`, an ``AssertionError``.
"""

from __future__ import annotations

import contextlib
import dis
import functools
import linecache
import os
import re
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from traceback import walk_tb
from types import FrameType, TracebackType
from typing import Any, ParamSpec

import torch
from torch import Tensor, nn

from amal_attention.checks.advice import advice, message_of, near_name
from amal_attention.checks.wording import batch_sent, shape
from amal_attention.errors import AmalError
from amal_attention.notebook.failed_cells import cell_of, failure_behind
from amal_attention.outcome import Outcome, Report, State

__all__ = [
    "ExpectationMissed",
    "Missed",
    "RaisedElsewhere",
    "expectation",
    "judged",
    "raised_on",
    "raised_outcome",
    "recording",
    "sending",
]

recording: ContextVar[Report | None] = ContextVar("recording", default=None)
"""The report that outcomes go to, if a check is open."""

_OURS = (f"{Path(__file__).parents[1]}{os.sep}", f"{sysconfig.get_path('stdlib')}{os.sep}", "<frozen ")
_NOT_THEIRS = {"site-packages", "dist-packages", "hidden_tests"}
_LONGEST = 300
_NAME = re.compile(r"\b(?:self\.)?[A-Za-z_]\w*")
_MOST_TENSORS = 4
_THERE = re.compile(r"(?:^|; )at that line (.*)")

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
    """What a student's code raised, worded already, mostly in another process.

    ``outcome`` is what :func:`raised_outcome` made of it there.
    """

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
            if outcome.raised and (not outcome.sent or _THERE.match(outcome.sent)):
                outcome = raised_on(outcome, next(filter(None, map(batch_sent, args)), ""))
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


@contextlib.contextmanager
def sending(sent: str | Callable[[], str]) -> Iterator[None]:
    """Around a call of the student's code: what it raises is told with what was ``sent``, in words.

    Words that take time to make may be given by a function, which is called only where something is raised.
    """
    try:
        yield
    except (Missed, AmalError):
        raise
    except Exception as error:
        outcome = raised_outcome(error)
        words = sent if isinstance(sent, str) else sent()
        raise RaisedElsewhere(raised_on(outcome, words) if outcome.raised else outcome) from error


def raised_on(outcome: Outcome, sent: str) -> Outcome:
    """What was raised, told with what was ``sent``, in words; the tensors at the line that raised stay beside it."""
    there = _THERE.search(outcome.sent)
    if there is None:
        return replace(outcome, sent=sent)
    tensors = there[1]
    return replace(outcome, sent=f"{sent}; at that line {tensors}" if sent else f"at that line {tensors}")


def raised_outcome(error: Exception) -> Outcome:
    """What an exception says of a student's code, in words; the expectation that it ended is yet to be named."""
    if isinstance(error, RaisedElsewhere):
        return error.outcome
    if isinstance(error, Missed):
        return Outcome("", State.MISSED, error.sent, error.came, error.expected, error.hint)
    if isinstance(error, NotImplementedError) and _raised_by_hand(error.__traceback__):
        return Outcome("", State.TO_DO, hint=_student_line(error.__traceback__)[0])
    at_line, line, there = _student_line(error.__traceback__)
    name, raised = type(error).__name__, message_of(error)[:_LONGEST] or "no message"
    came = f"{name}: {raised} ({at_line})"
    return Outcome("", State.MISSED, there, came, hint=failure_behind(error) or _misspelt(error) or advice(error, line))


def _raised_by_hand(trace: TracebackType | None) -> bool:
    """Whether a ``raise`` ended it, as in a cell to be written; torch refuses types with the same exception from C."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and dis.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def _misspelt(error: Exception) -> str:
    """Which name may be meant by one that is missing, of those that are known where it was asked for."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if not isinstance(error, NameError) or isinstance(error, UnboundLocalError) or not frames:
        return ""
    return near_name(error, {*frames[-1].f_locals, *frames[-1].f_globals})


def _student_line(trace: TracebackType | None) -> tuple[str, str, str]:
    """The innermost line of an exception that is neither ours nor a library's: where, the line, and its tensors."""
    theirs = [(frame, number) for frame, number in walk_tb(trace) if not _ours(frame.f_code.co_filename)]
    if not theirs:
        return "raised by the call itself", "", ""
    frame, number = theirs[-1]
    code = frame.f_code
    source = linecache.getline(code.co_filename, number).strip()[:_LONGEST]
    name = code.co_qualname.rpartition("<locals>.")[2]
    return _placed(name, cell_of(code.co_filename), number, source), source, _tensors_at(frame, source)


def _placed(name: str, cell: str, number: int, source: str) -> str:
    if cell and source:
        return f"in {name}, cell {cell}, line {number}: {source}"
    if cell:
        return f"in {name}, cell {cell}, line {number}"
    return f"in {name}, line {number}: {source}" if source else f"in {name}, line {number}"


def _tensors_at(frame: FrameType, source: str) -> str:
    """The shapes of the tensors that a line of code names, else of those that its function was given; empty if none.

    Nothing that a student's class defines is called: an error in it would hide the one that is told.
    """
    own = frame.f_locals.get("self")
    parameters = (
        object.__getattribute__(own, "__dict__").get("_parameters") if issubclass(type(own), nn.Module) else None
    )
    known = dict(frame.f_locals)
    known |= {f"self.{name}": each for name, each in parameters.items()} if type(parameters) is dict else {}
    code = frame.f_code
    at_line, given = dict.fromkeys(_NAME.findall(source)), code.co_varnames[: code.co_argcount]
    names = _tensors(at_line, known) or _tensors(given, known)
    tensors = ", ".join(f"{name} {shape(known[name])}" for name in names[:_MOST_TENSORS])
    return f"at that line {tensors}" if names else ""


def _tensors(names: Iterable[str], known: dict[str, Any]) -> list[str]:
    return [name for name in names if type(known.get(name)) is Tensor or type(known.get(name)) is nn.Parameter]


def _ours(file: str) -> bool:
    return file.startswith(_OURS) or not _NOT_THEIRS.isdisjoint(Path(file).parts)
