from __future__ import annotations

import pytest
import torch

from amal_attention.grading.exam.draws import Draws

SEEDS = range(300)


def drawn(draws: Draws) -> tuple[object, ...]:
    first = torch.rand(2, generator=draws.generator()).tolist()
    return draws.seed(), draws.between(0, 10**6), draws.sizes(3, 1, 90), draws.lengths(4), first


def test_the_same_seed_and_test_draw_the_same():
    assert drawn(Draws(7, "test_a")) == drawn(Draws(7, "test_a"))


@pytest.mark.parametrize(("seed", "test"), [(8, "test_a"), (7, "test_b")])
def test_another_seed_or_test_draws_something_else(seed, test):
    assert all(one != other for one, other in zip(drawn(Draws(7, "test_a")), drawn(Draws(seed, test)), strict=True))


def test_what_one_draws_changes_no_generator_of_others():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    drawn(Draws(1, "test_a"))
    assert torch.equal(torch.rand(1), expected)


def test_both_ends_may_come():
    assert {Draws(seed, "t").between(2, 4) for seed in SEEDS} == {2, 3, 4}


def test_sizes_differ_and_lie_between_the_ends():
    found = [Draws(seed, "t").sizes(3, 2, 5) for seed in SEEDS]
    assert all(len({*each}) == 3 for each in found) and {size for each in found for size in each} == {2, 3, 4, 5}
    assert any(each != sorted(each) for each in found)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_lengths_differ_and_one_is_1(count):
    for seed in SEEDS:
        lengths = Draws(seed, "t").lengths(count)
        assert len({*lengths}) == len(lengths) == count and min(lengths) == 1 and max(lengths) <= 8


def test_three_lengths_or_more_are_in_no_order():
    """What needs sorted reviews fails at each seed, not at some."""
    found = [Draws(seed, "t").lengths(3) for seed in SEEDS]
    assert all(each not in (sorted(each), sorted(each, reverse=True)) for each in found)
    assert {each.index(1) for each in found} == {0, 1, 2}


def test_the_longest_length_is_the_one_asked_for():
    assert max(max(Draws(seed, "t").lengths(3, longest=20)) for seed in SEEDS) == 20


def test_a_seed_is_one_that_a_generator_takes():
    assert len({torch.Generator().manual_seed(Draws(seed, "t").seed()).initial_seed() for seed in SEEDS}) == len(SEEDS)
