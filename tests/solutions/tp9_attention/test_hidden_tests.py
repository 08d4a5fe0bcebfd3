"""The hidden tests take marks for each mistake of the bank, where it says so and nowhere else, and tell what it is.

They run here as functions, on the names that a notebook defines: one process for all of them.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
import io
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch

from amal_attention.course.mutation.mutants import Mutant, mutated, read_mutants
from amal_attention.course.release.nbgrader_glue import cleared
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.grading.exam.draws import Draws
from amal_attention.grading.verdict.telling import told
from amal_attention.grading.wire.raised import outcome_of
from amal_attention.grading.wire.student import LocalStudent
from amal_attention.lab import Lab
from amal_attention.outcome import Outcome, State

pytestmark = pytest.mark.long

LAB = Lab.find("tp9_attention", Path(__file__).parents[3] / "solutions")
MUTANTS = {mutant.name: mutant for mutant in read_mutants(LAB.folder / "mutants")}
QUESTIONS = [name.removeprefix("test-") for name in LAB.points if name.startswith("test-")]
SEEDS = (1, 20261121)
"""Wrong answers are looked at with the first; ``amal mutants --seeds 20`` takes more.

Right ones are with both; but those that only use one are the lab's own, which the second seed has seen already.
"""


@dataclass(frozen=True)
class HiddenTest:
    """One of them, and what its marker says."""

    name: str
    run: Callable[[object, Draws], None]
    question: str
    points: float
    hint: str
    alive: bool
    requires: tuple[str, ...]


@dataclass(frozen=True)
class Lost:
    """A hidden test that failed, and what became of it."""

    test: HiddenTest
    outcome: Outcome

    @property
    def told(self) -> str:
        """All that a student reads of it."""
        return f"{told(self.test.question, self.outcome)}\n{self.test.hint}"


def hidden_tests() -> list[HiddenTest]:
    found = []
    for path in sorted((LAB.folder / "hidden_tests").glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"hidden_{path.stem}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, function in vars(module).items():
            for mark in getattr(function, "pytestmark", []):
                assert name.startswith("test_") and mark.name == "question"
                said = mark.kwargs
                alive, requires = said.get("alive", False), said.get("requires", ())
                found.append(HiddenTest(name, function, *mark.args, said["points"], said["hint"], alive, requires))
    return sorted(found, key=lambda test: (test.question, not test.alive))


HIDDEN = hidden_tests()


@functools.cache
def reference() -> Any:
    return notebook_of(read_script(LAB), "en")


@pytest.fixture(scope="module")
def notebook() -> Any:
    return reference()


def grade_id(cell: Any) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def names_of(notebook: Any) -> dict[str, Any]:
    """What the cells define that neither train nor test; one that raises ends there."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "active-ipynb" not in cell.metadata.get("tags", []):
            with contextlib.suppress(Exception):
                exec(compile(cell.source, grade_id(cell) or "cell", "exec"), names)
    return names


def lost_by(notebook: Any, questions: Collection[str], seed: int) -> list[Lost]:
    """The hidden tests of these questions that fail; all of a question whose answer is not alive."""
    lost: list[Lost] = []
    dead: dict[str, Outcome] = {}
    with contextlib.redirect_stdout(io.StringIO()), torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        student = LocalStudent(names_of(notebook))
        for test in HIDDEN:
            if test.question in dead:
                lost.append(Lost(test, dead[test.question]))
            elif test.question in questions:
                draws = Draws(seed, test.name)
                torch.default_generator.manual_seed(draws.seed())  # as a session does
                try:
                    test.run(student, draws)
                except Exception as error:
                    lost.append(Lost(test, outcome_of(error)))
                    if test.alive:
                        dead[test.question] = lost[-1].outcome
    return lost


def concerned(notebook: Any, replaced: Collection[str]) -> set[str]:
    """The questions whose cells are replaced, and those that use what these define."""
    sources = {grade_id(cell): cell.source for cell in notebook.cells if grade_id(cell) in QUESTIONS}
    trees = {name: ast.parse(source) for name, source in sources.items()}
    uses = {name: {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} for name, tree in trees.items()}
    found: set[str] = set()
    more = set(replaced)
    while more - found:
        found |= more
        defined = {node.name for name in found for node in trees[name].body if hasattr(node, "name")}
        more = {name for name in trees if uses[name] & defined}
    return found


@functools.cache
def lost_with(name: str, seed: int) -> list[Lost]:
    """The hidden tests that a submission of the bank fails; once for all that is asked of it."""
    mutant = MUTANTS[name]
    questions = concerned(reference(), mutant.cells) if seed == SEEDS[0] else mutant.cells
    return lost_by(mutated(reference(), mutant), questions, seed)


def names_the_mistake(mutant: Mutant, lost: list[Lost]) -> bool:
    """Whether the question that is answered wrongly tells it in the words of the bank."""
    return any(mutant.hint in each.told for each in lost if each.test.question == mutant.loses[0])


