"""Whose the files of an archive are and since when: by a worksheet, by the archive, or not at all."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amal_attention.course.collect.collect import Collection, Times, collect, collection_text
from amal_attention.course.course_folder import Course
from amal_attention.course.people.roster import Student
from amal_attention.course.people.worksheet import read_worksheet
from amal_attention.errors import CourseError
from tests.course.moodle import LAB, is_toy, notebook, zipped

PARIS = ZoneInfo("Europe/Paris")
PACKED = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
ROSTER = {
    "a1": Student("a1", "Ana", "Un", "a1@x.org"),
    "a2": Student("a2", "Bob", "Deux", "a2@x.org"),
    "a3": Student("a3", "Paul", "Martin", "a3@x.org"),
    "a4": Student("a4", "Paul", "Martin", "a4@x.org"),
}
FRENCH = [
    "Identifiant",
    "Nom complet",
    "Adresse de courriel",
    "Note",
    "Dernière modification (travail remis)",
    "Dernière modification (note)",
]
NAMES = {"700": "a1", "701": "a2", "702": "a3", "703": "a4"}
UNKNOWN = "within a minute of each other"


class Case:
    """A course, and archives of Moodle that are collected into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course = Course(folder / "course")

    def zip(self, *folders: str, when: datetime = PACKED, apart: float = 0.5) -> Path:
        """Moodle's, of one notebook a folder; some seconds apart, in the order of the archive."""
        entries = [
            (f"{name}_assignsubmission_file/toy.ipynb", notebook(name), when + timedelta(seconds=apart * number))
            for number, name in enumerate(folders)
        ]
        path = self.folder / "moodle.zip"
        path.write_bytes(zipped(entries))
        return path

    def worksheet(self, *rows: list[str], header: list[str] = FRENCH) -> Path:
        file = io.StringIO()
        csv.writer(file).writerows([header, *rows])
        path = self.folder / "worksheet.csv"
        path.write_text(file.getvalue(), "utf-8-sig")
        return path

    def collect(self, archive: Path, worksheet: Path | None = None, **options: object) -> Collection:
        sheet = read_worksheet(worksheet) if worksheet else None
        given = {"zone": PARIS, "roster": ROSTER} | options
        roster = given.pop("roster")
        return collect(archive, self.course, LAB, roster, is_toy, worksheet=sheet, **given)  # type: ignore[arg-type]

    def stamp(self, student: str) -> str | None:
        return self.course.handed_in_at(student, LAB)

    def submitted(self, student: str) -> bytes:
        return (self.course.place(student, LAB) / "toy.ipynb").read_bytes()


def row(number: str, name: str, mail: str, when: str) -> list[str]:
    return [f"Participant {number}", name, mail, "", when, "-"]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


# ---- times of the packing


def test_times_of_the_packing_are_told_and_nobody_is_late(case: Case) -> None:
    collection = case.collect(case.zip("Ana Un_700", "Bob Deux_701"))
    assert UNKNOWN in collection.remarks[0] and "2026-11-28 09:30" in collection.remarks[0]
    assert case.stamp("a1") is None and case.submitted("a1") == notebook("Ana Un_700")
    assert [each.when for each in collection.arrived] == [None, None]
    assert collection_text(collection).split("\n")[1] == collection.remarks[0]


def test_a_packing_that_took_minutes_is_one_too(case: Case) -> None:
    names = [f"Student {n}_{n}" for n in range(30)]
    roster = {f"s{n}": Student(f"s{n}", "Student", str(n)) for n in range(30)}
    collection = case.collect(case.zip(*names, apart=50), roster=roster)
    assert UNKNOWN in collection.remarks[0] and case.stamp("s29") is None


def test_one_student_alone_in_moodles_archive_has_no_time(case: Case) -> None:
    assert UNKNOWN in case.collect(case.zip("Ana Un_700")).remarks[0]


def test_times_that_differ_are_those_of_handing_in(case: Case) -> None:
    collection = case.collect(case.zip("Ana Un_700", "Bob Deux_701", apart=3600))
    assert collection.remarks == () and case.stamp("a2") == "2026-11-28 09:30:00.000000 UTC"


def test_times_are_true_where_a_person_says_so_and_stay_it(case: Case) -> None:
    archive = case.zip("Ana Un_700", "Bob Deux_701")
    case.collect(archive)
    collection = case.collect(archive, times=Times.ARCHIVE)
    assert collection.remarks == () and case.stamp("a1") == "2026-11-28 08:30:00.000000 UTC"
    case.collect(archive)
    assert case.stamp("a1") == "2026-11-28 08:30:00.000000 UTC"


