"""A new course is one that nbgrader's own commands take for theirs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.people.roster import Student
from amal_attention.course.release.release import release
from amal_attention.errors import CourseError, LabError
from tests.course.conftest import Toy, write_toy

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return write_toy(tmp_path_factory.mktemp("labs") / "toy")


@pytest.fixture(scope="module")
def course(toy: Toy, tmp_path_factory: pytest.TempPathFactory, known_alembic: object) -> Course:
    return add_lab(tmp_path_factory.mktemp("courses") / "my course", toy.lab, "fr", [Student("ada")])


def test_students_get_our_release(course: Course, toy: Toy) -> None:
    assert course.released("toy").read_bytes() == release(toy.lab, "fr")


def test_the_source_holds_the_solution_in_the_language_asked_for(course: Course) -> None:
    text = course.source("toy").read_text("utf-8")
    assert "BEGIN SOLUTION" in text and "Compter" in text and "Counting" not in text


def test_the_gradebook_knows_the_lab_and_the_students(course: Course) -> None:
    with course_book(course) as book:
        assert book.has("toy") and set(book.students()) == {"ada"}


@pytest.mark.parametrize(("table", "told"), [("student", "ada"), ("assignment", "toy")])
def test_nbgraders_commands_open_it(course: Course, programs: Path, table: str, told: str) -> None:
    called = [programs / "nbgrader", "db", table, "list"]
    done = subprocess.run(called, cwd=course.folder, capture_output=True, text=True)
    assert done.returncode == 0 and told in done.stdout + done.stderr, done.stderr[-800:]


def test_adding_again_keeps_the_configuration_the_students_and_their_marks(toy: Toy, tmp_path: Path) -> None:
    course = add_lab(tmp_path / "course", toy.lab, "en", [Student("ada", "Ada")])
    (course.folder / CONFIGURATION).write_text("c = get_config()\n# mine\n")
    with course_book(course) as book:
        book.record("toy", "ada", {"test-q1-count": 2.0}, None)
        before = book.marks("toy")
    add_lab(tmp_path / "course", toy.lab, "en", [Student("bob")])
    assert "# mine" in (course.folder / CONFIGURATION).read_text()
    with course_book(course) as book:
        assert set(book.students()) == {"ada", "bob"} and book.marks("toy") == before


def test_nbgraders_own_stage_stays_where_it_is_asked_for(course: Course, toy: Toy, tmp_path: Path) -> None:
    stock = add_lab(tmp_path / "course", toy.lab, "en", stock=True)
    assert "GradeApart" in (course.folder / CONFIGURATION).read_text()
    assert "GradeApart" not in (stock.folder / CONFIGURATION).read_text()


def test_a_language_that_the_lab_has_not_leaves_nothing_behind(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(LabError):
        add_lab(tmp_path / "course", toy.lab, "de")
    assert list(tmp_path.iterdir()) == []


def test_no_environment_need_be_activated(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_alembic: Callable[[], str]
) -> None:
    monkeypatch.setattr("nbgrader.api.get_alembic_version", known_alembic)
    monkeypatch.setenv("PATH", os.defpath)
    with course_book(add_lab(tmp_path / "course", toy.lab, "en")) as book:
        assert book.has("toy")


def test_what_nbgrader_met_is_told(toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbgrader.api.get_alembic_version", lambda: (_ for _ in ()).throw(OSError("no room is left")))
    with pytest.raises(CourseError, match="got OSError: no room is left; run nbgrader generate_assignment toy in"):
        add_lab(tmp_path / "course", toy.lab, "en")


def test_an_exercise_that_is_not_graded_is_a_stub_in_what_nbgrader_is_given(tmp_path: Path) -> None:
    """nbgrader refuses an answer in a cell that is none of its solutions."""
    toy = write_toy(tmp_path / "labs" / "toy")
    answer = "def half(x):\n    ### BEGIN SOLUTION\n    return x // (base - 8)\n    ### END SOLUTION"
    toy.change("# %%\nimport math", f'# %% tags=["ungraded"]\n{answer}\n\n\n# %%\nimport math')
    text = add_lab(tmp_path / "course", toy.lab, "fr", []).source("toy").read_text("utf-8")
    assert "base - 8" not in text and "VOTRE CODE ICI" in text and text.count("BEGIN SOLUTION") == 1
