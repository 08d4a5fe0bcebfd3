from __future__ import annotations

from dataclasses import replace

import pytest

from amal_attention.grading.submission.reference import comparable, names_in
from tests.grading.submissions.shop import ANSWERS, reference, skeleton


def test_the_questions_are_the_solution_cells_that_a_test_cell_grades():
    assert reference().questions == tuple(ANSWERS)


def test_the_releases_are_those_of_the_lab_with_their_digests():
    assert list(reference().releases) == ["en", "fr"]
    for language, (digest, cells) in reference().releases.items():
        notebook = skeleton(language)
        assert digest == notebook["metadata"]["amal"]["digest"]
        assert [cell.source for cell in cells] == ["".join(cell["source"]) for cell in notebook["cells"]]
        assert [cell.cell_id for cell in cells] == [cell["id"] for cell in notebook["cells"]]


def test_each_cell_is_what_the_script_says():
    cells = {cell.cell_id: cell for cell in reference().releases["en"][1]}
    assert [name for name, cell in cells.items() if cell.solution] == list(ANSWERS)
    assert [name for name, cell in cells.items() if cell.test] == [f"test-{name}" for name in ANSWERS]
    assert [name for name, cell in cells.items() if cell.manual] == ["q1-observe"]
    locked = ["currency", "test-q1-basket", "q1-observe", "test-q2-price", "test-q3-sale"]
    assert [name for name, cell in cells.items() if cell.locked] == locked
    assert {name: cell.points for name, cell in cells.items() if cell.points is not None} == {
        "test-q1-basket": 2, "q1-observe": 1, "test-q2-price": 3, "test-q3-sale": 1,
    }  # fmt: skip


def test_code_that_students_were_given_runs_unless_it_tests_trains_or_draws():
    _, cells = reference().releases["en"]
    assert [cell.source.split("\n")[0] for cell in cells if cell.given] == [
        "import math", "def in_cents(price: float) -> int:", 'currency = "euro"',
    ]  # fmt: skip
    idle = ['print("installing")', "assert Basket()", 'print("Training"', "assert price(", "assert Sale()"]
    assert all(cell.source.startswith(text) for cell, text in zip([c for c in cells if c.idle], idle, strict=True))


def test_an_answer_is_never_idle():
    _, cells = reference().releases["en"]
    answer = replace(next(cell for cell in cells if cell.solution), tags=frozenset(["active-ipynb"]))
    assert not answer.idle and not answer.given


@pytest.mark.parametrize("other", ["a = 1\r\n\r\nb = 2", "a = 1\r\rb = 2", "a = 1  \n\t\nb = 2\n\n", "a = 1\n\nb = 2"])
def test_the_ends_of_lines_make_no_difference(other):
    assert comparable(other) == comparable("a = 1\n\nb = 2")


@pytest.mark.parametrize("other", [" a = 1\n\nb = 2", "a = 1\nb = 2", "a  = 1\n\nb = 2", "\na = 1\n\nb = 2"])
def test_anything_else_makes_a_difference(other):
    assert comparable(other) != comparable("a = 1\n\nb = 2")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("class A(B):\n    def inner(self): ...\n", {"A"}),
        ("x = 1\nasync  def f():\n  ...\r\ndef\tété(): ...", {"f", "été"}),
        ("# def f\n 'def g'\nclassical = define = 1", set()),
        ("def broken(:\n%%timeit\nclass Also", {"broken", "Also"}),
        ("", set()),
    ],
)
def test_names_are_those_defined_at_the_top_even_of_broken_python(source, names):
    assert names_in(source) == names
