from __future__ import annotations

from typing import Any

import pytest

from amal_attention.grading.submission.recognition import recognised
from amal_attention.grading.submission.remarks import remarks
from amal_attention.notebook.cells import NotebookCell
from tests.grading.submissions.shop import named, own, reference, skeleton, solved


def told(notebook: dict[str, Any]) -> list[str]:
    _, release = reference().releases["en"]
    cells = [NotebookCell.of(*each) for each in enumerate(notebook["cells"], 1)]
    return list(remarks(recognised(cells, release, by_id=True)))


def without(*names: str) -> dict[str, Any]:
    notebook = solved()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in names]
    return notebook


def edited(name: str, **values: Any) -> dict[str, Any]:
    notebook = solved()
    named(notebook, name).update(values)
    return notebook


def test_honest_work_is_no_damage():
    notebook = solved()
    named(notebook, "en-8")["source"] = "print('trained longer')"
    named(notebook, "en-7")["source"] = "I see a basket."
    notebook["cells"].insert(3, own("import os"))
    notebook["cells"].append(own("%pip install x", "active-ipynb"))
    notebook["cells"].remove(named(notebook, "en-0"))
    notebook["cells"].remove(named(notebook, "en-1"))
    assert told(skeleton()) == told(solved()) == told(notebook) == []


def test_answers_without_a_cell_are_told():
    assert told(without("q1-basket")) == ["there is no cell of q1-basket"]
    assert told(without("q1-basket", "q3-sale")) == ["there is no cell of q1-basket and q3-sale"]


def test_locked_cells_that_are_gone_edited_or_retyped_are_told_together():
    notebook = without("test-q1-basket")
    named(notebook, "q1-observe")["source"] = "no question"
    named(notebook, "test-q3-sale")["cell_type"] = "raw"
    assert told(notebook) == [
        "restored 3 locked cells: test-q1-basket (missing), q1-observe (edited) and test-q3-sale (changed type)"
    ]


def test_a_locked_cell_of_which_one_copy_is_whole_is_not_restored():
    notebook = solved()
    notebook["cells"].append(named(solved(), "test-q1-basket") | {"source": "pass"})
    assert told(notebook) == ["test-q1-basket stands in cells 6 and 15: what the release has counts"]


@pytest.mark.parametrize(
    ("notebook", "why"), [(without("en-11"), "missing"), (edited("en-11", cell_type="markdown"), "changed type")]
)
def test_given_code_that_is_gone_is_told(notebook, why):
    assert told(notebook) == [f"restored 1 given cell: cell 12 of the release ({why})"]


def test_given_code_that_was_edited_is_told():
    assert told(edited("en-2", source="rate = 12")) == [
        "cell 3 changed what was given: the release's text runs first, then the student's"
    ]


def test_a_locked_cell_that_runs_in_both_texts_is_told_as_both():
    assert told(edited("currency", source="def in_cents(price): return 0")) == [
        "restored 1 locked cell: currency (edited)",
        "cell 4 changed what was given: the release's text runs first, then the student's",
    ]


def test_trailing_blanks_and_ends_of_lines_are_no_edit():
    notebook = solved()
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", " \r\n") + "\n\n"
    assert told(notebook) == []


@pytest.mark.parametrize("points", [1000, -2, None, "2", float("inf"), True, 2.000001])
def test_edited_points_are_told(points):
    notebook = solved()
    named(notebook, "test-q1-basket")["metadata"]["nbgrader"]["points"] = points
    assert told(notebook) == ["the points of test-q1-basket were edited: those of the release count"]


@pytest.mark.parametrize("kind", ["markdown", "raw", None])
def test_an_answer_that_is_no_code_is_told(kind):
    assert told(edited("q1-basket", cell_type=kind)) == ["cell 5 (q1-basket) changed type: read as code"]


def test_copies_of_an_answer_are_told():
    notebook = solved()
    notebook["cells"].insert(0, named(solved(), "q1-basket"))
    assert told(notebook) == ["q1-basket stands in cells 1 and 6: they run in this order"]


def test_copies_that_are_still_as_given_are_told():
    notebook = solved()
    notebook["cells"].append(named(skeleton(), "q1-basket"))
    assert told(notebook) == ["q1-basket stands in cells 5 and 15: cell 15 is still as given and left out"]


@pytest.mark.parametrize(("name", "number"), [("currency", 4), ("test-q1-basket", 6)])
def test_lost_metadata_are_told_and_the_points_in_them_were_not_edited(name, number):
    lost = f"cell {number} lost the metadata of nbgrader: recognised all the same"
    assert told(edited(name, metadata={})) == [lost]


def test_an_answer_known_by_its_names_is_told_with_them():
    assert told(edited("q2-price", metadata={}, id="")) == [
        "cell 10 taken for q2-price, by what is defined there: price and price_of_all"
    ]


def test_a_test_of_another_release_is_told():
    notebook = solved()
    notebook["cells"].append(own("assert 1") | {"metadata": {"nbgrader": {"grade_id": "test-q9", "grade": True}}})
    notebook["cells"].append(notebook["cells"][-1] | {"cell_type": "markdown"})
    assert told(notebook) == ["cell 15: no test of the release, left out"]


def test_another_order_is_told():
    notebook = solved()
    notebook["cells"].insert(0, notebook["cells"].pop(9))
    assert told(notebook) == ["the cells were not in the order of the release: they run in that order"]


@pytest.mark.parametrize("name", ["en-0", "en-1", "test-q1-basket", "en-8"])
def test_the_place_of_what_does_not_run_makes_no_difference(name):
    notebook = solved()
    notebook["cells"].append(named(notebook, name))
    notebook["cells"].remove(named(notebook, name))
    assert told(notebook) == []


def test_long_lists_are_cut_short():
    notebook = solved()
    notebook["cells"] += [named(solved(), "q1-basket") for _ in range(9)]
    assert told(notebook) == ["q1-basket stands in cells 5, 15, 16, 17, 18 and 5 more: they run in this order"]


def test_nothing_of_the_students_is_repeated():
    marker = "\x1b[31mSTUDENT"
    notebook = solved()
    for index, cell in enumerate(notebook["cells"]):
        cell["source"] = f"class {marker}: ...\n" + "".join(cell["source"])
        cell["cell_type"] = [cell["cell_type"], marker][index % 2]
        cell["metadata"]["tags"] = [marker]
        cell["metadata"].setdefault("nbgrader", {"grade_id": marker, "grade": index % 3 == 0})
    assert told(notebook) and not any("STUDENT" in each for each in told(notebook))
