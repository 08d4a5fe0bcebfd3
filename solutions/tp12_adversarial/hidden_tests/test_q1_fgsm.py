"""Hidden tests of exercise 1.1."""

import pytest


@pytest.mark.question(
    "q1-fgsm",
    points=2,
    essential=True,
    alive=True,
    requires=("ascends-by-epsilon", "padding-stays", "each-alone", "leaves-alone", "detached"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.fgsm
