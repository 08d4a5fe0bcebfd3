"""What students handed in, out of the archive of a platform, into the course: each student's notebook in its place.

An archive is gone through twice: for the names in it, which tell how it is laid out and who is in it, then for the
files. What is not clear is told, never guessed; nothing of it is lost, since the archive stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from filelock import FileLock

from amal_attention.course.archive import Limits, Member, Refusal, members, members_of_zip
from amal_attention.course.course_folder import Course
from amal_attention.course.layout import Claim, Layout, is_clutter, recognise, time_of
from amal_attention.course.matching import Match, Matcher, words_of
from amal_attention.course.roster import Student, why_no_folder
from amal_attention.course.slips import SECRET, TIMESTAMP
from amal_attention.course.versions import Choice, Versions
from amal_attention.errors import CourseError, explain
from amal_attention.files import writing
from amal_attention.printable import one_line

__all__ = ["Arrival", "Collection", "collect", "collection_text"]

_NESTED = Limits(files=1000, total_bytes=400 * 2**20, ratio=0)
_MOST_FILES = 1000  # of one student
_MOST_BYTES = 1024 * 2**20  # of one student
_LONGEST_LIST = 20
_LONGEST_SLIP = 1000  # bytes of what nbgrader puts beside a notebook
_NO_TIME = 1990  # archives that know no time say 1970 or 1980


@dataclass(frozen=True)
class Arrival:
    """A student who handed something in.

    Attributes:
        student: the student.
        file: the name that the notebook came under.
        when: it was handed in.
        matched: by what the student was found.
        before: "new", "replaced" or "same": what was there before.
        remarks: on what to look at.
    """

    student: Student
    file: str
    when: datetime
    matched: str
    before: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    """What came of collecting.

    Attributes:
        lab: the lab's name.
        layout: how the archive was laid out.
        roster: how many students there are; None where it is not known.
        arrived: students with a notebook in this archive.
        missing: those of the roster of whom nothing has come yet, in any archive.
        unmatched: who in the archive is no one student, and why; nothing of theirs was taken.
        refused: files that were not taken, and why.
    """

    lab: str
    layout: str
    roster: int | None
    arrived: tuple[Arrival, ...]
    missing: tuple[Student, ...]
    unmatched: tuple[Refusal, ...]
    refused: tuple[Refusal, ...]


@dataclass
class _Taken:
    """What one student has in the archive."""

    student: Student
    how: str
    versions: Versions
    files: int = 0
    size: int = 0
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Survey:
    """What the names in an archive tell."""

    layout: Layout
    times: Mapping[tuple[str, ...], datetime]
    secrets: Mapping[tuple[str, ...], bytes]
    people: Mapping[tuple[str, str], Match]


def collect(
    archive: Path,
    course: Course,
    lab_name: str,
    roster: Mapping[str, Student] | None,
    is_of_lab: Callable[[bytes], bool],
    *,
    zone: tzinfo = UTC,
) -> Collection:
    """Put what students handed in into the folders of a course.

    Collecting an archive again changes nothing, and what is handed in at the end does not depend on the order of
    archives.

    Args:
        archive: of Moodle (in folders or flat), of nbgrader (its exchange, or its folder "submitted"), or any folder
            with a notebook or a folder for each student; as a zip, a tar.gz or unpacked.
        course: the course.
        lab_name: of the lab.
        roster: the students by id; None to take everybody, under an id that is made of their name.
        is_of_lab: whether the bytes of a file say that it is a notebook of the lab.
        zone: of the times in a zip that do not say in which they are, as Moodle's do not.

    Raises:
        CourseError: the archive cannot be used.
        StorageError: the course cannot be written.
    """
    if why := why_no_folder(lab_name):
        raise CourseError(
            explain(expected="the name of a lab", got=f"{one_line(lab_name)!r}, {why}", do="give its name")
        )
    survey = _survey(archive, lab_name, roster, zone)
    with _alone(course.collected(f".{lab_name}.lock")):
        collector = _Collector(course, lab_name, survey, is_of_lab)
        for item in members(archive, zone=zone):
            collector.take(item)
        arrived = tuple(collector.arrivals())
    missing = [
        student
        for student in (roster or {}).values()
        if not (course.place(student.id, lab_name) / f"{lab_name}.ipynb").is_file()
    ]
    return Collection(
        lab_name,
        survey.layout.name,
        len(roster) if roster is not None else None,
        arrived,
        tuple(missing),
        tuple(Refusal(*each) for each in collector.unmatched.items()),
        tuple(collector.refused),
    )


def collection_text(collection: Collection) -> str:
    """What came of collecting, in few lines."""
    befores = [arrival.before for arrival in collection.arrived]
    news = ", ".join(f"{befores.count(each)} {each}" for each in ("new", "replaced") if each in befores)
    of_all = f" of {collection.roster}" if collection.roster is not None else ""
    lines = [
        f"{collection.lab}, out of {collection.layout}: {len(befores)}{of_all} students ({news or 'nothing new'})",
        *_listed("missing", [f"{each.id} ({one_line(each.full_name)})" for each in collection.missing]),
        *_listed("not matched, not taken", [f"{each.name}: {each.why}" for each in collection.unmatched]),
        *_listed("refused", [f"{each.name}: {each.why}" for each in collection.refused]),
        *_listed(
            "to look at",
            [f"{each.student.id}: {'; '.join(each.remarks)}" for each in collection.arrived if each.remarks],
        ),
    ]
    return "\n".join(lines)


def _listed(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    left = len(lines) - _LONGEST_LIST
    more = [f"  … and {left} more"] if left > 0 else []
    return [f"{title} ({len(lines)}):", *(f"  {line}" for line in lines[:_LONGEST_LIST]), *more]


class _Collector:
    """Takes the files of an archive, one by one."""

    def __init__(self, course: Course, lab: str, survey: _Survey, is_of_lab: Callable[[bytes], bool]) -> None:
        self._course = course
        self._lab = lab
        self._survey = survey
        self._is_of_lab = is_of_lab
        self._taken: dict[str, _Taken] = {}
        self.unmatched: dict[str, str] = {}
        self.refused: list[Refusal] = []

    def take(self, item: Member | Refusal) -> None:
        """Take a file, or tell why not."""
        if isinstance(item, Refusal):
            self.refused.append(item)
        elif not is_clutter(item.parts):
            claim = self._survey.layout.claim(item.parts)
            if isinstance(claim, str):
                self.refused.append(Refusal(item.name, claim))
            elif claim is not None:
                self._take_of(claim, item)

    def arrivals(self) -> Iterator[Arrival]:
        """Hand in what was taken, student by student."""
        for _, taken in sorted(self._taken.items()):
            if choice := taken.versions.hand_in(self._is_of_lab):
                version = choice.version
                remarks = (*taken.remarks, *_remarks(choice, self._lab))
                yield Arrival(taken.student, version.path.name, version.when, taken.how, choice.before, remarks)

    def _take_of(self, claim: Claim, member: Member) -> None:
        match = self._survey.people[_person(claim)]
        if match.student is None:
            self.unmatched[_called(claim)] = match.how
            return
        student = match.student
        if student.id not in self._taken:
            versions = Versions(self._course, self._lab, student.id)
            self._taken[student.id] = _Taken(student, match.how, versions)
        taken = self._taken[student.id]
        content = self._allowed(taken, member)
        if content is None:
            return
        told = self._survey.times.get(claim.beside) if claim.beside else None
        when = claim.when or told or member.when
        if when.year < _NO_TIME:
            taken.remarks.append(f"the archive does not tell when {one_line(claim.file)} was handed in")
        secret = self._survey.secrets.get(claim.beside[:-1], b"") if claim.beside else b""
        for name, each, saved in self._inside(claim.file, content, member, taken):
            if _is_named_notebook(name) or self._is_of_lab(each):
                taken.versions.keep(each, name, when, saved, secret)
            else:
                self.refused.append(
                    Refusal(
                        member.name if name == claim.file else f"{member.name}/{one_line(name)}", "it is no notebook"
                    )
                )

    def _allowed(self, taken: _Taken, member: Member) -> bytes | None:
        """The bytes of a file, within what one student may hand in."""
        if taken.files >= _MOST_FILES or taken.size > _MOST_BYTES:
            self.refused.append(Refusal(member.name, "the student handed in far more than a lab asks for"))
            return None
        content = member.read()
        if isinstance(content, Refusal):
            self.refused.append(content)
            return None
        taken.files += 1
        taken.size += len(content)
        return content

    def _inside(
        self, name: str, content: bytes, member: Member, taken: _Taken
    ) -> Iterator[tuple[str, bytes, datetime]]:
        """A file; or those in it, where it is a zip."""
        if not content.startswith(b"PK\x03\x04") or _is_named_notebook(name):
            yield name, content, member.when
            return
        try:
            for item in members_of_zip(io.BytesIO(content), _NESTED):
                read = item.read() if isinstance(item, Member) and not is_clutter(item.parts) else item
                if isinstance(read, bytes) and isinstance(item, Member):
                    taken.size += len(read)
                    yield item.parts[-1], read, item.when
                elif isinstance(read, Refusal):
                    self.refused.append(Refusal(f"{member.name}/{read.name}", read.why))
        except CourseError as error:
            self.refused.append(Refusal(member.name, str(error)))


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait for others that collect the same lab."""
    lock = FileLock(path)
    with writing(path, "give a course in a folder that you may write to"):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _survey(archive: Path, lab: str, roster: Mapping[str, Student] | None, zone: tzinfo) -> _Survey:
    paths: list[tuple[str, ...]] = []
    times: dict[tuple[str, ...], datetime] = {}
    secrets: dict[tuple[str, ...], bytes] = {}
    for item in members(archive, zone=zone):
        if isinstance(item, Member) and not is_clutter(item.parts):
            paths.append(item.parts)
            content = item.read() if item.parts[-1] in (TIMESTAMP, SECRET) else None
            if not isinstance(content, bytes) or len(content) > _LONGEST_SLIP:
                continue
            if item.parts[-1] == SECRET:
                secrets[item.parts[:-1]] = content
            elif told := time_of(content.decode(errors="replace")):
                times[item.parts] = told
    matcher = Matcher(roster or {})
    layout = recognise(paths, lab, lambda name: matcher.find(name).student is not None)
    claims = [claim for path in paths if isinstance(claim := layout.claim(path), Claim)]
    return _Survey(layout, times, secrets, _people(claims, matcher if roster is not None else None))


