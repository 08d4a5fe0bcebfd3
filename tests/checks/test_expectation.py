"""What an expectation makes of what a student's code does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import (
    ExpectationMissed,
    Missed,
    RaisedElsewhere,
    expectation,
    judged,
    raised_on,
    raised_outcome,
    recording,
)
from amal_attention.outcome import Outcome, Report, State
from amal_attention.tasks.classification import TextBatch


@expectation("it is even")
def even(number: int, *, hint: str = "") -> None:
    """Whether a number is even."""
    if number % 2:
        raise Missed("an even number", str(number), "one too many" if number == 7 else "", f"the number {number}")


@expectation("it holds")
def holds(look: Callable[[], None], *, what: str = "") -> None:
    """Whatever ``look`` says."""
    look()


def outcome_of(look: Callable[[], Any]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        holds(look)
    return caught.value.outcome


def test_what_is_met_says_nothing() -> None:
    assert even(2) is None


def test_what_is_missed_tells_all_about_it() -> None:
    with pytest.raises(AssertionError) as caught:
        even(7)
    assert str(caught.value) == (
        "it is even: missed\n  sent: the number 7\n  came: 7\n  expected: an even number\n  likely: one too many"
    )


def test_a_hint_stands_in_where_the_expectation_knows_no_better() -> None:
    with pytest.raises(ExpectationMissed, match="likely: add one"):
        even(5, hint="add one")
    with pytest.raises(ExpectationMissed, match="likely: one too many"):
        even(7, hint="add one")


def test_an_expectation_that_is_met_hints_at_nothing() -> None:
    report = Report("q")
    token = recording.set(report)
    even(2, hint="add one")
    recording.reset(token)
    assert report.outcomes == [Outcome("it is even", State.MET)]


def test_an_expectation_can_be_given_another_title() -> None:
    with pytest.raises(ExpectationMissed, match="the second sum: missed"):
        holds(lambda: 1 / 0, what="the second sum")


def test_an_expectation_keeps_its_name_and_its_docstring() -> None:
    assert (even.__name__, even.__doc__) == ("even", "Whether a number is even.")


def test_inside_a_check_outcomes_are_recorded_and_nothing_is_raised() -> None:
    report = Report("q")
    token = recording.set(report)
    even(3)
    even(2)
    even("a")  # type: ignore[arg-type]
    recording.reset(token)
    assert [outcome.state for outcome in report.outcomes] == [State.MISSED, State.MET, State.MISSED]


def test_a_call_that_an_expectation_cannot_take_is_an_outcome() -> None:
    with pytest.raises(ExpectationMissed, match=r"came: TypeError: .*missing 1 required.*\n.*likely: .*signature"):
        even()  # type: ignore[call-arg]


# What the student's code raises


def student(tmp_path: Path, text: str, folder: str = "") -> ModuleType:
    """A module of a student, in a file of its own."""
    file = tmp_path / folder / "answer.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    module = ModuleType("answer")
    exec(compile(text, str(file), "exec"), module.__dict__)
    return module


def test_an_exception_is_told_with_the_students_own_line(tmp_path: Path) -> None:
    answer = student(tmp_path, "import json\n\ndef forward():\n    return json.loads('{')\n")
    came = outcome_of(answer.forward).came
    assert came.startswith("JSONDecodeError: Expecting property name")
    assert came.endswith("(in forward, line 4: return json.loads('{'))")


def test_the_innermost_line_of_the_student_is_told(tmp_path: Path) -> None:
    answer = student(tmp_path, "def scores():\n    return 1 / 0\n\ndef forward():\n    return scores()\n")
    assert "(in scores, line 2: return 1 / 0)" in outcome_of(answer.forward).came


@pytest.mark.parametrize("folder", ["site-packages/torch", "dist-packages"])
def test_a_line_of_a_library_is_not_the_students(tmp_path: Path, folder: str) -> None:
    library = student(tmp_path, "def softmax():\n    return 1 / 0\n", folder)
    answer = student(tmp_path, "def forward(softmax):\n    return softmax()\n")
    assert "(in forward, line 2: return softmax())" in outcome_of(lambda: answer.forward(library.softmax)).came


def test_a_folder_named_like_ours_is_the_students(tmp_path: Path) -> None:
    import amal_attention

    beside = Path(amal_attention.__file__).parent
    module = ModuleType("answer")
    text = "def forward():\n    return 1 / 0\n"
    exec(compile(text, f"{beside}_labs/answer.py", "exec"), module.__dict__)
    assert "(in forward, line 2)" in outcome_of(module.forward).came


def test_a_cell_without_a_file_is_told_by_its_number() -> None:
    cell: dict[str, Any] = {}
    exec(compile("def forward():\n    return 1 / 0\n", "<ipython-input-3>", "exec"), cell)
    assert outcome_of(cell["forward"]).came == "ZeroDivisionError: division by zero (in forward, line 2)"


def test_an_exception_of_our_own_line_is_the_calls(tmp_path: Path) -> None:
    from amal_attention.checks import simplex

    with pytest.raises(ExpectationMissed, match="raised by the call itself"):
        simplex(3, 5)  # type: ignore[arg-type]


def test_only_the_first_line_of_a_message_is_told() -> None:
    def fail() -> None:
        raise ValueError("first\nsecond")

    assert outcome_of(fail).came.startswith("ValueError: first (in fail")


@pytest.mark.parametrize("message", ["", " \n ", None])
def test_an_exception_without_a_message_is_told(message: str | None) -> None:
    def fail() -> None:
        raise ValueError(*([] if message is None else [message]))

    assert outcome_of(fail).came.startswith("ValueError: no message (in fail")


def test_huge_messages_and_lines_are_cut(tmp_path: Path) -> None:
    answer = student(tmp_path, f"def forward():\n    raise ValueError('{'x' * 10**5}')\n")
    assert 600 < len(outcome_of(answer.forward).came) < 700


def test_an_exception_that_cannot_be_told_is_an_outcome() -> None:
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("never")

    def fail() -> None:
        raise Unspeakable

    assert outcome_of(fail).came.startswith("Unspeakable: no message")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_stops_the_process_is_no_outcome(error: type[BaseException]) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(error):
        holds(fail)


def test_an_endless_recursion_is_an_outcome() -> None:
    def fail() -> None:
        fail()

    assert outcome_of(fail).came.startswith("RecursionError")


# What is not written yet


def test_an_answer_to_be_written_is_to_do(tmp_path: Path) -> None:
    text = 'def forward():\n    # YOUR CODE HERE\n    raise NotImplementedError("to do: write your code here")\n'
    outcome = outcome_of(student(tmp_path, text).forward)
    assert outcome.state is State.TO_DO
    assert outcome.hint.startswith("in forward, line 3") and not outcome.came


def test_an_answer_to_be_written_fails_where_nothing_is_recorded() -> None:
    def fail() -> None:
        raise NotImplementedError

    with pytest.raises(ExpectationMissed, match="it holds: to do"):
        holds(fail)


def test_a_module_without_a_forward_is_to_do() -> None:
    class Empty(nn.Module):
        pass

    assert outcome_of(lambda: Empty()(1)).state is State.TO_DO


def test_what_torch_cannot_do_with_a_type_is_a_mistake_not_a_task() -> None:
    """torch says so with a NotImplementedError too."""
    outcome = outcome_of(lambda: torch.ones(2, dtype=torch.bool).softmax(dim=0))
    assert outcome.state is State.MISSED and outcome.came.startswith("NotImplementedError: ")


def test_the_shapes_of_the_tensors_at_the_line_that_raised_are_told() -> None:
    class Compares(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.query = nn.Parameter(torch.zeros(3))

        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            width = 5
            return (x @ self.query) * mask[:width]

    outcome = outcome_of(lambda: Compares()(torch.zeros(2, 4, 5), torch.zeros(2, 4)))
    assert outcome.sent == "at that line x (2, 4, 5), self.query (3,), mask (2, 4)"
    assert raised_on(outcome, "2 reviews").sent == f"2 reviews; {outcome.sent}"
    assert raised_on(raised_on(outcome, "a tensor"), "2 reviews").sent == f"2 reviews; {outcome.sent}"


def test_of_a_line_that_names_no_tensor_those_that_its_function_was_given_are_told() -> None:
    def top(weights: Tensor, k: int) -> Any:
        return [None][0][:k]  # type: ignore[index]

    assert outcome_of(lambda: top(torch.zeros(4), 2)).sent == "at that line weights (4,)"


def test_a_class_that_answers_oddly_does_not_hide_what_it_raised() -> None:
    class Odd(nn.Module):
        @property
        def __class__(self) -> Any:
            raise RuntimeError("never")

        def forward(self, x: Tensor) -> Tensor:
            object.__getattribute__(self, "__dict__")["_parameters"] = 3
            return x[5]

    outcome = outcome_of(lambda: Odd().forward(torch.zeros(2)))
    assert outcome.came.startswith("IndexError") and outcome.sent == "at that line x (2,)"


def test_what_was_sent_stands_alone_where_the_line_that_raised_names_no_tensor() -> None:
    outcome = outcome_of(lambda: 1 / 0)
    assert outcome.sent == "" and raised_on(outcome, "2 reviews").sent == "2 reviews"


def test_a_labelled_batch_is_told_wherever_it_stands_among_what_is_given() -> None:
    @expectation("it trains")
    def trains(model: Any, first: Any, second: Any, batch: Any) -> None:
        model(batch)

    batch = TextBatch(torch.zeros(2, 3), torch.ones(2, 3), torch.zeros(2))
    with pytest.raises(ExpectationMissed) as caught:
        trains(lambda batch: 1 / 0, None, None, batch)
    assert caught.value.outcome.sent == "a batch of tokens (2, 3), mask (2, 3) and labels (2,)"


# Advice


def test_a_name_that_is_not_known_is_answered_with_advice() -> None:
    outcome = outcome_of(lambda: MeanPooling(5))  # type: ignore[name-defined]  # noqa: F821
    assert "NameError: name 'MeanPooling' is not defined" in outcome.came and "run the cells above" in outcome.hint


def test_another_signature_is_answered_with_advice() -> None:
    def forward(x: int) -> int:
        return x

    assert "signature" in outcome_of(lambda: forward(1, 2)).hint  # type: ignore[call-arg]
    assert outcome_of(lambda: 1 + "a").hint == ""  # type: ignore[operator]


def test_a_constructor_that_was_not_called_is_answered_with_advice() -> None:
    class Hasty(nn.Module):
        def __init__(self) -> None:
            self.score = nn.Linear(2, 1)

    assert "super().__init__()" in outcome_of(Hasty).hint
    assert outcome_of(lambda: {}.shape).hint == ""  # type: ignore[attr-defined]


def test_an_expectation_records_gradients_whatever_went_before() -> None:
    def look() -> None:
        if not torch.is_grad_enabled():
            raise Missed("gradients", "none")
        torch.set_grad_enabled(False)

    with torch.no_grad():
        holds(look)
        assert not torch.is_grad_enabled()
    holds(look)
    assert torch.is_grad_enabled()


def test_what_is_judged_is_an_outcome_of_that_title() -> None:
    assert judged("fine", lambda: None) == Outcome("fine", State.MET)

    def miss() -> None:
        raise Missed("a", "b", "c", "d")

    assert judged("wrong", miss) == Outcome("wrong", State.MISSED, sent="d", came="b", expected="a", hint="c")
    with pytest.raises(Missed, match="expected a; came b"):
        miss()


ELSEWHERE = Outcome("", State.MISSED, came="ValueError: no (in forward, line 3)", hint="perhaps")


def test_what_was_raised_elsewhere_is_told_as_it_was_worded_there() -> None:
    def look() -> None:
        raise RaisedElsewhere(ELSEWHERE)

    assert judged("fine", look) == Outcome("fine", State.MISSED, came=ELSEWHERE.came, hint="perhaps")
    assert str(RaisedElsewhere(ELSEWHERE)) == ELSEWHERE.came


def test_what_is_to_do_elsewhere_is_to_do() -> None:
    outcome = Outcome("", State.TO_DO, hint="in forward, line 3")
    assert raised_outcome(RaisedElsewhere(outcome)) is outcome
    assert str(RaisedElsewhere(outcome)) == "in forward, line 3"


def test_an_exception_is_worded_without_the_name_of_an_expectation() -> None:
    assert raised_outcome(Missed("a", "b", "c", "d")) == Outcome("", State.MISSED, "d", "b", "a", "c")
    outcome = raised_outcome(NameError("name 'nn' is not defined"))
    assert outcome.came == "NameError: name 'nn' is not defined (raised by the call itself)"
    assert (outcome.state, outcome.expectation) == (State.MISSED, "") and "run the cells above" in outcome.hint


def test_wording_in_two_steps_is_wording_in_one() -> None:
    """Another process words an exception, and this one names the expectation."""

    def fails() -> None:
        raise KeyError("x")

    try:
        fails()
    except KeyError as error:
        there = raised_outcome(error)

    def look() -> None:
        raise RaisedElsewhere(there)

    assert judged("fine", look) == judged("fine", fails)


def test_what_is_raised_is_told_with_the_batch_that_was_sent() -> None:
    from amal_attention.tasks.classification import TextBatch

    @expectation("it reads a batch")
    def reads(batch: TextBatch) -> None:
        _, _ = batch  # type: ignore[misc]

    with pytest.raises(ExpectationMissed) as caught:
        reads(TextBatch(torch.zeros(2, 3), torch.ones(2, 3), torch.zeros(2)))
    assert caught.value.outcome.sent == "a batch of tokens (2, 3), mask (2, 3) and labels (2,)"


def test_a_method_is_told_with_its_class(tmp_path: Path) -> None:
    text = "class MeanPooling:\n    def forward(self):\n        return 1 / 0\n"
    assert (
        "(in MeanPooling.forward, line 3: return 1 / 0)"
        in outcome_of(student(tmp_path, text).MeanPooling().forward).came
    )
