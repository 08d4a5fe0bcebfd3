"""``with check(...)``: what it records, what it keeps from leaking, and what it shows in a real notebook."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator

import nbformat
import pytest
import torch
from nbclient import NotebookClient
from torch import nn

from amal_attention.checks import check, equal_to, simplex, summary
from amal_attention.checks.checking import QuestionMissed, reports
from amal_attention.checks.expectation import ExpectationMissed, recording
from amal_attention.checks.show import report_text
from amal_attention.outcome import REPORT_TYPE, Report, State
from tests.processes import HANGS


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No report of another test, and no grading."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    before = dict(reports)
    reports.clear()
    yield
    reports.clear()
    reports.update(before)


def meet() -> None:
    equal_to(1, 1, what="one is one")


def miss() -> None:
    equal_to(1, 2, what="one is two")


def test_a_check_records_every_expectation_and_goes_on_after_a_miss() -> None:
    with check("q1") as report:
        miss()
        meet()
        reached = True
    assert reached and [outcome.state for outcome in report.outcomes] == [State.MISSED, State.MET]
    assert report.question == "q1" and reports == {"q1": report}


def test_an_exception_of_the_block_ends_it_and_is_told() -> None:
    with check("q1") as report:
        meet()
        raise ValueError("<b>no</b>")
    met, told = report.outcomes
    assert met.state is State.MET
    assert told.state is State.MISSED and told.expectation == "your answer can be used"
    assert told.came.startswith("ValueError: <b>no</b> (in test_an_exception_of_the_block")


def test_an_answer_to_be_written_is_to_do() -> None:
    with check("q1") as report:
        raise NotImplementedError
    assert report.state is State.TO_DO


def test_a_name_that_is_not_known_is_answered_with_advice() -> None:
    with check("q1") as report:
        simplex(LearnedQuery(dim=5), 5)  # type: ignore[name-defined]  # noqa: F821
    assert "run the cells above" in report.outcomes[0].hint


def test_a_check_of_nothing_is_to_do() -> None:
    with check("q1") as report:
        pass
    assert report.state is State.TO_DO


def test_a_report_is_shown_when_the_block_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with check("q1") as report:
        miss()
        assert capsys.readouterr().out == ""
    assert capsys.readouterr().out == f"{report_text(report)}\n"


def test_the_latest_report_of_a_question_counts_where_it_stood_first(capsys: pytest.CaptureFixture[str]) -> None:
    for question, look in (("q2", miss), ("q1", meet), ("q2", meet)):
        with check(question):
            look()
    capsys.readouterr()
    summary()
    assert capsys.readouterr().out == "✓ q2  1 of 1 met\n✓ q1  1 of 1 met\n"


def test_an_interruption_is_not_caught_and_nothing_is_reported() -> None:
    with pytest.raises(KeyboardInterrupt), check("q1"):
        raise KeyboardInterrupt
    assert reports == {} and recording.get() is None


# Nothing leaks


def test_after_a_check_expectations_raise_again() -> None:
    for look in (meet, lambda: 1 / 0):
        with check("q1"):
            look()
        with pytest.raises(ExpectationMissed):
            miss()


def test_a_check_inside_a_check_keeps_its_own_report() -> None:
    with check("outer") as outer:
        miss()
        with check("inner") as inner:
            meet()
        meet()
    assert inner.headline == "1 of 1 met" and outer.headline == "1 of 2 met"
    assert list(reports) == ["inner", "outer"]


def test_random_numbers_are_the_same_inside_and_go_on_outside() -> None:
    inside = []
    torch.manual_seed(1)
    expected = torch.rand(4)
    torch.manual_seed(1)
    went = []
    for _ in range(2):
        went.append(torch.rand(2))
        with check("q1"):
            inside.append(torch.rand(3))
            torch.manual_seed(9)
    assert torch.equal(torch.cat(went), expected)
    assert torch.equal(*inside)


def test_what_the_notebook_chose_is_put_aside_and_back() -> None:
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_default_device("meta")
    try:
        with check("q1") as report:
            simplex(Toy(), 5)
            inside = (torch.zeros(1).dtype, torch.is_grad_enabled(), torch.zeros(1).device.type)
            torch.set_default_dtype(torch.float16)
        assert inside == (torch.float32, True, "cpu") and report.headline == "1 of 1 met"
        assert torch.get_default_dtype() is torch.float64 and not torch.is_grad_enabled()
        assert torch.zeros(1).device.type == "meta"
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.set_default_device(None)


def test_what_the_notebook_chose_comes_back_after_an_exception_too() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        with pytest.raises(SystemExit), check("q1"):
            raise SystemExit
        assert torch.get_default_dtype() is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_warnings_are_left_out_inside_and_come_again_outside() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with check("q1") as report:
            warnings.warn("never mind", stacklevel=1)
            meet()
        assert report.state is State.MET
        with pytest.raises(UserWarning):
            warnings.warn("mind", stacklevel=1)


def test_what_is_written_on_standard_error_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """nbgrader takes the mark of a cell that writes on standard error."""
    before = sys.stderr
    with check("q1"):
        print("a remark", file=sys.stderr)
        meet()
    said = capsys.readouterr()
    assert sys.stderr is before and said.err == "" and said.out.startswith("a remark\n✓ q1")


class Toy(nn.Module):
    """A mean."""

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        weights = mask / mask.sum(1, keepdim=True)
        return (weights[..., None] * x).sum(1), weights


# Grading


def test_while_nbgrader_grades_a_miss_is_an_error_that_tells_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(QuestionMissed) as caught, check("q1"):
        miss()
        meet()
    assert str(caught.value) == report_text(reports["q1"]) and "1 of 2 met" in str(caught.value)
    assert caught.value.__suppress_context__ and isinstance(caught.value, AssertionError)
    assert caught.value._render_traceback_() == [f"QuestionMissed: {report_text(reports['q1'])}"]


@pytest.mark.parametrize("block", [lambda: None, lambda: [].x])  # type: ignore[attr-defined]
def test_while_nbgrader_grades_nothing_looked_at_and_nothing_usable_are_errors_too(
    monkeypatch: pytest.MonkeyPatch, block: object
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(QuestionMissed), check("q1"):
        block()  # type: ignore[operator]


def test_while_nbgrader_grades_what_is_met_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with check("q1"):
        meet()


def test_an_empty_variable_is_no_grading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "")
    with check("q1"):
        miss()


# In a real notebook

ANSWER = """
from torch import nn

