"""What the marks of hidden tests say, ``@pytest.mark.question(...)``: they are read, and never run."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amal_attention.course.problems import Problem
from amal_attention.course.script.graded import graded_kind
from amal_attention.course.script.script import Script

__all__ = ["Mark", "hidden_marks"]

_KNOWN = ("points", "hint", "essential", "alive", "requires")


@dataclass(frozen=True)
class Mark:
    """What one hidden test says of itself.

    Attributes:
        path: its file.
        line: the line of the mark.
        question: ``grade_id`` of the solution cell.
        points: the points that it is worth.
        essential: whether it looks at what the question is about.
        alive: whether it sees that the answer is alive.
        requires: the requirements that it tests.
    """

    path: Path
    line: int
    question: str
    points: float
    essential: bool
    alive: bool
    requires: tuple[str, ...]


def hidden_marks(folder: Path, script: Script) -> tuple[list[Mark], list[Problem]]:
    """The marks of the hidden tests in ``folder``, and what is wrong with those that cannot be understood.

    Args:
        folder: the folder of the hidden tests.
        script: one whose graded cells are right (see :func:`amal_attention.course.script.graded.graded_problems`).
    """
    questions = {cell.nbgrader["grade_id"] for cell in script.cells if graded_kind(cell) == "solution"}
    marks: list[Mark] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.py")):
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError) as error:
            problems.append(Problem(path, getattr(error, "lineno", None) or 1, f"cannot be read: {error}"))
            continue
        for line, question, said in _said(tree):
            wrong = list(_wrong(question, said, questions))
            problems += [Problem(path, line, text) for text in wrong]
            if not wrong:
                marks.append(_mark(path, line, str(question), said))
    return marks, problems


def _said(tree: ast.Module) -> Iterator[tuple[int, object, dict[str, Any]]]:
    """Line, question and keywords of each mark: the values that are written out, else their sources."""
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", []):
            call = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
            if not ast.unparse(call.func).endswith("mark.question"):
                continue
            question = "a class" if isinstance(node, ast.ClassDef) else _literal(call.args[0] if call.args else None)
            yield decorator.lineno, question, {str(each.arg): _literal(each.value) for each in call.keywords}


def _wrong(question: object, said: Mapping[str, Any], questions: set[str]) -> Iterator[str]:
    if not isinstance(question, str) or question not in questions:
        yield f"{question!r} is no solution cell ({', '.join(sorted(questions))})"
        return
    points = said.get("points")
    if not isinstance(points, int | float) or isinstance(points, bool) or not 0 <= points < math.inf:
        yield f"points of {question} is {points!r}, not a number written out"
    for name in ("essential", "alive"):
        if not isinstance(said.get(name, False), bool):
            yield f"{name} of {question} is {said[name]!r}, not True or False"
    requires = said.get("requires", ())
    if not isinstance(requires, tuple | list) or not all(isinstance(each, str) for each in requires):
        yield f"requires of {question} is {requires!r}, not a tuple of ids"
    for name in said.keys() - {*_KNOWN, "None"}:
        yield f"{name} of {question} is nothing that a mark says ({', '.join(_KNOWN)})"


def _mark(path: Path, line: int, question: str, said: Mapping[str, Any]) -> Mark:
    return Mark(
        path,
        line,
        question,
        said["points"],
        said.get("essential", False),
        said.get("alive", False),
        tuple(said.get("requires", ())),
    )


def _literal(node: ast.expr | None) -> object:
    """The value that an expression writes out, else its source."""
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)
