"""Answers without understanding, graded: how many points can be earned without any idea of the exercise?

They are made of the signatures of the lab's own answers (see :mod:`amal_attention.grading.bank.thoughtless`); a lab may
add others, in the folder ``mutants/trivial``.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from amal_attention.course.mutation.mutants import Mutant, MutantCell, mutated, read_mutants
from amal_attention.course.release.release import skeleton
from amal_attention.course.script.markers import regions
from amal_attention.course.script.script import Cell, read_script
from amal_attention.grading.bank.solved import as_bytes, solved_notebook
from amal_attention.grading.run.cohort import grade_by_crew
from amal_attention.grading.run.workers import ALONE, Crew
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.lab import Lab
from amal_attention.notebook.cells import NotebookCell

__all__ = ["MOST_OF_ALL", "MOST_OF_A_QUESTION", "Trivial", "grade_trivial", "trivial_answers", "trivial_text"]

MOST_OF_A_QUESTION = 1 / 10
"""The share of a question that an answer without understanding may earn."""

MOST_OF_ALL = 1 / 15
"""The share of all points that a notebook of them may earn, each question with the one that earns most there."""

_FROM = "from amal_attention.grading.bank.thoughtless import in_place_of, remembering, thoughtless"
_EARLIER = {"nearest earlier answer": 0, "earlier answer but one": 1}
_KINDS = ("zeros", "ones", "input", "mean", "random")
_ALL = "the best of each"
_ENOUGH = 1e-9


@dataclass(frozen=True)
class _Exercise:
    """A class or function that students write, or part of it: of a class, ``methods`` are the exercise."""

    name: str
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Trivial:
    """What answers without understanding earn.

    Attributes:
        points: the points of each question.
        earned: what was earned on each question, by the name of the answer.
    """

    points: Mapping[str, float]
    earned: Mapping[str, Mapping[str, float]]

    def best(self, question: str) -> tuple[float, str]:
        """The most that one earns of a question, and which does."""
        by_answer = self.earned.get(question, {})
        name = max(by_answer, key=lambda each: by_answer[each], default="")
        return by_answer.get(name, 0.0), name

    @property
    def total(self) -> float:
        """The most that a notebook of them earns."""
        return sum(self.best(question)[0] for question in self.points)

    @property
    def too_much(self) -> list[str]:
        """The questions of which more than a tenth is earned."""
        return [
            question
            for question, points in self.points.items()
            if self.best(question)[0] > points * MOST_OF_A_QUESTION + _ENOUGH
        ]

    @property
    def as_it_should(self) -> bool:
        """Whether no question gives more than a tenth, and all together no more than a fifteenth."""
        return not self.too_much and self.total <= sum(self.points.values()) * MOST_OF_ALL + _ENOUGH


def trivial_answers(lab: Lab) -> list[Mutant]:
    """The answers of every kind, each for all questions at once; then those that the lab adds.

    Raises:
        LabError: the script cannot be read or released, or an answer that the lab adds is not written as it must be.
    """
    cells = {str(cell.nbgrader["grade_id"]): cell for cell in _solutions(lab)}
    exercises = {question: _exercises(cell) for question, cell in cells.items()}
    checks = _public_checks(lab)

    def answer(about: str, put: Callable[[str, _Exercise], str]) -> Mutant:
        replaced = {}
        for question, cell in cells.items():
            lines = [f"{each.name} = {put(question, each)}" for each in exercises[question]]
            replaced[question] = MutantCell(1, "\n\n".join([cell.source, _FROM, *lines]))
        return Mutant(Path(about), about, (), "", False, replaced)

    def earlier(question: str) -> list[str]:
        before = list(exercises)[: list(exercises).index(question)]
        return [each.name for other in reversed(before) for each in exercises[other]]

    made = [answer(kind, lambda _, each, kind=kind: _call("thoughtless", each, repr(kind))) for kind in _KINDS]  # type: ignore[misc]
    made.append(
        answer(
            "what the public check asks",
            lambda question, each: _call("remembering", each, repr(checks.get(question, "")), "globals()"),
        )
    )
    for about, which in _EARLIER.items():
        made.append(
            answer(about, lambda question, each, n=which: _call("in_place_of", each, repr(earlier(question)), str(n)))  # type: ignore[misc]
        )
    added = lab.folder / "mutants" / "trivial"
    return made + (read_mutants(added) if added.is_dir() else [])


def grade_trivial(
    lab: Lab,
    seed: int,
    isolation: Isolation = Isolation.SANDBOX,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    crew: Crew = ALONE,
) -> Trivial:
    """Grade the answers without understanding.

    Args:
        lab: the lab.
        seed: the seed of the hidden tests.
        isolation: where the answers run.
        progress: told after each how many are done, of how many, and its name.
        crew: who grades.

    Raises:
        LabError: the lab cannot be graded.
        SandboxError: there is no sandbox on this machine.
    """
    answers = {each.name: each for each in trivial_answers(lab)}
    solved = solved_notebook(lab)
    earned: dict[str, dict[str, float]] = {}
    points: dict[str, float] = {}
    done = 0

    def submissions() -> Iterator[Submission]:
        for name, each in answers.items():
            yield Submission(name, as_bytes(mutated(solved, each)), questions=tuple(each.cells))

    def keep(verdict: Verdict) -> None:
        nonlocal done
        done += 1
        progress(done, len(answers), verdict.submission)
        for each in verdict.questions:
            if each.question in answers[verdict.submission].cells:
                points[each.question] = each.points
                earned.setdefault(each.question, {})[verdict.submission] = each.earned

    reference = functools.cache(lambda: Reference.of(lab))
    grade_by_crew(crew, lab, submissions(), keep, seed=seed, isolation=isolation, reference=reference)
    ordered = [question for question in reference().questions if question in points]
    return Trivial({question: points[question] for question in ordered}, earned)


def trivial_text(found: Trivial) -> str:
    """The most that is earned of each question without understanding, by which answer, and of all together."""
    width = max(map(len, [*found.points, _ALL]))
    lines = ["without understanding"]
    for question, points in found.points.items():
        most, name = found.best(question)
        sign = "✗" if question in found.too_much else " "
        lines.append(f"{sign} {question:{width}}  {most:g} of {points:g}{f'  ({name})' if most else ''}")
    everything = sum(found.points.values())
    sign = "✗" if found.total > everything * MOST_OF_ALL + _ENOUGH else " "
    lines.append(f"{sign} {_ALL:{width}}  {found.total:g} of {everything:g}")
    return "\n".join(lines)


def _call(function: str, exercise: _Exercise, *others: str) -> str:
    return f"{function}({exercise.name}, {list(exercise.methods)!r}, {', '.join(others)})"


def _solutions(lab: Lab) -> list[Cell]:
    return [cell for cell in read_script(lab).released(lab.languages[0]) if cell.nbgrader.get("solution")]


def _exercises(cell: Cell) -> list[_Exercise]:
    """What a solution cell defines at its top with a part for students in it."""
    asked = [region.begin - cell.line for region in regions(cell) if region.kind == "SOLUTION"]

    def holds(node: ast.stmt) -> bool:
        return any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in asked)

    found = []
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.ClassDef) and holds(node):
            inside = [each.name for each in node.body if isinstance(each, ast.FunctionDef) and holds(each)]
            found.append(_Exercise(node.name, tuple(name for name in inside if name != "__init__")))
        elif isinstance(node, ast.FunctionDef) and holds(node):
            found.append(_Exercise(node.name, ()))
    return found


def _public_checks(lab: Lab) -> dict[str, str]:
    """The public check of each question, as students get it."""
    cells = [NotebookCell.of(*each) for each in enumerate(skeleton(lab, lab.languages[0])["cells"], 1)]
    return {cell.question: cell.source for cell in cells if cell.is_test}
