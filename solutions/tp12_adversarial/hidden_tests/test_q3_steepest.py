"""Hidden tests of exercise 3.2."""

import pytest


@pytest.mark.question(
    "q3-steepest",
    points=2,
    essential=True,
    alive=True,
    requires=("direction", "norm-per-review", "padding-stays", "constant", "zero-gradient"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.steepest
