"""``nbgrader autograde`` in a course of ours: its own command, and our verdict."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.errors import CourseError
from tests.grading.conftest import solved, write_till

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

from amal_attention.grading.nbgrader_stage import GradeApart

PARTLY = """\
def total(prices):
    assert "hidden_tests" not in repr(globals())
    return float(sum(prices)) if prices else None"""


def without_metadata(raw: bytes) -> bytes:
    notebook = json.loads(raw)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return json.dumps(notebook).encode()


@pytest.fixture(scope="module")
def autograded(tmp_path_factory: pytest.TempPathFactory, known_alembic: object, programs: Path) -> tuple[Course, str]:
    """The course after nbgrader's command, and what that printed."""
    folder = tmp_path_factory.mktemp("stage")
    course = add_lab(folder / "course", write_till(folder / "labs"), "en")
    configuration = course.folder / CONFIGURATION
    configuration.write_text(f"{configuration.read_text()}c.GradeApart.isolation = 'process'\n")
    for student, raw in {"ada": solved(q1=PARTLY), "bob": without_metadata(solved())}.items():
        course.place(student, "till").mkdir(parents=True)
        (course.place(student, "till") / "till.ipynb").write_bytes(raw)
    command = [programs / "nbgrader", "autograde", "till", "--create"]
    done = subprocess.run(command, cwd=course.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return course, done.stderr


def test_the_gradebook_has_the_marks_of_our_verdict(autograded):
    with course_book(autograded[0]) as book:
        marks = book.marks("till")["ada"].automatic
    assert marks == {"test-q1-total": 1.5, "test-q2-change": 1.0, "test-q3-tickets": 1.0}


def test_a_notebook_that_lost_its_metadata_has_its_marks(autograded):
    with course_book(autograded[0]) as book:
        marks = book.marks("till")["bob"].automatic
    assert marks == {"test-q1-total": 2.0, "test-q2-change": 1.0, "test-q3-tickets": 1.0}


def test_the_verdict_is_kept_and_the_notebook_says_what_was_lost(autograded):
    course, _ = autograded
    assert (course.verdicts("till") / "ada.json").exists()
    text = course.autograded("ada", "till").read_text("utf-8")
    assert "1.5 of 2 points" in text and "the sum of nothing" in text


def test_no_kernel_was_started(autograded):
    assert "Executing notebook" not in autograded[1]


def test_the_folder_of_labs_is_named_in_the_configuration(autograded):
    course, _ = autograded
    assert str(Path(course.folder.parent / "labs")) in (course.folder / CONFIGURATION).read_text()


def test_labs_that_moved_are_told_with_the_line_to_change(tmp_path, refusal, monkeypatch):
    stage = GradeApart(labs=str(tmp_path / "before"))
    course = SimpleNamespace(coursedir=SimpleNamespace(root=str(tmp_path)))
    (tmp_path / CONFIGURATION).write_text("c = get_config()\n")
    monkeypatch.setattr(GradeApart, "parent", SimpleNamespace(parent=course))
    about = {"nbgrader": {"assignment": "till", "student": "ada"}}
    told = refusal(CourseError, lambda: stage.preprocess(None, about))
    assert "c.GradeApart.labs" in told and str(tmp_path / "before") in told
