"""Hidden tests of exercise 5.1."""

import pytest


@pytest.mark.question(
    "q5-reversal",
    points=1,
    essential=True,
    alive=True,
    requires=("backward", "forward-identity"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.reverse_gradient
