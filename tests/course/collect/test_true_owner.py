"""In nbgrader's exchange nobody hands in under the name of somebody else."""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amal_attention.course.collect.archive import Member
from amal_attention.course.collect.collect import collect
from amal_attention.course.collect.layout import Claim
from amal_attention.course.collect.true_owner import why_not_theirs
from amal_attention.course.course_folder import Course
from amal_attention.course.people.roster import Student
from tests.course.moodle import LAB, is_toy, notebook, zipped

USERS = {1001: "ada", 1002: "bob"}
ADA, BOB, NOBODY_KNOWN = 1001, 1002, 1999
SIGNED = Claim("ada", "toy.ipynb", is_id=True, signed=1)


@pytest.fixture(autouse=True)
def users(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users besides the one who collects, which is root."""
    real = pwd.getpwuid

    def user(number: int) -> pwd.struct_passwd:
        if number in USERS:
            return pwd.struct_passwd((USERS[number], "x", number, number, "", "/", "/bin/sh"))
        return real(number)

    monkeypatch.setattr(pwd, "getpwuid", user)
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def told(*owners: int, claim: Claim = SIGNED) -> str | None:
    """Why a file is not believed that lies in the exchange's folder, of root, and in folders of these owners."""
    parts = ("inbound", *(str(number) for number in range(len(owners))))
    return why_not_theirs(claim, Member(parts, datetime.now(UTC), lambda: b"", owners=(0, *owners)))


def test_a_folder_and_all_in_it_are_of_the_student():
    assert told(ADA, ADA) is None and told(ADA, ADA, ADA) is None


@pytest.mark.parametrize("owners", [(BOB, BOB), (BOB, ADA), (ADA, BOB), (ADA, BOB, ADA)])
def test_a_folder_or_a_file_of_another_student_is_refused(owners):
    assert "says that it is from ada and belongs to bob" in (told(*owners) or "")


def test_a_user_whom_the_system_does_not_know_is_named_by_number():
    assert "the unknown user 1999" in (told(NOBODY_KNOWN, NOBODY_KNOWN) or "")


def test_what_the_collector_or_root_put_there_is_believed(monkeypatch):
    assert told(0, 0) is None and told(0, BOB) is None
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert told(4711, 4711) is None


def test_a_file_of_the_collector_in_a_students_folder_is_not(monkeypatch):
    assert "belongs to root" in (told(ADA, 0) or "")  # as a hard link to a file of theirs would be


def test_where_no_student_made_the_folder_nothing_is_compared():
    assert told(BOB, BOB, claim=Claim("ada", "toy.ipynb")) is None
    assert why_not_theirs(SIGNED, Member(("inbound", "x", "y"), datetime.now(UTC), lambda: b"")) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_folder_of_another_owner_replaces_nobodys_work(tmp_path: Path) -> None:
    made = {"ada": ADA, "bob": BOB}
    for hour, (claimed, owner) in enumerate([("ada", "ada"), ("bob", "bob"), ("ada", "bob")]):
        folder = tmp_path / "inbound" / f"{claimed}+toy+2026-11-20 1{hour}:00:00.000000 UTC"
        folder.mkdir(parents=True)
        (folder / "toy.ipynb").write_bytes(notebook(f"of {owner}"))
        for path in (folder, folder / "toy.ipynb"):
            os.chown(path, made[owner], made[owner])
    course = Course(tmp_path / "course")
    roster = {name: Student(name) for name in made}
    collection = collect(tmp_path / "inbound", course, LAB, roster, is_toy, zone=UTC)
    assert (course.place("ada", LAB) / "toy.ipynb").read_bytes() == notebook("of ada")
    assert [each.student.id for each in collection.arrived] == ["ada", "bob"]
    (refused,) = collection.refused
    assert refused.name.startswith("ada+toy+2026-11-20 12") and "belongs to bob" in refused.why


def test_a_students_own_time_is_not_believed_and_that_is_told(tmp_path: Path) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    files = [
        ("ada/toy.ipynb", notebook("a"), noon),
        ("ada/timestamp.txt", b"2026-01-01 00:00:00 UTC", noon),
        ("bob/toy.ipynb", notebook("b"), noon.replace(hour=15)),
    ]
    (tmp_path / "came.zip").write_bytes(zipped(files))
    course = Course(tmp_path / "course")
    roster = {name: Student(name) for name in ("ada", "bob")}
    collection = collect(tmp_path / "came.zip", course, LAB, roster, is_toy, zone=UTC)
    assert course.handed_in_at("ada", LAB) == "2026-11-20 12:00:00.000000 UTC"
    assert [each.name for each in collection.refused] == ["ada/timestamp.txt"]
    assert "not believed" in collection.refused[0].why