def test_no_times_at_all_where_a_person_says_so(case: Case) -> None:
    collection = case.collect(case.zip("Ana Un_700", "Bob Deux_701", apart=3600), times=Times.NONE)
    assert collection.remarks == () and case.stamp("a2") is None


def test_a_new_version_without_a_time_takes_away_the_time_of_the_old(case: Case) -> None:
    case.collect(case.zip("Ana Un_700"), times=Times.ARCHIVE)
    later = case.folder / "later.zip"
    place = "Ana Un_700_assignsubmission_file/toy.ipynb"
    later.write_bytes(zipped([(place, notebook("new"), PACKED + timedelta(days=1))]))
    case.collect(later)
    assert case.submitted("a1") == notebook("new") and case.stamp("a1") is None


def test_a_folder_of_files_that_were_written_at_once_has_no_times(case: Case) -> None:
    path = case.folder / "plain.zip"
    path.write_bytes(zipped([("a1.ipynb", notebook("1"), PACKED), ("a2.ipynb", notebook("2"), PACKED)]))
    assert UNKNOWN in case.collect(path).remarks[0] and case.stamp("a1") is None


def test_a_zone_that_is_not_known_is_told(case: Case) -> None:
    archive = case.zip("Ana Un_700", "Bob Deux_701", apart=3600)
    (told,) = case.collect(archive, zone=None).remarks
    assert "--timezone" in told and case.stamp("a2") == "2026-11-28 10:30:00.000000 UTC"


# ---- a worksheet


def test_a_worksheet_tells_true_times_whatever_the_archive_says(case: Case) -> None:
    sheet = case.worksheet(
        row("700", "Ana Un", "a1@x.org", "vendredi 20 novembre 2026, 17:00"), row("701", "Bob Deux", "a2@x.org", "-")
    )
    collection = case.collect(case.zip("Ana Un_700", "Bob Deux_701"), sheet)
    assert case.stamp("a1") == "2026-11-20 16:00:00.000000 UTC" and case.stamp("a2") is None
    assert collection.remarks == ()
    told = {each.student.id: each.remarks for each in collection.arrived}
    assert told == {"a1": (), "a2": ("it is not known when toy.ipynb was handed in",)}


def test_a_worksheet_that_comes_later_sets_the_times_right(case: Case) -> None:
    archive = case.zip("Ana Un_700", "Bob Deux_701")
    case.collect(archive)
    sheet = case.worksheet(row("700", "Ana Un", "a1@x.org", "vendredi 20 novembre 2026, 17:00"))
    case.collect(archive, sheet)
    case.collect(archive)
    assert case.stamp("a1") == "2026-11-20 16:00:00.000000 UTC"


def test_a_worksheet_that_is_newer_than_the_archive_gives_its_files_no_time(case: Case) -> None:
    """The notebook of Friday lies in the archive; on Sunday, after its download, Ana handed in another."""
    sheet = case.worksheet(
        row("700", "Ana Un", "a1@x.org", "dimanche 29 novembre 2026, 17:00"),
        row("701", "Bob Deux", "a2@x.org", "vendredi 20 novembre 2026, 17:00"),
    )
    collection = case.collect(case.zip("Ana Un_700", "Bob Deux_701"), sheet)
    assert case.stamp("a1") is None and case.stamp("a2") == "2026-11-20 16:00:00.000000 UTC"
    told = {each.student.id: each.remarks for each in collection.arrived}
    assert "after the archive was packed" in told["a1"][0] and told["a2"] == ()


@pytest.mark.parametrize("hours", [-1, 11])
def test_a_server_in_another_zone_is_no_newer_worksheet(case: Case, hours: int) -> None:
    """The clock of the archive's packing is that of a server, which need not be in the zone of the profile."""
    sheet = case.worksheet(row("700", "Ana Un", "a1@x.org", "samedi 28 novembre 2026, 10:20"))
    case.collect(case.zip("Ana Un_700", "Bob Deux_701", when=PACKED - timedelta(hours=hours)), sheet)
    assert case.stamp("a1") == "2026-11-28 09:20:00.000000 UTC"


def test_draft_files_that_are_older_than_their_handing_in_are_timed_by_the_worksheet(case: Case) -> None:
    """Times that differ are those of the files, and no packing: what was handed in on Sunday was uploaded before."""
    sheet = case.worksheet(row("700", "Ana Un", "a1@x.org", "dimanche 29 novembre 2026, 17:00"))
    case.collect(case.zip("Ana Un_700", "Bob Deux_701", apart=7200), sheet)
    assert case.stamp("a1") == "2026-11-29 16:00:00.000000 UTC"


