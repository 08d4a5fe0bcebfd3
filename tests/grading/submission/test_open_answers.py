"""An answer that a person marks is found wherever it was typed, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amal_attention.grading.submission.open_answers import open_answers
from amal_attention.grading.submission.recognition import recognised
from amal_attention.notebook.cells import NotebookCell
from tests.grading.submissions.shop import named, own, reference, skeleton

ANSWER_PLACE = "*Your answer · votre réponse*"


def answers(change: Callable[[list[Any]], None]) -> list[str]:
    """What is found of the shop's one open question in a release that a student changed."""
    notebook = skeleton()
    change(notebook["cells"])
    cells = [NotebookCell.of(number, each) for number, each in enumerate(notebook["cells"], 1)]
    found = open_answers(recognised(cells, reference().releases["en"][1], by_id=True))
    assert list(found) == ["q1-observe"]
    return [cell.source for cell in found["q1-observe"]]


def task(cells: list[Any]) -> int:
    return cells.index(named({"cells": cells}, "q1-observe"))


def put(offset: int, cell: dict[str, Any]) -> Callable[[list[Any]], None]:
    return lambda cells: cells.insert(task(cells) + offset, cell)


def test_what_is_as_it_was_given_is_no_answer():
    assert answers(lambda cells: None) == []


def test_the_free_cell_below_the_question():
    assert answers(lambda cells: cells[task(cells) + 1].update(source="Eggs.")) == ["Eggs."]


def test_the_question_s_own_cell():
    assert answers(lambda cells: cells[task(cells)].update(source="Eggs.")) == ["Eggs."]


@pytest.mark.parametrize("offset", [1, 2])
@pytest.mark.parametrize("kind", ["markdown", "code"])
def test_cells_of_their_own_behind_the_question_or_its_free_cell(offset, kind):
    assert answers(put(offset, own("# eggs", kind=kind))) == ["# eggs"]


def test_several_cells_stand_in_the_order_of_the_file():
    def change(cells: list[Any]) -> None:
        cells[task(cells) + 1]["source"] = "second"
        put(1, own("# first"))(cells)
        put(3, own("third", kind="markdown"))(cells)

    assert answers(change) == ["# first", "second", "third"]


def test_a_question_that_was_deleted_leaves_its_answer():
    def change(cells: list[Any]) -> None:
        cells[task(cells) + 1]["source"] = "Eggs."
        del cells[task(cells)]

    assert answers(change) == ["Eggs."]


def test_what_stands_behind_another_cell_of_the_release_is_none():
    assert answers(put(0, own("# before"))) == [] and answers(put(3, own("# behind what trains"))) == []