def _people(claims: list[Claim], matcher: Matcher | None) -> dict[tuple[str, str], Match]:
    """Who each person in the archive is. Two persons who would be one student are none."""
    found = {_person(claim): _matched(claim, matcher) for claim in claims}
    same: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for person, match in found.items():
        if match.student is not None:
            same[match.student.id.casefold()].append(person)
    for student, persons in same.items():
        numbers = {number for _, number in persons if number}
        if len(numbers) > 1 or (matcher is None and len(persons) > 1):
            do = "tell them apart by lms_user_id in the roster" if matcher else "give a roster"
            found |= dict.fromkeys(persons, Match(None, f"{len(persons)} in the archive would be {student}: {do}"))
    return found


def _matched(claim: Claim, matcher: Matcher | None) -> Match:
    if matcher is None:
        as_is = not claim.number and why_no_folder(claim.name) is None
        return Match(Student(claim.name if as_is else _made_id(claim.name)), "there is no roster")
    match = matcher.by_id(claim.name) if claim.is_id else Match(None, "")
    return match if match.student else matcher.find(claim.name, claim.number)


def _made_id(name: str) -> str:
    """An id made of a name; where that loses something of the name, some of its digest is put to it."""
    plain = unicodedata.normalize("NFC", name).casefold().strip()
    made = "-".join(words_of(name)).encode("ascii", "ignore").decode()[:60].strip("-")
    if made == plain.replace(" ", "-") and why_no_folder(made) is None:
        return made
    return f"{made or 'student'}-{hashlib.sha256(plain.encode(errors='replace')).hexdigest()[:6]}"


def _person(claim: Claim) -> tuple[str, str]:
    return claim.name, claim.number


def _called(claim: Claim) -> str:
    return one_line(f"{claim.name} ({claim.number})" if claim.number else claim.name)


def _is_named_notebook(name: str) -> bool:
    """Also ``a.ipynb.txt`` and ``a.ipynb (1)``, as browsers save them."""
    return ".ipynb" in name.lower()


def _remarks(choice: Choice, lab: str) -> Iterator[str]:
    if not choice.of_lab:
        yield f"no notebook that says it is of {lab}: {choice.version.path.name} is handed in"
    elif choice.versions > 1:
        yield f"{choice.versions} notebooks came: {choice.version.path.name} is handed in, all are kept"
    if choice.of_lab and choice.later:
        yield f"{choice.later[-1].path.name}, which came later, does not say that it is of {lab}"