def empty(notebook: Any, *questions: str) -> Any:
    """The notebook with the cells of these questions as students get them."""
    emptied, unsolved = nbformat.from_dict(notebook), cleared(nbformat.from_dict(notebook), "en")
    sources = {grade_id(cell): cell.source for cell in unsolved.cells}
    for cell in emptied.cells:
        if grade_id(cell) in questions:
            cell.source = sources[grade_id(cell)]
    return emptied


WRONG = [pytest.param(mutant, id=name) for name, mutant in MUTANTS.items() if not mutant.right]
RIGHT = [pytest.param(mutant, id=name) for name, mutant in MUTANTS.items() if mutant.right]


@pytest.mark.parametrize("mutant", WRONG)
def test_a_mistake_loses_marks_where_it_matters_and_nowhere_else(mutant: Mutant) -> None:
    lost = lost_with(mutant.name, SEEDS[0])
    questions = {each.test.question for each in lost if each.test.points}
    assert {mutant.loses[0]} <= questions <= set(mutant.loses), [each.told for each in lost]
    seen = {name for each in lost if each.test.question == mutant.loses[0] for name in each.test.requires}
    assert set(mutant.breaks) <= seen, [each.told for each in lost]
    assert all(each.outcome.state is State.MISSED for each in lost)


@pytest.mark.parametrize("mutant", RIGHT)
def test_a_right_answer_loses_nothing(mutant: Mutant) -> None:
    for seed in SEEDS:
        assert [(each.test.name, each.told) for each in lost_with(mutant.name, seed)] == []


def test_nine_in_ten_mistakes_are_named() -> None:
    wrong = [mutant for mutant in MUTANTS.values() if not mutant.right]
    silent = [mutant.name for mutant in wrong if not names_the_mistake(mutant, lost_with(mutant.name, SEEDS[0]))]
    assert len(silent) <= len(wrong) / 10, silent


def test_what_is_told_never_holds_a_line_of_the_tests() -> None:
    paths = sorted((LAB.folder / "hidden_tests").glob("*.py"))
    lines = {line.strip() for path in paths for line in path.read_text("utf-8").split("\n")}
    code = {line for line in lines if len(line) > 20 and any(sign in line for sign in "(=[") and "hint=" not in line}
    for mutant in MUTANTS.values():
        for each in lost_with(mutant.name, SEEDS[0]):
            text = told(each.test.question, each.outcome)
            assert "hidden_tests" not in text and not [line for line in code if line in text], text


@pytest.mark.parametrize("seed", SEEDS)
def test_the_solution_loses_nothing(seed: int, notebook: Any) -> None:
    assert [each.told for each in lost_by(notebook, QUESTIONS, seed)] == []


@pytest.mark.parametrize("language", LAB.languages)
def test_the_notebook_that_students_get_earns_nothing_and_says_not_attempted(language: str) -> None:
    lost = lost_by(cleared(notebook_of(read_script(LAB), language), language), QUESTIONS, SEEDS[0])
    assert [each.test for each in lost] == HIDDEN
    assert all(each.outcome.state is State.TO_DO for each in lost), [each.told for each in lost]


def test_a_notebook_without_any_answer_earns_nothing_and_says_not_attempted() -> None:
    lost = lost_by(nbformat.v4.new_notebook(), QUESTIONS, SEEDS[0])
    assert [each.test for each in lost] == HIDDEN and all(each.outcome.state is State.TO_DO for each in lost)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_answer_takes_no_marks_from_questions_that_can_do_without(question: str, notebook: Any) -> None:
    """With questions 3, 4 and 5 written in full, as the statement lets one do."""
    answers = notebook
    for name in ("right-text-query-own-mean", "right-contextual-packed", "right-penalty-on-lightning-module"):
        answers = mutated(answers, MUTANTS[name])
    (nothing,) = [cell.source for cell in empty(notebook, question).cells if grade_id(cell) == question]
    (cell,) = [cell for cell in answers.cells if grade_id(cell) == question]
    cell.source = nothing
    assert {each.test.question for each in lost_by(answers, QUESTIONS, SEEDS[0])} == {question}


def test_the_points_of_each_question_are_those_of_its_cell() -> None:
    for question in QUESTIONS:
        given = sum(test.points for test in HIDDEN if test.question == question)
        assert given == LAB.points[f"test-{question}"], question


def test_partial_credit_there_are_several_tests_of_each_question_and_none_is_all_of_it() -> None:
    for question in QUESTIONS:
        points = [test.points for test in HIDDEN if test.question == question]
        assert len(points) >= 3 and max(points) <= sum(points) / 2


def test_the_same_seed_draws_the_same_and_another_seed_something_else(notebook: Any) -> None:
    mutant = MUTANTS["mean-divides-by-length"]
    first, again, other = (
        [each.told for each in lost_by(mutated(notebook, mutant), mutant.loses, seed)] for seed in (1, 1, 2)
    )
    assert first == again and first != other
