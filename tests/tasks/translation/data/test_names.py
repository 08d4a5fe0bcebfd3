"""Names are CLDR's, as Babel reads them."""

from __future__ import annotations

import pytest

from amal_attention.tasks.translation.data.names import ENGLISH, FRENCH, Names

babel = pytest.importorskip("babel.dates")


@pytest.mark.parametrize(("names", "locale"), [(FRENCH, "fr"), (ENGLISH, "en")])
def test_names_are_those_of_cldr(names: Names, locale: str) -> None:
    for width, months, weekdays in (
        ("wide", names.months, names.weekdays),
        ("abbreviated", names.short_months, names.short_weekdays),
    ):
        assert dict(enumerate(months, start=1)) == dict(babel.get_month_names(width, locale=locale))
        assert dict(enumerate(weekdays)) == dict(babel.get_day_names(width, locale=locale))


def test_no_weekday_is_one_in_both_languages() -> None:
    french, english = (
        {name.lower() for name in (*names.weekdays, *names.short_weekdays)} for names in (FRENCH, ENGLISH)
    )
    assert len(french) == len(english) == 14 and not french & english


def test_a_name_means_one_month_in_both_languages() -> None:
    months: dict[str, set[int]] = {}
    for names in (FRENCH, ENGLISH):
        for listed in (names.months, names.short_months):
            for number, name in enumerate(listed):
                months.setdefault(name.lower(), set()).add(number)
    assert all(len(numbers) == 1 for numbers in months.values())
