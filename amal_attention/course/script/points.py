"""What each graded cell is worth: the same in the notebooks, in ``lab.toml`` and in the hidden tests."""

from __future__ import annotations

import math

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.problems import Problem
from amal_attention.course.script.graded import points_of
from amal_attention.course.script.marks import hidden_marks
from amal_attention.course.script.script import Script
from amal_attention.lab import Lab

__all__ = ["points_problems"]


def points_problems(lab: Lab, script: Script) -> list[Problem]:
    """Where the points disagree; each of them names the cell and every value there is.

    Args:
        lab: its manifest and, where there are any, its hidden tests, which are read and never run.
        script: one whose graded cells are right (see :func:`amal_attention.course.script.graded.graded_problems`).
    """
    hidden, problems = _hidden(lab, script)
    notebooks = {language: points_of(script.released(language)) for language in lab.languages}
    manifest = lab.folder / "lab.toml"
    names = {name: None for points in [*notebooks.values(), lab.own_points, hidden or {}] for name in points}
    for name in names:
        values = {f"the notebook in {language}": points.get(name) for language, points in notebooks.items()}
        values[manifest.name] = lab.own_points.get(name)
        if hidden is not None and name.startswith(TEST_PREFIX):
            values["hidden_tests"] = hidden.get(name)
        if not _agree(list(values.values())):
            told = ", ".join(f"{_number(value)} in {place}" for place, value in values.items())
            problems.append(Problem(script.path, _line(script, name), f"{name}: {told}"))
    if not problems:
        problems = [
            Problem(manifest, 1, f"[points] are not in the order of the notebook in {language}: {', '.join(points)}")
            for language, points in notebooks.items()
            if list(points) != list(lab.own_points)
        ]
    return problems


def _hidden(lab: Lab, script: Script) -> tuple[dict[str, float] | None, list[Problem]]:
    """What the hidden tests of each question add up to, by ``grade_id`` of its test cell; None without the folder."""
    folder = lab.folder / "hidden_tests"
    if not folder.is_dir():
        return None, []
    marks, problems = hidden_marks(folder, script)
    given: dict[str, list[float]] = {}
    for mark in marks:
        given.setdefault(TEST_PREFIX + mark.question, []).append(mark.points)
    return {name: math.fsum(points) for name, points in given.items()}, problems


def _agree(values: list[float | None]) -> bool:
    known = [value for value in values if value is not None]
    return len(known) == len(values) and all(math.isclose(value, known[0]) for value in known)


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


def _line(script: Script, name: str) -> int:
    return next((cell.line for cell in script.cells if cell.nbgrader.get("grade_id") == name), 1)
