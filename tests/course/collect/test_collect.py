"""What students handed in gets into the course, each notebook in its place, whatever the archive looks like."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from amal_attention.course import course_folder
from amal_attention.course.collect import versions
from amal_attention.course.collect.collect import Collection, Times, collect, collection_text
from amal_attention.course.people.roster import Student, read_roster
from amal_attention.errors import CourseError, StorageError
from tests.course.moodle import LAB, answer, handed_in_at, is_toy, moodle_zip, notebook, people, write_roster, zipped

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ROSTER = {
    "ada": Student("ada", "Ada", "Lovelace", "ada@example.org", "77"),
    "bob": Student("bob", "Bob", "O'Neill"),
}
NOTHING = ("is missing", "hands in a pdf only")


class Course:
    """A course that archives are collected into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "course"
        self.made = folder

    def collect(
        self, files: dict[str, bytes] | Path, roster: dict[str, Student] | None = ROSTER, **options: Any
    ) -> Collection:
        """Out of a folder with these files, all of noon."""
        if isinstance(files, dict):
            files = self.write("came", files)
        return collect(files, course_folder.Course(self.folder), LAB, roster, is_toy, **{"zone": UTC} | options)

    def zip(self, entries: dict[str, bytes], when: datetime = NOON, name: str = "came.zip") -> Path:
        path = self.made / name
        path.write_bytes(zipped([(key, value, when) for key, value in entries.items()]))
        return path

    def write(self, name: str, files: dict[str, bytes], when: datetime = NOON) -> Path:
        place = self.made / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for key, value in files.items():
            path = place / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(value)
            os.utime(path, (when.timestamp(), when.timestamp()))
        return place

    def submitted(self, student: str) -> bytes:
        return (self.folder / "submitted" / student / LAB / f"{LAB}.ipynb").read_bytes()

    def stamp(self, student: str) -> str:
        return (self.folder / "submitted" / student / LAB / "timestamp.txt").read_text()

    def tree(self) -> dict[str, bytes]:
        """All that lies in the course, but the lock."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        }

    def kept(self, student: str) -> list[str]:
        return sorted(path.name for path in (self.folder / "collected" / LAB / student).glob("*/*"))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


# ---- Moodle


@pytest.mark.parametrize("flat", [False, True])
def test_sixty_students_of_moodle_get_into_their_places(course: Course, tmp_path: Path, flat: bool) -> None:
    persons = people()
    roster = read_roster(write_roster(tmp_path / "roster.csv", persons))
    collection = course.collect(moodle_zip(tmp_path / "moodle.zip", persons, flat=flat), roster)
    with_file = [each for each in persons if each.does not in NOTHING]
    assert collection.layout == "Moodle" and collection.roster == 60 and len(with_file) == 57
    assert {arrival.student.id for arrival in collection.arrived} == {each.id for each in with_file}
    for person in with_file:
        assert course.submitted(person.id) == answer(person), person
        assert course.stamp(person.id) == f"{handed_in_at(person):%Y-%m-%d %H:%M:%S.%f} UTC", person
    assert {each.id for each in collection.missing} == {each.id for each in persons if each.does in NOTHING}
    assert collection.unmatched == ()
    text = sorted(each.why for each in collection.refused)
    assert text == ["it is no notebook"] * 2 + ["text that was typed into the platform is no notebook"]
    remarks = {each.student.id: each.remarks for each in collection.arrived if each.remarks}
    odd = ("is damaged", "is empty", "hands in two files", "hands in another lab too")
    assert set(remarks) == {each.id for each in persons if each.does in odd}
    assert {path.name for path in (course.folder / "submitted").iterdir()} == {each.id for each in with_file}


def test_the_same_archive_twice_changes_nothing(course: Course, tmp_path: Path) -> None:
    persons = people()
    roster = read_roster(write_roster(tmp_path / "roster.csv", persons))
    archive = moodle_zip(tmp_path / "moodle.zip", persons)
    first = course.collect(archive, roster)
    times = {path: path.stat().st_mtime_ns for path in course.folder.rglob("*.*") if path.suffix != ".lock"}
    inodes = {path: path.stat().st_ino for path in times}
    second = course.collect(archive, roster)
    assert {path: path.stat().st_ino for path in times} == inodes
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert {each.before for each in first.arrived} == {"new"}
    assert {each.before for each in second.arrived} == {"same"}
    assert (second.missing, second.unmatched, second.refused) == (first.missing, first.unmatched, first.refused)


def test_killed_at_any_write_and_run_again_is_as_if_undisturbed(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = [each for each in people() if each.does != "hands it in"]
    roster = read_roster(write_roster(tmp_path / "roster.csv", persons))
    archive = moodle_zip(tmp_path / "moodle.zip", persons)
    course.collect(archive, roster)
    expected = course.tree()
    real = Path.replace
    writes = 0
    for stop in range(1, 100):
        shutil.rmtree(course.folder)
        left = stop

        def killed(path: Path, target: Path) -> Path:
            nonlocal left
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
            return real(path, target)

        monkeypatch.setattr(Path, "replace", killed)
        try:
            course.collect(archive, roster)
        except KeyboardInterrupt:
            writes += 1
        else:
            break
        monkeypatch.undo()
        course.collect(archive, roster)
        assert course.tree() == expected, stop
    assert writes == len(expected)


def test_times_of_moodle_are_of_the_zone_that_is_told(course: Course) -> None:
    archive = course.zip({"Ada Lovelace_1_assignsubmission_file_/toy.ipynb": notebook("a")})
    course.collect(archive, zone=ZoneInfo("Europe/Paris"), times=Times.ARCHIVE)
    assert course.stamp("ada") == "2026-11-20 11:00:00.000000 UTC"


def test_a_wrapped_archive_and_a_folder_without_the_last_line_are_moodles_too(course: Course) -> None:
    archive = course.zip({"Lab 9-12/Ada Lovelace_1_assignsubmission_file/sub/toy.ipynb": notebook("a")})
    assert [each.student.id for each in course.collect(archive).arrived] == ["ada"]


def test_two_numbers_of_one_name_are_nobodys(course: Course) -> None:
    archive = course.zip(
        {
            "Ada Lovelace_1_assignsubmission_file_/toy.ipynb": notebook("a"),
            "ada lovelace_2_assignsubmission_file_/toy.ipynb": notebook("b"),
        }
    )
    collection = course.collect(archive)
    assert collection.arrived == () and len(collection.unmatched) == 2
    assert "2 in the archive would be ada" in collection.unmatched[0].why
    assert not (course.folder / "submitted").exists()


def test_namesakes_are_told_apart_by_their_number(course: Course) -> None:
    roster = {"a": Student("a", "Eva", "Li", lms_user_id="11"), "b": Student("b", "Eva", "Li", lms_user_id="22")}
    entries = {f"Eva Li_{n}_assignsubmission_file_/toy.ipynb": notebook(n) for n in ("11", "22", "33")}
    collection = course.collect(course.zip(entries), roster)
    assert course.submitted("a") == notebook("11") and course.submitted("b") == notebook("22")
    assert [(each.name, each.why) for each in collection.unmatched] == [("Eva Li (33)", "it could be a or b")]


def test_who_is_anonymous_is_found_by_number_only(course: Course) -> None:
    entries = {f"Participant_{n}_assignsubmission_file_/toy.ipynb": notebook(n) for n in ("77", "78")}
    collection = course.collect(course.zip(entries))
    assert [(each.student.id, each.matched) for each in collection.arrived] == [("ada", "lms_user_id")]
    assert [each.name for each in collection.unmatched] == ["Participant (78)"]


# ---- the other layouts


def test_nbgraders_exchange_is_read(course: Course) -> None:
    when = "2026-11-20 10:00:00.000000 UTC"
    files = {
        f"inbound/ada+toy+{when}+abc/toy.ipynb": notebook("old"),
        "inbound/ada+toy+2026-11-20 11:00:00 +0100+x/toy.ipynb": notebook("same time, by name"),
        "inbound/ada+toy+2026-11-20 12:30:00.000000 UTC+x/toy.ipynb": notebook("new"),
        "inbound/ada+toy+2026-11-20 12:30:00.000000 UTC+x/notes.txt": b"2026-11-20 12:30:00.000000 UTC",
        f"inbound/ada+toy+{when}+abc/timestamp.txt": b"2026-11-20 13:30:00.000000 UTC",
        f"inbound/bob+other+{when}/toy.ipynb": notebook("b"),
    }
    collection = course.collect(files)
    assert collection.layout == "nbgrader's exchange"
    assert course.submitted("ada") == notebook("new") and len(course.kept("ada")) == 3
    assert course.stamp("ada") == "2026-11-20 12:30:00.000000 UTC"
    assert [each.id for each in collection.missing] == ["bob"]
    assert sorted(each.why for each in collection.refused) == ["it is no notebook", "it was handed in for another lab"]


def test_the_secret_of_nbgrader_goes_with_the_version_that_is_handed_in(course: Course) -> None:
    places = [f"inbound/ada+toy+2026-11-20 1{hour}:00:00.000000 UTC+x" for hour in range(2)]
    files = {f"{place}/{name}": raw for place, both in zip(places, ("old", "new"), strict=True)
             for name, raw in (("toy.ipynb", notebook(both)), ("submission_secret.txt", both.encode()))}  # fmt: skip
    assert course.collect(files).refused == ()
    secret = course.folder / "submitted" / "ada" / LAB / "submission_secret.txt"
    assert secret.read_bytes() == b"new" and course.submitted("ada") == notebook("new")
    assert course.collect(course.folder / "submitted").refused == () and secret.read_bytes() == b"new"


def test_a_secret_that_is_far_too_long_is_none(course: Course) -> None:
    place = "inbound/ada+toy+2026-11-20 10:00:00.000000 UTC+x"
    course.collect({f"{place}/toy.ipynb": notebook("a"), f"{place}/submission_secret.txt": b"x" * 5000})
    assert not (course.folder / "submitted" / "ada" / LAB / "submission_secret.txt").exists()


@pytest.mark.parametrize("prefix", ["", "submitted/"])
def test_nbgraders_folders_are_read(course: Course, prefix: str) -> None:
    files = {
        f"{prefix}ada/toy/any.ipynb": notebook("a"),
        f"{prefix}ada/toy/timestamp.txt": b"2026-01-02 03:04:05.000006 UTC\n",
        f"{prefix}ada/other/other.ipynb": notebook("o", "other"),
        f"{prefix}bob/toy/toy.ipynb": notebook("b"),
    }
    collection = course.collect(files)
    assert collection.layout == "nbgrader's folders"
    assert course.submitted("ada") == notebook("a") and course.submitted("bob") == notebook("b")
    assert course.stamp("ada") == "2026-01-02 03:04:05.000006 UTC"
    assert course.stamp("bob") == "2026-11-20 12:00:00.000000 UTC"
    assert [each.why for each in collection.refused] == ["it was handed in for another lab"]


def test_the_folder_submitted_of_the_course_itself_gets_versions_and_stays(course: Course) -> None:
    path = course.folder / "submitted" / "ada" / LAB / "toy.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook("a"))
    path.with_name("timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    collection = course.collect(course.folder / "submitted")
    assert [(each.student.id, each.before) for each in collection.arrived] == [("ada", "same")]
    assert course.kept("ada") == ["toy.ipynb"] and course.submitted("ada") == notebook("a")


@pytest.mark.parametrize("wrapper", ["", "all of them/"])
def test_a_plain_folder_holds_notebooks_or_folders_of_students(course: Course, wrapper: str) -> None:
    files = {f"{wrapper}Lovelace, Ada/deep/x.ipynb": notebook("a"), f"{wrapper}BOB.ipynb": notebook("b")}
    collection = course.collect(files)
    assert collection.layout == "a folder" and collection.unmatched == ()
    assert {each.student.id: each.matched for each in collection.arrived} == {"ada": "full name", "bob": "id"}
    assert course.submitted("ada") == notebook("a") and course.submitted("bob") == notebook("b")


def test_a_tar_is_read_as_well(course: Course, tmp_path: Path) -> None:
    place = course.write("came", {"ada.ipynb": notebook("a"), "bob/x.ipynb": notebook("b")})
    with tarfile.open(tmp_path / "came.tar.gz", "w:gz") as archive:
        archive.add(place, ".")
    assert len(course.collect(tmp_path / "came.tar.gz", times=Times.ARCHIVE).arrived) == 2
    assert course.submitted("bob") == notebook("b") and course.stamp("bob") == "2026-11-20 12:00:00.000000 UTC"


# ---- versions


def test_a_later_version_replaces_and_an_earlier_one_does_not(course: Course) -> None:
    times = {name: NOON + timedelta(hours=hours) for name, hours in (("b", 0), ("c", 2), ("a", -2))}
    said = []
    for name, when in times.items():
        archive = course.zip({"ada.ipynb": notebook(name)}, when, f"{name}.zip")
        said += [each.before for each in course.collect(archive).arrived]
    assert said == ["new", "replaced", "same"]
    assert course.submitted("ada") == notebook("c") and len(course.kept("ada")) == 3
    assert course.stamp("ada") == "2026-11-20 14:00:00.000000 UTC"


def test_the_same_bytes_under_a_later_time_do_not_make_a_student_late(course: Course) -> None:
    for hours in (0, 5):
        course.collect(course.zip({"ada.ipynb": notebook("a")}, NOON + timedelta(hours=hours)))
    assert course.stamp("ada") == "2026-11-20 12:00:00.000000 UTC"


def test_going_back_to_an_older_version_is_a_new_one(course: Course) -> None:
    for hours, text in ((0, "a"), (1, "b"), (2, "a")):
        course.collect(course.zip({"ada.ipynb": notebook(text)}, NOON + timedelta(hours=hours)))
    assert course.submitted("ada") == notebook("a") and course.stamp("ada") == "2026-11-20 14:00:00.000000 UTC"


def test_a_file_that_is_not_of_the_lab_does_not_replace_one_that_is(course: Course) -> None:
    course.collect(course.zip({"ada.ipynb": notebook("a")}))
    collection = course.collect(course.zip({"ada.ipynb": b"{broken"}, NOON + timedelta(hours=1)))
    assert course.submitted("ada") == notebook("a") and len(course.kept("ada")) == 2
    assert "came later, does not say that it is of toy" in collection.arrived[0].remarks[-1]


def test_what_a_teacher_put_there_is_kept_and_counts(course: Course) -> None:
    course.collect(course.zip({"ada.ipynb": notebook("a")}))
    (course.folder / "submitted" / "ada" / LAB / "toy.ipynb").write_bytes(notebook("mended by hand"))
    course.collect(course.zip({"ada.ipynb": notebook("a")}))
    assert course.submitted("ada") == notebook("mended by hand")
    assert course.stamp("ada") == "2026-11-20 12:00:00.000000 UTC" and len(course.kept("ada")) == 2


def test_of_two_in_one_zip_the_one_that_was_saved_last_is_handed_in(course: Course) -> None:
    inside = [("toy-1.ipynb", notebook("first"), NOON), ("a.ipynb", notebook("last"), NOON + timedelta(hours=-1))]
    late = [(name, raw, when + timedelta(days=n - 9)) for n, (name, raw, when) in enumerate(inside)]
    course.collect(course.zip({"ada.zip": zipped(late)}))
    assert course.submitted("ada") == notebook("last") and course.stamp("ada") == "2026-11-20 12:00:00.000000 UTC"


def test_a_kept_file_that_was_cut_off_is_written_again(course: Course) -> None:
    archive = course.zip({"ada.ipynb": notebook("a")})
    course.collect(archive)
    (cut,) = (course.folder / "collected").rglob("*.ipynb")
    cut.write_bytes(b"{")
    course.collect(archive)
    assert cut.read_bytes() == notebook("a") == course.submitted("ada")


# ---- without a roster


def test_without_a_roster_ids_are_made_of_names(course: Course) -> None:
    names = ["Ada Lovelace", "Éva Tóth", "Eva Toth", "李 明", "../x"]
    entries = {f"{n}_{i}_assignsubmission_file_/t.ipynb": notebook(n) for i, n in enumerate(names)}
    collection = course.collect(course.zip(entries), None)
    ids = sorted(each.student.id for each in collection.arrived)
    assert len(ids) == 4 and "ada-lovelace" in ids and "eva-toth" in ids
    assert any(each.startswith("eva-toth-") for each in ids) and any(each.startswith("student-") for each in ids)
    assert collection.missing == () and [each.why for each in collection.refused] == [
        "its path leads out of the archive"
    ]
    assert sorted(path.name for path in (course.folder / "submitted").iterdir()) == ids


def test_without_a_roster_safe_names_of_folders_are_ids(course: Course) -> None:
    collection = course.collect({"ada.l@example.org/x.ipynb": notebook("a"), "Bob.ipynb": notebook("b")}, None)
    assert [each.student.id for each in collection.arrived] == ["Bob", "ada.l@example.org"]


def test_without_a_roster_two_who_would_be_one_are_nobody(course: Course) -> None:
    entries = {f"{n}_{i}_assignsubmission_file_/t.ipynb": notebook(n) for i, n in enumerate(["Al Bo", "Al-Bo"])}
    collection = course.collect(course.zip(entries), None)
    assert collection.arrived == () and "give a roster" in collection.unmatched[0].why


# ---- hostile, and odd


def test_nothing_is_written_outside_and_each_refusal_is_told(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "came.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../out.ipynb", "/abs/out.ipynb", "ada/../../out.ipynb", "C:\\out.ipynb"):
            archive.writestr(name, notebook("evil"))
        link = zipfile.ZipInfo("ada/link.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("ada/a\x1b[31m\n.ipynb", notebook("a"))
    collection = course.collect(path)
    assert len(collection.refused) == 5
    assert course.submitted("ada") == notebook("a")
    assert "\x1b" not in collection_text(collection)
    assert not list(tmp_path.parent.rglob("out.ipynb"))


def test_a_bomb_of_one_student_costs_nobody_else_anything(course: Course) -> None:
    bomb = zipped([(f"{n}.ipynb", b"0" * 2**14, NOON) for n in range(2000)])
    collection = course.collect(course.zip({"ada.zip": bomb, "bob.ipynb": notebook("b")}))
    assert [each.student.id for each in collection.arrived] == ["bob"]
    assert "at most 1,000 files" in collection.refused[0].why and collection.refused[0].name == "ada.zip"
    assert collection.missing[0].id == "ada"


def test_a_student_may_not_hand_in_without_end(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[collect.__module__], "_MOST_FILES", 2)
    files = {f"ada/{n}.ipynb": notebook(str(n)) for n in range(3)} | {"bob.ipynb": notebook("b")}
    collection = course.collect(files)
    assert len(course.kept("ada")) == 2 and len(collection.arrived) == 2
    assert [each.name for each in collection.refused] == ["ada/2.ipynb"] and "far more" in collection.refused[0].why


def test_what_is_in_a_students_zips_counts_too(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[collect.__module__], "_MOST_BYTES", 5000)
    zips = {f"ada/{n}.zip": zipped([("a.ipynb", b"0" * 3000, NOON)]) for n in (1, 2, 3)}
    refused = course.collect(zips | {"bob.zip": zips["ada/1.zip"]}).refused
    assert [each.name for each in refused] == ["ada/2.zip/a.ipynb", "ada/3.zip/a.ipynb"]
    assert len(course.kept("ada")) == len(course.kept("bob")) == 1


def test_one_student_spends_nobody_elses_share(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[collect.__module__], "_MOST_BYTES", 5000)
    many = {f"ada/{n}.ipynb": b"0" * 2000 for n in range(9)} | {"bob.ipynb": notebook("b")}
    collection = course.collect(course.zip(many))
    assert course.submitted("bob") == notebook("b") and len(course.kept("ada")) == 3
    assert [each.name for each in collection.refused] == [f"ada/{n}.ipynb" for n in range(3, 9)]


def test_files_that_cannot_be_read_in_the_end_are_spent_too(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[collect.__module__], "_MOST_BYTES", 100_000)
    monkeypatch.setattr("amal_attention.course.collect.archive._CHUNK", 10_000)
    cut = gzip.compress(b"0" * 60_000)[:-4]
    refused = course.collect({f"ada/{n}.gz": cut for n in range(4)}).refused
    assert ["cannot be read" in each.why for each in refused] == [True, False, False, False]


def test_a_notebook_under_any_name_is_known_by_what_it_says(course: Course) -> None:
    course.collect({"ada/answers.json": notebook("a"), "bob/toy.ipynb": zipped([("a.ipynb", notebook("b"), NOON)])})
    assert course.submitted("ada") == notebook("a") and course.kept("ada") == ["answers.json"]
    assert course.submitted("bob")[:2] == b"PK"  # a damaged notebook: it is what was handed in


def test_in_nbgraders_folders_an_id_is_an_id(course: Course) -> None:
    roster = {"1": Student("1", lms_user_id="2"), "2": Student("2")}
    assert [each.student.id for each in course.collect({"2/toy/a.ipynb": notebook("a")}, roster).arrived] == ["2"]
    assert course.collect({"2/a.ipynb": notebook("a")}, roster).unmatched[0].why == "it could be 1 or 2"


def test_without_a_roster_names_that_differ_in_case_are_nobodys(course: Course) -> None:
    archive = course.zip({"Ada/a.ipynb": notebook("a"), "ada/b.ipynb": notebook("b")})
    assert [each.name for each in course.collect(archive, None).unmatched] == ["Ada", "ada"]


def test_a_damaged_zip_and_hidden_files_of_a_student(course: Course) -> None:
    inner = zipped([("__MACOSX/._x.ipynb", b"1", NOON), (".ipynb_checkpoints/x.ipynb", b"2", NOON)])
    collection = course.collect({"ada/x.zip": inner[:60], "bob/x.zip": inner, "bob/.hidden.ipynb": b"3"})
    assert collection.arrived == () and [each.name for each in collection.refused] == ["ada/x.zip", "bob/.hidden.ipynb"]


def test_the_same_long_or_strange_name_can_be_kept(course: Course) -> None:
    names = ["é" * 100 + ".ipynb", 'a:b*?"<>|.ipynb', "..ipynb.ipynb.", ".. .ipynb"]
    archive = course.zip({f"ada/{name}": notebook(str(n)) for n, name in enumerate(names)})
    course.collect(archive)
    assert all(len(name.encode()) <= 120 and name.endswith("ipynb") for name in course.kept("ada"))
    assert "a_b______.ipynb" in course.kept("ada")


def test_a_time_that_no_archive_can_mean_is_told(course: Course) -> None:
    collection = course.collect(course.zip({"ada.ipynb": notebook("a")}, datetime(1980, 1, 1, tzinfo=UTC)))
    assert "is not known when" in collection.arrived[0].remarks[0]


@pytest.mark.parametrize("raw", [b"", b"no archive", b"PK\x03\x04 cut off", b"\x1f\x8bnot packed"])
def test_what_is_no_archive_is_refused_in_a_line(
    course: Course, tmp_path: Path, raw: bytes, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    assert "a.zip" in refusal(CourseError, lambda: course.collect(path))
    assert "absent" in refusal(CourseError, lambda: course.collect(tmp_path / "absent.zip"))


def test_a_lab_whose_name_leads_elsewhere_is_refused(course: Course, refusal: Callable[..., str]) -> None:
    archive = course.zip({"ada.ipynb": b""})
    assert "lab" in refusal(CourseError, lambda: collect(archive, course.folder, "../x", None, is_toy))


def test_a_course_that_cannot_be_written_is_told(course: Course, refusal: Callable[..., str]) -> None:
    course.folder.write_text("a file")
    refusal(StorageError, lambda: course.collect(course.zip({"ada.ipynb": b""})))


def test_a_full_disk_is_told(course: Course, monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    archive = course.zip({"ada.ipynb": b""})
    monkeypatch.setattr(versions.Path, "write_bytes", full)
    assert "No space left" in refusal(StorageError, lambda: course.collect(archive))


# ---- the text


def test_the_text_says_in_few_lines_who_is_missing_and_what_was_not_taken(course: Course) -> None:
    collection = course.collect(
        {"ada/a.ipynb": b"{", "ada/b.pdf": b"%", "nobody\x1b.ipynb": b"{}", "x.zip": zipped([])}, times=Times.ARCHIVE
    )
    assert collection_text(collection).split("\n") == [
        "toy, out of a folder: 1 of 2 students (1 new)",
        "missing (1):",
        "  bob (Bob O'Neill)",
        "not matched, not taken (2):",
        "  nobody\\x1b: nobody of the roster",
        "  x: nobody of the roster",
        "refused (1):",
        "  ada/b.pdf: it is no notebook",
        "to look at (1):",
        "  ada: no notebook that says it is of toy: a.ipynb is handed in",
    ]


def test_a_long_list_is_cut(course: Course) -> None:
    roster = {f"s{n}": Student(f"s{n}") for n in range(50)}
    lines = collection_text(course.collect({"s0.ipynb": notebook("a")}, roster)).split("\n")
    assert lines[0] == "toy, out of a folder: 1 of 50 students (1 new)" and lines[1] == "missing (49):"
    assert lines[-1] == "  … and 29 more" and len(lines) == 23
