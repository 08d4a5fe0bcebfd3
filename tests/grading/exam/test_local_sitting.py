"""A submission that runs in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest

from amal_attention.grading.exam.local_sitting import LocalSitting, names_defined_by
from amal_attention.grading.submission.repair import AnswerCell
from amal_attention.grading.wire.student import LocalStudent, NotAnswered


@pytest.fixture
def names() -> Callable[..., dict[str, Any]]:
    """The names that cells define."""
    return lambda *sources: names_defined_by([AnswerCell(*each) for each in enumerate_cells(sources)])


def enumerate_cells(sources: tuple[str, ...]) -> list[tuple[int, str, str]]:
    return [(number, "", source) for number, source in enumerate(sources, 1)]


def test_a_cell_sees_what_those_before_it_defined(names):
    assert names("a = 2", "b = a + 1")["b"] == 3


def test_a_cell_that_raises_does_not_stop_the_next_one(names):
    defined = names("a = 1\nraise NotImplementedError\na = 2", "b = 3")
    assert (defined["a"], defined["b"]) == (1, 3)


def test_a_cell_that_is_no_python_does_not_stop_the_next_one(names):
    assert names("def broken(:", "b = 3")["b"] == 3


def test_of_a_cell_that_trains_or_draws_only_definitions_are_run():
    cell = AnswerCell(1, "", "%time fit()\na = 1\ndef f(): return 2", definitions_only=True)
    defined = names_defined_by([cell])
    assert "a" not in defined and defined["f"]() == 2


def test_notebook_magics_do_no_harm(names):
    assert names("%matplotlib inline\na = 1", "a = 2")["a"] == 2


def test_what_cells_print_is_dropped(names, capsys):
    names("print('noise')", "import sys; print('noise', file=sys.stderr)")
    assert capsys.readouterr() == ("", "")


def test_the_cells_are_remembered_as_ipython_does(names):
    assert names("a = 2", "%matplotlib inline\nb = 3")["In"] == ["a = 2\n", ANY]


def test_cells_run_as_the_main_program(names):
    assert names("name = __name__\nclass A: pass")["A"].__module__ == "__main__"


def test_the_answers_of_this_process_are_given_to_any_test():
    sitting = LocalSitting({"add": lambda a, b: a + b})
    student = sitting.begin("q1", 1)
    assert type(student) is LocalStudent and student.add(1, 2) == 3
    with pytest.raises(NotAnswered):
        _ = sitting.begin("q2", 2).absent
