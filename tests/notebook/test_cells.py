"""Notebooks as students hand them around: whole, damaged, and no notebook at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from amal_attention.errors import LabError
from amal_attention.notebook.cells import read_notebook
from tests.notebook.notebooks import answer, code, examination, graded, text, write


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return write(
        tmp_path / "mine.ipynb",
        text("# A lab, été"),
        answer("q1", "\n\ndef f(): return 'é'"),
        examination("q1", "f()", points=2.5),
        code("train()", "active-ipynb", "raises-exception"),
        graded(text("Why?"), "q1-why", task=True, points=1),
        graded(code("by hand"), "q2", grade=True, solution=True, points=3),
    )


def change(path: Path, edit: Any) -> Path:
    values = json.loads(path.read_text("utf-8"))
    edit(values)
    path.write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    return path


def test_each_cell_is_what_its_metadata_says(notebook):
    cells, remarks, _ = read_notebook(notebook)
    assert [cell.number for cell in cells] == [1, 2, 3, 4, 5, 6]
    assert [cell.question for cell in cells] == ["", "q1", "q1", "", "q1-why", "q2"]
    assert [cell.is_test for cell in cells] == [False, False, True, False, False, False]
    assert [cell.is_manual for cell in cells] == [False, False, False, False, True, True]
    assert [cell.points for cell in cells] == [None, None, 2.5, None, 1, 3]
    assert [cell.runs for cell in cells] == [False, True, True, False, False, True]
    assert [cell.blank_lines for cell in cells] == [0, 2, 0, 0, 0, 0]
    assert remarks == []


def test_a_cell_that_trains_is_left_out_and_a_test_cell_with_the_same_tag_is_not(notebook):
    assert [cell.number for cell in read_notebook(notebook)[0] if cell.left_out] == [4]


def test_a_byte_order_mark_changes_nothing(notebook):
    before = read_notebook(notebook)
    notebook.write_bytes(b"\xef\xbb\xbf" + notebook.read_bytes())
    assert read_notebook(notebook) == before


def test_latin_1_is_read_and_told(notebook):
    before, _, _ = read_notebook(notebook)
    notebook.write_bytes(notebook.read_text("utf-8").encode("latin-1"))
    cells, (remark,), _ = read_notebook(notebook)
    assert cells == before
    assert "Latin-1" in remark


def test_a_notebook_of_format_3_is_read(notebook):
    before, _, _ = read_notebook(notebook)
    nbformat.write(nbformat.read(notebook, as_version=3), notebook)
    assert json.loads(notebook.read_text())["nbformat"] == 3
    cells, _, _ = read_notebook(notebook)
    assert [(cell.kind, cell.source, cell.grade_id, cell.runs) for cell in cells] == [
        (cell.kind, cell.source, cell.grade_id, cell.runs) for cell in before
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_read_and_told(notebook, encoding):
    before, _, _ = read_notebook(notebook)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    notebook.write_bytes((mark + notebook.read_text("utf-8")).encode(encoding))
    cells, (remark,), _ = read_notebook(notebook)
    assert cells == before
    assert "UTF-16" in remark


def test_what_is_no_character_is_read_as_a_question_mark(notebook):
    change(notebook, lambda values: values["cells"][1].update(source="a = 1"))
    notebook.write_text(notebook.read_text("utf-8").replace("a = 1", "a = '\\ud800'"), "utf-8")
    assert read_notebook(notebook)[0][1].source == "a = '?'"


def test_the_tags_the_lock_and_the_id_of_a_cell_are_read(notebook):
    change(notebook, lambda values: values["cells"][3].update(id="train"))
    cells, _, _ = read_notebook(notebook)
    assert cells[3].tags == {"active-ipynb", "raises-exception"} and cells[3].cell_id == "train"
    assert [cell.is_locked for cell in cells] == [False, False, True, False, False, False]


@pytest.mark.parametrize("minor", [0, 4, 5, 9])
def test_cells_without_an_id_are_read_in_every_minor_format(notebook, minor, recwarn):
    def edit(values: Any) -> None:
        values["nbformat_minor"] = minor
        for cell in values["cells"]:
            cell.pop("id", None)

    assert len(read_notebook(change(notebook, edit))[0]) == 6
    assert not recwarn.list


def test_lines_of_a_source_may_stand_in_a_list(notebook):
    change(notebook, lambda values: values["cells"][2].update(source=["a = 1\n", "b = 2"]))
    assert read_notebook(notebook)[0][2].source == "a = 1\nb = 2"


@pytest.mark.parametrize(
    "metadata",
    [
        {"nbgrader": None, "tags": None},
        {"nbgrader": [1], "tags": "active-ipynb"},
        {"nbgrader": {"grade": True, "grade_id": 7}, "tags": [{}]},
        {"nbgrader": {"grade": True}},
    ],
)
def test_a_cell_whose_metadata_is_damaged_is_an_ordinary_cell(notebook, metadata):
    change(notebook, lambda values: values["cells"][1].update(metadata=metadata))
    cell = read_notebook(notebook)[0][1]
    assert (cell.grade_id, cell.is_test, cell.is_manual, cell.left_out, cell.runs) == ("", False, False, False, True)


@pytest.mark.parametrize("points", ["2", None, True, float("nan"), float("inf"), [1]])
def test_points_that_are_no_number_are_not_known(notebook, points):
    change(notebook, lambda values: values["cells"][2]["metadata"]["nbgrader"].update(points=points))
    assert read_notebook(notebook)[0][2].points is None


def test_an_id_that_stands_twice_is_told_with_its_cells(notebook):
    change(notebook, lambda values: values["cells"].append(values["cells"][2]))
    assert read_notebook(notebook)[1] == ["test-q1 stands in cells 3 and 7: the last one counts"]


def test_an_answer_whose_test_cell_is_gone_is_told(notebook):
    change(notebook, lambda values: values["cells"][1]["metadata"]["nbgrader"].update(grade_id="q9"))
    assert read_notebook(notebook)[1] == ["q9 has no test cell, and is not checked: was it deleted?"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no notebook",
        b"\x80\x00\xff",
        b"[]",
        b"{}",
        b"null",
        b'{"nbformat": 4, "nbformat_minor": 5}',
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": null}',
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {"a": 1}}',
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [null, 3]}',
        b'{"nbformat": 99, "nbformat_minor": 5, "metadata": {}, "cells": []}',
        b'{"nbformat": "4", "nbformat_minor": 5, "metadata": {}, "cells": []}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_notebook_is_refused_in_one_line(tmp_path, refusal, content):
    path = tmp_path / "it.ipynb"
    path.write_bytes(content)
    assert str(path) in refusal(LabError, lambda: read_notebook(path))


def test_a_truncated_notebook_is_refused_in_one_line(notebook, refusal):
    notebook.write_bytes(notebook.read_bytes()[:-20])
    message = refusal(LabError, lambda: read_notebook(notebook))
    assert "open it in Jupyter" in message and len(message) < 500


def test_a_notebook_without_metadata_of_the_course_is_refused(tmp_path, refusal):
    path = write(tmp_path / "own.ipynb", code("1 + 1"))
    assert "got no test cell in it" in refusal(LabError, lambda: read_notebook(path))


def test_a_missing_file_a_folder_and_a_pipe_are_refused_without_waiting(tmp_path, refusal):
    assert "No such file" in refusal(LabError, lambda: read_notebook(tmp_path / "none.ipynb"))
    assert "got it is a folder" in refusal(LabError, lambda: read_notebook(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    assert "no ordinary file" in refusal(LabError, lambda: read_notebook(tmp_path / "pipe"))
    assert "null" in refusal(LabError, lambda: read_notebook(Path("a\0b")))


def test_a_symbolic_link_is_read(notebook, tmp_path):
    (tmp_path / "link.ipynb").symlink_to(notebook)
    assert read_notebook(tmp_path / "link.ipynb") == read_notebook(notebook)
