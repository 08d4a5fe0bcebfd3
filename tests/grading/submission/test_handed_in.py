from __future__ import annotations

import json
from typing import Any

import pytest

from amal_attention.grading.submission.handed_in import HandedIn, ShownCell, handed_in
from tests.grading.conftest import ANSWERS, releases, skeleton, solved
from tests.grading.submissions import shop
from tests.grading.submissions.damaged import DAMAGED

PRINTED = {"output_type": "stream", "name": "stdout", "text": "hello"}


def notebook() -> dict[str, Any]:
    return json.loads(solved())


def place_of(name: str, cells: list[Any]) -> int:
    """The number of a cell, from 1."""
    return next(n for n, cell in enumerate(cells, 1) if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def code(source: str, *outputs: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs)}


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def read(made: dict[str, Any]) -> HandedIn:
    return handed_in(json.dumps(made).encode(), releases())


def test_each_answer_stands_with_its_question_and_place():
    number = place_of("q2-change", notebook()["cells"])
    assert handed_in(solved(), releases()).code["q2-change"] == [
        ShownCell(number, ANSWERS["q2-change"], answer=True, outputs=[])
    ]
    assert handed_in(solved(), releases()).sources() == ANSWERS


def test_outputs_stand_with_the_cell_that_made_them():
    made = notebook()
    number = place_of("q1-total", made["cells"])
    made["cells"][number - 1]["outputs"] = [PRINTED]
    (cell,) = read(made).code["q1-total"]
    assert cell.outputs == [PRINTED]


def test_a_cell_with_outputs_is_shown_with_the_answer_before_it():
    made = notebook()
    number = place_of("q1-total", made["cells"])
    made["cells"].insert(number, code("total([1])", PRINTED))
    made["cells"].insert(number + 1, code("without outputs"))
    assert read(made).code["q1-total"][1:] == [ShownCell(number + 1, "total([1])", answer=False, outputs=[PRINTED])]
    assert read(made).sources() == ANSWERS


@pytest.mark.parametrize("heading", ["# A part", "## A part"])
def test_behind_a_heading_nothing_belongs_to_the_answer_before(heading: str):
    made = notebook()
    number = place_of("q1-total", made["cells"])
    made["cells"][number:number] = [markdown(heading), code("draw()", PRINTED)]
    assert len(read(made).code["q1-total"]) == 1


@pytest.mark.parametrize("text", ["### A remark", "#hashtag", "text"])
def test_text_and_small_headings_end_no_part(text: str):
    made = notebook()
    number = place_of("q1-total", made["cells"])
    made["cells"][number:number] = [markdown(text), code("draw()", PRINTED)]
    assert len(read(made).code["q1-total"]) == 2


def test_what_public_tests_put_out_is_not_shown():
    made = notebook()
    made["cells"][place_of("test-q1-total", made["cells"]) - 1]["outputs"] = [PRINTED]
    assert len(read(made).code["q1-total"]) == 1


def test_a_copy_of_an_answer_is_shown_too():
    made = notebook()
    made["cells"].append(made["cells"][place_of("q1-total", made["cells"]) - 1])
    assert [cell.number for cell in read(made).code["q1-total"]][1:] == [len(made["cells"])]
    assert read(made).sources()["q1-total"] == f"{ANSWERS['q1-total']}\n{ANSWERS['q1-total']}"


def test_an_answer_without_its_name_is_known():
    made = notebook()
    for cell in made["cells"]:
        cell["metadata"].pop("nbgrader", None)
    assert read(made).sources() == ANSWERS


def test_words_that_a_person_marks_stand_in_the_cell_below_the_task():
    made = shop.solved()
    made["cells"].insert(made["cells"].index(shop.named(made, "q1-observe")) + 1, markdown("I saw it."))
    assert handed_in(json.dumps(made).encode(), shop.reference()).words == {"q1-observe": "I saw it."}


def test_a_question_that_nobody_answered_has_no_words():
    assert handed_in(json.dumps(shop.solved()).encode(), shop.reference()).words == {"q1-observe": ""}


@pytest.mark.parametrize("strange", [None, 7, "text", {"a": 1}])
def test_outputs_that_are_no_list_are_none(strange: Any):
    made = notebook()
    made["cells"][place_of("q1-total", made["cells"]) - 1]["outputs"] = strange
    assert read(made).code["q1-total"][0].outputs == []


def test_nothing_handed_in_shows_nothing():
    assert handed_in(None, releases()) == HandedIn() == handed_in(b"", releases())
    assert handed_in(skeleton(), releases()).sources().keys() == ANSWERS.keys()


@pytest.mark.parametrize("name", [name for name in DAMAGED if name != "outputs of 50 MB"])
def test_of_a_damaged_file_is_shown_what_can_be_read(name: str):
    damage, made = DAMAGED[name], notebook()
    raw = damage(made)
    shown = handed_in(raw, releases()).sources()
    assert set(shown) == set(damage.surviving(made)), "as grading reads it"
