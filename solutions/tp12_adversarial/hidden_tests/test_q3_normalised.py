"""Hidden tests of exercise 3.1."""

import pytest


@pytest.mark.question(
    "q3-normalised",
    points=1,
    essential=True,
    alive=True,
    requires=("weighted-moments", "differentiable"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.normalised
