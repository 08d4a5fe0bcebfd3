"""Hidden tests of exercise 5.3."""

import pytest


@pytest.mark.question(
    "q5-domain-adversarial",
    points=1.5,
    essential=True,
    alive=True,
    requires=("features-get-minus-lambda", "heads-at-full-strength", "value"),
    hint="to be written",
)
def test_it_is_to_be_written(student):
    assert student.domain_adversarial_loss
