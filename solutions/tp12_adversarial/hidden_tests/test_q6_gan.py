"""Hidden tests of exercise 6.2."""

import pytest


@pytest.mark.question(
    "q6-gan",
    points=0.5,
    essential=True,
    alive=True,
    requires=("trajectory",),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.GAN
