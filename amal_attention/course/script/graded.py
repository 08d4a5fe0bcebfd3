"""Which cells nbgrader deals with, and whether they say so in full."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.problems import Problem
from amal_attention.course.script.script import Cell, Script

__all__ = ["graded_kind", "graded_problems", "points_of"]


_FLAGS = ("grade", "solution", "locked", "task")
# The flags that are true of each kind of cell, and the types of cell that it may be.
_KINDS = {
    "solution": ({"solution"}, ("code",)),
    "test": ({"grade", "locked"}, ("code",)),
    "task": ({"locked", "task"}, ("markdown",)),
    "locked": ({"locked"}, ("code", "markdown")),
}
_GRADED = ("test", "task")


def graded_kind(cell: Cell) -> str | None:
    """What nbgrader takes the cell for: "solution", "test", "task", "locked", or None."""
    said = {flag for flag in _FLAGS if cell.nbgrader.get(flag) is True}
    fitting = (kind for kind, (flags, types) in _KINDS.items() if said == flags and cell.kind in types)
    return next(fitting, None)


def points_of(cells: list[Cell]) -> dict[str, float]:
    """What each test and task is worth, by ``grade_id``, in order."""
    return {cell.nbgrader["grade_id"]: cell.nbgrader["points"] for cell in cells if graded_kind(cell) in _GRADED}


def graded_problems(script: Script, languages: tuple[str, ...]) -> list[Problem]:
    """What is wrong with the nbgrader metadata: of each cell by itself, then of the cells of each language."""
    told = [(cell, text) for cell in script.cells if cell.nbgrader for text in _of_cell(cell)]
    if not told:
        told = [found for language in languages for found in _of_language(script.released(language), language)]
    return [Problem(script.path, cell.line, text) for cell, text in told]


def _of_cell(cell: Cell) -> Iterator[str]:
    said = dict(cell.nbgrader)
    for kind in ("that is in no release",) * cell.instructor + ("tagged 'ungraded'",) * cell.ungraded:
        yield f"a cell {kind} is not graded: it has a tag or nbgrader metadata too many"
    grade_id = said.pop("grade_id", None)
    if not isinstance(grade_id, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", grade_id):
        yield f"grade_id is {grade_id!r}, not letters, digits, '-' and '_'"
    version = said.pop("schema_version", None)
    if version != 3 or not isinstance(version, int):
        yield f"schema_version is {version!r}, not 3"
    for flag in _FLAGS:
        value = said.pop(flag, None)
        if not isinstance(value, bool):
            yield f"{flag} is {value!r}, not true or false"
    yield from _wrong_points(graded_kind(cell), said.pop("points", None))
    if graded_kind(cell) is None:
        yield f"this {cell.kind} cell is no solution, test, task or locked cell: its flags fit none of them"
    for key in said:
        yield f"nbgrader knows no key {key!r}"


def _wrong_points(kind: str | None, points: object) -> Iterator[str]:
    worth = isinstance(points, int | float) and not isinstance(points, bool) and 0 <= points < math.inf
    if kind in _GRADED and not worth:
        yield f"points is {points!r}, not a number from 0 on"
    if kind in ("solution", "locked") and points is not None:
        yield "only a test or a task has points"


def _of_language(cells: list[Cell], language: str) -> Iterator[tuple[Cell, str]]:
    first: dict[str, Cell] = {}
    solutions = {cell.nbgrader["grade_id"] for cell in cells if graded_kind(cell) == "solution"}
    for cell in cells:
        if not cell.nbgrader:
            continue
        grade_id = cell.nbgrader["grade_id"]
        if grade_id in first:
            yield cell, f"grade_id {grade_id!r} is also that of the cell at line {first[grade_id].line} in {language!r}"
        first.setdefault(grade_id, cell)
        if graded_kind(cell) != "test":
            continue
        if not grade_id.startswith(TEST_PREFIX):
            yield cell, f"grade_id {grade_id!r} is that of a test: it begins with {TEST_PREFIX!r}"
        elif grade_id.removeprefix(TEST_PREFIX) not in solutions:
            yield (
                cell,
                f"in {language!r} there is no solution cell {grade_id.removeprefix(TEST_PREFIX)!r} for this test",
            )
