"""The bank of a lab, in this process: what public checks say of its submissions, and what hidden tests take for them.

``amal mutants LAB`` grades the whole bank in the sandbox. Here each submission stands in for its own answers alone.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict

from amal_attention.checks.checking import reports
from amal_attention.course.mutation.mutants import Mutant, read_mutants
from amal_attention.grading.bank.bank import Graded
from amal_attention.grading.bank.solved import solved_notebook
from amal_attention.grading.exam.hidden import HiddenTests
from amal_attention.grading.exam.local_sitting import LocalSitting
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, Verdict
from amal_attention.lab import Lab
from amal_attention.outcome import Report, State

__all__ = ["ROOT", "WHOLE", "Bank", "defined_by", "missed"]

ROOT = Path(__file__).parents[2]
WHOLE = "AMAL_WHOLE_BANK" in os.environ
"""Whether every mistake is looked at: some minutes of a processor for each lab."""

_HIDDEN_REGION = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.DOTALL)


class Bank:
    """Wrong and right answers to the questions of a lab.

    Args:
        name: the lab's.
    """

    def __init__(self, name: str) -> None:
        self.lab = Lab.find(name, ROOT / "solutions")
        self.mutants = {mutant.name: mutant for mutant in read_mutants(self.lab.folder / "mutants")}
        self.questions = [each.removeprefix("test-") for each in self.lab.points if each.startswith("test-")]
        self.reported = functools.cache(self._reported)

    @staticmethod
    @functools.cache
    def of(name: str) -> Bank:
        """The bank of a lab, read once by each process."""
        return Bank(name)

    @cached_property
    def notebook(self) -> NotebookNode:
        """The solved notebook."""
        return solved_notebook(self.lab)

    @cached_property
    def checks(self) -> dict[str, str]:
        """The test cells as students see them, by question."""
        named = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell.source for cell in self.notebook.cells}
        return {name: _HIDDEN_REGION.sub("", named[f"test-{name}"]) for name in self.questions}

    @cached_property
    def names(self) -> dict[str, Any]:
        """What the solved notebook defines, and ``In``, its cells, as a kernel has them."""
        return defined_by(self.notebook)

    def names_at(self, question: str) -> dict[str, Any]:
        """What the solved notebook has defined when the test cell of a question runs, as in nbgrader's own stage."""
        cells = self.notebook.cells
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in cells]
        return defined_by(from_dict({**self.notebook, "cells": cells[: ids.index(f"test-{question}")]}))

    def answered(self, mutant: Mutant) -> dict[str, Any]:
        """The names of the solved notebook, with those that a submission defines in their places."""
        return _run([cell.source for cell in mutant.cells.values()], self.names)

    def report(self, question: str, names: Mapping[str, Any]) -> Report:
        """What the public check of a question says of answers."""
        reports.clear()
        with contextlib.redirect_stdout(io.StringIO()):
            exec(self.checks[question], dict(names))
        return reports[question]

    def _reported(self, name: str) -> dict[str, Report]:
        mutant = self.mutants[name]
        names = self.answered(mutant)
        return {question: self.report(question, names) for question in mutant.cells}

    def graded(self, mutant: Mutant, tests: HiddenTests) -> Graded:
        """The verdict on a submission, asked of the answers that it replaces."""
        held = tests.hold(LocalSitting(self.answered(mutant)), list(mutant.cells))
        questions = tuple(QuestionVerdict(question, tuple(outcomes)) for question, outcomes in held.items())
        return Graded(mutant, Verdict(mutant.name, self.lab.name, Status.GRADED, questions=questions))

    def one_a_requirement(self) -> list[Mutant]:
        """For each requirement of a question the first mistake that breaks it; all mistakes with AMAL_WHOLE_BANK."""
        wrong = [mutant for mutant in self.mutants.values() if not mutant.right]
        return _first_each(wrong, lambda mutant: [(mutant.loses[0], name) for name in mutant.breaks])

    def one_a_question(self) -> list[Mutant]:
        """For each question the first mistake that its check in the notebook sees; all such with AMAL_WHOLE_BANK."""
        seen = [mutant for mutant in self.mutants.values() if not mutant.right and mutant.public]
        return _first_each(seen, lambda mutant: [mutant.loses[0]])


def _first_each(mutants: Sequence[Mutant], kinds: Callable[[Mutant], Iterable[Any]]) -> list[Mutant]:
    """Those that are the first of one of their kinds."""
    first = {kind: each.name for each in reversed(mutants) for kind in kinds(each)}
    return [each for each in mutants if WHOLE or each.name in first.values()]


def defined_by(notebook: NotebookNode) -> dict[str, Any]:
    """What the cells of a notebook define that neither train nor check nor draw."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in code if "active-ipynb" not in cell.metadata.get("tags", [])]
    return _run(sources, {"__name__": "__main__", "In": []})


def _run(sources: Sequence[str], names: Mapping[str, Any]) -> dict[str, Any]:
    """The names that more cells define; where one raises, it ends."""
    found = {**names, "In": [*names["In"], *sources]}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in sources:
            with contextlib.suppress(Exception):
                exec(source, found)
    return found


def missed(report: Report) -> list[str]:
    """What a student reads of what is missed."""
    return [f"{outcome.hint} {outcome.came}" for outcome in report.outcomes if outcome.state is State.MISSED]
