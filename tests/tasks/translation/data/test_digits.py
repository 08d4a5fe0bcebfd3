"""Strings of digits: all different, each length as often as another, the same for a seed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from itertools import chain

import pytest

from amal_attention.errors import DataError
from amal_attention.tasks.translation.data.digits import draw_digits

BOUNDS = [(4, 20), (5, 5), (3, 40), (6, 7)]


@pytest.mark.parametrize(("shortest", "longest"), BOUNDS)
def test_lines_are_all_different_over_all_splits(shortest: int, longest: int) -> None:
    texts = [line.source for line in chain(*draw_digits(0, shortest, longest).values())]
    assert len(set(texts)) == len(texts) == 19_000


@pytest.mark.parametrize(("shortest", "longest"), BOUNDS)
def test_each_length_is_as_frequent_as_another_in_each_split(shortest: int, longest: int) -> None:
    for lines in draw_digits(0, shortest, longest).values():
        counts = Counter(len(line.source) for line in lines)
        assert sorted(counts) == list(range(shortest, longest + 1))
        assert max(counts.values()) - min(counts.values()) <= 1


def test_the_target_is_the_source() -> None:
    assert all(line.source == line.target for line in chain(*draw_digits(0, 4, 20).values()))


def test_splits_have_their_sizes() -> None:
    assert {split: len(lines) for split, lines in draw_digits(0, 4, 20).items()} == {
        "train": 16_000,
        "validation": 1_000,
        "test": 2_000,
    }


@pytest.mark.parametrize("place", [0, 1, 2, 3, -1])
def test_each_digit_is_as_likely_as_another_at_each_place(place: int) -> None:
    counts = Counter(line.source[place] for line in chain(*draw_digits(0, 4, 20).values()))
    assert sorted(counts) == list("0123456789")
    assert all(count / 19_000 == pytest.approx(0.1, abs=0.01) for count in counts.values())


@pytest.mark.parametrize(("seed", "digest"), [(0, "0c87f67fd69b1832"), (5, "8b0103602505cf70")])
def test_a_seed_gives_the_same_bytes_everywhere(seed: int, digest: str) -> None:
    splits = draw_digits(seed, 4, 20)
    written = "".join(f"{split}\t{line.source}\n" for split in sorted(splits) for line in splits[split])
    assert hashlib.sha256(written.encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize(("shortest", "longest", "told"), [(4, 4, "19000"), (3, 20, "1057"), (1, 100, "190")])
def test_too_few_strings_of_a_length_are_told(
    shortest: int, longest: int, told: str, refusal: Callable[..., str]
) -> None:
    message = refusal(DataError, lambda: draw_digits(0, shortest, longest))
    assert f"{told} different lines of each length; got {10**shortest} of {shortest} digits" in message
