"""The languages there are, and what is said in each: gettext's catalogues, ``<code>.po``, read as they stand.

English is the key of every message, so there is no file of it. A third language is one more file: copy ``fr.po``, and
translate; a test tells which messages a file lacks.
"""

from __future__ import annotations

import gettext
import io
import itertools
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = ["ENGLISH", "LANGUAGES", "Language", "message"]

_FOLDER = Path(__file__).parent
_LEAST = 4  # letters of its own by which a message is known again
_LONGEST = 1000  # characters: what is longer is no message, and a hostile one would cost time in each template
_NAME = re.compile(r"[\w.-]+( \([^:]*\))?")
_VALUES = {
    "count": r"[\d.,…]+",
    "number": r"-?[\d.,…]+",
    "line": r"\d+",
    "at_cell": r"\d+",
    "counts": r"\d+",
    "lengths": r"\d+(?:, \d+)*(?: and \d+)?",
    "numbers": r"\d+(?:, \d+)*(?: and \d+)?",
    "most": r"[^()]+",
    "typename": r"\w+",
    "at_line": r"(?:in \S+, |raised by ).+",
}
"""What some values look like, by their names; any other is a text."""
_VERBATIM = {"raised", "code", "source"}
"""Values that others wrote: no part of them is told again, though it may look like a message."""
_TELLING = {"typename", "at_line"}
"""Values by which a message is known again that has few letters of its own."""

LANGUAGES = ("en", *sorted(path.stem for path in _FOLDER.glob("*.po")))
"""The codes of the languages that something can be said in."""


def message(text: str) -> str:
    """Mark a text that is said elsewhere, such as a constant, so that it is looked for in the catalogues."""
    return text


@dataclass(frozen=True)
class Language:
    """A language, one of :data:`LANGUAGES`.

    Attributes:
        code: the code of the language, such as "fr".
        folders: where further catalogues lie, ``<code>.po`` each: what a lab says is in none of the package's.
    """

    code: str = "en"
    folders: tuple[Path, ...] = ()

    def say(self, text: str, /, **values: object) -> str:
        """A message, with values in the places that its braces name.

        >>> Language("fr").say("{met} of {tests} met", met=1, tests=2)
        '1 sur 2 réussis'
        """
        return _catalogue(self).gettext(text).format(**values)

    def translated(self, text: str) -> str:
        """A whole message, as the catalogues have it; what is none stays.

        >>> Language("fr").translated("all points"), Language("fr").translated("all of them")
        ('tous les points', 'all of them')
        """
        return _catalogue(self).gettext(text) if text else text

    def say_count(self, one: str, many: str, count: float, /, **values: object) -> str:
        """A message on a number of things, ``{count}`` in it, in the form that the language has for this number.

        >>> [Language(code).say_count("{count} point", "{count} points", 1.5) for code in ("en", "fr")]
        ['1.5 points', '1,5 point']
        """
        text = _catalogue(self).ngettext(one, many, _whole(self.code, count))
        return text.format(count=self.number(count), **values)

    def number(self, value: float, digits: int = 2) -> str:
        """A number, to so many digits, without those that say nothing.

        >>> Language("fr").number(2.50), Language("en").number(1200), Language("en").number(1 / 3)
        ('2,5', '1200', '0.33')
        """
        from babel.numbers import format_decimal

        return format_decimal(value + 0.0, format="0." + "#" * digits, locale=self.code)

    def percent(self, share: float) -> str:
        """A share of 1 in hundredths.

        >>> Language("en").percent(0.256)
        '26 %'
        """
        return f"{self.number(100 * share, 0)} %"

    def retold(self, english: str) -> str:
        """What was said in English, as verdicts keep it, in this language; what is none of the messages stays.

        >>> Language("fr").retold("the file is cut off: 3 cells could be read")
        'le fichier est coupé : 3 cellules ont pu être lues'
        """
        return english if self.code == "en" else _retold(self, english)

    def listed(self, things: Sequence[str]) -> str:
        """Things in one sentence.

        >>> Language("fr").listed(["a", "b", "c"])
        'a, b et c'
        """
        *before, last = things
        return self.say("{things} and {last}", things=", ".join(before), last=last) if before else last


ENGLISH = Language()
"""What is kept, and told again in other languages, is said in it."""