def test_two_students_of_one_name_are_told_apart_by_the_worksheet(case: Case) -> None:
    archive = case.zip("Paul Martin_702", "Paul Martin_703")
    assert case.collect(archive).arrived == ()
    when = "vendredi 20 novembre 2026, 17:00"
    sheet = case.worksheet(*(row(number, "Paul Martin", f"{NAMES[number]}@x.org", when) for number in ("702", "703")))
    case.collect(archive, sheet)
    assert case.submitted("a3") == notebook("Paul Martin_702") and case.submitted("a4") == notebook("Paul Martin_703")


@pytest.mark.parametrize("anonymous", ["Participant", "Teilnehmerin", "Participante"])
def test_who_is_anonymous_in_the_archive_is_found_by_the_worksheet(case: Case, anonymous: str) -> None:
    sheet = case.worksheet(row("700", "Ana Un", "a1@x.org", "vendredi 20 novembre 2026, 17:00"))
    collection = case.collect(case.zip(f"{anonymous}_700", f"{anonymous}_999"), sheet)
    assert [(each.student.id, each.matched) for each in collection.arrived] == [("a1", "the worksheet")]
    assert [each.name for each in collection.unmatched] == [f"{anonymous} (999)"]


def test_a_worksheet_of_another_assignment_gives_nobody_anothers_file(case: Case) -> None:
    sheet = case.worksheet(row("700", "Bob Deux", "a2@x.org", "vendredi 20 novembre 2026, 17:00"))
    collection = case.collect(case.zip("Ana Un_700"), sheet)
    assert collection.arrived == () and "is it of this assignment?" in collection.unmatched[0].why


def test_who_has_no_line_in_the_worksheet_is_matched_and_has_no_time(case: Case) -> None:
    sheet = case.worksheet(row("700", "Ana Un", "a1@x.org", "vendredi 20 novembre 2026, 17:00"))
    collection = case.collect(case.zip("Bob Deux_701"), sheet)
    assert [each.student.id for each in collection.arrived] == ["a2"] and case.stamp("a2") is None


def test_a_worksheet_needs_its_zone_and_a_column_of_times(case: Case, refusal: Callable[..., str]) -> None:
    archive = case.zip("Ana Un_700")
    sheet = case.worksheet(row("700", "Ana Un", "", "vendredi 20 novembre 2026, 17:00"))
    assert "--timezone" in refusal(CourseError, lambda: case.collect(archive, sheet, zone=None))
    short = case.worksheet(["Participant 700", ""], header=["Identifiant", "Note"])
    assert "--times none" in refusal(CourseError, lambda: case.collect(archive, short))
    assert not case.course.folder.exists()


@pytest.mark.parametrize("when", ["20/11/2026 17:00", "yesterday", "jeudi 20 novembre 2026, 17:00"])
def test_a_time_that_is_not_clear_is_refused_before_anything_is_taken(
    case: Case, refusal: Callable[..., str], when: str
) -> None:
    sheet = case.worksheet(row("700", "Ana Un", "", when))
    assert when in refusal(CourseError, lambda: case.collect(case.zip("Ana Un_700"), sheet))
    assert not case.course.folder.exists()


# ---- what a person put into the archive


def by_hand(case: Case, **others: bytes) -> Path:
    archive = case.zip("Ana Un_700")
    with zipfile.ZipFile(archive, "a") as file:
        for name, content in others.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 17, 0, 0)), content)
    return archive


def test_what_a_person_put_into_the_archive_is_taken_or_told(case: Case) -> None:
    archive = by_hand(
        case,
        **{
            "a2.ipynb": notebook("b"),
            "Paul Martin (par mail)/toy.ipynb": notebook("c"),
            "grades.xlsx": b"PK",
            "a1/notes.txt": b"hello",
        },
    )
    collection = case.collect(archive)
    assert {each.student.id for each in collection.arrived} == {"a1", "a2"}
    assert case.submitted("a2") == notebook("b") and case.stamp("a2") is None
    assert "by a person" in next(each for each in collection.arrived if each.student.id == "a2").remarks[0]
    assert [each.name for each in collection.unmatched] == ["Paul Martin (par mail)"]
    assert {each.name: each.why for each in collection.refused} == {
        "a1/notes.txt": "it is no notebook",
        "grades.xlsx": "it is no notebook, and lies in no student's folder",
    }


def test_its_time_says_nothing_of_the_times_of_the_platform(case: Case) -> None:
    assert UNKNOWN in case.collect(by_hand(case, **{"a2.ipynb": notebook("b")})).remarks[0]


