"""Times that Moodle tells people are read in its languages; what could be two times is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from amal_attention.course.collect.times_in_words import times_in_words
from amal_attention.errors import CourseError

PARIS = ZoneInfo("Europe/Paris")
LATE = datetime(2026, 11, 3, 22, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Tuesday, 3 November 2026, 11:59 PM"),
        ("en", "Tuesday, 03 November 2026, 11:59 pm"),
        ("en", "Tuesday, November 3, 2026, 11:59\u202fPM"),
        ("en", "Tuesday, 3 November 2026, 23:59"),
        ("fr", "mardi 3 novembre 2026, 23:59"),
        ("fr", "mardi 3 novembre 2026 à 23h59"),
        ("fr", "mardi 3 NOVEMBRE 2026, 23:59:00"),
        ("de", "Dienstag, 3. November 2026, 23:59"),
        ("es", "martes, 3 de noviembre de 2026, 23:59"),
        ("es", "martes, 3 de noviembre de 2026, 11:59 p. m."),
        ("fr", "2026-11-03 23:59"),
    ],
)
def test_a_time_is_read_in_its_language_and_zone(language, text):
    assert times_in_words([text], language, PARIS) == {text: LATE}


@pytest.mark.parametrize("language", ["en", "fr", "de", "es"])
def test_each_month_and_weekday_as_unicodes_tables_name_them(language):
    from babel.dates import format_datetime

    for month in range(1, 13):
        when = datetime(2027, month, 5 + month, 16, 7, tzinfo=UTC)
        text = format_datetime(when, "EEEE d MMMM y, HH:mm", locale=language)
        assert times_in_words([text], language, UTC) == {text: when}


@pytest.mark.parametrize(
    ("text", "hour"), [("12:05 AM", 0), ("12:05 PM", 12), ("1:05 AM", 1), ("1:05 PM", 13), ("11:05 PM", 23)]
)
def test_hours_that_count_to_twelve(text, hour):
    whole = f"Friday, 20 November 2026, {text}"
    assert times_in_words([whole], "en", UTC)[whole].hour == hour


def test_one_time_after_noon_shows_that_all_count_to_24():
    morning, evening = (f"Friday, 20 November 2026, {hour}" for hour in ("9:30", "17:00"))
    assert times_in_words([morning, evening], "en", UTC)[morning].hour == 9


def test_an_hour_that_comes_twice_is_the_first_of_both():
    text = "dimanche 25 octobre 2026, 02:30"
    assert times_in_words([text], "fr", PARIS)[text] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Friday, 20 November 2026, 5:00"),  # morning or evening?
        ("en", "Thursday, 20 November 2026, 5:00 PM"),  # that was a Friday
        ("en", "20/11/2026 17:00"),
        ("en", "03/11/2026 23:59"),
        ("en", "3 November 2026, 13:00 PM"),
        ("en", "3 November 26, 1:00 PM"),
        ("en", "31 June 2026, 1:00 PM"),
        ("en", "3 November 2026"),
        ("en", "vendredi 20 novembre 2026, 17:00"),
        ("fr", "3 novembre 2026, 24:00"),
        ("fr", "3 mai juin 2026, 10:00"),
        ("fr", "il y a 3 jours"),
        ("fr", "9" * 10_000),
    ],
)
def test_what_is_unclear_is_refused(refusal, language, text):
    told = refusal(CourseError, lambda: times_in_words([text], language, PARIS))
    assert text[:40] in told and "--times none" in told
