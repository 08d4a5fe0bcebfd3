"""A student's notebook run from the top in a fresh kernel, and what its checks say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from amal_attention.errors import LabError, explain
from amal_attention.language import ENGLISH
from amal_attention.notebook.cells import NotebookCell, read_notebook
from amal_attention.notebook.failed_cells import names_made
from amal_attention.notebook.kernel import Execution, Raised, fresh_kernel
from amal_attention.outcome import Outcome, Report, State

__all__ = ["CellError", "Manual", "NotebookCheck", "QuestionCheck", "check_notebook"]

Progress = Callable[[int, int, str], None]

_RUNS = "the check runs to its end"
_IN_KERNEL = re.compile(r"\bcell In\[(\d{1,6})\]")
_TAKE_AGAIN = "take the cell again from the notebook that you were given"


@dataclass(frozen=True)
class CellError:
    """What a cell raised, and where.

    Attributes:
        cell: number of the cell that was run, from 1, counting cells of every kind.
        kind: name of the exception's class; "stopped" where the cell lasted too long, "died" where the kernel did.
        message: its first line.
        at_cell: the innermost cell on the way, such as that of a function that was called; None where it is not known.
        line: the line of that cell, from 1.
        code: the source of that line.
        question: the id of the solution cell, if it is one that raised.
    """

    cell: int
    kind: str
    message: str
    at_cell: int | None = None
    line: int | None = None
    code: str = ""
    question: str = ""

    @property
    def text(self) -> str:
        """What was raised and where, without the cell that was run."""
        raised = ": ".join(filter(None, (self.kind, self.message)))
        if self.line is None:
            return raised
        if self.at_cell == self.cell:
            return f"{raised} (line {self.line}: {self.code})"
        return f"{raised} (cell {self.at_cell}, line {self.line}: {self.code})"


@dataclass(frozen=True)
class QuestionCheck:
    """What became of a test cell.

    Attributes:
        question: the id of the solution cell that it checks.
        grade_id: its own id.
        cell: its number, from 1.
        points: what it is worth, if it says so.
        report: the outcomes that it reported; one more where it did not run to its end.
        counts: False where a later cell with the same id takes its place.
    """

    question: str
    grade_id: str
    cell: int
    points: float | None
    report: Report
    counts: bool = True

    @property
    def reasons(self) -> tuple[str, ...]:
        """The first thing that is missed, and why; empty where nothing is."""
        outcome = next((each for each in self.report.outcomes if each.state is State.MISSED), None)
        if outcome is None:
            return ()
        if outcome.expectation == _RUNS:
            return (outcome.came,)
        return tuple(filter(None, (outcome.expectation, outcome.hint or outcome.came)))

    @property
    def why(self) -> str:
        """The same on one line."""
        return " ".join(": ".join(self.reasons).split())


@dataclass(frozen=True)
class Manual:
    """A question that is answered in words, or by any other cell that a person marks."""

    grade_id: str
    cell: int
    points: float | None


@dataclass(frozen=True)
class NotebookCheck:
    """What the checks of a notebook say.

    Attributes:
        notebook: its path.
        questions: each test cell, in order.
        manual: what a person marks, in order.
        errors: what other cells raised; an answer that is still to be written is none, nor is a name that is missing
            since a cell that would make it raised.
        remarks: what else one should know of the notebook.
        language: the language of the notebook.
    """

    notebook: str
    questions: tuple[QuestionCheck, ...]
    manual: tuple[Manual, ...]
    errors: tuple[CellError, ...]
    remarks: tuple[str, ...]
    language: str = ENGLISH.code

    @property
    def met(self) -> bool:
        """Whether every check that counts is met."""
        return all(each.report.state is State.MET for each in self.questions if each.counts)

    def only(self, questions: Sequence[str]) -> NotebookCheck:
        """The same with these questions alone, each named by its solution cell or by its own cell; all if none."""
        if not questions:
            return self
        return replace(
            self,
            questions=tuple(each for each in self.questions if {each.question, each.grade_id} & set(questions)),
            manual=tuple(each for each in self.manual if each.grade_id in questions),
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON-ready built-in types."""
        questions = [
            {**asdict(each), "state": str(each.report.state), "why": each.why, "report": each.report.to_dict()}
            for each in self.questions
        ]
        values = {"notebook": self.notebook, "met": self.met, "questions": questions}
        return values | {
            "manual": [asdict(each) for each in self.manual],
            "errors": [asdict(each) for each in self.errors],
            "remarks": list(self.remarks),
        }


