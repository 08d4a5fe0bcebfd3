"""What students handed in, out of the archive of a platform, into the course: each student's notebook in its place.

An archive is gone through twice: for the names in it, which tell how it is laid out and who is in it, then for the
files. What is not clear is told, never guessed; nothing of it is lost, since the archive stays.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from filelock import FileLock

from amal_attention.course.collect.archive import Budget, Member, Refusal, members
from amal_attention.course.collect.layout import Claim, is_clutter
from amal_attention.course.collect.survey import Owners, Survey, Times, called, survey
from amal_attention.course.collect.true_owner import why_not_theirs
from amal_attention.course.collect.unpacked import Held, files_in, is_named_notebook
from amal_attention.course.collect.versions import Choice, Versions
from amal_attention.course.course_folder import Course
from amal_attention.course.people.roster import Student, why_no_folder
from amal_attention.course.people.worksheet import Worksheet
from amal_attention.errors import CourseError, explain
from amal_attention.files import writing
from amal_attention.printable import one_line

__all__ = ["Arrival", "Collection", "Times", "collect", "collection_text"]

_MOST_FILES = 1000  # of one student
_MOST_BYTES = 400 * 2**20  # of one student
_LONGEST_LIST = 20
_TOO_MUCH = "the student handed in far more than a lab asks for"
_HIDDEN = "its name begins with a dot, as of files that a program hides"


@dataclass(frozen=True)
class Arrival:
    """A student who handed something in.

    Attributes:
        student: the student.
        file: the name that the notebook came under.
        when: it was handed in; None where that is not known.
        matched: how the student was found.
        before: "new", "replaced" or "same": what was there before.
        remarks: what a person should look at.
    """

    student: Student
    file: str
    when: datetime | None
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
        missing: the students of the roster of whom nothing has come yet, in any archive.
        unmatched: who in the archive is no one student, and why; nothing of theirs was taken.
        refused: files that were not taken, and why.
        remarks: what there is to say of the archive as a whole.
        tried: ids of the students of whom a file is in this archive, taken or not.
    """

    lab: str
    layout: str
    roster: int | None
    arrived: tuple[Arrival, ...]
    missing: tuple[Student, ...]
    unmatched: tuple[Refusal, ...]
    refused: tuple[Refusal, ...]
    remarks: tuple[str, ...] = ()
    tried: frozenset[str] = frozenset()

    def missing_line(self, student: Student) -> str:
        """Who is missing, and whether what came from them could not be read."""
        line = f"{student.id} ({one_line(student.full_name)})"
        return f"{line}: what came was refused, ask for it again" if student.id in self.tried else line


@dataclass
class _Taken:
    """What one student has in the archive."""

    student: Student
    how: str
    versions: Versions
    remarks: list[str] = field(default_factory=list)
    senders: dict[str, bool] = field(
        default_factory=dict
    )  # what they are called in the archive; whether that is a team


def collect(
    archive: Path,
    course: Course,
    lab_name: str,
    roster: Mapping[str, Student] | None,
    is_of_lab: Callable[[bytes], bool],
    *,
    zone: tzinfo | None = None,
    times: Times = Times.AUTO,
    worksheet: Worksheet | None = None,
    pattern: str | None = None,
) -> Collection:
    """Put what students handed in into the folders of a course.

    Collecting an archive again changes nothing, and what is handed in at the end does not depend on the order of
    archives. What a team handed in is put into the folder of each member.

    Args:
        archive: an archive from Moodle (in folders or flat), Canvas, Blackboard, ILIAS, Gradescope, nbgrader (its
            exchange, or its folder "submitted"), or any folder with a notebook or a folder for each student; as a zip,
            a tar.gz or unpacked.
        course: the course.
        lab_name: the name of the lab.
        roster: the students by id; None to take everybody, under an id that is made of their name.
        is_of_lab: whether the bytes of a file say that it is a notebook of the lab.
        zone: the time zone of times that do not name theirs; UTC is taken, and told, where it is not known.
        times: which times are believed. By default those of the worksheet; without one, those of the archive where
            they do not look like the moment at which it was packed.
        worksheet: Moodle's grading worksheet: who has which number, and when each handed in.
        pattern: a regular expression of the paths in the archive, see
            :func:`amal_attention.course.collect.platforms.pattern_layout`.

    Raises:
        CourseError: the archive, the worksheet or the pattern cannot be used.
        StorageError: the course cannot be written.
    """
    if why := why_no_folder(lab_name):
        raise CourseError(
            explain(expected="the name of a lab", got=f"{one_line(lab_name)!r}, {why}", do="give its name")
        )
    found = survey(archive, lab_name, roster, zone, times=times, worksheet=worksheet, pattern=pattern)
    with _alone(course.collected(f".{lab_name}.lock")):
        collector = _Collector(course, lab_name, found, is_of_lab)
        for item in members(archive, zone=zone or UTC):
            collector.take(item)
        arrived = tuple(collector.arrivals())
    missing = [
        student
        for student in (roster or {}).values()
        if not (course.place(student.id, lab_name) / f"{lab_name}.ipynb").is_file()
    ]
    return Collection(
        lab_name,
        found.layout.name,
        len(roster) if roster is not None else None,
        arrived,
        tuple(missing),
        tuple(Refusal(*each) for each in collector.unmatched.items()),
        tuple(collector.refused),
        found.remarks,
        frozenset(collector.tried),
    )


