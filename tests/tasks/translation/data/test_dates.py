"""Dates are written as the rule says: an independent reader finds one day in each line, the right one."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.tasks.translation.data.chance import Chance
from amal_attention.tasks.translation.data.dates import KINDS, draw_dates, write_day
from amal_attention.tasks.translation.data.lines import Line
from tests.tasks.translation.data.reader import readings

WEIGHTS = {
    "French": 5,
    "English, month first": 4,
    "English, day first": 2,
    "digits, day first": 3,
    "digits, month first": 1.5,
    "digits, year first": 1,
}
SEEDS = (0, 1, 5)
DAYS = st.dates(date(1969, 1, 1), date(2068, 12, 31))


def lines_of(seed: int, most: int = 1) -> list[Line]:
    return [line for lines in draw_dates(seed, most).values() for line in lines]


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return [line for seed in SEEDS for line in lines_of(seed)]


@pytest.fixture(scope="module")
def written() -> list[tuple[str, str]]:
    """100,000 days, and their kinds."""
    chance, first = Chance(99), date(1969, 1, 1).toordinal()
    return [write_day(date.fromordinal(first + chance.below(36_525)), chance) for _ in range(100_000)]


def within_chance(share: float, cases: Iterable[bool]) -> bool:
    """Whether the share of the cases is the one that is stated, up to four standard deviations of a binomial."""
    counted = list(cases)
    deviation = math.sqrt(share * (1 - share) / len(counted))
    assert deviation < 0.01, "too few cases to say"
    return abs(sum(counted) / len(counted) - share) < 4 * deviation


@pytest.mark.parametrize(
    ("seed", "most", "digest"),
    [(0, 1, "3e9c2843d35a4d61"), (5, 1, "1f2da6e0bcdee27d"), (5, 3, "e0544c178e67b078")],
)
def test_a_seed_gives_the_same_bytes_everywhere(seed: int, most: int, digest: str) -> None:
    written = "".join(
        f"{split}\t{line.source}\t{line.target}\t{line.kinds}\n"
        for split, lines in draw_dates(seed, most).items()
        for line in lines
    )
    assert hashlib.sha256(written.encode()).hexdigest()[:16] == digest


def test_a_line_has_one_reading_and_it_is_the_target(lines: list[Line]) -> None:
    for line in lines:
        assert readings(line.source) == [(line.kinds[0], date.fromisoformat(line.target))], line


@given(day=DAYS, seed=st.integers(0, 10_000))
def test_any_day_has_one_reading_however_it_is_written(day: date, seed: int) -> None:
    text, kind = write_day(day, Chance(seed))
    assert readings(text) == [(kind, day)], text


def test_every_date_of_a_line_of_several_has_one_reading() -> None:
    for line in lines_of(seed=3, most=3):
        found = [readings(text) for text in line.source.split(" ; ")]
        days = [date.fromisoformat(text) for text in line.target.split(";")]
        assert found == [[pair] for pair in zip(line.kinds, days, strict=True)], line


def test_lines_have_1_to_as_many_dates_as_asked_for_and_each_number_as_often() -> None:
    numbers = Counter(len(line.kinds) for line in lines_of(seed=5, most=3))
    assert sorted(numbers) == [1, 2, 3]
    assert all(count / 11_000 == pytest.approx(1 / 3, abs=0.02) for count in numbers.values())


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_day_of_a_split_stands_in_another(most: int) -> None:
    days = [
        {day for line in lines for day in line.target.split(";")} for lines in draw_dates(seed=5, most=most).values()
    ]
    assert [len(split) for split in days] == [8_000, 1_000, 2_000]
    assert len(set.union(*days)) == 11_000


@pytest.mark.parametrize("most", [1, 3])
def test_a_day_to_learn_from_is_written_again_and_nothing_else_changes(most: int) -> None:
    once, thrice = draw_dates(5, most), draw_dates(5, most, writings=3)
    first, *others = (thrice["train"][begin : begin + 8_000] for begin in range(0, 24_000, 8_000))
    assert once == thrice | {"train": first} and len(thrice["train"]) == 24_000
    for again in others:
        opened = [(line.target[:10], other.target[:10]) for line, other in zip(first, again, strict=True)]
        assert all(day == other for day, other in opened)
        assert sum(line.source == other.source for line, other in zip(first, again, strict=True)) < 800


def test_there_is_a_line_for_each_day() -> None:
    assert {split: len({line.target for line in lines}) for split, lines in draw_dates(5, 1).items()} == {
        "train": 8_000,
        "validation": 1_000,
        "test": 2_000,
    }


def test_days_come_from_the_hundred_years_that_two_digits_can_tell(lines: list[Line]) -> None:
    days = [line.target for line in lines]
    assert "1969-01-01" <= min(days) < "1969-01-31" and "2068-12-01" < max(days) <= "2068-12-31"
    assert within_chance(0.5, (day < "2019-01-01" for day in days))


@pytest.mark.parametrize("kind", WEIGHTS)
def test_each_kind_is_drawn_by_its_weight(written: list[tuple[str, str]], kind: str) -> None:
    assert list(KINDS) == list(WEIGHTS)
    assert within_chance(WEIGHTS[kind] / sum(WEIGHTS.values()), (own == kind for _, own in written))


@pytest.mark.parametrize("kind", [kind for kind in WEIGHTS if kind != "digits, year first"])
def test_a_quarter_of_the_years_has_two_digits(written: list[tuple[str, str]], kind: str) -> None:
    assert within_chance(0.25, (re.search(r"\d{4}$", text) is None for text, own in written if own == kind))


def test_a_quarter_of_the_dates_in_digits_follows_a_weekday(written: list[tuple[str, str]]) -> None:
    assert within_chance(0.25, (text[0].isalpha() for text, kind in written if kind == "digits, day first"))


def test_a_tenth_is_in_capitals(written: list[tuple[str, str]]) -> None:
    assert within_chance(0.1, (text.isupper() for text, _ in written if re.search("[A-Za-z]{2}", text)))


def test_an_eighth_is_in_lower_case(written: list[tuple[str, str]]) -> None:
    english = ("English, month first", "English, day first", "digits, month first")
    assert within_chance(0.13, (text.islower() for text, kind in written if kind in english))


def test_a_twelfth_of_the_lines_with_a_space_has_one_twice(written: list[tuple[str, str]]) -> None:
    spaced = [text for text, _ in written if " " in text]
    assert within_chance(0.08, ("  " in text for text in spaced))
    assert max(text.count("  ") for text in spaced) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_have_6_to_32_characters(seed: int) -> None:
    lengths = [len(line.source) for line in lines_of(seed)]
    assert min(lengths) == 6 and 29 <= max(lengths) <= 32
    assert sum(lengths) / len(lengths) == pytest.approx(14.5, abs=0.1)


def test_every_name_is_learnt_from(lines: list[Line]) -> None:
    words = Counter(word for line in lines for word in re.findall(r"[^\W\d]+\.?", line.source.lower()))
    endings = {"er", "st", "nd", "rd", "th", "le", "the", "of"}
    assert len({word for word in words if words[word] > 20} - endings) == NAMES


NAMES = 76 - len(["mars", "mai", "juin", "août", "May"])


def test_no_line_is_read_two_ways_by_two_seeds(lines: list[Line]) -> None:
    meant: dict[str, set[str]] = {}
    for line in lines:
        meant.setdefault(line.source, set()).add(line.target)
    assert all(len(days) == 1 for days in meant.values())
