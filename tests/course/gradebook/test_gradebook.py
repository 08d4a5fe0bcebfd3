"""nbgrader's gradebook, written by us and read back through nbgrader's own interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError
from tests.course.conftest import Toy, write_toy

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

ADA = Student("ada", "Ada", "Lovelace", "ada@example.org", "42")
CELLS = {"test-q1-count": 1.5}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, known_alembic: object) -> tuple[Toy, bytes]:
    """The lab, and the gradebook of a new course with it and one student: nbgrader takes seconds to make one."""
    folder = tmp_path_factory.mktemp("made")
    toy = write_toy(folder / "labs" / "toy")
    return toy, add_lab(folder / "course", toy.lab, "en", [ADA]).gradebook.read_bytes()


@pytest.fixture
def course(made: tuple[Toy, bytes], tmp_path: Path) -> Course:
    (tmp_path / CONFIGURATION).write_text("c = get_config()\n")
    course = Course.at(tmp_path)
    course.gradebook.write_bytes(made[1])
    return course


@pytest.fixture
def notebook(made: tuple[Toy, bytes]) -> Any:
    """What a student gets."""
    from amal_attention.course.release.release import release

    return nbformat.reads(release(made[0].lab, "en").decode(), 4)


@contextmanager
def nbgrader_sees(course: Course, student: str = "ada") -> Iterator[Any]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        yield book.find_submission("toy", student)


def record(course: Course, notebook: Any, earned: dict[str, float] = CELLS, student: str = "ada") -> None:
    with course_book(course) as book:
        book.record("toy", student, earned, notebook)


def handed_in(course: Course, when: str) -> None:
    path = course.folder / "submitted" / "ada" / "toy" / "timestamp.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(when)


def due(course: Course, when: datetime) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        book.update_or_create_assignment("toy", duedate=when.isoformat())


def test_students_are_entered_and_changed(course):
    with course_book(course) as book:
        book.enrol([Student("zoe", "Zoé", "Noël, Jr"), Student("ada", "Augusta Ada", "King")])
        assert book.students() == {
            "ada": Student("ada", "Augusta Ada", "King", "ada@example.org", "42"),  # what is not said stays
            "zoe": Student("zoe", "Zoé", "Noël, Jr"),
        }
        assert book.has("toy") and not book.has("other")


def test_an_id_in_other_letters_is_the_same_student(course):
    with course_book(course) as book:
        assert book.enrol([Student("ADA", "Augusta"), Student("Zoe")]) == {"ADA": "ada", "Zoe": "Zoe"}
        assert {each.id: each.first_name for each in book.students().values()} == {"ada": "Augusta", "Zoe": ""}


def test_teams_are_kept_beside_the_gradebook(course):
    with course_book(course) as book:
        book.enrol([Student("ADA", team="Binôme 3"), Student("zoe", team="Binôme 3"), Student("bob")])
        book.enrol([Student("bob", "Bob")])  # of a roster without teams
        assert {each.id: each.team for each in book.students().values()} == {
            "ada": "Binôme 3",
            "bob": "",
            "zoe": "Binôme 3",
        }
        book.enrol([Student("zoe", team=""), Student("bob", team="B")])
        assert {each.id: each.team for each in book.students().values()} == {"ada": "Binôme 3", "bob": "B", "zoe": ""}


def test_marks_are_those_that_nbgrader_reads(course, notebook):
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        assert (submission.score, submission.max_score) == (1.5, 4.5)
        assert submission.student.first_name == "Ada"
    with course_book(course) as book:
        (marks,) = book.marks("toy").values()
    assert marks.earned == 1.5 and marks.automatic["test-q1-count"] == 1.5 and marks.penalty == 0


def test_what_a_person_marks_waits_for_them_and_what_is_recorded_does_not(course, notebook):
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        (page,) = submission.notebooks
        waits = {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in page.grades}
    assert waits == {"test-q1-count": (1.5, False), "q1-observe": (None, True)}


def test_without_a_notebook_nothing_waits(course):
    record(course, None, {"test-q1-count": 0.0})
    with nbgrader_sees(course) as submission:
        assert submission.score == 0 and not submission.needs_manual_grade


def test_a_mark_that_a_person_gave_stays_and_is_to_be_looked_at_again(course, notebook):
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        for grade in submission.notebooks[0].grades:
            grade.manual_score, grade.needs_manual_grade = 2.0, False
        from sqlalchemy.orm import object_session

        object_session(submission).commit()
    record(course, notebook, {"test-q1-count": 0.5})
    with nbgrader_sees(course) as submission:
        assert [grade.manual_score for grade in submission.notebooks[0].grades] == [2.0, 2.0]
        assert [grade.needs_manual_grade for grade in submission.notebooks[0].grades] == [True, True]
        assert submission.score == 4.0
    with course_book(course) as book:
        assert book.marks("toy")["ada"].earned == 4.0


def test_an_answer_as_it_was_given_is_no_response(course, notebook):
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        assert {each.name: each.auto_comment for each in submission.notebooks[0].comments}["q1-count"] == "No response."
    cell = next(each for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == "q1-count")
    cell.source += "\n# mine"
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        assert {each.name: each.auto_comment for each in submission.notebooks[0].comments}["q1-count"] is None


def test_the_moment_is_that_of_the_file(course, notebook):
    handed_in(course, "2026-11-20 17:59:00.000000 UTC")
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        assert submission.timestamp == datetime(2026, 11, 20, 17, 59)


@pytest.mark.parametrize("text", ["yesterday", "", "99999-99-99"])
def test_a_moment_that_cannot_be_read_is_none(course, notebook, text):
    handed_in(course, text)
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        assert submission.timestamp is None


@pytest.mark.parametrize(("late", "method", "penalty"), [(1, "zero", 1.5), (1, "none", 0.0), (-1, "zero", 0.0)])
def test_late_penalties_are_those_of_the_configuration(course, notebook, late, method, penalty):
    (course.folder / CONFIGURATION).write_text(
        f"c = get_config()\nc.LateSubmissionPlugin.penalty_method = '{method}'\n"
    )
    due(course, datetime(2026, 11, 20, 18, tzinfo=UTC).replace(tzinfo=None))
    handed_in(course, f"2026-11-20 {18 + late}:00:00 UTC")
    record(course, notebook)
    with nbgrader_sees(course) as submission:
        assert (submission.notebooks[0].late_submission_penalty or 0.0) == penalty
        assert submission.score - penalty == (0 if penalty else 1.5)
    with course_book(course) as book:
        assert book.marks("toy")["ada"].earned == 1.5 - penalty


def test_recording_again_changes_nothing_and_doubles_nothing(course, notebook):
    record(course, notebook)
    with course_book(course) as book:
        first = book.marks("toy")
    record(course, notebook)
    with course_book(course) as book:
        assert book.marks("toy") == first and list(first) == ["ada"]


def test_who_is_not_in_the_gradebook_is_entered(course, notebook):
    record(course, notebook, student="new")
    with course_book(course) as book:
        assert set(book.students()) == {"ada", "new"}


def test_what_is_no_gradebook_is_told(course, refusal):
    course.gradebook.write_bytes(b"no database")

    def opened() -> None:
        with course_book(course) as book:
            book.students()

    assert str(course.gradebook) in refusal(CourseError, opened)


def test_deadlines_and_extensions_are_nbgraders(course, refusal):
    due = datetime(2026, 11, 20, 17, tzinfo=UTC)
    with course_book(course) as book:
        assert book.labs() == ["toy"] and book.delay("ada", "toy").until is None
        book.set_due("toy", due)
        book.extend("ada", "toy", timedelta(hours=48))
        assert (book.due("toy"), book.delay("ada", "toy").until) == (due, due + timedelta(hours=48))
    with nbgrader_sees(course) as submission:
        assert submission.duedate == datetime(2026, 11, 22, 17)
    with course_book(course) as book:
        book.extend("ada", "toy", timedelta())
        assert book.delay("ada", "toy").until == due and book.marks("toy") == {}
        book.set_due("toy", None)
        assert book.due("toy") is None
        assert "where there is toy" in refusal(CourseError, lambda: book.set_due("other", due))
        assert "'zoe'" in refusal(CourseError, lambda: book.extend("zoe", "toy", timedelta(days=1)))