def check_notebook(
    path: Path, timeout: float = 60.0, progress: Progress | None = None, questions: Sequence[str] = ()
) -> NotebookCheck:
    """Run the checks of a notebook in a fresh kernel, in the notebook's own folder; its file is only read.

    Every code cell is run from the top but those that train or draw; one that raises keeps no other from running. A
    cell that does not stop when it is interrupted ends the kernel, and what follows is not run.

    Args:
        path: the notebook.
        timeout: seconds that a cell may last.
        progress: told, before each cell and at the end, how many cells are done, of how many, and which question it is.
        questions: the questions to tell of; all if none is named.

    Raises:
        LabError: this is no notebook, it holds no test cell, or it has no such question.
        AmalError: no kernel starts.
    """
    notebook = read_notebook(path)
    cells = notebook.cells
    _check_names(path, cells, questions)
    run = [cell for cell in cells if cell.runs]
    tell = progress or (lambda done, total, question: None)
    executions: dict[int, Execution] = {}
    with fresh_kernel(path.absolute().parent) as kernel:
        for done, cell in enumerate(run):
            tell(done, len(run), cell.question)
            executions[cell.number] = kernel.run(cell.source, timeout)
            if executions[cell.number].died:
                break
    tell(len(run), len(run), "")
    result = _Judge(cells, executions, timeout).result(path, notebook.remarks)
    return replace(result.only(questions), language=notebook.language)


def _check_names(path: Path, cells: Sequence[NotebookCell], questions: Sequence[str]) -> None:
    known = [cell.question for cell in cells if cell.is_test or cell.is_manual]
    for name in questions:
        if name not in known and name not in [cell.grade_id for cell in cells if cell.is_test]:
            raise LabError(
                explain(
                    expected=f"a question of {path} ({', '.join(dict.fromkeys(known))})",
                    got=repr(name),
                    do="name one of these",
                )
            )


