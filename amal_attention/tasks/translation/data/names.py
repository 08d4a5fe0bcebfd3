"""What months and weekdays are called. The names are CLDR's; the table is ours, for those change between releases."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ENGLISH", "FRENCH", "Names"]


@dataclass(frozen=True)
class Names:
    """The names of a language: ``months`` from January on, ``weekdays`` from Monday on, ``short_…`` the same cut."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


FRENCH = Names(
    months=_listed("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    short_months=_listed("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."),
    weekdays=_listed("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    short_weekdays=_listed("lun. mar. mer. jeu. ven. sam. dim."),
)
ENGLISH = Names(
    months=_listed("January February March April May June July August September October November December"),
    short_months=_listed("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    weekdays=_listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    short_weekdays=_listed("Mon Tue Wed Thu Fri Sat Sun"),
)
