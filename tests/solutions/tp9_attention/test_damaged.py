"""The library of damaged submissions, made from this lab: its answers are found in each that can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amal_attention.course.release.release import release
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.repair import read_answers
from amal_attention.lab import Lab
from tests.grading.submissions.damaged import DAMAGED, solutions

LAB = Lab.find("tp9_attention", Path(__file__).parents[3] / "solutions")


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference.of(LAB)


@pytest.fixture(scope="module", params=LAB.languages)
def solved(request) -> dict:
    """The release with a line of the student's in each answer."""
    notebook = json.loads(release(LAB, request.param))
    for cell in solutions(notebook):
        cell["source"] = "".join(cell["source"]) + f"\nmine = {cell['id']!r}"
    return notebook


def test_the_questions_are_those_that_have_points(reference):
    assert [f"test-{name}" for name in reference.questions] == [name for name in LAB.points if name.startswith("test-")]


def test_a_release_needs_no_repair(reference, solved):
    answers = read_answers(json.dumps(solved).encode(), reference)
    assert (answers.language, answers.repairs) == (solved["metadata"]["amal"]["language"], ())


@pytest.mark.parametrize("name", DAMAGED)
def test_the_answers_that_stand_are_found(reference, solved, name):
    damage = DAMAGED[name]
    if damage.refused:
        with pytest.raises(damage.refused):
            read_answers(damage(solved), reference)
        return
    answers = read_answers(damage(solved), reference)
    mine = [cell for cell in answers.cells if cell.question]
    assert sorted({cell.question for cell in mine}) == sorted(damage.surviving(solved))
    assert all(f"\nmine = {cell.question!r}" in cell.source for cell in mine)
    assert any(damage.told in each for each in answers.repairs) if damage.told else answers.repairs == ()


@pytest.mark.parametrize("with_ids", [True, False])
def test_what_a_student_wrote_to_warm_up_is_there_for_their_answers(reference, solved, with_ids):
    """It is not graded, but an answer may use it: of the definitions that run before, theirs is the last."""
    notebook = json.loads(json.dumps(solved))
    (warm_up,) = (cell for cell in notebook["cells"] if "ungraded" in cell["metadata"].get("tags", []))
    warm_up["source"] = "def number_of_words(mask):\n    return 'mine'"
    if not with_ids:
        notebook["metadata"]["amal"]["digest"] = "of another release"
        del warm_up["id"]
        notebook["nbformat_minor"] = 4
    answers = read_answers(json.dumps(notebook).encode(), reference)
    assert not any("given cell" in each for each in answers.repairs)
    cells = answers.cells
    first = next(place for place, cell in enumerate(cells) if cell.question)
    space: dict = {}
    defined = [cell.source for cell in cells[:first] if "def number_of_words" in cell.source]
    for source in defined:
        exec(f"from torch import Tensor\n{source}", space)
    assert len(defined) == 2 and space["number_of_words"](None) == "mine"