@cache
def _written(path: Path, code: str) -> Catalog:
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=code)


def _all_written(language: Language) -> Iterator[Catalog]:
    """The catalogues of a language; of a folder that has none of it, nothing."""
    paths = (folder / f"{language.code}.po" for folder in (_FOLDER, *language.folders))
    return (_written(path, language.code) for path in paths if path.is_file())


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    found = gettext.NullTranslations()
    if language.code == "en":
        return found
    from babel.messages.mofile import write_mo

    for written in _all_written(language):
        compiled = io.BytesIO()
        write_mo(compiled, written)
        compiled.seek(0)
        found.add_fallback(gettext.GNUTranslations(compiled))
    return found


@lru_cache(maxsize=10_000)
def _retold(language: Language, text: str) -> str:
    if not text or len(text) > _LONGEST:
        return text
    if (known := language.translated(text)) != text:
        return known
    for template in _templates(language):
        if template.piece in text and (found := template.pattern.fullmatch(text)):
            values = {name: _value(language, name, value) for name, value in found.groupdict().items()}
            return template.said(language, found.groupdict().get("count", "")).format(**values)
    return text


def _value(language: Language, name: str, text: str) -> str:
    """A value in a message: a message itself, a list of some, or what it was."""
    if name in _VERBATIM:
        return language.translated(text)
    if (known := _retold(language, text)) != text:
        return known
    before, _, last = text.rpartition(" and ")
    things = [*_pieces(before), last] if before else _pieces(text)
    told = [_retold(language, each) for each in things]
    if told == things and not all(_NAME.fullmatch(each) for each in things):
        return text
    return language.listed(told) if before else ", ".join(told)


def _pieces(text: str) -> list[str]:
    """What stands between commas, those in brackets apart."""
    pieces: list[str] = []
    for each in text.split(", "):
        inside = bool(pieces) and sum(map(pieces[-1].count, "([")) > sum(map(pieces[-1].count, ")]"))
        pieces[-1:] = [f"{pieces[-1]}, {each}"] if inside else [*pieces[-1:], each]
    return pieces


@dataclass(frozen=True)
class _Template:
    """A message with values in it, and what it looks like when they are there.

    Attributes:
        ids: the message, and that of many things, if it has one.
        is_plural: whether this is the latter.
        pattern: what it looks like with values.
        letters: how many it has of its own.
        piece: the longest part of its own.
    """

    ids: tuple[str, ...]
    is_plural: bool
    pattern: re.Pattern[str]
    letters: int
    piece: str

    @classmethod
    def of(cls, text: str, ids: tuple[str, ...]) -> _Template:
        names: set[str] = set()
        pattern, letters, parts = "", 0, [*string.Formatter().parse(text)]
        for own, name, _, _ in parts:
            pattern, letters = pattern + re.escape(own), letters + sum(map(str.isalpha, own))
            if name is not None:
                value = _VALUES.get(name, ".+?")
                pattern += f"(?P={name})" if name in names else f"(?P<{name}>{value})"
                names.add(name)
        return cls(
            ids, text != ids[0], re.compile(pattern, re.DOTALL), letters, max((own for own, *_ in parts), key=len)
        )

    def said(self, language: Language, count: str) -> str:
        """The message in a language, for that many things."""
        catalogue = _catalogue(language)
        one, *many = self.ids
        if not many:
            return catalogue.gettext(one)
        return catalogue.ngettext(one, many[0], int(count) if count.isdigit() else 1 + self.is_plural)


@cache
def _templates(language: Language) -> list[_Template]:
    """The messages with values, those with most letters of their own first."""
    found = []
    for message in itertools.chain.from_iterable(_all_written(language)):
        ids = message.id if isinstance(message.id, tuple) else (str(message.id),)
        found += [_Template.of(text, ids) for text in ids if "{" in text or len(ids) > 1]
    known = (each for each in found if each.letters >= _LEAST or _TELLING & each.pattern.groupindex.keys())
    return sorted(known, key=lambda each: -each.letters)


@cache
def _whole(code: str, count: float) -> int:
    """The number itself where it is whole; else the first whole one that the language treats alike."""
    from babel import Locale

    if count == int(count):
        return int(count)
    form = Locale(code).plural_form
    return next(number for number in itertools.count() if form(number) == form(count))