def collection_text(collection: Collection) -> str:
    """What came of collecting, in few lines."""
    befores = [arrival.before for arrival in collection.arrived]
    news = ", ".join(f"{befores.count(each)} {each}" for each in ("new", "replaced") if each in befores)
    of_all = f" of {collection.roster}" if collection.roster is not None else ""
    lines = [
        f"{collection.lab}, out of {collection.layout}: {len(befores)}{of_all} students ({news or 'nothing new'})",
        *collection.remarks,
        *_listed("missing", list(map(collection.missing_line, collection.missing))),
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
    """Takes the files of an archive, one by one. What one student hands in costs nobody else's share."""

    def __init__(self, course: Course, lab: str, found: Survey, is_of_lab: Callable[[bytes], bool]) -> None:
        self._course = course
        self._lab = lab
        self._survey = found
        self._is_of_lab = is_of_lab
        self._taken: dict[str, _Taken] = {}
        self._budgets: dict[str, Budget] = {}
        self.unmatched: dict[str, str] = {}
        self.refused: list[Refusal] = []
        self.tried: set[str] = set()

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
                remarks = (*dict.fromkeys(taken.remarks), *_remarks(choice, self._lab))
                when = version.when if version.is_timed else None
                yield Arrival(taken.student, version.path.name, when, taken.how, choice.before, remarks)

    def _take_of(self, claim: Claim, member: Member) -> None:
        owners = self._survey.owners(claim)
        if not owners.students:
            self.unmatched[called(claim)] = owners.how
            return
        self.tried |= {student.id for student in owners.students}
        budget = self._budgets.setdefault(called(claim), Budget(_MOST_BYTES, _MOST_BYTES, _MOST_FILES))
        why = why_not_theirs(claim, member) or (_TOO_MUCH if budget.is_spent else None)
        content = Refusal(member.name, why) if why else member.read()
        if isinstance(content, Refusal):
            self.refused.append(content)
            return
        budget.spend(len(content))
        taken = [self._of(student, owners) for student in owners.students]
        for each in taken:
            each.remarks += self._about(claim, member, each.student, owners)
        for file in files_in(claim.file, content, member.when, budget):
            self._take_file(file, claim, member, taken)

    def _take_file(self, file: Held | Refusal, claim: Claim, member: Member, taken: list[_Taken]) -> None:
        if isinstance(file, Refusal):
            self.refused.append(Refusal("/".join(filter(None, (member.name, file.name))), file.why))
        elif why := self._why_not(file):
            name = f"{member.name}/{one_line(file.name)}" if file.is_inside else member.name
            self.refused.append(Refusal(name, why))
        else:
            self._keep(file, claim, member, taken)

    def _of(self, student: Student, owners: Owners) -> _Taken:
        if student.id not in self._taken:
            versions = Versions(self._course, self._lab, student.id)
            self._taken[student.id] = _Taken(student, owners.how, versions)
        return self._taken[student.id]

    def _keep(self, file: Held, claim: Claim, member: Member, taken: list[_Taken]) -> None:
        secret = self._survey.secrets.get(claim.beside[:-1], b"") if claim.beside else b""
        for each in taken:
            when, is_timed = self._survey.when(claim, member, each.student)
            each.versions.keep(file.content, file.name, when, file.saved, secret, is_timed=is_timed)

    def _why_not(self, file: Held) -> str | None:
        """Why a file is no notebook that a student hands in; None if it is one."""
        if file.name.startswith("."):
            return _HIDDEN
        if is_named_notebook(file.name) or self._is_of_lab(file.content):
            return None
        return "it is no notebook"

    def _about(self, claim: Claim, member: Member, student: Student, owners: Owners) -> list[str]:
        """What to say of a file."""
        _, is_timed = self._survey.when(claim, member, student)
        told = [claim.remark] if claim.remark else []
        taken = self._taken[student.id]
        taken.senders |= {called(claim): owners.is_team}
        if any(taken.senders.values()) and len(taken.senders) > 1:
            told.append(f"handed in as {' and as '.join(taken.senders)}: look which of them counts")
        if owners.is_team:
            told.append(f"handed in by {called(claim)}, {len(owners.students)} students")
        if claim.by_hand:
            told.append(f"{member.name} was put into the archive by a person: when it was handed in is not known")
        elif not is_timed and self._survey.is_older(student):
            told.append(
                "the worksheet tells of something handed in after the archive was packed: download both anew, at once"
            )
        elif not is_timed and self._survey.believes_times:
            told.append(f"it is not known when {one_line(claim.file)} was handed in")
        return told


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


def _remarks(choice: Choice, lab: str) -> Iterator[str]:
    if not choice.of_lab:
        yield f"no notebook that says it is of {lab}: {choice.version.path.name} is handed in"
    elif choice.versions > 1:
        yield f"{choice.versions} notebooks came: {choice.version.path.name} is handed in, all are kept"
    if choice.of_lab and choice.later:
        yield f"{choice.later[-1].path.name}, which came later, does not say that it is of {lab}"