class _Judge:
    """Reads what became of the cells."""

    def __init__(self, cells: Sequence[NotebookCell], executions: dict[int, Execution], timeout: float) -> None:
        self.cells = {cell.number: cell for cell in cells}
        self.executions, self.timeout = executions, timeout
        self.of_count = {execution.count: number for number, execution in executions.items()}
        self.dead_from = next((number for number, execution in executions.items() if execution.died), None)

    def result(self, path: Path, remarks: Sequence[str]) -> NotebookCheck:
        """All of it."""
        tests = [cell for cell in self.cells.values() if cell.is_test]
        last = {cell.grade_id: cell.number for cell in tests}
        others = [self.error(number) for number in self.executions if not self.cells[number].is_test]
        return NotebookCheck(
            str(path),
            tuple(self.question(cell, last[cell.grade_id] == cell.number) for cell in tests),
            tuple(Manual(cell.grade_id, cell.number, cell.points) for cell in self.cells.values() if cell.is_manual),
            tuple(
                replace(error, question=self.cells[error.cell].question)
                for error in others
                if error is not None
                and error.kind != "NotImplementedError"
                and self.failed_before(self.executions[error.cell].raised) in (None, error.cell)
            ),
            tuple(remarks),
        )

    def question(self, cell: NotebookCell, counts: bool) -> QuestionCheck:
        """What became of a test cell."""
        execution = self.executions.get(cell.number)
        reports = [each for each in execution.reports if each.question == cell.question] if execution else []
        report = Report(cell.question, [self.placed(outcome) for each in reports for outcome in each.outcomes])
        error = self.error(cell.number)
        if error is not None:
            to_do = error.kind == "NotImplementedError"
            came = "not written yet" if to_do else error.text
            report.outcomes.append(Outcome(_RUNS, State.TO_DO if to_do else State.MISSED, came=came))
        elif not reports:
            report.outcomes.append(Outcome(_RUNS, State.MISSED, came=self.silence(cell)))
        return QuestionCheck(cell.question, cell.grade_id, cell.number, cell.points, report, counts)

    def placed(self, outcome: Outcome) -> Outcome:
        """The outcome, each cell that it names as the kernel counts cells told by its place in the notebook."""

        def place(named: re.Match[str]) -> str:
            number = self.of_count.get(int(named[1]))
            return f"cell {number}" if number is not None else named[0]

        return replace(outcome, came=_IN_KERNEL.sub(place, outcome.came), hint=_IN_KERNEL.sub(place, outcome.hint))

    def silence(self, cell: NotebookCell) -> str:
        """Why a test cell that raised nothing reported nothing."""
        execution = self.executions.get(cell.number)
        if not cell.is_code:
            return f"cell {cell.number} is a {cell.kind} cell: make it a code cell again"
        if not cell.source.strip():
            return f"cell {cell.number} is empty: {_TAKE_AGAIN}"
        if execution is None:
            return f"not run: the kernel ended in cell {self.dead_from} ({self.first_line(self.dead_from or 0)})"
        if execution.reports:
            return f"cell {cell.number} checks {execution.reports[0].question} in its place: {_TAKE_AGAIN}"
        return f"cell {cell.number} ran and checked nothing: {_TAKE_AGAIN}"

    def error(self, number: int) -> CellError | None:
        """What went wrong in a cell, if anything did."""
        execution = self.executions.get(number)
        if execution is None:
            return None
        raised = execution.raised
        if execution.died:
            ended = f"the kernel ended in this cell ({self.first_line(number)})"
            told = f"it did not stop after {self.timeout:g} s; {ended}" if execution.stopped else ended
            return CellError(number, "died", told)
        if execution.stopped:
            return self.located(number, replace(raised or Raised("", ""), kind="stopped", message=self.too_long))
        return self.located(number, raised) if raised is not None else None

    @property
    def too_long(self) -> str:
        return f"not done after {self.timeout:g} s"

    def located(self, number: int, raised: Raised) -> CellError:
        """The error with its line of code, where the kernel told which."""
        message = self.message(raised)
        at = self.cells.get(self.of_count.get(raised.count, 0)) if raised.count is not None else None
        if at is None or raised.line is None:
            return CellError(number, raised.kind, message)
        line = raised.line + at.blank_lines
        code = at.source.splitlines()[line - 1 : line]
        return CellError(number, raised.kind, message, at.number, line, "".join(code).strip())

    def message(self, raised: Raised) -> str:
        """What was raised; of a missing name that it stands in a cell that was left out, if it does."""
        name = _missing(raised)
        if not name:
            return raised.message
        failed = self.failed_before(raised)
        if failed is not None:
            return f"{raised.message}; cell {failed} ended in an error: mend it first"
        word = re.compile(rf"\b{name}\b")
        left = [cell.number for cell in self.cells.values() if cell.left_out and word.search(cell.source)]
        if not left:
            return raised.message
        return f"{raised.message}; it stands in cell {left[0]}, which is left out here because it trains or draws"

    def failed_before(self, raised: Raised | None) -> int | None:
        """The first cell that ended in an error, of those without which a name is missing; None if it is not so."""
        failed, seen = None, set[int]()
        while raised is not None and (name := _missing(raised)):
            makers = [number for number in self.executions if name in names_made(self.cells[number].source)]
            raised = self.executions[makers[-1]].raised if makers else None
            if raised is None or makers[-1] in seen:
                break
            failed = makers[-1]
            seen.add(failed)
        return failed

    def first_line(self, number: int) -> str:
        """How a cell begins."""
        return next((line.strip() for line in self.cells[number].source.splitlines() if line.strip()), "")


def _missing(raised: Raised) -> str:
    """The name that was missing, if that is what was raised; else empty."""
    found = re.match(r"name '(\w+)' is not defined", raised.message) if raised.kind == "NameError" else None
    return found[1] if found is not None else ""
