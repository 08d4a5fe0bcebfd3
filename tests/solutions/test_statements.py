"""Statements tell the points of all cells in their order, name exercises as pages do, and have their hints."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

import pytest

from amal_attention.course.lab_words import LabWords
from amal_attention.course.script.script import Cell, Script, read_script
from amal_attention.lab import Lab

HINTS = {"en": ["First hint", "Second hint"], "fr": ["Premier indice", "Deuxième indice"]}
LABS = [Lab.find(name, Path(__file__).parents[2] / "solutions") for name in ("tp10_seq2seq", "tp11_transformer")]
every_statement = pytest.mark.parametrize(
    ("lab", "language"),
    [pytest.param(lab, language, id=f"{lab.name}-{language}") for lab in LABS for language in lab.languages],
)


@cache
def script_of(name: str) -> Script:
    return read_script(next(lab for lab in LABS if lab.name == name))


def number(text: str) -> float:
    return float(text.replace(",", "."))


def texts_before(lab: Lab, language: str) -> list[tuple[str, str]]:
    """Of each answer, its id and the text since the answer before it, whether or not that one is graded."""
    found, text = [], ""
    for cell in script_of(lab.name).released(language):
        if cell.kind == "markdown":
            text += cell.source + "\n"
        elif cell.ungraded:
            text = ""
        elif cell.nbgrader.get("solution"):
            found.append((str(cell.nbgrader["grade_id"]), text))
            text = ""
    return found


def tasks(lab: Lab, language: str) -> list[Cell]:
    return [cell for cell in script_of(lab.name).released(language) if cell.nbgrader.get("task")]


@every_statement
def test_points_are_told_of_each_cell_in_its_order(lab: Lab, language: str) -> None:
    cells = script_of(lab.name).released(language)
    text = "\n".join(cell.source for cell in cells if cell.kind == "markdown")
    told = [number(points) for points in re.findall(r"\((\d+(?:[.,]\d+)?) points?\)", text)]
    assert told == list(lab.own_points.values())


@every_statement
def test_the_table_adds_the_points_of_each_part(lab: Lab, language: str) -> None:
    title = next(cell.source for cell in script_of(lab.name).released(language) if cell.kind == "markdown")
    rows = {part: number(points) for part, points in re.findall(r"(?m)^\| (\d) .*\| ([\d.,]+) \|$", title)}
    of_parts: dict[str, float] = {}
    for name, points in lab.own_points.items():
        part = name.removeprefix("test-")[1]
        of_parts[part] = of_parts.get(part, 0) + points
    assert rows == pytest.approx(of_parts)
    assert math.fsum(rows.values()) == 20


@every_statement
def test_each_exercise_has_its_name_and_two_hints(lab: Lab, language: str) -> None:
    words = LabWords.of(lab, language)
    for name, text in texts_before(lab, language):
        assert f"> **{words.name(name)}** (" in text, name
        assert re.findall(r"<summary>(.*)</summary>", text) == HINTS[language], name
        assert text.count("<details>\n<summary>") == text.count("\n\n</details>") == 2, name


@every_statement
def test_open_questions_have_their_names_and_schemes_that_add_up(lab: Lab, language: str) -> None:
    words = LabWords.of(lab, language)
    for cell in tasks(lab, language):
        name = str(cell.nbgrader["grade_id"])
        assert cell.source.startswith(f"### {words.name(name)} ("), name
        scheme = cell.source.partition("=== BEGIN MARK SCHEME ===")[2]
        parts = [number(points) for points in re.findall(r"(\d+[.,]\d+)(?= ?:)", scheme)]
        assert math.fsum(parts) == pytest.approx(lab.own_points[name]), name
