"""Days as people write them, in French and in English, each with the one date that it means.

**One reading.** Names say what they are. Digits alone are day first, whatever separates them; after an English weekday
they are month first, as Americans write; four digits first are year, month, day. A year of two digits is that of POSIX:
69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068. So a line means one day, and weekdays are the true ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from amal_attention.language import message
from amal_attention.tasks.translation.data.chance import Chance
from amal_attention.tasks.translation.data.lines import Line, Splits
from amal_attention.tasks.translation.data.names import ENGLISH, FRENCH, Names

__all__ = ["BETWEEN_SOURCES", "BETWEEN_TARGETS", "FIRST", "KINDS", "LAST", "Kind", "draw_dates", "write_day"]

FIRST, LAST = date(1969, 1, 1), date(2068, 12, 31)
COUNTS = {"train": 8_000, "validation": 1_000, "test": 2_000}
BETWEEN_SOURCES, BETWEEN_TARGETS = " ; ", ";"

SHORT_YEARS = 0.25
CAPITALS, LOWER_CASE, DOUBLED_SPACE = 0.1, 0.13, 0.08


def draw_dates(seed: int, most: int, writings: int = 1) -> Splits:
    """Lines of 1 to ``most`` dates, drawn by ``seed``: no day of one split stands in another.

    Each day that was drawn opens one line; the dates that follow it are days of the same split. A day to learn from
    opens ``writings`` lines, each of which may write it in another way: the first of them is that of one writing, and
    neither days nor other splits change.
    """
    chance = Chance(seed)
    days = [date.fromordinal(FIRST.toordinal() + number) for number in chance.sample(_days(), sum(COUNTS.values()))]
    splits, begin = {}, 0
    for split, count in COUNTS.items():
        splits[split] = _lines(days[begin : begin + count], most, chance)
        begin += count
    again = (_lines(days[: COUNTS["train"]], most, chance) for _ in range(writings - 1))
    splits["train"] += chain.from_iterable(again)
    return splits


def _days() -> int:
    return LAST.toordinal() - FIRST.toordinal() + 1


def _lines(days: list[date], most: int, chance: Chance) -> list[Line]:
    return [_line([day, *(chance.of(days) for _ in range(chance.below(most)))], chance) for day in days]


def _line(days: list[date], chance: Chance) -> Line:
    texts, kinds = zip(*(write_day(day, chance) for day in days), strict=True)
    return Line(BETWEEN_SOURCES.join(texts), BETWEEN_TARGETS.join(map(date.isoformat, days)), kinds)


def write_day(day: date, chance: Chance) -> tuple[str, str]:
    """A day as somebody might write it, and the kind of writing, one of ``KINDS``."""
    kind = chance.weighted(WEIGHTS)
    return _carelessly(KINDS[kind].write(day, chance), chance), kind


def _carelessly(text: str, chance: Chance) -> str:
    if chance.happens(CAPITALS):
        text = text.upper()
    elif chance.happens(LOWER_CASE / (1 - CAPITALS)):
        text = text.lower()
    spaces = [place for place, character in enumerate(text) if character == " "]
    if spaces and chance.happens(DOUBLED_SPACE):
        place = chance.of(spaces)
        text = f"{text[:place]} {text[place:]}"
    return text


def _french(day: date, chance: Chance) -> str:
    lead = chance.of(("", "le ", f"{_weekday(day, FRENCH, chance)} "))
    number = "1er" if day.day == 1 else str(day.day)
    return f"{lead}{number} {_month(day, FRENCH, chance)} {_year(day, chance)}"


def _month_first(day: date, chance: Chance) -> str:
    lead = chance.of(("", "", _english_weekday(day, chance)))
    bare = f"{day.day},"
    number = chance.of((bare, str(day.day), _ordinal(day.day), f"{_ordinal(day.day)},"))
    return f"{lead}{_month(day, ENGLISH, chance)} {number} {_english_year(day, number == bare, chance)}"


def _day_first(day: date, chance: Chance) -> str:
    number, month, long = _ordinal(day.day), _month(day, ENGLISH, chance), ENGLISH.months[day.month - 1]
    bare = f"{day.day} {month}"
    written = chance.of((bare, f"{number} {month}", f"{number} of {long}", f"the {number} of {long}"))
    comma = chance.of((",", "", "")) if written.endswith(long) else ""
    return f"{written}{comma} {_english_year(day, written == bare, chance)}"


def _digits(day: date, chance: Chance) -> str:
    lead = f"{_weekday(day, FRENCH, chance)} " if chance.happens(0.25) else ""
    return lead + chance.of("/.-").join([*_padded(day.day, day.month, chance), _year(day, chance)])


def _american_digits(day: date, chance: Chance) -> str:
    digits = chance.of("//-").join([*_padded(day.month, day.day, chance), _year(day, chance)])
    return f"{_english_weekday(day, chance)}{digits}"


def _year_first(day: date, chance: Chance) -> str:
    return day.isoformat().replace("-", chance.of(("-", "/", "")))


def _weekday(day: date, names: Names, chance: Chance) -> str:
    return chance.of((names.weekdays, names.short_weekdays))[day.weekday()]


def _english_weekday(day: date, chance: Chance) -> str:
    return f"{_weekday(day, ENGLISH, chance)}{chance.of((',', ''))} "


def _month(day: date, names: Names, chance: Chance) -> str:
    return chance.of((names.months, names.short_months))[day.month - 1]


def _year(day: date, chance: Chance, marks: Sequence[str] = ("",)) -> str:
    return f"{chance.of(marks)}{day.year % 100:02}" if chance.happens(SHORT_YEARS) else str(day.year)


def _english_year(day: date, bare: bool, chance: Chance) -> str:
    """Two digits have an apostrophe except, now and then, where they are clear: ``March 12, 98``, ``12 March 98``."""
    return _year(day, chance, ("", "’") if bare else ("’",))


def _padded(first: int, second: int, chance: Chance) -> tuple[str, str]:
    return chance.of(((f"{first:02}", f"{second:02}"), (str(first), str(second))))


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 11 <= number <= 13 else endings.get(number % 10, 'th')}"


@dataclass(frozen=True)
class Kind:
    """A way to write days, and how often it is drawn beside the others."""

    weight: float
    write: Callable[[date, Chance], str]


KINDS = {
    message("French"): Kind(5, _french),
    message("English, month first"): Kind(4, _month_first),
    message("English, day first"): Kind(2, _day_first),
    message("digits, day first"): Kind(3, _digits),
    message("digits, month first"): Kind(1.5, _american_digits),
    message("digits, year first"): Kind(1, _year_first),
}
"""By name. With a weight of 0.5, models hardly learnt the last one."""

WEIGHTS = {name: kind.weight for name, kind in KINDS.items()}
