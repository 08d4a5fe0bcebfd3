"""Hidden tests of exercise 2."""

import pytest


@pytest.mark.question(
    "q2-adversarial-loss",
    points=2,
    essential=True,
    alive=True,
    requires=("both-terms", "gradient-of-model", "gradient-of-x", "leaves-alone"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.adversarial_loss
