"""What a check says of the answers that beginners write: it names the mistake, in few lines.

Each file of ``beginners`` holds wrong answers to one exercise, by name:

``kind``: of mistake.
``answer``: what is typed into the places of the skeleton that are to be filled, in their order; those that are left
out, or empty, hold the right answer.
``edit``: what is changed elsewhere in the cell, as pairs of old and new.
``says``: a regular expression, found in what the report tells of the first mistake where it names this one.
``hidden``: the check in the notebook lets it pass, as it sends no such input.
"""

from __future__ import annotations

import codeop
import contextlib
import io
import linecache
import re
import statistics
import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from amal_attention.checks.checking import reports
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.lab import Lab
from amal_attention.outcome import Report, State
from tests.solutions.french import english_left

LAB = Lab.find("tp9_attention", Path(__file__).parents[3] / "solutions")
REGION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION\n?", re.DOTALL | re.MULTILINE)
HIDDEN_REGION = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.DOTALL)
MOST_LINES = 14
MEDIAN_LINES = 8


@dataclass(frozen=True)
class Beginner:
    """An answer that a beginner writes, and how a report names its mistake."""

    question: str
    name: str
    kind: str
    says: str
    answer: tuple[str, ...] = ()
    edit: tuple[tuple[str, str], ...] = ()
    hidden: bool = False

    def cell(self, solved: str) -> str:
        """The solution cell with this answer in it."""
        given = iter(self.answer)

        def typed(region: re.Match[str]) -> str:
            return textwrap.indent(next(given, ""), region[1]).lstrip("\n") or region[0]

        source = REGION.sub(typed, solved)
        for old, new in self.edit:
            assert old in source
            source = source.replace(old, new)
        return source


def beginners() -> Iterator[Beginner]:
    """The bank, in the order in which it is written."""
    for path in sorted((Path(__file__).parent / "beginners").glob("*.toml")):
        for name, said in tomllib.loads(path.read_text("utf-8")).items():
            edit = tuple((old, new) for old, new in said.pop("edit", ()))
            yield Beginner(path.stem, name, answer=tuple(said.pop("answer", ())), edit=edit, **said)


BANK = tuple(beginners())


@pytest.fixture(scope="module")
def cells() -> dict[str, str]:
    """The solution cells of the solved notebook and its test cells as students see them, by their ids."""
    solved = notebook_of(read_script(LAB), "en")
    named = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in solved.cells}
    return {name: HIDDEN_REGION.sub("", cell.source) for name, cell in named.items() if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def solved(cells: dict[str, str]) -> dict[str, Any]:
    """The names that the notebook's own cells define, those of its solutions among them."""
    notebook = notebook_of(read_script(LAB), "en")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        drawn = "active-ipynb" in cell.metadata.get("tags", [])
        if cell.cell_type == "code" and not drawn:
            _run(cell.source, name or "cell", namespace)
    return namespace


def _run(source: str, name: str, namespace: dict[str, Any]) -> str:
    """Run a cell as a notebook does, and give what it prints."""
    file = f"<{name}>"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(codeop.Compile()(source, file, "exec"), namespace)
    return printed.getvalue()


def checked(beginner: Beginner, cells: dict[str, str], solved: dict[str, Any]) -> tuple[Report, str]:
    """The report of an answer, and all that its check shows."""
    namespace = dict(solved)
    defined = re.search(r"^(?:class|def) (\w+)", cells[beginner.question], re.MULTILINE)
    assert defined is not None
    del namespace[defined[1]]
    with contextlib.suppress(Exception):  # shown by Jupyter, below the answer
        _run(beginner.cell(cells[beginner.question]), beginner.question, namespace)
    reports.clear()
    shown = _run(cells[f"test-{beginner.question}"], f"test-{beginner.question}", namespace)
    return reports[beginner.question], shown


@pytest.fixture(scope="module")
def found(cells: dict[str, str], solved: dict[str, Any]) -> dict[Beginner, tuple[Report, str]]:
    """What is said of each answer."""
    return {beginner: checked(beginner, cells, solved) for beginner in BANK}


def first_mistake(shown: str) -> str:
    """What a report tells of the first mistake, without the expectation that it misses."""
    told = re.search(r"^  ✗ .*\n((?:      .*\n)*)", shown, re.MULTILINE)
    return told[1] if told is not None else ""


def test_an_answer_without_a_mistake_meets_all(cells: dict[str, str], solved: dict[str, Any]) -> None:
    """So a mistake is that of the answer, and none of how it is put into the notebook."""
    for question in {beginner.question for beginner in BANK}:
        report, _ = checked(Beginner(question, "right", "none", ""), cells, solved)
        assert report.state is State.MET


@pytest.mark.parametrize("beginner", BANK, ids=lambda beginner: f"{beginner.question}/{beginner.name}")
def test_a_report_names_the_mistake_first_and_in_few_lines(
    beginner: Beginner, found: dict[Beginner, tuple[Report, str]]
) -> None:
    report, shown = found[beginner]
    if beginner.hidden:
        assert report.state is State.MET
        return
    assert report.state is (State.TO_DO if beginner.name == "init-half-done" else State.MISSED)
    assert re.search(beginner.says, first_mistake(shown) or shown), shown
    assert len(shown.splitlines()) <= MOST_LINES, shown


def test_a_report_in_french_has_no_english_word_of_ours(found: dict[Beginner, tuple[Report, str]]) -> None:
    outcomes = [outcome for report, _ in found.values() for outcome in report.outcomes]
    assert len(outcomes) > 500
    assert [text for outcome in outcomes for text in english_left(outcome, LAB)] == []


def test_reports_are_short(found: dict[Beginner, tuple[Report, str]]) -> None:
    lines = [len(shown.splitlines()) for report, shown in found.values() if report.state is State.MISSED]
    assert statistics.median(lines) <= MEDIAN_LINES


def test_the_bank_has_answers_of_many_kinds_to_every_exercise() -> None:
    assert len(BANK) >= 100
    assert {f"test-{beginner.question}" for beginner in BANK} == {name for name in LAB.points if "test-" in name}
    assert min(Counter(beginner.question for beginner in BANK).values()) >= 10
    assert len({beginner.kind for beginner in BANK}) >= 12
