"""Reads a date by the rule that is stated, and nothing of the package: every reading that a line allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

FRENCH_MONTHS = (
    "janvier janv. février févr. mars mars avril avr. mai mai juin juin juillet juil. août août septembre sept. "
    "octobre oct. novembre nov. décembre déc."
).split()
ENGLISH_MONTHS = (
    "january jan february feb march mar april apr may may june jun july jul august aug september sep october oct "
    "november nov december dec"
).split()
FRENCH_WEEKDAYS = "lundi lun. mardi mar. mercredi mer. jeudi jeu. vendredi ven. samedi sam. dimanche dim.".split()
ENGLISH_WEEKDAYS = "monday mon tuesday tue wednesday wed thursday thu friday fri saturday sat sunday sun".split()
ENDINGS = {**dict.fromkeys(range(1, 32), "th"), 1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def one_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


YEAR, NAMED_YEAR = r"(?P<year>\d{4}|\d\d)", r"(?P<year>\d{4}|’?\d\d)"
FRENCH_LEAD = f"((?P<weekday>{one_of(FRENCH_WEEKDAYS)}) )?"
ENGLISH_LEAD = f"((?P<weekday>{one_of(ENGLISH_WEEKDAYS)}),? )"
ORDINAL = r"(?P<day>\d{1,2})(?P<ending>st|nd|rd|th)"
LONG_MONTH = f"(?P<month>{one_of(ENGLISH_MONTHS[::2])})"
GRAMMARS = {
    "French": [
        f"(le |{FRENCH_LEAD})(?P<day>1(?=er)|[2-9]|[12][0-9]|3[01])(er)? (?P<month>{one_of(FRENCH_MONTHS)}) {YEAR}"
    ],
    "English, month first": [
        f"{ENGLISH_LEAD}?(?P<month>{one_of(ENGLISH_MONTHS)}) (?P<day>[1-9]|[12][0-9]|3[01])"
        f"(?P<ending>st|nd|rd|th)?,? {NAMED_YEAR}"
    ],
    "English, day first": [
        f"(?P<day>[1-9]|[12][0-9]|3[01])(?P<ending>st|nd|rd|th)? (?P<month>{one_of(ENGLISH_MONTHS)}),? {NAMED_YEAR}",
        f"(the )?{ORDINAL} of {LONG_MONTH},? {NAMED_YEAR}",
    ],
    "digits, day first": [rf"{FRENCH_LEAD}(?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<month>\d{{1,2}})(?P=mark){YEAR}"],
    "digits, month first": [rf"{ENGLISH_LEAD}(?P<month>\d{{1,2}})(?P<mark>[/.-])(?P<day>\d{{1,2}})(?P=mark){YEAR}"],
    "digits, year first": [r"(?P<year>\d{4})(?P<mark>[/-]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)"],
}


def readings(text: str) -> list[tuple[str, date]]:
    """Each kind of date that a text can be read as, and the day it would then mean."""
    plain = re.sub(" +", " ", text.lower())
    return [
        (kind, day)
        for kind, grammars in GRAMMARS.items()
        for grammar in grammars
        for found in [re.fullmatch(grammar, plain)]
        if found
        for day in _days(found.groupdict())
    ]


def _days(found: dict[str, str | None]) -> Iterator[date]:
    """The day that the parts make, if there is such a day, an ending is the right one, and so is a weekday."""
    number = int(found["day"] or 0)
    try:
        day = date(_year(found["year"] or ""), _month(found["month"] or ""), number)
    except ValueError:
        return
    ending, weekday = found.get("ending"), found.get("weekday")
    if ending and ending != ENDINGS[number]:
        return
    if weekday and day.weekday() not in (_place(weekday, FRENCH_WEEKDAYS), _place(weekday, ENGLISH_WEEKDAYS)):
        return
    yield day


def _year(text: str) -> int:
    number = int(text.removeprefix("’"))
    if len(text) == 4:
        return number
    return 1900 + number if number >= 69 else 2000 + number


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    names = FRENCH_MONTHS if text in FRENCH_MONTHS else ENGLISH_MONTHS
    return names.index(text) // 2 + 1


def _place(name: str, names: list[str]) -> int | None:
    return names.index(name) // 2 if name in names else None
