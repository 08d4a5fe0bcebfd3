"""Two ids of one student become one, with all that either had; where both have something, nothing changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amal_attention.course.collect.versions import Versions
from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.gradebook.merge import merge_students
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError
from tests.course.conftest import write_toy

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory, known_alembic: object) -> bytes:
    """Of a course in which nbgrader entered one student under two ids."""
    folder = tmp_path_factory.mktemp("made")
    toy = write_toy(folder / "labs" / "toy")
    students = [Student("A3", "Cid", "Trois"), Student("b1")]
    course = add_lab(folder / "course", toy.lab, "en", students)
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        book.add_student("a3", email="c@x.org")
    return course.gradebook.read_bytes()


@pytest.fixture
def course(gradebook: bytes, tmp_path: Path) -> Course:
    """``a3`` handed in and has marks; ``A3`` has an extension."""
    (tmp_path / CONFIGURATION).write_text("c = get_config()\n")
    (tmp_path / "gradebook.db").write_bytes(gradebook)
    course = Course.at(tmp_path)
    hand_in(course, "a3")
    with course_book(course) as book:
        book.record("toy", "a3", {"test-q1-count": 1.5}, None)
        book.extend("A3", "toy", timedelta(days=2))
    (course.verdicts("toy")).mkdir(parents=True)
    (course.verdicts("toy") / "a3.json").write_text("{}")
    return course


def hand_in(course: Course, student: str) -> None:
    versions = Versions(course, "toy", student)
    versions.keep(b"{}", "toy.ipynb", FRIDAY, FRIDAY)
    versions.hand_in(lambda raw: True)


def test_one_student_is_left_with_all_that_both_had(course):
    merge_students(course, "A3", "a3")
    with course_book(course) as book:
        assert book.students()["A3"] == Student("A3", "Cid", "Trois", "c@x.org")
        assert set(book.students()) == {"A3", "b1"}
        book.set_due("toy", FRIDAY)
        assert set(book.marks("toy")) == {"A3"} and book.marks("toy")["A3"].earned == 1.5
        assert book.delay("A3", "toy").until == FRIDAY + timedelta(days=2)
    assert list(course.submitted("toy")) == ["A3"] and course.handed_in_at("A3", "toy") is not None
    assert [path.name for path in course.collected("toy").iterdir() if any(path.iterdir())] == ["A3"]
    assert not list(course.verdicts("toy").iterdir())


def test_where_both_handed_in_nothing_changes(course, refusal):
    hand_in(course, "A3")
    before = sorted(str(path) for path in course.folder.rglob("*"))
    assert "submitted/A3/toy" in refusal(CourseError, lambda: merge_students(course, "A3", "a3"))
    assert sorted(str(path) for path in course.folder.rglob("*")) == before
    with course_book(course) as book:
        assert set(book.students()) == {"A3", "a3", "b1"}


@pytest.mark.parametrize(("kept", "other"), [("A3", "A3"), ("A3", "nobody"), ("nobody", "a3")])
def test_who_is_not_in_the_course_is_told(course, refusal, kept, other):
    assert "two students" in refusal(CourseError, lambda: merge_students(course, kept, other))
