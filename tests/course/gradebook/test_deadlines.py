"""Deadlines are told in people's time and kept in UTC; what is no moment, or two, is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amal_attention.course.gradebook.deadlines import duration, moment, moment_text
from amal_attention.errors import CourseError

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "hours"), [("48h", 48), ("2d", 48), ("90m", 1.5), ("1d12h", 36), ("0h", 0), (" 1h30m ", 1.5)]
)
def test_how_long(text, hours):
    assert duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "h", "48", "-48h", "2 weeks", "1h2d", "1.5h", "9" * 50 + "h"])
def test_no_length_of_time_is_refused(refusal, text):
    assert "48h" in refusal(CourseError, lambda: duration(text))


@pytest.mark.parametrize(
    ("text", "zone", "hour"),
    [
        ("2026-11-20 18:00", PARIS, 17),
        ("2026-07-20T18:00:00", PARIS, 16),
        ("2026-11-20 18:00", UTC, 18),
        ("2026-11-20 18:00+05:00", PARIS, 13),
        ("2026-11-20T18:00Z", None, 18),
    ],
)
def test_a_moment_is_in_the_zone_that_is_said(text, zone, hour):
    assert moment(text, zone).hour == hour and moment(text, zone).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "zone", "told"),
    [
        ("2026-11-20 18:00", None, "--timezone"),
        ("2026-11-20", PARIS, "a day and a time"),
        ("20/11/2026 18:00", PARIS, "a day and a time"),
        ("2026-13-20 18:00", PARIS, "a day and a time"),
        ("tomorrow", PARIS, "a day and a time"),
        ("2026-10-25 02:30", PARIS, "comes twice"),
        ("2026-03-29 02:30", PARIS, "does not come"),
    ],
)
def test_what_is_no_moment_or_two_is_refused(refusal, text, zone, told):
    assert told in refusal(CourseError, lambda: moment(text, zone))


def test_a_moment_is_shown_in_both_times():
    when = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert moment_text(when, PARIS) == "2026-11-20 18:00 Europe/Paris (2026-11-20 17:00 UTC)"
    assert moment_text(when, None) == moment_text(when, UTC) == "2026-11-20 17:00 UTC"
