"""What went wrong in courses once, each from what came in to what goes out, with the right value.

A class of six and its archives are built here; the lab is that of ``tests.course.conftest``, of which 3 points are for
tests and 1.5 for an open question, and a table says who meets which test.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
import pytest

from amal_attention.cli import main
from amal_attention.course.collect.collect import Collection, collect, collection_text
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.export import export
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.people.roster import Student
from amal_attention.course.people.worksheet import read_worksheet
from amal_attention.course.release.release import release
from amal_attention.errors import CourseError
from amal_attention.grading.gradebook.course_rows import course_rows
from amal_attention.grading.pages.course_pages import write_feedback
from amal_attention.grading.submission.identity import is_notebook_of
from amal_attention.grading.submission.reference import Reference
from tests.course.moodle import zipped
from tests.grading.conftest import PIXEL
from tests.grading.counting import CountingCourse, make_course

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

PARIS = ZoneInfo("Europe/Paris")
CLASS = {
    each.id: each
    for each in (
        Student("a1", "Ana", "Un"),
        Student("a2", "Bob", "Deux"),
        Student("a3", "Cid", "Trois"),
        Student("a4", "Dan", "Quatre"),
        Student("a5", "Eve", "Cinq"),
        Student("a6", "Fay", "Six"),
    )
}
NUMBERS = {student: 700 + place for place, student in enumerate(CLASS)}
MET = {"a1": ("test_many", "test_none"), "a2": ("test_many",), "a3": ("test_none",)}
FRIDAY = datetime(2026, 11, 20, 17, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
AT_ONCE = timedelta()
TWO_A_DAY = """\
from nbgrader.plugins import BasePlugin


