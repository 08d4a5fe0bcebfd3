"""Hidden tests of exercise 4.3."""

import pytest


@pytest.mark.question(
    "q4-smoothness",
    points=1,
    essential=True,
    alive=True,
    requires=("value", "target-stopped"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.smoothness_loss
