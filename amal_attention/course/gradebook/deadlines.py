"""When a lab is due, and for whom later: in people's time here, in UTC for nbgrader."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from amal_attention.errors import CourseError, explain
from amal_attention.printable import one_line

__all__ = ["duration", "moment", "moment_text"]

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?P<offset>Z|[+-]\d\d:?\d\d)?")


def duration(text: str) -> timedelta:
    """How long "48h", "2d", "90m" or "1d12h" is.

    >>> duration("1d12h")
    datetime.timedelta(days=1, seconds=43200)

    Raises:
        CourseError: it is none.
    """
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise CourseError(
            explain(expected="how long, such as 48h, 2d or 1d12h", got=repr(one_line(text)), do="write it so")
        )
    return timedelta(**{name: int(said or 0) for name, said in zip(_UNITS.values(), found.groups(), strict=True)})


def moment(text: str, zone: tzinfo | None) -> datetime:
    """The moment that "2026-11-20 18:00" is, in UTC.

    Args:
        text: the text of the moment; it may end in its offset, as in "2026-11-20 18:00+01:00".
        zone: the time zone in which it is told, where it has no offset; None where that is not known.

    Raises:
        CourseError: it is no moment, is none or two in this zone, or nothing says the zone.
    """
    found = _MOMENT.fullmatch(text.strip())
    try:
        told = datetime.fromisoformat(text.strip()) if found else None
    except ValueError:
        told = None
    if told is None:
        raise _unclear("a day and a time, such as '2026-11-20 18:00'", text, "write it so")
    if told.tzinfo is not None:
        return told.astimezone(UTC)
    if zone is None:
        raise _unclear("the time zone of it", text, "give it as in --timezone Europe/Paris")
    first, second = (told.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        what = "comes twice" if first < second else "does not come"
        raise _unclear("a time that comes once", f"{text}, which {what} in {zone}", "choose another, or add its offset")
    return first


def moment_text(when: datetime, zone: tzinfo | None, *, seconds: bool = False) -> str:
    """A moment in a zone, and in UTC; to the minute, or to the second.

    >>> from zoneinfo import ZoneInfo
    >>> moment_text(datetime(2026, 11, 20, 17, tzinfo=UTC), ZoneInfo("Europe/Paris"))
    '2026-11-20 18:00 Europe/Paris (2026-11-20 17:00 UTC)'
    """
    form = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    utc = f"{when.astimezone(UTC):{form}} UTC"
    return utc if zone is None or zone is UTC else f"{when.astimezone(zone):{form}} {zone} ({utc})"


def _unclear(expected: str, got: str, do: str) -> CourseError:
    return CourseError(explain(expected=expected, got=one_line(got), do=do))
