"""Hidden tests of exercise 1.2."""

import pytest


@pytest.mark.question(
    "q1-sensitivity",
    points=1,
    essential=True,
    alive=True,
    requires=("l1-of-own-loss", "padding-zero", "leaves-alone"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.sensitivity
