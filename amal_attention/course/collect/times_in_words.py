"""Times as Moodle writes them for people, such as "vendredi 20 novembre 2026, 17:00". What is not clear is refused.

The names of months, weekdays and halves of the day are those of Unicode's CLDR, as PHP, and so Moodle, takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import cache

from amal_attention.course.people.name_words import words_of
from amal_attention.course.problems import grade_extra
from amal_attention.errors import CourseError, explain
from amal_attention.printable import one_line

__all__ = ["times_in_words"]

_PARTS = re.compile(r"\d+|[^\W\d_]+")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?")
_HALF = re.compile(r"\b([ap]) m\b")  # "p. m.", in Spanish
_FILLERS = {"de", "del", "a", "at", "um", "uhr", "las", "h"}
_LONGEST = 100  # characters


@dataclass(frozen=True)
class _Words:
    months: dict[str, int]
    weekdays: dict[str, int]  # as datetime counts them: Monday is 0
    counts_to_24: bool


@dataclass(frozen=True)
class _Read:
    """A time as it stands there: whether it says which half of the day is meant, and whether its hours count to 24."""

    local: datetime
    is_clear: bool
    shows_24: bool


def times_in_words(texts: Iterable[str], language: str, zone: tzinfo) -> dict[str, datetime]:
    """The times that these texts of one column tell, in UTC.

    An hour that the end of summer time gives twice is the first of the two.

    Args:
        texts: texts that one program wrote, so that one of them that counts to 24 shows that all do.
        language: the language of the words; see :func:`amal_attention.course.people.moodle_words.language_of_times`.
        zone: the time zone in which they are told.

    Raises:
        CourseError: a text is no time, or could be two.
        LabError: the tools of the course are not installed.
    """
    words = _words(language)
    read = {text: _read(text, words) for text in dict.fromkeys(texts)}
    found = {text: each for text, each in read.items() if each is not None}
    if unread := [text for text in read if text not in found]:
        raise _unclear(unread[0], "no time that is known")
    to_24 = words.counts_to_24 or any(each.shows_24 for each in found.values())
    if unclear := [text for text, each in found.items() if not each.is_clear and not to_24]:
        raise _unclear(unclear[0], "morning or evening")
    return {text: each.local.replace(tzinfo=zone).astimezone(UTC) for text, each in found.items()}


def _read(text: str, words: _Words) -> _Read | None:
    if len(text) > _LONGEST:
        return None
    if iso := _ISO.fullmatch(text.strip()):
        read = _checked([int(each or 0) for each in iso.groups()], [], None)
        return read and replace(read, is_clear=True, shows_24=False)
    plain = _HALF.sub(r"\1m", " ".join(words_of(text.replace(".", " "))))
    parts = [each for each in _PARTS.findall(plain) if each not in _FILLERS]
    numbers = [each for each in parts if each.isdigit()]
    months = [words.months[each] for each in parts if each in words.months]
    weekdays = [words.weekdays[each] for each in parts if each in words.weekdays]
    halves = [each for each in parts if each in ("am", "pm")]
    known = len(numbers) + len(months) + len(weekdays) + len(halves) == len(parts)
    if not known or len(months) != 1 or len(numbers) not in (4, 5) or len(numbers[1]) != 4 or len(halves) > 1:
        return None
    day, year, *time = map(int, numbers)
    return _checked([year, months[0], day, *time], weekdays, halves[0] if halves else None)


def _checked(numbers: list[int], weekdays: list[int], half: str | None) -> _Read | None:
    """The time of these numbers, the year first; None if they are none, or of another weekday."""
    year, month, day, hour, minute, second, *_ = [*numbers, 0]
    if half and not 1 <= hour <= 12:
        return None
    told = hour % 12 + 12 * (half == "pm") if half else hour
    try:
        local = datetime(year, month, day, told, minute, second)
    except (ValueError, OverflowError):
        return None
    if any(each != local.weekday() for each in weekdays):
        return None
    shows_24 = not half and (hour == 0 or hour > 12)
    return _Read(local, bool(half) or shows_24, shows_24)


@cache
def _words(language: str) -> _Words:
    with grade_extra():
        from babel import Locale
    locale = Locale(language)
    months = {_one_word(name): number for number, name in locale.months["format"]["wide"].items()}
    weekdays = {_one_word(name): number for number, name in locale.days["format"]["wide"].items()}
    return _Words(months, weekdays, "H" in locale.time_formats["short"].pattern)


def _one_word(name: str) -> str:
    return "".join(words_of(name))


def _unclear(text: str, why: str) -> CourseError:
    return CourseError(
        explain(
            expected="times as Moodle writes them, such as 'Friday, 20 November 2026, 5:00 PM'",
            got=f"{one_line(text)!r}: {why}",
            do="download the worksheet again, and give it as it came; or go without its times by --times none",
        )
    )
