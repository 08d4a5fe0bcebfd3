"""What each graded cell is worth: the same in the notebooks, in ``lab.toml`` and in the hidden tests."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.graded import graded_kind, points_of
from amal_attention.course.problems import Problem
from amal_attention.course.script import Script
from amal_attention.lab import Lab

__all__ = ["points_problems"]


def points_problems(lab: Lab, script: Script) -> list[Problem]:
    """Where the points disagree; each of them names the cell and every value there is.

    Args:
        lab: its manifest and, where there are any, its hidden tests, which are read and never run.
        script: one whose graded cells are right (see :func:`amal_attention.course.graded.graded_problems`).
    """
    hidden, problems = _hidden(lab, script)
    notebooks = {language: points_of(script.released(language)) for language in lab.languages}
    manifest = lab.folder / "lab.toml"
    names = {name: None for points in [*notebooks.values(), lab.points, hidden or {}] for name in points}
    for name in names:
        values = {f"the notebook in {language}": points.get(name) for language, points in notebooks.items()}
        values[manifest.name] = lab.points.get(name)
        if hidden is not None and name.startswith(TEST_PREFIX):
            values["hidden_tests"] = hidden.get(name)
        if not _agree(list(values.values())):
            told = ", ".join(f"{_number(value)} in {place}" for place, value in values.items())
            problems.append(Problem(script.path, _line(script, name), f"{name}: {told}"))
    if not problems:
        problems = [
            Problem(manifest, 1, f"[points] are not in the order of the notebook in {language}: {', '.join(points)}")
            for language, points in notebooks.items()
            if list(points) != list(lab.points)
        ]
    return problems


def _hidden(lab: Lab, script: Script) -> tuple[dict[str, float] | None, list[Problem]]:
    """What the hidden tests of each question add up to, by ``grade_id`` of its test cell; None without the folder."""
    folder = lab.folder / "hidden_tests"
    if not folder.is_dir():
        return None, []
    questions = {cell.nbgrader["grade_id"] for cell in script.cells if graded_kind(cell) == "solution"}
    given: dict[str, list[float]] = {}
    problems = []
    for path in sorted(folder.glob("*.py")):
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError) as error:
            problems.append(Problem(path, getattr(error, "lineno", None) or 1, f"cannot be read: {error}"))
            continue
        for line, question, points in _marks(tree):
            if not isinstance(question, str) or question not in questions:
                problems.append(
                    Problem(path, line, f"{question!r} is no solution cell ({', '.join(sorted(questions))})")
                )
            elif not isinstance(points, int | float) or isinstance(points, bool) or not 0 <= points < math.inf:
                problems.append(Problem(path, line, f"points of {question} is {points!r}, not a number written out"))
            else:
                given.setdefault(TEST_PREFIX + question, []).append(points)
    return {name: math.fsum(points) for name, points in given.items()}, problems


def _marks(tree: ast.Module) -> Iterator[tuple[int, object, object]]:
    """Line, question and points of each ``@pytest.mark.question(question, points=...)``, where they are literal."""
    for node in ast.walk(tree):
        for mark in getattr(node, "decorator_list", []):
            call = mark if isinstance(mark, ast.Call) else ast.Call(mark, [], [])
            if not ast.unparse(call.func).endswith("mark.question"):
                continue
            if isinstance(node, ast.ClassDef):
                yield mark.lineno, "a class", None
                continue
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            question = call.args[0] if call.args else None
            yield mark.lineno, _literal(question), _literal(named.get("points"))


def _literal(node: ast.expr | None) -> object:
    """The value that an expression writes out, else its source."""
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _agree(values: list[float | None]) -> bool:
    known = [value for value in values if value is not None]
    return len(known) == len(values) and all(math.isclose(value, known[0]) for value in known)


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


def _line(script: Script, name: str) -> int:
    return next((cell.line for cell in script.cells if cell.nbgrader.get("grade_id") == name), 1)
