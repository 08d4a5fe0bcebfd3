"""Hidden tests of exercise 6.1."""

import pytest


@pytest.mark.question(
    "q6-gan-losses",
    points=0.5,
    essential=True,
    alive=True,
    requires=("discriminator", "generator-not-saturating"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.discriminator_loss
