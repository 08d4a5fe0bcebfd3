"""Hidden tests of exercise 5.2."""

import pytest


@pytest.mark.question(
    "q5-schedule",
    points=0.5,
    essential=True,
    alive=True,
    requires=("values",),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.reversal_strength
