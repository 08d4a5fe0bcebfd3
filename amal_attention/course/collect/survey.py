"""What the names in an archive tell before any file is taken: how it is laid out, whose the files are, since when."""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from amal_attention.course.collect.archive import NO_TIME, Member, members
from amal_attention.course.collect.layout import Claim, Layout, Parts, is_clutter, recognise, time_of
from amal_attention.course.collect.platforms import METADATA, pattern_layout, platform_layout
from amal_attention.course.collect.times_in_words import times_in_words
from amal_attention.course.people.matching import Match, Matcher, is_anonymous
from amal_attention.course.people.name_words import words_of
from amal_attention.course.people.roster import Student, why_no_folder
from amal_attention.course.people.worksheet import Line, Worksheet, kept_in_files
from amal_attention.course.slips import SECRET, TIMESTAMP
from amal_attention.errors import CourseError, explain
from amal_attention.printable import one_line

__all__ = ["Owners", "Survey", "Times", "called", "survey"]

_LONGEST_SLIP = 1000  # bytes of what nbgrader puts beside a notebook
_LONGEST_METADATA = 50 * 2**20  # bytes
_TOGETHER = timedelta(minutes=1)
_OTHER_ZONE = timedelta(hours=14)  # by which a time may be wrong whose zone the archive does not say


class Times(StrEnum):
    """Which times of an archive are believed."""

    AUTO = "auto"
    ARCHIVE = "archive"
    NONE = "none"


@dataclass(frozen=True)
class Owners:
    """Whose a file is.

    Attributes:
        students: one, or the members of a team; nobody where that is not clear.
        how: they were found; or why they were not.
        is_team: whether they handed it in together.
    """

    students: tuple[Student, ...]
    how: str
    is_team: bool = False


@dataclass(frozen=True)
class Survey:
    """What the names in an archive tell.

    Attributes:
        layout: how it is laid out.
        people: whose the files of each name and number are.
        secrets: nbgrader's secrets, by the folder in which they lie.
        remarks: what there is to say of the archive as a whole, a sentence each.
        believes_times: whether times of the archive are believed, where nothing better tells them.
        packed: the latest at which the archive can have been packed; None where that is not known.
    """

    layout: Layout
    people: Mapping[tuple[str, str], Owners]
    secrets: Mapping[Parts, bytes]
    remarks: tuple[str, ...]
    _slips: Mapping[Parts, datetime]
    _told: Mapping[str, datetime] = field(default_factory=dict)
    _has_worksheet: bool = False
    believes_times: bool = True
    packed: datetime | None = None

    def owners(self, claim: Claim) -> Owners:
        """Whose a file is."""
        return self.people[(claim.name, claim.number)]

    def when(self, claim: Claim, member: Member, student: Student) -> tuple[datetime, bool]:
        """When a student handed a file in, and whether that is known; else a time at which it was there."""
        if self._has_worksheet and not claim.by_hand:
            told = self._told.get(student.id)
            return (member.when, False) if told is None or self.is_older(student) else (told, True)
        told = claim.when or (self._slips.get(claim.beside) if claim.beside else None)
        if told is not None:
            return told, True
        return member.when, self.believes_times and not claim.by_hand and member.when.year >= NO_TIME

    def is_older(self, student: Student) -> bool:
        """Whether the worksheet tells of something that the student handed in after the archive was packed."""
        told = self._told.get(student.id)
        return told is not None and self.packed is not None and told > self.packed


@dataclass
class _Names:
    """What one look at an archive finds."""

    members: list[Member] = field(default_factory=list)
    slips: dict[Parts, datetime] = field(default_factory=dict)
    secrets: dict[Parts, bytes] = field(default_factory=dict)
    metadata: dict[Parts, bytes] = field(default_factory=dict)


