from __future__ import annotations

from typing import Any

import pytest

from amal_attention.grading.submission.recognition import Sheet, recognised
from amal_attention.notebook.cells import NotebookCell
from tests.grading.submissions.shop import named, own, reference, skeleton, solved

_, RELEASE = reference().releases["en"]
PLACES = {cell.cell_id: place for place, cell in enumerate(RELEASE)}


def sheet(notebook: dict[str, Any], *, by_id: bool = True) -> Sheet:
    return recognised([NotebookCell.of(*each) for each in enumerate(notebook["cells"], 1)], RELEASE, by_id=by_id)


def places(notebook: dict[str, Any], *, by_id: bool = True) -> list[int | None]:
    return [each.place for each in sheet(notebook, by_id=by_id).found]


def bare(cell: dict[str, Any], *keys: str) -> None:
    """Take this from the cell: its ``id``, its ``metadata``."""
    for key in keys or ("id", "metadata"):
        cell[key] = {} if key == "metadata" else ""


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("lost", [(), ("id",), ("metadata",), ("id", "metadata")])
@pytest.mark.parametrize("make", [skeleton, solved])
def test_every_cell_of_a_release_is_recognised_whatever_it_lost(make, lost, by_id):
    notebook = make()
    for cell in notebook["cells"] if lost else []:
        bare(cell, *lost)
    assert places(notebook, by_id=by_id) == list(range(len(RELEASE)))


@pytest.mark.parametrize("source", ["", "edited", "class Sale: ..."])
def test_the_name_in_the_course_goes_before_all_else(source):
    notebook = solved()
    named(notebook, "q2-price").update(source=source, id="q3-sale", cell_type="raw")
    assert places(notebook)[PLACES["q2-price"]] == PLACES["q2-price"]


def test_an_edited_cell_is_recognised_by_its_id_in_the_same_release_alone():
    notebook = solved()
    named(notebook, "en-2")["source"] = "rate = 12"
    assert places(notebook)[2] == 2
    assert places(notebook, by_id=False)[2] is None


def test_of_two_cells_with_one_text_each_is_its_own():
    release = [*RELEASE, RELEASE[11]]
    cells = [NotebookCell.of(1, own(RELEASE[11].source)), NotebookCell.of(2, own(RELEASE[11].source))]
    assert [each.place for each in recognised(cells, release, by_id=False).found] == [11, len(RELEASE)]


def test_a_text_is_recognised_in_a_cell_of_its_type_alone():
    assert places({"cells": [own(RELEASE[0].source), own(RELEASE[2].source, kind="markdown")]}) == [None, None]


def test_a_further_copy_of_a_test_is_that_test_and_of_given_code_the_students():
    notebook = solved()
    notebook["cells"] += [own(RELEASE[PLACES[name]].source) for name in ("test-q1-basket", "en-8", "en-2", "q1-basket")]
    assert places(notebook)[-4:] == [PLACES["test-q1-basket"], 8, None, PLACES["q1-basket"]]


def test_an_answer_is_recognised_by_any_name_it_defines_if_nothing_else_tells():
    notebook = solved()
    cell = named(notebook, "q2-price")
    bare(cell)
    cell["source"] = "import os\ndef price_of_all(items): ..."
    found = sheet(notebook).found[PLACES["q2-price"]]
    assert (found.place, found.by_names) == (PLACES["q2-price"], {"price_of_all"})


def test_no_name_counts_where_the_answer_has_its_cell():
    notebook = solved()
    notebook["cells"].append(own("class Basket: ..."))
    assert sheet(notebook).found[-1].place is None


@pytest.mark.parametrize("cell", [own("class Basket: ...", kind="markdown"), own("    class Basket: ...")])
def test_text_and_what_stands_inside_other_code_are_no_answers(cell):
    assert places({"cells": [cell]}) == [None]


def test_a_test_cell_is_no_answer():
    cell = own("class Basket: ...") | {"metadata": {"nbgrader": {"grade_id": "cell-7", "grade": True}}}
    assert places({"cells": [cell]}) == [None]


def test_a_cell_that_answers_two_questions_is_the_first_of_them():
    cells = [own("class Sale: ...\nclass Basket: ..."), own("class Sale: ...")]
    assert places({"cells": cells}) == [PLACES["q1-basket"], PLACES["q3-sale"]]


def test_copies_are_in_the_order_of_the_file():
    notebook = solved()
    notebook["cells"].insert(0, named(notebook, "q1-basket"))
    assert [cell.number for cell in sheet(notebook).copies[PLACES["q1-basket"]]] == [1, 6]


def test_a_copy_still_as_given_is_left_out_where_another_holds_an_answer():
    notebook = solved()
    notebook["cells"].append(named(skeleton(), "q1-basket"))
    assert sheet(notebook).left_out == {15}
    notebook["cells"].reverse()
    assert sheet(notebook).left_out == {1}


@pytest.mark.parametrize("other", ["skeleton", ""])
def test_a_copy_still_as_given_counts_where_no_other_holds_an_answer(other):
    notebook = skeleton()
    copy = named(skeleton(), "q1-basket")
    copy["source"] = other and copy["source"]
    notebook["cells"].append(copy)
    assert sheet(notebook).left_out == set()


def test_what_holds_the_order_is_the_code_that_runs():
    names = ["en-2", "currency", "q1-basket", "q2-price", "en-11", "q3-sale"]
    assert sheet(solved()).anchors == {PLACES[name]: PLACES[name] + 1 for name in names}
    assert sheet(solved()).in_order


@pytest.mark.parametrize(("at", "anchor"), [(0, 6), (6, 5), (14, 5)])
def test_of_several_copies_the_one_that_is_in_order_holds_it(at, anchor):
    notebook = solved()
    notebook["cells"].insert(at, named(solved(), "q1-basket"))
    assert sheet(notebook).anchors[PLACES["q1-basket"]] == anchor
    assert sheet(notebook).in_order


def test_a_cell_that_was_moved_breaks_the_order():
    notebook = solved()
    notebook["cells"].append(notebook["cells"].pop(2))
    assert not sheet(notebook).in_order
