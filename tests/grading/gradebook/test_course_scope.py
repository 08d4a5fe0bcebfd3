"""A course that leaves out a part of a lab and gives another total: marks, pages and exports have both."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from amal_attention.cli import main
from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.export import export
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.gradebook.new_course import Scope, add_lab
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError, explain
from amal_attention.grading.gradebook.adjust import adjust
from amal_attention.grading.gradebook.course_rows import course_rows
from amal_attention.grading.gradebook.course_run import grade_course
from amal_attention.grading.pages.course_pages import write_feedback
from amal_attention.grading.pages.dossier import dossier
from amal_attention.grading.run import cohort, grader
from amal_attention.grading.run.cohort import GradingRun
from amal_attention.grading.run.parcel import LabParcel
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
from amal_attention.grading.submission.reference import Reference
from amal_attention.lab import Lab
from tests.course.parts import points, texts, write_parts
from tests.grading.conftest import Kept

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

HIDDEN = """\
import pytest

from amal_attention.checks import close_to


@pytest.mark.question("q1-one", points=1.5, essential=True, alive=True, hint="count")
def test_one(student):
    close_to(student.one(), 1.0, what="one")


@pytest.mark.question("q1-one", points=0.5, hint="an int")
def test_type(student):
    close_to(float(isinstance(student.one(), int)), 1.0, what="its type")


@pytest.mark.question("q2-two", points=3, essential=True, alive=True)
def test_two(student):
    raise ValueError("held though it is left out")


@pytest.mark.question("q3-three", points=4, essential=True, alive=True)
def test_three(student):
    close_to(student.three(), 3.0, what="three")
"""
REQUIREMENTS = """
[requirements]
q1-one = {one = "one"}
q2-two = {two = "two"}
q3-three = {three = "three"}
"""
ANSWERS = {"q1-one": "def one():\n    return 1.0", "q3-three": "def three():\n    return 3"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The lab of three parts, with hidden tests."""
    lab = write_parts(tmp_path_factory.mktemp("labs"))
    hidden = HIDDEN
    for name in ("one", "two", "three"):
        hidden = hidden.replace(f'-{name}", ', f'-{name}", requires=("{name}",), ')
    (lab.folder / "hidden_tests").mkdir()
    (lab.folder / "hidden_tests" / "test_parts.py").write_text(hidden)
    with (lab.folder / "lab.toml").open("a") as manifest:
        manifest.write(REQUIREMENTS)
    return Lab.find("parts", lab.folder.parent)


@pytest.fixture(scope="module")
def made(lab: Lab, tmp_path_factory: pytest.TempPathFactory, known_alembic: object, beside: Zygote) -> Course:
    """Of 14 points, without question 2; Ada's ``one`` gives a float. Graded."""
    folder = tmp_path_factory.mktemp("scope") / "course"
    course = add_lab(folder, lab, "en", [Student("ada")], scope=Scope(("q2",), 14.0))
    hand_in(course)
    grade(course, lab, beside)
    mark(course, "q1-see", 1.5)
    return course


@pytest.fixture
def course(made: Course, tmp_path: Path) -> Course:
    """A copy, so that no test sees what another did."""
    shutil.copytree(made.folder, tmp_path / "course")
    return Course.at(tmp_path / "course")


def hand_in(course: Course) -> None:
    notebook = json.loads(course.released("parts").read_bytes())
    for cell in notebook["cells"]:
        cell["source"] = ANSWERS.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"])
    place = course.place("ada", "parts")
    place.mkdir(parents=True, exist_ok=True)
    (place / "parts.ipynb").write_text(json.dumps(notebook))


def grade(course: Course, lab: Lab, zygote: Zygote) -> None:
    kept = Kept(zygote)
    kept.limits = lab.limits  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader, "zygote_for", lambda *_: kept)
        grade_course(course, GradingRun(course.taught(lab), Isolation.PROCESS, 1))


def mark(course: Course, cell: str, given: float | None) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        grade = book.find_grade(cell, "parts", "parts", "ada")
        grade.manual_score, grade.needs_manual_grade = given, given is None
        book.db.commit()


def test_the_notebook_has_the_scope_and_so_has_the_gradebook(course, lab):
    released = course.released("parts").read_bytes()
    assert points(released) == {"test-q1-one": 4.0, "q1-see": 2.0, "test-q3-three": 8.0}
    assert not any("two" in text for text in texts(released))
    with course_book(course) as book:
        assert book.marks("parts")["ada"].most == points(released)


def test_marks_are_shares_of_the_total_of_the_course(course, lab):
    with course_book(course) as book:
        marks = book.marks("parts")["ada"]
    assert marks.automatic == {"test-q1-one": 3.0, "q1-see": None, "test-q3-three": 8.0}
    (row,) = course_rows(course, course.taught(lab))
    assert (row.earned, row.points, row.not_final) == (12.5, 14.0, ())
    assert row.questions == {"q1-one": (3.0, 4.0), "q1-see": (1.5, 2.0), "q3-three": (8.0, 8.0)}
    assert "Exercise 1 3/4: an int" in row.comment
    assert b"q2" not in export([row], "csv").content


