"""Chance is that of the seed, and as even as it is said to be."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.tasks.translation.data.chance import Chance


def drawn(chance: Chance) -> tuple[object, ...]:
    return chance.below(1000), chance.of("abcdef"), chance.weighted({"x": 1, "y": 2}), chance.sample(50, 7)


def test_a_seed_gives_the_same_again() -> None:
    assert drawn(Chance(7)) == drawn(Chance(7)) != drawn(Chance(8))


def test_draws_are_these_in_every_release_of_python() -> None:
    assert drawn(Chance(3)) == (237, "d", "y", [30, 31, 5, 3, 42, 16, 2])


@given(end=st.integers(1, 60), seed=st.integers(0, 99))
def test_all_numbers_are_drawn_once_where_all_are_wanted(end: int, seed: int) -> None:
    assert sorted(Chance(seed).sample(end, end)) == list(range(end))


@given(end=st.integers(1, 60), seed=st.integers(0, 99))
def test_a_sample_begins_like_a_larger_one(end: int, seed: int) -> None:
    assert Chance(seed).sample(end, end)[: end // 2] == Chance(seed).sample(end, end // 2)


@pytest.mark.parametrize(
    ("draw", "shares"),
    [
        (lambda chance: chance.below(4), {0: 0.25, 1: 0.25, 2: 0.25, 3: 0.25}),
        (lambda chance: chance.of(("a", "b", "b")), {"a": 1 / 3, "b": 2 / 3}),
        (lambda chance: chance.weighted({"a": 1, "b": 0, "c": 0.5}), {"a": 2 / 3, "c": 1 / 3}),
        (lambda chance: chance.happens(0.1), {True: 0.1, False: 0.9}),
        (lambda chance: chance.sample(5, 2)[1], dict.fromkeys(range(5), 0.2)),
    ],
)
def test_each_outcome_has_its_share(draw, shares):
    chance = Chance(11)
    seen = Counter(draw(chance) for _ in range(10_000))
    assert {outcome: pytest.approx(share, abs=0.02) for outcome, share in shares.items()} == {
        outcome: count / 10_000 for outcome, count in seen.items()
    }