class Steps(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return min(score, 2 * (total_seconds_late // 86400 + 1))
"""


class Class(CountingCourse):
    """The course of the six."""

    def notebook(self, student: str, change: Callable[[Any], None] = lambda notebook: None) -> bytes:
        """What a student hands in; the text tells whose it is."""
        notebook = json.loads(release(self.lab, "en"))
        named(notebook, "q1-count")["source"] = f"class Counter:  # of {student}\n    pass"
        change(notebook)
        return json.dumps(notebook).encode()

    def moodle(self, files: Mapping[str, bytes], when: datetime = FRIDAY, apart: timedelta = HOUR) -> Path:
        """Moodle's archive with these files, of times that are so far apart."""
        path = self.course.folder.parent / "moodle.zip"
        path.write_bytes(zipped([(name, raw, when + n * apart) for n, (name, raw) in enumerate(files.items())]))
        return path

    def of(self, *students: str) -> dict[str, bytes]:
        """A notebook each, in the folders that Moodle makes."""
        return {f"{folder(student)}/toy.ipynb": self.notebook(student) for student in students}

    def collect(self, archive: Path, **options: Any) -> Collection:
        reference = Reference.of(self.lab)
        with course_book(self.course) as book:
            students = book.students()
        known = {"zone": PARIS} | options
        found = collect(archive, self.course, "toy", students, lambda raw: is_notebook_of(raw, reference), **known)
        self.met |= {student: MET.get(student, ()) for student in CLASS}
        return found

    def totals(self, **options: Any) -> dict[str, str]:
        """The csv that leaves the course: the total of each student."""
        exported = export(course_rows(self.course, self.lab), "csv", **options)
        return {row["id"]: row["total"] for row in table(exported.content)}

    def exported(self, worksheet: Path, **options: Any) -> dict[str, tuple[str, str]]:
        """Moodle's worksheet, filled in: grade and comment of each student of it."""
        exported = export(course_rows(self.course, self.lab), "moodle", worksheet=worksheet, **options)
        rows = ([*row.values()] for row in table(exported.content))
        return {row[1]: (row[-3], row[-1]) for row in rows}

    def worksheet(self, lines: Iterable[list[str]], header: str = "Identifiant,Nom complet,Note,Note maximale") -> Path:
        path = self.course.folder.parent / "worksheet.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([[*header.split(","), "Feedback par commentaires"], *lines])
        return path

    def page(self, student: str) -> str:
        (path,) = write_feedback(self.course, self.lab, [student])
        return path.read_text("utf-8")

    def seen(self, student: str) -> Any:
        """The notebook that a marker sees."""
        return nbformat.read(self.course.autograded(student, "toy"), 4)


def named(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def folder(student: str) -> str:
    return f"{CLASS[student].first_name} {CLASS[student].last_name}_{NUMBERS[student]}_assignsubmission_file"


def line(student: str, comment: str = "") -> list[str]:
    return [f"Participant {NUMBERS[student]}", CLASS[student].full_name, "", "4,50", comment]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, known_alembic: object) -> CountingCourse:
    return make_course(tmp_path_factory.mktemp("made"), CLASS.values())


@pytest.fixture
def six(made: CountingCourse, tmp_path: Path) -> Class:
    """The class, to which nothing was handed in."""
    shutil.copytree(made.course.folder, tmp_path / "course")
    return Class(made.toy, Course.at(tmp_path / "course"))


# ---- late_penalty_stale


def test_a_penalty_is_that_of_the_due_date_and_the_extension_of_now(six):
    six.plugin(TWO_A_DAY)
    six.due(datetime(2026, 11, 18, 18))
    six.collect(six.moodle(six.of("a1", "a2")))
    six.grade()
    for student in ("a1", "a2"):
        six.mark(student, "q1-observe", 1.5)
    six.grade()  # the plugin takes no more than the score, and the score has grown
    late = six.totals()
    six.extend("a1", 3 * DAY)
    six.grade()
    extended = six.totals()
    six.due(datetime(2026, 11, 21, 18))
    six.grade()
    on_time = six.totals()
    assert [(each["a1"], each["a2"]) for each in (late, extended, on_time)] == [
        ("0.5", "0"),  # 4.5 and 3.5 points, less 4
        ("4.5", "0"),
        ("4.5", "3.5"),
    ]


# ---- export_not_graded, export_zero_from_verdicts


@pytest.fixture
def two(six: Class) -> tuple[Class, Path]:
    """Two handed in, one of them is graded and marked; and the worksheet of the two."""
    six.collect(six.moodle(six.of("a1", "a2")))
    six.grade("a1")
    six.mark("a1", "q1-observe", 1.0)
    return six, six.worksheet([line("a1"), line("a2")])


def test_who_is_not_graded_gets_no_grade_and_is_named(two, refusal):
    six, worksheet = two
    told = refusal(CourseError, lambda: six.exported(worksheet))
    assert "a2 (not graded)" in told and "a1" not in told
    filled = six.exported(worksheet, partial=True)
    assert (filled["Ana Un"][0], filled["Bob Deux"]) == ("4", ("", ""))
    rows = table(export(course_rows(six.course, six.lab), "gradescope", partial=True).content)
    assert [(row["Total Score"], row["Status"]) for row in rows][:2] == [("4", "Graded"), ("", "Ungraded")]


def typed(six: Class, *arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command of the course prints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(six.course.folder)
        patch.setenv("AMAL_LABS", str(six.lab.folder.parent))
        patch.setattr(sys, "argv", ["amal", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    return capsys.readouterr().out


def test_the_pages_in_the_zip_tell_the_marks_of_now(two, capsys):
    """The page was written before a test was dropped, and nobody wrote it again."""
    six, worksheet = two
    six.grade()
    six.mark("a2", "q1-observe", 0.5)
    before = six.page("a2")
    typed(six, "adjust", "toy", "--drop", "test_none", capsys=capsys)
    export_with_pages = ["export", "toy", "--to", "moodle", "--worksheet", str(worksheet), "--out", "filled.csv"]
    typed(six, *export_with_pages, "--feedback", "pages.zip", capsys=capsys)
    (row,) = [row for row in table((six.course.folder / "filled.csv").read_bytes()) if row["Nom complet"] == "Bob Deux"]
    with zipfile.ZipFile(six.course.folder / "pages.zip") as archive:
        page = archive.read(f"{folder('a2')}_/toy.html").decode()
    assert row["Note"] == "3.5" and "<strong>3.5</strong>" in page and "<strong>2.5</strong>" in before


def test_an_export_names_who_was_graded_before_the_lab_was_mended(two, capsys):
    six, _ = two
    six.grade()
    hidden = next((six.lab.folder / "hidden_tests").glob("test_*.py"))
    source, export = hidden.read_text(), ("export", "toy", "--partial", "--out", "grades.csv")
    hidden.write_text(f"{source}\n# mended\n")
    try:
        six.grade("a2")
        some = typed(six, *export, capsys=capsys)
        six.grade()
        everybody = typed(six, *export, capsys=capsys)
    finally:
        hidden.write_text(source)
    assert "graded by another version of the lab or of amal than most, see amal grade toy (1): a" in some
    assert "another version" not in everybody


def test_who_was_graded_and_is_no_student_any_more_is_named(two, capsys):
    six, _ = two
    six.grade()
    with six.nbgrader() as book:
        book.remove_student("a2")
    told = typed(six, "export", "toy", "--partial", "--out", "grades.csv", capsys=capsys)
    assert "graded, and not in the gradebook: left out (1): a2" in told


def test_verdicts_beside_a_gradebook_made_anew_are_no_zeros(two, made, refusal):
    six, worksheet = two
    six.grade()
    shutil.copy(made.course.gradebook, six.course.gradebook)
    told = refusal(CourseError, lambda: six.exported(worksheet))
    assert "a1 (graded, and not in the gradebook)" in told and "a2 (graded, and not in the gradebook)" in told
    assert set(six.exported(worksheet, partial=True).values()) == {("", "")}
    six.grade()  # nobody is graded again: the verdicts go into the gradebook
    assert (six.graded, six.earned()) == ([], {"a1": 3.0, "a2": 2.0})


# ---- moodle_download_times

DOWNLOADED = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
TIMES = "Identifiant,Nom complet,Note,Note maximale,Dernière modification (travail remis)"


def with_time(student: str, time: str) -> list[str]:
    who = line(student)
    return [*who[:4], time, who[4]]


def test_the_time_of_the_download_makes_nobody_late_and_is_told(six):
    six.plugin(TWO_A_DAY)
    six.due(datetime(2026, 11, 20, 18))
    collection = six.collect(six.moodle(six.of(*CLASS), DOWNLOADED, AT_ONCE))
    assert "within a minute of each other" in collection.remarks[0] and "--worksheet" in collection.remarks[0]
    six.grade()
    assert {student: six.marks(student).penalty for student in CLASS} == dict.fromkeys(CLASS, 0.0)


def test_a_worksheet_tells_the_true_times(six):
    six.plugin(TWO_A_DAY)
    six.due(datetime(2026, 11, 20, 18))
    told = {"a1": "vendredi 20 novembre 2026, 18:59", "a2": "vendredi 20 novembre 2026, 19:01"}
    sheet = read_worksheet(six.worksheet([with_time(*each) for each in told.items()], TIMES))
    six.collect(six.moodle(six.of("a1", "a2"), DOWNLOADED, AT_ONCE), worksheet=sheet)
    six.grade()
    assert {student: six.marks(student).penalty for student in told} == {"a1": 0.0, "a2": 2.0}


# ---- by_hand_added, moodle_team_41, mac_ipynb_zip


def test_what_a_person_put_into_the_archive_is_taken_for_late_by_nobody_or_told(six):
    extra = {"Bob Deux (par mail)/toy.ipynb": six.notebook("a2"), "a3.ipynb": six.notebook("a3")}
    collection = six.collect(six.moodle(six.of("a1") | extra))
    assert [each.student.id for each in collection.arrived] == ["a1", "a3"]
    assert [each.name for each in collection.unmatched] == ["Bob Deux (par mail)"]
    six.grade()
    assert six.earned() == {"a1": 3.0, "a3": 1.0} and six.marks("a3").handed_in is None


def test_a_team_hands_in_once_and_the_default_team_is_told(six):
    with course_book(six.course) as book:
        book.enrol(Student(each, team="TD1 Binôme 3") for each in ("a1", "a2"))
    names = ["TD1 Binôme 3_812_assignsubmission_file", "Groupe par défaut_assignsubmission_file"]
    collection = six.collect(six.moodle({f"{name}/toy.ipynb": six.notebook("a1") for name in names}))
    assert [each.name for each in collection.unmatched] == ["Groupe par défaut"]
    six.grade()
    assert six.earned() == {"a1": 3.0, "a2": 3.0} and six.graded.count("a1") + six.graded.count("a2") == 1


def test_one_file_that_a_mac_compressed_is_the_notebook(six):
    raw = six.notebook("a1")
    packed = zipped([("toy.ipynb", raw, FRIDAY), ("__MACOSX/._toy.ipynb", b"\0\5\x16\7", FRIDAY)])
    collection = six.collect(six.moodle({f"{folder('a1')}/toy.ipynb.zip": packed}))
    assert (six.course.place("a1", "toy") / "toy.ipynb").read_bytes() == raw and collection.refused == ()
    assert six.grade()["a1"].earned == 3.0


def test_who_handed_in_what_cannot_be_read_is_not_listed_like_who_handed_in_nothing(six):
    packed = {f"{folder('a1')}/toy.7z": b"7z\xbc\xaf", f"{folder('a2')}/toy.ipynb.gz": b"\x1f\x8b cut off"}
    told = collection_text(six.collect(six.moodle(packed | six.of("a3")))).split("\n")
    assert "  a1 (Ana Un): what came was refused, ask for it again" in told
    assert "  a2 (Bob Deux): what came was refused, ask for it again" in told
    assert "  a4 (Dan Quatre)" in told


# ---- open_answers_odd_places, outputs_kept

CURVE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL}}


def odd_places(notebook: Any) -> None:
    """An answer in the question's own cell, a picture pasted behind it, and a curve below the answer that drew it."""
    named(notebook, "q1-observe")["source"] = "Small steps never end, as the curve shows."
    pasted = {"cell_type": "markdown", "id": "pasted", "metadata": {}, "source": "![c.png](attachment:c.png)"}
    notebook["cells"].append(pasted | {"attachments": {"c.png": {"image/png": PIXEL}}})
    named(notebook, "q1-count")["outputs"] = [CURVE]


def test_open_answers_pictures_and_curves_reach_the_marker_and_the_page(six):
    six.collect(six.moodle({f"{folder('a1')}/toy.ipynb": six.notebook("a1", odd_places)}))
    six.grade()
    seen = six.seen("a1")
    assert any("Small steps never end" in cell.source for cell in seen.cells)
    assert [cell.attachments["c.png"] for cell in seen.cells if "attachments" in cell] == [{"image/png": PIXEL}]
    assert [each.data for each in named(seen, "q1-count").outputs] == [{"image/png": PIXEL}]
    page = six.page("a1")
    assert "Small steps never end" in page and page.count("data:image/png;base64,") == 2


# ---- worksheet_comment_erased


def test_a_persons_comment_stays_and_a_mark_by_hand_and_its_comment_are_told(six):
    six.collect(six.moodle(six.of("a1", "a3")))
    six.grade()
    for student in ("a1", "a3"):
        six.mark(student, "q1-observe", 0.75)
    with six.nbgrader() as book:
        book.find_comment("q1-count", "toy", "toy", "a3").manual_comment = "ask me"
    filled = six.exported(six.worksheet([line("a1", "Old <b>comment</b> by hand"), line("a3"), line("a4")]))
    assert [grade for grade, _ in filled.values()] == ["3.75", "1.75", ""]
    assert filled["Ana Un"][1].startswith("Old <b>comment</b> by hand")
    assert "0.75/1.5: marked by a person" in filled["Ana Un"][1] and "ask me" in filled["Cid Trois"][1]
    assert filled["Dan Quatre"][1] == ""  # who handed in nothing gets no hints


# ---- roster_case


def test_an_id_in_other_letters_is_the_student_of_the_gradebook(six):
    with course_book(six.course) as book:
        ids = book.enrol([Student("A3", "Cid", "Trois"), Student("a2", "Bobby", "Deux-Durand"), Student("z4", "Dan")])
        names = {each.id: each.full_name for each in book.students().values()}
    assert ids == {"A3": "a3", "a2": "a2", "z4": "z4"}
    assert len(names) == 7 and names["a3"] == "Cid Trois" and names["a2"] == "Bobby Deux-Durand"
    six.collect(six.moodle({f"{folder('a3')}/toy.ipynb": six.notebook("a3")}))
    six.grade()
    assert six.earned() == {"a3": 1.0}