def survey(
    archive: Path,
    lab: str,
    roster: Mapping[str, Student] | None,
    zone: tzinfo | None,
    *,
    times: Times = Times.AUTO,
    worksheet: Worksheet | None = None,
    pattern: str | None = None,
) -> Survey:
    """Look at the names in an archive.

    Args:
        archive: see :func:`amal_attention.course.collect.collect.collect`.
        lab: the lab's name.
        roster: the students by id; None if they are not known.
        zone: the time zone of times that do not name theirs; None if that is not known either.
        times: which times are believed.
        worksheet: Moodle's, which tells times and who has which number.
        pattern: a pattern that paths have.

    Raises:
        CourseError: the archive, the worksheet or the pattern cannot be used.
    """
    names = _names(archive, zone or UTC)
    matcher = Matcher(roster or {})
    layout = _layout(names, lab, matcher, zone or UTC, pattern)
    claims = [(claim, each) for each in names.members if isinstance(claim := layout.claim(each.parts), Claim)]
    lines = worksheet.lines(matcher) if worksheet is not None else []
    people = _people([claim for claim, _ in claims], matcher if roster is not None else None, lines, roster or {})
    found = Survey(layout, people, names.secrets, (), names.slips, believes_times=times is not Times.NONE)
    if times is Times.AUTO and worksheet is not None:
        told = _times(worksheet, lines, zone)
        return replace(found, _told=told, _has_worksheet=True, packed=_packed(found, claims))
    return _doubted(found, claims, times, zone)


def called(claim: Claim) -> str:
    """What to call whoever a claim is of."""
    return one_line(f"{claim.name} ({claim.number})" if claim.number else claim.name)


def _names(archive: Path, zone: tzinfo) -> _Names:
    found = _Names()
    for item in members(archive, zone=zone):
        if not isinstance(item, Member) or is_clutter(item.parts):
            continue
        found.members.append(replace(item, read=bytes))
        content = item.read() if item.parts[-1] in (TIMESTAMP, SECRET, METADATA) else None
        if not isinstance(content, bytes):
            continue
        if item.parts[-1] == METADATA and len(content) <= _LONGEST_METADATA:
            found.metadata[item.parts] = content
        elif len(content) > _LONGEST_SLIP:
            continue
        elif item.parts[-1] == SECRET:
            found.secrets[item.parts[:-1]] = content
        elif told := time_of(content.decode(errors="replace")):
            found.slips[item.parts] = told
    return found


def _layout(names: _Names, lab: str, matcher: Matcher, zone: tzinfo, pattern: str | None) -> Layout:
    if pattern is not None:
        return pattern_layout(pattern, zone)

    @functools.cache
    def known(name: str) -> bool:
        return matcher.find(name).student is not None

    paths = [member.parts for member in names.members]
    layout = recognise(paths, lab, known)
    if layout.name != "a folder":
        return layout
    outside = {path: content for path, content in names.metadata.items() if not any(map(known, path))}
    metadata = outside[min(outside, key=len)] if outside else None
    return platform_layout(paths, known, metadata, zone) or layout


# ---- when


def _times(worksheet: Worksheet, lines: list[Line], zone: tzinfo | None) -> dict[str, datetime]:
    """When each student handed in, as a worksheet tells it."""
    language = worksheet.language_of_times
    if not language or zone is None:
        raise CourseError(
            explain(
                expected="a worksheet with times, and the time zone in which Moodle told them",
                got="no column of last modifications" if not language else "no time zone",
                do="download the worksheet with all its columns; --times none goes without"
                if not language
                else "give the zone, as in --timezone Europe/Paris",
            )
        )
    told = times_in_words([line.submitted for line in lines if line.submitted], language, zone)
    return {line.student: told[line.submitted] for line in lines if line.student and line.submitted}


def _doubted(found: Survey, claims: list[tuple[Claim, Member]], times: Times, zone: tzinfo | None) -> Survey:
    """The same, without the times of the archive where they look like those of its packing."""
    in_archive = _timed_by_archive(found, claims)
    whens = _whens(in_archive)
    if times is Times.AUTO and _are_of_packing(found.layout, in_archive, whens):
        remark = (
            f"all files are of {_shown(whens[0], zone)}, within a minute of each other: that is when the archive was "
            "packed. When they were handed in is not known, and nobody is late: give --worksheet, or say --times "
            "archive if the times are true"
        )
        return replace(found, remarks=(remark,), believes_times=False)
    if times is not Times.NONE and zone is None and any(member.is_local for _, member in in_archive):
        remark = "times in the archive do not say their zone, and are taken for UTC: give --timezone"
        return replace(found, remarks=(remark,))
    return found


def _packed(found: Survey, claims: list[tuple[Claim, Member]]) -> datetime | None:
    """The latest at which an archive can have been packed whose times are those of its packing."""
    in_archive = _timed_by_archive(found, claims)
    whens = _whens(in_archive)
    if not _are_of_packing(found.layout, in_archive, whens):
        return None
    return whens[-1] + (_OTHER_ZONE if any(member.is_local for _, member in in_archive) else _TOGETHER)


