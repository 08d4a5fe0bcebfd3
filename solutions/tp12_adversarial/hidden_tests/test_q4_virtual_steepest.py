"""Hidden tests of exercise 4.2."""

import pytest


@pytest.mark.question(
    "q4-virtual-steepest",
    points=1,
    essential=True,
    alive=True,
    requires=("two-classes-exact", "iterations", "padding-and-norm"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.virtual_steepest
