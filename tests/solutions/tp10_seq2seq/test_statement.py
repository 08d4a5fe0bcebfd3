"""The statement tells the points of all cells in their order, names exercises as pages do, and has its hints."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from amal_attention.course.lab_words import LabWords
from amal_attention.course.script.script import Cell, read_script
from amal_attention.lab import Lab

LAB = Lab.find("tp10_seq2seq", Path(__file__).parents[3] / "solutions")
SCRIPT = read_script(LAB)
HINTS = {"en": ["First hint", "Second hint"], "fr": ["Premier indice", "Deuxième indice"]}
every_language = pytest.mark.parametrize("language", LAB.languages)


def number(text: str) -> float:
    return float(text.replace(",", "."))


def texts_before(language: str) -> list[tuple[str, str]]:
    """Of each answer, its id and the text since the answer before it."""
    found, text = [], ""
    for cell in SCRIPT.released(language):
        if cell.kind == "markdown":
            text += cell.source + "\n"
        elif cell.nbgrader.get("solution"):
            found.append((str(cell.nbgrader["grade_id"]), text))
            text = ""
    return found


def tasks(language: str) -> list[Cell]:
    return [cell for cell in SCRIPT.released(language) if cell.nbgrader.get("task")]


@every_language
def test_points_are_told_of_each_cell_in_its_order(language: str) -> None:
    text = "\n".join(cell.source for cell in SCRIPT.released(language) if cell.kind == "markdown")
    told = [number(points) for points in re.findall(r"\((\d+(?:[.,]\d+)?) points?\)", text)]
    assert told == list(LAB.own_points.values())


@every_language
def test_the_table_adds_the_points_of_each_part(language: str) -> None:
    title = next(cell.source for cell in SCRIPT.released(language) if cell.kind == "markdown")
    rows = {part: number(points) for part, points in re.findall(r"(?m)^\| (\d) .*\| ([\d.,]+) \|$", title)}
    of_parts: dict[str, float] = {}
    for name, points in LAB.own_points.items():
        part = name.removeprefix("test-")[1]
        of_parts[part] = of_parts.get(part, 0) + points
    assert rows == pytest.approx(of_parts)
    assert math.fsum(rows.values()) == 20


@every_language
def test_each_exercise_has_its_name_and_two_hints(language: str) -> None:
    words = LabWords.of(LAB, language)
    for name, text in texts_before(language):
        assert f"> **{words.name(name)}** (" in text, name
        assert re.findall(r"<summary>(.*)</summary>", text) == HINTS[language], name
        assert text.count("<details>\n<summary>") == text.count("\n\n</details>") == 2, name


@every_language
def test_open_questions_have_their_names_and_schemes_that_add_up(language: str) -> None:
    words = LabWords.of(LAB, language)
    for cell in tasks(language):
        name = str(cell.nbgrader["grade_id"])
        assert cell.source.startswith(f"### {words.name(name)} ("), name
        scheme = cell.source.partition("=== BEGIN MARK SCHEME ===")[2]
        parts = [number(points) for points in re.findall(r"(\d+[.,]\d+)(?= ?:)", scheme)]
        assert math.fsum(parts) == pytest.approx(LAB.own_points[name]), name