def test_page_and_dossier_tell_the_same(course, lab):
    (page,) = write_feedback(course, course.taught(lab))
    text = page.read_text("utf-8")
    assert "<strong>12.5</strong> of 14 points" in text and "q2-two" not in text
    assert dossier(course, course.taught(lab), "ada").head[0] == "12.5 of 14 points"


@pytest.fixture
def graded(course: Course) -> Course:
    """The course before anybody marked anything by hand."""
    mark(course, "q1-see", None)
    return course


def test_another_total_for_a_graded_course_moves_all_marks_and_runs_nobody_again(graded, lab, beside, monkeypatch):
    add_lab(graded.folder, lab, "en", scope=Scope(("q2",), 28.0))
    (before,) = course_rows(graded, graded.taught(lab))
    assert "the gradebook holds other marks than the verdict" in before.not_final
    monkeypatch.setattr(cohort, "grade_each", lambda *_, **__: pytest.fail("graded again"))
    grade(graded, lab, beside)
    (row,) = course_rows(graded, graded.taught(lab))
    assert (row.questions["q1-one"], row.questions["q3-three"], row.points) == ((6.0, 8.0), (16.0, 16.0), 28.0)
    assert row.not_final == ("nobody marked q1-see",)
    with course_book(graded) as book:
        assert book.marks("parts")["ada"].most == {"test-q1-one": 8.0, "q1-see": 4.0, "test-q3-three": 16.0}


def test_points_do_not_move_under_a_mark_that_a_person_gave(course, lab, refusal):
    before = {path: path.read_bytes() for path in course.folder.rglob("*") if path.is_file()}
    told = refusal(CourseError, lambda: add_lab(course.folder, lab, "en", scope=Scope(("q2",), 20.0)))
    assert "ada" in told and {path: path.read_bytes() for path in before} == before
    add_lab(course.folder, lab, "en")  # with the same points it may be made again


@pytest.mark.parametrize("scope", [Scope(), Scope(("q3",), 14.0)], ids=["taken back", "others left out"])
def test_parts_do_not_change_under_submissions_in_the_gradebook(graded, lab, scope, refusal):
    before = {path: path.read_bytes() for path in graded.folder.rglob("*") if path.is_file()}
    told = refusal(CourseError, lambda: add_lab(graded.folder, lab, "en", scope=scope))
    assert "ada" in told and "a new folder" in told
    assert {path: path.read_bytes() for path in before} == before


def test_what_nbgrader_refuses_leaves_the_course_as_it_was(graded, lab, monkeypatch, refusal):
    """What the course teaches stands in the instructor's notebook, which nbgrader reads, and so is written first."""
    before = graded.source("parts").read_bytes()

    def refused(course: Course, name: str) -> None:
        assert course.source(name).read_bytes() != before
        raise CourseError(explain(expected="a lab", got="another one", do="nothing"))

    monkeypatch.setattr("amal_attention.course.gradebook.new_course._assign", refused)
    refusal(CourseError, lambda: add_lab(graded.folder, lab, "en", scope=Scope(("q2",), 28.0)))
    assert graded.source("parts").read_bytes() == before and graded.scope("parts") == (("q2",), 14.0)


def test_an_adjustment_moves_points_of_the_course(course, lab):
    adjusted = adjust(course, course.taught(lab), {"test_type": 0.0})
    assert [(each.before, each.after) for each in adjusted.moves] == [(12.5, 13.5)]


def test_the_questions_that_are_left_out_are_known_where_others_grade(lab, tmp_path, course):
    there = course.taught(lab)
    sent = LabParcel.of(there, Reference.of(there)).unpack(tmp_path)
    assert (sent.without, grader.lab_digest(sent)) == (("q2",), grader.lab_digest(there))
    assert grader.lab_digest(there) != grader.lab_digest(lab)


def test_the_scope_stays_until_another_one_is_given(lab, tmp_path):
    folder = tmp_path / "course"
    scopes = [Scope(("q2",), 10.0), None, Scope(("q3",)), Scope()]
    found = [add_lab(folder, lab, "fr", scope=scope).taught(lab) for scope in scopes]
    assert [(each.without, sum(each.points.values())) for each in found] == [
        (("q2",), 10.0),
        (("q2",), 10.0),
        (("q3",), 6.0),
        ((), 10.0),
    ]
    assert Course.at(folder).language(lab) == "fr"


def test_a_total_alone_leaves_the_parts_as_they_were_and_parts_leave_the_total(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("AMAL_LABS", str(lab.folder.parent))
    folder = tmp_path / "course"
    found = []
    for said in (["--without", "q2", "--total", "20"], ["--total", "15"], ["--without", "q3"], ["--whole"], []):
        monkeypatch.setattr(sys, "argv", ["amal", "course", str(folder), "parts", *said])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        found.append(Course.at(folder).scope("parts"))
    assert found == [(("q2",), 20.0), (("q2",), 15.0), (("q3",), 15.0), ((), None), ((), None)]


def test_nbgraders_own_stage_which_knows_no_scope_is_refused(lab, tmp_path: Path, refusal):
    told = refusal(CourseError, lambda: add_lab(tmp_path, lab, "en", stock=True, scope=Scope(total=20.0)))
    assert "--stock" in told and not (tmp_path / CONFIGURATION).exists()