class Pooling(nn.Module):
    def forward(self, x, mask):
        weights = mask / mask.sum(1, keepdim=True)
        print("<b>hello</b>")
        return weights.unknown, weights
"""
TEST = """
import sys
from amal_attention.checks import check, equal_to, simplex, summary
with check("q<1>"):
    print("a remark", file=sys.stderr)
    equal_to(1, 1, what="one is one")
    simplex(Pooling(), 5)
"""
GRADE = """
import os
os.environ["NBGRADER_EXECUTION"] = "autograde"
with check("q2"):
    equal_to("<script>", 2, what="two")
"""


def test_in_a_notebook_a_check_shows_a_page_a_text_and_data_and_nbgrader_sees_an_error() -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in (ANSWER, TEST, "summary()", GRADE)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=HANGS, kernel_name="python3", allow_errors=True).execute()
    assert notebook.cells[0].outputs == []

    *streams, shown = notebook.cells[1].outputs
    assert {each.name for each in streams} == {"stdout"}
    assert "".join(each.text for each in streams) == "a remark\n<b>hello</b>\n"
    assert set(shown.data) == {REPORT_TYPE, "text/html", "text/plain"}
    report = Report.from_dict(json.loads(json.dumps(shown.data[REPORT_TYPE])))
    assert report_text(report) == shown.data["text/plain"]
    assert report.headline == "1 of 2 met"
    assert report.outcomes[1].came.endswith("(in Pooling.forward, cell In[1], line 7: return weights.unknown, weights)")
    assert "q&lt;1&gt;" in shown.data["text/html"]

    assert notebook.cells[2].outputs[0].data["text/plain"] == "✗ q<1>  1 of 2 met"

    page, error = notebook.cells[3].outputs
    assert "&lt;script&gt;" in page.data["text/html"] and "<script>" not in page.data["text/html"]
    assert error.output_type == "error" and error.ename == "QuestionMissed"
    assert error.traceback == [f"QuestionMissed: {page.data['text/plain']}"]
