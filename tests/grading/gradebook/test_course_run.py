"""A course graded: verdicts, notebooks and gradebook agree; a run that was cut off goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError
from amal_attention.grading.gradebook.course_run import grade_course
from amal_attention.grading.run import cohort, grader
from amal_attention.grading.run.cohort import GradingRun
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab
from tests.grading.conftest import WRONG_TOTAL, Kept, solved, write_till

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

HANDED_IN = {"ada": solved(), "bob": solved(q1=WRONG_TOTAL), "eve": b"no notebook"}
EARNED = {"ada": 4.0, "bob": 1.0, "eve": 0.0}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, known_alembic: object) -> tuple[Lab, bytes]:
    folder = tmp_path_factory.mktemp("made")
    lab = write_till(folder / "labs")
    return lab, add_lab(folder / "course", lab, "en", [Student("zoe", "Zoé")]).gradebook.read_bytes()


@pytest.fixture
def course(made: tuple[Lab, bytes], tmp_path: Path) -> Course:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    course = Course.at(tmp_path)
    course.gradebook.write_bytes(made[1])
    for student, raw in HANDED_IN.items():
        hand_in(course, student, raw)
    return course


@pytest.fixture
def again(made: tuple[Lab, bytes], course: Course) -> Callable[..., list[Verdict]]:
    def grade(*students: str, **options: object) -> list[Verdict]:
        run = GradingRun(made[0], Isolation.PROCESS, **options)  # type: ignore[arg-type]
        return grade_course(course, run, students)

    return grade


def hand_in(course: Course, student: str, raw: bytes) -> None:
    path = course.folder / "submitted" / student / "till" / "till.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def earned(course: Course) -> dict[str, float]:
    with course_book(course) as book:
        return {student: marks.earned for student, marks in book.marks("till").items()}


def test_everybody_has_a_verdict_and_who_handed_in_has_marks(course, again):
    verdicts = {each.submission: each for each in again()}
    assert {name: (each.status, each.earned) for name, each in verdicts.items()} == {
        "ada": (Status.GRADED, 4.0),
        "bob": (Status.GRADED, 1.0),
        "eve": (Status.UNREADABLE, 0.0),
        "zoe": (Status.MISSING, 0.0),
    }
    assert earned(course) == EARNED
    seen = {path.parts[-3] for path in course.folder.glob("autograded/*/till/till.ipynb")}
    assert seen == set(HANDED_IN)


def test_a_second_run_grades_and_writes_nothing(course, again, monkeypatch):
    first = again()
    monkeypatch.setattr(cohort, "grade_each", lambda *_, **__: pytest.fail("graded again"))
    before = {path: path.stat().st_mtime_ns for path in course.folder.rglob("*") if path.is_file()}
    assert again() == first
    assert {path: path.stat().st_mtime_ns for path in course.folder.rglob("*") if path.is_file()} == before


def test_one_student_is_graded_alone(course, again):
    assert [each.submission for each in again("bob")] == ["bob"]
    assert earned(course) == {"bob": 1.0}


def test_a_run_that_is_cut_off_between_verdict_and_gradebook_goes_on(course, again):
    class Killed(BaseException):
        pass

    def progress(done: int, total: int, name: str) -> None:
        if name == "eve":
            raise Killed

    with pytest.raises(Killed):
        again(progress=progress)
    assert earned(course) == {"ada": 4.0, "bob": 1.0}
    course.autograded("ada", "till").unlink()
    with course_book(course) as book:
        book.record("till", "bob", {"test-q1-total": 0.0}, None)
    again()
    assert earned(course) == EARNED
    assert course.autograded("ada", "till").exists()


def test_what_is_handed_in_again_is_graded_again(course, again):
    again()
    hand_in(course, "bob", solved())
    again()
    assert earned(course) == EARNED | {"bob": 4.0}


def test_marks_and_notebook_are_of_one_file_when_a_student_hands_in_again_meanwhile(course, made, monkeypatch):
    """Bob's verdict is found, then he hands in a right answer, then his marks are written."""
    keep = VerdictFolder.keep

    def kept(folder: VerdictFolder, verdict: Verdict) -> None:
        keep(folder, verdict)
        hand_in(course, "bob", solved())

    monkeypatch.setattr(VerdictFolder, "keep", kept)
    grade_course(course, GradingRun(made[0], Isolation.PROCESS), ["bob"])
    assert earned(course) == {"bob": EARNED["bob"]}
    assert WRONG_TOTAL in graders_see(course, "bob")
    monkeypatch.undo()
    grade_course(course, GradingRun(made[0], Isolation.PROCESS), ["bob"])
    assert earned(course) == {"bob": 4.0}
    assert WRONG_TOTAL not in graders_see(course, "bob")


def graders_see(course: Course, student: str) -> str:
    """The cells of the notebook that is written for graders."""
    notebook = json.loads(course.autograded(student, "till").read_text("utf-8"))
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"])


def test_a_lab_that_is_no_assignment_is_told(course, again, refusal):
    course.gradebook.unlink()
    told = refusal(CourseError, again)
    assert "till as an assignment" in told and "amal course" in told


def test_a_student_who_is_not_there_is_told(course, again, refusal):
    assert "got nobody;" in refusal(CourseError, lambda: again("nobody"))


@pytest.fixture(autouse=True)
def one_zygote(made: tuple[Lab, bytes], beside: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    """Grading takes the process that is there: one takes seconds to start."""
    kept = Kept(beside)
    kept.limits = made[0].limits  # type: ignore[attr-defined]
    monkeypatch.setattr(grader, "zygote_for", lambda *_: kept)
