"""The grading of one submission, question by question: when its process dies, only the current question is lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from amal_attention.checks.expectation import RaisedElsewhere
from amal_attention.errors import WireError, explain
from amal_attention.grading.sandbox.sandbox import Child, Forks
from amal_attention.grading.sandbox.supervisor import Ending
from amal_attention.grading.sandbox.usage import Allowance, Usage, time_is_up
from amal_attention.grading.submission.repair import AnswerCell, Answers
from amal_attention.grading.wire.channel import ChannelClosed, ChannelTimeout
from amal_attention.grading.wire.remote import RemoteStudent
from amal_attention.grading.wire.whole_cell import plain_python
from amal_attention.language import ENGLISH, message
from amal_attention.outcome import Outcome, State
from amal_attention.printable import printable

__all__ = ["CellError", "Loss", "Sits", "Sitting"]

_PROCESSORS = os.cpu_count() or 1
_LONGEST_TOLD = 300  # characters: what an answer raises may hold what it was asked
_ADVICE = {
    "timeout": message("is there a loop that does not end?"),
    "out_of_memory": message("is something kept, or repeated, without end?"),
    "crashed": message("run the notebook from the top: does its kernel die?"),
}


@dataclass(frozen=True)
class Loss:
    """Why a process was lost.

    Attributes:
        status: "timeout", "out_of_memory" or "crashed".
        why: the reason, in words.
        question: the question that was being answered, or whose cell was running; empty for a cell of no question.
        cell: number of the cell that was running; 0 if none was.
    """

    status: str
    why: str
    question: str
    cell: int = 0


@dataclass(frozen=True)
class CellError:
    """What a cell of the notebook raised.

    Attributes:
        cell: its number in the file, from 1; 0 for a cell of the release.
        question: the question that it answers, if any.
        text: what was raised, and where; or what was mended so that the cell runs.
    """

    cell: int
    question: str
    text: str


class Sits(Protocol):
    """The protocol of what gives hidden tests the answers that they look at."""

    def begin(self, question: str, seed: int) -> Any:
        """The student, before a test of ``question``.

        Raises:
            RaisedElsewhere: no test of this question can be held any more.
        """


class Sitting:
    """The grading of one submission in processes of its own.

    Args:
        zygote: the zygote that forks them.
        answers: the cells of the submission.

    Attributes:
        losses: the processes that were lost, in order.
        errors: what cells raised, in the last run of the notebook.
        cpu_seconds: the CPU time of the processes, in seconds.
        peak_mb: the most memory that one of them held.
        output: the beginning of what the last process printed.
    """

    def __init__(self, zygote: Forks, answers: Answers) -> None:
        self._zygote, self._answers = zygote, answers
        self._limits = zygote.limits
        self._began, self._earlier, self._late = time.monotonic(), Usage(), ""
        self._child: Child | None = None
        self._question = ""
        self._waiting: list[tuple[Any, ...]] = []
        self._lost: dict[str, Loss] = {}
        self._deadly: set[int] = set()
        self._broken: dict[str, str] = {}
        self.losses: list[Loss] = []
        self.errors: tuple[CellError, ...] = ()
        self.cpu_seconds = self.peak_mb = 0.0
        self.output = ""

    def begin(self, question: str, seed: int) -> RemoteStudent:
        """The student, with the notebook run, before a test of ``question``.

        Raises:
            RaisedElsewhere: a process was lost to this question, or time is up.
            SandboxError: there is no process to be had.
        """
        self._question = question
        if self._over():
            self._lost.setdefault(question, Loss("timeout", self._late, question))
        while question not in self._lost and self._child is None:
            self._run_notebook()
        if question in self._lost:
            raise RaisedElsewhere(_not_held(self._lost[question]))
        self._waiting = [("begin", seed)]
        return RemoteStudent(self)

    def tell(self, operation: str, *details: Any) -> None:
        """Send an operation and do not wait for it; what it raises is raised by the next request."""
        self._waiting.append((operation, *details))

    def ask(self, operation: str, *details: Any) -> Any:
        """What the submission answers.

        Raises:
            RaisedElsewhere: it raises something, answers what is no answer, or does not answer at all.
        """
        (answer,) = self.ask_each([(operation, *details)])
        return answer

    def ask_each(self, operations: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """What the submission answers to each of several operations, in one message.

        Raises:
            RaisedElsewhere: as :meth:`ask`, each in its turn.
        """
        if self._child is None:
            raise RaisedElsewhere(_not_held(self._lost[self._question]))
        waiting, self._waiting = self._waiting, []
        try:
            answers, raised = self._done(self._child, [*waiting, *operations])
        except WireError as error:
            self._lose(error, self._question)
            raise RaisedElsewhere(_not_held(self._lost[self._question])) from error
        return _in_turn(answers[len(waiting) :], raised and self._attempted(raised))

    def _attempted(self, raised: Outcome) -> Outcome:
        """What became of a test; an answer that is missing because its cell raised something was attempted."""
        if raised.state is not State.TO_DO or self._question not in self._broken:
            return raised
        came = self._broken[self._question]
        return Outcome(
            message("the cell of the answer runs"), State.MISSED, came=came, hint=message("mend this line first")
        )

    def sources(self) -> list[str]:
        """The cells of the submission in plain Python, from the notebook itself: its process is not asked."""
        return self._plain

    @cached_property
    def _plain(self) -> list[str]:
        return [plain_python(cell.source) for cell in self._answers.cells]

    @property
    def lost(self) -> set[str]:
        """The questions during which a process died, or for which no time was left."""
        return set(self._lost)

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._end()

    def _run_notebook(self) -> None:
        """Run the cells in a new process, except those at which a process died before."""
        self._child = self._zygote.child()
        errors = []
        for place, cell in enumerate(self._answers.cells):
            if place in self._deadly:
                continue
            try:
                answers, raised = self._done(self._child, [("run", cell.source, cell.definitions_only)])
            except WireError as error:
                self._deadly.add(place)
                self._lose(error, cell.question, cell)
                return
            text = (raised.came or raised.hint) if raised is not None else answers[0]
            if raised is not None and raised.state is State.MISSED:
                self._broken[cell.question] = text
            if isinstance(text, str):
                errors.append(CellError(cell.number, cell.question, text))
        self.errors = tuple(errors)

    def _done(self, child: Child, operations: list[tuple[Any, ...]]) -> tuple[list[Any], Outcome | None]:
        """The answers to operations, up to the first that raises something, and what that is."""
        allowance = Allowance(child.usage, self._limits, self._began, self._earlier)
        try:
            child.channel.send(operations, allowance)
            replies = child.channel.receive(allowance)
        except ChannelTimeout as error:
            self._late = allowance.passed if allowance.late else ""
            raise _Late(allowance.passed) from error
        answers: list[Any] = []
        for reply in _list(replies):
            match reply:
                case ("value", value):
                    answers.append(value)
                case ("raised", values):
                    return answers[: len(operations)], _outcome(values)
                case ("memory", _):
                    raise _OutOfMemory(explain(expected="an answer", got="no memory", do="take less"))
                case _:
                    raise _no_answer()
        if len(answers) != len(operations):
            raise _no_answer()
        return answers, None

    def _lose(self, error: WireError, question: str, cell: AnswerCell | None = None) -> None:
        """Count the process as lost to a question, and to the one that is asked too if there is no time for another."""
        status, why = self._reason(error, self._end())
        loss = Loss(status, why, question, cell.number if cell else 0)
        self.losses.append(loss)
        self._lost.setdefault(question, loss)
        if self._over():
            self._lost.setdefault(self._question, replace(loss, question=self._question))

    def _end(self) -> Ending:
        """End the process, and count what it took."""
        child, self._child = self._child, None
        ending = (child.end() if child is not None else None) or Ending(0)
        self.cpu_seconds += ending.cpu_seconds
        self._earlier = self._earlier.plus(Usage(ending.cpu_seconds, ending.waited_seconds))
        self.peak_mb = max(self.peak_mb, ending.peak_mb)
        self.output = ending.output
        return ending

    def _reason(self, error: WireError, ending: Ending) -> tuple[str, str]:
        """The status of a process that was lost, and why it was, in words."""
        limits = self._limits
        if isinstance(error, _OutOfMemory) or ending.over == "memory":
            size = f"{limits.memory_mb:g}"
            return "out_of_memory", ENGLISH.say("more than {size} MB of memory", size=size)
        if ending.over:
            most = f"{limits.processes:g}"
            return "crashed", ENGLISH.say("more than {count} {things} at once", count=most, things=ending.over)
        if isinstance(error, _Late):
            return "timeout", str(error)
        if not isinstance(error, ChannelClosed):
            return "crashed", ENGLISH.say("an answer came that is none")
        if ending.status < 0:
            return "crashed", ENGLISH.say("its process died of {signal}", signal=_signal(-ending.status))
        return "crashed", ENGLISH.say("its process ended by itself, with status {status}", status=ending.status)

    def _over(self) -> bool:
        """Whether the time for the whole submission is over."""
        wall = time.monotonic() - self._began
        if not self._late and wall * _PROCESSORS > self._limits.submission_seconds:  # it cannot have taken more
            running = self._child.usage(self._began)[1] if self._child is not None else Usage()
            taken = self._earlier.plus(running)
            if taken.counted(wall) >= self._limits.submission_seconds:
                self._late = time_is_up(self._limits, taken)
        return bool(self._late)


def _in_turn(answers: list[Any], raised: Outcome | None) -> Iterator[Any]:
    """The answers, then what was raised in the place of one."""
    yield from answers
    if raised is not None:
        raise RaisedElsewhere(raised)


def _list(reply: Any) -> list[Any]:
    if not isinstance(reply, list):
        raise _no_answer()
    return reply


def _no_answer() -> WireError:
    return WireError(explain(expected="an answer", got="something else", do="its process is ended"))


class _OutOfMemory(WireError):
    """The process is still there, but what it kept would fail all that follows."""


class _Late(ChannelTimeout):
    """The limit of time that was passed, in words."""


def _signal(number: int) -> str:
    """What a signal is called, such as "Segmentation fault"."""
    return signal.strsignal(number) or f"signal {number}"


def _not_held(loss: Loss) -> Outcome:
    """What a student reads of a test that was not held."""
    came = ENGLISH.say("{why}, in cell {number}", why=loss.why, number=loss.cell) if loss.cell else loss.why
    expected, hint = message("an answer"), _ADVICE[loss.status]
    return Outcome(message("the answer replies"), State.MISSED, came=came, expected=expected, hint=hint)


def _outcome(values: Any) -> Outcome:
    """The outcome that a submission's process tells, if it is one that can lose marks.

    Raises:
        WireError: it is not.
    """
    try:
        _, state, *texts = values
        sent, came, expected, hint = (printable(each, _LONGEST_TOLD) for each in texts)
        outcome = Outcome("", State(state), sent, came, expected, hint)
    except (TypeError, ValueError) as error:
        raise WireError(explain(expected="an outcome", got="something else", do="its process is ended")) from error
    return replace(outcome, state=State.MISSED) if outcome.state is State.MET else outcome
