"""What a team handed in is graded once, and each member has that verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from amal_attention.course.people.name_words import words_of
from amal_attention.course.people.roster import Student
from amal_attention.grading.submission.submissions import read_submission
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder

__all__ = ["Teammates"]


class Teammates:
    """Students of one team who handed in the same bytes.

    Args:
        students: the students of the course, by id.
        places: where the submissions to grade lie, by student.
        lab: name of the lab.

    Attributes:
        places: one of each team's, and those of all others: what is to be graded.
    """

    def __init__(self, students: Mapping[str, Student], places: Mapping[str, Path], lab: str) -> None:
        self._others: dict[str, list[str]] = {}
        first: dict[tuple[tuple[str, ...], str], str] = {}
        self.places: dict[str, Path] = {}
        for name, place in places.items():
            keys = list(_keys(students.get(name), name, place, lab))
            known = [first[key] for key in keys if key in first]
            if known:
                self._others.setdefault(known[0], []).append(name)
            else:
                self.places[name] = place
            first |= {key: known[0] if known else name for key in keys if key not in first}

    def each(self, verdict: Verdict, folder: VerdictFolder) -> Iterator[Verdict]:
        """A verdict, and its copies for the teammates, which are kept.

        Raises:
            StorageError: a copy cannot be kept.
        """
        yield verdict
        for name in self._others.get(verdict.submission, []):
            copy = replace(verdict, submission=name)
            if folder.kept(name) != copy:
                folder.keep(copy)
            yield copy


def _keys(student: Student | None, name: str, place: Path, lab: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if student is None or not student.team:
        return
    if digest := read_submission(name, place, lab).digest:
        for team in {words_of(each) for each in re.split("[,;]", student.team)} - {()}:
            yield team, digest
