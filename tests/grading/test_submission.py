from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from amal_attention.errors import DataError
from amal_attention.grading.submission import names_defined_by


@pytest.fixture
def names(tmp_path: Path):
    """Runs cells, each a source or a pair of a source and metadata, and gives the names that they define."""

    def run(*cells: str | tuple[str, dict]) -> dict:
        notebook = nbformat.v4.new_notebook()
        for cell in cells:
            source, metadata = cell if isinstance(cell, tuple) else (cell, {})
            notebook.cells.append(nbformat.v4.new_code_cell(source, metadata=metadata))
        nbformat.write(notebook, tmp_path / "submission.ipynb")
        return names_defined_by(tmp_path / "submission.ipynb")

    return run


def test_a_cell_sees_what_those_before_it_defined(names):
    assert names("a = 2", "b = a + 1")["b"] == 3


def test_a_cell_that_raises_does_not_stop_the_next_one(names):
    defined = names("a = 1\nraise NotImplementedError\na = 2", "b = 3")
    assert (defined["a"], defined["b"]) == (1, 3)


def test_a_cell_that_is_no_python_does_not_stop_the_next_one(names):
    assert names("def broken(:", "b = 3")["b"] == 3


@pytest.mark.parametrize("metadata", [{"tags": ["active-ipynb"]}, {"nbgrader": {"grade": True}}])
def test_cells_that_train_draw_or_test_are_not_run(names, metadata):
    assert "a" not in names(("a = 1", metadata))


def test_notebook_magics_do_no_harm(names):
    assert names("%matplotlib inline\na = 1", "a = 2")["a"] == 2


def test_what_cells_print_is_dropped(names, capsys):
    names("print('noise')", "import sys; print('noise', file=sys.stderr)")
    assert capsys.readouterr() == ("", "")


def test_text_is_not_run(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("a = 1")])
    nbformat.write(notebook, tmp_path / "submission.ipynb")
    assert "a" not in names_defined_by(tmp_path / "submission.ipynb")


@pytest.mark.parametrize("content", ["", "{", "[]", "no notebook", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_told(tmp_path, content):
    (tmp_path / "submission.ipynb").write_text(content)
    with pytest.raises(DataError, match="expected a notebook in"):
        names_defined_by(tmp_path / "submission.ipynb")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match="expected a notebook in"):
        names_defined_by(tmp_path / "none.ipynb")
