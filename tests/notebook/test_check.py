"""A notebook from the top: what each test cell is told to be, and what else one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amal_attention.errors import LabError
from amal_attention.notebook import kernel as kernel_module
from amal_attention.notebook.check import CellError, NotebookCheck, QuestionCheck, check_notebook
from amal_attention.outcome import Outcome, Report, State
from tests.notebook.notebooks import STUBBORN, answer, code, examination, graded, shows, text, write

CHECK = "from amal_attention.checks import check, equal_to\n\n"

LAB = [
    text("# A lab"),
    answer("double", "def double(x):\n    return 2 * x"),
    examination(
        "double",
        f"{CHECK}with check('double'):\n    equal_to(double(3), 6, what='twice 3')\n"
        "    equal_to(double(0), 0, what='0')",
        points=2,
    ),
    answer("half", "def half(x):\n    raise NotImplementedError('YOUR CODE HERE')"),
    examination("half", f"{CHECK}with check('half'):\n    equal_to(half(6), 3, what='half of 6')"),
    answer("square", "def square(x):\n    return x + x"),
    examination(
        "square",
        f"{CHECK}with check('square'):\n    equal_to(square(2), 4, what='2')\n"
        "    equal_to(square(3), 9, what='the square of 3', mistakes={'added, not multiplied': 6}, sent='3')",
        points=0.5,
    ),
    code("open('trained', 'w').write('x')\nhistory = [1]", "active-ipynb", "raises-exception"),  # 8
    code("\n\nvalue = 1\nvalue / 0"),
    code("def ratio(a, b):\n    return a / b"),  # 10
    code("ratio(1, 0)"),
    code("len(history)"),
    code("input()"),  # 13
    code("raise NotImplementedError"),
    examination("unready", "left.undefined"),
    examination("to-come", "half(1)"),  # 16
    examination("half-way", shows("half-way", "met") + "\n1 / 0"),
    examination("gutted", "pass"),
    examination("other", shows("double", "met")),  # 19
    examination("blank", "  \n"),
    graded(text("with check('retyped')"), "test-retyped", grade=True, points=1),
    examination(
        "here", f"{CHECK}import os\nwith check('here'):\n    equal_to(os.listdir(), ['lab.ipynb'], what='files')"
    ),
    graded(text("Why?"), "observe", task=True, points=3),  # 23
    graded(code("'an opinion'"), "opinion", grade=True, solution=True),
    examination("double", shows("double", "missed")),  # 25
    examination("ratio", f"{CHECK}with check('ratio'):\n    equal_to(ratio(1, 0), 1, what='ratio')"),
]  # fmt: skip


class Ran:
    """What came of one run of the lab."""

    def __init__(self, folder: Path) -> None:
        self.path = write(folder / "lab.ipynb", *LAB, kernelspec={"name": "no-such-kernel", "display_name": "?"})
        before, self.told = self.path.read_bytes(), list[Any]()
        self.result = check_notebook(self.path, 60, lambda *args: self.told.append(args))
        self.unchanged = self.path.read_bytes() == before
        self.beside = [each.name for each in folder.iterdir()]

    def question(self, name: str) -> QuestionCheck:
        return next(each for each in self.result.questions if each.question == name)

    def state_and_why(self, name: str) -> tuple[str, str]:
        each = self.question(name)
        return str(each.report.state), each.why


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(tmp_path_factory.mktemp("lab"))


def test_a_check_that_is_met_is_the_report_that_the_check_itself_makes(ran):
    outcomes = [Outcome("twice 3", State.MET), Outcome("0", State.MET)]
    assert ran.question("double") == QuestionCheck(
        "double", "test-double", 3, 2, Report("double", outcomes), counts=False
    )
    assert ran.question("double").why == ""


def test_an_answer_that_is_not_written_is_to_do(ran):
    assert ran.state_and_why("half") == ("to do", "")
    assert ran.state_and_why("to-come") == ("to do", "")  # though its cell raises outside any check


def test_a_miss_says_what_came_and_the_likely_mistake(ran):
    assert ran.state_and_why("square") == ("missed", "the square of 3: added, not multiplied")
    outcome = ran.question("square").report.outcomes[1]
    assert (outcome.sent, outcome.came, outcome.expected) == ("3", "6", "9")


def test_the_line_that_raised_is_told_with_its_cell_as_the_notebook_counts_cells(ran):
    """The kernel counts the cells that it ran: cell 10 was its 8th."""
    (outcome,) = ran.question("ratio").report.outcomes
    assert outcome.came == "ZeroDivisionError: division by zero (in ratio, cell 10, line 2: return a / b)"


def test_points_are_those_of_the_test_cell(ran):
    assert [each.points for each in ran.result.questions][:3] == [2, 1, 0.5]


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("unready", "NameError: name 'left' is not defined (line 1: left.undefined)"),
        ("half-way", "ZeroDivisionError: division by zero (line 3: 1 / 0)"),
        ("gutted", "cell 18 ran and checked nothing: take the cell again from the notebook that you were given"),
        ("other", "cell 19 checks double in its place: take the cell again from the notebook that you were given"),
        ("blank", "cell 20 is empty: take the cell again from the notebook that you were given"),
        ("retyped", "cell 21 is a markdown cell: make it a code cell again"),
    ],
)
def test_a_check_that_cannot_report_is_missed_with_the_reason(ran, question, why):
    assert ran.state_and_why(question) == ("missed", why)


def test_what_a_cell_reported_before_it_raised_is_still_told(ran):
    outcomes = ran.question("half-way").report.outcomes
    assert [(each.expectation, each.state) for each in outcomes] == [
        ("expectation 0", "met"),
        ("the check runs to its end", "missed"),
    ]


def test_of_two_test_cells_with_one_id_both_are_told_and_the_later_counts(ran):
    both = [each for each in ran.result.questions if each.question == "double"]
    assert [(each.cell, each.report.state, each.counts) for each in both] == [(3, "met", False), (25, "missed", True)]
    assert ran.result.remarks == ("test-double stands in cells 3 and 25: the last one counts",)


def test_what_other_cells_raise_is_told_once_with_cell_and_line(ran):
    errors = ran.result.errors
    assert errors[:2] == (
        CellError(9, "ZeroDivisionError", "division by zero", 9, 4, "value / 0"),
        CellError(11, "ZeroDivisionError", "division by zero", 10, 2, "return a / b"),
    )
    assert errors[0].text == "ZeroDivisionError: division by zero (line 4: value / 0)"
    assert errors[1].text == "ZeroDivisionError: division by zero (cell 10, line 2: return a / b)"
    assert [error.cell for error in errors] == [9, 11, 12, 13]  # an answer still to be written is no error


def test_an_error_without_a_message_or_a_line_is_told_without():
    assert CellError(1, "MemoryError", "", 1, 2, "f()").text == "MemoryError (line 2: f())"
    assert CellError(1, "UsageError", "no such magic").text == "UsageError: no such magic"


def test_a_name_of_a_cell_that_is_left_out_is_told_to_be(ran):
    assert "it stands in cell 8, which is left out here because it trains or draws" in ran.result.errors[2].message


def test_a_cell_that_is_no_python_is_told_once_and_named_by_what_misses_its_names(tmp_path):
    path = write(
        tmp_path / "lab.ipynb",
        answer("double", "\n\ndef double(x)\n    return 2 * x"),
        code(CHECK),
        code("four = double(2)"),
        examination("double", f"{CHECK}with check('double'):\n    equal_to(four, 4, what='twice 2')"),
        examination("bare", "four"),
        code("unheard_of"),
    )
    result = check_notebook(path, 60)
    assert [(each.cell, each.text) for each in result.errors] == [
        (1, "SyntaxError: expected ':' (line 3: def double(x))"),
        (6, "NameError: name 'unheard_of' is not defined (line 1: unheard_of)"),
    ]
    assert "cell 1 ended in an error, so there is no four yet: SyntaxError: expected ':'" in result.questions[0].why
    assert "name 'four' is not defined; cell 1 ended in an error: mend it first" in result.questions[1].why


def test_input_says_what_to_do(ran):
    assert "write the value into the cell" in ran.result.errors[3].message


def test_a_cell_that_trains_is_not_run_and_nothing_is_written(ran):
    assert ran.unchanged
    assert ran.beside == ["lab.ipynb"]


def test_it_runs_in_the_folder_of_the_notebook_alone_with_it(ran):
    assert ran.state_and_why("here") == ("met", "")


def test_what_a_person_marks_is_listed(ran):
    assert [(each.grade_id, each.cell, each.points) for each in ran.result.manual] == [
        ("observe", 23, 3),
        ("opinion", 24, None),
    ]


def test_progress_counts_the_cells_that_run_and_names_the_question(ran):
    cells = [cell for cell in LAB if cell.cell_type == "code" and cell.source.strip()]
    total = len(cells) - 1  # one trains
    assert [done for done, _, _ in ran.told] == list(range(total + 1))
    assert {each for _, each, _ in ran.told} == {total}
    assert [name for _, _, name in ran.told][:7] == ["double", "double", "half", "half", "square", "square", ""]


def test_the_result_is_plain_json(ran):
    values = json.loads(json.dumps(ran.result.to_dict(), allow_nan=False))
    assert values["met"] is False and values["notebook"] == str(ran.path)
    square = next(each for each in values["questions"] if each["question"] == "square")
    assert (square["state"], square["cell"], square["points"]) == ("missed", 7, 0.5)
    assert Report.from_dict(square["report"]) == ran.question("square").report
    assert values["errors"][0]["line"] == 4 and values["manual"][0]["grade_id"] == "observe"


def test_only_some_questions_named_either_way(ran):
    some = ran.result.only(["here", "test-square", "observe"])
    assert [each.question for each in some.questions] == ["square", "here"]
    assert [each.grade_id for each in some.manual] == ["observe"]
    assert ran.result.only([]) == ran.result
    assert ran.result.only(["here"]).met and not some.met


def test_a_check_that_a_later_one_replaces_does_not_count():
    met, missed = (Report("q", [Outcome("e", state)]) for state in (State.MET, State.MISSED))

    def check(first: Report, second: Report) -> NotebookCheck:
        rows = QuestionCheck("q", "test-q", 1, None, first, counts=False), QuestionCheck("q", "test-q", 2, None, second)
        return NotebookCheck("n", rows, (), (), ())

    assert check(missed, met).met and not check(met, missed).met


def test_a_loop_without_end_is_stopped_told_and_the_rest_runs(tmp_path):
    path = write(
        tmp_path / "slow.ipynb",
        code("n = 0\nwhile True:\n    n += 1"),
        examination("a", "import time\ntime.sleep(60)"),
        examination("b", shows("b", "met")),
    )
    result = check_notebook(path, timeout=1)
    (error,) = result.errors
    assert (error.cell, error.kind, error.message) == (1, "stopped", "not done after 1 s") and error.line in (2, 3)
    assert [each.report.state for each in result.questions] == ["missed", "met"]
    assert result.questions[0].why == "stopped: not done after 1 s (line 2: time.sleep(60))"


def test_what_follows_the_end_of_the_kernel_is_not_run_and_says_so(tmp_path):
    note = tmp_path / "ran"
    path = write(
        tmp_path / "dead.ipynb",
        examination("a", shows("a", "met")),
        answer("b", "\n# leave\nimport os; os._exit(0)"),
        examination("b", f"open({str(note)!r}, 'w')\n{shows('b', 'met')}"),
    )
    told: list[Any] = []
    result = check_notebook(path, 30, lambda *args: told.append(args))
    assert [each.report.state for each in result.questions] == ["met", "missed"]
    assert result.questions[1].why == "not run: the kernel ended in cell 2 (# leave)"
    assert [error.text for error in result.errors] == ["died: the kernel ended in this cell (# leave)"]
    assert [(error.cell, error.question) for error in result.errors] == [(2, "b")]
    assert not note.exists()
    assert [done for done, _, _ in told] == [0, 1, 3]


def test_a_test_cell_that_ends_the_kernel_is_missed_whatever_it_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel_module, "_GRACE_SECONDS", 0.5)
    path = write(tmp_path / "stubborn.ipynb", examination("a", shows("a", "met") + "\n" + STUBBORN))
    (question,) = check_notebook(path, 1).questions
    assert question.report.state is State.MISSED
    assert question.why.startswith("died: it did not stop after 1 s; the kernel ended in this cell (from IPython")


def test_an_unknown_question_is_refused_before_anything_runs(tmp_path, refusal):
    path = write(tmp_path / "lab.ipynb", *LAB)
    message = refusal(LabError, lambda: check_notebook(path, progress=None, questions=["here", "nowhere"]))
    assert "got 'nowhere'" in message and "(double, half, square, " in message and "observe" in message
