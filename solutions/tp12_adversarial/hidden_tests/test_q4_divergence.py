"""Hidden tests of exercise 4.1."""

import pytest


@pytest.mark.question(
    "q4-divergence",
    points=1,
    essential=True,
    alive=True,
    requires=("order", "per-review", "finite"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.divergence