def _timed_by_archive(found: Survey, claims: list[tuple[Claim, Member]]) -> list[tuple[Claim, Member]]:
    """The files of which the archive alone tells a time."""
    return [
        (claim, member)
        for claim, member in claims
        if not claim.by_hand and claim.when is None and found._slips.get(claim.beside or ()) is None
    ]


def _whens(claims: list[tuple[Claim, Member]]) -> list[datetime]:
    return sorted(member.when for _, member in claims if member.when.year >= NO_TIME)


def _are_of_packing(layout: Layout, claims: list[tuple[Claim, Member]], whens: list[datetime]) -> bool:
    """Whether each time is within a minute of the next, as of files that a platform packs one after the other."""
    if not whens:
        return False
    alone = len({(claim.name, claim.number) for claim, _ in claims}) < 2
    together = all(later - earlier <= _TOGETHER for earlier, later in pairwise(whens))
    return together and (layout.packs_at_once or not alone)


def _shown(when: datetime, zone: tzinfo | None) -> str:
    return f"{when.astimezone(zone or UTC):%Y-%m-%d %H:%M}"


# ---- whose


def _people(
    claims: list[Claim], matcher: Matcher | None, lines: list[Line], roster: Mapping[str, Student]
) -> dict[tuple[str, str], Owners]:
    """Whose the files of each person in the archive are. Two persons who would be one student are nobody.

    A team is none: what a member hands in alone besides is theirs too.
    """
    numbered = {line.number: line for line in lines if line.number}
    found = {_person(claim): _owners(claim, matcher, numbered, roster) for claim in claims}
    same: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for person, owners in found.items():
        for student in () if owners.is_team else owners.students:
            same[student.id.casefold()].append(person)
    for student_id, persons in same.items():
        numbers = {number for _, number in persons if number}
        if len(numbers) > 1 or (matcher is None and len(persons) > 1):
            do = "tell them apart by --worksheet, or lms_user_id in the roster" if matcher else "give a roster"
            found |= dict.fromkeys(persons, Owners((), f"{len(persons)} in the archive would be {student_id}: {do}"))
    return found


def _owners(
    claim: Claim, matcher: Matcher | None, numbered: Mapping[str, Line], roster: Mapping[str, Student]
) -> Owners:
    if matcher is None:
        as_is = not claim.number and why_no_folder(claim.name) is None
        return Owners((Student(claim.name if as_is else _made_id(claim.name)),), "there is no roster")
    team = matcher.team(claim.name) if not claim.is_id and not claim.others else ()
    if claim.number in numbered and not team:
        return _by_line(claim, numbered[claim.number], roster)
    matches = [_matched(claim, matcher), *(matcher.find(each) for each in claim.others)]
    if claim.others and all(match.student for match in matches):
        return Owners(tuple(match.student for match in matches if match.student), "together", is_team=True)
    (match, *_) = [match for match in matches if match.student is None] or matches
    if team and match.student is not None:
        return Owners((), f"it could be {match.student.id}, or the team of that name")
    if team:
        return Owners(team, "team", is_team=True)
    return Owners((match.student,) if match.student else (), match.how)


def _matched(claim: Claim, matcher: Matcher) -> Match:
    match = matcher.by_id(claim.name) if claim.is_id else Match(None, "")
    if match.student is None:
        match = matcher.find(claim.name, claim.number)
    return matcher.by_joined_name(claim.alias, claim.number) if match.student is None and claim.alias else match


def _by_line(claim: Claim, line: Line, roster: Mapping[str, Student]) -> Owners:
    """Whose it is by the line of the worksheet that has the same number, if it also has the same name."""
    names = {words_of(kept_in_files(each)) for each in (line.called, claim.name)}
    if len(names) > 1 and not is_anonymous(claim.name):
        return Owners((), f"the worksheet calls {claim.number} {line.called}: is it of this assignment?")
    if line.student is None:
        return Owners((), f"{line.why}, by its line in the worksheet")
    return Owners((roster[line.student],), "the worksheet")


def _made_id(name: str) -> str:
    """An id made of a name; where that loses something of the name, some of its digest is put to it."""
    plain = unicodedata.normalize("NFC", name).casefold().strip()
    made = "-".join(words_of(name)).encode("ascii", "ignore").decode()[:60].strip("-")
    if made == plain.replace(" ", "-") and why_no_folder(made) is None:
        return made
    return f"{made or 'student'}-{hashlib.sha256(plain.encode(errors='replace')).hexdigest()[:6]}"


def _person(claim: Claim) -> tuple[str, str]:
    return claim.name, claim.number
