"""A text in one vector, by a query over states or by a vector in front."""

from __future__ import annotations

import pytest

from amal_attention.checks import keeps_one_vector, looks_from_one_vector, sums_states
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.encoding import Reads

DIM, WIDTH = 5, 8


def test_right_readouts_meet_them():
    for seed in range(4):
        sums_states(Reads(DIM, WIDTH), DIM, WIDTH, seed=seed)
        keeps_one_vector(Reads(DIM, WIDTH, front=True), DIM, seed=seed)
        looks_from_one_vector(Reads(DIM, WIDTH, front=True), DIM, seed=seed)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("other states", "by the weights that come back"),
        ("even", "the same weight for every word"),
        ("of the text", "the same for all texts"),
        ("bent", "nothing bends or scales them"),
    ],
)
def test_other_sums_are_missed(wrong, hint):
    with pytest.raises(ExpectationMissed) as caught:
        sums_states(Reads(DIM, WIDTH, wrong=wrong), DIM, WIDTH)
    assert hint in caught.value.outcome.hint and "silent: all their matrices 0" in caught.value.outcome.sent


@pytest.mark.parametrize("wrong", ["of the text", "first word"])
def test_what_hangs_on_the_text_is_no_one_vector(wrong):
    with pytest.raises(ExpectationMissed, match="the vector that is put in front"):
        keeps_one_vector(Reads(DIM, WIDTH, front=True, wrong=wrong), DIM)


@pytest.mark.parametrize(("wrong", "hint"), [("hidden", "it is looked at like a word"), ("unread", "every word")])
def test_what_is_not_looked_at_is_told(wrong, hint):
    with pytest.raises(ExpectationMissed) as caught:
        looks_from_one_vector(Reads(DIM, WIDTH, front=True, wrong=wrong), DIM)
    assert hint in caught.value.outcome.hint
