"""One submission, in processes that are played: what each reply, each death and each delay costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from types import SimpleNamespace
from typing import Any

import pytest

from amal_attention.checks.expectation import RaisedElsewhere
from amal_attention.errors import SandboxError, WireError
from amal_attention.grading.exam import sitting as module
from amal_attention.grading.exam.sitting import CellError, Loss, Sitting
from amal_attention.grading.sandbox import usage as usage_module
from amal_attention.grading.sandbox.supervisor import Ending
from amal_attention.grading.sandbox.usage import Allowance, Usage
from amal_attention.grading.submission.repair import AnswerCell, Answers
from amal_attention.grading.wire.channel import ChannelClosed, ChannelTimeout
from amal_attention.lab.limits import GradingLimits
from amal_attention.outcome import Outcome, State

LIMITS = GradingLimits(cell_seconds=10, submission_seconds=100, memory_mb=300, processes=4)
CELLS = (AnswerCell(1, "", "setup"), AnswerCell(3, "q1", "first"), AnswerCell(5, "q2", "second", True))
OK = ("value", None)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Played:
    """A zygote whose children do what ``script`` says of each operation: a reply, or an error that is raised.

    ``requests`` are the operations that were asked for, by child, ``busy`` whether they take CPU time while they last.
    """

    def __init__(self, script: Callable[..., Any], clock: Clock) -> None:
        self.limits, self.script, self.clock = LIMITS, script, clock
        self.requests: list[list[tuple[Any, ...]]] = []
        self.busy = True
        self.sent: list[tuple[Any, ...]] = []
        self.ended = 0
        self.ending: Ending | None = Ending(-9, cpu_seconds=1.5, peak_mb=7.0, output="last words")

    def child(self) -> Any:
        self.requests.append([])

        def usage(moment: float) -> tuple[Usage, Usage]:
            """All time since the beginning was CPU time, or none of it."""
            return tuple(Usage(self.busy * (each - 1000), 0) for each in (moment, self.clock.now))

        return SimpleNamespace(channel=self, end=self.end, usage=usage)

    def send(self, operations: list[tuple[Any, ...]], deadline: Allowance) -> None:
        self.requests[-1] += operations
        self.sent = operations

    def wait(self, deadline: Allowance) -> None:
        """Do nothing until time is over."""
        while (remaining := deadline.remaining()) > 0:
            self.clock.now += remaining + 0.001

    def receive(self, deadline: Allowance) -> Any:
        replies: list[Any] = []
        while len(replies) < len(self.sent) and all(reply[0] == "value" for reply in replies):
            replies.append(self.script(*self.sent[len(replies)]))
            if isinstance(replies[-1], ChannelTimeout):
                self.wait(deadline)
            if isinstance(replies[-1], Exception):
                raise replies[-1]
        return replies

    def end(self) -> Ending | None:
        self.ended += 1
        return self.ending


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(usage_module, "time", clock)
    return clock


@pytest.fixture
def sit(clock: Clock) -> Callable[..., tuple[Sitting, Played]]:
    def start(script: Callable[..., Any] = lambda *request: OK) -> tuple[Sitting, Played]:
        zygote = Played(script, clock)
        return Sitting(zygote, Answers("en", CELLS, ())), zygote  # type: ignore[arg-type]

    return start


def told(call: Callable[[], object]) -> Outcome:
    with pytest.raises(RaisedElsewhere) as caught:
        call()
    return caught.value.outcome


def on(source: str, reply: Any, otherwise: Any = OK) -> Callable[..., Any]:
    """What is replied to a request that holds this text, and to others."""
    return lambda *request: reply if source in request else otherwise


def raised(outcome: Outcome) -> tuple[str, Any]:
    return "raised", astuple(outcome)


def test_the_notebook_is_run_once_in_order_before_the_first_test(sit):
    sitting, zygote = sit()
    assert zygote.requests == []
    sitting.begin("q1", 7)
    sitting.begin("q2", 8).add(1)
    ran = [("run", "setup", False), ("run", "first", False), ("run", "second", True)]
    assert zygote.requests == [[*ran, ("begin", 8), ("ask", "add", "call", [1], {})]]
    assert (sitting.losses, sitting.errors, sitting.lost, zygote.ended) == ([], (), set(), 0)


def test_the_student_asks_the_process(sit):
    sitting, zygote = sit(on("add", ("value", 5)))
    assert sitting.begin("q1", 1).add(2, 3) == 5
    assert zygote.requests[0][-1] == ("ask", "add", "call", [2, 3], {})


def test_what_is_told_goes_with_what_is_asked_next(sit):
    sitting, zygote = sit(on("add", ("value", 5)))
    sitting.begin("q1", 7)
    sitting.tell("ask", 1)
    sitting.tell("ask", 2)
    assert zygote.sent == [("run", "second", True)]
    assert list(sitting.ask_each([("call", "add"), ("call", "other")])) == [5, None]
    assert zygote.sent == [("begin", 7), ("ask", 1), ("ask", 2), ("call", "add"), ("call", "other")]
    assert sitting.ask("call", "add") == 5
    assert zygote.sent == [("call", "add")]


def test_what_is_told_in_a_test_is_forgotten_with_it(sit):
    sitting, zygote = sit()
    sitting.begin("q1", 7)
    sitting.tell("ask", 1)
    sitting.begin("q1", 8).add()
    assert zygote.sent == [("begin", 8), ("ask", "add", "call", [], {})]


def test_of_several_answers_those_before_an_error_are_given(sit):
    sitting, zygote = sit(on("add", raised(Outcome("", State.MISSED, came="KeyError: 3"))))
    sitting.begin("q1", 7)
    answers = sitting.ask_each([("call", "one"), ("call", "add"), ("call", "two")])
    assert next(answers) is None
    assert told(lambda: next(answers)).came == "KeyError: 3"
    assert zygote.ended == 0


def test_an_error_of_what_was_told_is_raised_by_what_is_asked(sit):
    sitting, _ = sit(on("bad", raised(Outcome("", State.MISSED, came="KeyError: 3"))))
    sitting.begin("q1", 7)
    sitting.tell("ask", "bad")
    assert told(lambda: sitting.ask("call", "one")).came == "KeyError: 3"


@pytest.mark.parametrize("replies", [[OK], [OK] * 3, [], None, "ok", {"a": 1}, OK, [[*OK], 1]])
def test_a_message_that_answers_another_number_of_operations_costs_the_process(sit, replies):
    sitting, zygote = sit()
    sitting.begin("q1", 7)
    zygote.receive = lambda deadline: replies
    assert told(lambda: sitting.ask("call", "add")).came == "an answer came that is none"
    assert [loss.status for loss in sitting.losses] == ["crashed"]


def test_a_cell_that_raises_is_told_and_those_after_it_run(sit):
    sitting, zygote = sit(on("first", raised(Outcome("", State.MISSED, came="ValueError: no (line 2)"))))
    sitting.begin("q2", 1)
    assert sitting.errors == (CellError(3, "q1", "ValueError: no (line 2)"),)
    assert ("run", "second", True) in zygote.requests[0] and sitting.losses == []


def test_a_cell_that_is_not_written_is_told_by_its_hint(sit):
    sitting, _ = sit(on("first", raised(Outcome("", State.TO_DO, hint="in first, line 2"))))
    sitting.begin("q1", 1)
    assert sitting.errors == (CellError(3, "q1", "in first, line 2"),)


MISSING = raised(Outcome("the answer is there", State.TO_DO, hint="expected add"))


@pytest.mark.parametrize("cell, state", [("first", State.MISSED), ("second", State.TO_DO), ("setup", State.TO_DO)])
def test_an_answer_that_is_missing_since_its_cell_raised_is_no_answer_to_be_written(sit, cell, state):
    error = raised(Outcome("", State.MISSED, came="ValueError: no (line 2)"))
    sitting, _ = sit(lambda *asked: error if asked[1:2] == (cell,) else MISSING if asked[0] == "ask" else OK)
    outcome = told(lambda: sitting.begin("q1", 1).add(1))
    assert outcome.state is state
    assert ("ValueError" in outcome.came) == (state is State.MISSED)


def test_an_answer_whose_cell_is_still_to_be_written_is_to_do(sit):
    unwritten = raised(Outcome("", State.TO_DO, hint="in first, line 2"))
    sitting, _ = sit(lambda *asked: unwritten if asked[1:2] == ("first",) else MISSING if asked[0] == "ask" else OK)
    assert told(lambda: sitting.begin("q1", 1).add(1)).state is State.TO_DO


def test_what_was_mended_to_run_a_cell_is_told(sit):
    sitting, _ = sit(on("first", ("value", "spaces were mended")))
    sitting.begin("q2", 1)
    assert sitting.errors == (CellError(3, "q1", "spaces were mended"),)


def test_what_is_raised_in_an_answer_costs_no_process(sit):
    sitting, zygote = sit(on("add", raised(Outcome("the answer can be used", State.MISSED, came="KeyError: 3"))))
    student = sitting.begin("q1", 1)
    outcome = told(lambda: student.add(1))
    assert (outcome.came, outcome.state, outcome.expectation) == ("KeyError: 3", State.MISSED, "")
    sitting.begin("q1", 2)
    assert (sitting.losses, zygote.ended) == ([], 0)


DEATHS = {
    "segmentation fault": (ChannelClosed(""), Ending(-11), "crashed", "its process died of Segmentation fault"),
    "unknown signal": (ChannelClosed(""), Ending(-60), "crashed", "its process died of Real-time signal"),
    "exit": (ChannelClosed(""), Ending(0), "crashed", "its process ended by itself, with status 0"),
    "exit with a status": (ChannelClosed(""), Ending(3), "crashed", "its process ended by itself, with status 3"),
    "nothing known": (ChannelClosed(""), None, "crashed", "its process ended by itself, with status 0"),
    "memory": (ChannelClosed(""), Ending(-9, "memory"), "out_of_memory", "more than 300 MB of memory"),
    "processes": (ChannelClosed(""), Ending(-9, "processes"), "crashed", "more than 4 processes at once"),
    "late": (ChannelTimeout(""), Ending(-9), "timeout", "no answer within 10 s of CPU time"),
    "late with much memory": (ChannelTimeout(""), Ending(-9, "memory"), "out_of_memory", "more than 300 MB of memory"),
    "malformed": (WireError(""), Ending(-9), "crashed", "an answer came that is none"),
    "no memory": (("memory", None), Ending(-9), "out_of_memory", "more than 300 MB of memory"),
    "no pair": ((5,), Ending(-9), "crashed", "an answer came that is none"),
    "three parts": (("value", 1, 2), Ending(-9), "crashed", "an answer came that is none"),
    "unknown kind": (("verdict", 1), Ending(-9), "crashed", "an answer came that is none"),
}


@pytest.mark.parametrize("name", DEATHS)
def test_a_process_lost_in_an_answer_costs_its_question_alone_and_is_told(sit, name):
    reply, ending, status, why = DEATHS[name]
    sitting, zygote = sit(on("add", reply))
    zygote.ending = ending
    student = sitting.begin("q1", 1)
    outcome = told(lambda: student.add(1))
    assert outcome.state is State.MISSED and outcome.came.startswith(why) and outcome.hint
    (loss,) = sitting.losses
    assert (loss.status, loss.question, loss.cell) == (status, "q1", 0) and loss.why.startswith(why)
    assert sitting.lost == {"q1"}
    assert told(lambda: student.add(1)) == told(lambda: sitting.begin("q1", 2)) == outcome
    assert len(zygote.requests) == 1
    sitting.begin("q2", 3).subtract()
    assert zygote.requests[1][:4] == [*zygote.requests[0][:3], ("begin", 3)]  # all of it again, in a new process
    assert sitting.losses == [loss]


def test_what_kills_a_process_is_hinted_at(sit):
    hints = set()
    for reply in (ChannelTimeout(""), ("memory", None), ChannelClosed("")):
        sitting, _ = sit(on("add", reply))
        student = sitting.begin("q1", 1)
        hints.add(told(lambda student=student: student.add(1)).hint)
    assert len(hints) == 3 and all(hints)


def test_a_deadly_cell_is_left_out_when_the_notebook_is_run_again(sit):
    sitting, zygote = sit(on("first", ChannelClosed("")))
    zygote.ending = Ending(-11)
    sitting.begin("q2", 1)
    first, second = zygote.requests
    assert first == [("run", "setup", False), ("run", "first", False)]
    assert second == [("run", "setup", False), ("run", "second", True)]
    assert sitting.losses == [Loss("crashed", "its process died of Segmentation fault", "q1", 3)]
    assert told(lambda: sitting.begin("q1", 1)).came == "its process died of Segmentation fault, in cell 3"


def test_a_deadly_cell_of_no_question_costs_none(sit):
    sitting, zygote = sit(on("setup", ChannelTimeout("")))
    sitting.begin("q1", 1)
    sitting.begin("q2", 1)
    assert sitting.losses == [Loss("timeout", "no answer within 10 s of CPU time", "", 1)]
    assert [request[1] for request in zygote.requests[1][:2]] == ["first", "second"]
    assert sitting.lost == {""}


def test_every_cell_may_be_deadly_and_there_is_an_end(sit):
    sitting, zygote = sit(lambda operation, *details: ChannelClosed("") if operation == "run" else OK)
    sitting.begin("q3", 1)
    assert len(zygote.requests) == 4 and zygote.requests[-1] == []
    assert [loss.cell for loss in sitting.losses] == [1, 3, 5]


def test_the_error_of_a_cell_is_that_of_the_last_run(sit):
    failing = raised(Outcome("", State.MISSED, came="E"))
    sitting, _ = sit(lambda *request: {"setup": failing, "add": ChannelClosed("")}.get(request[1], OK))
    student = sitting.begin("q1", 1)
    told(lambda: student.add(1))
    sitting.begin("q2", 1)
    assert [error.cell for error in sitting.errors] == [1]


@pytest.mark.parametrize(("busy", "seconds", "told_"), [(True, 10, "10 s of CPU time"), (False, 40, "40 s")])
def test_a_request_may_take_the_time_of_a_cell_or_be_idle_for_four_times_as_long(sit, clock, busy, seconds, told_):
    sitting, zygote = sit(on("add", ChannelTimeout("")))
    zygote.busy = busy
    student = sitting.begin("q1", 1)
    assert told(lambda: student.add(1)).came == f"no answer within {told_}"
    assert clock.now - 1000 == pytest.approx(seconds, abs=1.1)


def test_a_request_takes_no_longer_than_what_is_left_of_all(sit, clock):
    sitting, _ = sit(on("add", ChannelTimeout("")))
    student = sitting.begin("q1", 1)
    clock.now = 1095
    told(lambda: student.add(1))
    assert clock.now == pytest.approx(1100, abs=1.1)


def test_when_time_is_up_no_question_is_asked_any_more(sit, clock):
    sitting, zygote = sit()
    sitting.begin("q1", 1).add()
    clock.now = 1100.5
    outcome = told(lambda: sitting.begin("q2", 1))
    assert outcome.came == "the 100 s of CPU time for the whole notebook are over"
    assert sitting.lost == {"q2"} and zygote.requests[0][-1][:2] == ("ask", "add")


def test_a_question_in_which_time_runs_out_is_told_so(sit, clock):
    sitting, _ = sit(on("add", ChannelTimeout("")))
    student = sitting.begin("q1", 1)
    clock.now = 1095
    assert told(lambda: student.add(1)).came == "the 100 s of CPU time for the whole notebook are over"


def test_a_cell_in_which_time_runs_out_costs_the_question_that_is_asked_too(sit, clock):
    sitting, zygote = sit(on("first", ChannelTimeout("")))
    clock.now = 1095
    assert (
        told(lambda: sitting.begin("q2", 1)).came == "the 100 s of CPU time for the whole notebook are over, in cell 3"
    )
    assert sitting.lost == {"q1", "q2"} and len(zygote.requests) == 1
    assert [loss.question for loss in sitting.losses] == ["q1"]


def test_what_processes_took_is_counted_together(sit):
    sitting, zygote = sit(on("add", ChannelClosed("")))
    student = sitting.begin("q1", 1)
    told(lambda: student.add(1))
    sitting.begin("q2", 1)
    zygote.ending = Ending(0, cpu_seconds=0.25, peak_mb=3.0, output="later")
    sitting.close()
    assert (sitting.cpu_seconds, sitting.peak_mb, sitting.output) == (1.75, 7.0, "later")
    sitting.close()
    assert zygote.ended == 2


def test_a_machine_without_processes_is_no_fault_of_the_submission(sit):
    sitting, zygote = sit()

    def none() -> None:
        raise SandboxError("no process")

    zygote.child = none
    with pytest.raises(SandboxError):
        sitting.begin("q1", 1)
    assert sitting.losses == []


@pytest.mark.parametrize(
    "values",
    [
        None,
        3,
        "text",
        [],
        ["a", "missed", "", "", ""],
        ["a", "missed", "", "", "", "", ""],
        ["a", "well", "", "", "", ""],
        ["a", "missed", "", 3, "", ""],
        ["a", "missed", "", None, "", ""],
        {"state": "missed"},
    ],
)
def test_an_outcome_that_is_none_costs_the_process(sit, values):
    sitting, _ = sit(on("add", ("raised", values)))
    student = sitting.begin("q1", 1)
    assert told(lambda: student.add(1)).came == "an answer came that is none"
    assert [loss.status for loss in sitting.losses] == ["crashed"]


def test_an_outcome_from_there_can_only_lose_and_cannot_act_on_a_terminal(sit):
    lie = Outcome("every test is met", State.MET, "\x1b[2J", "a" * 2000, "\u202e", "fine")
    sitting, _ = sit(on("add", raised(lie)))
    student = sitting.begin("q1", 1)
    outcome = told(lambda: student.add(1))
    assert (outcome.expectation, outcome.state) == ("", State.MISSED)
    assert (outcome.sent, outcome.came, outcome.expected) == (r"\x1b[2J", "a" * 300 + "…", r"\u202e")


def test_what_is_still_to_do_stays_so(sit):
    sitting, _ = sit(on("add", raised(Outcome("", State.TO_DO, hint="in add, line 2"))))
    student = sitting.begin("q1", 1)
    outcome = told(lambda: student.add(1))
    assert (outcome.state, outcome.hint) == (State.TO_DO, "in add, line 2")


def test_the_cells_are_known_without_asking(sit):
    sitting, zygote = sit()
    assert sitting.sources() == ["setup\n", "first\n", "second\n"]
    assert zygote.requests == []
