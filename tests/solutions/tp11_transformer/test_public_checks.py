"""The checks in the notebook see each mistake of the bank and name it, and let every right answer pass.

The notebook's cells run here in one namespace, without the cells that train and draw; ``In`` has them as in a kernel.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from amal_attention.checks.checking import reports
from amal_attention.course.mutation.mutants import Mutant, read_mutants
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.lab import Lab
from amal_attention.outcome import Report, State
from tests.solutions.french import english_left

LAB = Lab.find("tp11_transformer", Path(__file__).parents[3] / "solutions")
MUTANTS = {mutant.name: mutant for mutant in read_mutants(LAB.folder / "mutants")}
WRONG = [pytest.param(mutant, id=name) for name, mutant in MUTANTS.items() if mutant.public]
OTHERS = [pytest.param(mutant, id=name) for name, mutant in MUTANTS.items() if not mutant.public]
QUESTIONS = [name.removeprefix("test-") for name in LAB.points if name.startswith("test-")]
HIDDEN_REGION = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.DOTALL)


@pytest.fixture(scope="module")
def notebook() -> Any:
    return notebook_of(read_script(LAB), "en")


@pytest.fixture(scope="module")
def checks(notebook: Any) -> dict[str, str]:
    """The test cells, as students see them, by the question."""
    named = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell.source for cell in notebook.cells}
    return {name: HIDDEN_REGION.sub("", named[f"test-{name}"]) for name in QUESTIONS}


@pytest.fixture(scope="module")
def solved(notebook: Any) -> dict[str, Any]:
    given = (cell for cell in notebook.cells if cell.cell_type == "code")
    sources = [cell.source for cell in given if "active-ipynb" not in cell.metadata.get("tags", [])]
    return run(sources, {"__name__": "__main__", "In": []})


def run(sources: Sequence[str], names: dict[str, Any]) -> dict[str, Any]:
    """The names that more cells define."""
    names = {**names, "In": [*names["In"], *sources]}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in sources:
            exec(source, names)
    return names


def answered(mutant: Mutant, solved: dict[str, Any]) -> dict[str, Any]:
    return run([cell.source for cell in mutant.cells.values()], solved)


def report_on(question: str, checks: dict[str, str], names: dict[str, Any]) -> Report:
    reports.clear()
    with contextlib.redirect_stdout(io.StringIO()):
        exec(checks[question], dict(names))
    return reports[question]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_reference_meets_all(question: str, checks: dict[str, str], solved: dict[str, Any]) -> None:
    report = report_on(question, checks, solved)
    assert report.state is State.MET and report.outcomes


@pytest.mark.parametrize("mutant", WRONG)
def test_a_mistake_is_missed_and_named_and_told_in_french(
    mutant: Mutant, checks: dict[str, str], solved: dict[str, Any]
) -> None:
    report = report_on(mutant.loses[0], checks, answered(mutant, solved))
    assert report.state is State.MISSED
    missed = [each for each in report.outcomes if each.state is State.MISSED]
    assert any((mutant.check or mutant.hint) in f"{each.hint} {each.came}" for each in missed)
    assert [text for each in report.outcomes for text in english_left(each, LAB)] == []


@pytest.mark.parametrize("mutant", OTHERS)
def test_a_right_answer_or_one_that_hidden_tests_alone_see_meets_all(
    mutant: Mutant, checks: dict[str, str], solved: dict[str, Any]
) -> None:
    names = answered(mutant, solved)
    assert {name: report_on(name, checks, names).state for name in mutant.cells} == dict.fromkeys(
        mutant.cells, State.MET
    )
