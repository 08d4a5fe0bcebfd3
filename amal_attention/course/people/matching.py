"""Whose is this? Students found by what a platform or a folder calls them; nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from amal_attention.course.people.name_words import words_of
from amal_attention.course.people.roster import Student

__all__ = ["Match", "Matcher", "is_anonymous"]

# As Moodle calls everybody in blind marking, in its tables and in the names of files.
_ANONYMOUS = ("participant", "teilnehmer in", "teilnehmerin", "participante", "partecipante", "deelnemer")


@dataclass(frozen=True)
class Match:
    """What came of looking for a student.

    Attributes:
        student: the one who was found; None where it is nobody, or could be two.
        how: how they were found, or why they were not.
    """

    student: Student | None
    how: str


class Matcher:
    """Finds students of a roster.

    Args:
        roster: the students by id.
    """

    def __init__(self, roster: Mapping[str, Student]) -> None:
        self._ids: dict[str, list[Student]] = defaultdict(list)
        self._emails: dict[str, list[Student]] = defaultdict(list)
        self._numbers: dict[str, list[Student]] = defaultdict(list)
        self._names: dict[tuple[str, ...], list[Student]] = defaultdict(list)
        self._joined: dict[str, list[Student]] = defaultdict(list)
        self._teams: dict[tuple[str, ...], list[Student]] = defaultdict(list)
        for student in roster.values():
            self._ids[_plain(student.id)].append(student)
            self._emails[_plain(student.email)].append(student)
            self._numbers[_plain(student.lms_user_id)].append(student)
            first, last = words_of(student.first_name), words_of(student.last_name)
            for words in {first + last, last + first}:
                self._names[words].append(student)
            for joined in {"".join(first + last), "".join(last + first)}:
                self._joined[joined].append(student)
            for team in {words_of(each) for each in (student.team, *re.split("[,;]", student.team))} - {()}:
                self._teams[team].append(student)

    def find(self, name: str, number: str = "") -> Match:
        """The student who is called so: by id, e-mail, the platform's own name for them, or full name.

        The full name counts in either order, without accents, case and punctuation. The number, which a platform
        writes beside a name, tells namesakes apart, and who is anonymous.

        Args:
            name: the name of a person, or whatever stands for one.
            number: the number that the platform gave them; may be empty.
        """
        words = words_of(name)
        if number and is_anonymous(name):
            return _one(self._numbers.get(_plain(number), []), "lms_user_id")
        found: dict[str, tuple[Student, str]] = {}
        for candidates, how in self._candidates(_plain(name), words):
            for student in candidates:
                found.setdefault(student.id, (student, how))
        if len(found) > 1 and number:
            told = {key: each for key, each in found.items() if _plain(each[0].lms_user_id) == _plain(number)}
            found = {key: (student, "full name and lms_user_id") for key, (student, _) in told.items()} or found
        if len(found) == 1:
            return Match(*next(iter(found.values())))
        return _one([student for student, _ in found.values()], "")

    def by_id(self, student: str) -> Match:
        """The student who has this id, in upper or lower case."""
        return _one(self._ids.get(_plain(student), []), "id")

    def by_joined_name(self, name: str, number: str) -> Match:
        """The student whose full name is this where all is left out that is no letter, as in "lovelaceada"."""
        found = self._joined.get("".join(words_of(name)), []) if words_of(name) else []
        told = [each for each in found if number and _plain(each.lms_user_id) == _plain(number)]
        return _one(told or found, "full name")

    def team(self, name: str) -> tuple[Student, ...]:
        """The members of the team of this name, by the roster; nobody where there is none."""
        return tuple(self._teams.get(words_of(name), ()))

    def _candidates(self, plain: str, words: tuple[str, ...]) -> list[tuple[list[Student], str]]:
        by_name = self._names.get(words, []) if words else []
        if not plain:
            return [(by_name, "full name")]
        return [
            (self._ids.get(plain, []), "id"),
            (self._emails.get(plain, []), "e-mail"),
            (self._numbers.get(plain, []), "lms_user_id"),
            (by_name, "full name"),
        ]


def is_anonymous(name: str) -> bool:
    """Whether a name is what Moodle calls everybody in blind marking."""
    return " ".join(words_of(name)) in _ANONYMOUS


def _one(found: list[Student], how: str) -> Match:
    if len(found) == 1:
        return Match(found[0], how)
    if not found:
        return Match(None, "nobody of the roster")
    ids = sorted(student.id for student in found)
    same = len(ids) == 2 and ids[0].casefold() == ids[1].casefold()
    merge = f", which are one student: amal merge {ids[0]} {ids[1]}" if same else ""
    return Match(None, f"it could be {' or '.join(ids)}{merge}")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()