def test_what_a_program_left_in_the_archive_is_passed_over(case: Case) -> None:
    names = ["__MACOSX/._a", "Ana Un_700_assignsubmission_file/.DS_Store", "Thumbs.db", ".ipynb_checkpoints/a.ipynb"]
    collection = case.collect(by_hand(case, **dict.fromkeys(names, b"x")))
    assert collection.refused == () and collection.unmatched == ()


# ---- shortcuts, packed notebooks


def test_a_packed_notebook_is_opened_and_a_shortcut_is_none(case: Case) -> None:
    archive = by_hand(
        case,
        **{
            "Bob Deux_701_assignsubmission_file/toy.ipynb.zip": zipped([("toy.ipynb", notebook("b"), PACKED)]),
            "Ana Un_700_assignsubmission_file/toy.ipynb.lnk": b"L\0\0\0",
            "Ana Un_700_assignsubmission_file/toy.ipynb.url": b"[InternetShortcut]",
        },
    )
    collection = case.collect(archive)
    assert case.submitted("a2") == notebook("b") and case.submitted("a1") == notebook("Ana Un_700")
    assert [each.why for each in collection.refused] == ["it is no notebook"] * 2


# ---- teams

TEAMS = {
    "a1": Student("a1", "Ana", "Un", team="TD1 Binôme 3"),
    "a2": Student("a2", "Bob", "Deux", team="TD1, TD1 Binôme 3"),
    "a3": Student("a3", "Cid", "Trois", team="TD1 Binôme 4"),
}


def test_what_a_team_hands_in_is_each_members(case: Case) -> None:
    collection = case.collect(case.zip("TD1 Binôme 3_812"), roster=TEAMS)
    assert [each.student.id for each in collection.arrived] == ["a1", "a2"]
    assert case.submitted("a1") == case.submitted("a2") == notebook("TD1 Binôme 3_812")
    assert "handed in by TD1 Binôme 3 (812), 2 students" in collection.arrived[0].remarks
    assert [each.id for each in collection.missing] == ["a3"]


def test_the_default_team_has_no_number_and_is_told(case: Case) -> None:
    collection = case.collect(case.zip("TD1 Binôme 3_812", "Groupe par défaut"), roster=TEAMS)
    assert [(each.name, each.why) for each in collection.unmatched] == [("Groupe par défaut", "nobody of the roster")]


def test_the_time_of_a_team_is_that_of_its_members_lines_not_of_who_has_its_number(case: Case) -> None:
    sheet = case.worksheet(
        row("10", "Ana Un", "", "vendredi 20 novembre 2026, 17:00"),
        row("11", "Bob Deux", "", "vendredi 20 novembre 2026, 17:00"),
        row("812", "Cid Trois", "", "samedi 21 novembre 2026, 17:00"),
    )
    case.collect(case.zip("TD1 Binôme 3_812"), sheet, roster=TEAMS)
    assert case.stamp("a1") == case.stamp("a2") == "2026-11-20 16:00:00.000000 UTC"


def test_who_hands_in_alone_beside_the_team_costs_the_team_nothing_and_is_told(case: Case) -> None:
    collection = case.collect(case.zip("TD1 Binôme 3_812", "Ana Un_700", apart=7200), roster=TEAMS)
    assert [each.student.id for each in collection.arrived] == ["a1", "a2"] and collection.unmatched == ()
    assert case.submitted("a2") == notebook("TD1 Binôme 3_812")
    assert case.submitted("a1") == notebook("Ana Un_700")  # the later one
    (told,) = [each for each in collection.arrived[0].remarks if "look which" in each]
    assert "as TD1 Binôme 3 (812) and as Ana Un (700)" in told
    assert not any("look which" in each for each in collection.arrived[1].remarks)


def test_a_team_that_is_called_as_a_student_is_nobodys(case: Case) -> None:
    roster = TEAMS | {"a4": Student("a4", "TD1", "Binôme 3")}
    collection = case.collect(case.zip("TD1 Binôme 3_812"), roster=roster)
    assert collection.arrived == () and "or the team of that name" in collection.unmatched[0].why


def test_an_id_in_two_spellings_names_the_command_that_merges_them(case: Case) -> None:
    roster = {"a3": Student("a3"), "A3": Student("A3", "Cid", "Trois")}
    (unmatched,) = case.collect(by_hand(case, **{"a3.ipynb": notebook("c")}), roster=roster).unmatched[1:]
    assert "amal merge A3 a3" in unmatched.why
